"""The content inventory of a touchpoint (A48, A49): what it says, where, and when somebody last looked at it."""

import calendar
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import ngettext

from cxmap.history.services import Recording, recording
from cxmap.lib.errors import StaleRevision
from cxmap.workspaces.models import User
from touchpoints import merging
from touchpoints.models import ContentItem, Touchpoint


def months_before(day: dt.date, months: int) -> dt.date:
    """Return the day as many months earlier, the last one of the month where there is no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class Inventory:
    """The content of a touchpoint, the oldest first; what has no date stands before it: it may be the oldest."""

    items: Sequence[ContentItem]
    stale: frozenset[Any]  # ids of those that are older than the touchpoint allows
    newest_on: dt.date | None

    @property
    def undated(self) -> int:
        return sum(1 for item in self.items if item.updated_on is None)


def inventory(touchpoint: Touchpoint, *, today: dt.date) -> Inventory:
    """Return the content of one touchpoint; one query."""
    items = list(ContentItem.objects.filter(touchpoint=touchpoint, deleted_at=None))
    items.sort(key=lambda item: (item.updated_on or dt.date.min, item.created_at))
    limit = months_before(today, touchpoint.content_months)
    dated = [item.updated_on for item in items if item.updated_on is not None]
    stale = frozenset(item.pk for item in items if item.updated_on is not None and item.updated_on < limit)
    return Inventory(items=items, stale=stale, newest_on=max(dated, default=None))


def removed(touchpoint: Touchpoint, pk: str) -> ContentItem | None:
    """Return a piece of content that was taken away, by the id in an address; None when it makes no sense."""
    try:
        key = UUID(pk)
    except ValueError:
        return None
    return ContentItem.objects.filter(pk=key, touchpoint=touchpoint).exclude(deleted_at=None).first()


def content_add(*, touchpoint: Touchpoint, actor: User | None, title: str, **fields: Any) -> ContentItem:
    """Add a piece of content to a touchpoint."""
    item = ContentItem(workspace_id=touchpoint.workspace_id, touchpoint=touchpoint, title=title, **fields)
    with recording(actor=actor, action="content.added", target=touchpoint, name=touchpoint.name, title=title) as record:
        item.save()
        record.created(item)
    return item


def content_update(
    *, item: ContentItem, actor: User, expected_revision: int | None = None, **fields: Any
) -> ContentItem:
    """Change a piece of content. Raises StaleRevision."""
    touchpoint = item.touchpoint
    with recording(
        actor=actor, action="content.updated", target=touchpoint, name=touchpoint.name, title=item.title
    ) as record:
        item = ContentItem.objects.select_for_update().get(pk=item.pk)
        if expected_revision is not None and item.revision != expected_revision:
            raise StaleRevision(current=item)
        record.watch(item)
        for name, value in fields.items():
            setattr(item, name, value)
        item.revision += 1
        item.save(update_fields=[*fields, "revision"])
    return item


def content_delete(*, item: ContentItem, actor: User) -> None:
    """Take a piece of content away; content_restore brings it back."""
    touchpoint = item.touchpoint
    with recording(
        actor=actor, action="content.deleted", target=touchpoint, name=touchpoint.name, title=item.title
    ) as record:
        item = ContentItem.objects.select_for_update().get(pk=item.pk)
        record.watch(item)
        item.deleted_at = item.deleted_at or timezone.now()
        item.revision += 1
        item.save(update_fields=["deleted_at", "revision"])


def content_restore(*, item: ContentItem, actor: User) -> None:
    touchpoint = item.touchpoint
    with recording(
        actor=actor, action="content.restored", target=touchpoint, name=touchpoint.name, title=item.title
    ) as record:
        item = ContentItem.objects.select_for_update().get(pk=item.pk)
        record.watch(item)
        item.deleted_at = None
        item.revision += 1
        item.save(update_fields=["deleted_at", "revision"])


class Follower:
    """Content goes over with its touchpoint."""

    def consequences(self, touchpoint: Touchpoint, into: Touchpoint) -> Sequence[str]:
        number = ContentItem.objects.filter(touchpoint=touchpoint, deleted_at=None).count()
        text = ngettext("%(n)s piece of content goes over.", "%(n)s pieces of content go over.", number)
        return [text % {"n": number}] if number else []

    def begin(self, touchpoint: Touchpoint, into: Touchpoint) -> None:
        """Nothing to wait for."""

    def follow(self, touchpoint: Touchpoint, into: Touchpoint, record: Recording) -> None:
        items: Iterable[ContentItem] = ContentItem.objects.select_for_update().filter(touchpoint=touchpoint)
        for item in items:
            record.watch(item)
            item.touchpoint = into
            item.revision += 1
            item.save(update_fields=["touchpoint", "revision"])


merging.register(Follower())
