"""Real files as a new user brings them, against sums that this file computes from them on its own."""

import csv
import datetime as dt
from collections import Counter
from typing import Any

from django.urls import reverse

from kpis.models import Observation, Rollup
from kpis.statistics import interval
from sources.models import Import
from tests.sources.base import SourcesTestCase
from tests.sources.reading.base import real_file
from touchpoints.models import Touchpoint

GA4 = "ga4/ui/Pages_and_screens_Page_title_and_screen_class.csv"
SFO = "surveys/sfo-nps/2017_SFO_Customer_Survey_20250817.csv"


class Ga4Test(SourcesTestCase):
    """The export of the Google Analytics interface, 226 pages, all of them given to a touchpoint."""

    def setUp(self) -> None:
        self.client.force_login(self.ed)
        self.path = real_file(GA4)
        lines = self.path.read_text(encoding="utf-8").splitlines()
        self.rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))

    def form(self, give: Any) -> tuple[Import, dict[str, str]]:
        """Upload the file, and return the fields of the screen with a touchpoint for each page by give(title)."""
        import_ = self.uploaded(self.path.read_bytes(), self.path.name)
        page = self.client.get(reverse("sources:import-mapping", args=[import_.public_id])).context["page"]
        self.assertEqual(
            (page.layout, page.when["way"], len(page.items)),
            ("wide", "from_file", len({_title(row) for row in self.rows})),
        )
        self.assertEqual([measure.kpi for measure in page.measures], ["time-on-page", "", ""])
        measure = page.measures[0]
        data = {
            "layout": "wide",
            "when": "from_file",
            "items": page.item_column,
            "unlisted": "ignore",
            "items_count": str(len(page.items)),
            "measures_count": "1",
            "measure-0-kpi": measure.kpi,
            "measure-0-mode": measure.mode,
            "measure-0-first": measure.first,
            "measure-0-second": measure.second,
        }
        for item in page.items:
            data[f"item-{item.number}"] = item.text
            data[f"item-{item.number}-touchpoint"] = give(item.text)
        return import_, data

    def test_totals_are_those_of_the_file(self) -> None:
        self.assertEqual(len(self.rows), 226)
        import_, data = self.form(lambda title: "Shop" if "Blog" in title else "Desk")
        self.assertRedirects(
            self.post_mapping(import_, data), import_.get_absolute_url(), fetch_redirect_response=False
        )
        self.started(self.work(import_), **{"direction-time-on-page": "higher"})
        self.assertEqual((import_.status, self.counters(import_)), ("done", (226, 0, 0, 0)))
        for touchpoint, is_blog in ((self.shop, True), (self.desk, False)):
            rows = [row for row in self.rows if ("Blog" in row["Page title and screen class"]) is is_blog]
            users = sum(int(row["Active users"]) for row in rows)
            seconds = sum(
                float(row["Average engagement time per active user"]) * int(row["Active users"]) for row in rows
            )
            n, numerator, denominator, excluded = self.totals(touchpoint, "time-on-page")
            self.assertEqual((n, denominator, excluded), (users, users, 0))
            self.assertAlmostEqual(numerator, seconds, places=6)
        one = Observation.objects.first()
        self.assertEqual((one.first_day, one.last_day), (dt.date(2023, 12, 16), dt.date(2026, 1, 13)))
        self.refresh()
        self.assertFalse(Rollup.objects.exists())  # a total over two years is spread over no day

    def test_unknown_names_are_added_to_the_library_when_asked(self) -> None:
        import_, data = self.form(lambda title: "Tinnitus blog" if "Blog" in title else "")
        response = self.post_mapping(import_, data)
        self.assertContains(response, "Tinnitus blog", status_code=422)
        self.assertContains(response, "not in the touchpoint library", status_code=422)
        self.assertFalse(Touchpoint.objects.filter(name="Tinnitus blog").exists())
        new = response.context["new"]
        category = new.fields["category"].queryset.first().pk
        channel = new.fields["channel"].queryset.first().pk
        self.post_mapping(import_, {**data, "create": "1", "new-category": category, "new-channel": channel})
        self.work(import_)
        self.assertEqual(import_.status, Import.Status.READY)
        self.assertEqual(Touchpoint.objects.get(name="Tinnitus blog").code, import_.preview["values"][0]["touchpoint"])

    def test_an_analyst_adds_nothing_to_the_library(self) -> None:
        self.client.force_login(self.ana)
        import_, data = self.form(lambda title: "Tinnitus blog" if "Blog" in title else "")
        response = self.post_mapping(import_, {**data, "create": "1", "new-category": "1", "new-channel": "1"})
        self.assertEqual(response.status_code, 422)
        self.assertFalse(Touchpoint.objects.filter(name="Tinnitus blog").exists())


class SfoTest(SourcesTestCase):
    """The 2017 survey of an airport: NPS from 0 to 10 with 11 for blank, satisfaction from 1 to 5 with 0 and 6 for no answer."""

    CSAT = ("Q7ART", "Q7FOOD", "Q9BOARDING")

    def setUp(self) -> None:
        super().setUp()
        self.path = real_file(SFO)
        with self.path.open(encoding="utf-8-sig", newline="") as stream:
            self.rows = list(csv.DictReader(stream))

    def test_nps_and_satisfaction_are_those_of_the_file(self) -> None:
        import_ = self.uploaded(self.path.read_bytes(), self.path.name)
        page = self.client.get(reverse("sources:import-mapping", args=[import_.public_id])).context["page"]
        self.assertEqual((page.layout, page.table.header[int(page.respondent) - 1]), ("survey", "RESPNUM"))
        questions = {question.name: question for question in page.questions}
        nps = questions["NETPRO"]
        self.assertEqual((nps.kpi, nps.excluded), ("nps", "11"))
        data = {
            "layout": "survey",
            "when": "parts",
            "when_date": "INTDATE",
            "when_month": "5",
            "when_year": "2017",
            "respondent": page.respondent,
            "touchpoint": "Desk",
            f"question-{nps.position}-kpi": "nps",
            f"question-{nps.position}-excluded": nps.excluded,
        }
        question = questions["Q7ART"]
        self.assertEqual(set(question.excluded.split("; ")), {"0", "6"})
        data[f"question-{question.position}-kpi"] = "csat"
        data[f"question-{question.position}-excluded"] = question.excluded
        data[f"question-{question.position}-touchpoint"] = "Shop"
        self.assertEqual(self.post_mapping(import_, data).status_code, 302)
        self.started(self.work(import_))

        scores = Counter(int(row["NETPRO"]) for row in self.rows if row["NETPRO"].strip().isdigit())
        promoters, passives = scores[9] + scores[10], scores[7] + scores[8]
        detractors = sum(scores[score] for score in range(7))
        n = promoters + passives + detractors
        excluded = len(self.rows) - n
        self.assertEqual((len(self.rows), excluded), (2831, 85))
        self.assertEqual(self.totals(self.desk, "nps"), (n, promoters - detractors, n, 85))
        squares = sum(Observation.objects.filter(column="NETPRO").values_list("sum_squares", flat=True))
        value, low, high = interval("nps", n, promoters - detractors, n, squares)
        self.assertAlmostEqual(value, 100 * (promoters - detractors) / n)
        shown = next(row for row in import_.preview["values"] if row["kpi"] == "nps")
        self.assertEqual((shown["value"], shown["low"], shown["high"]), (value, low, high))

        answers = Counter(row["Q7ART"].strip() for row in self.rows)
        valid = sum(answers[str(score)] for score in range(1, 6))
        satisfied = answers["4"] + answers["5"]
        self.assertEqual(self.totals(self.shop, "csat"), (valid, satisfied, valid, len(self.rows) - valid))
        self.assertEqual(import_.rejected_count, 0)
        self.refresh()
        days = {int(row["INTDATE"]) for row in self.rows}
        self.assertEqual(Rollup.objects.count(), 2 * len(days))

        again = self.imported(self.path.read_bytes(), self.path.name, **data)
        self.assertEqual(self.counters(again), (0, 0, 2 * 2831, 0))


def _title(row: dict[str, str]) -> str:
    return " ".join(row["Page title and screen class"].split()).casefold()
