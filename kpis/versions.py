"""Which definition a day's value belongs to."""

import datetime as dt
from collections.abc import Sequence

from django.utils import timezone

from cxmap.workspaces.models import Workspace
from kpis.models import Kpi, KpiVersion


def version_days(kpi: Kpi, workspace: Workspace) -> list[tuple[int, dt.date]]:
    """Return (version, first day on which it was no longer in force), oldest first; one query, none while there is one version."""
    if kpi.definition_version == 1:
        return []
    rows = KpiVersion.objects.filter(kpi=kpi).order_by("version").values_list("version", "replaced_at")
    return [(version, timezone.localdate(moment, workspace.zone)) for version, moment in rows]


def version_on(kpi: Kpi, former: Sequence[tuple[int, dt.date]], day: dt.date) -> int:
    """Return the number of the definition in force at the end of a day."""
    return next((version for version, replaced_on in former if day < replaced_on), kpi.definition_version)
