"""The KPIs of the product (A24–A29, B10–B12 and more), put into every new workspace in both languages.

A workspace has its own copy, so that its definitions have their own versions.
"""

from cxmap.workspaces.models import Workspace
from cxmap.workspaces.services import furnish_with, headlines_from
from kpis.definitions import CATALOGUE, Definition
from kpis.models import Kpi, KpiKind

__all__ = ["CATALOGUE", "Definition", "furnish", "headlines", "register"]


def furnish(workspace: Workspace) -> None:
    """Add what is missing of the catalogue; definitions that the workspace changed stay as they are."""
    have = set(Kpi.objects.filter(workspace=workspace).values_list("code", flat=True))
    Kpi.objects.bulk_create(
        Kpi(workspace=workspace, code=definition.code, rank=rank, **definition.fields())
        for rank, definition in enumerate(CATALOGUE)
        if definition.code not in have
    )


def headlines(workspace: Workspace) -> list[tuple[str, str]]:
    """Return the KPIs to choose the dashboard's first tile from: what customers said, then the rest."""
    kpis = Kpi.objects.filter(workspace=workspace, archived_at=None).exclude(kind=KpiKind.FORMULA)
    found = sorted(kpis, key=lambda kpi: (not kpi.opinion, kpi.rank))
    return [(kpi.code, kpi.name) for kpi in found]


def register() -> None:
    furnish_with(furnish)
    headlines_from(headlines)
