"""The facilitator's room: the agenda and its clock, people, groups, decisions; a laptop that drops out."""

import datetime as dt

from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from cxmap.history.models import Change
from cxmap.workspaces.models import AccessRequest
from journeys.models import Journey
from tests.workshops.base import WorkshopTestCase
from touchpoints.models import Department
from workshops.agendas import AGENDAS
from workshops.models import Activity, Decision, Note, NoteGroup, Participant, Vote, Workshop
from workshops.services import agenda
from workshops.services.guests import votes_set
from workshops.services.workshops import code_new, names_sweep, workshop_end, workshop_reopen

SCRIPT = {"X-Requested-With": "fetch"}


class PlanTests(WorkshopTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.client.force_login(self.ed)

    def add(self, **data):
        return self.client.post(
            reverse("workshops:add", args=["acme"]), {"title": "Kick-off", "agenda": "pains", **data}
        )

    def test_it_works(self) -> None:
        self.assertEqual(self.add(journey=self.journey.pk).status_code, 302)
        workshop = Workshop.objects.get(title="Kick-off")
        self.assertEqual(workshop.journey, self.journey)
        self.assertEqual(
            list(workshop.activities.values_list("kind", flat=True)),
            ["welcome", "writing", "grouping", "voting", "decisions"],
        )
        self.assertContains(self.client.get(workshop.get_absolute_url()), workshop.code[:3])

    def test_from_an_empty_page(self) -> None:
        self.add(new_journey="Returning a parcel", agenda="first-map")
        workshop = Workshop.objects.get(title="Kick-off")
        self.assertEqual(workshop.journey.name, "Returning a parcel")
        self.assertEqual(workshop.journey.methods, ["workshop"])
        self.assertEqual(workshop.activities.filter(target="steps").count(), 1)

    def test_a_journey_is_needed_and_not_one_from_elsewhere(self) -> None:
        before = Journey.objects.count()
        answer = self.add()
        self.assertEqual(answer.status_code, 422)
        self.assertIn("new_journey", answer.context["form"].errors)
        self.client.force_login(self.otto)
        answer = self.client.post(
            reverse("workshops:add", args=["elsewhere"]),
            {"title": "Spy", "agenda": "pains", "journey": self.journey.pk},
        )
        self.assertEqual(answer.status_code, 422)
        self.assertEqual(Journey.objects.count(), before)

    def test_the_map_offers_a_workshop_about_itself(self) -> None:
        address = f"{reverse('workshops:add', args=['acme'])}?journey={self.journey.pk}"
        self.assertContains(self.client.get(self.journey.get_absolute_url()), address)
        self.assertEqual(self.client.get(address).context["form"]["journey"].value(), self.journey.pk)

    def test_ready_agendas_take_the_time_that_they_name(self) -> None:
        self.assertEqual(AGENDAS["first-map"].minutes, 90)
        for one in AGENDAS.values():
            self.assertTrue(all(plan.minutes for plan in one.plans), one.key)

    def test_the_agenda_can_be_changed(self) -> None:
        pk = self.workshop.pk
        answer = self.client.post(
            reverse("workshops:activity-add", args=[pk]),
            {"kind": "writing", "title": "Ideas", "minutes": "6", "target": "ideas", "dots": "5"},
        )
        self.assertEqual(answer.status_code, 303)
        added = Activity.objects.get(title="Ideas")
        self.client.post(reverse("workshops:activity-move", args=[added.pk]), {"to": "earlier"})
        self.client.post(
            reverse("workshops:activity-edit", args=[added.pk]),
            {"kind": "writing", "title": "Wild ideas", "minutes": "8", "target": "ideas", "dots": "5"},
        )
        self.client.post(reverse("workshops:activity-delete", args=[self.activity("welcome").pk]))
        self.assertEqual(
            list(self.workshop.activities.values_list("title", "minutes"))[-2:], [("Wild ideas", 8), ("Decisions", 10)]
        )
        self.assertFalse(self.workshop.activities.filter(kind="welcome").exists())

    def test_a_round_of_writing_says_what_its_notes_become(self) -> None:
        answer = self.client.post(
            reverse("workshops:activity-add", args=[self.workshop.pk]),
            {"kind": "writing", "title": "Something", "minutes": "900", "dots": "99"},
        )
        self.assertEqual(answer.status_code, 422)
        self.assertEqual(set(answer.context["form"].errors), {"target", "minutes", "dots"})

    def test_what_has_begun_is_not_deleted(self) -> None:
        self.start()
        answer = self.client.post(
            reverse("workshops:activity-delete", args=[self.activity("welcome").pk]), headers=SCRIPT
        )
        self.assertEqual(answer.json()["error"]["code"], "not_now")

    def test_an_empty_list_says_what_to_do(self) -> None:
        self.client.force_login(self.otto)
        page = self.client.get(reverse("workshops:list", args=["elsewhere"]))
        self.assertContains(page, "No workshop yet")
        self.assertContains(page, reverse("workshops:add", args=["elsewhere"]))

    def test_codes_have_nothing_that_is_read_for_something_else(self) -> None:
        letters = {letter for _ in range(200) for letter in code_new()}
        self.assertFalse(letters & set("ILOU01"))

    def test_the_trash(self) -> None:
        self.client.post(reverse("workshops:delete", args=[self.workshop.pk]))
        self.assertContains(self.client.get(reverse("workshops:list", args=["acme"])), "Trash (1 workshop)")
        self.client.post(reverse("workshops:restore", args=[self.workshop.pk]))
        self.assertIsNone(Workshop.objects.get(pk=self.workshop.pk).deleted_at)


class ClockTests(WorkshopTestCase):
    def act(self, name: str, client=None, **data):
        return (client or self.facilitator()).post(
            reverse("workshops:act", args=[self.workshop.pk, name]), data, headers=SCRIPT
        )

    def test_it_works(self) -> None:
        self.assertEqual(self.act("start").status_code, 200)
        self.act("next")
        writing = self.activity("writing")
        self.assertAlmostEqual((writing.ends_at - writing.started_at).total_seconds(), writing.minutes * 60, delta=1)
        self.assertEqual(self.activity("welcome").state, "done")

    def test_pause_keeps_what_is_left(self) -> None:
        writing = self.start("writing")
        Activity.objects.filter(pk=writing.pk).update(ends_at=timezone.now() + dt.timedelta(seconds=100))
        self.act("pause")
        writing.refresh_from_db()
        self.assertEqual((writing.state, writing.ends_at), ("paused", None))
        self.assertIn(writing.left_seconds, {99, 100})
        self.act("extend", minutes="1")
        self.act("resume")
        writing.refresh_from_db()
        self.assertAlmostEqual((writing.ends_at - timezone.now()).total_seconds(), 160, delta=3)

    def test_more_time_after_the_end(self) -> None:
        writing = self.start("writing")
        Activity.objects.filter(pk=writing.pk).update(ends_at=timezone.now() - dt.timedelta(minutes=10))
        self.act("extend", minutes="5")
        writing.refresh_from_db()
        self.assertAlmostEqual((writing.ends_at - timezone.now()).total_seconds(), 300, delta=3)

    def test_what_is_revealed_gets_no_more_time(self) -> None:
        self.start("writing")
        self.act("reveal")
        self.assertEqual(self.act("extend", minutes="5").json()["error"]["code"], "not_now")

    def test_leaving_a_round_reveals_it(self) -> None:
        self.start("writing")
        self.act("next")
        self.assertTrue(self.activity("writing").is_revealed)

    def test_going_back_shows_a_round_as_it_was_left(self) -> None:
        writing = self.start("writing")
        self.act("next")
        self.act("back")
        again = self.activity("writing")
        self.assertEqual((again.state, again.started_at), ("running", writing.started_at))
        self.assertTrue(again.is_revealed)

    def test_a_page_that_is_behind_does_not_skip_an_item(self) -> None:
        welcome = self.start()
        self.act("next", current=str(welcome.pk))
        answer = self.act("next", self.facilitator(self.olga), current=str(welcome.pk))
        self.assertEqual((answer.status_code, answer.json()["error"]["code"]), (409, "moved_on"))
        self.assertEqual(Workshop.objects.get(pk=self.workshop.pk).current, self.activity("writing"))

    def test_an_unknown_act_and_a_link_do_nothing(self) -> None:
        self.assertEqual(self.act("explode").status_code, 404)
        self.assertEqual(
            self.facilitator().get(reverse("workshops:act", args=[self.workshop.pk, "start"])).status_code, 405
        )

    def test_an_empty_agenda_does_not_start(self) -> None:
        self.workshop.activities.all().delete()
        self.assertEqual(self.act("start").json()["error"]["code"], "agenda_empty")

    def test_after_the_end_nothing_moves_until_it_is_opened_again(self) -> None:
        self.start("writing")
        answer = self.act("end")
        self.assertEqual(answer.status_code, 303)
        self.assertEqual(self.act("next").json()["error"]["code"], "workshop_over")
        self.act("reopen")
        self.assertEqual(Workshop.objects.get(pk=self.workshop.pk).status, "running")

    def test_opened_again_goes_on_where_it_ended(self) -> None:
        writing = self.start("writing")
        guest = self.guest()
        guest.note(writing, "Before the end")
        Workshop.objects.filter(pk=self.workshop.pk).update(names_erased_at=timezone.now())
        workshop_end(workshop=self.workshop, actor=self.ed)
        hour = dt.timedelta(hours=1)
        Workshop.objects.filter(pk=self.workshop.pk).update(ended_at=F("ended_at") - hour)
        Activity.objects.filter(pk=writing.pk).update(
            ends_at=F("ends_at") - hour, ended_at=F("ended_at") - hour, revealed_at=F("revealed_at") - hour
        )
        self.act("reopen")
        again = Activity.objects.get(pk=writing.pk)
        self.assertEqual((again.state, again.ended_at, again.revealed_at), ("running", None, None))
        self.assertGreater(again.ends_at, timezone.now())
        self.assertIsNone(Workshop.objects.get(pk=self.workshop.pk).names_erased_at)
        self.assertEqual(guest.note(writing, "And after it").status_code, 200)
        self.assertNotContains(self.facilitator().get(self.workshop.get_absolute_url()), "Before the end")
        self.act("pause")
        workshop_end(workshop=self.workshop, actor=self.ed)
        self.act("reopen")
        self.assertEqual(Activity.objects.get(pk=writing.pk).state, "paused")
        self.act("resume")
        self.assertEqual(Activity.objects.get(pk=writing.pk).state, "running")

    def test_what_was_revealed_before_the_end_stays_revealed(self) -> None:
        writing = self.start("writing")
        agenda.activity_reveal(workshop=self.workshop)
        before = Activity.objects.get(pk=writing.pk).revealed_at
        workshop_end(workshop=self.workshop, actor=self.ed)
        self.act("reopen")
        self.assertEqual(Activity.objects.get(pk=writing.pk).revealed_at, before)

    def test_opened_again_with_a_code_that_another_has_meanwhile(self) -> None:
        self.start()
        workshop_end(workshop=self.workshop, actor=self.ed)
        other = Workshop.objects.create(
            workspace=self.workspace, journey=self.journey, title="Other", code=self.workshop.code
        )
        self.act("reopen")
        again = Workshop.objects.get(pk=self.workshop.pk)
        self.assertEqual(again.status, "running")
        self.assertNotEqual(again.code, other.code)


class AccessTests(WorkshopTestCase):
    def test_access_can_be_asked_for_at_the_address_of_a_workshop(self) -> None:
        client = self.facilitator(self.otto)
        path = self.workshop.get_absolute_url()
        self.assertContains(client.get(path), "Ask for access", status_code=404)
        client.post(reverse("workspaces:access-ask"), {"path": path})
        asked = AccessRequest.objects.get()
        self.assertEqual((asked.workspace, asked.user), (self.workspace, self.otto))


class DropOutTests(WorkshopTestCase):
    """The facilitator closes the laptop in the middle of a round."""

    def test_it_works(self) -> None:
        writing = self.start("writing")
        lea, marc = self.guest("Léa"), self.guest("Marc", "Shops")
        before = Activity.objects.get(pk=writing.pk)
        # Nobody's page of the room is open from here on; guests go on.
        lea.note(writing, "While the laptop is shut")
        marc.note(writing, "Me too")
        marc.send("finished", writing, finished="1")
        after = Activity.objects.get(pk=writing.pk)
        self.assertEqual((after.ends_at, after.state), (before.ends_at, before.state))
        # Another editor leads; then the first one comes back.
        olga = self.facilitator(self.olga)
        page = olga.get(self.workshop.get_absolute_url())
        self.assertContains(page, "Lead from here")
        self.assertEqual((page.context["room"].sent, page.context["room"].finished), (2, 1))
        olga.post(reverse("workshops:act", args=[self.workshop.pk, "take"]))
        olga.post(reverse("workshops:act", args=[self.workshop.pk, "reveal"]))
        back = self.facilitator().get(self.workshop.get_absolute_url())
        self.assertContains(back, "While the laptop is shut")
        self.assertContains(back, "Led by Olga")
        self.assertTrue(Change.objects.filter(action="workshop.taken_over", actor=self.olga).exists())

    def test_the_clock_runs_out_by_itself(self) -> None:
        writing = self.start("writing")
        guest = self.guest()
        guest.note(writing, "In time")
        Activity.objects.filter(pk=writing.pk).update(ends_at=timezone.now() - dt.timedelta(minutes=3))
        self.assertContains(guest.look(), "pens down")
        self.assertContains(guest.look(), "In time")


class GroupingTests(WorkshopTestCase):
    def setUp(self) -> None:
        super().setUp()
        writing = self.start("writing")
        self.who = self.join()
        self.notes = [self.write(self.who, f"Note {number}") for number in range(4)]
        agenda.activity_step(workshop=self.workshop, by=1)
        self.writing = writing

    def put(self, *notes: Note, **data):
        return self.facilitator().post(
            reverse("workshops:notes-group", args=[self.writing.pk]),
            {"note": [note.pk for note in notes], **data},
            headers=SCRIPT,
        )

    def test_it_works(self) -> None:
        self.put(*self.notes[:2], into="new", title="Waiting")
        group = NoteGroup.objects.get()
        self.put(self.notes[2], into=str(group.pk))
        self.assertEqual(group.notes.count(), 3)
        self.put(self.notes[0], into="none")
        self.assertEqual(group.notes.count(), 2)

    def test_without_a_name_a_group_is_called_after_its_first_note(self) -> None:
        self.put(self.notes[1], into="new", title=" ")
        self.assertEqual(NoteGroup.objects.get().title, "Note 1")

    def test_dots_go_along_into_a_group_and_never_stay_where_nobody_sees_them(self) -> None:
        agenda.activity_step(workshop=self.workshop, by=1)
        voting = self.activity("voting")
        votes_set(participant=self.who, activity=voting, dots=2, note=self.notes[0])
        self.put(*self.notes[:2], into="new", title="Waiting")
        group = NoteGroup.objects.get()
        self.assertEqual(set(Vote.objects.values_list("note", "group")), {(None, group.pk)})
        self.put(*self.notes[:2], into="none")
        self.assertEqual(Vote.objects.count(), 0)
        self.assertEqual(votes_set(participant=self.who, activity=voting, dots=5, note=self.notes[3]), 0)

    def test_nothing_ticked_and_groups_from_elsewhere(self) -> None:
        self.assertEqual(self.put(into="new", title="Empty").json()["error"]["code"], "nothing_chosen")
        self.assertEqual(self.put(self.notes[0], into="not-an-id").json()["error"]["code"], "not_in_this_workshop")
        self.assertEqual(NoteGroup.objects.count(), 0)

    def test_renaming_and_dissolving(self) -> None:
        group = self.put_together(*self.notes[:2])
        address = reverse("workshops:group-edit", args=[group.pk])
        client = self.facilitator()
        client.post(address, {"title": "Better"})
        self.assertEqual(client.post(address, {"title": " "}, headers=SCRIPT).status_code, 422)
        group.refresh_from_db()
        self.assertEqual(group.title, "Better")
        client.post(address, {"dissolve": "1"})
        self.assertEqual(Note.objects.filter(group=None).count(), 4)

    def test_everybody_groups_where_the_facilitator_lets_them(self) -> None:
        guest, grouping = self.guest("Marc"), self.activity("grouping")
        ids = [str(note.pk) for note in self.notes[:2]]
        self.assertEqual(guest.send("group", grouping, note=ids, into="new", title="By a guest").status_code, 200)
        self.assertEqual(NoteGroup.objects.get().notes.count(), 2)
        agenda.activity_edit(activity=grouping, everyone_groups=False)
        self.assertEqual(guest.send("group", grouping, note=ids, into="none").status_code, 409)
        self.assertEqual(NoteGroup.objects.get().notes.count(), 2)


class PeopleAndDecisionsTests(WorkshopTestCase):
    def test_who_has_finished_is_counted(self) -> None:
        writing = self.start("writing")
        lea, marc = self.guest("Léa"), self.guest("Marc")
        lea.note(writing, "Text")
        marc.send("finished", writing, finished="1")
        page = self.facilitator().get(self.workshop.get_absolute_url(), headers=SCRIPT)
        room = page.context["room"]
        self.assertEqual((room.senders, room.finished, len(room.people)), (1, 1, 2))
        self.assertContains(page, "1 has finished")
        marc.send("finished", writing, finished="0")
        self.assertContains(self.facilitator().get(self.workshop.get_absolute_url()), "0 have finished")

    def test_a_decision_names_a_department(self) -> None:
        self.start("decisions")
        self.guest("Léa", "Customer service")
        Department.objects.create(workspace=self.workspace, name="Back office")
        Department.objects.create(workspace=self.elsewhere, name="Elsewhere")
        client = self.facilitator()
        self.assertEqual(
            client.get(self.workshop.get_absolute_url()).context["room"].owners,
            ["Customer service", "Back office", "Léa"],
        )
        self.assertContains(client.get(self.workshop.get_absolute_url()), '<option value="Customer service">')
        data = {"kind": "decision", "text": "Two-hour slots", "owner": "Customer service", "due_on": "2027-01-15"}
        answer = client.post(reverse("workshops:decision-add", args=[self.workshop.pk]), data, headers=SCRIPT)
        self.assertContains(answer, "Two-hour slots")
        row = Decision.objects.get()
        self.assertEqual((row.owner, row.due_on), ("Customer service", dt.date(2027, 1, 15)))
        answer = client.post(reverse("workshops:decision-add", args=[self.workshop.pk]), {"text": ""})
        self.assertEqual(answer.status_code, 422)
        client.post(reverse("workshops:decision-delete", args=[row.pk]))
        self.assertNotContains(client.get(self.workshop.get_absolute_url()), "Two-hour slots")

    def test_names_of_a_workshop_that_nobody_ends_are_erased_too(self) -> None:
        self.start("writing")
        lea, marc = self.join("Léa"), self.join("Marc")
        Participant.objects.filter(pk=lea.pk).update(seen_at=timezone.now() - dt.timedelta(days=61))
        Participant.objects.filter(pk=marc.pk).update(seen_at=timezone.now() - dt.timedelta(days=59))
        self.assertEqual(names_sweep(), 0)
        Participant.objects.filter(pk=marc.pk).update(seen_at=timezone.now() - dt.timedelta(days=61))
        self.assertEqual((names_sweep(), names_sweep()), (1, 0))
        self.assertEqual(set(Participant.objects.values_list("name", "digest")), {("", "")})
        # Whoever comes in afterwards has a name again, which is erased in its turn.
        again = self.join("Inès")
        workshop = Workshop.objects.get(pk=self.workshop.pk)
        self.assertEqual((workshop.status, workshop.names_erased_at), ("running", None))
        self.assertEqual(names_sweep(), 0)
        Participant.objects.filter(pk=again.pk).update(seen_at=timezone.now() - dt.timedelta(days=61))
        self.assertEqual(names_sweep(), 1)

    def test_opened_again_after_the_names_were_erased(self) -> None:
        self.start("writing")
        self.join("Léa")
        long_ago = timezone.now() - dt.timedelta(days=31)
        for _turn in range(2):
            workshop_end(workshop=self.workshop, actor=self.ed)
            Workshop.objects.filter(pk=self.workshop.pk).update(ended_at=long_ago)
            self.assertEqual(names_sweep(), 1)
            workshop_reopen(workshop=self.workshop, actor=self.ed)
            self.join("Marc")
        self.assertEqual(Participant.objects.exclude(name="").count(), 1)

    def test_names_are_erased_thirty_days_after_the_end(self) -> None:
        writing = self.start("writing")
        guest = self.guest("Léa", "Sales")
        guest.note(writing, "Stays")
        workshop_end(workshop=self.workshop, actor=self.ed)
        self.assertEqual(names_sweep(), 0)
        Workshop.objects.filter(pk=self.workshop.pk).update(ended_at=timezone.now() - dt.timedelta(days=29))
        self.assertEqual(names_sweep(), 0)
        Workshop.objects.filter(pk=self.workshop.pk).update(ended_at=timezone.now() - dt.timedelta(days=31))
        self.assertEqual((names_sweep(), names_sweep()), (1, 0))
        row = Participant.objects.get()
        self.assertEqual((row.name, row.department, row.digest), ("", "Sales", ""))
        self.assertEqual(Note.objects.get().participant, row)
