"""Workshops: editors lead, viewers read what came of it, guests have a link and no account."""

from typing import Any

from cxmap.workspaces.models import Role
from journeys.models import Journey
from tests.access import Open, Row, World, in_workspace
from tests.access.journeys import one as one_journey
from workshops.access import token_of
from workshops.agendas import CURVE, PAINS
from workshops.models import Activity, Decision, NoteGroup, Participant, Workshop
from workshops.services import agenda
from workshops.services.decisions import decision_add
from workshops.services.guests import participant_join
from workshops.services.workshops import workshop_create, workshop_delete, workshop_end, workshop_start


def the_journey(world: World) -> Journey:
    return Journey.objects.get(pk=one_journey(world)["pk"])


def the_workshop(world: World) -> Workshop:
    """A workshop that is at its silent writing."""

    def make() -> Workshop:
        workshop = workshop_create(journey=the_journey(world), actor=world.cast.ed, title="Access", agenda=PAINS)
        workshop_start(workshop=workshop, actor=world.cast.ed)
        agenda.activity_step(workshop=workshop, by=1)
        return workshop

    return world.once("workshop", make)


def one(world: World) -> dict[str, Any]:
    return {"pk": the_workshop(world).pk}


def over(world: World) -> dict[str, Any]:
    """A workshop about the curve that is over: its ratings are there for all."""

    def make() -> Workshop:
        workshop = workshop_create(journey=the_journey(world), actor=world.cast.ed, title="Over", agenda=CURVE)
        workshop_start(workshop=workshop, actor=world.cast.ed)
        agenda.activity_step(workshop=workshop, by=1)
        return workshop_end(workshop=workshop, actor=world.cast.ed)

    return {"pk": world.once("workshop-over", make).pk}


def gone(world: World) -> dict[str, Any]:
    def make() -> Workshop:
        workshop = workshop_create(journey=the_journey(world), actor=world.cast.ed, title="Gone")
        workshop_delete(workshop=workshop, actor=world.cast.ed)
        return workshop

    return {"pk": world.once("workshop-gone", make).pk}


def act(name: str) -> Any:
    return lambda world: {**one(world), "act": name}


def activity(world: World) -> dict[str, Any]:
    return {"pk": the_workshop(world).activities.get(kind="decisions").pk}


def writing(world: World) -> Activity:
    return the_workshop(world).activities.get(kind="writing")


def rated(world: World) -> dict[str, Any]:
    return {"pk": Activity.objects.get(workshop=over(world)["pk"], kind="rating").pk}


def group(world: World) -> dict[str, Any]:
    def make() -> NoteGroup:
        row = writing(world)
        return NoteGroup.objects.create(
            workspace_id=row.workspace_id, workshop_id=row.workshop_id, activity=row, title="Group"
        )

    return {"pk": world.once("workshop-group", make).pk}


def participant(world: World) -> dict[str, Any]:
    def make() -> Participant:
        return participant_join(workshop=the_workshop(world), name="Léa", department="Sales")[0]

    return {"pk": world.once("workshop-guest", make).pk}


def decision(world: World) -> dict[str, Any]:
    def make() -> Decision:
        return decision_add(workshop=the_workshop(world), actor=world.cast.ed, text="Do it")

    return {"pk": world.once("workshop-decision", make).pk}


def guests(world: World) -> dict[str, Any]:
    return {"token": token_of(the_workshop(world))}


ROWS = [
    Row("workshops:list", in_workspace, Role.VIEWER, ok=200),
    Row("workshops:add", in_workspace, Role.EDITOR, ok=200),
    Row("workshops:add", in_workspace, Role.EDITOR, method="post"),
    # A viewer is sent to the summary: there is nothing for them to lead.
    Row("workshops:detail", one, Role.VIEWER),
    Row("workshops:rename", one, Role.EDITOR, method="post", data={"title": "Other"}),
    Row("workshops:delete", one, Role.EDITOR, method="post"),
    Row("workshops:restore", gone, Role.EDITOR, method="post"),
    Row("workshops:projector", one, Role.EDITOR, ok=200),
    Row("workshops:token", one, Role.EDITOR, ok=200),
    *[
        Row("workshops:act", act(name), Role.EDITOR, method="post", data={"minutes": "1"}, ok=303)
        for name in ("start", "next", "back", "pause", "extend", "reveal", "take", "close-doors", "open-doors", "end")
    ],
    Row("workshops:act", lambda world: {**over(world), "act": "reopen"}, Role.EDITOR, method="post", ok=303),
    Row("workshops:activity-add", one, Role.EDITOR, method="post"),
    Row("workshops:decision-add", one, Role.EDITOR, method="post", data={"text": "Do it", "kind": "decision"}, ok=303),
    Row("workshops:results", one, Role.EDITOR, ok=200),
    Row("workshops:results", one, Role.EDITOR, method="post"),
    Row("workshops:summary", over, Role.VIEWER, ok=200),
    Row("workshops:summary-pdf", over, Role.VIEWER, ok=200),
    Row("workshops:notes", over, Role.VIEWER, ok=200),
    Row("workshops:names", over, Role.EDITOR, method="post", data={"names": "1"}),
    Row("workshops:activity-edit", activity, Role.EDITOR, ok=200),
    Row("workshops:activity-edit", activity, Role.EDITOR, method="post"),
    Row("workshops:activity-go", activity, Role.EDITOR, method="post", ok=303),
    Row("workshops:activity-move", activity, Role.EDITOR, method="post", data={"to": "earlier"}, ok=303),
    Row("workshops:activity-delete", activity, Role.EDITOR, method="post", ok=303),
    Row("workshops:notes-group", lambda world: {"pk": writing(world).pk}, Role.EDITOR, method="post"),
    Row("workshops:item-move", lambda world: {"pk": writing(world).pk}, Role.EDITOR, method="post"),
    Row("workshops:curve", rated, Role.EDITOR, method="post"),
    Row("workshops:group-edit", group, Role.EDITOR, method="post", data={"title": "Other"}, ok=303),
    Row("workshops:participant-remove", participant, Role.EDITOR, method="post", ok=303),
    Row("workshops:decision-edit", decision, Role.EDITOR, ok=200),
    Row("workshops:decision-edit", decision, Role.EDITOR, method="post"),
    Row("workshops:decision-delete", decision, Role.EDITOR, method="post", ok=303),
    Row("workshops:join", lambda world: {}, Open.ANYONE, ok=200),
    Row("workshops:join", lambda world: {}, Open.ANYONE, method="post", data={"code": "ZZZZZZ"}, ok=422),
    Row("workshops:guest", guests, Open.ANYONE, ok=200),
    Row("workshops:guest-join", guests, Open.ANYONE, method="post", data={"name": "Zoé", "department": "IT"}, ok=303),
    # Whoever has the link and has not come in is sent to the door; what they sent is not taken.
    *[
        Row(f"workshops:guest-{name}", guests, Open.ANYONE, method="post", ok=302)
        for name in ("note", "note-back", "vote", "rating", "finished", "group")
    ],
    Row("workshops:guest-leave", guests, Open.ANYONE, method="post", ok=303),
    # Nobody who has not come in hears what happens inside.
    Row("workshops:guest-token", guests, Open.ANYONE, ok=404),
]
