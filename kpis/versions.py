"""Which definition a day's value belongs to, and the KPI as it was then."""

import copy
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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
