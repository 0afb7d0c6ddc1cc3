"""Which definition a day's value belongs to, and the KPI as it was then."""

import copy
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone

from cxmap.workspaces.models import Workspace
from kpis.models import Kpi, KpiVersion


@dataclass(frozen=True, slots=True)
class Former:
    """A definition that was replaced: in force on the days before replaced_on, in the workspace's time zone."""

    version: int
    replaced_on: dt.date
    definition: Mapping[str, Any]


def former_versions(kpi: Kpi, workspace: Workspace) -> list[Former]:
    """Return what a definition was before, oldest first; one query, none while it never changed."""
    if kpi.definition_version == 1:
        return []
    rows = KpiVersion.objects.filter(kpi=kpi).order_by("version").values_list("version", "replaced_at", "definition")
    return [Former(version, timezone.localdate(moment, workspace.zone), words) for version, moment, words in rows]


def version_on(kpi: Kpi, former: Sequence[Former], day: dt.date) -> int:
    """Return the number of the definition in force at the end of a day."""
    return next((one.version for one in former if day < one.replaced_on), kpi.definition_version)


def kpi_on(kpi: Kpi, former: Sequence[Former], day: dt.date) -> Kpi:
    """Return the KPI as it was defined at the end of a day, not to be saved: its values keep the meaning that they had."""
    for one in former:
        if day < one.replaced_on:
            found = copy.copy(kpi)
            for name, value in one.definition.items():
                setattr(found, name, value)
            found.definition_version = one.version
            return found
    return kpi


# What a stored count depends on: answers counted by another scale are not the same numbers.
COUNTED = ("kind", "unit", "scale_min", "scale_max", "top_from")


def comparable_from(workspace: Workspace, kpis: Sequence[Kpi]) -> dict[UUID, dt.date]:
    """Return, for KPIs whose counting changed, the first day from which their values mean what they mean now; one query.

    Values from before are no baseline: customers did not change, the definition did.
    """
    changed = [kpi for kpi in kpis if kpi.definition_version > 1]
    if not changed:
        return {}
    rows = KpiVersion.objects.filter(kpi__in=changed).order_by("kpi", "version")
    former: dict[UUID, list[KpiVersion]] = {}
    for row in rows:
        former.setdefault(row.kpi_id, []).append(row)
    found = {}
    for kpi in changed:
        later = {name: getattr(kpi, name) for name in COUNTED}
        for row in reversed(former.get(kpi.pk, [])):
            if any(row.definition.get(name, later[name]) != later[name] for name in COUNTED):
                found[kpi.pk] = timezone.localdate(row.replaced_at, workspace.zone)
                break
    return found
