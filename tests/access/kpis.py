"""KPIs on touchpoints, their signals, dashboard and matrix."""

import datetime as dt
import uuid
from typing import Any

from cxmap.workspaces.models import Role
from kpis import services
from kpis.models import Binding, Flag, Kpi, NotApplicable, Target
from tests.access import ApiRow, Row, World, in_workspace, nothing
from tests.access.journeys import at_step
from tests.access.journeys import one as one_journey
from tests.access.journeys import step as one_step
from tests.access.personas import one as persona
from tests.access.touchpoints import one as one_touchpoint
from tests.access.touchpoints import touchpoint
from touchpoints.models import Category


def the_kpi(world: World) -> Kpi:
    return Kpi.objects.exclude(direction="").filter(workspace=world.cast.workspace).first()


def kpi(world: World) -> dict[str, Any]:
    return {"pk": the_kpi(world).pk}


def the_binding(world: World) -> Binding:
    def make() -> Binding:
        return services.binding_create(touchpoint=touchpoint(world), kpi=the_kpi(world), actor=world.cast.ana)

    return world.once("binding", make)


def binding(world: World) -> dict[str, Any]:
    return {"pk": the_binding(world).pk}


def flag(world: World) -> dict[str, Any]:
    def make() -> Flag:
        return Flag.objects.create(
            workspace=world.cast.workspace,
            binding=the_binding(world),
            kind="worse",
            opened_period=dt.date(2026, 11, 2),
        )

    return {"pk": world.once("flag", make).pk}


def target(world: World) -> dict[str, Any]:
    def make() -> Target:
        return Target.objects.create(workspace=world.cast.workspace, binding=the_binding(world), value=None)

    return {"pk": world.once("target", make).pk}


def gap(world: World) -> dict[str, Any]:
    def make() -> NotApplicable:
        category = Category.objects.filter(workspace=world.cast.workspace).first()
        return NotApplicable.objects.create(workspace=world.cast.workspace, category=category, column="before")

    return {"pk": world.once("gap", make).pk}


ROWS = [
    Row("kpis:dashboard", in_workspace, Role.VIEWER),
    Row("kpis:list", in_workspace, Role.VIEWER),
    Row("kpis:add", in_workspace, Role.ANALYST),
    Row("kpis:add", in_workspace, Role.ANALYST, method="post"),
    Row("kpis:detail", kpi, Role.VIEWER),
    Row("kpis:edit", kpi, Role.ANALYST),
    Row("kpis:edit", kpi, Role.ANALYST, method="post"),
    Row("kpis:archive", kpi, Role.ANALYST, method="post"),
    Row("kpis:restore", kpi, Role.ANALYST, method="post"),
    Row("kpis:matrix", in_workspace, Role.VIEWER),
    Row("kpis:matrix-cell", in_workspace, Role.VIEWER),
    Row("kpis:matrix-add", in_workspace, Role.EDITOR, query="?row=sales"),
    Row("kpis:matrix-add", in_workspace, Role.EDITOR, method="post", query="?row=sales"),
    Row("kpis:matrix-dismiss", in_workspace, Role.EDITOR, method="post"),
    Row("kpis:matrix-restore", gap, Role.EDITOR, method="post"),
    Row("kpis:matrix-example", in_workspace, Role.VIEWER),
    Row("kpis:matrix-example", in_workspace, Role.EDITOR, method="post"),
    Row("kpis:matrix-export", in_workspace, Role.ANALYST),
    Row("kpis:ranking", in_workspace, Role.VIEWER),
    *(
        Row("kpis:ranking-export", lambda world, kind=kind: {**in_workspace(world), "kind": kind}, Role.VIEWER, ok=200)
        for kind in ("csv", "csv-fr", "xlsx")
    ),
    Row("kpis:by-type", in_workspace, Role.VIEWER),
    *(
        Row("kpis:by-type-export", lambda world, kind=kind: {**in_workspace(world), "kind": kind}, Role.VIEWER, ok=200)
        for kind in ("csv", "csv-fr", "xlsx", "pdf")
    ),
    Row("kpis:type-detail", lambda world: {**in_workspace(world), "code": "product-page"}, Role.VIEWER),
    Row("kpis:type-detail", lambda world: {**in_workspace(world), "code": "product-page"}, Role.ANALYST, method="post"),
    Row(
        "kpis:suggestions-undo",
        lambda world: {**in_workspace(world), "gesture": uuid.uuid4()},
        Role.ANALYST,
        method="post",
    ),
    Row("kpis:binding-suggested", one_touchpoint, Role.ANALYST, method="post"),
    Row("kpis:binding-add", one_touchpoint, Role.ANALYST),
    Row("kpis:binding-add", one_touchpoint, Role.ANALYST, method="post"),
    Row(
        "kpis:binding-quick",
        nothing,
        Role.ANALYST,
        query=lambda world: f"?step={at_step(world)['step']}",
    ),
    Row(
        "kpis:binding-quick",
        nothing,
        Role.ANALYST,
        method="post",
        data=at_step,
        query=lambda world: f"?step={at_step(world)['step']}",
    ),
    Row("kpis:binding-edit", binding, Role.ANALYST),
    Row("kpis:binding-edit", binding, Role.ANALYST, method="post"),
    Row("kpis:binding-delete", binding, Role.ANALYST, method="post"),
    Row("kpis:target-set", binding, Role.ANALYST),
    Row("kpis:target-set", binding, Role.ANALYST, method="post"),
    Row("kpis:target-check", binding, Role.ANALYST),
    Row("kpis:targets", in_workspace, Role.VIEWER),
    Row("kpis:flag-detail", flag, Role.VIEWER),
    Row("kpis:step-detail", one_step, Role.VIEWER),
    Row("kpis:funnel", one_journey, Role.VIEWER),
    Row("kpis:persona-data", persona, Role.EDITOR),
    Row("kpis:persona-data", persona, Role.EDITOR, method="post", data={"revision": "1"}, ok=302),
    Row("kpis:flag-acknowledge", flag, Role.EDITOR, method="post"),
    Row("kpis:flag-snooze", flag, Role.EDITOR, method="post"),
    Row("kpis:flag-refuse", flag, Role.EDITOR, method="post"),
    Row("kpis:flag-reopen", flag, Role.EDITOR, method="post"),
    ApiRow("api:kpi-list", nothing, Role.VIEWER),
    ApiRow("api:kpi-list", nothing, Role.ANALYST, method="post", data={}),
    ApiRow("api:kpi-detail", kpi, Role.VIEWER),
    ApiRow("api:kpi-detail", kpi, Role.ANALYST, method="patch", data={"note_en": "x"}),
    ApiRow("api:kpi-detail", kpi, Role.ANALYST, method="delete"),
    ApiRow("api:kpi-restore", kpi, Role.ANALYST, method="post", data={}),
    ApiRow("api:binding-list", nothing, Role.VIEWER),
    ApiRow("api:binding-list", nothing, Role.ANALYST, method="post", data={}),
    ApiRow("api:binding-detail", binding, Role.VIEWER),
    ApiRow("api:binding-detail", binding, Role.ANALYST, method="patch", data={"tolerance": 0.01}),
    ApiRow("api:binding-detail", binding, Role.ANALYST, method="delete"),
    ApiRow("api:target-list", nothing, Role.VIEWER),
    ApiRow("api:target-list", nothing, Role.ANALYST, method="post", data={}),
    ApiRow("api:target-detail", target, Role.VIEWER),
    ApiRow("api:target-detail", target, Role.ANALYST, method="patch", data={"specific": "x"}),
    ApiRow("api:target-detail", target, Role.ANALYST, method="delete"),
    ApiRow("api:flag-list", nothing, Role.VIEWER),
    ApiRow("api:flag-detail", flag, Role.VIEWER),
    ApiRow("api:flag-acknowledge", flag, Role.EDITOR, method="post", data={}),
    ApiRow("api:flag-snooze", flag, Role.EDITOR, method="post", data={"until": "2099-01-01"}),
    ApiRow("api:flag-refuse", flag, Role.EDITOR, method="post", data={"reason": "x"}),
    ApiRow("api:flag-reopen", flag, Role.EDITOR, method="post", data={}),
    ApiRow("api:observations", nothing, Role.ANALYST, method="post", data=[]),
    ApiRow("api:values", nothing, Role.VIEWER),
    ApiRow("api:matrix", nothing, Role.ANALYST),
]
