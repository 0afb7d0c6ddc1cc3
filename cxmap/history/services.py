"""Writing the change log, and taking a change back.

A service opens a Recording, says which rows it is about to touch, writes them and closes it:

    with recording(actor=actor, action="step.renamed", target=step, scope=journey) as record:
        record.watch(step)
        step.name = name
        step.save(update_fields=["name"])
"""

import json
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cxmap.history.models import Change
from cxmap.lib.errors import CxmapError
from cxmap.lib.prepared import Prepared

# Counters that every write moves on: restoring an old one would make two different texts look the same.
UNRESTORED = frozenset({"revision", "updated_at"})
# Actions that begin so are said about a thing and are no edit of it: undo passes over them.
SPOKEN = "comment."


class NothingToUndo(CxmapError):
    code = "nothing_to_undo"
    message = _("There is nothing of yours left to undo here.")
    status = 409


class ChangedSince(CxmapError):
    code = "changed_since"
    message = _("Someone changed this after you: undoing would revert their work, so nothing was changed.")
    status = 409


def label(instance: models.Model) -> str:
    return instance._meta.label_lower


def row_values(instance: models.Model) -> dict[str, Any]:
    """Return the columns of a row as JSON values."""
    values = {field.attname: getattr(instance, field.attname) for field in instance._meta.concrete_fields}
    return json.loads(json.dumps(values, cls=DjangoJSONEncoder))


class Recording:
    """Collects the rows of one change; see recording()."""

    def __init__(self) -> None:
        self._before: dict[tuple[str, str], dict[str, Any] | None] = {}
        self._rows: dict[tuple[str, str], models.Model] = {}
        self.summary: dict[str, Any] = {}
        self.change: Change | None = None

    def watch(self, *instances: models.Model) -> None:
        """Remember rows as they are now, before they are changed."""
        for instance in instances:
            key = (label(instance), str(instance.pk))
            if key not in self._before:
                self._before[key] = row_values(instance)
                self._rows[key] = instance

    def created(self, *instances: models.Model) -> None:
        """Remember rows that this change made."""
        for instance in instances:
            key = (label(instance), str(instance.pk))
            self._before.setdefault(key, None)
            self._rows[key] = instance

    def touched(self) -> list[tuple[dict[str, Any] | None, models.Model]]:
        """Return the rows, each with its columns before the change; None when it was made."""
        return [(before, self._rows[key]) for key, before in self._before.items()]

    def rows(self) -> list[dict[str, Any]]:
        """Return what changed, only the changed fields of changed rows; whole rows when made."""
        found = []
        for key, before in self._before.items():
            after = row_values(self._rows[key])
            if before is None:
                found.append({"model": key[0], "pk": key[1], "before": None, "after": after})
                continue
            changed = {name for name in after if after[name] != before[name]}
            if changed:
                found.append(
                    {
                        "model": key[0],
                        "pk": key[1],
                        "before": {name: before[name] for name in changed},
                        "after": {name: after[name] for name in changed},
                    }
                )
        return found


@contextmanager
def recording(
    *,
    actor: Any,
    action: str,
    target: models.Model,
    scope: models.Model | None = None,
    gesture: uuid.UUID | None = None,
    workspace_id: int | None = None,
    **summary: Any,
) -> Iterator[Recording]:
    """Run a change in one transaction and write its history row at the end; nothing is written when nothing changed."""
    with transaction.atomic():
        record = Recording()
        record.summary = summary
        yield record
        rows = record.rows()
        if not rows:
            return
        record.change = Change.objects.create(
            workspace_id=workspace_id or target.workspace_id,  # type: ignore[attr-defined]
            actor=actor,
            action=action,
            target_type=label(target),
            target_id=str(target.pk),
            scope_type=label(scope) if scope else "",
            scope_id=str(scope.pk) if scope else "",
            summary=json.loads(json.dumps(record.summary, cls=DjangoJSONEncoder)),
            rows=rows,
            gesture=gesture or uuid.uuid4(),
        )


def changes_write(
    *, actor: Any, workspace_id: int, gesture: uuid.UUID, entries: Iterable[tuple[str, models.Model, Recording]]
) -> int:
    """Write the history rows of one gesture over many targets at once, one a target (action, target, its recording).

    For services that write hundreds of rows in one statement; within the transaction that writes them. A target of which
    nothing changed gets no row. Returns how many were written.
    """
    changes = [
        Change(
            workspace_id=workspace_id,
            actor=actor,
            action=action,
            target_type=label(target),
            target_id=str(target.pk),
            summary=json.loads(json.dumps(record.summary, cls=DjangoJSONEncoder)),
            rows=rows,
            gesture=gesture,
        )
        for action, target, record in entries
        if (rows := record.rows())
    ]
    Change.objects.bulk_create(changes, batch_size=500)
    return len(changes)


def history_record(
    *, actor: Any, action: str, target: models.Model, scope: models.Model | None = None, **summary: Any
) -> Change:
    """Write a history row for an act that undo does not concern (a member joins, an import runs)."""
    return Change.objects.create(
        workspace_id=getattr(target, "workspace_id", None) or target.pk,
        actor=actor,
        action=action,
        target_type=label(target),
        target_id=str(target.pk),
        scope_type=label(scope) if scope else "",
        scope_id=str(scope.pk) if scope else "",
        summary=json.loads(json.dumps(summary, cls=DjangoJSONEncoder)),
    )


def _apply(row: dict[str, Any], *, wanted: str, expected: str, made: list[models.Model]) -> None:
    """Put one row from its `expected` state to its `wanted` one. Raises ChangedSince when it is in neither."""
    model = apps.get_model(row["model"])
    instance = model._base_manager.select_for_update().filter(pk=row["pk"]).first()
    target, current = row[wanted], row[expected]
    if instance is None:
        raise ChangedSince
    values = row_values(instance)
    if target is None:
        # A row that the change made: it leaves the screen but stays in the table, so that redo finds it.
        for name, value in current.items():
            if name not in UNRESTORED and values.get(name) != value:
                raise ChangedSince
        instance.deleted_at = timezone.now()
        names = ["deleted_at"]
    elif current is None:
        instance.deleted_at = None
        names = ["deleted_at"]
    else:
        for name, value in current.items():
            if name not in UNRESTORED and values.get(name) != value:
                raise ChangedSince
        names = [name for name in target if name not in UNRESTORED]
        for name in names:
            field = next(field for field in model._meta.concrete_fields if field.attname == name)
            setattr(instance, name, field.to_python(target[name]) if target[name] is not None else None)
    if hasattr(instance, "revision"):
        instance.revision += 1
        names.append("revision")
    fields = {field.attname: field.name for field in model._meta.concrete_fields}
    instance.save(update_fields=[fields[name] for name in dict.fromkeys(names)])
    made.append(instance)


def _last_gesture(*, actor: Any, scope: models.Model, redo: bool) -> list[Change]:
    changes = (
        Change.objects.select_for_update()
        .filter(
            workspace_id=scope.workspace_id,  # type: ignore[attr-defined]
            scope_type=label(scope),
            scope_id=str(scope.pk),
            actor=actor,
        )
        .exclude(action__startswith=SPOKEN)
    )
    if redo:
        # Only what was undone after the person's last own change can be redone, the newest undo first.
        last = changes.filter(undone_at=None).exclude(rows=[]).first()
        found = changes.filter(undone_at__isnull=False)
        if last:
            found = found.filter(id__gt=last.id)
        first = found.order_by("-undone_at", "id").first()
    else:
        first = changes.filter(undone_at=None).exclude(rows=[]).order_by("-id").first()
    if first is None:
        raise NothingToUndo
    same = changes.filter(gesture=first.gesture)
    return list(same.order_by("id") if redo else same.order_by("-id"))


@transaction.atomic
def undo(*, actor: Any, scope: models.Model, redo: bool = False) -> list[Change]:
    """Take back the actor's last gesture on a scope (or put it forward again), and return its changes.

    Raises NothingToUndo, or ChangedSince when a row was changed by someone after the gesture: another person's
    later edit is never reverted.
    """
    changes = _last_gesture(actor=actor, scope=scope, redo=redo)
    _take_back(changes, redo=redo)
    return changes


@transaction.atomic
def gesture_undo(*, actor: Any, workspace_id: int, gesture: uuid.UUID, action: str) -> list[Change]:
    """Take back one gesture of the actor made of actions of one kind ("touchpoint."), whatever came after it elsewhere, and return its changes.

    Raises NothingToUndo, or ChangedSince when one of its rows was changed after it: then nothing is taken back.
    """
    mine = Change.objects.select_for_update().filter(
        workspace_id=workspace_id, gesture=gesture, actor=actor, action__startswith=action
    )
    changes = list(mine.filter(undone_at=None).exclude(rows=[]).order_by("-id"))
    if not changes:
        raise NothingToUndo
    _take_back(changes)
    return changes


def _take_back(changes: Iterable[Change], *, redo: bool = False) -> None:
    now = timezone.now()
    for change in changes:
        made: list[models.Model] = []
        rows = change.rows if redo else list(reversed(change.rows))
        for row in rows:
            if redo:
                _apply(row, wanted="after", expected="before", made=made)
            else:
                _apply(row, wanted="before", expected="after", made=made)
        change.undone_at = None if redo else now
        change.save(update_fields=["undone_at"])


def _acts(workspace: int, scope_type: str, scope_id: str, actor: int) -> QuerySet[Change]:
    scoped = Change.objects.filter(workspace_id=workspace, scope_type=scope_type, scope_id=scope_id, actor=actor)
    return scoped.exclude(rows=[]).exclude(action__startswith=SPOKEN).defer("rows")


_last_done = Prepared(lambda **mine: _acts(**mine).filter(undone_at=None).order_by("-id")[:1])
_last_undone = Prepared(lambda **mine: _acts(**mine).filter(undone_at__isnull=False).order_by("-undone_at", "id")[:1])


def undo_labels(*, actor: Any, scope: models.Model) -> tuple[Change | None, Change | None]:
    """Return the changes that undo and redo would touch, for the texts of the two buttons; one query each."""
    mine = {
        "workspace": scope.workspace_id,  # type: ignore[attr-defined]
        "scope_type": label(scope),
        "scope_id": str(scope.pk),
        "actor": actor.pk,
    }
    last = next(iter(_last_done(**mine)), None)
    # What was undone before the last act was done is no longer there to redo.
    undone = next((change for change in _last_undone(**mine) if last is None or change.id > last.id), None)
    return last, undone


# In a summary: what stands in place of its names for members who only read, {"element": …}.
FOR_READERS = "for_readers"

# What of the log those who only read do not see yet; registered by the apps that know it, for one workspace.
_unread: list[Callable[[int], models.Q]] = []


def keep_from_readers(condition: Callable[[int], models.Q]) -> None:
    """Register which changes of a workspace (its id) are nothing for members who only read."""
    if condition not in _unread:
        _unread.append(condition)


def for_readers(changes: QuerySet[Change], workspace_id: int) -> QuerySet[Change]:
    """Return changes of a workspace without those that members who only read do not see yet."""
    for condition in _unread:
        changes = changes.exclude(condition(workspace_id))
    return changes


def named_for_readers(changes: Iterable[Change]) -> None:
    """Give changes the names that members who only read know; they are not to be saved afterwards."""
    for change in changes:
        change.summary = {**change.summary, **change.summary.get(FOR_READERS, {})}


def feed(*, scope: models.Model | None = None, targets: Iterable[models.Model] = (), limit: int = 50) -> list[Change]:
    """Return the newest changes of a scope or of some targets, with their actors."""
    found = Change.objects.select_related("actor").defer("rows")
    if scope is not None:
        found = found.filter(
            workspace_id=scope.workspace_id,  # type: ignore[attr-defined]
            scope_type=label(scope),
            scope_id=str(scope.pk),
        )
    else:
        targets = list(targets)
        found = found.filter(
            workspace_id__in={target.workspace_id for target in targets},  # type: ignore[attr-defined]
        ).filter(target_type__in={label(t) for t in targets}, target_id__in=[str(t.pk) for t in targets])
    return list(found[:limit])
