"""What each kind of tile says, and that twenty of them cost what two do."""

import datetime as dt

from cxmap.history.models import Change
from cxmap.lib import formats
from dashboards.models import Tile
from dashboards.services import boards
from journeys.services import cards
from journeys.services.journeys import journey_create
from kpis.models import Binding, Flag, Kpi, KpiState, Rollup, State
from kpis.services import binding_create
from tests.dashboards.base import MONDAY, BoardTestCase


class KpiTileTests(BoardTestCase):
    def test_of_a_touchpoint_it_says_what_every_screen_says(self) -> None:
        self.tile("kpi", 3, subject=f"binding:{self.binding.pk}")
        page = self.client.get(self.url)
        for text in ("Payment page › Purchase rate", "1.37%", "14,000 visits", "target ≥ 1.8%", "for 2 weeks", "▼"):
            self.assertContains(page, text)
        self.assertContains(page, f'href="{self.touchpoint.get_absolute_url()}" data-drawer')

    def test_over_touchpoints_the_counts_are_added(self) -> None:
        self.measured(
            self.touchpoint_in("sales", "Basket"), "purchase-rate", n=10, numerator=1, denominator=10, sum_squares=1
        )
        other = self.touchpoint_in("marketing", "Banner")
        self.measured(other, "purchase-rate", n=90, numerator=27, denominator=90, sum_squares=27)
        kpi = Kpi.objects.get(workspace=self.workspace, code="purchase-rate")
        self.tile("kpi", 3, subject=f"kpi:{kpi.pk}")
        (data,) = self.shown()
        rows = Rollup.objects.filter(day__gte=self.last_monday, day__lt=self.last_monday + dt.timedelta(days=7))
        total, hits = sum(row.n for row in rows), sum(row.numerator for row in rows)
        self.assertEqual(data.value_text, formats.percent(hits / total))
        self.assertIn(formats.whole(total), data.base_text)
        self.assertEqual((data.code, data.state_text), (State.WORSE, "getting worse on 1 touchpoint of 3"))
        (data,) = self.shown(category="marketing")
        self.assertEqual(data.value_text, "30.0%")
        (data,) = self.shown(category="service")
        self.assertEqual((data.head.title, data.value_text), ("Purchase rate", "—"))
        self.assertIn("by the filters", data.head.empty)

    def test_no_data_is_never_shown_as_good(self) -> None:
        touchpoint = self.touchpoint_in("sales", "Basket")
        binding = binding_create(
            touchpoint=touchpoint, kpi=Kpi.objects.get(workspace=self.workspace, code="csat"), actor=self.ed
        )
        self.tile("kpi", 3, subject=f"binding:{binding.pk}")
        self.tile("kpi", 3, subject=f"kpi:{binding.kpi_id}")
        for data in self.shown():
            self.assertEqual((data.value_text, data.code, data.mark), ("—", State.NO_DATA, "○"))

    def test_what_is_gone_says_what_to_do(self) -> None:
        self.tile("kpi", 3, subject=f"binding:{self.binding.pk}")
        self.tile("kpi", 3, subject="nonsense")
        Binding.objects.update(deleted_at="2026-01-01T00:00Z")
        for data in self.shown():
            self.assertIn("no longer bound", data.head.empty)

    def test_a_chosen_period_changes_the_value_and_says_whose_state_it_is(self) -> None:
        self.tile("kpi", 3, subject=f"binding:{self.binding.pk}")
        start = MONDAY - dt.timedelta(days=70)
        (data,) = self.shown(period=f"{start}/{start + dt.timedelta(days=6)}")
        self.assertEqual((data.value_text, data.code), ("1.93%", State.WORSE))
        self.assertIn("state of 9–15 Nov", data.head.note)

    def test_a_subject_of_another_workspace_is_no_choice(self) -> None:
        foreign = Kpi.objects.filter(workspace=self.elsewhere).first()
        data = {"subject": f"kpi:{foreign.pk}", "width": "3"}
        self.assertEqual(self.client.post(f"{self.url}tiles/new/?kind=kpi", data).status_code, 422)
        tile = self.tile("kpi", 3, subject=f"kpi:{foreign.pk}")
        self.assertEqual(self.shown()[0].value_text, "—")
        self.assertEqual(tile.workspace, self.workspace)


class OtherTileTests(BoardTestCase):
    def test_a_trend_draws_and_lists_the_same_numbers(self) -> None:
        self.tile("trend", subject=f"binding:{self.binding.pk}", length="year")
        page = self.client.get(self.url)
        self.assertContains(page, "data-chart")
        (data,) = [shown.data for shown in page.context["page"].shown]
        drawn = next(trace for trace in data.figure["data"] if trace["name"] == "Purchase rate")
        listed = {row.start.isoformat(): row.value for row in data.rows if not row.running}
        self.assertEqual(dict(zip(drawn["x"], drawn["y"], strict=True)), {k: v * 100 for k, v in listed.items()})
        self.assertAlmostEqual(data.figure["layout"]["shapes"][0]["y0"], 1.8)

    def test_nps_groups_come_from_the_answers_and_can_be_shown_alone(self) -> None:
        touchpoint = self.touchpoint_in("service", "After-sale survey")
        histogram = {"10": 3, "9": 2, "8": 2, "7": 1, "6": 1, "0": 1}
        self.measured(touchpoint, "nps", days=2, n=12, numerator=3, denominator=12, sum_squares=7, histogram=histogram)
        kpi = Kpi.objects.get(workspace=self.workspace, code="nps")
        self.tile("nps", kpi=str(kpi.pk))
        (data,) = self.shown()
        self.assertEqual([group.count for group in data.groups], [10, 10, 4])
        self.assertEqual(data.value_text, "+25")
        self.assertIn("4 answers are not known", data.unknown_text)
        page = self.client.get(self.url, {"nps": "detractor"})
        self.assertContains(page, "chip--removable")
        (data,) = [shown.data for shown in page.context["page"].shown]
        self.assertEqual([score.score for score in data.scores if score.shown], list(range(7)))
        self.assertEqual([group.key for group in data.groups if group.shown], ["detractor"])

    def test_categories_add_counts_of_one_kpi_only(self) -> None:
        kpi = Kpi.objects.get(workspace=self.workspace, code="csat")
        for name, hits in (("Chat", 5), ("Desk", 9)):
            self.measured(self.touchpoint_in("service", name), "csat", n=10, numerator=hits, denominator=10)
        self.measured(self.touchpoint_in("sales", "Till"), "ces", n=10, numerator=50, denominator=10)
        self.tile("categories", kpi=str(kpi.pk))
        (data,) = self.shown()
        self.assertEqual(
            [(row.category.code, row.touchpoints, row.value_text) for row in data.rows], [("service", 2, "70.0%")]
        )
        self.assertEqual(data.rows[0].point.n, 140)

    def test_what_hurts_counts_what_is_unknown_beside_it(self) -> None:
        csat = Kpi.objects.get(workspace=self.workspace, code="csat")
        binding_create(touchpoint=self.touchpoint, kpi=csat, actor=self.ed)
        self.tile("worst", rows=5)
        page = self.client.get(self.url)
        self.assertContains(page, f"/flags/{self.flag.pk}/")
        self.assertContains(page, "1 without enough data")
        Flag.objects.all().delete()
        KpiState.objects.all().delete()
        self.assertContains(self.client.get(self.url), "nothing can be said of what hurts")

    def test_what_hurts_counts_dismissed_signals(self) -> None:
        """Someone said that it is no problem; that it is worse than before stays proven."""
        self.tile("worst", rows=5)
        self.assertNotContains(self.client.get(self.url), "dismissed")
        Flag.objects.update(status="refused", reason="A promotion")
        page = self.client.get(self.url)
        self.assertContains(page, "No open signal.")
        self.assertContains(page, "1 dismissed signal")
        self.assertNotContains(page, "provably")

    def test_coverage_counts_touchpoints(self) -> None:
        self.touchpoint_in("sales", "Basket")
        self.tile("coverage")
        (data,) = self.shown()
        total = data.total
        self.assertEqual((total.touchpoints, total.with_kpi, total.with_data, total.with_target), (2, 1, 1, 1))
        self.assertEqual(total.kpi_text, "1 (50%)")

    def test_the_funnel_of_a_journey_and_one_that_is_gone(self) -> None:
        self.tile("funnel", journey=str(self.journey.pk))
        (data,) = self.shown()
        self.assertIn("No funnel to draw yet", data.head.empty)
        self.tile("funnel", journey="x")
        self.assertIn("is gone", self.shown()[1].head.empty)

    def test_words_are_never_markup(self) -> None:
        self.tile("text", text="<b>No</b>\n\nSecond", title="")
        page = self.client.get(self.url)
        self.assertContains(page, "<p>&lt;b&gt;No&lt;/b&gt;</p>")
        self.assertContains(page, "<p>Second</p>")

    def test_a_cited_figure_always_carries_its_label(self) -> None:
        self.tile("reference", 4, figure="walker")
        page = self.client.get(self.url)
        self.assertContains(page, "86%")
        self.assertContains(page, "cited by the guide, not verified")

    def test_filters_stand_in_the_address_and_come_off(self) -> None:
        self.tile("coverage")
        boards.dashboard_update(dashboard=self.dashboard, actor=self.ed, journey=self.journey)
        page = self.client.get(self.url)
        self.assertContains(page, "journey: Buying")
        self.assertContains(page, "?journey=all")
        self.assertIn("No touchpoint here", self.shown()[0].head.empty)
        self.assertEqual(self.shown(journey="all")[0].total.touchpoints, 1)


class GrowthTests(BoardTestCase):
    def test_twenty_tiles_of_a_kind_cost_what_two_do(self) -> None:
        self.on_map(3)
        self.more(3)
        nps = self.touchpoint_in("service", "Survey")
        self.measured(nps, "nps", n=12, numerator=3, denominator=12, sum_squares=7, histogram={"9": 12})
        kpi = Kpi.objects.get(workspace=self.workspace, code="purchase-rate")
        binding_ids = list(Binding.objects.filter(kpi=kpi).values_list("pk", flat=True))
        settings = {
            "kpi": lambda number: {
                "subject": f"kpi:{kpi.pk}" if number % 2 else f"binding:{binding_ids[number % len(binding_ids)]}"
            },
            "trend": lambda number: (
                {"subject": f"binding:{binding_ids[number % len(binding_ids)]}"}
                if number % 2
                else {"subject": f"kpi:{kpi.pk}"}
            ),
            "nps": lambda _number: {"kpi": str(nps.bindings.get().kpi_id)},
            "categories": lambda _number: {"kpi": str(kpi.pk)},
            "worst": lambda _number: {"rows": 5},
            "coverage": lambda _number: {},
            "freshness": lambda _number: {},
            "funnel": lambda _number: {"journey": str(self.journey.pk)},
            "text": lambda _number: {"text": "x"},
            "reference": lambda _number: {"figure": "walker"},
        }
        for kind, of in settings.items():
            with self.subTest(kind=kind):
                tiles = [self.tile(kind, **of(number)) for number in range(2)]
                few = self.query_count(self.url)
                tiles += [self.tile(kind, **of(number)) for number in range(18)]
                self.assertEqual(self.query_count(self.url), few)
                type(tiles[0]).objects.filter(pk__in=[tile.pk for tile in tiles]).delete()


class MergeTests(BoardTestCase):
    def test_tiles_follow_a_merge_of_touchpoints(self) -> None:
        basket = self.touchpoint_in("sales", "Basket")
        self.measured(basket, "purchase-rate", numerator=5, denominator=100, n=100)
        other = binding_create(
            touchpoint=self.touchpoint, kpi=Kpi.objects.get(workspace=self.workspace, code="csat"), actor=self.ed
        )
        own, kept = f"binding:{self.binding.pk}", f"binding:{basket.bindings.get().pk}"
        ended = self.tile("kpi", 3, subject=own, title="Ours")
        pooled = self.tile("kpi", 3, subject=f"kpi:{self.binding.kpi_id}")
        moved = self.tile("trend", subject=f"binding:{other.pk}")
        removed = self.tile("trend", subject=own)
        boards.tile_delete(tile=removed, actor=self.ed)
        url = f"/touchpoints/{self.touchpoint.pk}/merge/"
        page = self.client.get(url, {"into": str(basket.pk)})
        self.assertContains(page, "1 tile of a dashboard shows “Basket” from then on.")
        self.client.post(url, {"into": str(basket.pk), "sure": "1"})
        subjects = [Tile.objects.get(pk=one.pk).settings["subject"] for one in (ended, pooled, moved, removed)]
        self.assertEqual(subjects, [kept, f"kpi:{self.binding.kpi_id}", f"binding:{other.pk}", kept])
        self.assertEqual(Tile.objects.get(pk=ended.pk).settings["title"], "Ours")
        self.assertEqual([data.head.empty for data in self.shown()[:1]], [""])
        rows = Change.objects.get(action="touchpoint.merged").rows
        self.assertEqual(
            {row["pk"] for row in rows if row["model"] == "dashboards.tile"}, {str(ended.pk), str(removed.pk)}
        )


class FunnelCountTests(BoardTestCase):
    def test_funnels_of_several_journeys_are_read_together(self) -> None:
        cards.card_add(lane=self.lane("touchpoints"), step=self.steps()[0], actor=self.ed, touchpoint=self.touchpoint)
        self.tile("funnel", journey=str(self.journey.pk))
        few = self.query_count(self.url)
        for number in range(4):
            made = journey_create(workspace=self.workspace, actor=self.ed, name=f"J{number}", no_persona_yet=True)
            self.tile("funnel", journey=str(made.pk))
        self.assertEqual(self.query_count(self.url), few)
