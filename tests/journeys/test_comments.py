"""Comments through their services: threads, mentions, resolving, what happens when the element goes and comes back."""

import uuid

from cxmap.history.models import Change
from cxmap.workspaces.models import Membership, User
from journeys import errors
from journeys.comments import Heard, Place, element_of, register_listener
from journeys.models import Card, Comment, Follower, Mention
from journeys.services import cards, stages
from journeys.services import journeys as maps
from journeys.services.comments import (
    comment_add,
    comment_delete,
    comment_edit,
    journey_follow,
    thread_resolve,
)
from journeys.services.versions import version_save
from journeys.versions import standing
from tests.journeys.base import MapTestCase

heard: list[Heard] = []


def listen(one: Heard) -> None:
    heard.append(one)


class CommentTestCase(MapTestCase):
    def setUp(self) -> None:
        register_listener(listen)
        heard.clear()
        self.addCleanup(heard.clear)

    def member(self, user: User) -> Membership:
        return Membership.objects.select_related("user").get(workspace=self.workspace, user=user)

    def at(self, kind: str, row: object) -> Place:
        return Place(kind, row.pk)  # type: ignore[attr-defined]

    def card(self, text: str = "Looks at prices") -> Card:
        return cards.card_add(lane=self.lane("actions"), step=self.steps()[0], actor=self.ed, text=text)


class AddTest(CommentTestCase):
    def test_it_works(self) -> None:
        step = self.steps()[0]
        comment = comment_add(
            journey=self.journey, author=self.vi, text=" Is that so?\r\nReally? ", place=self.at("step", step)
        )
        self.assertEqual(comment.text, "Is that so?\nReally?")
        change = Change.objects.first()
        assert change is not None
        self.assertEqual(
            (change.action, change.actor, change.scope_id), ("comment.added", self.vi, str(self.journey.pk))
        )
        names = {"element": step.name, "on": "step", "for_readers": {"element": step.name}}
        self.assertEqual(change.summary, names)
        self.assertEqual([(one.what, one.comment) for one in heard], [("added", comment)])

    def test_on_everything_of_a_map(self) -> None:
        card, step, lane = self.card("Looks\nat prices"), self.steps()[0], self.lane("actions")
        places = [
            Place(),
            self.at("stage", self.stages()[0]),
            self.at("step", step),
            self.at("lane", lane),
            self.at("card", card),
            Place("cell", lane.pk, step.pk),
        ]
        for place in places:
            comment_add(journey=self.journey, author=self.ed, text="Here", place=place)
        self.assertEqual([Place.of(comment) for comment in Comment.objects.all()], places)
        self.assertEqual([Place.parse(str(place)) for place in places], places)

    def test_addresses_of_places_that_are_none(self) -> None:
        one = uuid.uuid4()
        for text in ("step", "step:x", f"step:{one}:{one}", f"cell:{one}", f"nothing:{one}", f"map:{one}"):
            self.assertIsNone(Place.parse(text), text)

    def test_a_guest_gives_a_name(self) -> None:
        comment = comment_add(journey=self.journey, guest_name="  Marie   Dupont ", text="From outside, @Ed")
        self.assertEqual((comment.author, comment.author_name), (None, "Marie Dupont"))
        self.assertEqual(list(Mention.objects.values_list("user", flat=True)), [self.ed.pk])
        with self.assertRaises(errors.GuestName):
            comment_add(journey=self.journey, guest_name=" ", text="Who?")

    def test_refusals_write_nothing(self) -> None:
        other = maps.journey_create(workspace=self.elsewhere, actor=self.otto, name="Theirs", no_persona_yet=True)
        their_step = other.steps.first()
        cases = [
            (errors.CommentEmpty, {"text": " \n "}),
            (errors.CommentTooLong, {"text": "x" * 4001}),
            (errors.MentionOfStranger, {"text": "You?", "mentions": [self.otto.pk]}),
            (errors.MentionOfStranger, {"text": "You?", "mentions": [self.ed.pk, 0]}),
            (errors.NothingToCommentOn, {"text": "There", "place": self.at("step", their_step)}),
            (
                errors.NothingToCommentOn,
                {"text": "There", "place": Place("cell", self.lane("actions").pk, their_step.pk)},
            ),
        ]
        for error, fields in cases:
            with self.subTest(error=error.code, **fields), self.assertRaises(error):
                comment_add(journey=self.journey, author=self.ed, **fields)
        self.assertEqual((Comment.objects.count(), Mention.objects.count(), heard), (0, 0, []))

    def test_an_answer_stands_where_its_thread_stands(self) -> None:
        root = comment_add(journey=self.journey, author=self.ed, text="One", place=self.at("step", self.steps()[1]))
        answer = comment_add(journey=self.journey, author=self.vi, text="Two", root=root)
        third = comment_add(journey=self.journey, author=self.ana, text="Three", root=answer.root)
        self.assertEqual({answer.root_id, third.root_id}, {root.pk})
        self.assertEqual(Place.of(answer), Place.of(root))
        with self.assertRaises(errors.CommentGone):
            comment_add(journey=self.journey, author=self.vi, text="To an answer", root=answer)

    def test_no_answers_across_maps(self) -> None:
        root = comment_add(journey=self.journey, author=self.ed, text="One")
        other = maps.journey_create(workspace=self.workspace, actor=self.ed, name="Other", no_persona_yet=True)
        with self.assertRaises(errors.CommentGone):
            comment_add(journey=other, author=self.ed, text="Two", root=root)


class MentionTest(CommentTestCase):
    def named(self, text: str, **more: object) -> set[str]:
        comment = comment_add(journey=self.journey, author=self.ed, text=text, **more)
        return set(comment.mentions.values_list("user__name", flat=True))

    def test_names_behind_the_sign(self) -> None:
        User.objects.filter(pk=self.ana.pk).update(name="Ana María López")
        User.objects.filter(pk=self.vi.pk).update(name="Ana")
        self.assertEqual(self.named("@Ana María López, and you?"), {"Ana María López"})
        self.assertEqual(self.named("@ana maria lopez: accents and capitals do not matter"), {"Ana María López"})
        self.assertEqual(self.named("@Ana and @olga@example.org."), {"Ana", "Olga"})
        self.assertEqual(self.named("@Anatole is nobody, ed@olga neither, nor @ Olga"), set())

    def test_two_of_one_name_are_chosen_or_not_named(self) -> None:
        User.objects.filter(pk__in=[self.ana.pk, self.vi.pk]).update(name="Sam")
        self.assertEqual(self.named("@Sam?"), set())
        comment = comment_add(journey=self.journey, author=self.ed, text="@Sam?", mentions=[self.vi.pk])
        self.assertEqual(list(comment.mentions.values_list("user", flat=True)), [self.vi.pk])

    def test_people_from_elsewhere_cannot_be_named(self) -> None:
        self.assertEqual(self.named("@Otto and @otto@example.org"), set())

    def test_only_the_newly_named_are_told_of_an_edit(self) -> None:
        comment = comment_add(journey=self.journey, author=self.ed, text="@Vi")
        comment_edit(comment=comment, actor=self.ed, text="@Vi and @Ana")
        comment_edit(comment=comment, actor=self.ed, text="@Ana")
        self.assertEqual([one.mentioned for one in heard], [{self.vi.pk}, {self.ana.pk}, set()])
        self.assertEqual(list(comment.mentions.values_list("user", flat=True)), [self.ana.pk])


class OwnTest(CommentTestCase):
    def test_ones_own_can_be_changed(self) -> None:
        comment = comment_add(journey=self.journey, author=self.vi, text="Before")
        changed = comment_edit(comment=comment, actor=self.vi, text="After")
        self.assertIsNotNone(changed.edited_at)
        for actor in (self.olga, self.ed):
            with self.assertRaises(errors.CommentNotYours):
                comment_edit(comment=comment, actor=actor, text="Mine now")
        self.assertEqual(Comment.objects.get().text, "After")

    def test_the_same_text_again_is_no_change(self) -> None:
        comment = comment_add(journey=self.journey, author=self.vi, text="Same")
        comment_edit(comment=comment, actor=self.vi, text="Same ")
        self.assertIsNone(Comment.objects.get().edited_at)
        self.assertEqual(Change.objects.filter(action="comment.edited").count(), 0)

    def test_deleting(self) -> None:
        mine = comment_add(journey=self.journey, author=self.vi, text="Mine")
        theirs = comment_add(journey=self.journey, author=self.vi, text="Theirs")
        guest = comment_add(journey=self.journey, guest_name="Marie", text="A guest's")
        with self.assertRaises(errors.CommentNotYours):
            comment_delete(comment=mine, membership=self.member(self.ed))
        with self.assertRaises(errors.CommentNotYours):
            comment_delete(comment=guest, membership=self.member(self.ed))
        comment_delete(comment=mine, membership=self.member(self.vi))
        comment_delete(comment=theirs, membership=self.member(self.olga))
        comment_delete(comment=guest, membership=self.member(self.olga))
        self.assertFalse(Comment.objects.shown_threads().exists())
        with self.assertRaises(errors.CommentGone):
            comment_delete(comment=mine, membership=self.member(self.vi))

    def test_a_thread_stays_while_somebody_answers_it(self) -> None:
        root = comment_add(journey=self.journey, author=self.vi, text="One")
        answer = comment_add(journey=self.journey, author=self.ed, text="Two", root=root)
        comment_delete(comment=root, membership=self.member(self.vi))
        self.assertEqual(list(Comment.objects.shown_threads()), [root])
        comment_add(journey=self.journey, author=self.ana, text="Three", root=root)
        for comment in Comment.objects.filter(root=root):
            comment_delete(comment=comment, membership=self.member(self.olga))
        self.assertFalse(Comment.objects.shown_threads().exists())
        with self.assertRaises(errors.CommentGone):
            comment_add(journey=self.journey, author=self.ana, text="Too late", root=answer.root)


class ResolveTest(CommentTestCase):
    def test_it_works(self) -> None:
        root = comment_add(journey=self.journey, author=self.vi, text="One")
        thread_resolve(thread=root, actor=self.ed)
        root.refresh_from_db()
        self.assertEqual(root.resolved_by, self.ed)
        thread_resolve(thread=root, actor=self.ana)  # already so
        root.refresh_from_db()
        self.assertEqual(root.resolved_by, self.ed)
        thread_resolve(thread=root, actor=self.ana, resolved=False)
        root.refresh_from_db()
        self.assertEqual((root.resolved_at, root.resolved_by), (None, None))
        self.assertEqual([one.what for one in heard], ["added", "resolved", "reopened"])

    def test_an_answer_opens_it_again(self) -> None:
        root = comment_add(journey=self.journey, author=self.vi, text="One")
        thread_resolve(thread=root, actor=self.ed)
        comment_add(journey=self.journey, author=self.vi, text="Not yet", root=root)
        self.assertIsNone(Comment.objects.get(pk=root.pk).resolved_at)


class ElementTest(CommentTestCase):
    def test_they_stay_when_the_element_goes_and_return_with_it(self) -> None:
        card = self.card()
        comment = comment_add(journey=self.journey, author=self.vi, text="Hm", place=self.at("card", card))
        cards.card_delete(card=card, actor=self.ed)
        element = element_of(self.journey, Place.of(comment))
        assert element is not None
        self.assertEqual((element.name, element.live), ("Looks at prices", False))
        with self.assertRaises(errors.NothingToCommentOn):
            comment_add(journey=self.journey, author=self.vi, text="Again", place=self.at("card", card))
        comment_add(journey=self.journey, author=self.ed, text="In the thread one still talks", root=comment)
        maps.history_step(journey=self.journey, actor=self.ed)
        element = element_of(self.journey, Place.of(comment))
        assert element is not None
        self.assertTrue(element.live)

    def test_a_stage_takes_its_steps_and_cards_along(self) -> None:
        card = self.card()
        stages.stage_delete(stage=self.stages()[0], actor=self.ed)
        element = element_of(self.journey, self.at("card", card))
        assert element is not None
        self.assertFalse(element.live)

    def test_they_follow_a_step_that_is_merged(self) -> None:
        first, second = self.steps()[:2]
        lane = self.lane("actions")
        comment_add(journey=self.journey, author=self.vi, text="Step", place=self.at("step", second))
        comment_add(journey=self.journey, author=self.vi, text="Cell", place=Place("cell", lane.pk, second.pk))
        stages.step_merge(step=second, into=first, actor=self.ed)
        self.assertEqual(
            [Place.of(comment) for comment in Comment.objects.all()],
            [self.at("step", first), Place("cell", lane.pk, first.pk)],
        )
        maps.history_step(journey=self.journey, actor=self.ed)
        self.assertEqual(Place.of(Comment.objects.get(text="Cell")), Place("cell", lane.pk, second.pk))


class NoEditTest(CommentTestCase):
    def test_undo_passes_over_comments(self) -> None:
        card = self.card()
        comment = comment_add(journey=self.journey, author=self.ed, text="Hm", place=self.at("card", card))
        maps.history_step(journey=self.journey, actor=self.ed)
        card.refresh_from_db()
        comment.refresh_from_db()
        self.assertIsNotNone(card.deleted_at)
        self.assertIsNone(comment.deleted_at)
        comment_add(journey=self.journey, author=self.ed, text="And again")
        maps.history_step(journey=self.journey, actor=self.ed, redo=True)
        card.refresh_from_db()
        self.assertIsNone(card.deleted_at)

    def test_a_version_is_not_changed_by_them(self) -> None:
        version_save(journey=self.journey, actor=self.ed, name="First")
        comment_add(journey=self.journey, author=self.ed, text="Hm")
        self.assertFalse(standing(self.journey).changed_since)

    def test_a_copy_of_the_map_has_none(self) -> None:
        comment_add(journey=self.journey, author=self.ed, text="Hm", place=self.at("step", self.steps()[0]))
        copy = maps.journey_duplicate(journey=self.journey, actor=self.ed, name="Copy")
        self.assertEqual(copy.comments.count(), 0)


class FollowTest(CommentTestCase):
    def test_it_works(self) -> None:
        for _again in range(2):
            journey_follow(journey=self.journey, user=self.vi, follow=True)
        self.assertEqual(Follower.objects.get().user, self.vi)
        for _again in range(2):
            journey_follow(journey=self.journey, user=self.vi, follow=False)
        self.assertFalse(Follower.objects.exists())
        actions = list(Change.objects.filter(actor=self.vi).values_list("action", flat=True))
        self.assertEqual(actions, ["journey.unfollowed", "journey.followed"])
