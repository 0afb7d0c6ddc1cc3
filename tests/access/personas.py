"""Personas and segments."""

from typing import Any

from cxmap.workspaces.models import Role
from personas import services
from personas.models import Persona, Section, Segment, TraitEvidence
from personas.services import SectionEntry
from tests.access import ApiRow, Row, World, in_workspace, nothing
from tests.personas.base import picture_file


def persona(world: World) -> Persona:
    cast = world.cast
    return world.once(
        "persona", lambda: services.persona_create(workspace=cast.workspace, actor=cast.ed, name="Claire")
    )


def one(world: World) -> dict[str, Any]:
    return {"pk": persona(world).pk}


def in_trash(world: World) -> dict[str, Any]:
    cast = world.cast

    def make() -> Persona:
        row = services.persona_create(workspace=cast.workspace, actor=cast.ed, name="Gone")
        services.persona_delete(persona=row, actor=cast.ed)
        return row

    return {"pk": world.once("persona-in-trash", make).pk}


def trait(world: World) -> dict[str, Any]:
    return {"pk": persona(world).traits.first().pk}


def evidence(world: World) -> dict[str, Any]:
    def make() -> TraitEvidence:
        return services.evidence_add(
            trait=persona(world).traits.first(), actor=world.cast.ed, kind="survey", title="Shop survey"
        )

    return {"pk": world.once("evidence", make).pk}


def segment(world: World) -> dict[str, Any]:
    cast = world.cast

    def make() -> Segment:
        return services.segment_create(workspace=cast.workspace, actor=cast.ed, code="loyal", name="Loyal")

    return {"pk": world.once("segment", make).pk}


def section(world: World) -> dict[str, Any]:
    def make() -> Section:
        cast = world.cast
        tags = SectionEntry("tags", "Tags", {"items": ["mobile"]})
        made = services.persona_create(workspace=cast.workspace, actor=cast.ed, name="Tagged", sections=[tags])
        return made.sections.get()

    return {"pk": world.once("persona-section", make).pk}


def with_picture(world: World) -> dict[str, Any]:
    def make() -> Persona:
        cast = world.cast
        made = services.persona_create(workspace=cast.workspace, actor=cast.ed, name="Pictured")
        return services.persona_set_portrait(persona=made, actor=cast.ed, portrait="picture", file=picture_file())

    return {"pk": world.once("persona-with-picture", make).pk}


NEW = {"name": "Paul", "colour": "0"}
PROOF = {"kind": "data", "title": "CRM"}
SEGMENT = {"code": "new", "name": "New"}

ROWS = [
    Row("personas:list", in_workspace, Role.VIEWER),
    Row("personas:blank-pdf", in_workspace, Role.VIEWER),
    Row("personas:add", in_workspace, Role.EDITOR),
    Row("personas:add", in_workspace, Role.EDITOR, method="post", data=NEW, ok=302),
    Row("personas:template", lambda _world: {"slug": "acme", "language": "fr", "kind": "xlsx"}, Role.VIEWER),
    Row("personas:export", lambda _world: {"slug": "acme", "kind": "json"}, Role.VIEWER),
    Row("personas:bring", in_workspace, Role.EDITOR),
    Row("personas:bring", in_workspace, Role.EDITOR, method="post", ok=422),
    Row("personas:file", lambda world: {**one(world), "kind": "xlsx"}, Role.VIEWER),
    Row("personas:detail", one, Role.VIEWER),
    Row("personas:pdf", one, Role.VIEWER),
    Row("personas:png", one, Role.VIEWER),
    Row("personas:sheets-pdf", in_workspace, Role.VIEWER),
    Row("personas:pptx", one, Role.VIEWER),
    Row("personas:sheets-pptx", in_workspace, Role.VIEWER),
    Row("personas:edit", one, Role.EDITOR),
    Row("personas:edit", one, Role.EDITOR, method="post", data={**NEW, "revision": "1"}, ok=302),
    Row("personas:delete", one, Role.EDITOR, method="post"),
    Row("personas:restore", in_trash, Role.EDITOR, method="post"),
    Row("personas:choose", in_workspace, Role.VIEWER),
    Row("personas:choose", in_workspace, Role.EDITOR, method="post", data={"proposal": "regular"}, ok=302),
    Row("personas:compare", in_workspace, Role.VIEWER),
    Row("personas:hints", in_workspace, Role.EDITOR, method="post", data={"name": "Claire"}),
    Row("personas:status", one, Role.EDITOR, method="post", data={"status": "draft"}, ok=302),
    Row("personas:portrait", one, Role.EDITOR),
    Row("personas:portrait", one, Role.EDITOR, method="post", data={"face": "initials"}, ok=302),
    Row("personas:picture", with_picture, Role.VIEWER, ok=200),
    Row("personas:section-evidence-add", section, Role.EDITOR),
    Row("personas:section-evidence-add", section, Role.EDITOR, method="post", data=PROOF, ok=302),
    Row("personas:evidence-add", trait, Role.EDITOR),
    Row("personas:evidence-add", trait, Role.EDITOR, method="post", data=PROOF, ok=302),
    Row("personas:evidence-remove", evidence, Role.EDITOR, method="post"),
    Row("personas:evidence-restore", evidence, Role.EDITOR, method="post"),
    ApiRow("api:persona-list", nothing, Role.VIEWER),
    ApiRow("api:persona-list", nothing, Role.EDITOR, method="post", data={"name": "Paul"}),
    ApiRow("api:persona-detail", one, Role.VIEWER),
    ApiRow("api:persona-detail", one, Role.EDITOR, method="patch", data={"name": "Paul"}),
    ApiRow("api:persona-detail", one, Role.EDITOR, method="delete"),
    ApiRow("api:segment-list", nothing, Role.VIEWER),
    ApiRow("api:segment-list", nothing, Role.EDITOR, method="post", data=SEGMENT),
    ApiRow("api:segment-detail", segment, Role.VIEWER),
    ApiRow("api:segment-detail", segment, Role.EDITOR, method="patch", data={"name": "x"}),
    ApiRow("api:segment-detail", segment, Role.EDITOR, method="delete"),
]
