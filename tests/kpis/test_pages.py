"""Dashboard, matrix, drawer, bindings, targets and signals as pages; the files of the matrix."""

import csv
import datetime as dt
import io

import openpyxl
from django.utils import timezone, translation

from cxmap.lib import formats
from journeys.services import cards
from journeys.services.journeys import journey_create
from kpis.models import Binding, Flag, Kpi, KpiState, Rollup, Series, Source
from kpis.selectors.matrix_tidy import TIDY_COLUMNS
from kpis.services import binding_create, target_set
from tests.journeys.base import MapTestCase
from touchpoints.models import Category, Channel
from touchpoints.services import touchpoint_create

MONDAY = dt.date(2026, 11, 9)


class KpiPagesTestCase(MapTestCase):
    """A purchase rate that got worse, with thirteen weeks of history, on the payment page."""

    binding: Binding
    flag: Flag

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        kpi = Kpi.objects.get(workspace=cls.workspace, code="purchase-rate")
        cls.binding = binding_create(touchpoint=cls.touchpoint, kpi=kpi, actor=cls.ed)
        target_set(binding=cls.binding, actor=cls.ed, value=0.018)
        cls.measure(cls.binding, [0.0193] * 11 + [0.0137, 0.0137], "worse")
        cls.flag = Flag.objects.create(
            workspace=cls.workspace, binding=cls.binding, kind="worse", opened_period=MONDAY, evidence={}
        )

    @classmethod
    def measure(cls, binding: Binding, values: list[float], state: str) -> None:
        series = Series.objects.create(workspace=cls.workspace, touchpoint=binding.touchpoint, kpi=binding.kpi)
        for number, value in enumerate(reversed(values)):
            start = MONDAY - dt.timedelta(days=7 * number)
            KpiState.objects.create(
                workspace=cls.workspace,
                binding=binding,
                period_start=start,
                period_end=start + dt.timedelta(days=6),
                state=state if number < 2 else "on_target",
                n=14000,
                numerator=round(14000 * value),
                denominator=14000,
                value=value,
                low=value - 0.002,
                high=value + 0.002,
                target=0.018,
                baseline=0.0193,
                baseline_low=0.018,
                baseline_high=0.0205,
                minimum_n=149,
                periods=2 if number == 0 else 1,
                newest_day=MONDAY + dt.timedelta(days=6),
            )
            Rollup.objects.create(
                workspace_id=cls.workspace.pk,
                series_id=series.pk,
                day=start,
                n=14000,
                numerator=round(14000 * value),
                denominator=14000,
                sum_squares=round(14000 * value),
            )

    def on_map(self, *columns: int) -> None:
        for column in columns:
            cards.card_add(
                lane=self.lane("touchpoints"), step=self.steps()[column], actor=self.ed, touchpoint=self.touchpoint
            )

    def more(self, number: int) -> None:
        """Add touchpoints with a KPI, their states and signals, all on the map."""
        kpi = Kpi.objects.get(workspace=self.workspace, code="purchase-rate")
        for place in range(number):
            touchpoint = touchpoint_create(
                workspace=self.workspace,
                actor=self.ed,
                name=f"Page {place} {number}",
                category=Category.objects.get(workspace=self.workspace, code="sales"),
                channel=Channel.objects.get(workspace=self.workspace, code="website"),
            )
            binding = binding_create(touchpoint=touchpoint, kpi=kpi, actor=self.ed)
            self.measure(binding, [0.02] * 13, "worse")
            Flag.objects.create(workspace=self.workspace, binding=binding, kind="worse", opened_period=MONDAY)
            cards.card_add(lane=self.lane("touchpoints"), step=self.steps()[2], actor=self.ed, touchpoint=touchpoint)


class MapCellTests(KpiPagesTestCase):
    def test_value_interval_base_target_state_and_since(self) -> None:
        self.on_map(3)
        self.client.force_login(self.vi)
        page = self.client.get(self.journey.get_absolute_url())
        for text in ("1.37%", "1.17–1.57%", "14,000 visits", "target ≥ 1.8%", "getting worse for 2 weeks", "▼"):
            self.assertContains(page, text)

    def test_in_french_as_a_french_reader_writes(self) -> None:
        self.on_map(3)
        self.vi.language = "fr"
        self.vi.save()
        self.client.force_login(self.vi)
        page = self.client.get(self.journey.get_absolute_url())
        for text in ("1,37\u00a0%", "14\u202f000 visites", "se dégrade depuis 2 sem."):
            self.assertContains(page, text)

    def test_signed_ends_have_a_word_between_them(self) -> None:
        for language, text in (("fr", "+7 à +68"), ("en", "+7 to +68")):
            with translation.override(language):
                self.assertEqual(formats.kpi_interval(7, 68, "points"), text)

    def test_a_chosen_period_changes_the_value_never_the_state(self) -> None:
        self.on_map(3)
        self.client.force_login(self.vi)
        start = MONDAY - dt.timedelta(days=70)
        period = f"{start}/{start + dt.timedelta(days=6)}"
        page = self.client.get(self.journey.get_absolute_url(), {"period": period})
        self.assertContains(page, "1.93%")
        self.assertContains(page, "getting worse")
        self.assertContains(page, "chosen period")


class DashboardTests(KpiPagesTestCase):
    def setUp(self) -> None:
        self.client.force_login(self.vi)
        self.url = f"/w/{self.workspace.slug}/"

    def test_it_names_what_hurts_with_both_ends(self) -> None:
        self.on_map(3)
        page = self.client.get(self.url)
        self.assertContains(page, "from 1.93% to 1.37% (−0.56 points, i.e. −29%)")
        self.assertContains(page, "0 of 1")
        self.assertContains(page, "Purchase")

    def test_filters_stand_in_the_address_and_come_off(self) -> None:
        page = self.client.get(self.url, {"journey": self.journey.pk, "category": "sales"})
        self.assertContains(page, "chip--removable", 2)
        self.assertContains(page, "No KPI is bound to a touchpoint here")
        self.on_map(0)
        page = self.client.get(self.url, {"journey": self.journey.pk, "category": "sales"})
        self.assertContains(page, self.touchpoint.name)

    def test_stages_of_one_name_stand_together_whatever_their_maps(self) -> None:
        self.more(1)  # on the third step
        self.on_map(3)
        second = journey_create(workspace=self.workspace, actor=self.ed, name="Zweite", no_persona_yet=True)
        self.more(2)
        stage = self.steps()[2].stage
        other = second.stages.exclude(name=stage.name).order_by("rank").last()
        type(other).objects.filter(pk=other.pk).update(name=stage.name)
        lane = second.lanes.get(kind="touchpoints")
        late = touchpoint_create(
            workspace=self.workspace,
            actor=self.ed,
            name="A late page",
            category=Category.objects.get(workspace=self.workspace, code="sales"),
            channel=Channel.objects.get(workspace=self.workspace, code="website"),
        )
        binding_create(
            touchpoint=late, kpi=Kpi.objects.get(workspace=self.workspace, code="purchase-rate"), actor=self.ed
        )
        cards.card_add(lane=lane, step=other.steps.first(), actor=self.ed, touchpoint=late)
        rows = self.client.get(self.url, {"sort": "stage"}).context["page"].rows
        names = [row.stage for row in rows]
        self.assertEqual(names, sorted(names, key=names.index))
        self.assertIn("A late page", [row.view.touchpoint.name for row in rows if row.stage == stage.name])

    def test_nothing_bound_and_no_data_are_two_screens(self) -> None:
        Flag.objects.all().delete()
        KpiState.objects.all().delete()
        self.assertContains(self.client.get(self.url), "KPIs are bound, but no number has come in")
        Binding.objects.all().delete()
        self.assertContains(self.client.get(self.url), "No KPI is bound to a touchpoint here")

    def test_query_count_does_not_grow(self) -> None:
        self.more(1)
        few = self.query_count(self.url)
        self.more(9)
        self.assertEqual(self.query_count(self.url), few)


class FlagPageTests(KpiPagesTestCase):
    def test_the_chart_writes_numbers_as_its_reader_does(self) -> None:
        for user, language, separators in (
            (self.vi, "en", '"separators": ".,"'),
            (self.vi, "fr", '"separators": ",\\u202f"'),
        ):
            user.language = language
            user.save()
            self.client.force_login(user)
            self.assertIn(separators, self.client.get(f"/flags/{self.flag.pk}/").content.decode())

    def test_is_it_real(self) -> None:
        self.client.force_login(self.vi)
        page = self.client.get(f"/flags/{self.flag.pk}/")
        self.assertContains(page, "Established worsening: from 1.93% to 1.37%")
        self.assertContains(page, "data-chart")
        self.assertNotContains(page, "Take charge")

    def test_taken_charge_of_snoozed_dismissed_and_reopened(self) -> None:
        self.client.force_login(self.ed)
        base = f"/flags/{self.flag.pk}"
        self.client.post(f"{base}/acknowledge/")
        self.assertEqual(Flag.objects.get().owner, "Ed")
        self.client.post(f"{base}/snooze/", {"until": "2000-01-01"})
        self.assertEqual(Flag.objects.get().status, "acknowledged")
        self.client.post(f"{base}/snooze/", {"until": str(timezone.localdate() + dt.timedelta(days=9))})
        self.assertEqual(Flag.objects.get().status, "snoozed")
        self.client.post(f"{base}/refuse/", {"reason": ""})
        self.assertEqual(Flag.objects.get().status, "snoozed")
        self.client.post(f"{base}/refuse/", {"reason": "A test of prices"})
        self.assertEqual((Flag.objects.get().status, Flag.objects.get().reason), ("refused", "A test of prices"))
        self.client.post(f"{base}/reopen/")
        self.assertEqual(Flag.objects.get().status, "open")
        self.assertContains(self.client.get(f"{base}/"), "History")


class BindingPageTests(KpiPagesTestCase):
    def test_a_kpi_without_direction_asks_for_it(self) -> None:
        self.client.force_login(self.ana)
        kpi = Kpi.objects.get(workspace=self.workspace, code="time-on-page")
        url = f"/touchpoints/{self.touchpoint.pk}/kpis/add/"
        self.assertEqual(self.client.post(url, {"kpi": kpi.pk, "rhythm": "weekly"}).status_code, 422)
        response = self.client.post(url, {"kpi": kpi.pk, "rhythm": "weekly", "direction": "lower"})
        binding = Binding.objects.get(kpi=kpi)
        self.assertIn(f"/kpi-bindings/{binding.pk}/target/", response["Location"])

    def test_a_target_is_written_in_percent_and_stored_as_a_share(self) -> None:
        self.client.force_login(self.ana)
        url = f"/kpi-bindings/{self.binding.pk}/target/"
        self.assertContains(self.client.get(url), 'value="1.8"')
        self.client.post(url, {"value": "2,5 %", "specific": "Sell more"})
        self.assertAlmostEqual(self.binding.targets.get(ended_at=None).value, 0.025)
        self.assertEqual(self.client.post(url, {"value": "250"}).status_code, 422)
        self.client.post(url, {"later": "on"})
        self.assertIsNone(self.binding.targets.get(ended_at=None).value)
        self.assertEqual(self.binding.targets.count(), 3)


class MatrixTests(KpiPagesTestCase):
    def setUp(self) -> None:
        self.client.force_login(self.ana)
        self.url = f"/w/{self.workspace.slug}/matrix/"

    def rows(self, **query: object) -> list[dict[str, str]]:
        response = self.client.get(f"{self.url}export/", {"shape": "tidy", "format": "csv", **query})
        return list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))

    def test_the_page(self) -> None:
        self.on_map(3)
        page = self.client.get(self.url, {"journey": self.journey.pk})
        self.assertContains(page, self.touchpoint.name)
        self.assertContains(page, "▼")
        coverage = self.client.get(self.url, {"journey": self.journey.pk, "mode": "coverage"})
        self.assertContains(coverage, "packaging")

    def test_tidy_has_the_columns_of_the_contract_and_marks_repeats(self) -> None:
        self.on_map(1, 3)
        rows = self.rows(journey=self.journey.pk)
        self.assertEqual(tuple(rows[0]), TIDY_COLUMNS)
        self.assertEqual([row["repeated"] for row in rows], ["false", "true"])
        row = rows[0]
        self.assertEqual(
            (row["n"], row["numerator"], row["state"], row["target"], row["stage_position"], row["kpi_code"]),
            ("14000", "192", "worse", "0.018", "2", "purchase-rate"),
        )
        self.assertEqual(sum(int(r["numerator"]) for r in rows if r["repeated"] == "false"), 192)

    def test_french_spreadsheets_get_bom_semicolons_and_commas(self) -> None:
        self.on_map(3)
        response = self.client.get(
            f"{self.url}export/", {"shape": "tidy", "format": "csv-fr", "journey": self.journey.pk}
        )
        content = b"".join(response.streaming_content)
        self.assertTrue(content.startswith(b"\xef\xbb\xbf"))
        (row,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")
        self.assertEqual(row["target"], "0,018")

    def test_nothing_is_a_formula(self) -> None:
        self.touchpoint.name = "=HYPERLINK(1)"
        self.touchpoint.owner = "+33 1"
        self.touchpoint.save()
        self.on_map(3)
        (row,) = self.rows(journey=self.journey.pk)
        self.assertEqual((row["touchpoint"], row["owner"]), ("'=HYPERLINK(1)", "'+33 1"))
        response = self.client.get(
            f"{self.url}export/", {"shape": "tidy", "format": "xlsx", "journey": self.journey.pk}
        )
        book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
        sheet = book.worksheets[0]
        self.assertEqual(sheet.freeze_panes, "A2")
        cell = sheet.cell(2, TIDY_COLUMNS.index("touchpoint") + 1)
        self.assertEqual((cell.value, cell.data_type), ("'=HYPERLINK(1)", "s"))
        self.assertEqual(sheet.cell(2, TIDY_COLUMNS.index("n") + 1).value, 14000)
        self.assertEqual(len(book.worksheets), 3)

    def test_a_touchpoint_without_kpi_has_a_row_with_nothing_made_up(self) -> None:
        Binding.objects.all().delete()
        (row,) = self.rows()
        self.assertEqual((row["touchpoint"], row["kpi"], row["n"], row["evidence"]), ("Payment page", "", "", "none"))

    def test_a_viewer_does_not_export(self) -> None:
        self.client.force_login(self.vi)
        self.assertEqual(self.client.get(f"{self.url}export/").status_code, 403)

    def test_query_count_does_not_grow(self) -> None:
        url = f"{self.url}?journey={self.journey.pk}"
        self.more(1)
        few = self.query_count(url)
        self.more(9)
        self.assertEqual(self.query_count(url), few)


class StaleTests(KpiPagesTestCase):
    def test_late_data_are_marked(self) -> None:
        KpiState.objects.update(newest_day=dt.date(2020, 1, 1))
        self.client.force_login(self.vi)
        self.assertContains(self.client.get(f"/w/{self.workspace.slug}/"), "newest data")
        self.assertFalse(Source.objects.filter(workspace=self.workspace, name="").exists())
