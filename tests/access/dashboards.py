"""Dashboards of tiles, their links and mails, outcomes, the manager report, reference figures."""

from typing import Any

from cxmap.workspaces.models import Role
from dashboards.access import link_token
from dashboards.models import Dashboard, DashboardLink, Outcome, Schedule, Tile
from dashboards.services import boards, links, outcomes, schedules
from tests.access import ApiRow, Open, Row, World, in_workspace, nothing
from tests.access.kpis import the_kpi


def the_board(world: World) -> Dashboard:
    """A dashboard of Ed's that he shares."""
    cast = world.cast
    return world.once(
        "dashboard",
        lambda: boards.dashboard_create(workspace=cast.workspace, actor=cast.ed, name="Weekly", shared=True),
    )


def board(world: World) -> dict[str, Any]:
    return {**in_workspace(world), "pk": the_board(world).pk}


def board_in_trash(world: World) -> dict[str, Any]:
    cast = world.cast

    def make() -> Dashboard:
        row = boards.dashboard_create(workspace=cast.workspace, actor=cast.ed, name="Gone", shared=True)
        boards.dashboard_delete(dashboard=row, actor=cast.ed)
        return row

    return {**in_workspace(world), "pk": world.once("dashboard-in-trash", make).pk}


def tile(world: World) -> dict[str, Any]:
    def make() -> Tile:
        return boards.tile_add(
            dashboard=the_board(world), actor=world.cast.ed, kind="text", settings={"text": "Words"}, width=6
        )

    return {"pk": world.once("tile", make).pk}


def the_link(world: World) -> DashboardLink:
    return world.once(
        "dashboard-link", lambda: links.link_create(dashboard=the_board(world), actor=world.cast.ed, days=7)
    )


def schedule(world: World) -> dict[str, Any]:
    cast = world.cast

    def make() -> Schedule:
        return schedules.schedule_add(
            dashboard=the_board(world), actor=cast.ed, rhythm="weekly", hour=8, language="en", recipients=[cast.ed]
        )

    return {"pk": world.once("schedule", make).pk}


def outcome(world: World) -> dict[str, Any]:
    cast = world.cast

    def make() -> Outcome:
        return outcomes.outcome_add(workspace=cast.workspace, actor=cast.ed, kind="satisfaction", kpi=the_kpi(world))

    return {"pk": world.once("outcome", make).pk}


ROWS = [
    Row("dashboards:list", in_workspace, Role.VIEWER),
    Row("dashboards:overview-pdf", in_workspace, Role.VIEWER),
    Row("dashboards:overview-png", in_workspace, Role.VIEWER),
    Row("dashboards:add", in_workspace, Role.ANALYST),
    Row("dashboards:add", in_workspace, Role.ANALYST, method="post"),
    Row("dashboards:detail", board, Role.VIEWER),
    Row("dashboards:edit", board, Role.EDITOR),
    Row("dashboards:edit", board, Role.EDITOR, method="post"),
    Row("dashboards:delete", board, Role.EDITOR, method="post"),
    Row("dashboards:restore", board_in_trash, Role.EDITOR, method="post"),
    Row("dashboards:duplicate", board, Role.ANALYST, method="post"),
    Row("dashboards:undo", board, Role.EDITOR, method="post"),
    Row("dashboards:pdf", board, Role.VIEWER),
    Row("dashboards:png", board, Role.VIEWER),
    Row("dashboards:tile-add", board, Role.EDITOR),
    Row("dashboards:tile-add", board, Role.EDITOR, query="?kind=kpi"),
    Row("dashboards:tile-add", board, Role.EDITOR, method="post", query="?kind=worst"),
    Row("dashboards:tile-edit", tile, Role.EDITOR),
    Row("dashboards:tile-edit", tile, Role.EDITOR, method="post"),
    Row("dashboards:tile-move", tile, Role.EDITOR, method="post", data={"to": "later"}),
    Row("dashboards:tile-resize", tile, Role.EDITOR, method="post", data={"width": "3"}),
    Row("dashboards:tile-duplicate", tile, Role.EDITOR, method="post"),
    Row("dashboards:tile-delete", tile, Role.EDITOR, method="post"),
    Row("dashboards:share", board, Role.EDITOR),
    Row("dashboards:share-add", board, Role.EDITOR, method="post", data={"days": "7"}),
    Row("dashboards:share-revoke", lambda world: {"pk": the_link(world).pk}, Role.EDITOR, method="post"),
    Row("dashboards:shared", lambda world: {"token": link_token(the_link(world))}, Open.ANYONE),
    Row("dashboards:schedules", board, Role.EDITOR),
    Row("dashboards:schedules", board, Role.EDITOR, method="post"),
    Row("dashboards:schedule-edit", schedule, Role.EDITOR),
    Row("dashboards:schedule-edit", schedule, Role.EDITOR, method="post"),
    Row("dashboards:schedule-delete", schedule, Role.EDITOR, method="post"),
    Row("dashboards:outcomes", in_workspace, Role.VIEWER),
    Row("dashboards:outcome-add", in_workspace, Role.EDITOR),
    Row("dashboards:outcome-add", in_workspace, Role.EDITOR, method="post"),
    Row("dashboards:outcome-edit", outcome, Role.EDITOR),
    Row("dashboards:outcome-edit", outcome, Role.EDITOR, method="post"),
    Row("dashboards:outcome-delete", outcome, Role.EDITOR, method="post"),
    Row("dashboards:report", in_workspace, Role.VIEWER),
    Row("dashboards:report-pdf", in_workspace, Role.VIEWER),
    Row("dashboards:references", in_workspace, Role.VIEWER),
    ApiRow("api:dashboard-list", nothing, Role.VIEWER),
    ApiRow("api:dashboard-detail", lambda world: {"pk": the_board(world).pk}, Role.VIEWER),
]
