"""Reviews of a journey: the omnichannel guide (artefact 7, A47) and the six principles (B19)."""

import datetime as dt

from django.urls import reverse

from cxmap.history.models import Change
from cxmap.history.sentences import SENTENCES
from improvements import reviewing
from improvements.checklists import CRITERIA, GROUPS, PRINCIPLES, Checklist, places_of
from improvements.models import Pain, Review, ReviewAnswer
from improvements.reviewing import Given
from improvements.reviews import Score, review_view
from improvements.services import pain_delete
from journeys.services import cards
from tests.journeys.base import MapTestCase
from touchpoints.models import Category, Channel
from touchpoints.services import touchpoint_create
from touchpoints.taxonomy import CHANNELS

DAY = dt.date(2026, 11, 2)


class ChecklistTests(MapTestCase):
    def test_every_point_says_all_in_both_languages(self) -> None:
        points = [*CRITERIA, *(one for section in PRINCIPLES for one in section.criteria)]
        self.assertGreaterEqual(len(CRITERIA), 16)
        for point in points:
            for said in (point.name, point.question, point.good, point.check, point.reason):
                self.assertTrue(said.fr and said.en, point.code)
                self.assertNotRegex(said.fr, r" [:;!?%»]|« ")
            self.assertTrue(point.question.en.endswith("?"), point.code)

    def test_the_principles_are_the_guides_six_with_two_or_three_questions(self) -> None:
        self.assertEqual(
            [section.code for section in PRINCIPLES],
            ["customer-obsession", "bias-for-action", "think-big", "are-right-a-lot", "learn-and-be-curious", "hire-and-develop"],
        )  # fmt: skip
        self.assertTrue(all(2 <= len(section.criteria) <= 3 for section in PRINCIPLES))

    def test_groups_hold_known_channels_once(self) -> None:
        channels = [channel for group in GROUPS for channel in group.channels]
        self.assertEqual(len(channels), len(set(channels)))
        self.assertLessEqual(set(channels), {row[0] for row in CHANNELS})
        codes = {group.code for group in GROUPS}
        for point in CRITERIA:
            self.assertLessEqual(set(point.groups), codes)
            self.assertGreaterEqual(len(point.groups), 3)

    def test_every_pair_is_asked_something(self) -> None:
        for place in places_of(Checklist.OMNICHANNEL, [group.code for group in GROUPS]):
            self.assertTrue(place.criteria, place.key)


class ScoreTests(MapTestCase):
    def test_unknown_is_never_good(self) -> None:
        for score, tone in (
            (Score(yes=3), "good"),
            (Score(yes=3, unlooked=1), "open"),
            (Score(yes=3, unlooked=4), "few"),
            (Score(unlooked=4), "none"),
            (Score(not_applicable=4), "na"),
            (Score(yes=1, no=1, unlooked=9), "mixed"),
            (Score(no=2), "weak"),
        ):
            self.assertEqual(score.tone, tone)
        self.assertIsNone(Score(unlooked=4).share)

    def test_points_over_points_answered(self) -> None:
        score = Score(yes=8, partly=3, no=3, not_applicable=2, unlooked=5)
        self.assertEqual((score.points_text, score.answered, score.asked), ("9.5", 14, 19))


class ReviewTestCase(MapTestCase):
    def setUp(self) -> None:
        self.client.force_login(self.ed)
        self.list_url = reverse("improvements:reviews", args=[self.journey.pk])

    def put(self, channel: str, name: str = "") -> None:
        """Put a touchpoint of a channel on the map."""
        touchpoint = touchpoint_create(
            workspace=self.workspace,
            actor=self.ed,
            name=name or f"By {channel}",
            category=Category.objects.get(workspace=self.workspace, code="sales"),
            channel=Channel.objects.get(workspace=self.workspace, code=channel),
        )
        cards.card_add(lane=self.lane("touchpoints"), step=self.steps()[0], actor=self.ed, touchpoint=touchpoint)

    def start(self, checklist: str = "omnichannel", day: dt.date = DAY) -> Review:
        return reviewing.review_start(journey=self.journey, checklist=checklist, actor=self.ed, held_on=day)

    def answer(self, review: Review, place: str, **given: str) -> None:
        found = next(one for one in places_of(review.checklist, review.groups) if one.key == place)
        said = {code.replace("_", "-"): Given(answer) for code, answer in given.items()}
        reviewing.place_answer(review=review, place=found, actor=self.ed, given=said)

    def post(self, review: Review, place: str, *, stamp: int = 0, **data: str) -> object:
        url = reverse("improvements:review-answer", args=[review.pk])
        fields = {key.replace("_", "-"): value for key, value in data.items()}
        return self.client.post(url, {"place": place, "stamp": stamp, **fields})


class ReviewPageTests(ReviewTestCase):
    def test_the_channels_on_the_map_give_the_pairs(self) -> None:
        for channel in ("website", "shop", "tablet", "call-centre"):
            self.put(channel)
        url = reverse("improvements:review-add", args=[self.journey.pk, "omnichannel"])
        answer = self.client.post(
            url, {"omnichannel-held_on": "2026-11-02", "omnichannel-people": "Shops"}, follow=True
        )
        review = Review.objects.get()
        self.assertEqual((review.groups, review.people), (["web", "shop", "phone"], "Shops"))
        self.assertEqual(
            [view.place.key for view in answer.context["found"].places], ["web+shop", "web+phone", "shop+phone"]
        )
        self.put("chat")
        later = self.client.get(review.get_absolute_url())
        self.assertEqual(len(later.context["found"].places), 3)
        self.assertContains(later, "On the map since this review: Chat")

    def test_one_channel_gives_no_review_and_says_what_to_do(self) -> None:
        self.put("website")
        self.assertContains(self.client.get(self.list_url), "put touchpoints of a second channel on it")
        url = reverse("improvements:review-add", args=[self.journey.pk, "omnichannel"])
        answer = self.client.post(url, {"omnichannel-held_on": "2026-11-02"})
        self.assertEqual((answer.status_code, Review.objects.count()), (422, 0))

    def test_a_wrong_date_is_refused_beside_the_field(self) -> None:
        url = reverse("improvements:review-add", args=[self.journey.pk, "principles"])
        answer = self.client.post(url, {"principles-held_on": "soon"})
        self.assertEqual((answer.status_code, Review.objects.count()), (422, 0))

    def test_answers_are_kept_with_who_and_when(self) -> None:
        review = self.start("principles")
        answer = self.post(review, "think-big", answer_to_be="no", note_to_be="None yet", answer_whole="yes")
        self.assertEqual(answer.status_code, 303)
        row = ReviewAnswer.objects.get(criterion="to-be")
        self.assertEqual((row.answer, row.note, row.answered_by), ("no", "None yet", self.ed))
        self.assertIsNotNone(row.answered_at)
        page = self.client.get(f"{review.get_absolute_url()}?place=think-big")
        self.assertContains(page, "1 of 2 answered points")
        self.assertContains(page, "None yet")
        # Taken back: nobody has looked, and nobody is named.
        self.post(review, "think-big", stamp=2, answer_to_be="", answer_whole="yes", note_to_be="None yet")
        row.refresh_from_db()
        self.assertEqual((row.answer, row.answered_by, row.answered_at), ("", None, None))

    def test_unlooked_points_write_nothing(self) -> None:
        review = self.start("principles")
        self.post(review, "think-big", answer_to_be="", answer_whole="")
        self.assertFalse(ReviewAnswer.objects.exists())

    def test_bad_answers_are_refused_and_kept(self) -> None:
        review = self.start("principles")
        answer = self.post(review, "think-big", answer_to_be="no", evidence_to_be="nowhere at all", note_to_be="Look")
        self.assertContains(answer, "Write a whole address", status_code=422)
        self.assertContains(answer, "Look", status_code=422)
        self.assertEqual(self.post(review, "think-big", answer_to_be="perhaps").status_code, 422)
        self.assertEqual(self.post(review, "web+moon", answer_to_be="no").status_code, 404)
        self.assertFalse(ReviewAnswer.objects.exists())

    def test_two_people_on_one_place_collide_and_both_texts_stand(self) -> None:
        review = self.start("principles")
        self.answer(review, "think-big", to_be="yes")
        answer = self.post(review, "think-big", stamp=0, answer_to_be="no", note_to_be="Mine")
        self.assertContains(answer, "Somebody answered here", status_code=409)
        self.assertContains(answer, "Mine", status_code=409)
        self.assertContains(answer, "Saved meanwhile", status_code=409)
        self.assertEqual(ReviewAnswer.objects.get().answer, "yes")
        # Saving again keeps one's own.
        self.assertEqual(self.post(review, "think-big", stamp=1, answer_to_be="no").status_code, 303)
        self.assertEqual(ReviewAnswer.objects.get().answer, "no")

    def test_a_viewer_reads(self) -> None:
        review = self.start("principles")
        self.client.force_login(self.vi)
        page = self.client.get(review.get_absolute_url())
        self.assertContains(page, "according to the guide")
        self.assertNotContains(page, "Save and go on")

    def test_the_trend_compares_points_answered_both_times(self) -> None:
        first = self.start("principles", DAY - dt.timedelta(days=90))
        self.answer(first, "think-big", to_be="no", whole="yes")
        self.answer(first, "bias-for-action", owner="partly")
        second = self.start("principles")
        self.answer(second, "think-big", to_be="partly", whole="no")
        self.answer(second, "bias-for-action", owner="partly", small_step="yes")
        trend = review_view(second).trend
        assert trend is not None
        self.assertEqual((trend.before, trend.better, trend.worse, trend.same), (first, 1, 1, 1))
        self.assertIsNone(review_view(first).trend)
        page = self.client.get(f"{second.get_absolute_url()}?place=think-big")
        self.assertContains(page, "in the review before: yes")

    def test_a_review_goes_to_the_trash_and_comes_back(self) -> None:
        review = self.start("principles")
        self.answer(review, "think-big", to_be="no")
        answer = self.client.post(reverse("improvements:review-delete", args=[review.pk]), follow=True)
        self.assertContains(answer, "Restore the review")
        self.assertEqual(self.client.get(review.get_absolute_url()).status_code, 404)
        self.client.post(reverse("improvements:review-restore", args=[review.pk]))
        self.assertContains(self.client.get(review.get_absolute_url()), "0 of 1 answered point")

    def test_the_head_is_guarded(self) -> None:
        review = self.start("principles")
        url = reverse("improvements:review-edit", args=[review.pk])
        self.client.post(url, {"held_on": "2026-11-03", "people": "All", "note": "", "revision": 1})
        stale = self.client.post(url, {"held_on": "2026-11-04", "people": "", "note": "", "revision": 1})
        self.assertEqual(stale.status_code, 409)
        review.refresh_from_db()
        self.assertEqual((review.held_on, review.people), (dt.date(2026, 11, 3), "All"))

    def test_every_act_has_its_sentence(self) -> None:
        review = self.start("principles")
        self.answer(review, "think-big", to_be="no")
        reviewing.gaps_note(review=review, actor=self.ed, answers=list(ReviewAnswer.objects.all()))
        reviewing.review_delete(review=review, actor=self.ed)
        actions = set(Change.objects.filter(target_type="improvements.review").values_list("action", flat=True))
        self.assertEqual(actions, {"review.started", "review.answered", "review.gaps_noted", "review.deleted"})
        self.assertLessEqual(actions, SENTENCES.keys())


class GapTests(ReviewTestCase):
    def gaps(self, review: Review, **data: str) -> object:
        return self.client.post(reverse("improvements:review-gaps", args=[review.pk]), data, follow=True)

    def test_gaps_become_opportunities_once_linked_both_ways(self) -> None:
        for channel in ("website", "shop"):
            self.put(channel)
        review = self.start()
        self.answer(review, "web+shop", price="yes", stock="no", basket="partly", payment="na")
        self.assertContains(self.gaps(review), "2 opportunities are among the improvements.")
        pains = list(Pain.objects.order_by("title"))
        self.assertEqual([pain.title for pain in pains], ["Website ↔ Shop · Basket and favourites", "Website ↔ Shop · Stock and availability"])  # fmt: skip
        self.assertEqual({pain.kind for pain in pains}, {"opportunity"})
        self.assertEqual({pain.journey for pain in pains}, {self.journey})
        self.assertContains(self.gaps(review), "stand among the improvements already")
        self.assertEqual(Pain.objects.count(), 2)
        page = self.client.get(f"{review.get_absolute_url()}?place=web%2Bshop")
        self.assertContains(page, reverse("improvements:pain-edit", args=[pains[0].pk]))
        back = self.client.get(reverse("improvements:pain-edit", args=[pains[0].pk]))
        self.assertContains(back, f"{review.get_absolute_url()}?place=web%2Bshop#point-basket")
        listed = self.client.get(reverse("improvements:list", args=[self.workspace.slug]))
        self.assertContains(listed, f"{review.get_absolute_url()}?place=web%2Bshop#point-stock")

    def test_one_gap_at_a_time_and_again_after_its_opportunity_is_deleted(self) -> None:
        review = self.start("principles")
        self.answer(review, "think-big", to_be="no", whole="no")
        row = ReviewAnswer.objects.get(criterion="to-be")
        self.gaps(review, answer=str(row.pk))
        pain = Pain.objects.get()
        pain_delete(pain=pain, actor=self.ed)
        self.gaps(review, answer=str(row.pk))
        self.assertEqual(Pain.objects.filter(deleted_at=None).count(), 1)
        row.refresh_from_db()
        self.assertNotEqual(row.pain_id, pain.pk)

    def test_what_is_good_or_of_another_review_is_no_gap(self) -> None:
        review, other = self.start("principles"), self.start("principles", DAY - dt.timedelta(days=9))
        self.answer(review, "think-big", to_be="yes")
        self.answer(other, "think-big", to_be="no")
        for row in ReviewAnswer.objects.all():
            self.gaps(review, answer=str(row.pk))
        self.assertFalse(Pain.objects.exists())


class PaperAndGrowthTests(ReviewTestCase):
    def test_papers_blank_and_filled(self) -> None:
        for channel in ("website", "shop"):
            self.put(channel)
        for checklist in Checklist:
            review = self.start(checklist)
            place = places_of(checklist, review.groups)[0]
            given = {place.criteria[0].code: Given("no", "*#[ not markup", "https://example.org/a")}
            reviewing.place_answer(review=review, place=place, actor=self.ed, given=given)
            for url in (
                reverse("improvements:review-blank", args=[self.journey.pk, checklist]),
                reverse("improvements:review-paper", args=[review.pk]),
            ):
                answer = self.client.get(url)
                self.assertTrue(answer.content.startswith(b"%PDF"), url)
        self.assertEqual(self.client.get(f"{self.list_url}nonsense/blank.pdf").status_code, 404)

    def test_the_tab_stands_on_the_map(self) -> None:
        self.assertContains(self.client.get(self.journey.get_absolute_url()), self.list_url)

    def test_query_counts_do_not_grow(self) -> None:
        for channel in ("website", "shop", "chat", "email"):
            self.put(channel)
        review = self.start()
        self.answer(review, "web+shop", price="no")
        self.start(day=DAY - dt.timedelta(days=30))
        pain_list = reverse("improvements:list", args=[self.workspace.slug])
        reviewing.gaps_note(review=review, actor=self.ed, answers=list(ReviewAnswer.objects.all()))
        pages = (review.get_absolute_url(), self.list_url, pain_list)
        few = [self.query_count(page) for page in pages]
        for number, place in enumerate(places_of(review.checklist, review.groups)):
            reviewing.place_answer(
                review=review,
                place=place,
                actor=self.ed,
                given={one.code: Given("no", "Seen") for one in place.criteria},
            )
            self.start(day=DAY - dt.timedelta(days=40 + number))
        reviewing.gaps_note(review=review, actor=self.ed, answers=list(ReviewAnswer.objects.all()))
        self.assertEqual([self.query_count(page) for page in pages], few)
