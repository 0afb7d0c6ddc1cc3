"""Dashboards and their tiles: made, described, arranged, copied, deleted, and undone."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from cxmap.history.models import Change
from cxmap.history.services import Recording, history_record, recording, undo
from cxmap.lib import ranks
from cxmap.lib.errors import StaleRevision
from cxmap.workspaces.models import User, Workspace
from dashboards.errors import KindUnknown, TooManyTiles
from dashboards.models import Dashboard, Tile
from dashboards.tiles import kind_of
from kpis.models import Binding, KpiKind

TILES_MAX = 40
SETTINGS = ("name", "shared", "period", "journey", "persona", "category")


@contextmanager
def _edit(
    dashboard: Dashboard, *, actor: User | None, action: str, target: Any = None, **summary: Any
) -> Iterator[Recording]:
    """Lock a dashboard and record one change of it. What nobody else may see is named nowhere in the log of all."""
    if not dashboard.shared:
        action, summary = "own_dashboard.changed", {}
    with recording(actor=actor, action=action, target=target or dashboard, scope=dashboard, **summary) as record:
        Dashboard.objects.select_for_update().only("pk").get(pk=dashboard.pk)
        yield record


def live_tiles(dashboard: Dashboard) -> list[Tile]:
    return list(Tile.objects.filter(dashboard=dashboard, deleted_at=None).order_by("rank", "id"))


@transaction.atomic
def dashboard_create(
    *, workspace: Workspace, actor: User, name: str, starter: bool = False, **fields: Any
) -> Dashboard:
    """Make a dashboard of the actor's own, empty or with a first set of tiles from what the workspace measures."""
    dashboard = Dashboard.objects.create(workspace=workspace, owner=actor, name=name, **fields)
    tiles = starter_tiles(workspace) if starter else []
    Tile.objects.bulk_create(
        Tile(
            workspace=workspace,
            dashboard=dashboard,
            kind=kind,
            settings=settings,
            width=width,
            rank=place * ranks.STEP,
        )
        for place, (kind, settings, width) in enumerate(tiles, 1)
    )
    # No rows: undo takes back what was arranged, never the dashboard itself.
    if dashboard.shared:
        history_record(actor=actor, action="dashboard.created", target=dashboard, scope=dashboard, name=name)
    else:
        history_record(actor=actor, action="own_dashboard.changed", target=dashboard, scope=dashboard)
    return dashboard


def starter_tiles(workspace: Workspace) -> list[tuple[str, dict[str, Any], int]]:
    """Return (kind, settings, width) of a first set: the headline KPI, other KPIs, what hurts, coverage, freshness."""
    bindings = Binding.objects.filter(workspace=workspace, deleted_at=None, touchpoint__deleted_at=None)
    bindings = bindings.exclude(kpi__kind=KpiKind.FORMULA)
    kpis = list(
        {binding.kpi_id: binding.kpi for binding in bindings.select_related("kpi").order_by("kpi__rank")}.values()
    )
    kpis.sort(key=lambda kpi: (kpi.code != workspace.headline_kpi, not kpi.opinion, kpi.rank))
    found: list[tuple[str, dict[str, Any], int]] = [
        ("kpi", {"subject": f"kpi:{kpi.pk}"}, Tile.Width.QUARTER) for kpi in kpis[:4]
    ]
    if kpis:
        found.append(("trend", {"subject": f"kpi:{kpis[0].pk}", "length": "half"}, Tile.Width.HALF))
    found.append(("worst", {"rows": 5}, Tile.Width.HALF))
    nps = next((kpi for kpi in kpis if kpi.kind == KpiKind.NPS), None)
    if nps is not None:
        found.append(("nps", {"kpi": str(nps.pk)}, Tile.Width.HALF))
    if kpis:
        found.append(("categories", {"kpi": str(kpis[0].pk)}, Tile.Width.HALF))
    found += [("coverage", {}, Tile.Width.HALF), ("freshness", {}, Tile.Width.HALF)]
    return found


def _fresh(dashboard: Dashboard, expected_revision: int | None) -> Dashboard:
    current = Dashboard.objects.select_for_update().get(pk=dashboard.pk)
    if current.deleted_at is not None or (expected_revision is not None and current.revision != expected_revision):
        raise StaleRevision(current=current)
    return current


@transaction.atomic
def dashboard_update(
    *, dashboard: Dashboard, actor: User, expected_revision: int | None = None, **fields: Any
) -> Dashboard:
    """Change name, sharing, days or filters. Raises StaleRevision."""
    current = _fresh(dashboard, expected_revision)
    # A dashboard that is being shared may be named from now on.
    current_shared = fields.get("shared", current.shared)
    action, summary = ("dashboard.updated", {"name": fields.get("name", current.name)})
    if not current_shared:
        action, summary = "own_dashboard.changed", {}
    with recording(actor=actor, action=action, target=current, scope=current, **summary) as record:
        record.watch(current)
        for name, value in fields.items():
            setattr(current, name, value)
        current.revision += 1
        current.save(update_fields=[*fields, "revision", "updated_at"])
    return current


def dashboard_delete(*, dashboard: Dashboard, actor: User) -> None:
    """Put a dashboard into the trash; its links stop at once."""
    with _edit(dashboard, actor=actor, action="dashboard.deleted", name=dashboard.name) as record:
        current = _fresh(dashboard, None)
        record.watch(current)
        current.deleted_at = timezone.now()
        current.revision += 1
        current.save(update_fields=["deleted_at", "revision", "updated_at"])


def dashboard_restore(*, dashboard: Dashboard, actor: User) -> None:
    with _edit(dashboard, actor=actor, action="dashboard.restored", name=dashboard.name) as record:
        current = Dashboard.objects.select_for_update().get(pk=dashboard.pk)
        record.watch(current)
        current.deleted_at = None
        current.revision += 1
        current.save(update_fields=["deleted_at", "revision", "updated_at"])


@transaction.atomic
def dashboard_duplicate(*, dashboard: Dashboard, actor: User, name: str) -> Dashboard:
    """Copy a dashboard with its tiles; the copy is the actor's own and not shared."""
    fields = {field: getattr(dashboard, field) for field in SETTINGS if field not in {"name", "shared"}}
    copy = Dashboard.objects.create(workspace_id=dashboard.workspace_id, owner=actor, name=name, **fields)
    Tile.objects.bulk_create(
        Tile(
            workspace_id=tile.workspace_id,
            dashboard=copy,
            kind=tile.kind,
            settings=tile.settings,
            width=tile.width,
            rank=tile.rank,
        )
        for tile in live_tiles(dashboard)
    )
    history_record(actor=actor, action="own_dashboard.changed", target=copy, scope=copy)
    return copy


def _title(tile: Tile) -> str:
    kind = kind_of(tile.kind)
    return tile.settings.get("title") or (str(kind.label) if kind else tile.kind)


def _place(record: Recording, siblings: Sequence[Tile], index: int) -> float:
    """Return the rank at index among sorted tiles, spacing them anew when there is no room."""
    rank = ranks.at_index([tile.rank for tile in siblings], index)
    if rank is not None:
        return rank
    record.watch(*siblings)
    for number, tile in enumerate(siblings, 1):
        tile.rank = number * ranks.STEP
        tile.revision += 1
        tile.save(update_fields=["rank", "revision"])
    return ranks.at_index([tile.rank for tile in siblings], index) or ranks.STEP


def tile_add(
    *, dashboard: Dashboard, actor: User, kind: str, settings: dict[str, Any], width: int, index: int | None = None
) -> Tile:
    """Add a tile at index among the others (0-based; None: at the end). Raises KindUnknown, TooManyTiles."""
    if kind_of(kind) is None:
        raise KindUnknown
    tile = Tile(workspace_id=dashboard.workspace_id, dashboard=dashboard, kind=kind, settings=settings, width=width)
    with _edit(dashboard, actor=actor, action="tile.added", target=tile, name=_title(tile)) as record:
        siblings = live_tiles(dashboard)
        if len(siblings) >= TILES_MAX:
            raise TooManyTiles
        tile.rank = _place(record, siblings, len(siblings) if index is None else index)
        tile.save()
        record.created(tile)
    return tile


def _tile(tile: Tile, expected_revision: int | None) -> Tile:
    current = Tile.objects.select_for_update().get(pk=tile.pk)
    if current.deleted_at is not None or (expected_revision is not None and current.revision != expected_revision):
        raise StaleRevision(current=current)
    return current


def _save(tile: Tile, *fields: str) -> None:
    tile.revision += 1
    tile.save(update_fields=[*fields, "revision"])


def tile_update(
    *, tile: Tile, actor: User, settings: dict[str, Any], width: int, expected_revision: int | None = None
) -> Tile:
    """Change what a tile shows and how wide it is. Raises StaleRevision."""
    with _edit(tile.dashboard, actor=actor, action="tile.updated", target=tile, name=_title(tile)) as record:
        current = _tile(tile, expected_revision)
        record.watch(current)
        current.settings, current.width = settings, width
        _save(current, "settings", "width")
    return current


def tile_resize(*, tile: Tile, actor: User, width: int, expected_revision: int | None = None) -> Tile:
    """Give a tile another width of twelve columns. Raises StaleRevision."""
    with _edit(tile.dashboard, actor=actor, action="tile.resized", target=tile, name=_title(tile)) as record:
        current = _tile(tile, expected_revision)
        record.watch(current)
        current.width = width
        _save(current, "width")
    return current


def tile_move(*, tile: Tile, actor: User, index: int) -> int:
    """Put a tile at index among the others (0-based) and return where it stands now. Raises StaleRevision when it is gone."""
    with _edit(tile.dashboard, actor=actor, action="tile.moved", target=tile, name=_title(tile)) as record:
        current = _tile(tile, None)
        order = live_tiles(tile.dashboard)
        siblings = [other for other in order if other.pk != tile.pk]
        index = max(0, min(index, len(siblings)))
        if order.index(current) == index:
            return index
        record.watch(current)
        current.rank = _place(record, siblings, index)
        _save(current, "rank")
    return index


def tile_duplicate(*, tile: Tile, actor: User) -> Tile:
    """Copy a tile, right behind it. Raises TooManyTiles."""
    siblings = live_tiles(tile.dashboard)
    index = next((number for number, other in enumerate(siblings, 1) if other.pk == tile.pk), len(siblings))
    settings = dict(tile.settings)
    if settings.get("title"):
        settings["title"] = (gettext("Copy of %(name)s") % {"name": settings["title"]})[:120]
    return tile_add(
        dashboard=tile.dashboard, actor=actor, kind=tile.kind, settings=settings, width=tile.width, index=index
    )


def tile_delete(*, tile: Tile, actor: User) -> None:
    """Take a tile off; it stays in its table, so that undo brings it back."""
    with _edit(tile.dashboard, actor=actor, action="tile.deleted", target=tile, name=_title(tile)) as record:
        current = _tile(tile, None)
        record.watch(current)
        current.deleted_at = timezone.now()
        _save(current, "deleted_at")


def dashboard_undo(*, dashboard: Dashboard, actor: User, redo: bool = False) -> list[Change]:
    """Take back the actor's last change of a dashboard, or put it forward again. Raises NothingToUndo, ChangedSince."""
    return undo(actor=actor, scope=dashboard, redo=redo)
