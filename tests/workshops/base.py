"""A workshop about Ed's map, with guests in browsers of their own."""

from typing import Any, ClassVar
from uuid import UUID, uuid4

from django.test import Client
from django.urls import reverse

from cxmap.workspaces.models import User
from tests.journeys.base import MapTestCase
from workshops.access import token_of
from workshops.agendas import PAINS, Agenda
from workshops.models import Activity, Note, NoteGroup, Participant, Workshop
from workshops.services import agenda
from workshops.services.groups import notes_group
from workshops.services.guests import note_write, participant_join
from workshops.services.workshops import workshop_create, workshop_start


class WorkshopTestCase(MapTestCase):
    """A planned workshop by Ed: welcome, silent writing (pain points), grouping, voting, decisions."""

    AGENDA: ClassVar[Agenda] = PAINS
    workshop: ClassVar[Workshop]

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.workshop = workshop_create(journey=cls.journey, actor=cls.ed, title="Where it hurts", agenda=cls.AGENDA)

    def setUp(self) -> None:
        self.workshop = Workshop.objects.select_related("journey", "workspace").get(pk=type(self).workshop.pk)

    def activity(self, kind: str) -> Activity:
        return self.workshop.activities.filter(kind=kind).select_related("workshop").order_by("rank")[0]

    def start(self, kind: str = "") -> Activity:
        """Start the workshop and go to the first item of a kind; return it."""
        workshop_start(workshop=self.workshop, actor=self.ed)
        if kind:
            agenda.activity_go(workshop=self.workshop, to=self.activity(kind))
        return self.activity(kind or "welcome")

    def join(self, name: str = "Léa", department: str = "Sales") -> Participant:
        return participant_join(workshop=self.workshop, name=name, department=department)[0]

    def write(self, who: Participant, text: str, step: int | None = 0, activity: Activity | None = None) -> Note:
        return note_write(
            participant=who,
            activity=activity or self.activity("writing"),
            pk=uuid4(),
            text=text,
            step=None if step is None else self.steps()[step],
        )

    def put_together(self, *notes: Note, title: str = "Group") -> NoteGroup:
        group = notes_group(activity=self.activity("writing"), notes=[note.pk for note in notes], title=title)
        assert group is not None
        return group

    def address(self, name: str = "guest") -> str:
        return reverse(f"workshops:{name}", args=[token_of(self.workshop)])

    def guest(self, name: str = "Léa", department: str = "Sales") -> "Guest":
        return Guest(self, name, department)

    def facilitator(self, user: User | None = None) -> Client:
        client = Client()
        client.force_login(user or self.ed)
        return client


class Guest:
    """A guest with a browser: joined through the page."""

    def __init__(self, case: WorkshopTestCase, name: str, department: str) -> None:
        self.case = case
        self.client = Client()
        response = self.client.post(case.address("guest-join"), {"name": name, "department": department})
        assert response.status_code == 303, response.content[:300]
        self.participant = Participant.objects.get(workshop=case.workshop, name=name)

    def look(self, *, script: bool = False, have: str = "") -> Any:
        headers = {"X-Requested-With": "fetch"} if script else {}
        return self.client.get(self.case.address(), {"have": have} if have else {}, headers=headers)

    def send(self, what: str, activity: Activity, **data: Any) -> Any:
        data = {"activity": str(activity.pk), **data}
        return self.client.post(self.case.address(f"guest-{what}"), data, headers={"X-Requested-With": "fetch"})

    def note(self, activity: Activity, text: str, pk: UUID | None = None, **more: Any) -> Any:
        return self.send("note", activity, id=str(pk or uuid4()), text=text, **more)
