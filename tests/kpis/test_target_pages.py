"""The guided form of a target, what it knows beside each question, and the list of all targets."""

import datetime as dt

from django.http import HttpResponse
from django.utils import timezone, translation

from kpis.models import Binding, Flag, Kpi, KpiState, Target
from kpis.progress import progress
from kpis.selectors.target_hints import gap_text, target_hints
from kpis.selectors.targets import starts_of
from kpis.services import Milestone, binding_create, target_set
from kpis.target_examples import EXAMPLES, drafts_for
from tests.kpis.test_pages import MONDAY, KpiPagesTestCase

TODAY = dt.date(2026, 11, 18)


class TargetFormTests(KpiPagesTestCase):
    def setUp(self) -> None:
        self.client.force_login(self.ana)
        self.url = f"/kpi-bindings/{self.binding.pk}/target/"

    def check(self, value: str) -> HttpResponse:
        return self.client.get(f"{self.url}check/", {"value": value}, headers={"HX-Request": "true"})

    def current(self) -> Target:
        return self.binding.targets.get(ended_at=None)

    def test_each_question_stands_beside_what_is_known(self) -> None:
        page = self.client.get(self.url)
        for text in (
            "0 of 5 answered",
            "Usual base of a period: 14,000 visits.",
            "Reached in 11 of 13 closed periods with enough answers (85%).",
            "Base needed for a conclusion: 165 visits; the usual period has 14,000.",
            "a miss is established in four periods of five once the true value is",
            "but reached in 11 of 13 closed periods",
        ):
            self.assertContains(page, text)

    def test_all_answers_and_milestones_are_kept_and_shown_again(self) -> None:
        data = {
            "value": "2", "specific": "Shorter payment", "measurable": "Analytics", "attainable": "Two developers",
            "realistic": "Seen in spring", "starts_on": "2026-11-01", "due_on": "2027-06-30", "review_on": "2027-02-01",
            "milestone_1_on": "2027-01-31", "milestone_1_value": "1,6", "milestone_3_on": "2027-03-31",
            "milestone_3_value": "1.8 %",
        }  # fmt: skip
        self.assertEqual(self.client.post(self.url, data).status_code, 302)
        found = self.current()
        self.assertEqual([one["on"] for one in found.milestones], ["2027-01-31", "2027-03-31"])
        self.assertAlmostEqual(found.milestones[1]["value"], 0.018)
        page = self.client.get(self.url)
        self.assertContains(page, "5 of 5 answered")
        self.assertContains(page, 'name="milestone_2_value" value="1.8"')

    def test_a_milestone_outside_the_target_says_so_and_nothing_is_saved(self) -> None:
        before = self.current()
        base = {"value": "2", "starts_on": "2026-11-01", "due_on": "2027-06-30"}
        wrong = {
            "is not between 1 Nov 2026 and 30 Jun 2027": {"milestone_1_on": "2027-07-01", "milestone_1_value": "1"},
            "A milestone has a date and a value.": {"milestone_1_on": "2027-03-01"},
            "impossible for this KPI": {"milestone_1_on": "2027-03-01", "milestone_1_value": "120"},
            "This day lies before the start": {"due_on": "2026-10-01"},
        }
        for text, fields in wrong.items():
            with self.subTest(text):
                response = self.client.post(self.url, {**base, **fields})
                self.assertContains(response, text, status_code=422)
        self.assertEqual(self.current(), before)

    def test_the_button_check_compares_without_saving(self) -> None:
        response = self.client.post(self.url, {"value": "3", "specific": "Sell more", "check": "1"})
        self.assertContains(response, "Outside of everything seen: none of 13 closed periods reached it")
        self.assertContains(response, "Sell more")
        self.assertContains(response, "1 of 5 answered")
        self.assertEqual(self.current().value, 0.018)

    def test_what_is_typed_is_compared_in_words(self) -> None:
        standing = {
            "1.3": "Within the interval",
            "1": "Already reached",
            "1.9": "but reached in 11 of 13",
            "2.5": "Outside",
        }
        for value, text in standing.items():
            self.assertContains(self.check(value), text)
        self.assertContains(self.check("many"), "Write a number")
        self.assertContains(self.check("250"), "impossible")
        self.assertContains(self.check(""), "Type a value")
        # Opened as a page it is the form with that value.
        page = self.client.get(f"{self.url}check/", {"value": "1,3"}, follow=True)
        self.assertContains(page, "Within the interval")
        self.assertContains(page, 'name="value" value="1,3"')

    def test_unknown_is_never_reached(self) -> None:
        KpiState.objects.all().delete()
        page = self.check("1")
        self.assertContains(page, "value is unknown: no data in this period.")
        self.assertNotContains(page, "Already reached")

    def test_an_example_fills_in_what_is_empty_and_saves_nothing(self) -> None:
        page = self.client.get(self.url)
        self.assertContains(page, "Example of the guide: adapt it")
        response = self.client.post(self.url, {"example": "guide-conversion", "value": "5", "specific": "My own words"})
        self.assertContains(response, 'name="value" value="2"')
        self.assertContains(response, "My own words")
        self.assertContains(response, "to be compared with our own history")
        self.assertContains(self.client.post(self.url, {"example": "best-quarter"}), 'name="value" value="1.93"')
        self.assertEqual(self.binding.targets.count(), 1)
        self.assertEqual(self.client.post(self.url, {"example": "nothing like it", "value": "5"}).status_code, 200)

    def test_the_form_stays_the_same_in_french(self) -> None:
        self.ana.language = "fr"
        self.ana.save()
        self.client.force_login(self.ana)
        self.assertContains(self.client.get(self.url), 'value="1,8"')

    def test_the_number_of_queries_does_not_grow_with_the_history(self) -> None:
        few = self.query_count(self.url)
        kpi = Kpi.objects.get(workspace=self.workspace, code="bounce-rate")
        other = binding_create(touchpoint=self.touchpoint, kpi=kpi, actor=self.ed)
        self.measure(other, [0.4] * 40, "on_target")
        self.assertEqual(self.query_count(f"/kpi-bindings/{other.pk}/target/"), few)


class HintTests(KpiPagesTestCase):
    def test_the_best_quarter_is_a_closed_one(self) -> None:
        hints = target_hints(self.binding, 0.018, today=TODAY)
        assert hints.best is not None
        # August and September; the weeks of October and November belong to a quarter that runs.
        self.assertEqual((hints.best.start, hints.best.end), (dt.date(2026, 7, 1), dt.date(2026, 9, 30)))
        self.assertAlmostEqual(hints.best.value, 0.0193, places=4)

    def test_a_small_base_is_said(self) -> None:
        kpi = Kpi.objects.get(workspace=self.workspace, code="nps")
        binding = binding_create(touchpoint=self.touchpoint, kpi=kpi, actor=self.ed)
        hints = target_hints(binding, 30, today=TODAY)
        self.assertEqual((hints.standing, hints.detectable, hints.best), ("unknown", None, None))
        with translation.override("en"):
            self.assertIn("unknown", hints.reached_text)
            self.assertIn("No full quarter", hints.best_text)

    def test_gaps_are_written_as_people_say_them(self) -> None:
        for language, text in (("fr", "0,31 point"), ("en", "0.31 points")):
            with translation.override(language):
                self.assertEqual(gap_text(0.0031, "percent"), text)

    def test_examples_are_those_of_the_guide_adapted_in_words_only(self) -> None:
        values = {example.code: example.value for example in EXAMPLES if example.value is not None}
        self.assertEqual(values, {"guide-conversion": 0.02, "guide-open-rate": 0.25})
        where = {"kpi": "purchase-rate", "category": "sales", "direction": "higher", "current": 0.01}
        self.workspace.sector = "travel"
        drafts = {draft.code: draft for draft in drafts_for(self.workspace, **where)}
        self.assertIn("booking", drafts["guide-conversion"].answers["specific"])
        self.assertAlmostEqual(drafts["guide-payment"].value, 0.011)
        self.assertEqual(drafts_for(self.workspace, **{**where, "kpi": "roas"}), [])
        # Without a value of today there is nothing that a tenth more could be of.
        codes = [draft.code for draft in drafts_for(self.workspace, **{**where, "current": None})]
        self.assertEqual(codes, ["guide-conversion"])

    def test_more_time_on_a_help_page_is_no_example(self) -> None:
        where = {"kpi": "time-on-page", "category": "service", "current": 60.0}
        self.assertEqual(len(drafts_for(self.workspace, direction="higher", **where)), 1)
        self.assertEqual(drafts_for(self.workspace, direction="lower", **where), [])


class ProgressTests(KpiPagesTestCase):
    def test_the_share_of_the_way_with_its_interval(self) -> None:
        found = progress(start=0.2, value=0.23, low=0.22, high=0.24, goal=0.25, higher=True)
        self.assertEqual([round(part or 0, 6) for part in (found.share, found.low, found.high)], [0.6, 0.4, 0.8])
        down = progress(start=60.0, value=50.0, low=45.0, high=55.0, goal=40.0, higher=False)
        self.assertEqual((down.share, down.low, down.high, down.bar), (0.5, 0.25, 0.75, 50))
        back = progress(start=0.2, value=0.19, low=None, high=None, goal=0.25, higher=True)
        self.assertEqual((round(back.share or 0, 6), back.low, back.bar), (-0.2, None, 0))

    def test_unknown_reached_before_and_too_short_a_way(self) -> None:
        with translation.override("en"):
            self.assertEqual(progress(start=None, value=1, low=0, high=2, goal=3, higher=True).text, "unknown")
            done = progress(start=3, value=3, low=2, high=4, goal=3, higher=True)
            self.assertEqual((done.text, done.bar), ("reached at its start already", None))
            blurred = progress(start=2.99, value=3, low=2, high=4, goal=3, higher=True)
            self.assertIn("not measurable", blurred.text)
            self.assertIsNone(blurred.bar)

    def test_the_start_is_the_last_period_that_closed_before_it(self) -> None:
        target = self.binding.targets.get(ended_at=None)
        target.starts_on = MONDAY
        self.assertEqual(starts_of([target])[target.pk].last_day, MONDAY - dt.timedelta(days=1))
        # Nothing was known yet: the first period that was.
        target.starts_on = MONDAY - dt.timedelta(days=700)
        self.assertEqual(starts_of([target])[target.pk].first_day, MONDAY - dt.timedelta(days=7 * 12))


class TargetListTests(KpiPagesTestCase):
    def setUp(self) -> None:
        self.client.force_login(self.vi)
        self.url = f"/w/{self.workspace.slug}/targets/"
        self.today = timezone.localdate(timezone=self.workspace.zone)

    def bound(self, code: str) -> Binding:
        kpi = Kpi.objects.get(workspace=self.workspace, code=code)
        return binding_create(touchpoint=self.touchpoint, kpi=kpi, actor=self.ed)

    def shown(self, show: str) -> list[str]:
        page = self.client.get(self.url, {"show": show})
        self.assertEqual(page.status_code, 200)
        return [row.view.kpi.code for row in page.context["list"].page]

    def test_filters(self) -> None:
        day = dt.timedelta(days=1)
        full = {"specific": "a", "measurable": "b", "attainable": "c", "realistic": "d"}
        target_set(binding=self.bound("bounce-rate"), actor=self.ed, value=0.4, due_on=self.today + 20 * day, **full)
        target_set(binding=self.bound("csat"), actor=self.ed, value=0.8, due_on=self.today - day, review_on=self.today)
        self.bound("nps")
        expected = {
            "": ["purchase-rate", "bounce-rate", "csat", "nps"],
            "missing": ["csat", "purchase-rate"],
            "due": ["bounce-rate"],
            "expired": ["csat"],
            "review": ["csat"],
            "none": ["nps"],
            "nonsense": ["purchase-rate", "bounce-rate", "csat", "nps"],
        }
        for show, codes in expected.items():
            with self.subTest(show):
                self.assertEqual(self.shown(show), codes)
        page = self.client.get(self.url)
        self.assertContains(page, "Missing answers (2)")
        self.assertContains(page, "decided once the period of the due date is closed")
        self.assertNotContains(page, "/target/?next")  # a viewer changes nothing

    def test_at_risk(self) -> None:
        target_set(binding=self.binding, actor=self.ed, value=0.018, due_on=self.today)
        self.assertEqual(self.shown("risk"), [])
        KpiState.objects.filter(period_start__gte=MONDAY - dt.timedelta(days=7)).update(p_target_adjusted=0.001)
        self.assertEqual(self.shown("risk"), ["purchase-rate"])

    def test_progress_and_milestones(self) -> None:
        target_set(
            binding=self.binding, actor=self.ed, value=0.018, starts_on=MONDAY, due_on=self.today + dt.timedelta(days=90),
            milestones=[Milestone(MONDAY, 0.015), Milestone(self.today + dt.timedelta(days=30), 0.017)],
        )  # fmt: skip
        page = self.client.get(self.url)
        self.assertContains(page, "0% of the way")
        self.assertContains(page, "milestone not reached so far")
        self.assertContains(page, "next milestone")
        KpiState.objects.filter(binding=self.binding, period_start=MONDAY).update(state="no_data", value=None)
        self.assertContains(self.client.get(self.url), "milestone unknown")

    def test_what_was_decided_is_still_shown_after_another_target(self) -> None:
        target = target_set(binding=self.binding, actor=self.ed, value=0.018, due_on=MONDAY)
        facts = {"first_day": "2026-11-02", "last_day": "2026-11-08", "value": 0.0137, "established": True}
        Target.objects.filter(pk=target.pk).update(outcome="missed", outcome_facts=facts)
        self.assertContains(self.client.get(self.url), "not reached, established: 1.37% (2–8 Nov)")
        target_set(binding=self.binding, actor=self.ed, value=0.017)
        page = self.client.get(self.url, {"show": "expired"})
        self.assertContains(page, "Earlier targets and what became of them")
        self.assertContains(page, "not reached, established: 1.37% (2–8 Nov)")

    def test_it_is_reached_from_the_kpis_and_the_dashboard(self) -> None:
        self.on_map(0)
        for url in (f"/w/{self.workspace.slug}/kpis/", f"/w/{self.workspace.slug}/"):
            self.assertContains(self.client.get(url), f'href="{self.url}"')

    def test_nothing_of_another_workspace(self) -> None:
        self.client.force_login(self.otto)
        self.assertEqual(self.client.get(self.url).status_code, 404)
        page = self.client.get(f"/w/{self.elsewhere.slug}/targets/")
        self.assertNotContains(page, self.touchpoint.name)

    def test_query_count_does_not_grow(self) -> None:
        target_set(binding=self.binding, actor=self.ed, value=0.02, due_on=self.today)
        few = self.query_count(self.url)
        self.more(8)
        for binding in Binding.objects.exclude(pk=self.binding.pk):
            target_set(binding=binding, actor=self.ed, value=0.02, due_on=self.today)
        Flag.objects.all().delete()
        self.assertEqual(self.query_count(self.url), few)
