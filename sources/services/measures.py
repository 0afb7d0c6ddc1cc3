"""A measure that a person counted and typed in (A44): an import of one touchpoint and one KPI, withdrawn like any other."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cxmap.history.services import history_record
from cxmap.workspaces.models import User, Workspace
from kpis.errors import AlreadyBound
from kpis.measures import Amounts
from kpis.models import Binding, Kpi, Observation, Series, Source
from kpis.services import withdrawals
from kpis.services.bindings import binding_create
from kpis.services.observations import Row, observations_write
from kpis.services.sources import source_get_or_create
from sources.errors import Sealed
from sources.models import Import
from touchpoints.models import Touchpoint

KEY = "manual"


def manual_source(workspace: Workspace) -> Source:
    """Return the source of everything that people typed by hand."""
    name = _("Typed by hand")
    return source_get_or_create(workspace=workspace, key=KEY, kind=Source.Kind.MANUAL, name=name, rhythm_days=30)[0]


def measures_of(*, touchpoint: Touchpoint, kpi: Kpi, first_day: date, last_day: date) -> list[Import]:
    """Return the measures by hand of the same days that stand."""
    series = Series.objects.filter(
        workspace=touchpoint.workspace_id, touchpoint=touchpoint, kpi=kpi, segment_key=0, dimensions_key=""
    )
    imports = Observation.objects.filter(
        workspace_id=touchpoint.workspace_id,
        series_id__in=list(series.values_list("pk", flat=True)),
        first_day=first_day,
        last_day=last_day,
        import_id__isnull=False,
    ).values_list("import_id", flat=True)
    return list(
        Import.objects.select_related("source", "workspace").filter(
            pk__in=set(imports), status=Import.Status.DONE, source__kind=Source.Kind.MANUAL
        )
    )


@transaction.atomic
def measure_add(
    *,
    touchpoint: Touchpoint,
    kpi: Kpi,
    actor: User,
    first_day: date,
    last_day: date,
    amounts: Sequence[tuple[str, Amounts]],
    who: str,
    note: str = "",
    entered: Sequence[tuple[str, str]] = (),
    direction: str = "",
    replace: Sequence[Import] = (),
) -> Import:
    """Write a measure, in place of others when it corrects them, and put the KPI on the touchpoint if it is not there.

    amounts: (what tells the observation from the others, "" for a single one; its numbers). A KPI without a direction of its own
    is bound only with one given.
    """
    workspace = touchpoint.workspace
    source = manual_source(workspace)
    for former in replace:
        _withdraw(former, actor)
    now = timezone.now()
    import_ = Import.objects.create(
        workspace=workspace,
        source=source,
        filename=f"{touchpoint.name} › {kpi.name}"[:255],
        measure={
            "who": who,
            "note": note,
            "touchpoint": touchpoint.code,
            "kpi": kpi.code,
            "entered": [list(pair) for pair in entered],
        },
        status=Import.Status.DONE,
        policy=Import.Policy.ALL_OR_NOTHING,
        created_by=actor,
        finished_at=now,
        first_day=first_day,
        last_day=last_day,
        rows_total=len(amounts),
        rows_read=len(amounts),
    )
    rows = [
        Row(
            line=line,
            column=f"{kpi.code}:{part}" if part else kpi.code,
            touchpoint=touchpoint.code,
            kpi=kpi.code,
            first_day=first_day,
            last_day=last_day,
            at=None,
            external_id=str(import_.public_id),
            n=one.n,
            numerator=one.numerator,
            denominator=one.denominator,
            sum_squares=one.sum_squares,
            excluded=one.excluded,
            bin=one.bin,
        )
        for line, (part, one) in enumerate(amounts, 1)
    ]
    report = observations_write(workspace=workspace, source=source, rows=rows, import_id=import_.pk)
    Import.objects.filter(pk=import_.pk).update(created_count=report.created)
    import_.created_count = report.created
    direction = direction or kpi.direction
    if direction and not Binding.objects.filter(touchpoint=touchpoint, kpi=kpi, deleted_at=None).exists():
        with suppress(AlreadyBound):
            binding_create(touchpoint=touchpoint, kpi=kpi, actor=actor, direction=direction)
    summary: dict[str, Any] = {"touchpoint": touchpoint.name, "kpi": kpi.code, "who": who}
    history_record(actor=actor, action="measure.added", target=import_, name=str(import_), **summary)
    return import_


def _withdraw(former: Import, actor: User) -> None:
    sealed_before = former.workspace.sealed_before
    if sealed_before and former.first_day and former.first_day < sealed_before:
        raise Sealed
    withdrawals.import_withdraw(workspace=former.workspace, source=former.source, import_id=former.pk)
    Import.objects.filter(pk=former.pk).update(status=Import.Status.WITHDRAWN, withdrawn_at=timezone.now())
    history_record(actor=actor, action="import.withdrawn", target=former, name=str(former))
