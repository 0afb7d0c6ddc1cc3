"""What guests do: limits, late notes, the same thing sent twice, races."""

import datetime as dt
import threading
from unittest import mock
from uuid import uuid4

from django.core.cache import cache
from django.db import connection
from django.test import Client, TransactionTestCase, override_settings
from django.urls import reverse
from django.utils import timezone

from journeys.services.journeys import journey_create
from tests.base import LOCAL_CACHE, CastMixin
from tests.workshops.base import WorkshopTestCase
from workshops import limits
from workshops.agendas import CURVE, PAINS
from workshops.errors import DoorsClosed, NoDotsLeft, NoSuchThing, NotNow, TimeOver, TooManyNotes, WorkshopFull
from workshops.models import GRACE, NOTES_MAX, PEOPLE_MAX, Activity, Note, Participant, Rating, Vote, Workshop
from workshops.selectors.rooms import room_of
from workshops.selectors.summary import summary_of
from workshops.services import agenda, guests
from workshops.services.groups import group_dissolve, notes_group
from workshops.services.workshops import workshop_create, workshop_doors, workshop_end, workshop_start


class JoinTests(WorkshopTestCase):
    def test_it_works(self) -> None:
        guest = self.guest("Léa", "Sales")
        self.assertContains(guest.look(), "Hello Léa")
        self.assertEqual(guest.participant.digest, guest.participant.digest.lower())
        self.assertEqual(len(guest.participant.digest), 64)

    def test_a_phone_that_loads_again_is_the_same_person(self) -> None:
        guest = self.guest()
        guest.client.post(self.address("guest-join"), {"name": "Léa", "department": "Sales"})
        self.assertEqual(self.workshop.participants.count(), 1)

    def test_name_and_department_are_needed(self) -> None:
        response = self.client.post(self.address("guest-join"), {"name": "", "department": "   "})
        self.assertEqual(response.status_code, 422)
        self.assertEqual(set(response.context["form"].errors), {"name", "department"})

    def test_departments_of_those_who_are_here_are_proposed_first(self) -> None:
        self.join(department="Atelier de réparation")
        self.assertEqual(self.client.get(self.address()).context["departments"][0], "Atelier de réparation")

    def test_sixty_people_and_no_more(self) -> None:
        for number in range(PEOPLE_MAX):
            self.join(f"G{number}")
        with self.assertRaises(WorkshopFull):
            self.join("One more")
        guests.participant_remove(participant=Participant.objects.filter(workshop=self.workshop)[0])
        self.join("Instead")

    def test_closed_doors(self) -> None:
        workshop_doors(workshop=self.workshop, closed=True)
        with self.assertRaises(DoorsClosed):
            self.join()
        workshop_doors(workshop=self.workshop, closed=False)
        self.join()

    def test_whoever_was_taken_out_is_told_and_cannot_send(self) -> None:
        writing = self.start("writing")
        guest = self.guest()
        guest.note(writing, "Stays")
        guests.participant_remove(participant=guest.participant)
        self.assertContains(guest.look(), "no longer in this workshop", status_code=410)
        self.assertEqual(guest.note(writing, "No").status_code, 409)
        self.assertEqual(Note.objects.get().text, "Stays")

    def test_leaving_erases_the_name_and_keeps_the_note(self) -> None:
        writing = self.start("writing")
        guest = self.guest("Léa", "Sales")
        guest.note(writing, "Stays")
        self.assertRedirects(guest.client.post(self.address("guest-leave")), reverse("workshops:join"), status_code=303)
        row = Participant.objects.get()
        self.assertEqual((row.name, row.department, row.digest), ("", "Sales", ""))
        self.assertContains(guest.look(), 'name="department"')
        self.assertEqual(Note.objects.get().participant, row)

    def test_whoever_leaves_and_comes_back_is_one_person(self) -> None:
        with mock.patch("workshops.services.guests.PEOPLE_MAX", 1):
            for _turn in range(2):
                leaving = self.join("Léa")
                guests.participant_leave(participant=leaving)
            last = self.join("Léa")
        self.assertEqual([one.participant for one in room_of(self.workshop).people], [last])
        self.assertEqual(summary_of(self.workshop).people, 1)
        # After the end leaving erases the name, and who took part stays counted.
        workshop_end(workshop=self.workshop, actor=self.ed)
        guests.participant_leave(participant=last)
        self.assertEqual(summary_of(self.workshop).people, 1)

    @override_settings(CACHES=LOCAL_CACHE)
    def test_one_address_cannot_try_codes_for_ever(self) -> None:
        cache.clear()
        with mock.patch.dict(limits.MOST, {limits.CODES: 2}):
            answers = [self.client.post(reverse("workshops:join"), {"code": "ZZZZZZ"}).status_code for _ in range(3)]
            right = self.client.post(reverse("workshops:join"), {"code": self.workshop.code})
        self.assertEqual(answers, [422, 422, 429])
        self.assertEqual(right.status_code, 429)
        cache.clear()

    @override_settings(CACHES=LOCAL_CACHE)
    def test_one_address_cannot_fill_rooms_by_a_program(self) -> None:
        cache.clear()
        data = {"name": "Bot", "department": "IT"}
        with mock.patch.dict(limits.MOST, {limits.JOINS: 1}):
            answers = [Client().post(self.address("guest-join"), data).status_code for _ in range(2)]
        self.assertEqual(answers, [303, 429])
        cache.clear()

    def test_the_page_speaks_the_language_of_the_browser(self) -> None:
        response = self.client.get(self.address(), headers={"Accept-Language": "fr"})
        self.assertContains(response, '<html lang="fr">')


class NoteTests(WorkshopTestCase):
    def test_it_works(self) -> None:
        writing = self.start("writing")
        guest = self.guest()
        step = self.steps()[1]
        self.assertContains(guest.note(writing, "  The   queue ", step=str(step.pk)), "The queue")
        note = Note.objects.get()
        self.assertEqual((note.text, note.step, note.participant), ("The queue", step, guest.participant))

    def test_the_same_note_sent_twice_is_one_note(self) -> None:
        writing = self.start("writing")
        guest, pk = self.guest(), uuid4()
        guest.note(writing, "First", pk)
        guest.note(writing, "Corrected", pk)
        self.assertEqual([note.text for note in Note.objects.all()], ["Corrected"])

    def test_the_note_of_somebody_else_cannot_be_changed_or_taken_back(self) -> None:
        writing = self.start("writing")
        lea, marc, pk = self.guest("Léa"), self.guest("Marc"), uuid4()
        lea.note(writing, "Hers", pk)
        self.assertEqual(marc.note(writing, "His", pk).status_code, 404)
        marc.send("note-back", writing, id=str(pk))
        note = Note.objects.get()
        self.assertEqual((note.text, note.deleted_at), ("Hers", None))

    def test_taking_back_and_writing_again(self) -> None:
        writing = self.start("writing")
        guest, pk = self.guest(), uuid4()
        guest.note(writing, "Text", pk)
        self.assertNotContains(guest.send("note-back", writing, id=str(pk)), "Text")
        self.assertContains(guest.note(writing, "Again", pk), "Again")

    def test_an_empty_or_endless_note_is_refused_with_a_reason(self) -> None:
        writing = self.start("writing")
        guest = self.guest()
        for text in ("", "   ", "x" * 401):
            self.assertIn("1 to 400", guest.note(writing, text).json()["error"]["message"])
        self.assertEqual(Note.objects.count(), 0)

    def test_sixty_notes_and_no_more(self) -> None:
        self.start("writing")
        who = self.join()
        for number in range(NOTES_MAX):
            self.write(who, f"Note {number}")
        with self.assertRaises(TooManyNotes):
            self.write(who, "One more")

    def test_late_notes_are_taken_for_a_short_grace(self) -> None:
        writing = self.start("writing")
        who = self.join()
        end = timezone.now()
        for seconds, taken in ((GRACE.total_seconds() - 5, True), (GRACE.total_seconds() + 5, False)):
            Activity.objects.filter(pk=writing.pk).update(ends_at=end - dt.timedelta(seconds=seconds))
            with self.subTest(seconds=seconds):
                if taken:
                    self.write(who, f"After {seconds}")
                else:
                    with self.assertRaises(TimeOver):
                        self.write(who, f"After {seconds}")
        agenda.activity_extend(workshop=self.workshop, minutes=1)
        self.write(who, "With more time")

    def test_a_note_on_its_way_at_the_reveal_arrives_and_is_shown(self) -> None:
        writing = self.start("writing")
        lea, marc = self.guest("Léa"), self.guest("Marc")
        agenda.activity_reveal(workshop=self.workshop)
        before = Workshop.objects.get(pk=self.workshop.pk).revision
        self.assertEqual(lea.note(writing, "At the last second").status_code, 200)
        self.assertContains(marc.look(), "At the last second")
        self.assertGreater(Workshop.objects.get(pk=self.workshop.pk).revision, before)

    def test_a_note_that_comes_when_the_next_item_runs_belongs_to_its_round(self) -> None:
        writing = self.start("writing")
        guest = self.guest()
        agenda.activity_step(workshop=self.workshop, by=1)
        guest.note(writing, "Slow network")
        self.assertEqual(Note.objects.get().activity, writing)

    def test_too_late_says_so_and_writes_nothing(self) -> None:
        writing = self.start("writing")
        guest = self.guest()
        Activity.objects.filter(pk=writing.pk).update(ends_at=timezone.now() - dt.timedelta(minutes=2))
        answer = guest.note(writing, "Too late")
        self.assertEqual((answer.status_code, answer.json()["error"]["code"]), (409, "time_over"))
        self.assertEqual(Note.objects.count(), 0)

    def test_nothing_is_taken_before_the_round_begins(self) -> None:
        self.start()
        with self.assertRaises(NotNow):
            self.write(self.join(), "Early")

    def test_without_scripts_a_form_brings_back_to_the_page(self) -> None:
        writing = self.start("writing")
        guest = self.guest()
        response = guest.client.post(self.address("guest-note"), {"activity": writing.pk, "text": "Plain", "id": ""})
        self.assertRedirects(response, self.address(), status_code=303)
        self.assertContains(guest.look(), "Plain")

    def test_a_script_hears_only_what_is_new(self) -> None:
        self.start("writing")
        guest = self.guest()
        have = guest.look(script=True).content.decode().split('data-have="')[1].split('"')[0]
        self.assertEqual(guest.look(script=True, have=have).status_code, 204)
        agenda.activity_reveal(workshop=self.workshop)
        self.assertEqual(guest.look(script=True, have=have).status_code, 200)


class VoteTests(WorkshopTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.start("writing")
        self.who = self.join()
        self.note = self.write(self.who, "Queue")
        self.other = self.write(self.who, "Price")
        agenda.activity_go(workshop=self.workshop, to=self.activity("voting"))
        self.voting = self.activity("voting")

    def vote(self, dots: int, note: Note | None = None) -> int:
        return guests.votes_set(participant=self.who, activity=self.voting, dots=dots, note=note or self.note)

    def test_it_works(self) -> None:
        self.assertEqual(self.vote(3), 2)
        self.assertEqual(self.vote(2, self.other), 0)
        self.assertEqual(Vote.objects.count(), 5)

    def test_the_same_vote_sent_twice_is_one_vote(self) -> None:
        self.vote(2)
        self.assertEqual(self.vote(2), 3)
        self.assertEqual(Vote.objects.count(), 2)

    def test_dots_can_be_taken_back_and_placed_elsewhere(self) -> None:
        self.vote(5)
        with self.assertRaises(NoDotsLeft):
            self.vote(1, self.other)
        self.vote(4)
        self.assertEqual(self.vote(1, self.other), 0)

    def test_a_note_in_a_group_is_voted_on_with_its_group(self) -> None:
        group = self.put_together(self.note, self.other)
        guest = self.guest("Marc")
        self.assertEqual(guest.send("vote", self.voting, item=f"note:{self.note.pk}", dots=1).status_code, 404)
        self.assertEqual(guest.send("vote", self.voting, item=f"group:{group.pk}", dots=1).status_code, 200)

    def test_what_changed_after_the_page_was_asked_for_gets_no_dot(self) -> None:
        """The service looks itself: between the page's look and the vote others take back and group."""
        group = self.put_together(self.note)
        with self.assertRaises(NoSuchThing):
            self.vote(1, self.note)
        guests.votes_set(participant=self.who, activity=self.voting, dots=1, group=group)
        group_dissolve(group=group)
        with self.assertRaises(NoSuchThing):
            guests.votes_set(participant=self.who, activity=self.voting, dots=1, group=group)
        Note.objects.filter(pk=self.other.pk).update(deleted_at=timezone.now())
        with self.assertRaises(NoSuchThing):
            self.vote(1, self.other)
        self.assertEqual(Vote.objects.count(), 0)
        self.assertEqual(self.vote(1, self.note), 4)

    def test_dots_on_a_note_that_is_taken_back_return(self) -> None:
        self.vote(3)
        self.vote(2, self.other)
        writing = self.activity("writing")
        guests.note_take_back(participant=self.who, activity=writing, pk=self.note.pk)
        self.assertEqual(set(Vote.objects.values_list("note", flat=True)), {self.other.pk})
        group = self.put_together(self.other)
        self.assertEqual(set(Vote.objects.values_list("group", flat=True)), {group.pk})
        guests.note_take_back(participant=self.who, activity=writing, pk=self.other.pk)
        self.assertEqual(Vote.objects.count(), 0)

    def test_nothing_of_another_workshop_can_be_voted_on(self) -> None:
        another = workshop_create(journey=self.journey, actor=self.ed, title="Another", agenda=PAINS)
        voting = another.activities.get(kind="voting")
        with self.assertRaises(NoSuchThing):
            guests.votes_set(participant=self.who, activity=voting, dots=1, note=self.note)

    def test_fewer_dots_than_were_placed_can_only_be_taken_back(self) -> None:
        self.vote(5)
        agenda.activity_edit(activity=self.voting, dots=3)
        self.voting.refresh_from_db()
        self.vote(4)
        with self.assertRaises(NoDotsLeft):
            self.vote(1, self.other)


class RatingTests(WorkshopTestCase):
    AGENDA = CURVE

    def test_it_works(self) -> None:
        rating = self.start("rating")
        guest = self.guest()
        step = self.steps()[0]
        guest.send("rating", rating, step=step.pk, level="-2")
        guest.send("rating", rating, step=step.pk, level="1")
        self.assertEqual([row.level for row in Rating.objects.all()], [1])
        self.assertContains(guest.look(), "1 of 6 steps rated")
        guest.send("rating", rating, step=step.pk, level="")
        self.assertEqual(Rating.objects.count(), 0)

    def test_a_level_that_is_none_is_refused(self) -> None:
        rating = self.start("rating")
        guest = self.guest()
        for level in ("3", "x", "0.5"):
            self.assertEqual(guest.send("rating", rating, step=self.steps()[0].pk, level=level).status_code, 404)


class FortyGuestsTests(WorkshopTestCase):
    def test_forty_guests_join_and_write(self) -> None:
        writing = self.start("writing")
        people = [self.guest(f"Guest {number}", f"Department {number % 6}") for number in range(40)]
        for number, guest in enumerate(people):
            for turn in range(3):
                self.assertEqual(guest.note(writing, f"Note {turn} of guest {number}").status_code, 200)
        for number in (0, 17, 39):
            page = people[number].look().content.decode()
            self.assertEqual(page.count("of guest"), 3 * 3)  # text, and the names of its two buttons
            self.assertIn(f"Note 2 of guest {number}", page)
        agenda.activity_reveal(workshop=self.workshop)
        page = people[5].look().content.decode()
        self.assertEqual(len({text for text in page.split("<") if "of guest" in text}), 120)
        self.assertContains(self.facilitator().get(self.workshop.get_absolute_url()), "of guest", 120)

    def test_query_count_does_not_grow(self) -> None:
        writing = self.start("writing")
        first = self.guest("First")
        self.client.force_login(self.ed)
        self.write(first.participant, "One", activity=writing)
        agenda.activity_reveal(workshop=self.workshop)
        pages = [self.workshop.get_absolute_url(), reverse("workshops:projector", args=[self.workshop.pk])]
        pages += [reverse(f"workshops:{name}", args=[self.workshop.pk]) for name in ("summary", "results")]
        pages.append(reverse("workshops:list", args=[self.workspace.slug]))
        few = [self.query_count(page) for page in pages]
        mine = self.client
        self.client = first.client
        few_guest = self.query_count(self.address())
        Activity.objects.filter(pk=writing.pk).update(revealed_at=timezone.now())
        for number in range(12):
            who = self.join(f"Guest {number}")
            for turn in range(2):
                self.write(who, f"Note {turn}", number % 6, activity=Activity.objects.get(pk=writing.pk))
        for number in range(5):
            workshop_create(journey=self.journey, actor=self.ed, title=f"Workshop {number}", agenda=PAINS)
        self.assertEqual(self.query_count(self.address()), few_guest)
        self.client = mine
        self.assertEqual([self.query_count(page) for page in pages], few)


class RaceTests(CastMixin, TransactionTestCase):
    """Real connections, one a thread."""

    def setUp(self) -> None:
        self.make_cast()
        journey = journey_create(workspace=self.workspace, actor=self.ed, name="Buying", no_persona_yet=True)
        self.workshop = workshop_create(journey=journey, actor=self.ed, title="Race", agenda=PAINS)
        workshop_start(workshop=self.workshop, actor=self.ed)
        self.who, _secret = guests.participant_join(workshop=self.workshop, name="Léa", department="Sales")
        writing = self.workshop.activities.get(kind="writing")
        agenda.activity_go(workshop=self.workshop, to=writing)
        self.notes = [
            guests.note_write(participant=self.who, activity=writing, pk=uuid4(), text=f"Note {number}")
            for number in range(8)
        ]

    def together(self, *calls) -> list[Exception]:
        """Run calls at the same time and return what they raised."""
        gate, raised = threading.Barrier(len(calls)), []

        def run(call) -> None:
            try:
                gate.wait()
                call()
            except Exception as error:  # noqa: BLE001 - looked at by the test
                raised.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=run, args=[call]) for call in calls]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return raised

    def test_dots_placed_at_the_same_time_are_never_one_too_many(self) -> None:
        voting = self.workshop.activities.get(kind="voting")
        agenda.activity_go(workshop=self.workshop, to=voting)
        voting.refresh_from_db()
        raised = self.together(
            *[
                lambda note=note: guests.votes_set(participant=self.who, activity=voting, dots=1, note=note)
                for note in self.notes
            ]
        )
        self.assertEqual(Vote.objects.filter(activity=voting).count(), voting.dots)
        self.assertEqual([type(error) for error in raised], [NoDotsLeft] * (len(self.notes) - voting.dots))

    def test_the_same_note_sent_at_the_same_time_is_one_note(self) -> None:
        writing, pk = self.workshop.activities.get(kind="writing"), uuid4()
        raised = self.together(
            *[lambda: guests.note_write(participant=self.who, activity=writing, pk=pk, text="Twice")] * 4
        )
        self.assertEqual((Note.objects.filter(text="Twice").count(), raised), (1, []))

    def test_two_facilitators_who_press_next_move_on_once(self) -> None:
        current = self.workshop.activities.get(kind="writing")
        raised = self.together(*[lambda: agenda.activity_step(workshop=self.workshop, by=1, expected=current.pk)] * 3)
        self.assertEqual([getattr(error, "code", error) for error in raised], ["moved_on"] * 2)
        self.assertEqual(
            Workshop.objects.get(pk=self.workshop.pk).current, self.workshop.activities.get(kind="grouping")
        )

    def test_the_last_seat_is_taken_once(self) -> None:
        for number in range(PEOPLE_MAX - 2):
            guests.participant_join(workshop=self.workshop, name=f"G{number}", department="IT")
        raised = self.together(
            *[lambda: guests.participant_join(workshop=self.workshop, name="Last", department="IT")] * 4
        )
        self.assertEqual([type(error) for error in raised], [WorkshopFull] * 3)
        self.assertEqual(self.workshop.participants.count(), PEOPLE_MAX)

    def test_no_dot_stays_on_a_note_that_is_grouped_or_taken_back_at_the_same_time(self) -> None:
        writing = self.workshop.activities.get(kind="writing")
        voting = self.workshop.activities.get(kind="voting")
        agenda.activity_go(workshop=self.workshop, to=voting)
        others = [
            guests.participant_join(workshop=self.workshop, name=f"G{number}", department="IT")[0]
            for number in range(4)
        ]
        writing.refresh_from_db()
        voting.refresh_from_db()
        first, second = self.notes[:2]
        raised = self.together(
            lambda: notes_group(activity=writing, notes=[first.pk], title="Group"),
            lambda: guests.note_take_back(participant=self.who, activity=writing, pk=second.pk),
            *[
                lambda who=who, note=note: guests.votes_set(participant=who, activity=voting, dots=1, note=note)
                for who in others
                for note in (first, second)
            ],
        )
        self.assertEqual([error for error in raised if not isinstance(error, NoSuchThing)], [])
        self.assertFalse(Vote.objects.filter(note__in=[first.pk, second.pk]).exists())
