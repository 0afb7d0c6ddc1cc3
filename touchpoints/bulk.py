"""Changing many touchpoints at once: one transaction, one history row each, undone together."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import ngettext

from cxmap.history.models import Change
from cxmap.history.services import Recording, changes_write, gesture_undo
from cxmap.lib.formats import whole
from cxmap.workspaces.models import User, Workspace
from touchpoints.errors import TouchpointNameTaken
from touchpoints.models import Touchpoint
from touchpoints.services import settled

BATCH = 500


@dataclass(slots=True)
class Outcome:
    """What became of the touchpoints that were to change. Names are those that people must look at."""

    gesture: UUID
    changed: int = 0
    unchanged: int = 0  # they were so already
    stale: list[str] = field(default_factory=list)  # someone else changed them meanwhile: left as they are
    gone: int = 0  # no longer where they were: deleted, restored or merged meanwhile
    taken: list[str] = field(default_factory=list)  # not restored: another one has their name by now


def rows_write(rows: list[Touchpoint], columns: set[str]) -> None:
    """Write columns of rows that are locked, with what follows from them."""
    now = timezone.now()
    for row in rows:
        row.revision += 1
        row.updated_at = now
    names = {*columns, "receiver", "revision", "updated_at"}
    Touchpoint.objects.bulk_update(rows, sorted(names), batch_size=BATCH)


def _as_seen(outcome: Outcome, workspace: Workspace, expected: Mapping[UUID, int | None]) -> Iterator[Touchpoint]:
    """Yield those that are in the library as they were seen, locked; the outcome says what became of the others."""
    found = _locked(workspace, expected)
    outcome.gone = len(expected) - len(found)
    for row in found:
        revision = expected[row.pk]
        if row.deleted_at is not None:
            outcome.gone += 1
        elif revision is not None and row.revision != revision:
            outcome.stale.append(row.name)
        else:
            yield row


@transaction.atomic
def touchpoints_change(
    *, workspace: Workspace, actor: User, expected: Mapping[UUID, int | None], fields: Mapping[str, Any]
) -> Outcome:
    """Give many touchpoints of the library the same values.

    `expected` says the revision that was seen of each; None: whatever it is. One that changed since is left as it is and
    named, the others change.
    """
    outcome = Outcome(gesture=uuid.uuid4())
    entries: list[tuple[str, Any, Recording]] = []
    for row in _as_seen(outcome, workspace, expected):
        record = Recording()
        record.watch(row)
        for name, value in fields.items():
            setattr(row, name, value)
        settled(row)
        if not record.rows():
            outcome.unchanged += 1
            continue
        record.summary = {"name": row.name}
        entries.append(("touchpoint.updated", row, record))
    _finish(outcome, workspace, actor, entries, set(fields))
    return outcome


@transaction.atomic
def touchpoints_delete(*, workspace: Workspace, actor: User, expected: Mapping[UUID, int | None]) -> Outcome:
    """Take many touchpoints out of the library; their cards, measures and history stay."""
    outcome = Outcome(gesture=uuid.uuid4())
    entries: list[tuple[str, Any, Recording]] = []
    for row in _as_seen(outcome, workspace, expected):
        record = Recording()
        record.watch(row)
        row.deleted_at = timezone.now()
        record.summary = {"name": row.name}
        entries.append(("touchpoint.deleted", row, record))
    _finish(outcome, workspace, actor, entries, {"deleted_at"})
    return outcome


@transaction.atomic
def touchpoints_restore(*, workspace: Workspace, actor: User, expected: Mapping[UUID, int | None]) -> Outcome:
    """Put many touchpoints back into the library, but for those whose name another one has by now."""
    outcome = Outcome(gesture=uuid.uuid4())
    entries: list[tuple[str, Any, Recording]] = []
    found = _locked(workspace, expected)
    outcome.gone = len(expected) - len(found)
    living = set(Touchpoint.objects.filter(workspace=workspace, deleted_at=None).values_list("name", flat=True))
    for row in found:
        if row.deleted_at is None or row.merged_into_id is not None:
            outcome.gone += 1
        elif row.name in living:
            outcome.taken.append(row.name)
        else:
            living.add(row.name)
            record = Recording()
            record.watch(row)
            row.deleted_at = None
            record.summary = {"name": row.name}
            entries.append(("touchpoint.restored", row, record))
    _finish(outcome, workspace, actor, entries, {"deleted_at"})
    return outcome


def changes_undo(*, workspace: Workspace, actor: User, gesture: UUID) -> int:
    """Take back what one act of a person changed; return how many touchpoints are as before.

    Raises NothingToUndo, ChangedSince, TouchpointNameTaken; then nothing is taken back.
    """
    try:
        with transaction.atomic():
            return len(gesture_undo(actor=actor, workspace_id=workspace.pk, gesture=gesture, action="touchpoint."))
    except IntegrityError as error:
        raise TouchpointNameTaken from error


@dataclass(frozen=True, slots=True)
class LastAct:
    """What a person just did to many touchpoints and may take back."""

    gesture: UUID
    text: str


def last_act(*, workspace: Workspace, actor: User, gesture: str) -> LastAct | None:
    """Return an act of the person by the gesture in an address; None when it makes no sense or is taken back."""
    try:
        key = UUID(gesture)
    except ValueError:
        return None
    mine = Change.objects.filter(workspace=workspace, gesture=key, actor=actor, undone_at=None)
    actions = dict(mine.order_by().values_list("action").annotate(n=Count("pk")))
    texts = [str(text) for action, say in SENTENCES if (number := actions.get(action)) for text in [say(number)]]
    return LastAct(gesture=key, text=" ".join(texts)) if texts else None


SENTENCES: tuple[tuple[str, Callable[[int], str]], ...] = (
    (
        "touchpoint.added",
        lambda n: ngettext("%(n)s touchpoint was added.", "%(n)s touchpoints were added.", n) % {"n": whole(n)},
    ),
    (
        "touchpoint.updated",
        lambda n: ngettext("%(n)s touchpoint was changed.", "%(n)s touchpoints were changed.", n) % {"n": whole(n)},
    ),
    (
        "touchpoint.deleted",
        lambda n: (
            ngettext("%(n)s touchpoint is in the trash.", "%(n)s touchpoints are in the trash.", n) % {"n": whole(n)}
        ),
    ),
    (
        "touchpoint.restored",
        lambda n: (
            ngettext("%(n)s touchpoint is back in the library.", "%(n)s touchpoints are back in the library.", n)
            % {"n": whole(n)}
        ),
    ),
)


def _locked(workspace: Workspace, expected: Mapping[UUID, int | None]) -> list[Touchpoint]:
    rows = Touchpoint.objects.select_for_update().filter(workspace=workspace, pk__in=list(expected))
    return list(rows.order_by("pk"))


def _finish(
    outcome: Outcome,
    workspace: Workspace,
    actor: User,
    entries: list[tuple[str, Any, Recording]],
    columns: set[str],
) -> None:
    rows_write([row for _action, row, _record in entries], columns)
    outcome.changed = changes_write(actor=actor, workspace_id=workspace.pk, gesture=outcome.gesture, entries=entries)
