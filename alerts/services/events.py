"""From an evaluation to events: which of what it found is news, and is told for the first time.

Runs in the evaluation's transaction, which holds the workspace's lock: no other evaluation writes events meanwhile.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from alerts.models import Event, EventKind
from alerts.services.sending import Subject, events_send
from cxmap.history.services import row_values
from kpis.freshness import STALE_AFTER_RHYTHMS, source_freshness, stale
from kpis.models import KpiState, Source
from kpis.registry import Judgement, Turn
from kpis.services import newest_states, targets_at_risk, targets_to_review

KINDS = {
    Turn.OPENED: EventKind.FLAG_OPENED,
    Turn.WORSENED: EventKind.FLAG_WORSENED,
    Turn.DEEPENED: EventKind.FLAG_WORSENED,
    Turn.CLOSED: EventKind.FLAG_CLOSED,
}


@dataclass(frozen=True, slots=True)
class Found:
    """An event that may be new, and whom it concerns."""

    event: Event
    touchpoints: tuple[UUID, ...]
    owners: tuple[str, ...] = field(default=())


def judgement_take(judgement: Judgement) -> list[Event]:
    """Write the events of an evaluation that were not written before, and have them told. Returns the new ones."""
    found = [*_flags(judgement), *_sources(judgement), *_targets(judgement)]
    if not found:
        return []
    keys = [one.event.key for one in found]
    known = set(Event.objects.filter(workspace=judgement.workspace, key__in=keys).values_list("key", flat=True))
    new = [one for one in found if one.event.key not in known]
    events = Event.objects.bulk_create([one.event for one in new])
    subjects = [Subject(one.event, one.touchpoints, one.owners) for one in new]
    events_send(workspace=judgement.workspace, subjects=subjects, now=judgement.at)
    return events


def judgement_hear(judgement: Judgement) -> None:
    """Listen to the evaluations (kpis/registry.py)."""
    judgement_take(judgement)


def _facts(state: KpiState | None, **facts: Any) -> dict[str, Any]:
    return {"state": row_values(state) if state is not None else None, **facts}


def _flags(judgement: Judgement) -> Iterable[Found]:
    """Every turn of a flag is told once: one that comes and goes with each period is no news."""
    for transition in judgement.transitions:
        flag, turn = transition.flag, transition.turn
        event = Event(
            workspace=judgement.workspace,
            kind=KINDS[turn],
            key=f"flag:{flag.pk}:{turn.value}",
            flag=flag,
            binding=flag.binding,
            facts=_facts(transition.state, turn=turn.value),
        )
        yield Found(event, (flag.binding.touchpoint_id,), (flag.owner,))


def _sources(judgement: Judgement) -> list[Found]:
    """Sources that have become late since the last evaluation, and late ones that were told of and have data again.

    A source that is late already when it first comes (an old file) or after somebody changed its rhythm is no news.
    """
    workspace, today = judgement.workspace, judgement.today
    fresh = source_freshness(workspace.pk)
    sources = Source.objects.filter(workspace=workspace, deleted_at=None, pk__in=fresh)
    told = _told(workspace.pk)
    found = []
    for source in sources.order_by("sort_key", "id"):
        newest, touchpoints = fresh[source.pk].newest_day, fresh[source.pk].touchpoints
        late = stale(newest, rhythm_days=source.rhythm_days, today=today)
        last = told.get(source.pk)
        is_told = last is not None and last.kind == EventKind.DATA_STALE
        kind = None
        if late and not is_told:
            late_on = newest + timedelta(days=STALE_AFTER_RHYTHMS * source.rhythm_days + 1)
            if judgement.evaluated_on is not None and late_on > judgement.evaluated_on:
                kind = EventKind.DATA_STALE
        elif is_told and not late:
            kind = EventKind.DATA_FRESH
        if kind is not None:
            event = Event(
                workspace=workspace,
                kind=kind,
                # After which other event: an episode has one of each, however often it is looked at.
                key=f"source:{source.pk}:{kind.value}:{last.pk if last else 0}",
                source=source,
                facts={"newest_day": newest.isoformat(), "rhythm_days": source.rhythm_days},
            )
            found.append(Found(event, touchpoints))
    return found


def _told(workspace_id: int) -> dict[int, Event]:
    """Return the last event of every source that has one; one query."""
    events = Event.objects.filter(workspace=workspace_id, source__isnull=False)
    return {event.source_id: event for event in events.order_by("source_id", "-at").distinct("source_id")}  # type: ignore[misc]


def _targets(judgement: Judgement) -> Sequence[Found]:
    """A target is told of once when it is at risk, and once when its day of review comes."""
    found = []
    reviews = targets_to_review(judgement.workspace.pk, judgement.today)
    states = newest_states([target.binding_id for target in reviews])
    for target in reviews:
        newest = states.get(target.binding_id, [])
        event = Event(
            workspace=judgement.workspace,
            kind=EventKind.TARGET_REVIEW,
            key=f"target:{target.pk}:review",
            target=target,
            binding=target.binding,
            facts=_facts(newest[0] if newest else None, review_on=str(target.review_on), target=target.value),
        )
        found.append(Found(event, (target.binding.touchpoint_id,)))
    for risk in targets_at_risk(judgement.workspace.pk, judgement.today):
        target = risk.target
        event = Event(
            workspace=judgement.workspace,
            kind=EventKind.TARGET_AT_RISK,
            key=f"target:{target.pk}:at_risk",
            target=target,
            binding=target.binding,
            facts=_facts(risk.state, due_on=str(target.due_on), target=target.value),
        )
        found.append(Found(event, (target.binding.touchpoint_id,)))
    return found
