"""Values and states of a part of the customers: on the dashboard, in the matrix, by the API."""

from datetime import timedelta
from unittest import mock

from django.urls import reverse

from cxmap.workspaces.services import token_create
from kpis.models import Binding
from kpis.parts import Part, part_choices, part_of
from kpis.selectors.bindings import binding_views
from kpis.services import binding_create, observations_write, rollups_refresh, states_evaluate, target_set
from personas.models import Segment
from tests.kpis.base import KpiTestCase, drain, row
from tests.kpis.test_states_evaluate import MONDAY, at, week


class PartsTest(KpiTestCase):
    """Ten weeks; in the last two, mobile conversion falls from 6 to 3 %, desktop stays at 6 %."""

    binding: Binding

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.segment = Segment.objects.create(workspace=cls.workspace, code="new", name="New customers")
        rows = []
        for number in range(70):
            for device in ("mobile", "desktop"):
                rate = 0.03 if device == "mobile" and number >= 56 else 0.06
                rows.append(
                    row(
                        len(rows),
                        day=MONDAY + timedelta(days=number),
                        numerator=round(900 * rate * (1 + (number * 2 % 5 - 2) * 0.03)),
                        denominator=900,
                        dimensions=f'{{"device":"{device}"}}',
                        segment="new" if device == "mobile" else "",
                    )
                )
        observations_write(workspace=cls.workspace, source=cls.source, rows=rows, import_id=1)
        drain(rollups_refresh)
        cls.binding = binding_create(touchpoint=cls.shop, kpi=cls.ctr, actor=cls.ana)
        target_set(binding=cls.binding, value=0.05, actor=cls.ana)
        states_evaluate(workspace=cls.workspace, now=at(week(10)))

    def setUp(self) -> None:
        self.client.force_login(self.vi)
        for place in ("kpis.views.dashboard.timezone.localdate", "kpis.views.matrix.timezone.localdate"):
            clock = mock.patch(place, return_value=week(10))
            clock.start()
            self.addCleanup(clock.stop)

    def view(self, part: Part) -> tuple[str, int, float]:
        bindings = list(Binding.objects.filter(pk=self.binding.pk).select_related("kpi", "touchpoint"))
        (found,) = binding_views(bindings, today=week(10), part=part)
        return found.code, found.n, round(found.value or 0, 3)

    def test_a_part_is_judged_on_its_own(self) -> None:
        self.assertEqual(self.view(Part(dimensions={"device": ("mobile",)})), ("worse", 6300, 0.03))
        self.assertEqual(self.view(Part((self.segment.pk,))), ("worse", 6300, 0.03))
        self.assertEqual(self.view(Part(dimensions={"device": ("desktop",)})), ("on_target", 6300, 0.06))
        self.assertEqual(self.view(Part(dimensions={"device": ("fridge",)})), ("no_data", 0, 0))

    def test_nothing_is_kept(self) -> None:
        before = list(self.binding.states.values()), self.binding.flags.count()
        self.view(Part(dimensions={"device": ("desktop",)}))
        self.assertEqual((list(self.binding.states.values()), self.binding.flags.count()), before)

    def test_addresses(self) -> None:
        self.assertEqual(part_of(self.workspace, "segment:new").segments, (self.segment.pk,))  # type: ignore[union-attr]
        self.assertEqual(part_of(self.workspace, "device=mobile").dimensions, {"device": ("mobile",)})  # type: ignore[union-attr]
        for nothing in ("", "segment:nobody", "device", "=x", "device=", "x" * 500 + "=y"):
            self.assertIsNone(part_of(self.workspace, nothing))
        self.assertIsNone(part_of(self.elsewhere, "segment:new"))
        self.assertEqual(
            [[part.key for part in group.parts] for group in part_choices(self.workspace)],
            [["segment:new"], ["device=desktop", "device=mobile"]],
        )
        self.assertEqual(part_choices(self.elsewhere), [])

    def test_the_dashboard_says_whose_values_these_are(self) -> None:
        url = reverse("kpis:dashboard", args=["acme"])
        page = self.client.get(url, {"part": "device=desktop"})
        self.assertContains(page, "Values and states are those of “device: desktop”")
        self.assertContains(page, "6.0")
        self.assertNotContains(self.client.get(url), "Values and states are those of")
        self.assertContains(self.client.get(url), "New customers")

    def test_the_matrix_too(self) -> None:
        url = reverse("kpis:matrix", args=["acme"])
        page = self.client.get(url, {"part": "device=mobile", "mode": "states"})
        self.assertContains(page, 'value="device=mobile" selected')
        self.client.force_login(self.ana)
        file = self.client.get(reverse("kpis:matrix-export", args=["acme"]), {"part": "device=mobile", "format": "csv"})
        self.assertIn("-device-mobile.csv", file["Content-Disposition"])
        self.assertIn("worse", b"".join(file.streaming_content).decode())

    def test_values_by_the_api(self) -> None:
        _, text = token_create(workspace=self.workspace, user=self.ana, actor=None, role="viewer")
        asked = {"touchpoint": "shop", "kpi": "ctr", "grain": "total"}
        headers = {"authorization": f"Token {text}"}
        whole = self.client.get("/api/v1/values/", asked, headers=headers).json()["results"][0]
        part = self.client.get("/api/v1/values/", asked | {"dim:device": "mobile"}, headers=headers).json()["results"][
            0
        ]
        self.assertEqual((whole["n"], part["n"]), (126_000, 63_000))
        self.assertIsNone(part["state"])
