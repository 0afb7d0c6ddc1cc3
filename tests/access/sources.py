"""Sources, imports, mappings, measures by hand."""

from typing import Any

from django.core.files.base import ContentFile

from cxmap.workspaces.models import Role
from kpis.models import Source
from sources.models import Import
from tests.access import ApiRow, Row, World, in_workspace, nothing
from tests.access.kpis import binding


def the_source(world: World) -> Source:
    return world.once(
        "source", lambda: Source.objects.create(workspace=world.cast.workspace, name="Web", key="web", kind="file")
    )


def source(world: World) -> dict[str, Any]:
    return {"pk": the_source(world).public_id}


def imported(world: World) -> dict[str, Any]:
    def make() -> Import:
        row = Import(workspace=world.cast.workspace, source=the_source(world), filename="web.csv")
        row.file.save("web.csv", ContentFile(b"touchpoint,kpi,day,value\n"), save=False)
        row.save()
        return row

    return {"pk": world.once("import", make).public_id}


def by_id(world: World) -> dict[str, Any]:
    return {"id": imported(world)["pk"]}


ROWS = [
    Row("sources:observations", binding, Role.VIEWER),
    Row("sources:list", in_workspace, Role.VIEWER),
    Row("sources:upload", in_workspace, Role.ANALYST),
    Row("sources:upload", in_workspace, Role.ANALYST, method="post"),
    Row("sources:measure-add", in_workspace, Role.ANALYST),
    Row("sources:measure-add", in_workspace, Role.ANALYST, method="post"),
    Row("sources:source", source, Role.VIEWER),
    Row("sources:source", source, Role.ANALYST, method="post"),
    Row("sources:import-detail", imported, Role.VIEWER),
    Row("sources:import-mapping", imported, Role.ANALYST),
    Row("sources:import-mapping", imported, Role.ANALYST, method="post"),
    Row("sources:mapping-download", imported, Role.VIEWER),
    Row("sources:mapping-upload", imported, Role.ANALYST, method="post"),
    Row("sources:import-start", imported, Role.ANALYST, method="post"),
    Row("sources:import-withdraw", imported, Role.ANALYST, method="post"),
    Row("sources:import-delete", imported, Role.ANALYST, method="post"),
    Row("sources:import-rejections", imported, Role.VIEWER),
    ApiRow("api:import-list", nothing, Role.VIEWER),
    ApiRow("api:import-list", nothing, Role.ANALYST, method="post", data={}),
    ApiRow("api:import-detail", by_id, Role.VIEWER),
    ApiRow("api:import-detail", by_id, Role.ANALYST, method="delete"),
    ApiRow("api:import-preview", by_id, Role.VIEWER),
    ApiRow("api:import-start", by_id, Role.ANALYST, method="post", data={}),
    ApiRow("api:import-withdraw", by_id, Role.ANALYST, method="post"),
    ApiRow("api:import-rejections", by_id, Role.VIEWER),
]
