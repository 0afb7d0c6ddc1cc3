"""Binding what is suggested for a type of touchpoint, on one or several touchpoints at once, and taking it back."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from cxmap.history.models import Change
from cxmap.history.services import gesture_undo
from cxmap.workspaces.models import User, Workspace
from kpis.models import Binding, Kpi
from kpis.services.bindings import binding_create
from kpis.services.nudges import evaluate_soon
from kpis.services.targets import target_set
from kpis.target_examples import drafts_for
from touchpoints.models import Touchpoint


@dataclass(frozen=True, slots=True)
class Wanted:
    """A KPI to bind, with its direction where it has none, and the example (code) of a target that was ticked."""

    kpi: Kpi
    direction: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class SuggestionsBound:
    """What one click did: KPIs bound, left as they were because they were bound already, and targets set."""

    bound: int
    known: int
    targets: int
    touchpoints: int  # on which something was bound
    gesture: uuid.UUID


@transaction.atomic
def suggestions_bind(
    *, workspace: Workspace, touchpoints: Sequence[Touchpoint], wanted: Sequence[Wanted], actor: User
) -> SuggestionsBound:
    """Bind KPIs on touchpoints (category selected); what is bound already stays as it is, its target too.

    All bindings are one gesture, so that they are taken back together. Raises DirectionMissing: then nothing is bound.
    """
    gesture = uuid.uuid4()
    # One order of locking for everybody: two people binding the same touchpoints wait, and do not block each other.
    places = sorted(touchpoints, key=lambda one: one.pk)
    list(Touchpoint.objects.select_for_update().filter(pk__in=[one.pk for one in places]).order_by("pk"))
    have = set(Binding.objects.filter(touchpoint__in=places, deleted_at=None).values_list("touchpoint_id", "kpi_id"))
    bound = targets = known = 0
    reached = set()
    for touchpoint in places:
        for one in wanted:
            if (touchpoint.pk, one.kpi.pk) in have:
                known += 1
                continue
            binding = binding_create(
                touchpoint=touchpoint, kpi=one.kpi, actor=actor, direction=one.direction, gesture=gesture
            )
            bound += 1
            reached.add(touchpoint.pk)
            targets += _target(workspace, binding, touchpoint, one, actor)
    return SuggestionsBound(bound=bound, known=known, targets=targets, touchpoints=len(reached), gesture=gesture)


def _target(workspace: Workspace, binding: Binding, touchpoint: Touchpoint, one: Wanted, actor: User) -> int:
    """Set the target of the ticked example; a binding that came back with a target of its own keeps it."""
    if not one.example or binding.targets.filter(ended_at=None).exists():
        return 0
    drafts = drafts_for(
        workspace,
        kpi=one.kpi.code,
        category=touchpoint.category.code,
        direction=binding.direction,
        current=None,
    )
    draft = next((draft for draft in drafts if draft.code == one.example), None)
    if draft is None:
        return 0
    answers: dict[str, Any] = dict(draft.answers)
    target_set(binding=binding, actor=actor, value=draft.value, **answers)
    return 1


@transaction.atomic
def suggestions_undo(*, workspace: Workspace, actor: User, gesture: uuid.UUID) -> int:
    """Take back what one click of the actor bound, and return how many bindings.

    Raises NothingToUndo, ChangedSince when somebody changed one of them meanwhile: then nothing is taken back.
    """
    changes = gesture_undo(actor=actor, workspace_id=workspace.pk, gesture=gesture, action="binding.added")
    evaluate_soon(workspace.pk)
    return len(changes)


def last_bound(*, workspace: Workspace, actor: User, gesture: str) -> tuple[uuid.UUID, int] | None:
    """Return a click of the person by the gesture in an address, with how many KPIs it bound; None when it is gone."""
    try:
        key = uuid.UUID(gesture)
    except ValueError:
        return None
    mine = Change.objects.filter(workspace=workspace, gesture=key, actor=actor, undone_at=None, action="binding.added")
    number = mine.count()
    return (key, number) if number else None
