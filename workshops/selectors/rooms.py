"""What stands in the room now: for the facilitator, the projector and a guest.

Until a round is revealed only its author reads a note, a dot or a rating: the selectors for others count, and never
load what they count.
"""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet
from django.utils import timezone

from journeys.models import Step
from journeys.services.cards import shown_steps
from touchpoints.models import Department
from workshops.feelings import Feeling, feelings_of
from workshops.items import Item, in_order, items_of, subjects
from workshops.models import Activity, Decision, Note, Participant, Rating, Target, Vote, Workshop

Kind = Activity.Kind


@dataclass(frozen=True, slots=True)
class Person:
    """A participant as the facilitator sees them: what they did in the current round, and whether they have finished."""

    participant: Participant
    count: int
    finished: bool


@dataclass(frozen=True, slots=True)
class AgendaLine:
    activity: Activity
    number: int
    is_current: bool
    begins_at: dt.datetime | None  # begun, or expected while the workshop runs
    took_minutes: int | None


@dataclass(frozen=True, slots=True)
class Wall:
    """What everybody may see of the current item."""

    items: Sequence[Item] = ()
    by_step: Sequence[tuple[Step | None, Sequence[Item]]] = ()
    feelings: Sequence[Feeling] = ()

    @property
    def loose(self) -> list[tuple[Step | None, Sequence[Item]]]:
        """The notes that stand in no group, under their steps."""
        singles = [(step, [item for item in items if not item.group]) for step, items in self.by_step]
        return [(step, items) for step, items in singles if items]


@dataclass(frozen=True, slots=True)
class Room:
    """The facilitator's view."""

    workshop: Workshop
    lines: Sequence[AgendaLine]
    current: Activity | None
    before: Activity | None
    after: Activity | None
    subject: Activity | None
    steps: Sequence[Step]
    people: Sequence[Person]
    wall: Wall
    decisions: Sequence[Decision]
    sent: int  # notes, dots or ratings of the current round
    senders: int  # people who sent at least one
    finished: int
    known: Sequence[str]  # the departments of the workspace
    now: dt.datetime

    @property
    def is_over(self) -> bool:
        return self.current is not None and self.current.is_over_at(self.now)

    @property
    def departments(self) -> list[str]:
        return sorted({one.participant.department for one in self.people}, key=str.casefold)

    @property
    def owners(self) -> list[str]:
        """Whom a decision may name: departments first, then people."""
        names = sorted({one.participant.name for one in self.people if one.participant.name}, key=str.casefold)
        return list(dict.fromkeys([*self.departments, *self.known, *names]))


def agenda_of(workshop: Workshop, activities: Sequence[Activity], now: dt.datetime) -> list[AgendaLine]:
    """Return the agenda with its real times, and for what is to come the times at which it will begin."""
    lines = []
    clock = None
    for number, activity in enumerate(activities, 1):
        begins = activity.started_at
        took = None
        if begins is not None:
            ends = activity.ended_at
            if ends is not None and (workshop.has_ended or activity.pk != workshop.current_id):
                took = max(1, round((ends - begins).total_seconds() / 60))
            if activity.pk == workshop.current_id and not workshop.has_ended:
                clock = max(activity.ends_at or now, now)
        elif clock is not None:
            begins = clock
            clock += dt.timedelta(minutes=activity.minutes)
        lines.append(AgendaLine(activity, number, activity.pk == workshop.current_id, begins, took))
    return lines


def _sent_by(activity: Activity | None) -> dict[UUID | None, int]:
    """Return how much each participant sent in the current round, without reading what."""
    if activity is None:
        return {}
    rows: QuerySet[Any] | None = {
        Kind.WRITING: Note.objects.filter(activity=activity, deleted_at=None),
        Kind.VOTING: Vote.objects.filter(activity=activity),
        Kind.RATING: Rating.objects.filter(activity=activity),
    }.get(Kind(activity.kind))
    if rows is None:
        return {}
    return dict(rows.order_by().values_list("participant").annotate(n=Count("pk")))


def wall_of(
    workshop: Workshop, activity: Activity | None, activities: Sequence[Activity], steps: Sequence[Step]
) -> Wall:
    """Return what is there for everybody: nothing of a round that is not revealed."""
    if activity is None:
        return Wall()
    if activity.kind == Kind.RATING:
        if not activity.is_revealed:
            return Wall()
        return Wall(feelings=feelings_of(steps, Rating.objects.filter(activity=activity)))
    subject = subjects(activities).get(activity.pk)
    if subject is None or (activity.kind == Kind.WRITING and not activity.is_revealed):
        return Wall()
    shown = activity.kind == Kind.VOTING and activity.is_revealed
    items = items_of([subject], activities, by_votes=shown).of(subject)
    if subject.target == Target.STEPS and not shown:
        items = in_order(items)
    return Wall(items=items, by_step=_by_step(items, steps))


def _by_step(items: Sequence[Item], steps: Sequence[Step]) -> list[tuple[Step | None, Sequence[Item]]]:
    """Return the items under their steps in the order of the map, those without a step last; empty steps left out."""
    places: dict[UUID | None, list[Item]] = {}
    known = {step.pk: step for step in steps}
    for item in items:
        places.setdefault(item.step_id if item.step_id in known else None, []).append(item)
    found: list[tuple[Step | None, Sequence[Item]]] = [(step, places[step.pk]) for step in steps if step.pk in places]
    if None in places:
        found.append((None, places[None]))
    return found


def departments_known(workshop: Workshop) -> list[str]:
    """Return the departments that the workspace has, by name: whom a decision may name beside those who are here."""
    rows = Department.objects.filter(workspace=workshop.workspace_id, deleted_at=None).order_by("sort_key", "id")
    return list(rows.values_list("name", flat=True))


def room_of(workshop: Workshop) -> Room:
    """Return the facilitator's view; a constant number of queries."""
    now = timezone.now()
    activities = list(workshop.activities.order_by("rank", "id"))
    current = next((one for one in activities if one.pk == workshop.current_id), None)
    place = activities.index(current) if current else -1
    steps = shown_steps(workshop.journey)
    participants = list(workshop.participants.filter(removed_at=None).order_by("joined_at", "id"))
    sent = _sent_by(current)
    people = [
        Person(one, sent.get(one.pk, 0), current is not None and one.finished_id == current.pk) for one in participants
    ]
    return Room(
        workshop=workshop,
        lines=agenda_of(workshop, activities, now),
        current=current,
        before=activities[place - 1] if place > 0 else None,
        after=activities[place + 1] if current and place + 1 < len(activities) else None,
        subject=subjects(activities).get(current.pk) if current else None,
        steps=steps,
        people=people,
        wall=wall_of(workshop, current, activities, steps),
        decisions=list(workshop.decisions.filter(deleted_at=None)),
        sent=sum(sent.values()),
        senders=sum(1 for one in people if one.count),
        finished=sum(1 for one in people if one.finished),
        known=departments_known(workshop),
        now=now,
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to vote on, with one's own dots on it."""

    item: Item
    mine: int


@dataclass(frozen=True, slots=True)
class Felt:
    """One step to rate, with one's own rating."""

    step: Step
    number: int
    level: int | None


@dataclass(frozen=True, slots=True)
class Screen:
    """A guest's view of the current item."""

    workshop: Workshop
    participant: Participant
    current: Activity | None
    subject: Activity | None
    steps: Sequence[Step]
    mine: Sequence[Note]
    choices: Sequence[Choice]
    felt: Sequence[Felt]
    wall: Wall
    decisions: Sequence[Decision]
    now: dt.datetime

    @property
    def takes(self) -> bool:
        return self.current is not None and self.current.takes_at(self.now)

    @property
    def finished(self) -> bool:
        return self.current is not None and self.participant.finished_id == self.current.pk

    @property
    def dots_left(self) -> int:
        return (self.current.dots if self.current else 0) - sum(choice.mine for choice in self.choices)

    @property
    def felt_count(self) -> int:
        return sum(1 for one in self.felt if one.level is not None)

    @property
    def key(self) -> str:
        """What the page shows as a whole: while it stays the same, only parts of it are exchanged."""
        if self.current is None or self.workshop.status != Workshop.Status.RUNNING:
            return str(self.workshop.status)
        shown = "shown" if self.current.is_revealed else "open" if self.takes else "over"
        return f"{self.current.pk}:{shown}"


def screen_of(workshop: Workshop, participant: Participant) -> Screen:
    """Return what one guest may see: their own notes, dots and ratings, and what is revealed."""
    now = timezone.now()
    running = workshop.status == Workshop.Status.RUNNING
    activities = list(workshop.activities.order_by("rank", "id"))
    current = next((one for one in activities if one.pk == workshop.current_id), None) if running else None
    steps = shown_steps(workshop.journey) if current is not None else []
    wall = wall_of(workshop, current, activities, steps)
    subject = subjects(activities).get(current.pk) if current else None
    mine: list[Note] = []
    choices: list[Choice] = []
    felt: list[Felt] = []
    if current is not None and current.kind == Kind.WRITING:
        rows = Note.objects.filter(activity=current, participant=participant, deleted_at=None)
        mine = list(rows.select_related("step").order_by("-created_at", "id"))
    elif current is not None and current.kind == Kind.VOTING:
        votes = Vote.objects.filter(activity=current, participant=participant).values_list("note_id", "group_id")
        dots: Mapping[UUID | None, int] = Counter(group_id or note_id for note_id, group_id in votes)
        choices = [Choice(item, dots.get(item.row.pk, 0)) for item in wall.items if item.notes]
    elif current is not None and current.kind == Kind.RATING:
        levels = dict(Rating.objects.filter(activity=current, participant=participant).values_list("step_id", "level"))
        felt = [Felt(step, number, levels.get(step.pk)) for number, step in enumerate(steps, 1)]
    decided = workshop.has_ended or (current is not None and current.kind == Kind.DECISIONS)
    return Screen(
        workshop=workshop,
        participant=participant,
        current=current,
        subject=subject,
        steps=steps,
        mine=mine,
        choices=choices,
        felt=felt,
        wall=wall,
        decisions=list(workshop.decisions.filter(deleted_at=None)) if decided else [],
        now=now,
    )
