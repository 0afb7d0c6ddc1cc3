"""Behaviour beside opinion at a step (A59), and how many go on from step to step (A16)."""

import datetime as dt
from types import SimpleNamespace

from django.utils import translation

from journeys.models import Card, JourneyPersona
from journeys.picture import draft_of
from journeys.services import cards
from kpis.models import Binding, Kpi, KpiState, Rollup, Series
from kpis.selectors.funnel import funnel
from kpis.selectors.steps import sentence_of
from kpis.services import binding_create
from personas.services import persona_create
from tests.kpis.test_pages import MONDAY, KpiPagesTestCase
from touchpoints.models import Touchpoint
from touchpoints.services import touchpoint_create


class StepFiguresTests(KpiPagesTestCase):
    def ask(self, state: str) -> None:
        """Bind CSAT to the payment page, judged for the last closed week."""
        csat = Kpi.objects.get(workspace=self.workspace, code="csat")
        binding = binding_create(touchpoint=self.touchpoint, kpi=csat, actor=self.ed)
        KpiState.objects.create(
            workspace=self.workspace, binding=binding, period_start=MONDAY, period_end=MONDAY + dt.timedelta(days=6),
            state=state, n=400, numerator=340, denominator=400, value=0.85, low=0.81, high=0.88, minimum_n=30,
        )  # fmt: skip

    def get(self, **headers: str):
        self.client.force_login(self.vi)
        return self.client.get(f"/steps/{self.steps()[3].pk}/figures/", headers=headers)

    def test_both_kinds_stand_side_by_side_and_a_sentence_says_how_they_agree(self) -> None:
        self.on_map(3)
        self.ask("on_target")
        page = self.get()
        html = page.content.decode()
        counted, told = html.index("What customers do"), html.index("What customers say")
        self.assertTrue(counted < html.index("1.37%") < told < html.index("85.0%"))
        self.assertContains(
            page, "Those who answered are satisfied, but behaviour says otherwise: who left was not asked."
        )

    def test_without_answers_it_says_that_nobody_was_asked(self) -> None:
        self.on_map(3)
        self.assertContains(self.get(), "Nobody was asked at this step: what customers feel here is unknown.")

    def test_a_step_without_touchpoint_is_unknown_and_the_drawer_is_a_fragment(self) -> None:
        page = self.get(**{"HX-Request": "true"})
        self.assertContains(page, "nothing is known of it")
        self.assertNotContains(page, "<html")

    def test_unknown_is_never_good(self) -> None:
        def views(*codes: str) -> list[SimpleNamespace]:
            return [SimpleNamespace(code=code) for code in codes]

        with translation.override("en"):
            for counted, told, begins in (
                (["on_target"], ["better"], "Behaviour and opinion agree: nothing hurts"),
                (["on_target", "no_data"], ["better"], "Behaviour and opinion do not both allow"),
                (["on_target"], ["watch"], "Behaviour and opinion do not both allow"),
                (["worse", "on_target"], ["off_target"], "Behaviour and opinion agree: it hurts"),
                (["better"], ["worse"], "Customers go on, but are not satisfied"),
                (["no_data"], ["worse"], "Customers say that it hurts here"),
                (["off_target"], ["no_data"], "Behaviour says that it hurts here"),
                ([], ["on_target"], "Customers were asked, but nothing is counted"),
            ):
                with self.subTest(counted=counted, told=told):
                    self.assertTrue(sentence_of(views(*counted), views(*told)).startswith(begins))  # type: ignore[arg-type]

    def test_the_mark_of_a_step_opens_it_on_the_map_but_not_on_a_shared_one(self) -> None:
        self.on_map(3)
        self.client.force_login(self.vi)
        page = self.client.get(self.journey.get_absolute_url())
        self.assertContains(page, f'href="/steps/{self.steps()[3].pk}/figures/" data-drawer')
        page = self.client.get(self.journey.get_absolute_url(), {"period": "2026-11-09/2026-11-15"})
        figures = f"/steps/{self.steps()[3].pk}/figures/?period=2026-11-09/2026-11-15"
        self.assertContains(page, f'href="{figures}" data-drawer')
        self.assertContains(
            self.client.get(figures), f"{self.journey.get_absolute_url()}funnel/?period=2026-11-09/2026-11-15"
        )


class FunnelTests(KpiPagesTestCase):
    """A week: home 21,000 visits, product page 16,800, nothing at the third step, payment 14,000 and 192 purchases."""

    def page(self, name: str, column: int, kpi: str, visits: int, hits: int) -> Binding:
        touchpoint: Touchpoint = touchpoint_create(
            workspace=self.workspace, actor=self.ed, name=name, category=self.touchpoint.category,
            channel=self.touchpoint.channel,
        )  # fmt: skip
        found = Kpi.objects.get(workspace=self.workspace, code=kpi)
        binding = binding_create(touchpoint=touchpoint, kpi=found, actor=self.ed)
        series = Series.objects.create(workspace=self.workspace, touchpoint=touchpoint, kpi=found)
        for day in range(7):
            Rollup.objects.create(
                workspace_id=self.workspace.pk, series_id=series.pk, day=MONDAY + dt.timedelta(days=day),
                n=visits // 7, numerator=hits / 7, denominator=visits / 7, sum_squares=hits / 7,
            )  # fmt: skip
        cards.card_add(lane=self.lane("touchpoints"), step=self.steps()[column], actor=self.ed, touchpoint=touchpoint)
        return binding

    def setUp(self) -> None:
        self.page("Home page", 0, "bounce-rate", 21_000, 9_000)
        self.page("Landing", 0, "bounce-rate", 7_000, 1_000)
        self.page("Product page", 1, "add-to-cart-rate", 16_800, 1_400)
        self.on_map(3)  # the payment page: 14,000 visits in the week

    def test_counts_shares_intervals_losses_and_the_outcome(self) -> None:
        found = funnel(draft_of(self.journey), today=MONDAY + dt.timedelta(days=14))
        rows = {row.name: row for row in found.rows}
        steps = self.steps()
        self.assertEqual(found.unit, "visits")
        home, product, basket, payment = (rows[steps[at].name] for at in range(4))
        self.assertEqual([home.count, product.count, basket.count, payment.count], [21_000, 16_800, None, 14_000])
        self.assertEqual(home.source, "Home page › Bounce rate")
        self.assertAlmostEqual(product.kept or 0, 0.8)
        # Wilson interval of 16,800 of 21,000 and of 14,000 of 16,800, by hand.
        self.assertAlmostEqual(product.low or 0, 0.794535, places=5)
        self.assertAlmostEqual(product.high or 0, 0.805356, places=5)
        self.assertEqual((product.lost, payment.lost), (4_200, 2_800))
        self.assertEqual((product.against, payment.against), (None, 2))
        outcome = found.rows[-1]
        self.assertEqual((outcome.number, outcome.name, outcome.count), (None, "visits with a purchase", 192))
        self.assertEqual(found.worst, product)

    def test_a_way_of_a_branch_is_no_loss_and_what_follows_is_compared_with_what_stood_before(self) -> None:
        steps = self.steps()
        type(steps[1]).objects.filter(pk=steps[1].pk).update(branch="Payment", path="card")
        found = funnel(draft_of(self.journey), today=MONDAY + dt.timedelta(days=14))
        way, payment = found.rows[1], found.rows[3]
        self.assertEqual((way.aside, way.kept, way.lost), (True, None, None))
        self.assertEqual((payment.lost, found.worst), (7_000, payment))

    def test_more_than_before_says_no_share(self) -> None:
        self.page("Campaign page", 2, "bounce-rate", 35_000, 1_400)
        found = funnel(draft_of(self.journey), today=MONDAY + dt.timedelta(days=14))
        campaign = next(row for row in found.rows if row.count == 35_000)
        self.assertEqual((campaign.kept, campaign.lost, campaign.grew), (None, None, True))

    def test_the_page_names_the_greatest_loss_and_what_is_not_counted(self) -> None:
        self.client.force_login(self.vi)
        page = self.client.get(f"/journeys/{self.journey.pk}/funnel/")
        self.assertContains(page, "4,200 of 21,000 visits do not go on (20%)")
        self.assertContains(page, "not counted in visits")
        self.assertContains(page, "of step 2", 1)

    def test_of_a_persona_only_what_it_meets_is_counted(self) -> None:
        ines, claire = (
            persona_create(workspace=self.workspace, actor=self.ed, name=name) for name in ("Inès", "Claire")
        )
        for rank, persona in enumerate((ines, claire)):
            JourneyPersona.objects.create(workspace=self.workspace, journey=self.journey, persona=persona, rank=rank)
        Card.objects.filter(touchpoint__name="Home page").update(persona=claire)
        self.client.force_login(self.vi)
        address = f"/journeys/{self.journey.pk}/funnel/"
        for persona, first in ((claire, 21_000), (ines, 7_000)):
            page = self.client.get(address, {"persona": persona.pk})
            self.assertEqual(page.context["funnel"].rows[0].count, first)
            self.assertContains(page, f"touchpoints of {persona.name}")
        stranger = self.client.get(address, {"persona": self.journey.pk})
        self.assertEqual(stranger.context["funnel"].rows[0].count, 21_000)

    def test_a_chosen_period_keeps_what_comes_along_from_other_views(self) -> None:
        self.client.force_login(self.vi)
        kept = {"fold": "L-002", "zoom": "80", "hidden": "shown"}
        page = self.client.get(f"/journeys/{self.journey.pk}/funnel/", kept)
        for name, value in kept.items():
            self.assertContains(page, f'<input type="hidden" name="{name}" value="{value}">')

    def test_nothing_counted_is_said_and_queries_do_not_grow(self) -> None:
        self.client.force_login(self.vi)
        before = self.query_count(f"/journeys/{self.journey.pk}/funnel/")
        self.more(4)
        self.assertEqual(self.query_count(f"/journeys/{self.journey.pk}/funnel/"), before)
        self.journey.steps.update(hidden=True)
        page = self.client.get(f"/journeys/{self.journey.pk}/funnel/")
        self.assertContains(page, "No funnel to draw yet")
