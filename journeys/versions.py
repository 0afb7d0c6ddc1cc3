"""How old a map is: its last named version, what changed since, and whether it should have been looked at again."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from cxmap.history.models import Change
from cxmap.history.services import SPOKEN
from cxmap.lib import formats
from cxmap.lib.prepared import Prepared
from journeys.models import Journey, Version
from journeys.picture import published_of


@dataclass(frozen=True, slots=True)
class Standing:
    """What the header says of a map's age."""

    number: int | None  # of the last version; None: there is none yet
    name: str
    saved_at: dt.datetime | None
    changed_since: bool  # something on the map changed after the last version
    review_on: dt.date | None
    review_due: bool  # the review date is here or has passed
    published: Version | None = None  # what everybody reads, without its document
    unpublished: int = 0  # changes of the map since then

    @property
    def version_text(self) -> str:
        """ "version 3, 12 days ago", or that there is none."""
        if self.number is None or self.saved_at is None:
            return gettext("no version saved yet")
        names = {"number": self.number, "age": age_text(self.saved_at)}
        if self.changed_since:
            return gettext("version %(number)s, %(age)s, changed since") % names
        return gettext("version %(number)s, %(age)s") % names

    @property
    def published_text(self) -> str:
        """ "published version 4 of 12 Nov 2026; 3 changes since", or that nothing was published."""
        if self.published is None or self.published.published_at is None:
            return gettext("nothing published yet")
        if not self.unpublished:
            return self.published.published_words
        names = {"number": self.published.number, "day": formats.short_date(self.published.published_at)}
        return ngettext(
            "published version %(number)s of %(day)s; %(count)s change since",
            "published version %(number)s of %(day)s; %(count)s changes since",
            self.unpublished,
        ) % {**names, "count": formats.whole(self.unpublished)}

    @property
    def review_text(self) -> str:
        """When the map is to be looked at again; empty without a date."""
        if self.review_on is None:
            return ""
        day = formats.short_date(self.review_on)
        if self.review_due:
            return gettext("review was due on %(day)s") % {"day": day}
        return gettext("to be reviewed on %(day)s") % {"day": day}


def age_text(at: dt.datetime, *, now: dt.datetime | None = None) -> str:
    """Return how long ago something was, in days of the workspace: today, yesterday, 12 days ago, 3 months ago."""
    today = timezone.localdate(now or timezone.now())
    days = max(0, (today - timezone.localdate(at)).days)
    if days == 0:
        return gettext("today")
    if days == 1:
        return gettext("yesterday")
    if days < 60:
        return ngettext("%(count)s day ago", "%(count)s days ago", days) % {"count": days}
    months = days // 30
    if months < 24:
        return ngettext("%(count)s month ago", "%(count)s months ago", months) % {"count": months}
    return ngettext("%(count)s year ago", "%(count)s years ago", days // 365) % {"count": days // 365}


_last_change = Prepared(
    lambda workspace, journey: (
        Change.objects.filter(workspace=workspace, scope_type="journeys.journey", scope_id=journey, undone_at=None)
        .exclude(rows=[])
        .exclude(action__startswith=SPOKEN)
        .only("id")
        .order_by("-id")[:1]
    )
)
_last_version = Prepared(
    lambda journey: Version.objects.filter(journey=journey).defer("document", "rows", "note").order_by("-number")[:1]
)


def changes_since(version: Version) -> int:
    """Return how many changes the map has seen since a version, those that were taken back since included."""
    changes = Change.objects.filter(
        workspace=version.workspace_id, scope_type="journeys.journey", scope_id=str(version.journey_id)
    ).exclude(rows=[])
    last = version.last_change or 0
    after = Q(id__gt=last, undone_at=None) | Q(id__lte=last, undone_at__gt=version.created_at)
    return changes.filter(after).count()


def last_change_of(journey: Journey) -> int | None:
    """Return the newest change of the map's log."""
    newest = _last_change(workspace=journey.workspace_id, journey=str(journey.pk))
    return newest[0].pk if newest else None


def standing(journey: Journey) -> Standing:
    """Return how old a map is; two queries, four when something was published."""
    last = next(iter(_last_version(journey=journey.pk)), None)
    published = published_of(journey)
    today = timezone.localdate(timezone=journey.workspace.zone)
    return Standing(
        number=last.number if last else None,
        name=last.name if last else "",
        saved_at=last.created_at if last else None,
        changed_since=last is not None and last_change_of(journey) != last.last_change,
        review_on=journey.review_on,
        review_due=journey.review_on is not None and journey.review_on <= today,
        published=published,
        unpublished=changes_since(published) if published else 0,
    )


def versions_of(journey: Journey, *, published: bool = False) -> Sequence[Version]:
    """Return the versions of a map, newest first, without their documents; of the published ones, only those."""
    found = Version.objects.filter(journey=journey).defer("document", "rows").select_related("created_by")
    if published:
        found = found.exclude(published_at=None)
    return list(found.order_by("-number"))
