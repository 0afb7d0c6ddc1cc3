"""Stages and steps: the columns of a map."""

from typing import Any
from uuid import UUID

from cxmap.history.services import Recording
from cxmap.lib.ranks import STEP
from cxmap.workspaces.models import User
from journeys import lanes as registry
from journeys.errors import ElsewhereOnMap, FirstOfStage, LastOne, LinksToItself
from journeys.models import Card, CurvePoint, Journey, Stage, Step
from journeys.services.board import edit, fresh, place, remove, save
from journeys.services.copies import copy_of

STEP_FIELDS = {"optional", "repeatable", "branch", "path", "linked_journey", "width", "moment_of_truth"}


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


def step_describe(*, step: Step, actor: User, expected_revision: int | None = None, **fields: Any) -> Step:
    """Change what a step is: STEP_FIELDS. Raises StaleRevision, LinksToItself, ElsewhereOnMap."""
    linked = fields.get("linked_journey")
    if linked is not None and linked.workspace_id != step.workspace_id:
        raise ElsewhereOnMap
    if linked is not None and linked.pk == step.journey_id:
        raise LinksToItself
    with edit(step.journey, actor=actor, action="step.described", target=step, name=step.name) as record:
        step = fresh(step, expected_revision)
        record.watch(step)
        for name in STEP_FIELDS & fields.keys():
            setattr(step, name, fields[name])
        if not step.branch:
            step.path = ""
        save(step, *sorted(STEP_FIELDS & fields.keys() | {"path"}))
    return step


def step_merge(*, step: Step, into: Step, actor: User) -> Step:
    """Put everything of a step into another one of the same map and take the emptied step away.

    Cards go below those that are there; points of the curve that the other step lacks come along; pains, solutions
    and whatever other apps keep at the step follow (lanes.register_merged). One gesture for undo.
    """
    if step.journey_id != into.journey_id or step.pk == into.pk:
        raise ElsewhereOnMap
    with edit(step.journey, actor=actor, action="step.merged", target=into, name=step.name, into=into.name) as record:
        step, into = fresh(step), fresh(into)
        last: dict[UUID, float] = {}
        for card in Card.objects.filter(step=into, deleted_at=None):
            last[card.lane_id] = max(last.get(card.lane_id, 0.0), card.rank)
        cards = list(Card.objects.select_for_update().filter(step=step, deleted_at=None).order_by("lane", "rank", "id"))
        twice = {
            (lane_id, touchpoint_id)
            for lane_id, touchpoint_id in Card.objects.filter(step=into, deleted_at=None)
            .exclude(touchpoint=None)
            .values_list("lane_id", "touchpoint_id")
        }
        for card in cards:
            if (card.lane_id, card.touchpoint_id) in twice:
                remove(record, card)  # the same touchpoint already stands there
                continue
            record.watch(card)
            card.step = into
            card.rank = last[card.lane_id] = last.get(card.lane_id, 0.0) + STEP
            save(card, "step", "rank")
        there = {(point.layer, point.persona_id) for point in CurvePoint.objects.filter(step=into, deleted_at=None)}
        for point in CurvePoint.objects.select_for_update().filter(step=step, deleted_at=None):
            if (point.layer, point.persona_id) not in there:
                record.watch(point)
                point.step = into
                save(point, "step")
        record.watch(into)
        into.moment_of_truth = into.moment_of_truth or step.moment_of_truth
        if into.linked_journey_id is None:
            into.linked_journey_id = step.linked_journey_id
        save(into, "moment_of_truth", "linked_journey")
        registry.step_merged(record, step, into)
        remove(record, step)
    return into


def step_split(*, step: Step, actor: User, name: str) -> Step:
    """Put a new step right after, for the second half: cards below the first of each lane go there.

    Touchpoints stay where they are, so that no KPI moves unasked.
    """
    with edit(step.journey, actor=actor, action="step.split", target=step, name=step.name, into=name) as record:
        step = fresh(step)
        siblings = live_steps(step.stage)
        index = next(number for number, other in enumerate(siblings) if other.pk == step.pk)
        second = Step.objects.create(
            workspace_id=step.workspace_id,
            journey_id=step.journey_id,
            stage_id=step.stage_id,
            name=name,
            rank=place(record, siblings, index + 1),
            branch=step.branch,
            path=step.path,
        )
        record.created(second)
        seen: set[UUID] = set()
        cards = Card.objects.select_for_update().filter(step=step, deleted_at=None, touchpoint=None)
        for card in cards.order_by("lane", "rank", "id"):
            if card.lane_id in seen:
                record.watch(card)
                card.step = second
                save(card, "step")
            seen.add(card.lane_id)
    return second


def stage_split(*, step: Step, actor: User, name: str) -> Stage:
    """Let a new stage begin with this step: it and the steps behind it move there. Raises FirstOfStage."""
    with edit(
        step.journey, actor=actor, action="stage.split", target=step.stage, name=step.stage.name, into=name
    ) as record:
        step = fresh(step)
        steps = live_steps(step.stage)
        at = next(number for number, other in enumerate(steps) if other.pk == step.pk)
        if at == 0:
            raise FirstOfStage
        stages = live_stages(step.journey)
        index = next(number for number, other in enumerate(stages) if other.pk == step.stage_id)
        second = Stage.objects.create(
            workspace_id=step.workspace_id,
            journey_id=step.journey_id,
            name=name,
            rank=place(record, stages, index + 1),
        )
        record.created(second)
        record.watch(*steps[at:])
        for moved in steps[at:]:
            moved.stage = second
            save(moved, "stage")
    return second


def stage_merge(*, stage: Stage, actor: User) -> Stage:
    """Put the steps of a stage at the end of the stage before it. Raises LastOne on the first stage."""
    with edit(stage.journey, actor=actor, action="stage.merged", target=stage, name=stage.name) as record:
        stage = fresh(stage)
        stages = live_stages(stage.journey)
        index = next(number for number, other in enumerate(stages) if other.pk == stage.pk)
        if index == 0:
            raise LastOne
        into = stages[index - 1]
        there = live_steps(into)
        rank = there[-1].rank if there else 0.0
        steps = live_steps(stage)
        record.watch(*steps)
        for step in steps:
            rank += STEP
            step.stage, step.rank = into, rank
            save(step, "stage", "rank")
        remove(record, stage)
    return into


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
        _keep_spans(record, step)
        remove(record, step)


def _keep_spans(record: Recording, step: Step) -> None:
    """Let cards that begin at a step but go on beyond it begin at the next one: a span outlives its first column."""
    cards = list(Card.objects.select_for_update().filter(step=step, deleted_at=None).exclude(until_step=None))
    columns = steps_in_order(step.journey)
    following = columns[[column.pk for column in columns].index(step.pk) + 1 :]
    if not cards or not following:
        return
    after = following[0]
    # The last step of a span may itself be gone: its rank still says how far the card reached.
    reach = [card.until_step_id for card in cards if card.until_step_id is not None]
    ends = {end.pk: end for end in Step.objects.filter(pk__in=reach).select_related("stage")}
    for card in cards:
        end = ends.get(card.until_step_id) if card.until_step_id is not None else None
        if end is not None and _place_of(after) <= _place_of(end):
            record.watch(card)
            card.step = after
            save(card, "step")


def _place_of(step: Step) -> tuple[float, UUID, float, UUID]:
    """Return what steps sort by on the screen."""
    return step.stage.rank, step.stage_id, step.rank, step.pk


def steps_in_order(journey: Journey) -> list[Step]:
    """Return the live steps from left to right, hidden ones too."""
    return list(
        Step.objects.filter(journey=journey, deleted_at=None, stage__deleted_at=None)
        .select_related("stage")
        .order_by("stage__rank", "stage_id", "rank", "id")
    )


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
