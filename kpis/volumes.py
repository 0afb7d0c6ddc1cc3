"""The measured base of touchpoints, for the library: how many visits, calls or mails their KPIs are computed from."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db.models import OuterRef, Subquery

from cxmap.workspaces.models import Workspace
from kpis.models import Binding, KpiKind, KpiState
from touchpoints import volumes
from touchpoints.volumes import Measured


def bases(workspace: Workspace, touchpoints: Sequence[UUID]) -> Mapping[UUID, Measured]:
    """Return the widest base of the last closed periods by touchpoint; two queries.

    Answers of surveys are left out: few of those who came answer, so they do not say how many came. So are bases of
    formulas, which belong to their parts.
    """
    newest = KpiState.objects.filter(binding=OuterRef("pk")).order_by("-period_start").values("pk")[:1]
    bindings = Binding.objects.filter(
        workspace=workspace, touchpoint__in=touchpoints, deleted_at=None, kpi__opinion=False
    ).exclude(kpi__kind=KpiKind.FORMULA)
    ids = bindings.annotate(newest=Subquery(newest)).values_list("newest", flat=True)
    states = KpiState.objects.filter(pk__in=[pk for pk in ids if pk], n__gt=0).select_related("binding__kpi")
    found: dict[UUID, Measured] = {}
    for state in states.order_by("pk"):
        kpi, touchpoint = state.binding.kpi, state.binding.touchpoint_id
        measured = Measured(
            n=state.n, unit=kpi.denominator_name, kpi=kpi.name, start=state.period_start, end=state.period_end
        )
        if touchpoint not in found or measured.per_year > found[touchpoint].per_year:
            found[touchpoint] = measured
    return found


volumes.register(bases)
