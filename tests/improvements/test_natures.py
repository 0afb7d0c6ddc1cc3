"""The nature of a pain point: proposed from its KPI, page and category, corrected by people."""

from improvements.models import Nature, Pain
from improvements.natures import RULES, nature_for
from kpis.catalogue import CATALOGUE
from kpis.models import Binding, Flag, Kpi, KpiState
from kpis.services import binding_create
from tests.improvements.test_improvements import ImprovementsTestCase


class RuleTests(ImprovementsTestCase):
    def test_each_kpi_of_a_rule_is_in_the_catalogue(self) -> None:
        codes = {definition.code for definition in CATALOGUE}
        self.assertEqual(set().union(*(rule.kpis for rule in RULES)) - codes, set())

    def test_kpi_page_and_category_decide(self) -> None:
        expected = [
            ("bounce-rate", "sales", "website", Nature.ERGONOMICS, Nature.CONTENT),
            ("bounce-rate", "marketing", "blog", Nature.CONTENT, Nature.ERGONOMICS),
            ("response-time", "service", "chat", Nature.WAITING, None),
            ("cart-abandonment", "sales", "website", Nature.PRICE, Nature.ERGONOMICS),
            ("purchase-rate", "sales", "shop", Nature.PRICE, Nature.RELATION),
            ("csat", "service", "chat", Nature.RELATION, None),
            ("csat", "product", "packaging", Nature.QUALITY, None),
        ]
        for kpi, category, channel, nature, also in expected:
            with self.subTest(kpi=kpi, channel=channel):
                found = nature_for(kpi=kpi, category=category, channel=channel)
                assert found is not None
                self.assertEqual((found.nature, found.also), (nature, also))
                self.assertTrue(found.reason)
        self.assertIsNone(nature_for(kpi="roas", category="marketing", channel="sem"))


class ProposalTests(ImprovementsTestCase):
    def setUp(self) -> None:
        self.client.force_login(self.ed)
        self.add = f"{self.url}pains/add/"

    def signal(self, code: str) -> Flag:
        kpi = Kpi.objects.get(workspace=self.workspace, code=code)
        binding = binding_create(touchpoint=self.touchpoint, kpi=kpi, actor=self.ed, direction="lower")
        return Flag.objects.create(workspace=self.workspace, binding=binding, kind="worse", opened_period="2026-11-09")

    def post(self, **data: object) -> Pain:
        self.client.post(self.add, {"title": "Too slow", "kind": "pain", **data})
        return Pain.objects.latest("created_at")

    def test_a_signal_proposes_a_nature_with_its_reason(self) -> None:
        page = self.client.get(self.add, {"flag": self.signal("bounce-rate").pk})
        self.assertContains(page, '<option value="ergonomics" selected>')
        self.assertContains(page, "Proposed: ergonomics, perhaps content.")
        self.assertContains(page, "A high bounce rate on a page points to its ergonomics")

    def test_the_pain_keeps_whether_it_was_proposed_or_chosen(self) -> None:
        flag = self.signal("response-time")
        kept = self.post(flag=flag.pk, nature="waiting", proposed="waiting")
        self.assertEqual((kept.nature, kept.nature_origin), ("waiting", "proposed"))
        chosen = self.post(flag=flag.pk, nature="content", proposed="waiting")
        self.assertEqual((chosen.nature, chosen.nature_origin), ("content", "chosen"))
        self.assertEqual(self.post(nature="", proposed="waiting").nature_origin, "")
        self.assertEqual(self.post(nature="price").nature_origin, "chosen")
        self.assertEqual(self.post(nature="price", proposed="nothing").pk, Pain.objects.latest("created_at").pk)

    def test_correcting_it_makes_it_a_choice_and_other_edits_do_not(self) -> None:
        pain = self.post(flag=self.signal("response-time").pk, nature="waiting", proposed="waiting")
        self.assertContains(self.client.get(f"/pains/{pain.pk}/"), "nobody has chosen it yet")
        data = {"title": "Slow answers", "kind": "pain", "nature": "waiting", "revision": 1}
        self.client.post(f"/pains/{pain.pk}/", data)
        pain.refresh_from_db()
        self.assertEqual((pain.title, pain.nature_origin), ("Slow answers", "proposed"))
        self.client.post(f"/pains/{pain.pk}/", {**data, "nature": "relation", "revision": 2})
        pain.refresh_from_db()
        self.assertEqual((pain.nature, pain.nature_origin), ("relation", "chosen"))
        self.assertNotContains(self.client.get(f"/pains/{pain.pk}/"), "nobody has chosen it yet")

    def test_a_touchpoint_proposes_by_its_worst_kpi(self) -> None:
        waiting = self.signal("waiting-time").binding
        for binding, state in ((self.binding, "on_target"), (waiting, "worse")):
            KpiState.objects.create(
                workspace=self.workspace,
                binding=binding,
                period_start="2026-11-09",
                period_end="2026-11-15",
                state=state,
            )
        page = self.client.get(self.add, {"touchpoint": self.touchpoint.pk})
        self.assertContains(page, '<option value="waiting" selected>')
        Binding.objects.all().delete()
        self.assertNotContains(self.client.get(self.add, {"touchpoint": self.touchpoint.pk}), "Proposed:")

    def test_a_touchpoint_of_another_workspace_proposes_nothing(self) -> None:
        self.client.force_login(self.otto)
        url = f"/w/{self.elsewhere.slug}/improvements/pains/add/"
        self.assertNotContains(self.client.get(url, {"touchpoint": self.touchpoint.pk}), "Proposed:")
