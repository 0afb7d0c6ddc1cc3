"""The matrix over several journeys, its lists, its coverage, the example matrix and its files."""

import csv
import io
from datetime import date

import openpyxl
from django.utils import timezone

from cxmap.history.models import Change
from cxmap.lib.sheets import csv_rows
from journeys.lanes import Period
from journeys.models import Card, Stage, Step
from journeys.services import cards
from journeys.services.journeys import journey_create, journey_update
from kpis.models import Binding, NotApplicable
from kpis.selectors.matrix_tidy import TIDY_COLUMNS
from personas.services import persona_create
from tests.kpis.test_pages import KpiPagesTestCase
from touchpoints.models import Category, Channel, Touchpoint
from touchpoints.services import touchpoint_create

RISKY = ("=1+1", "+33 1", "-2+3", "@SUM(A1)", "\tx", "\rx")


class MatrixTestCase(KpiPagesTestCase):
    def setUp(self) -> None:
        self.client.force_login(self.ed)
        self.url = f"/w/{self.workspace.slug}/matrix/"
        self.on_map(3)
        self.other = journey_create(workspace=self.workspace, actor=self.ed, name="Another", no_persona_yet=True)
        step = self.other.steps.order_by("stage__rank", "rank")[3]
        lane = self.other.lanes.get(kind="touchpoints", deleted_at=None)
        cards.card_add(lane=lane, step=step, actor=self.ed, touchpoint=self.touchpoint)

    def matrix(self, **query: object):
        return self.client.get(self.url, query).context["matrix"]


class PeriodTests(MatrixTestCase):
    def test_a_period_is_chosen_on_the_page_and_an_old_one_is_kept(self) -> None:
        page = self.client.get(self.url)
        self.assertContains(page, 'name="period"')
        first = page.context["periods"][0]
        for start, end in ((first.start, first.end), (date(2025, 3, 3), date(2025, 3, 9))):
            key = f"{start}/{end}"
            chosen = self.client.get(self.url, {"period": key})
            self.assertEqual(chosen.context["matrix"].filters.period, Period(start, end))
            self.assertContains(chosen, f'<option value="{key}" selected>', count=1)
            self.assertContains(chosen, '<select class="input input--s" id="m-period" name="period">', count=1)


class PersonaTests(MatrixTestCase):
    def test_a_card_on_a_step_in_the_trash_is_met_by_nobody(self) -> None:
        persona = persona_create(workspace=self.workspace, actor=self.ed, name="Claire")
        journey_update(journey=self.other, actor=self.ed, personas=[persona])
        self.assertEqual(self.matrix(persona=persona.pk).total, 1)
        Step.objects.filter(journey=self.other, cards__touchpoint=self.touchpoint).update(deleted_at=timezone.now())
        self.assertEqual(self.matrix(persona=persona.pk).total, 0)


class ColumnsTests(MatrixTestCase):
    def test_stages_of_one_template_share_a_column_and_count_a_touchpoint_once(self) -> None:
        found = self.matrix(columns="stages")
        self.assertEqual(len(found.columns), 6)
        self.assertEqual([len(column.stages) for column in found.columns], [2] * 6)
        self.assertEqual((found.column_totals, found.total), ([0, 0, 0, 1, 0, 0], 1))

    def test_in_two_columns_it_counts_in_each_and_once_in_all(self) -> None:
        self.on_map(1)
        found = self.matrix(journey=[self.journey.pk, self.other.pk])
        self.assertEqual((found.column_totals, found.total), ([0, 1, 0, 1, 0, 0], 1))
        (row,) = found.rows
        self.assertEqual((row.total, row.cells[3].state), (1, "worse"))

    def test_without_origin_stages_are_lined_up_by_name_and_others_keep_their_place(self) -> None:
        Stage.objects.filter(journey=self.other).update(template_key="")
        own = Stage.objects.filter(journey=self.other).order_by("rank")
        Stage.objects.filter(pk=own[2].pk).update(name="Trial")
        found = self.matrix(columns="stages")
        names = [column.name for column in found.columns]
        self.assertEqual(len(names), 7)
        self.assertIn(names.index("Trial") - names.index("Awareness and engagement"), (1, 2))
        self.assertEqual(found.total, 1)

    def test_all_of_a_template(self) -> None:
        self.other.template = ""
        self.other.save()
        found = self.matrix(template=self.journey.template)
        self.assertEqual([journey.pk for journey in found.filters.journeys], [self.journey.pk])

    def test_a_journey_of_another_workspace_is_none(self) -> None:
        page = self.client.get(self.url, {"journey": "6f9b4c58-7c2e-4b0e-9d53-1f2a3b4c5d6e"})
        self.assertEqual(page.context["matrix"].filters.journeys, [])

    def test_the_list_of_a_cell_leads_to_touchpoint_kpi_and_map(self) -> None:
        found = self.matrix(columns="stages")
        query = {"columns": "stages", "row": "sales", "column": found.columns[3].key}
        page = self.client.get(f"{self.url}cell/", query, headers={"HX-Request": "true"})
        self.assertNotContains(page, "<html")
        for address in (self.touchpoint, self.binding.kpi, self.journey, self.other):
            self.assertContains(page, address.get_absolute_url())
        self.assertEqual(self.client.get(f"{self.url}cell/", {**query, "column": "nothing"}).status_code, 404)

    def test_queries_do_not_grow_in_any_mode_nor_in_the_list(self) -> None:
        addresses = [f"{self.url}?columns=stages&mode={mode}" for mode in ("content", "states", "coverage")]
        addresses.append(f"{self.url}cell/?columns=stages")
        self.more(1)
        few = [self.query_count(address) for address in addresses]
        self.more(9)
        self.assertEqual([self.query_count(address) for address in addresses], few)


class CoverageTests(MatrixTestCase):
    def coverage(self):
        return self.client.get(self.url, {"journey": self.journey.pk, "mode": "coverage"})

    def test_what_is_missing_is_said_with_its_share(self) -> None:
        page = self.coverage()
        found = page.context["coverage"]
        self.assertEqual((found.shares[0].count, found.shares[0].of), (1, 24))
        self.assertContains(page, "No touchpoint of Customer service at stage 6, “Loyalty”")
        self.assertEqual(found.steps_total, len(self.steps()) - 1)

    def test_not_applicable_counts_in_its_own_line_and_can_be_taken_back(self) -> None:
        gap = self.coverage().context["coverage"].gaps[0]
        data = {"category": gap.category.code, "column": gap.column.key, "journey": self.journey.pk}
        for _twice in range(2):
            self.client.post(f"{self.url}not-applicable/", data)
        row = NotApplicable.objects.get()
        found = self.coverage().context["coverage"]
        self.assertEqual([(share.count, share.of) for share in found.shares[:2]], [(1, 23), (2, 24)])
        self.client.post(f"/matrix/not-applicable/{row.pk}/restore/")
        self.assertEqual(self.coverage().context["coverage"].shares[0].of, 24)
        actions = set(Change.objects.filter(target_id=str(row.pk)).values_list("action", flat=True))
        self.assertEqual(actions, {"matrix.gap_dismissed", "matrix.gap_restored"})

    def test_a_missing_touchpoint_is_added_and_put_on_the_map(self) -> None:
        stage = Stage.objects.filter(journey=self.journey).order_by("rank")[5]
        address = f"{self.url}add/?row=service&channel=faq&column={stage.pk}&journey={self.journey.pk}&mode=coverage"
        form = self.client.get(address).context["form"]
        step = form.initial["steps"][0]
        self.assertEqual(step.stage_id, stage.pk)
        channel = Channel.objects.get(workspace=self.workspace, code="faq")
        data = {"name": "Loyalty FAQ", "channel": channel.pk, "phase": "after", "steps": [step.pk]}
        self.assertEqual(self.client.post(address, {**data, "name": ""}).status_code, 422)
        self.assertFalse(Touchpoint.objects.filter(name="Loyalty FAQ").exists())
        self.assertRedirects(self.client.post(address, data), f"{self.url}?journey={self.journey.pk}&mode=coverage")
        touchpoint = Touchpoint.objects.get(name="Loyalty FAQ")
        self.assertEqual((touchpoint.category.code, touchpoint.channel), ("service", channel))
        self.assertEqual(Card.objects.get(touchpoint=touchpoint).step, step)


class ExampleTests(MatrixTestCase):
    def test_ticked_examples_are_added_once_and_stand_on_their_stage(self) -> None:
        address = f"{self.url}example/?template=six-stages"
        found = self.client.get(address).context["example"]
        entries = [entry for entry in found.offered if entry.stage == "awareness"][:2]
        data = {"examples": [entry.key for entry in entries], "journey": self.journey.pk}
        self.client.post(address, data)
        made = Touchpoint.objects.filter(workspace=self.workspace, name__in=[entry.name for entry in entries])
        self.assertEqual(made.count(), 2)
        self.assertTrue(all("xample" in touchpoint.description for touchpoint in made))
        places = Card.objects.filter(touchpoint__in=made, deleted_at=None)
        self.assertEqual({card.step.stage.template_key for card in places}, {"awareness"})
        self.assertEqual(self.client.post(address, data).status_code, 422)  # no longer offered
        self.assertEqual(made.count(), 2)
        self.assertContains(self.client.get(address), "in the library already")

    def test_every_sector_has_one(self) -> None:
        choices = self.client.get(f"{self.url}example/").context["example"].choices
        self.assertGreaterEqual({choice.key for choice in choices}, {"shop", "bank-account", "hospital-visit"})
        for choice in choices:
            page = self.client.get(f"{self.url}example/?template={choice.key}")
            self.assertEqual(page.context["example"].blueprint.key, choice.key)
            self.assertTrue(page.context["example"].entries)


class FileTests(MatrixTestCase):
    def file(self, **query: object) -> bytes:
        response = self.client.get(f"{self.url}export/", {"columns": "stages", **query})
        self.assertEqual(response.status_code, 200)
        self.said = response["Content-Disposition"]
        return b"".join(response.streaming_content)

    def book(self, shape: str) -> openpyxl.Workbook:
        return openpyxl.load_workbook(io.BytesIO(self.file(shape=shape, format="xlsx")))

    def test_tidy_marks_repeats_over_journeys(self) -> None:
        rows = list(csv.DictReader(io.StringIO(self.file(shape="tidy", format="csv").decode())))
        self.assertEqual(
            [(row["journey"], row["repeated"]) for row in rows], [("Another", "false"), ("Buying", "true")]
        )
        self.assertEqual({row["stage_position"] for row in rows}, {"4"})

    def test_pivot_has_a_table_over_its_rows_and_sums_without_repeats(self) -> None:
        book = self.book("pivot")
        data, sums = book.worksheets[:2]
        self.assertEqual(data.tables["tidy"].ref, f"A1:AE{data.max_row}")
        self.assertEqual([cell.value for cell in data[1]], list(TIDY_COLUMNS))
        self.assertEqual((data.max_row, data.freeze_panes), (3, "A2"))
        self.assertEqual(data.cell(2, TIDY_COLUMNS.index("period_end") + 1).value.date().isoformat(), "2026-11-15")
        self.assertTrue(sums["G2"].value.startswith("=SUMIFS(tidy[numerator],tidy[kpi_code],$A2"))
        computed = openpyxl.load_workbook(
            io.BytesIO(self.file(shape="pivot", format="xlsx")), data_only=True
        ).worksheets[1]
        self.assertEqual((computed["E2"].value, computed["G2"].value, computed["H2"].value), (1, 192, 14000))

    def test_texts_are_no_formulas_and_negative_numbers_are_numbers(self) -> None:
        category = Category.objects.get(workspace=self.workspace, code="sales")
        channel = Channel.objects.get(workspace=self.workspace, code="website")
        for number, name in enumerate(RISKY):
            touchpoint = touchpoint_create(
                workspace=self.workspace,
                actor=self.ed,
                name=name,
                category=category,
                channel=channel,
                code=f"r{number}",
            )
            cards.card_add(lane=self.lane("touchpoints"), step=self.steps()[0], actor=self.ed, touchpoint=touchpoint)
        Binding.objects.get().states.update(value=-12.5)
        for shape in ("tidy", "pivot"):
            sheet = self.book(shape).worksheets[0]
            names = [cell for cell in sheet["D"][1:] if str(cell.value).startswith("'")]
            self.assertEqual(len(names), len(RISKY))
            self.assertTrue(all(cell.data_type == "s" for cell in names))
            self.assertIn(-12.5, [cell.value for cell in sheet["W"]])
        wide = self.file(shape="wide", format="csv").decode()
        self.assertFalse([cell for row in csv.reader(io.StringIO(wide)) for cell in row if cell.startswith(RISKY)])
        self.assertIn("-12.5", self.file(shape="tidy", format="csv").decode())
        self.assertEqual(b"".join(csv_rows([[-1.5, "-1.5"]], french=True))[3:], b"-1,5;'-1.5\r\n")

    def test_wide_is_frozen_and_says_its_filters_as_every_file_does(self) -> None:
        book = openpyxl.load_workbook(io.BytesIO(self.file(shape="wide", format="xlsx", state="worse")))
        self.assertEqual(book.worksheets[0].freeze_panes, "C2")
        self.assertIn("state-", self.said)
        self.assertIn("getting worse", [cell.value for cell in book.worksheets[-1]["B"]])

    def test_pdf_and_image(self) -> None:
        self.assertTrue(self.file(shape="wide", format="pdf").startswith(b"%PDF"))
        self.assertTrue(self.file(shape="wide", format="png").startswith(b"\x89PNG"))
        self.assertEqual(self.client.get(f"{self.url}export/", {"shape": "tidy", "format": "pdf"}).status_code, 404)
