"""Stages and steps: the columns of a map."""

from uuid import UUID

from cxmap.history.services import Recording
from cxmap.workspaces.models import User
from journeys.errors import ElsewhereOnMap, LastOne
from journeys.models import Card, CurvePoint, Journey, Stage, Step
from journeys.services.board import edit, fresh, place, remove, save
from journeys.services.copies import copy_of

NEW_STEP = 160  # longest name


def live_stages(journey: Journey) -> list[Stage]:
    return list(Stage.objects.filter(journey=journey, deleted_at=None).order_by("rank", "id"))


def live_steps(stage: Stage) -> list[Step]:
    return list(Step.objects.filter(stage=stage, deleted_at=None).order_by("rank", "id"))


def stage_add(*, journey: Journey, actor: User | None, name: str, step_name: str, index: int | None = None) -> Stage:
    """Add a stage with one step, at index among the stages (0-based; None: at the end)."""
    with edit(journey, actor=actor, action="stage.added", name=name) as record:
        siblings = live_stages(journey)
        rank = place(record, siblings, len(siblings) if index is None else index)
        stage = Stage.objects.create(workspace_id=journey.workspace_id, journey=journey, name=name, rank=rank)
        step = Step.objects.create(
            workspace_id=journey.workspace_id, journey=journey, stage=stage, name=step_name, rank=1024
        )
        record.created(stage, step)
    return stage


def stage_rename(*, stage: Stage, actor: User, name: str, expected_revision: int | None = None) -> Stage:
    """Raises StaleRevision."""
    with edit(stage.journey, actor=actor, action="stage.renamed", target=stage, before=stage.name, name=name) as record:
        stage = fresh(stage, expected_revision)
        record.watch(stage)
        stage.name = name
        save(stage, "name")
    return stage


def stage_set_hidden(*, stage: Stage, actor: User, hidden: bool) -> Stage:
    with edit(
        stage.journey, actor=actor, action="stage.hidden" if hidden else "stage.shown", target=stage, name=stage.name
    ) as record:
        stage = fresh(stage)
        record.watch(stage)
        stage.hidden = hidden
        save(stage, "hidden")
    return stage


def stage_move(*, stage: Stage, actor: User, index: int) -> Stage:
    """Put the stage, with its steps, at index among the other stages (0-based)."""
    with edit(stage.journey, actor=actor, action="stage.moved", target=stage, name=stage.name) as record:
        stage = fresh(stage)
        siblings = [other for other in live_stages(stage.journey) if other.pk != stage.pk]
        record.watch(stage)
        stage.rank = place(record, siblings, index)
        save(stage, "rank")
    return stage


def stage_delete(*, stage: Stage, actor: User) -> None:
    """Take a stage and its steps off the map. What is bound to its touchpoints stays in the library. Raises LastOne."""
    with edit(stage.journey, actor=actor, action="stage.deleted", target=stage, name=stage.name) as record:
        stage = fresh(stage)
        if len(live_stages(stage.journey)) <= 1:
            raise LastOne
        remove(record, stage, *live_steps(stage))


def stage_duplicate(*, stage: Stage, actor: User, name: str) -> Stage:
    """Copy a stage with its steps, cards and curve, right after it."""
    with edit(stage.journey, actor=actor, action="stage.duplicated", target=stage, name=stage.name) as record:
        siblings = live_stages(stage.journey)
        index = next(number for number, other in enumerate(siblings) if other.pk == stage.pk)
        copy = copy_of(stage, name=name, rank=place(record, siblings, index + 1), template_key="")
        copy.save()
        record.created(copy)
        for step in live_steps(stage):
            _copy_step(record, step, stage=copy, rank=step.rank, name=step.name)
    return copy


def step_add(*, stage: Stage, actor: User | None, name: str, index: int | None = None) -> Step:
    """Add a step at index among the steps of the stage (0-based; None: at the end)."""
    with edit(stage.journey, actor=actor, action="step.added", target=stage, name=name, stage=stage.name) as record:
        stage = fresh(stage)
        siblings = live_steps(stage)
        rank = place(record, siblings, len(siblings) if index is None else index)
        step = Step.objects.create(
            workspace_id=stage.workspace_id, journey_id=stage.journey_id, stage=stage, name=name, rank=rank
        )
        record.created(step)
    return step


def step_rename(*, step: Step, actor: User, name: str, expected_revision: int | None = None) -> Step:
    """Raises StaleRevision."""
    with edit(step.journey, actor=actor, action="step.renamed", target=step, before=step.name, name=name) as record:
        step = fresh(step, expected_revision)
        record.watch(step)
        step.name = name
        save(step, "name")
    return step


def step_set_hidden(*, step: Step, actor: User, hidden: bool) -> Step:
    with edit(
        step.journey, actor=actor, action="step.hidden" if hidden else "step.shown", target=step, name=step.name
    ) as record:
        step = fresh(step)
        record.watch(step)
        step.hidden = hidden
        save(step, "hidden")
    return step


def step_set_moment_of_truth(*, step: Step, actor: User, decisive: bool) -> Step:
    with edit(step.journey, actor=actor, action="step.moment_of_truth", target=step, name=step.name) as record:
        step = fresh(step)
        record.watch(step)
        step.moment_of_truth = decisive
        save(step, "moment_of_truth")
    return step


def step_move(*, step: Step, actor: User, stage_id: UUID, index: int) -> Step:
    """Put the step at index among the other steps of a stage of the same map.

    Its cards, touchpoints and KPIs come along. Raises ElsewhereOnMap, LastOne when its stage would be left empty
    and is the only one.
    """
    with edit(step.journey, actor=actor, action="step.moved", target=step, name=step.name) as record:
        step = fresh(step)
        stage = Stage.objects.filter(pk=stage_id, journey=step.journey_id, deleted_at=None).first()
        if stage is None:
            raise ElsewhereOnMap
        siblings = [other for other in live_steps(stage) if other.pk != step.pk]
        record.watch(step)
        step.rank = place(record, siblings, index)
        step.stage = stage
        save(step, "stage", "rank")
    return step


def step_shift(*, step: Step, actor: User, by: int) -> Step:
    """Move a step one place left (−1) or right (+1), over the edge of its stage into the next one."""
    stages = live_stages(step.journey)
    siblings = live_steps(step.stage)
    place_now = next(number for number, other in enumerate(siblings) if other.pk == step.pk)
    wanted = place_now + by
    if 0 <= wanted < len(siblings):
        return step_move(step=step, actor=actor, stage_id=step.stage_id, index=wanted)
    at = next(number for number, stage in enumerate(stages) if stage.pk == step.stage_id) + by
    if not 0 <= at < len(stages):
        return step
    target = stages[at]
    return step_move(step=step, actor=actor, stage_id=target.pk, index=len(live_steps(target)) if by < 0 else 0)


def step_delete(*, step: Step, actor: User) -> None:
    """Take a step off the map; its cards go with it and come back with undo. Raises LastOne."""
    with edit(step.journey, actor=actor, action="step.deleted", target=step, name=step.name) as record:
        step = fresh(step)
        if Step.objects.filter(journey=step.journey_id, deleted_at=None, stage__deleted_at=None).count() <= 1:
            raise LastOne
        remove(record, step)


def step_duplicate(*, step: Step, actor: User, name: str) -> Step:
    """Copy a step with its cards and curve, right after it."""
    with edit(step.journey, actor=actor, action="step.duplicated", target=step, name=step.name) as record:
        siblings = live_steps(step.stage)
        index = next(number for number, other in enumerate(siblings) if other.pk == step.pk)
        rank = place(record, siblings, index + 1)
        return _copy_step(record, step, stage=step.stage, rank=rank, name=name)


def _copy_step(record: Recording, step: Step, *, stage: Stage, rank: float, name: str) -> Step:
    copy = copy_of(step, stage=stage, rank=rank, name=name)
    copy.save()
    cards = [copy_of(card, step=copy) for card in Card.objects.filter(step=step, deleted_at=None)]
    points = [copy_of(point, step=copy) for point in CurvePoint.objects.filter(step=step, deleted_at=None)]
    Card.objects.bulk_create(cards)
    CurvePoint.objects.bulk_create(points)
    record.created(copy, *cards, *points)
    return copy
