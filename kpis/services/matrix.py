"""What is done from the matrix: a missing touchpoint put in its place, a gap that is said to be none."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from cxmap.history.services import recording
from cxmap.lib.text import fold
from cxmap.workspaces.models import User, Workspace
from journeys.models import Card, Journey, Lane, Step
from journeys.services.beginnings import Library
from journeys.services.cards import card_add
from journeys.services.lanes import lane_add
from kpis.models import NotApplicable
from kpis.selectors.matrix_example import ExampleEntry
from touchpoints.examples import LABEL
from touchpoints.models import Category, Channel, Touchpoint
from touchpoints.services import touchpoint_create

LANE = "touchpoints"


@transaction.atomic
def touchpoint_place(*, touchpoint: Touchpoint, steps: Sequence[Step], actor: User) -> int:
    """Put a touchpoint on steps of maps, where it does not stand yet; return how many cards that made.

    A map without a lane for touchpoints gets one. All cards are one gesture, which one undo takes back on each map.
    """
    gesture, made = uuid4(), 0
    for step in sorted(steps, key=lambda step: (str(step.journey_id), step.rank)):
        standing = Card.objects.filter(step=step, touchpoint=touchpoint, deleted_at=None, lane__deleted_at=None)
        if standing.exists():
            continue
        lanes = Lane.objects.filter(journey=step.journey_id, kind=LANE, deleted_at=None)
        lane = lanes.select_related("journey").order_by("rank", "id").first()
        if lane is None:
            lane = lane_add(journey=step.journey, actor=actor, kind=LANE)
        card_add(lane=lane, step=step, actor=actor, touchpoint=touchpoint, gesture=gesture)
        made += 1
    return made


@transaction.atomic
def gap_dismiss(
    *,
    workspace: Workspace,
    actor: User,
    category: Category,
    column: str,
    channel: Channel | None = None,
    journey: Journey | None = None,
    reason: str = "",
) -> NotApplicable:
    """Say that a category, or one channel of it, needs no touchpoint at a stage. Saying it twice changes nothing."""
    # One at a time, so that two people who say the same find the same row.
    Workspace.objects.select_for_update().only("pk").get(pk=workspace.pk)
    said = NotApplicable.objects.filter(
        workspace=workspace, journey=journey, category=category, channel=channel, column=column, deleted_at=None
    ).first()
    if said is not None:
        return said
    row = NotApplicable(
        workspace=workspace,
        journey=journey,
        category=category,
        channel=channel,
        column=column,
        reason=reason,
        created_by=actor,
    )
    name = channel.name_fr if channel else category.name_fr
    with recording(actor=actor, action="matrix.gap_dismissed", target=row, name=name, reason=reason) as record:
        row.save()
        record.created(row)
    return row


@transaction.atomic
def gap_restore(*, row: NotApplicable, actor: User) -> None:
    """Take back that a gap does not matter; it is then missing again."""
    with recording(actor=actor, action="matrix.gap_restored", target=row, name=row.category.name_fr) as record:
        row = NotApplicable.objects.select_for_update().select_related("category").get(pk=row.pk)
        record.watch(row)
        row.deleted_at = row.deleted_at or timezone.now()
        row.save(update_fields=["deleted_at"])


@dataclass(frozen=True, slots=True)
class ExamplesAdded:
    """touchpoints: new in the library; cards: new on the map; homeless: no stage of the map fits them."""

    touchpoints: int
    cards: int
    homeless: int


@transaction.atomic
def examples_place(
    *, workspace: Workspace, actor: User, entries: Sequence[ExampleEntry], journey: Journey | None = None
) -> ExamplesAdded:
    """Put examples into the library, each saying that it is one, and with a journey on the first step of their stage.

    A touchpoint that several stages have is added once. Stages are found by the template they came from, else by name.
    """
    # One at a time: two people who begin the library get each example once.
    Workspace.objects.select_for_update().only("pk").get(pk=workspace.pk)
    library = Library(workspace)
    homes = _homes(journey) if journey else {}
    added = cards = homeless = 0
    for entry in entries:
        touchpoint, name = library.find(entry.plan)
        if touchpoint is None:
            touchpoint = touchpoint_create(
                workspace=workspace,
                actor=actor,
                name=name,
                category=library.categories[entry.plan.category],
                channel=library.channel_saved(entry.plan.channel, actor),
                phase=entry.plan.phase,
                description=str(LABEL),
            )
            library.add(touchpoint)
            added += 1
        if journey is not None:
            step = homes.get(entry.stage) or homes.get(fold(entry.stage_name))
            if step is None:
                homeless += 1
            else:
                cards += touchpoint_place(touchpoint=touchpoint, steps=[step], actor=actor)
    return ExamplesAdded(added, cards, homeless)


def _homes(journey: Journey) -> dict[str, Step]:
    """Return the first shown step of each stage, by the stage's template key and by its name."""
    steps = Step.objects.filter(
        journey=journey, deleted_at=None, hidden=False, stage__deleted_at=None, stage__hidden=False
    )
    homes: dict[str, Step] = {}
    for step in steps.select_related("stage", "journey").order_by("stage__rank", "rank", "id"):
        for key in filter(None, (step.stage.template_key, fold(step.stage.name))):
            homes.setdefault(key, step)
    return homes
