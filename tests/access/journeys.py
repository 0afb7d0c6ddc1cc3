"""Journeys and everything on a map."""

from typing import Any
from urllib.parse import urlencode

from django.core.files.uploadedfile import SimpleUploadedFile

from cxmap.workspaces.models import Role
from cxmap.workspaces.services import workspace_update
from journeys.access import share_token
from journeys.models import (
    Approval,
    Attachment,
    Card,
    Journey,
    JourneyTemplate,
    Lane,
    SavedView,
    ShareLink,
    Stage,
    Step,
)
from journeys.services import approval, templates
from journeys.services import journeys as services
from journeys.services.attachments import attachment_create
from journeys.services.comments import comment_add
from journeys.services.evidence import evidence_add
from journeys.services.saved_views import saved_view_save
from tests.access import ApiRow, Open, Row, World, in_workspace, nothing
from tests.access.touchpoints import with_icon


def journey(world: World) -> Journey:
    cast = world.cast
    return world.once(
        "journey",
        lambda: services.journey_create(
            workspace=cast.workspace, actor=cast.ed, name="Buying shoes", no_persona_yet=True
        ),
    )


def one(world: World) -> dict[str, Any]:
    return {"pk": journey(world).pk}


def in_trash(world: World) -> dict[str, Any]:
    cast = world.cast

    def make() -> Journey:
        row = services.journey_create(workspace=cast.workspace, actor=cast.ed, name="Gone", no_persona_yet=True)
        services.journey_delete(journey=row, actor=cast.ed)
        return row

    return {"pk": world.once("journey-in-trash", make).pk}


def new_from(world: World) -> dict[str, Any]:
    return {**in_workspace(world), "key": "six-stages"}


def own_template(world: World) -> dict[str, Any]:
    cast = world.cast
    return {
        "pk": world.once(
            "template", lambda: templates.template_save(journey=journey(world), actor=cast.ed, name="Ours")
        ).pk
    }


def template_in_trash(world: World) -> dict[str, Any]:
    cast = world.cast

    def make() -> JourneyTemplate:
        row = templates.template_save(journey=journey(world), actor=cast.ed, name="Gone")
        templates.template_delete(template=row, actor=cast.ed)
        return row

    return {"pk": world.once("template-in-trash", make).pk}


def stage(world: World) -> dict[str, Any]:
    return {"pk": Stage.objects.filter(journey=journey(world)).first().pk}


def saved_view(world: World) -> dict[str, Any]:
    def make() -> SavedView:
        return saved_view_save(journey=journey(world), actor=world.cast.ed, name="For Claire", query="view=curve")

    return {"pk": world.once("saved-view", make).pk}


def the_step(world: World) -> Step:
    return Step.objects.filter(journey=journey(world)).first()


def step(world: World) -> dict[str, Any]:
    return {"pk": the_step(world).pk}


def the_lane(world: World) -> Lane:
    return Lane.objects.filter(journey=journey(world), kind="actions").first()


def lane(world: World) -> dict[str, Any]:
    return {"pk": the_lane(world).pk}


def card(world: World) -> dict[str, Any]:
    def make() -> Card:
        return Card.objects.create(
            workspace=world.cast.workspace,
            journey=journey(world),
            lane=the_lane(world),
            step=the_step(world),
            text="Looks at prices",
        )

    return {"pk": world.once("card", make).pk}


def link(world: World) -> ShareLink:
    return world.once(
        "share-link", lambda: services.share_link_create(journey=journey(world), actor=world.cast.ed, days=7)
    )


def asked(world: World) -> dict[str, Any]:
    """A map whose review Ed was asked for by somebody who then left."""
    cast = world.cast

    def make() -> Journey:
        row = services.journey_create(workspace=cast.workspace, actor=cast.ed, name="Asked", no_persona_yet=True)
        found = approval.review_ask(journey=row, actor=cast.olga, reviewers=[cast.ed])
        Approval.objects.filter(pk=found.pk).update(asked_by=None)
        return row

    return {"pk": world.once("journey-asked", make).pk}


def seen(world: World) -> dict[str, Any]:
    """What the form of publication sends along."""
    return {"owner": "Olga", "expected_change": "0"}


def reviewer(world: World) -> dict[str, Any]:
    return {"reviewers": [str(world.cast.ed.pk)]}


def embeddable(world: World) -> dict[str, str]:
    """A link that may be embedded, in a workspace that names a site."""
    cast = world.cast

    def make() -> ShareLink:
        workspace_update(workspace=cast.workspace, actor=cast.olga, embed_origins=["https://intranet.example.org"])
        return services.share_link_create(journey=journey(world), actor=cast.ed, days=7, embeddable=True)

    return {"token": share_token(world.once("framed-link", make))}


def locked(world: World) -> dict[str, str]:
    cast = world.cast

    def make() -> ShareLink:
        return services.share_link_create(journey=journey(world), actor=cast.ed, days=7, password="open sesame")

    return {"token": share_token(world.once("locked-link", make))}


def for_comments(world: World) -> dict[str, str]:
    cast = world.cast

    def make() -> ShareLink:
        return services.share_link_create(journey=journey(world), actor=cast.ed, days=7, permission="comment")

    return {"token": share_token(world.once("comment-link", make))}


def attachment(world: World) -> dict[str, Any]:
    """A small document that a card of the map shows."""

    def make() -> Attachment:
        kept = attachment_create(journey=journey(world), file=SimpleUploadedFile("note.txt", b"A note."))
        Card.objects.create(
            workspace=world.cast.workspace,
            journey=journey(world),
            lane=the_lane(world),
            step=the_step(world),
            attachment=kept,
            text="A note",
        )
        return kept

    return {"pk": world.once("attachment", make).pk}


def shared_channel(world: World) -> dict[str, Any]:
    """A channel with an icon of its own that is ticked on the shared map."""

    def make() -> Card:
        lane = Lane.objects.create(workspace=world.cast.workspace, journey=journey(world), kind="channels", rank=99999)
        return Card.objects.create(
            workspace=world.cast.workspace,
            journey=journey(world),
            lane=lane,
            step=the_step(world),
            channel_id=with_icon(world)["pk"],
        )

    card = world.once("shared-channel", make)
    return {"token": share_token(link(world)), "pk": card.channel_id}


def evidence(world: World) -> dict[str, Any]:
    return {
        "pk": world.once(
            "map-evidence",
            lambda: evidence_add(journey=journey(world), actor=world.cast.ed, kind="interview", title="Customers"),
        ).pk
    }


def comment(world: World) -> dict[str, Any]:
    """A comment of the owner's: only who wrote one may change it, so for all others it is somebody else's."""
    return {
        "pk": world.once("comment", lambda: comment_add(journey=journey(world), author=world.cast.olga, text="Hm")).pk
    }


def to_other(world: World) -> dict[str, Any]:
    """The map that something is copied to."""
    cast = world.cast
    other = world.once(
        "other-journey",
        lambda: services.journey_create(workspace=cast.workspace, actor=cast.ed, name="Another", no_persona_yet=True),
    )
    return {"journey": str(other.pk)}


def at_lane(world: World) -> dict[str, Any]:
    return {"step": str(the_step(world).pk), "lane": str(the_lane(world).pk)}


def at_step(world: World) -> dict[str, Any]:
    """What is sent with a text for a cell."""
    return {"step": str(the_step(world).pk), "text": "x"}


def in_cell(world: World) -> dict[str, Any]:
    """What is sent with a name for a cell whose lane matters."""
    return {**elsewhere(world), "text": "x"}


def elsewhere(world: World) -> dict[str, Any]:
    """Where a card is moved to."""
    return {"step": str(the_step(world).pk), "lane": str(the_lane(world).pk)}


def post(action: str, kwargs: Any, **data: Any) -> Row:
    return Row(f"journeys:{action}", kwargs, Role.EDITOR, method="post", data=data)


ROWS = [
    Row("journeys:list", in_workspace, Role.VIEWER),
    Row("journeys:add", in_workspace, Role.EDITOR),
    Row("journeys:add-from", new_from, Role.EDITOR),
    Row("journeys:add-from", new_from, Role.EDITOR, method="post"),
    Row("journeys:case", lambda world: {**in_workspace(world), "key": "apple"}, Role.VIEWER),
    Row("journeys:add-own", own_template, Role.EDITOR),
    Row("journeys:add-own", own_template, Role.EDITOR, method="post"),
    Row("journeys:template-save", one, Role.EDITOR),
    post("template-save", one, name="Ours"),
    Row("journeys:template-edit", own_template, Role.EDITOR),
    post("template-edit", own_template, name="Renamed"),
    post("template-delete", own_template),
    post("template-restore", template_in_trash),
    Row("journeys:detail", one, Role.VIEWER),
    Row("journeys:edit", one, Role.EDITOR),
    Row("journeys:present", one, Role.VIEWER),
    Row("journeys:saved-view-add", one, Role.EDITOR, method="post", data={"name": "Mine", "query": "view=table"}),
    Row("journeys:saved-view-rename", saved_view, Role.EDITOR, method="post", data={"name": "For Inès"}),
    Row("journeys:saved-view-default", saved_view, Role.EDITOR, method="post", data={"default": "yes"}),
    Row("journeys:saved-view-delete", saved_view, Role.EDITOR, method="post"),
    Row("journeys:history", one, Role.VIEWER),
    Row("journeys:pdf", one, Role.VIEWER),
    Row("journeys:approval", one, Role.EDITOR),
    Row("journeys:review-ask", one, Role.EDITOR, method="post", data=reviewer),
    post("review-withdraw", asked),
    post("review-send-back", asked, reason="Not yet."),
    Row("journeys:publish", asked, Role.EDITOR, method="post", data=seen),
    Row("journeys:share", one, Role.EDITOR),
    Row("journeys:share-edit", lambda world: {"pk": link(world).pk}, Role.EDITOR),
    post("share-edit", lambda world: {"pk": link(world).pk}, label="Board"),
    Row("journeys:embedded", embeddable, Open.ANYONE, ok=200),
    Row("journeys:shared-unlock", locked, Open.ANYONE, method="post", data={"password": "open sesame"}, ok=303),
    Row(
        "journeys:shared-comment",
        for_comments,
        Open.ANYONE,
        method="post",
        data={"guest_name": "Gina", "text": "Is this still so?"},
        ok=303,
    ),
    Row("journeys:shared", lambda world: {"token": share_token(link(world))}, Open.ANYONE, ok=200),
    Row("journeys:evidence", one, Role.VIEWER),
    post("evidence", one, kind="interview", title="Four customers"),
    Row("journeys:evidence-edit", evidence, Role.EDITOR),
    post("evidence-edit", evidence, kind="interview", title="Five customers"),
    post("evidence-delete", evidence),
    Row("journeys:attachment", attachment, Role.VIEWER),
    Row(
        "journeys:shared-attachment",
        lambda world: {"token": share_token(link(world)), **attachment(world)},
        Open.ANYONE,
        ok=200,
    ),
    Row("journeys:shared-icon", shared_channel, Open.ANYONE, ok=200),
    Row("journeys:comments", one, Role.VIEWER),
    Row("journeys:comments", one, Role.VIEWER, method="post", data={"text": "Really?", "on": "map"}),
    Row("journeys:follow", one, Role.VIEWER, method="post", data={"follow": "yes"}),
    Row("journeys:comment", comment, Role.VIEWER),
    Row("journeys:comment-reply", comment, Role.VIEWER, method="post", data={"text": "Yes."}),
    Row("journeys:comment-edit", comment, Role.OWNER),
    Row("journeys:comment-edit", comment, Role.OWNER, method="post", data={"text": "Hm?"}),
    Row("journeys:comment-delete", comment, Role.OWNER, method="post"),
    Row("journeys:thread-resolve", comment, Role.VIEWER, method="post"),
    Row("journeys:thread-reopen", comment, Role.VIEWER, method="post"),
    Row("journeys:board", one, Role.EDITOR),
    Row("journeys:live", one, Role.EDITOR),
    post("layout", one, column_width="200"),
    Row("journeys:cells-clear", one, Role.EDITOR, method="post", data={"cells": ""}),
    post("stage-merge", stage),
    Row("journeys:stage-copy", stage, Role.EDITOR, method="post", data=to_other),
    Row("journeys:step-options", step, Role.EDITOR),
    post("step-options", step, optional="on"),
    post("step-width", step, width="200"),
    post("step-merge", step),
    post("step-split", step),
    post("stage-split", step),
    post("lane-look", lane, pinned="1"),
    Row("journeys:lane-copy", lane, Role.EDITOR, method="post", data=to_other),
    Row("journeys:channels-set", nothing, Role.EDITOR, query=lambda world: f"?{urlencode(at_lane(world))}"),
    Row(
        "journeys:channels-set",
        nothing,
        Role.EDITOR,
        method="post",
        data=at_lane,
        query=lambda world: f"?{urlencode(at_lane(world))}",
    ),
    Row("journeys:media-add", nothing, Role.EDITOR, query=lambda world: f"?{urlencode(at_lane(world))}"),
    Row(
        "journeys:media-add",
        nothing,
        Role.EDITOR,
        method="post",
        data=at_lane,
        query=lambda world: f"?{urlencode(at_lane(world))}",
    ),
    Row("journeys:interaction-add", nothing, Role.EDITOR, query=lambda world: f"?{urlencode(at_lane(world))}"),
    Row(
        "journeys:interaction-add",
        nothing,
        Role.EDITOR,
        method="post",
        data=at_lane,
        query=lambda world: f"?{urlencode(at_lane(world))}",
    ),
    post("card-span", card, columns="1"),
    post("edit", one),
    post("duplicate", one),
    post("to-be", one),
    post("delete", one),
    post("restore", in_trash),
    post("undo", one),
    post("redo", one),
    post("share-add", one, days="7", shows="published", permission="view"),
    post("share-revoke", lambda world: {"pk": link(world).pk}),
    post("stage-add", one, name="New"),
    Row("journeys:stage-menu", stage, Role.EDITOR),
    post("stage-rename", stage, name="Other"),
    post("stage-move", stage, index="1"),
    post("stage-hide", stage),
    post("stage-show", stage),
    post("stage-duplicate", stage),
    post("stage-delete", stage),
    post("step-add", stage, name="New"),
    Row("journeys:step-menu", step, Role.EDITOR),
    post("step-rename", step, name="Other"),
    post("step-move", step, index="1"),
    post("step-hide", step),
    post("step-show", step),
    post("step-truth", step),
    post("step-duplicate", step),
    post("step-delete", step),
    post("curve-set", step, level="1"),
    Row("journeys:lane-add", one, Role.EDITOR),
    post("lane-add", one, kind="actions"),
    Row("journeys:lane-menu", lane, Role.EDITOR),
    post("lane-rename", lane, name="Other"),
    post("lane-move", lane, index="1"),
    post("lane-hide", lane),
    post("lane-show", lane),
    post("lane-duplicate", lane),
    post("lane-delete", lane),
    Row("journeys:card-add", lane, Role.EDITOR, method="post", data=at_step),
    Row("journeys:paste", lane, Role.EDITOR, method="post", data=at_step),
    Row(
        "journeys:touchpoint-add",
        nothing,
        Role.EDITOR,
        query=lambda world: f"?lane={the_lane(world).pk}&step={the_step(world).pk}",
    ),
    Row(
        "journeys:touchpoint-quick",
        nothing,
        Role.EDITOR,
        query=lambda world: f"?lane={the_lane(world).pk}&step={the_step(world).pk}",
    ),
    Row(
        "journeys:touchpoint-quick",
        nothing,
        Role.EDITOR,
        method="post",
        data=in_cell,
        query=lambda world: f"?step={in_cell(world)['step']}",
    ),
    Row("journeys:card-detail", card, Role.EDITOR),
    post("card-edit", card, text="y"),
    Row("journeys:card-move", card, Role.EDITOR, method="post", data=elsewhere),
    post("card-duplicate", card),
    post("card-delete", card),
    ApiRow("api:journey-list", nothing, Role.VIEWER),
    ApiRow("api:journey-list", nothing, Role.EDITOR, method="post", data={"name": "x", "no_persona_yet": True}),
    ApiRow("api:journey-detail", one, Role.VIEWER),
    ApiRow("api:journey-detail", one, Role.EDITOR, method="patch", data={"owner": "x"}),
    ApiRow("api:journey-detail", one, Role.EDITOR, method="delete"),
    ApiRow("api:comment-list", nothing, Role.VIEWER),
    ApiRow("api:comment-list", nothing, Role.VIEWER, method="post", data={"text": "Hm"}),
    ApiRow("api:comment-detail", comment, Role.VIEWER),
    ApiRow("api:comment-detail", comment, Role.OWNER, method="patch", data={"text": "Hm?"}),
    ApiRow("api:comment-detail", comment, Role.OWNER, method="delete"),
    ApiRow("api:comment-resolve", comment, Role.VIEWER, method="post"),
    ApiRow("api:comment-reopen", comment, Role.VIEWER, method="post"),
]
