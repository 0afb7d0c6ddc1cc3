"""The feed: who did what, by day, narrowed to a person, a map, a kind of change or a day; a constant number of queries."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from cxmap.history import registry
from cxmap.history.models import Change
from cxmap.history.registry import Scope
from cxmap.history.services import for_readers, label, named_for_readers

PAGE = 100  # changes
FOLDED = 3  # so many in a row become one line


class FeedKind(models.TextChoices):
    EDITS = "edits", _("changes")
    COMMENTS = "comments", _("comments")
    APPROVAL = "approval", _("reviews and publication")
    SHARING = "sharing", _("sharing and members")


# How actions of each kind begin; every other one is an edit.
BEGINNINGS: Mapping[str, tuple[str, ...]] = {
    FeedKind.COMMENTS: ("comment.",),
    FeedKind.APPROVAL: ("journey.review_", "journey.sent_back", "journey.published"),
    FeedKind.SHARING: ("share_link.", "access.", "invitation.", "member.", "token."),
}


def kind_of(action: str) -> str:
    return next((kind for kind, parts in BEGINNINGS.items() if action.startswith(parts)), FeedKind.EDITS.value)


def _of_kind(kind: str) -> Q:
    parts = BEGINNINGS.get(kind)
    if parts is None:
        return ~_begins([part for parts in BEGINNINGS.values() for part in parts])
    return _begins(parts)


def _begins(parts: Sequence[str]) -> Q:
    found = Q()
    for part in parts:
        found |= Q(action__startswith=part)
    return found


@dataclass(frozen=True, slots=True)
class FeedFilter:
    """What of the feed somebody wants to see."""

    actor: int | None = None
    scope: str = ""  # id of a row of a registered scope: of a map
    kind: str = ""
    since: dt.date | None = None
    before: int | None = None  # the page after this change

    @classmethod
    def parse(cls, query: Mapping[str, str]) -> "FeedFilter":
        """Read the query of a page; what is wrong in it counts as left out."""
        actor, before = query.get("person", ""), query.get("before", "")
        try:
            since = parse_date(query.get("since", ""))
        except ValueError:
            since = None
        kind = query.get("kind", "")
        return cls(
            actor=int(actor) if actor.isdecimal() and len(actor) < 18 else None,
            scope=query.get("map", "")[:40],
            kind=kind if kind in FeedKind.values else "",
            since=since if since is not None and since.year > 1900 else None,
            before=int(before) if before.isdecimal() and len(before) < 18 else None,
        )

    @property
    def is_narrow(self) -> bool:
        return bool(self.actor or self.scope or self.kind or self.since)


@dataclass(frozen=True, slots=True)
class Line:
    """One change. `quote`: what was said, where something was."""

    change: Change
    href: str
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the feed, or several changes of one person in a row that fold into one."""

    lines: Sequence[Line]  # newest first
    scope: Scope | None

    @property
    def is_folded(self) -> bool:
        return len(self.lines) > 1

    @property
    def newest(self) -> Change:
        return self.lines[0].change

    @property
    def oldest(self) -> Change:
        return self.lines[-1].change

    @property
    def title(self) -> str:
        """What the folded line says."""
        number = len(self.lines)
        if self.scope is not None:
            return ngettext("made %(number)s change", "made %(number)s changes", number) % {"number": number}
        return gettext("%(sentence)s, and %(number)s more of this kind") % {
            "sentence": self.newest.sentence,
            "number": number - 1,
        }


@dataclass(frozen=True, slots=True)
class FeedDay:
    day: dt.date
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class FeedPage:
    days: Sequence[FeedDay]
    next: int | None  # id of the last change shown, when there are older ones
    filter: FeedFilter


def feed_page(
    *, workspace_id: int, wanted: FeedFilter, scope: models.Model | None = None, reads_only: bool = False
) -> FeedPage:
    """Return a page of a workspace's changes, or of those of one scope, newest first.

    `reads_only`: as a member sees it who only reads, without what is no more than a draft yet.
    """
    rows = Change.objects.filter(workspace_id=workspace_id).select_related("actor").defer("rows")
    if reads_only:
        rows = for_readers(rows, workspace_id)
    if scope is not None:
        rows = rows.filter(scope_type=label(scope), scope_id=str(scope.pk))
    elif wanted.scope:
        rows = rows.filter(scope_type__in=registry.scope_labels(), scope_id=wanted.scope)
    if wanted.actor is not None:
        rows = rows.filter(actor=wanted.actor)
    if wanted.kind:
        rows = rows.filter(_of_kind(wanted.kind))
    if wanted.since is not None:
        rows = rows.filter(at__gte=timezone.make_aware(dt.datetime.combine(wanted.since, dt.time())))
    if wanted.before is not None:
        rows = rows.filter(id__lt=wanted.before)
    found = list(rows[: PAGE + 1])
    shown = found[:PAGE]
    if reads_only:
        named_for_readers(shown)
    return FeedPage(
        days=_days(workspace_id, shown),
        next=shown[-1].pk if len(found) > PAGE else None,
        filter=wanted,
    )


def _days(workspace_id: int, changes: Sequence[Change]) -> list[FeedDay]:
    scopes: dict[tuple[str, str], Scope] = {}
    for kind in registry.scope_labels():
        ids = {change.scope_id for change in changes if change.scope_type == kind}
        if ids:
            scopes |= {(kind, pk): row for pk, row in registry.scopes_of(kind, workspace_id, ids).items()}
    quotes = registry.quotes_of(workspace_id, {(change.target_type, change.target_id) for change in changes})
    days: list[tuple[dt.date, list[tuple[list[Line], Scope | None]]]] = []
    for change in changes:
        day = timezone.localdate(change.at)
        scope = scopes.get((change.scope_type, change.scope_id))
        said = kind_of(change.action) == FeedKind.COMMENTS
        line = Line(
            change=change,
            href=registry.link_of(change, scope.href if scope is not None else ""),
            quote=quotes.get((change.target_type, change.target_id), "") if said else "",
        )
        if not days or days[-1][0] != day:
            days.append((day, []))
        entries = days[-1][1]
        if entries and _folds(entries[-1][0][-1].change, change):
            entries[-1][0].append(line)
        else:
            entries.append(([line], scope))
    return [FeedDay(day, list(_unfolded(entries))) for day, entries in days]


def _folds(newer: Change, older: Change) -> bool:
    """True when two changes in a row read as one: edits of one person on one map, or of one kind elsewhere."""
    if newer.actor_id != older.actor_id or (newer.scope_type, newer.scope_id) != (older.scope_type, older.scope_id):
        return False
    if {kind_of(newer.action), kind_of(older.action)} != {FeedKind.EDITS.value}:
        return False
    return newer.scope_id != "" or newer.action == older.action


def _unfolded(entries: Sequence[tuple[list[Line], Scope | None]]) -> Any:
    """Yield the entries; a few changes in a row stand by themselves."""
    for lines, scope in entries:
        if len(lines) < FOLDED:
            for line in lines:
                yield Entry([line], scope)
        else:
            yield Entry(lines, scope)
