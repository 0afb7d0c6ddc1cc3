"""Nobody reads what is not theirs before it is revealed, and guests see nothing else of the workspace."""

from django.test import Client
from django.urls import reverse

from tests.workshops.base import WorkshopTestCase
from workshops.access import token_of
from workshops.models import Activity, Workshop
from workshops.services import agenda
from workshops.services.workshops import workshop_delete, workshop_end

SECRET = "Nobody-answers-the-phone"


class BeforeTheRevealTests(WorkshopTestCase):
    def pages(self) -> list[str]:
        """Everything that somebody else than the author gets, as a page and as its parts."""
        facilitator = self.facilitator()
        room, wall = self.workshop.get_absolute_url(), reverse("workshops:projector", args=[self.workshop.pk])
        script = {"X-Requested-With": "fetch"}
        return [
            self.marc.look().content.decode(),
            self.marc.look(script=True).content.decode(),
            facilitator.get(room).content.decode(),
            facilitator.get(room, headers=script).content.decode(),
            facilitator.get(wall).content.decode(),
            facilitator.get(reverse("workshops:summary", args=[self.workshop.pk])).content.decode(),
            facilitator.get(reverse("workshops:results", args=[self.workshop.pk])).content.decode(),
            b"".join(facilitator.get(reverse("workshops:notes", args=[self.workshop.pk]) + "?format=csv")).decode(),
        ]

    def test_it_works(self) -> None:
        writing = self.start("writing")
        lea, self.marc = self.guest("Léa"), self.guest("Marc", "Shops")
        self.assertEqual(lea.note(writing, SECRET).status_code, 200)
        self.assertContains(lea.look(), SECRET)
        for page in self.pages():
            self.assertNotIn(SECRET, page)
        agenda.activity_reveal(workshop=self.workshop)
        for page in self.pages():
            self.assertIn(SECRET, page)

    def test_the_answer_to_a_note_holds_only_ones_own(self) -> None:
        writing = self.start("writing")
        lea, marc = self.guest("Léa"), self.guest("Marc", "Shops")
        lea.note(writing, SECRET)
        answer = marc.note(writing, "Mine")
        self.assertContains(answer, "Mine")
        self.assertNotContains(answer, SECRET)

    def test_names_never_stand_beside_notes(self) -> None:
        writing = self.start("writing")
        lea, marc = self.guest("Léa-Zoé", "Shops"), self.guest("Marc")
        lea.note(writing, SECRET)
        agenda.activity_reveal(workshop=self.workshop)
        page = marc.look().content.decode()
        self.assertIn("Shops", page)
        self.assertNotIn("Léa-Zoé", page)

    def test_dots_are_counted_when_the_vote_is_closed(self) -> None:
        self.start("writing")
        lea, marc = self.guest("Léa"), self.guest("Marc")
        note = self.write(lea.participant, "Queue")
        agenda.activity_go(workshop=self.workshop, to=self.activity("voting"))
        voting = self.activity("voting")
        self.assertContains(marc.send("vote", voting, item=f"note:{note.pk}", dots=3), "2 dots left")
        self.assertNotContains(lea.look(), "ranking__votes")
        self.assertNotContains(self.facilitator().get(self.workshop.get_absolute_url()), "ranking__votes")
        agenda.activity_reveal(workshop=self.workshop)
        self.assertContains(lea.look(), 'aria-label="3 dots"')


class TokenTests(WorkshopTestCase):
    def test_a_forged_link_finds_nothing(self) -> None:
        token = token_of(self.workshop)
        other = Workshop.objects.get(pk=self.workshop.pk)
        bare = token.split(".")[0]
        for forged in (token[:-1] + ("A" if token[-1] != "A" else "B"), bare, f"{bare}.{'A' * 43}", str(other.pk)):
            with self.subTest(forged=forged):
                response = self.client.get(reverse("workshops:guest", args=[forged]))
                self.assertEqual(response.status_code, 404)

    def test_a_cookie_of_another_workshop_or_a_forged_one_is_nobody(self) -> None:
        guest = self.guest()
        name = f"cxmap_guest_{self.workshop.pk.hex}"
        value = guest.client.cookies[name].value
        stranger = Client()
        stranger.cookies[name] = value[:-2] + "xx"
        self.assertContains(stranger.get(self.address()), 'name="department"')
        self.assertContains(guest.look(), "Hello Léa")

    def test_a_cookie_stays_with_the_pages_of_guests(self) -> None:
        guest = self.guest()
        cookie = guest.client.cookies[f"cxmap_guest_{self.workshop.pk.hex}"]
        self.assertEqual((cookie["path"], cookie["httponly"], cookie["samesite"]), ("/workshop/", True, "Lax"))

    def test_after_the_end_guests_are_thanked_and_nobody_comes_in(self) -> None:
        self.start()
        guest = self.guest()
        workshop_end(workshop=self.workshop, actor=self.ed)
        self.assertContains(guest.look(), "Thank you!")
        late = Client()
        self.assertContains(late.get(self.address()), "This workshop is over", status_code=410)
        response = late.post(self.address("guest-join"), {"name": "Zoé", "department": "IT"})
        self.assertContains(response, "This workshop is over.", status_code=409)
        self.assertEqual(self.workshop.participants.count(), 1)
        self.assertContains(
            late.post(reverse("workshops:join"), {"code": self.workshop.code}), "No open workshop", status_code=422
        )

    def test_a_deleted_workshop_is_gone(self) -> None:
        guest = self.guest()
        workshop_delete(workshop=self.workshop, actor=self.ed)
        self.assertEqual(guest.look().status_code, 404)

    def test_the_code_opens_the_door_however_it_is_typed(self) -> None:
        code = self.workshop.code
        for typed in (code, code.lower(), f" {code[:3]} {code[3:]} ", f"{code[:3]}-{code[3:]}"):
            with self.subTest(typed=typed):
                response = self.client.post(reverse("workshops:join"), {"code": typed})
                self.assertRedirects(response, self.address(), status_code=303, fetch_redirect_response=False)

    def test_guests_see_the_names_of_steps_and_nothing_else_of_the_map(self) -> None:
        self.fill(2, 1)
        self.start("writing")
        page = self.guest().look().content.decode()
        for name in self.names():
            self.assertIn(name, page)
        self.assertNotIn("Does 0", page)
        self.assertNotIn("Payment page", page)
        self.assertNotIn(f"/journeys/{self.journey.pk}", page)

    def test_only_an_open_item_of_this_workshop_takes_what_is_sent(self) -> None:
        self.start("writing")
        guest = self.guest()
        for activity in Activity.objects.exclude(kind="writing"):
            self.assertIn(guest.note(activity, "Text").status_code, {404, 409})
        self.assertEqual(guest.note(self.activity("writing"), "Text", step="not-a-step").status_code, 404)
