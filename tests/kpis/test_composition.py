"""The parts of a value in the drawer: segments, dimensions, and the mix shift that no page is guilty of."""

from datetime import timedelta

from django.urls import reverse

from kpis.models import Binding, Kpi, KpiState
from kpis.selectors.composition import compositions
from kpis.services import binding_create, observations_write, rollups_refresh, states_evaluate
from personas.models import Segment
from tests.kpis.base import KpiTestCase, drain, row
from tests.kpis.test_states_evaluate import MONDAY, at, week


class CompositionTest(KpiTestCase):
    binding: Binding

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        Segment.objects.create(workspace=cls.workspace, code="new", name="New customers")

    def judged(self, *, mobile_share: float, desktop: float = 0.06, segment: str = "") -> KpiState:
        """Write ten weeks by device; in the last two the share of mobile visits and the desktop rate are as given."""
        rows = []
        for number in range(70):
            late = number >= 56
            share = mobile_share if late else 0.3
            for device, part, rate in (("mobile", share, 0.02), ("desktop", 1 - share, desktop if late else 0.06)):
                visits = round(1000 * part)
                successes = round(visits * rate * (1 + (number * 2 % 5 - 2) * 0.03))
                rows.append(
                    row(
                        len(rows),
                        day=MONDAY + timedelta(days=number),
                        numerator=successes,
                        denominator=visits,
                        dimensions=f'{{"device":"{device}"}}',
                        segment=segment if device == "mobile" else "",
                    )
                )
        observations_write(workspace=self.workspace, source=self.source, rows=rows, import_id=1)
        drain(rollups_refresh)
        self.binding = binding_create(touchpoint=self.shop, kpi=self.ctr, actor=self.ana)
        states_evaluate(workspace=self.workspace, now=at(week(10)))
        return KpiState.objects.filter(binding=self.binding).latest("period_start")

    def test_a_mix_shift_is_named_in_the_drawer(self) -> None:
        state = self.judged(mobile_share=0.6)
        self.assertEqual(state.state, "worse")
        (found,) = compositions([(self.binding, state)])[self.binding.pk]
        self.assertEqual((found.axis, [part.label for part in found.parts]), ("device", ["mobile", "desktop"]))
        self.assertIn("“mobile” went from 30% to 60% of the base", found.mix_shift)
        self.assertFalse(any(part.is_worse for part in found.parts))
        self.client.force_login(self.vi)
        page = self.client.get(reverse("kpis:flag-detail", args=[self.binding.flags.get().pk]))
        self.assertContains(page, "Mix shift")

    def test_a_part_that_worsens_is_marked_and_nothing_is_excused(self) -> None:
        state = self.judged(mobile_share=0.3, desktop=0.03)
        (found,) = compositions([(self.binding, state)])[self.binding.pk]
        self.assertEqual({part.label: part.is_worse for part in found.parts}, {"desktop": True, "mobile": False})
        self.assertEqual(found.mix_shift, "")

    def test_rows_without_a_segment_are_a_part_of_their_own(self) -> None:
        state = self.judged(mobile_share=0.3, segment="new")
        segments, devices = compositions([(self.binding, state)])[self.binding.pk]
        self.assertEqual([part.label for part in segments.parts], ["not said", "New customers"])
        self.assertEqual([round(part.share or 0, 2) for part in segments.parts], [0.7, 0.3])
        self.assertEqual(devices.axis, "device")

    def test_two_queries_however_many(self) -> None:
        state = self.judged(mobile_share=0.3, segment="new")
        with self.assertNumQueries(2):
            compositions([(self.binding, state)])
        with self.assertNumQueries(2):
            compositions([(self.binding, state)] * 3)

    def test_no_parts_nothing_to_show(self) -> None:
        observations_write(
            workspace=self.workspace,
            source=self.source,
            rows=[row(n, day=MONDAY + timedelta(days=n)) for n in range(70)],
        )
        drain(rollups_refresh)
        binding = binding_create(touchpoint=self.shop, kpi=self.ctr, actor=self.ana)
        states_evaluate(workspace=self.workspace, now=at(week(10)))
        state = KpiState.objects.filter(binding=binding).latest("period_start")
        self.assertEqual(compositions([(binding, state)]), {binding.pk: []})

    def test_a_ratio_shows_values_and_shares_only(self) -> None:
        """Its squares are those of orders, not of answers: no interval and no mark is better than a wrong one."""
        cpa = Kpi.objects.get(workspace=self.workspace, code="cpa")
        rows = [
            row(
                number * 6 + unit,
                kpi="cpa",
                day=MONDAY + timedelta(days=number),
                numerator=cost * (1 + 0.1 * unit) * (2 if number >= 56 else 1),
                denominator=orders * (1 + 0.1 * unit),
                sum_squares=None,
                dimensions=f'{{"device":"{device}"}}',
            )
            for number in range(70)
            for device, cost, orders in (("mobile", 100.0, 10), ("desktop", 300.0, 30))
            for unit in range(3)
        ]
        observations_write(workspace=self.workspace, source=self.source, rows=rows, import_id=1)
        drain(rollups_refresh)
        binding = binding_create(touchpoint=self.shop, kpi=cpa, actor=self.ana, direction="lower")
        states_evaluate(workspace=self.workspace, now=at(week(10)))
        state = KpiState.objects.filter(binding=binding).latest("period_start")
        (found,) = compositions([(binding, state)])[binding.pk]
        self.assertEqual([(part.value, part.low, part.is_worse) for part in found.parts], [(20.0, None, False)] * 2)
        self.assertEqual(found.mix_shift, "")
