"""What came of a workshop, for its summary on screen, on paper and as a table."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from journeys.models import Step
from journeys.services.cards import shown_steps
from workshops.feelings import Feeling, feelings_of
from workshops.items import Item, in_order, items_of
from workshops.models import Activity, Decision, Participant, Rating, Target, Workshop
from workshops.selectors.rooms import AgendaLine, agenda_of, departments_known

Kind = Activity.Kind


@dataclass(frozen=True, slots=True)
class Round:
    """One round of silent writing with what stands in it, the most dots first; steps stand in their order."""

    activity: Activity
    items: Sequence[Item]

    @property
    def notes(self) -> int:
        return sum(len(item.notes) for item in self.items)

    @property
    def votes(self) -> int | None:
        """Dots placed on it; None when nobody voted."""
        counts = [item.votes for item in self.items if item.votes is not None]
        return sum(counts) if counts else None

    @property
    def most(self) -> int:
        return max((item.votes or 0 for item in self.items), default=0)

    @property
    def todo(self) -> int:
        """How many are not on the map yet."""
        return sum(1 for item in self.items if not item.brought)


@dataclass(frozen=True, slots=True)
class Curve:
    """What was felt in one item of the agenda."""

    activity: Activity
    feelings: Sequence[Feeling]

    @property
    def people(self) -> int:
        return max((one.n for one in self.feelings), default=0)


@dataclass(frozen=True, slots=True)
class Summary:
    workshop: Workshop
    lines: Sequence[AgendaLine]
    departments: Sequence[tuple[str, int]]  # (name, people), the largest first
    names: Sequence[str]  # empty unless the facilitator shows them, and after they were erased
    rounds: Sequence[Round]
    curves: Sequence[Curve]
    decisions: Sequence[Decision]
    open_points: Sequence[Decision]
    steps: Sequence[Step]
    known: Sequence[str]  # the departments of the workspace

    @property
    def all_decisions(self) -> list[Decision]:
        return [*self.decisions, *self.open_points]

    @property
    def owners(self) -> list[str]:
        """Whom a decision may name: those who took part first."""
        return list(dict.fromkeys([*(name for name, _count in self.departments), *self.known]))

    @property
    def people(self) -> int:
        return sum(count for _name, count in self.departments)

    @property
    def notes(self) -> int:
        return sum(one.notes for one in self.rounds)

    @property
    def dots(self) -> int:
        return sum(one.votes or 0 for one in self.rounds)

    @property
    def brought(self) -> int:
        return sum(1 for one in self.rounds for item in one.items if item.brought)

    @property
    def held_on(self) -> dt.date:
        when = self.workshop.started_at or self.workshop.created_at
        return timezone.localdate(when, timezone=self.workshop.workspace.zone)


def summary_of(workshop: Workshop) -> Summary:
    """Return the summary; a constant number of queries. What is not revealed yet is not in it."""
    activities = list(workshop.activities.order_by("rank", "id"))
    steps = shown_steps(workshop.journey)
    written = [one for one in activities if one.kind == Kind.WRITING and one.is_revealed]
    sorted_items = items_of(written, activities, by_votes=True)
    felt = [one for one in activities if one.kind == Kind.RATING and one.is_revealed]
    ratings: dict[object, list[Rating]] = {}
    for rating in Rating.objects.filter(activity__in=felt):
        ratings.setdefault(rating.activity_id, []).append(rating)
    participants: list[Participant] = list(workshop.participants.filter(removed_at=None))
    people = Counter(one.department for one in participants)
    rows = list(workshop.decisions.filter(deleted_at=None))
    return Summary(
        workshop=workshop,
        lines=agenda_of(workshop, activities, timezone.now()),
        departments=sorted(people.items(), key=lambda pair: (-pair[1], pair[0].casefold())),
        names=sorted((one.name for one in participants if one.name), key=str.casefold) if workshop.names_shown else [],
        rounds=[Round(one, _ordered(one, sorted_items.of(one))) for one in written],
        curves=[Curve(one, feelings_of(steps, ratings.get(one.pk, []))) for one in felt],
        decisions=[row for row in rows if row.kind == Decision.Kind.DECISION],
        open_points=[row for row in rows if row.kind == Decision.Kind.OPEN],
        steps=steps,
        known=departments_known(workshop),
    )


def _ordered(activity: Activity, items: Sequence[Item]) -> Sequence[Item]:
    filled = [item for item in items if item.notes]
    return in_order(filled) if activity.target == Target.STEPS else filled
