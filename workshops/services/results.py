"""From the wall to the map: notes and groups become cards, pain points, solutions and steps, with their origin."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from cxmap.history.services import history_record
from cxmap.lib import formats
from cxmap.workspaces.models import User
from improvements.models import Pain, Solution
from improvements.services import pain_add, solution_add
from journeys.lanes import kind_of
from journeys.models import Card, CurvePoint, Evidence, EvidenceKind, Journey, Lane, Method, Step
from journeys.services.cards import card_add, curve_set, shown_steps
from journeys.services.evidence import evidence_add, evidence_edit
from journeys.services.journeys import journey_update
from journeys.services.lanes import lane_add
from journeys.services.stages import live_stages, step_add, step_rename
from touchpoints.services import touchpoint_named
from workshops.errors import NothingChosen, StepNeeded
from workshops.feelings import feelings_of
from workshops.items import Item, departments_of
from workshops.models import Activity, Rating, Result, Target, Workshop
from workshops.services.common import changed, locked

NAME_MAX = 160  # characters, as in the columns of steps


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to bring: what it becomes, and at which step (None for steps themselves)."""

    item: Item
    target: Target
    step: Step | None = None


def asked_of(workshop: Workshop) -> tuple[int, str]:
    """Return how many took part and, in words, from where: "7 people: Sales, Marketing". Names are never in it."""
    people = list(workshop.participants.filter(removed_at=None).values_list("department", flat=True))
    names = sorted({name for name in people if name}, key=str.casefold)
    count = len(people)
    words = ngettext("%(n)s person", "%(n)s people", count) % {"n": formats.whole(count)}
    text = (
        gettext("%(people)s: %(departments)s") % {"people": words, "departments": ", ".join(names)} if names else words
    )
    return count, text[:200]


def evidence_of(workshop: Workshop, actor: User) -> Evidence:
    """Return the record on the map that the cards rest on, made the first time, with who was asked until now."""
    count, asked = asked_of(workshop)
    day = timezone.localdate(workshop.started_at or timezone.now(), timezone=workshop.workspace.zone)
    row = workshop.evidence
    if row is None or row.deleted_at is not None or row.journey_id != workshop.journey_id:
        row = evidence_add(
            journey=workshop.journey,
            actor=actor,
            kind=EvidenceKind.WORKSHOP,
            title=workshop.title,
            asked=asked,
            count=count or None,
            happened_on=day,
        )
        workshop.evidence = row
        workshop.save(update_fields=["evidence"])
    elif (row.asked, row.count) != (asked, count or None):
        row = evidence_edit(row=row, actor=actor, asked=asked, count=count or None)
    return row


def origin_of(workshop: Workshop, item: Item) -> str:
    """Return the sentence that says where something comes from, for what has no record of evidence of its own."""
    _count, asked = asked_of(workshop)
    day = timezone.localdate(workshop.started_at or timezone.now(), timezone=workshop.workspace.zone)
    parts = [
        gettext("Workshop opinion, not checked with customers: “%(title)s”, %(day)s, %(asked)s.")
        % {"title": workshop.title, "day": formats.short_date(day), "asked": asked}
    ]
    if item.votes:
        parts.append(ngettext("%(n)s dot.", "%(n)s dots.", item.votes) % {"n": formats.whole(item.votes)})
    departments = departments_of(item.notes)
    if departments:
        parts.append(gettext("Said by: %(departments)s.") % {"departments": ", ".join(departments)})
    text = " ".join(parts)
    if item.group is not None and item.notes:
        text += "\n" + "\n".join(f"– {note.text}" for note in item.notes)
    return text


@transaction.atomic
def results_bring(*, workshop: Workshop, actor: User, lines: Sequence[Line]) -> int:
    """Bring things to the map and return how many were new there; what stands there already is left as it is.

    Lines are brought in their order. Raises NothingChosen, and StepNeeded with nothing brought.
    """
    if not lines:
        raise NothingChosen
    Journey.objects.select_for_update().only("pk").get(pk=workshop.journey_id)
    workshop = locked(workshop)
    known = {
        (result.note_id, result.group_id): result
        for result in Result.objects.filter(workshop=workshop).select_related("card", "pain", "solution", "step")
    }
    missing = []
    todo: list[tuple[Line, Result | None]] = []
    for line in lines:
        result = known.get(
            (line.item.note.pk if line.item.note else None, line.item.group.pk if line.item.group else None)
        )
        if result is not None and result.made is not None:
            continue
        if line.step is None and line.target != Target.STEPS:
            missing.append(line.item.key)
        todo.append((line, result))
    if missing:
        raise StepNeeded(fields={"step": missing})
    if not todo:
        return 0
    # First, so that undo on the map begins with what was brought.
    journey = _with_method(workshop, actor)
    bringer = _Bringer(workshop, actor)
    for line, result in todo:
        bringer.bring(line, result)
    history_record(
        actor=actor, action="workshop.brought", target=workshop, scope=journey, name=workshop.title, count=len(todo)
    )
    changed(workshop)
    return len(todo)


def _with_method(workshop: Workshop, actor: User) -> Journey:
    """Return the journey of the workshop, whose header says that a workshop was among its methods."""
    journey = Journey.objects.get(pk=workshop.journey_id)
    if Method.WORKSHOP not in journey.methods:
        journey_update(journey=journey, actor=actor, methods=[*journey.methods, Method.WORKSHOP])
    return journey


class _Bringer:
    """Makes the things of one gesture."""

    def __init__(self, workshop: Workshop, actor: User) -> None:
        self.workshop = workshop
        self.actor = actor
        self.gesture = uuid4()
        self._evidence: Evidence | None = None
        self._lanes: dict[str, Lane] = {}

    @property
    def evidence(self) -> Evidence:
        if self._evidence is None:
            self._evidence = evidence_of(self.workshop, self.actor)
        return self._evidence

    def lane(self, kind: str) -> Lane:
        """Return the first lane of a kind that is on the screen, put on the map when it has none."""
        if kind not in self._lanes:
            rows = Lane.objects.filter(journey=self.workshop.journey_id, kind=kind, deleted_at=None)
            lane = rows.order_by("hidden", "rank", "id").first()
            self._lanes[kind] = lane or lane_add(journey=self.workshop.journey, actor=self.actor, kind=kind)
        return self._lanes[kind]

    def bring(self, line: Line, result: Result | None) -> None:
        made = self._make(line)
        result = result or Result(
            workspace_id=self.workshop.workspace_id,
            workshop=self.workshop,
            note=line.item.note,
            group=line.item.group,
        )
        result.card = made if isinstance(made, Card) else None
        result.pain = made if isinstance(made, Pain) else None
        result.solution = made if isinstance(made, Solution) else None
        result.step = made if isinstance(made, Step) else None
        result.save()

    def _make(self, line: Line) -> Card | Pain | Solution | Step:
        item, step, target = line.item, line.step, line.target
        if target == Target.STEPS:
            return self._step(item.title[:NAME_MAX])
        assert step is not None  # noqa: S101 - checked before
        if target in {Target.PAINS, Target.OPPORTUNITIES, Target.IDEAS}:
            # The lane that shows them may be missing on the map.
            self.lane("ideas" if target == Target.IDEAS else "pains")
            common: dict[str, Any] = {
                "workspace": self.workshop.workspace,
                "actor": self.actor,
                "title": item.title[:200],
                "note": origin_of(self.workshop, item),
                "step": step,
            }
            if target == Target.IDEAS:
                return solution_add(**common)
            kind = Pain.Kind.OPPORTUNITY if target == Target.OPPORTUNITIES else Pain.Kind.PAIN
            return pain_add(**common, kind=kind)
        lane = self.lane(target)
        more: dict[str, Any] = {
            "lane": lane,
            "step": step,
            "actor": self.actor,
            "gesture": self.gesture,
            "evidence": self.evidence,
        }
        if not kind_of(lane.kind).typed:
            touchpoint = touchpoint_named(workspace=self.workshop.workspace, actor=self.actor, name=item.title[:200])
            return card_add(touchpoint=touchpoint, **more)
        return card_add(text=item.title, **more)

    def _step(self, name: str) -> Step:
        """Add a step at the end; the first one takes the place of a blank map's only column."""
        steps = shown_steps(self.workshop.journey)
        if len(steps) == 1 and self._is_untouched(steps[0]):
            return step_rename(step=steps[0], actor=self.actor, name=name)
        return step_add(stage=live_stages(self.workshop.journey)[-1], actor=self.actor, name=name)

    def _is_untouched(self, step: Step) -> bool:
        """True for the column that a blank map begins with: nothing stands in it and nobody made it a step of theirs."""
        return (
            step.revision == 1
            and not Card.objects.filter(step=step, deleted_at=None).exists()
            and not CurvePoint.objects.filter(step=step, deleted_at=None).exists()
            and not Pain.objects.filter(step=step, deleted_at=None).exists()
            and not Result.objects.filter(step=step).exists()
        )


@transaction.atomic
def curve_take_over(*, activity: Activity, actor: User, steps: Sequence[UUID]) -> int:
    """Draw the believed curve of the map from the mean of what was felt, at the steps named that somebody rated.

    Returns at how many steps. Steps without a rating keep what they have: unknown is not neutral.
    """
    workshop = activity.workshop
    Journey.objects.select_for_update().only("pk").get(pk=workshop.journey_id)
    feelings = feelings_of(shown_steps(workshop.journey), Rating.objects.filter(activity=activity))
    wanted = [one for one in feelings if one.level is not None and one.step.pk in set(steps)]
    if not wanted:
        raise NothingChosen
    journey = _with_method(workshop, actor)
    for one in wanted:
        curve_set(step=one.step, actor=actor, level=one.level)
    evidence_of(locked(workshop), actor)
    if not Lane.objects.filter(journey=journey, kind="emotion", deleted_at=None).exists():
        lane_add(journey=journey, actor=actor, kind="emotion")
    history_record(
        actor=actor,
        action="workshop.curve_drawn",
        target=workshop,
        scope=journey,
        name=workshop.title,
        count=len(wanted),
    )
    return len(wanted)


def step_ids_of(values: Sequence[str]) -> list[UUID]:
    """Return the ids in a list of texts, what is none left out."""
    found = []
    for value in values:
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return found
