"""Outcomes of the workspace and the manager report."""

import datetime as dt
import io

from pypdf import PdfReader

from dashboards.models import Outcome, OutcomeJourney
from dashboards.selectors.outcomes import offered
from dashboards.selectors.periods import before, last_month
from dashboards.services import outcomes as services
from journeys.lanes import Period
from journeys.services.journeys import journey_create
from kpis.models import Flag, Kpi, KpiState, Rollup, Series
from kpis.services import binding_create, target_set
from tests.dashboards.base import BoardTestCase


class OutcomeTestCase(BoardTestCase):
    """A month of CSAT on the till and the one before, as a test says."""

    def setUp(self) -> None:
        super().setUp()
        self.list_url = f"/w/{self.workspace.slug}/outcomes/"
        self.csat = Kpi.objects.get(workspace=self.workspace, code="csat")
        self.till = self.touchpoint_in("sales", "Till")
        self.till_csat = binding_create(touchpoint=self.till, kpi=self.csat, actor=self.ed)
        self.month = last_month(self.today)

    def answers(self, period: Period, n: int, satisfied: int) -> None:
        series, _made = Series.objects.get_or_create(workspace=self.workspace, touchpoint=self.till, kpi=self.csat)
        for number in range((period.end - period.start).days + 1):
            Rollup.objects.create(
                workspace_id=self.workspace.pk,
                series_id=series.pk,
                day=period.start + dt.timedelta(days=number),
                n=n,
                numerator=satisfied,
                denominator=n,
                sum_squares=satisfied,
            )

    def outcome(self, **fields: object) -> Outcome:
        values = {"kind": "satisfaction", "kpi": self.csat, "journeys": [self.journey]} | fields
        return services.outcome_add(workspace=self.workspace, actor=self.ed, **values)

    def row(self, **query: str) -> object:
        response = self.client.get(self.list_url, query)
        self.assertEqual(response.status_code, 200)
        return response.context["page"].rows[0]


class OutcomeTests(OutcomeTestCase):
    def test_a_change_says_both_ends_and_whether_it_is_established(self) -> None:
        self.answers(self.month, 20, 16)
        self.answers(before(self.month), 20, 14)
        self.outcome()
        row = self.row()
        self.assertEqual((row.value_text, row.before_text, row.verdict), ("80.0%", "70.0%", "better"))
        self.assertIn("+10.0 points (between", row.difference_text)
        page = self.client.get(self.list_url)
        self.assertContains(page, "better than before, established")
        self.assertContains(page, self.journey.get_absolute_url())

    def test_a_small_change_is_not_established(self) -> None:
        self.answers(self.month, 5, 4)
        self.answers(before(self.month), 5, 4)
        self.outcome()
        self.assertEqual(self.row().verdict, "unproven")

    def test_without_data_before_it_is_unknown_never_good(self) -> None:
        self.answers(self.month, 20, 20)
        self.outcome()
        row = self.row()
        self.assertEqual((row.verdict, row.before_text, row.mark), ("unknown", "—", "○"))
        self.assertContains(self.client.get(self.list_url), "the two periods cannot be compared")

    def test_what_no_kpi_stands_for_is_named(self) -> None:
        self.assertContains(self.client.get(self.list_url), "No outcome is chosen yet")
        self.outcome()
        self.assertContains(self.client.get(self.list_url), "retention")

    def test_the_month_before_a_month_is_that_month(self) -> None:
        march = Period(dt.date(2026, 3, 1), dt.date(2026, 3, 31))
        self.assertEqual((before(march).start, before(march).end), (dt.date(2026, 2, 1), dt.date(2026, 2, 28)))
        week = Period(dt.date(2026, 11, 16), dt.date(2026, 11, 22))
        self.assertEqual(before(week).start, dt.date(2026, 11, 9))

    def test_a_running_period_ends_yesterday(self) -> None:
        page = self.client.get(self.list_url, {"period": f"{self.today - dt.timedelta(days=3)}/2199-01-01"})
        self.assertEqual(page.context["page"].period, self.month)
        running = f"{self.today - dt.timedelta(days=3)}/{self.today + dt.timedelta(days=3)}"
        page = self.client.get(self.list_url, {"period": running})
        self.assertEqual(page.context["page"].period.end, self.today - dt.timedelta(days=1))

    def test_chosen_changed_and_taken_away(self) -> None:
        add = f"{self.list_url}new/"
        data = {"kind": "loyalty", "kpi": self.csat.pk, "journeys": [self.journey.pk], "note": "Why"}
        self.client.post(add, data)
        self.assertContains(self.client.post(add, data), "already stands for", status_code=409)
        outcome = Outcome.objects.get()
        edit = f"/outcomes/{outcome.pk}/"
        self.client.post(edit, data | {"journeys": [], "revision": 1})
        self.assertEqual(OutcomeJourney.objects.filter(deleted_at=None).count(), 0)
        self.assertEqual(self.client.post(edit, data | {"revision": 1}).status_code, 409)
        self.client.post(edit, data | {"revision": 2})
        self.assertEqual(OutcomeJourney.objects.filter(deleted_at=None).count(), 1)
        self.client.post(f"{edit}delete/")
        self.assertEqual(self.client.get(edit).status_code, 404)
        foreign = Kpi.objects.filter(workspace=self.elsewhere).first()
        self.assertEqual(self.client.post(add, data | {"kpi": foreign.pk}).status_code, 422)

    def test_query_count_does_not_grow(self) -> None:
        self.outcome()
        few = self.query_count(self.list_url)
        for kpi in Kpi.objects.filter(workspace=self.workspace).exclude(pk=self.csat.pk)[:8]:
            self.outcome(kpi=kpi, kind="conversion")
        self.assertEqual(self.query_count(self.list_url), few)


class ReportTests(OutcomeTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.report_url = f"/w/{self.workspace.slug}/report/"
        self.on_map(3)
        KpiState.objects.all().delete()
        Flag.objects.all().delete()

    def state(self, period: Period, state: str, value: float, **fields: object) -> None:
        values = {"n": 14000, "value": value, "target": 0.018, "baseline": 0.02} | fields
        KpiState.objects.create(
            workspace=self.workspace,
            binding=values.pop("binding", self.binding),
            period_start=period.end - dt.timedelta(days=6),
            period_end=period.end,
            state=state,
            **values,
        )

    def journey_row(self) -> object:
        return next(row for row in self.client.get(self.report_url).context["report"].journeys if row.journey)

    def test_states_signals_and_targets_against_the_period_before(self) -> None:
        self.state(self.month, "worse", 0.0137)
        self.state(before(self.month), "on_target", 0.02)
        Flag.objects.create(
            workspace=self.workspace, binding=self.binding, kind="worse", opened_period=self.month.start
        )
        Flag.objects.create(
            workspace=self.workspace,
            binding=self.binding,
            kind="worse",
            status="closed",
            opened_period=self.month.start - dt.timedelta(days=60),
            closed_period=self.month.start + dt.timedelta(days=7),
        )
        row = self.journey_row()
        counts = {count.code: (count.now, count.before) for count in row.states}
        self.assertEqual((counts["worse"], counts["on_target"]), ((1, 0), (0, 1)))
        self.assertEqual((row.opened, row.closed, row.still_open), (1, 1, 1))
        self.assertEqual((row.targets.text, row.targets_before.text), ("0 of 1", "1 of 1"))
        page = self.client.get(self.report_url)
        self.assertContains(page, "from 2.00% to 1.37%")
        self.assertContains(page, "Signals: 1 opened, 1 closed, 1 open at the end")

    def test_a_kpi_without_a_state_in_the_period_is_unknown_and_its_target_not_met(self) -> None:
        target_set(binding=self.till_csat, actor=self.ed, value=0.5)
        self.state(
            Period(self.month.start - dt.timedelta(days=400), self.month.start - dt.timedelta(days=390)),
            "on_target",
            0.02,
        )
        row = self.journey_row()
        self.assertEqual((row.unknown, row.targets.met, row.targets.unknown), (1, 0, 1))
        page = self.client.get(self.report_url)
        self.assertContains(page, "2 KPIs of 2 have too little data for a state: of them nothing is known.")
        self.assertContains(page, "Touchpoints on no journey")

    def test_a_journey_without_kpis_says_so(self) -> None:
        journey_create(workspace=self.workspace, actor=self.ed, name="Empty one", no_persona_yet=True)
        self.assertContains(self.client.get(self.report_url), "nothing is known of it")

    def test_as_pdf_in_both_languages(self) -> None:
        self.state(self.month, "worse", 0.0137)
        self.answers(self.month, 20, 16)
        self.answers(before(self.month), 20, 14)
        self.outcome()
        for language, texts in (
            ("en", ("Manager report", "80.0%", "better than before, established", "from 2.00% to 1.37%")),
            ("fr", ("80,0", "de 2,00")),
        ):
            with self.subTest(language=language):
                self.ed.language = language
                self.ed.save()
                self.client.force_login(self.ed)
                response = self.client.get(f"{self.report_url}report.pdf")
                text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages)
                text = " ".join(text.replace("\u00a0", " ").split())
                for words in texts:
                    self.assertIn(words, text)

    def test_query_count_does_not_grow(self) -> None:
        self.outcome()
        few = self.query_count(self.report_url)
        self.more(5)
        for number in range(5):
            made = journey_create(workspace=self.workspace, actor=self.ed, name=f"J{number}", no_persona_yet=True)
            self.outcome(kind="loyalty", kpi=Kpi.objects.filter(workspace=self.workspace)[number], journeys=[made])
        self.assertEqual(self.query_count(self.report_url), few)

    def test_periods_to_choose_from_are_closed(self) -> None:
        for period in offered(self.today):
            self.assertLess(period.end, self.today)


class ReferenceTests(BoardTestCase):
    def test_every_figure_carries_its_label_in_both_languages(self) -> None:
        url = f"/w/{self.workspace.slug}/reference-figures/"
        page = self.client.get(url)
        self.assertContains(page, "cited by the guide, not verified", 15)
        for who in (
            "Walker Info",
            "Google",
            "Bain",
            "Accenture",
            "Forrester",
            "Harvard",
            "McKinsey",
            "Microsoft",
            "Epsilon",
            "Temkin",
            "Adobe",
        ):
            self.assertContains(page, who)
        self.ed.language = "fr"
        self.ed.save()
        self.client.force_login(self.ed)
        self.assertContains(self.client.get(url), "86\u00a0%")
