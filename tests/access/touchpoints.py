"""The touchpoint library."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from cxmap.workspaces.brought import brought_keep
from cxmap.workspaces.models import Role
from tests.access import ApiRow, Row, World, in_workspace, nothing
from touchpoints import contents, services
from touchpoints.icons import icon_kept
from touchpoints.models import Category, Channel, ContentItem, LibraryDraft, Touchpoint


def make(world: World, name: str) -> Touchpoint:
    cast = world.cast
    return services.touchpoint_create(
        workspace=cast.workspace,
        actor=cast.ed,
        name=name,
        category=Category.objects.get(workspace=cast.workspace, code="sales"),
        channel=Channel.objects.get(workspace=cast.workspace, code="website"),
    )


def touchpoint(world: World) -> Touchpoint:
    return world.once("touchpoint", lambda: make(world, "Product page"))


def one(world: World) -> dict[str, Any]:
    return {"pk": touchpoint(world).pk}


def in_trash(world: World) -> dict[str, Any]:
    def gone() -> Touchpoint:
        row = make(world, "Gone")
        services.touchpoint_delete(touchpoint=row, actor=world.cast.ed)
        return row

    return {"pk": world.once("touchpoint-in-trash", gone).pk}


def content(world: World) -> dict[str, Any]:
    def make_one() -> ContentItem:
        return contents.content_add(touchpoint=touchpoint(world), actor=world.cast.ed, title="How do I send it back?")

    return {"pk": world.once("content", make_one).pk}


def content_gone(world: World) -> dict[str, Any]:
    def gone() -> ContentItem:
        item = contents.content_add(touchpoint=touchpoint(world), actor=world.cast.ed, title="Gone")
        contents.content_delete(item=item, actor=world.cast.ed)
        return item

    return {"pk": world.once("content-gone", gone).pk}


def draft(world: World) -> dict[str, Any]:
    def make_one() -> LibraryDraft:
        rows = [["1", "name"], ["2", "FAQ"]]
        return brought_keep(
            LibraryDraft, workspace=world.cast.workspace, actor=world.cast.ed, name="list.csv", rows=rows
        )

    return {"pk": world.once("library-draft", make_one).pk}


def category(world: World) -> dict[str, Any]:
    return {"pk": Category.objects.get(workspace=world.cast.workspace, code="sales").pk}


def channel(world: World) -> dict[str, Any]:
    return {"pk": Channel.objects.get(workspace=world.cast.workspace, code="shop").pk}


def with_icon(world: World) -> dict[str, Any]:
    """A channel with an icon of its own."""

    def make() -> Channel:
        file = SimpleUploadedFile(
            "icon.svg", b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9"/></svg>'
        )
        row = Channel.objects.get(**{"workspace": world.cast.workspace, "code": "phone"})
        return services.channel_update(channel=row, actor=world.cast.ed, **icon_kept(world.cast.workspace.pk, file))

    return {"pk": world.once("channel-with-icon", make).pk}


NEW = {"name": "Vitrine", "category": "sales", "channel": "shop"}

ROWS = [
    Row("touchpoints:list", in_workspace, Role.VIEWER),
    Row("touchpoints:add", in_workspace, Role.EDITOR),
    Row("touchpoints:add", in_workspace, Role.EDITOR, method="post"),
    Row("touchpoints:examples", in_workspace, Role.EDITOR),
    Row("touchpoints:examples", in_workspace, Role.EDITOR, method="post", data={"examples": "service:faq"}, ok=302),
    Row("touchpoints:detail", one, Role.VIEWER),
    Row("touchpoints:detail", in_trash, Role.VIEWER),
    Row("touchpoints:edit", one, Role.EDITOR),
    Row("touchpoints:edit", one, Role.EDITOR, method="post"),
    Row("touchpoints:merge", one, Role.EDITOR),
    Row("touchpoints:merge", one, Role.EDITOR, method="post"),
    Row("touchpoints:delete", one, Role.EDITOR, method="post"),
    Row("touchpoints:restore", in_trash, Role.EDITOR, method="post"),
    Row("touchpoints:duplicates", in_workspace, Role.EDITOR),
    *(
        Row("touchpoints:export", lambda world, kind=kind: {**in_workspace(world), "kind": kind}, Role.VIEWER, ok=200)
        for kind in ("csv", "csv-fr", "xlsx")
    ),
    Row("touchpoints:import", in_workspace, Role.EDITOR),
    Row("touchpoints:import", in_workspace, Role.EDITOR, method="post"),
    Row("touchpoints:draft", draft, Role.EDITOR),
    Row("touchpoints:draft", draft, Role.EDITOR, method="post"),
    Row("touchpoints:draft-drop", draft, Role.EDITOR, method="post"),
    Row("touchpoints:suggestion", in_workspace, Role.EDITOR, query="?name=FAQ", ok=200),
    Row("touchpoints:bulk", in_workspace, Role.EDITOR, query=lambda world: f"?pk={touchpoint(world).pk}"),
    Row("touchpoints:bulk", in_workspace, Role.EDITOR, method="post"),
    Row(
        "touchpoints:undo",
        lambda world: {**in_workspace(world), "gesture": "6f7c5b1e-0000-4000-8000-000000000000"},
        Role.EDITOR,
        method="post",
    ),
    Row("touchpoints:content-add", one, Role.EDITOR),
    Row("touchpoints:content-add", one, Role.EDITOR, method="post"),
    Row("touchpoints:content-edit", content, Role.EDITOR),
    Row("touchpoints:content-edit", content, Role.EDITOR, method="post"),
    Row("touchpoints:content-delete", content, Role.EDITOR, method="post"),
    Row("touchpoints:content-restore", content_gone, Role.EDITOR, method="post"),
    Row("touchpoints:channels", in_workspace, Role.VIEWER),
    Row("touchpoints:channel-add", in_workspace, Role.EDITOR),
    Row("touchpoints:channel-add", in_workspace, Role.EDITOR, method="post"),
    Row("touchpoints:channel-edit", channel, Role.EDITOR),
    Row("touchpoints:channel-edit", channel, Role.EDITOR, method="post"),
    Row("touchpoints:channel-delete", channel, Role.EDITOR, method="post"),
    Row("touchpoints:channel-icon", with_icon, Role.VIEWER, ok=200),
    ApiRow("api:touchpoint-list", nothing, Role.VIEWER),
    ApiRow("api:touchpoint-list", nothing, Role.EDITOR, method="post", data=NEW),
    ApiRow("api:touchpoint-detail", one, Role.VIEWER),
    ApiRow("api:touchpoint-detail", one, Role.EDITOR, method="patch", data={"owner": "x"}),
    ApiRow("api:touchpoint-detail", one, Role.EDITOR, method="delete"),
    ApiRow("api:content-list", nothing, Role.VIEWER),
    ApiRow(
        "api:content-list",
        nothing,
        Role.EDITOR,
        method="post",
        data=lambda world: {"touchpoint": touchpoint(world).code, "title": "How?"},
    ),
    ApiRow("api:content-detail", content, Role.VIEWER),
    ApiRow("api:content-detail", content, Role.EDITOR, method="patch", data={"owner": "x"}),
    ApiRow("api:content-detail", content, Role.EDITOR, method="delete"),
    ApiRow("api:category-list", nothing, Role.VIEWER),
    ApiRow("api:category-detail", category, Role.VIEWER),
    ApiRow("api:category-detail", category, Role.EDITOR, method="patch", data={"name_en": "x"}),
    ApiRow("api:channel-list", nothing, Role.VIEWER),
    ApiRow("api:channel-list", nothing, Role.EDITOR, method="post", data={"name_fr": "x", "name_en": "x"}),
    ApiRow("api:channel-detail", channel, Role.VIEWER),
    ApiRow("api:channel-detail", channel, Role.EDITOR, method="patch", data={"name_en": "x"}),
    ApiRow("api:channel-detail", channel, Role.EDITOR, method="delete"),
]
