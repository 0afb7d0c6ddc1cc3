"""Every write of pain points and solutions."""

from typing import Any, TypeVar

from django.utils import timezone

from cxmap.history.services import recording
from cxmap.lib.errors import StaleRevision
from cxmap.workspaces.models import User, Workspace
from improvements.models import NatureOrigin, Pain, Solution
from journeys.models import Journey
from journeys.services.board import move_on

Row = TypeVar("Row", Pain, Solution)


def _scope(row: Pain | Solution) -> Journey | None:
    """What stands on a map is undone on that map."""
    return row.journey


def _touch(*journeys: Journey | None, actor: User | None) -> None:
    """Say that the maps on which something stands, or stood, are other ones now."""
    for journey in {journey.pk: journey for journey in journeys if journey is not None}.values():
        move_on(journey, actor=actor)


def _add(row: Row, *, actor: User | None, action: str) -> Row:
    with recording(actor=actor, action=action, target=row, scope=_scope(row), name=row.title) as record:
        row.save(force_insert=True)  # an id that a browser chose never reaches a row that is there
        record.created(row)
        _touch(row.journey, actor=actor)
    return row


def _update(row: Row, *, actor: User, action: str, expected_revision: int | None, fields: dict[str, Any]) -> Row:
    with recording(actor=actor, action=action, target=row, scope=_scope(row), name=row.title) as record:
        row = type(row).objects.select_for_update().get(pk=row.pk)
        if row.deleted_at is not None or (expected_revision is not None and row.revision != expected_revision):
            raise StaleRevision(current=row)
        record.watch(row)
        before = row.journey
        for name, value in fields.items():
            setattr(row, name, value)
        row.revision += 1
        row.save(update_fields=[*fields, "revision", "updated_at"])
        _touch(before, row.journey, actor=actor)
    return row


def _origin(nature: str, proposed: str | None) -> str:
    if not nature:
        return ""
    return NatureOrigin.PROPOSED if nature == proposed else NatureOrigin.CHOSEN


def pain_add(
    *, workspace: Workspace, actor: User | None, title: str, proposed: str | None = None, **fields: Any
) -> Pain:
    """Note a pain point or an opportunity; step, touchpoint and flag say where it hurts.

    proposed: the nature that the person was shown as a proposal; the pain keeps whether it was left so.
    """
    fields["nature_origin"] = _origin(fields.get("nature", ""), proposed)
    step = fields.get("step")
    if step is not None:
        fields["journey"] = step.journey
    return _add(Pain(workspace=workspace, title=title, **fields), actor=actor, action="pain.added")


def pain_update(*, pain: Pain, actor: User, expected_revision: int | None = None, **fields: Any) -> Pain:
    """A nature that is changed is a person's choice from then on. Raises StaleRevision."""
    if "nature" in fields and fields["nature"] != pain.nature:
        fields["nature_origin"] = _origin(fields["nature"], None)
    return _update(pain, actor=actor, action="pain.updated", expected_revision=expected_revision, fields=fields)


def pain_delete(*, pain: Pain, actor: User) -> None:
    """Take a pain point away; its solutions stay."""
    _update(pain, actor=actor, action="pain.deleted", expected_revision=None, fields={"deleted_at": timezone.now()})


def solution_add(*, workspace: Workspace, actor: User | None, title: str, **fields: Any) -> Solution:
    """Propose a solution. It stands on the map where its pain point stands, unless said otherwise."""
    pain = fields.get("pain")
    if pain is not None and fields.get("step") is None:
        fields["step"] = pain.step
    if fields.get("status") == Solution.Status.DONE:
        fields.setdefault("done_on", timezone.localdate(timezone=workspace.zone))
    step = fields.get("step")
    if step is not None:
        fields["journey"] = step.journey
    return _add(Solution(workspace=workspace, title=title, **fields), actor=actor, action="solution.added")


def solution_update(
    *, solution: Solution, actor: User, expected_revision: int | None = None, **fields: Any
) -> Solution:
    """Change a solution; the day on which it became done is noted, and forgotten when it is taken up again.

    Raises StaleRevision.
    """
    if "status" in fields and fields["status"] != Solution.Status.DONE:
        fields["done_on"] = None
    elif fields.get("status") == Solution.Status.DONE and not (solution.done_on or fields.get("done_on")):
        fields["done_on"] = timezone.localdate(timezone=solution.workspace.zone)
    return _update(solution, actor=actor, action="solution.updated", expected_revision=expected_revision, fields=fields)


def solution_score(*, solution: Solution, actor: User, impact: int, effort: int) -> Solution:
    """Place a solution on the board: impact and effort from 1 to 5."""
    return _update(
        solution,
        actor=actor,
        action="solution.scored",
        expected_revision=None,
        fields={"impact": impact, "effort": effort},
    )


def solution_delete(*, solution: Solution, actor: User) -> None:
    _update(
        solution,
        actor=actor,
        action="solution.deleted",
        expected_revision=None,
        fields={"deleted_at": timezone.now()},
    )
