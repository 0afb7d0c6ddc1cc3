"""The outcomes of a workspace: chosen, changed, taken away."""

from collections.abc import Sequence

from django.db.models import Max
from django.utils import timezone

from cxmap.history.services import Recording, recording
from cxmap.lib.errors import StaleRevision
from cxmap.lib.ranks import STEP
from cxmap.workspaces.models import User, Workspace
from dashboards.errors import OutcomeThere
from dashboards.models import Outcome, OutcomeJourney
from journeys.models import Journey
from kpis.models import Kpi


def _check(workspace_id: int, kind: str, kpi: Kpi, *, other_than: Outcome | None = None) -> None:
    taken = Outcome.objects.filter(workspace=workspace_id, kind=kind, kpi=kpi, deleted_at=None)
    if other_than is not None:
        taken = taken.exclude(pk=other_than.pk)
    if taken.exists():
        raise OutcomeThere


def _set_journeys(record: Recording, outcome: Outcome, journeys: Sequence[Journey]) -> None:
    """Tie an outcome to these journeys and no others."""
    wanted = {journey.pk: journey for journey in journeys}
    now = timezone.now()
    for link in OutcomeJourney.objects.select_for_update().filter(outcome=outcome):
        tied = link.journey_id in wanted
        wanted.pop(link.journey_id, None)
        if tied == (link.deleted_at is None):
            continue
        record.watch(link)
        link.deleted_at = None if tied else now
        link.save(update_fields=["deleted_at"])
    for journey in wanted.values():
        link = OutcomeJourney.objects.create(workspace_id=outcome.workspace_id, outcome=outcome, journey=journey)
        record.created(link)


def outcome_add(
    *,
    workspace: Workspace,
    actor: User | None,
    kind: str,
    kpi: Kpi,
    journeys: Sequence[Journey] = (),
    note: str = "",
) -> Outcome:
    """Choose a KPI as an outcome, over all touchpoints that carry it. Raises OutcomeThere."""
    outcome = Outcome(workspace=workspace, kind=kind, kpi=kpi, note=note)
    with recording(actor=actor, action="outcome.added", target=outcome, name=kpi.name) as record:
        Workspace.objects.select_for_update().only("pk").get(pk=workspace.pk)
        _check(workspace.pk, kind, kpi)
        last = Outcome.objects.filter(workspace=workspace).aggregate(last=Max("rank"))["last"]
        outcome.rank = (last or 0) + STEP
        outcome.save()
        record.created(outcome)
        _set_journeys(record, outcome, journeys)
    return outcome


def _fresh(outcome: Outcome, expected_revision: int | None) -> Outcome:
    current = Outcome.objects.select_for_update().get(pk=outcome.pk)
    if current.deleted_at is not None or (expected_revision is not None and current.revision != expected_revision):
        raise StaleRevision(current=current)
    return current


def outcome_update(
    *,
    outcome: Outcome,
    actor: User,
    kind: str,
    kpi: Kpi,
    journeys: Sequence[Journey],
    note: str,
    expected_revision: int | None = None,
) -> Outcome:
    """Raises StaleRevision, OutcomeThere."""
    with recording(actor=actor, action="outcome.updated", target=outcome, name=kpi.name) as record:
        Workspace.objects.select_for_update().only("pk").get(pk=outcome.workspace_id)
        current = _fresh(outcome, expected_revision)
        _check(outcome.workspace_id, kind, kpi, other_than=current)
        record.watch(current)
        current.kind, current.kpi, current.note = kind, kpi, note
        current.revision += 1
        current.save(update_fields=["kind", "kpi", "note", "revision"])
        _set_journeys(record, current, journeys)
    return current


def outcome_delete(*, outcome: Outcome, actor: User) -> None:
    """Take an outcome away; the KPI and its numbers stay."""
    with recording(actor=actor, action="outcome.deleted", target=outcome, name=outcome.kpi.name) as record:
        current = _fresh(outcome, None)
        record.watch(current)
        current.deleted_at = timezone.now()
        current.revision += 1
        current.save(update_fields=["deleted_at", "revision"])
