"""Documents, versions and files of maps."""

from typing import Any

from cxmap.workspaces.brought import brought_keep
from cxmap.workspaces.models import Role
from journeys import interchange
from journeys.models import Draft, Export, Version
from journeys.services.exports import Wish, export_start, export_work
from journeys.services.versions import version_save
from tests.access import ApiRow, Row, World, in_workspace
from tests.access.journeys import journey, one


def document(world: World) -> dict[str, Any]:
    return world.once(
        "journey-document", lambda: interchange.to_dict(interchange.document_of(journey(world), files=False))
    )


def version(world: World) -> dict[str, Any]:
    def make() -> Version:
        return version_save(journey=journey(world), actor=world.cast.ed, name="One")

    return {"pk": world.once("journey-version", make).pk}


def draft(world: World) -> dict[str, Any]:
    def make() -> Draft:
        return brought_keep(
            Draft,
            workspace=world.cast.workspace,
            actor=world.cast.olga,
            name="table.csv",
            payload={"tables": [{"name": "table", "rows": [["", "Pay"], ["Actions", "pays"]]}]},
        )

    return {"pk": world.once("journey-draft", make).pk}


def export(world: World) -> dict[str, Any]:
    """A file that is there."""

    def make() -> Export:
        row = export_start(journey=journey(world), actor=world.cast.vi, wish=Wish(format="svg"))
        export_work(row.pk)
        return row

    return {"pk": world.once("journey-export", make).pk}


ROWS: list[Row | ApiRow] = [
    Row("journeys:versions", one, Role.VIEWER),
    Row("journeys:version-add", one, Role.EDITOR, method="post", data={"name": "Two"}),
    Row("journeys:version-document", version, Role.VIEWER),
    Row("journeys:version-restore", version, Role.EDITOR, method="post"),
    Row("journeys:import", in_workspace, Role.EDITOR),
    Row("journeys:import", in_workspace, Role.EDITOR, method="post"),
    Row("journeys:draft", draft, Role.EDITOR),
    Row("journeys:draft", draft, Role.EDITOR, method="post"),
    Row("journeys:draft-drop", draft, Role.EDITOR, method="post"),
    Row("journeys:files", one, Role.VIEWER),
    Row("journeys:make", one, Role.VIEWER, method="post", data={"format": "svg"}),
    Row("journeys:export", export, Role.VIEWER),
    Row("journeys:export-file", export, Role.VIEWER, ok=200),
    Row("journeys:document-bring", one, Role.EDITOR, method="post"),
    Row("journeys:download", lambda world: one(world) | {"kind": "json"}, Role.VIEWER),
    Row("journeys:compare", one, Role.VIEWER),
    Row("journeys:compare-files", in_workspace, Role.VIEWER),
    Row("journeys:compare-files", in_workspace, Role.VIEWER, method="post"),
    ApiRow("api:journey-document", one, Role.VIEWER),
    ApiRow("api:journey-document", one, Role.EDITOR, method="put", data=document),
]
