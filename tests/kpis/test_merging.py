"""Two touchpoints become one: maps, KPIs and measures follow, no fact is rewritten, and files with the old name still fit."""

from datetime import timedelta
from typing import Any
from unittest import mock

from django.urls import reverse

from cxmap.history.models import Change
from improvements.models import Pain
from journeys.models import Card, Lane, Step
from journeys.services.journeys import journey_create
from kpis.errors import WritesUnderWay
from kpis.models import Flag, KpiState, Observation, Rollup, Series
from kpis.services import (
    binding_create,
    observations_write,
    rollups_rebuild,
    rollups_refresh,
    states_evaluate,
    target_set,
)
from kpis.services.withdrawals import import_withdraw
from sources.services.mappings import context_of
from tests.kpis.base import DAY, KpiTestCase, by_hand, drain, rollups, row
from touchpoints.errors import MergedIntoItself, MergedTooFar
from touchpoints.merging import touchpoint_merge
from touchpoints.models import Touchpoint


class MergingTest(KpiTestCase):
    def write(self, *rows: Any, **fields: Any) -> None:
        observations_write(workspace=self.workspace, source=self.source, rows=rows, **({"import_id": 1} | fields))
        drain(rollups_refresh)

    def merge(self, touchpoint: Touchpoint, into: Touchpoint) -> None:
        touchpoint_merge(touchpoint=touchpoint, into=into, actor=self.ed)

    def total(self, touchpoint: Touchpoint) -> tuple[float, float]:
        found = Rollup.objects.filter(
            series_id__in=Series.objects.filter(touchpoint=touchpoint, kpi=self.ctr).values("pk")
        )
        return sum(one.numerator for one in found), sum(one.denominator for one in found)

    def test_measures_add_up_and_no_fact_is_rewritten(self) -> None:
        self.write(row(2, numerator=1), row(3, touchpoint="desk", numerator=4), row(4, touchpoint="desk", kpi="csat"))
        before = list(Observation.objects.order_by("pk").values())
        self.merge(self.desk, self.shop)
        self.assertEqual(list(Observation.objects.order_by("pk").values()), before)
        self.assertEqual(self.total(self.shop), (5, 20))
        self.assertEqual(self.total(self.desk), (0, 0))
        self.assertEqual(
            set(Series.objects.exclude(origin_key="").values_list("origin_key", flat=True)), {str(self.desk.pk)}
        )
        self.assertEqual(rollups(), by_hand())
        self.assertEqual(rollups_rebuild(workspace=self.workspace), 0)

    def test_a_name_replaces_only_what_came_under_it(self) -> None:
        """One file a touchpoint: the new one of shop leaves desk's rows alone, and the other way round."""
        self.write(row(2, numerator=1))
        self.write(row(2, touchpoint="desk", numerator=4), import_id=2)
        self.merge(self.desk, self.shop)
        resolve = context_of(self.workspace).catalogue.touchpoint
        self.assertEqual((resolve("desk"), resolve("Desk"), resolve("Shop")), ("desk", "desk", "shop"))
        self.write(row(2, numerator=2), import_id=3)
        self.assertEqual(self.total(self.shop), (6, 20))
        self.write(row(2, touchpoint="desk", numerator=7), import_id=4)
        self.assertEqual(self.total(self.shop), (9, 20))
        self.assertEqual(Observation.objects.count(), 2)
        self.assertEqual(rollups(), by_hand())

    def test_the_api_too(self) -> None:
        self.write(row(2, touchpoint="desk", numerator=4), import_id=None)
        self.merge(self.desk, self.shop)
        self.write(row(2, numerator=1), import_id=None)
        self.write(row(2, touchpoint="desk", numerator=5), import_id=None)
        self.assertEqual(self.total(self.shop), (6, 20))

    def test_withdrawing_after_a_merge(self) -> None:
        self.write(row(2, touchpoint="desk", numerator=4))
        self.merge(self.desk, self.shop)
        for import_id, numerator in ((2, 5), (3, 7)):
            self.write(row(2, touchpoint="desk", numerator=numerator), import_id=import_id)
        self.write(row(2, numerator=1), import_id=4)
        import_withdraw(workspace=self.workspace, source=self.source, import_id=2)
        drain(rollups_refresh)
        self.assertEqual(self.total(self.shop), (8, 20))
        import_withdraw(workspace=self.workspace, source=self.source, import_id=3)
        drain(rollups_refresh)
        self.assertEqual(self.total(self.shop), (5, 20))

    def test_a_kpi_that_is_new_under_the_old_name(self) -> None:
        self.merge(self.desk, self.shop)
        self.write(row(2, touchpoint="desk", numerator=3), row(3, numerator=1))
        self.assertEqual(self.total(self.shop), (4, 20))
        self.assertFalse(Series.objects.filter(touchpoint=self.desk).exists())

    def test_not_while_rows_are_written(self) -> None:
        """Another connection holds what every write of the workspace holds until it is committed."""
        with mock.patch("kpis.merging.try_lock", return_value=False), self.assertRaises(WritesUnderWay):
            self.merge(self.desk, self.shop)
        self.assertFalse(Touchpoint.objects.exclude(merged_into=None).exists())

    def test_an_id_is_found_again_in_the_merged_series(self) -> None:
        self.write(row(2, touchpoint="desk", external_id="a", numerator=1), row(3))
        self.merge(self.desk, self.shop)
        self.write(row(2, touchpoint="shop", external_id="a", numerator=7), import_id=2)
        self.assertEqual(Observation.objects.filter(external_id="a").count(), 1)
        self.assertEqual(self.total(self.shop), (8, 20))

    def test_chains_of_merges(self) -> None:
        self.write(*(row(n, touchpoint=name, numerator=n) for n, name in enumerate(("shop", "desk", "chat"), 1)))
        self.merge(self.desk, self.chat)
        self.merge(self.chat, self.shop)
        self.assertEqual(self.total(self.shop), (6, 30))
        self.write(row(9, touchpoint="desk", numerator=9), import_id=2)
        self.assertEqual(self.total(self.shop), (13, 30))

    def test_bindings_follow_with_their_history(self) -> None:
        shop = binding_create(touchpoint=self.shop, kpi=self.ctr, actor=self.ana)
        both = binding_create(touchpoint=self.desk, kpi=self.ctr, actor=self.ana)
        alone = binding_create(touchpoint=self.desk, kpi=self.csat, actor=self.ana)
        target_set(binding=both, value=0.2, actor=self.ana)
        flag = Flag.objects.create(workspace=self.workspace, binding=both, kind="worse", opened_period=DAY)
        self.write(*(row(n, touchpoint="desk", day=DAY + timedelta(days=n)) for n in range(7)))
        self.merge(self.desk, self.shop)
        for one in (shop, both, alone):
            one.refresh_from_db()
        self.assertEqual((shop.deleted_at, alone.touchpoint, alone.deleted_at), (None, self.shop, None))
        self.assertIsNotNone(both.deleted_at)
        self.assertEqual(shop.targets.get(ended_at=None).value, 0.2)
        states_evaluate(workspace=self.workspace)
        self.assertEqual(KpiState.objects.filter(binding=shop).exclude(n=0).get().n, 70)
        flag.refresh_from_db()
        self.assertEqual(flag.status, "closed")
        self.assertTrue(Change.objects.filter(action="flag.merged", target_id=str(flag.pk)).exists())

    def test_a_target_that_looks_the_other_way_stays_behind(self) -> None:
        shop = binding_create(touchpoint=self.shop, kpi=self.ctr, actor=self.ana, direction="lower")
        desk = binding_create(touchpoint=self.desk, kpi=self.ctr, actor=self.ana)
        target_set(binding=desk, value=0.2, actor=self.ana)
        self.merge(self.desk, self.shop)
        self.assertFalse(shop.targets.filter(ended_at=None).exists())

    def test_cards_and_pains_follow(self) -> None:
        journey, step, lane = self.a_cell()
        fields = {"workspace": self.workspace, "journey": journey, "step": step, "lane": lane}
        Card.objects.create(**fields, serial=101, touchpoint=self.shop)
        twice = Card.objects.create(**fields, serial=102, touchpoint=self.desk)
        own = Card.objects.create(**fields, serial=103, touchpoint=self.desk, text="On Saturdays only")
        pain = Pain.objects.create(
            workspace=self.workspace, journey=journey, step=step, touchpoint=self.desk, title="Slow"
        )
        self.merge(self.desk, self.shop)
        for one in (twice, own, pain):
            one.refresh_from_db()
        self.assertEqual((own.touchpoint, own.deleted_at, pain.touchpoint), (self.shop, None, self.shop))
        self.assertIsNotNone(twice.deleted_at)

    def a_cell(self) -> tuple[Any, Any, Any]:
        journey = journey_create(workspace=self.workspace, actor=self.ed, name="Buy", no_persona_yet=True)
        return journey, Step.objects.filter(journey=journey)[0], Lane.objects.filter(journey=journey)[0]

    def test_what_cannot_be_merged(self) -> None:
        with self.assertRaises(MergedIntoItself):
            self.merge(self.shop, self.shop)
        self.merge(self.desk, self.shop)
        with self.assertRaises(MergedTooFar):
            self.merge(self.desk, self.shop)

    def test_by_hand(self) -> None:
        self.write(row(2), row(3, touchpoint="desk"))
        binding_create(touchpoint=self.desk, kpi=self.ctr, actor=self.ana)
        self.client.force_login(self.ed)
        url = reverse("touchpoints:merge", args=[self.desk.pk])
        self.assertContains(self.client.get(url), "Shop")
        page = self.client.get(url, {"into": str(self.shop.pk)})
        self.assertContains(page, "goes over with its target")
        self.assertContains(page, "Measures of 1 day go over.")
        self.assertNotContains(page, "for all that was measured so far too")
        Touchpoint.objects.filter(pk=self.shop.pk).update(phase="after")
        self.assertContains(
            self.client.get(url, {"into": str(self.shop.pk)}), "Phase: “during the sale” becomes “after the sale”"
        )
        self.assertFalse(Touchpoint.objects.exclude(merged_into=None).exists())
        answer = self.client.post(url, {"into": str(self.shop.pk), "sure": "1"})
        self.assertRedirects(answer, self.shop.get_absolute_url())
        self.assertEqual(Touchpoint.objects.get(pk=self.desk.pk).merged_into, self.shop)
        old = self.client.get(self.desk.get_absolute_url())
        self.assertContains(old, "has become part of")
        self.assertNotContains(old, reverse("touchpoints:restore", args=[self.desk.pk]))

    def test_another_workspace_is_no_target(self) -> None:
        self.client.force_login(self.ed)
        foreign = Touchpoint.objects.create(
            workspace=self.elsewhere, code="x", name="X", category=self.shop.category, channel=self.shop.channel
        )
        url = reverse("touchpoints:merge", args=[self.desk.pk])
        self.assertEqual(self.client.post(url, {"into": str(foreign.pk), "sure": "1"}).status_code, 422)

    def test_a_name_that_lives_on_means_the_living(self) -> None:
        self.merge(self.desk, self.shop)
        Touchpoint.objects.filter(pk=self.chat.pk).update(name="Desk")
        self.assertEqual(context_of(self.workspace).catalogue.touchpoint("Desk"), "chat")
