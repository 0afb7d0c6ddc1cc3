"""A persona bound to data: its KPIs on the sheet, beside those of the others, and as a filter (A9)."""

import json
from datetime import timedelta
from unittest import mock

from django.urls import reverse

from cxmap.history.models import Change
from journeys.lanes import Period
from kpis.models import Kpi
from kpis.parts import Part, part_choices, part_of, part_of_persona
from kpis.selectors.bindings import binding_views, bindings_of
from kpis.selectors.persona_figures import persona_figures
from kpis.services import binding_create, observations_write, rollups_refresh
from personas.models import Persona, Segment
from personas.services import persona_create, persona_set_data
from tests.kpis.base import KpiTestCase, drain, row
from tests.kpis.test_states_evaluate import MONDAY, week


class PersonaDataTest(KpiTestCase):
    """Ten weeks: young people click at 9 %, whatever their device, older ones at 3 %; new customers are only mobile."""

    persona: Persona

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.segment = Segment.objects.create(workspace=cls.workspace, code="new", name="New customers")
        rows = []
        for number in range(70):
            for age, rate in (("18-24", 0.09), ("25-34", 0.09), ("65+", 0.03)):
                for device in ("mobile", "desktop"):
                    rows.append(
                        row(
                            len(rows),
                            day=MONDAY + timedelta(days=number),
                            numerator=100 * rate,
                            denominator=100,
                            dimensions=json.dumps({"age": age, "device": device}),
                            segment="new" if device == "mobile" else "",
                        )
                    )
        observations_write(workspace=cls.workspace, source=cls.source, rows=rows, import_id=1)
        drain(rollups_refresh)
        cls.binding = binding_create(touchpoint=cls.shop, kpi=cls.ctr, actor=cls.ana)
        cls.persona = persona_create(workspace=cls.workspace, actor=cls.ed, name="Léa")

    def setUp(self) -> None:
        for place in ("kpis.views.dashboard.timezone.localdate", "kpis.panels.timezone.localdate"):
            clock = mock.patch(place, return_value=week(10))
            clock.start()
            self.addCleanup(clock.stop)
        self.client.force_login(self.ed)

    def bind(self, *, segments: tuple[Segment, ...] = (), **dimensions: list[str]) -> Part | None:
        persona_set_data(persona=self.persona, actor=self.ed, segments=segments, dimensions=dimensions)
        return part_of_persona(Persona.objects.get(pk=self.persona.pk))

    def n(self, part: Part | None) -> int:
        days = Period(MONDAY, MONDAY + timedelta(days=69))
        (view,) = binding_views(bindings_of([self.shop.pk]), today=week(10), period=days, part=part or Part())
        return view.n

    def test_one_value_in_each_dimension(self) -> None:
        """Values of one dimension are alternatives, dimensions and segments narrow one another."""
        everybody = self.n(Part())
        self.assertEqual(everybody, 42000)
        self.assertEqual(self.n(self.bind(age=["18-24", "25-34"])), everybody * 2 // 3)
        self.assertEqual(self.n(self.bind(age=["18-24", "25-34"], device=["desktop"])), everybody // 3)
        self.assertEqual(self.n(self.bind(segments=(self.segment,))), everybody // 2)
        self.assertEqual(self.n(self.bind(segments=(self.segment,), age=["65+"])), everybody // 6)
        self.assertEqual(self.n(self.bind(segments=(self.segment,), device=["desktop"])), 0)
        self.assertEqual(self.n(self.bind(nowhere=["x"])), 0)
        self.assertIsNone(self.bind())

    def test_figures_beside_those_of_the_others(self) -> None:
        self.bind(age=["18-24", "25-34"])
        found = persona_figures(self.persona_now(), today=week(10))
        (line,) = found.rows
        self.assertEqual((line.own.n, line.others.n), (28000, 14000))
        self.assertAlmostEqual(line.own.figure.value, 0.09)
        self.assertAlmostEqual(line.others.figure.value, 0.03)
        self.assertEqual(line.differs, "higher")
        self.bind(device=["mobile"])
        (line,) = persona_figures(self.persona_now(), today=week(10)).rows
        self.assertEqual(line.differs, "")  # both halves click alike
        self.bind(age=["18-24", "25-34", "65+"])
        (line,) = persona_figures(self.persona_now(), today=week(10)).rows
        self.assertIsNone(line.others)

    def persona_now(self) -> Persona:
        return Persona.objects.get(pk=self.persona.pk)

    def test_sheet(self) -> None:
        url = self.persona.get_absolute_url()
        self.assertContains(self.client.get(url), "not bound to data yet")
        self.bind(age=["18-24"])
        page = self.client.get(url)
        self.assertContains(page, "9.0%")
        self.assertContains(page, "higher than the others")
        self.assertContains(page, f"part=persona:{self.persona.pk}")
        self.bind(age=["nobody"])
        self.assertContains(self.client.get(url), "No measure of these customers")

    def test_page(self) -> None:
        url = reverse("kpis:persona-data", args=[self.persona.pk])
        page = self.client.get(url)
        for text in ("New customers", "18-24", "mobile"):
            self.assertContains(page, text)
        answer = self.client.post(
            url,
            {"revision": "1", "segment": [str(self.segment.pk)], "value": ["age=18-24", "age=25-34", "device=mobile"]},
        )
        self.assertRedirects(answer, self.persona.get_absolute_url())
        persona = self.persona_now()
        self.assertEqual(persona.dimensions, {"age": ["18-24", "25-34"], "device": ["mobile"]})
        self.assertEqual([one.name for one in persona.segments.all()], ["New customers"])
        self.assertTrue(Change.objects.filter(action="persona.data", workspace=self.workspace).exists())
        stale = self.client.post(url, {"revision": "1", "value": ["age=65+"]})
        self.assertEqual(stale.status_code, 409)
        self.assertContains(stale, 'value="age=65+" checked', status_code=409)  # what was ticked is still ticked
        self.assertEqual(self.persona_now().dimensions, persona.dimensions)

    def test_bad_rules(self) -> None:
        url = reverse("kpis:persona-data", args=[self.persona.pk])
        for values in (["x" * 300 + "=1"], [f"d{number}=1" for number in range(11)], ["a=" + "y" * 201]):
            answer = self.client.post(url, {"revision": "1", "value": values})
            self.assertEqual(answer.status_code, 422)
            self.assertContains(answer, 'role="alert"', status_code=422)
        self.assertEqual(self.persona_now().dimensions, {})

    def test_foreign_segment_is_not_taken(self) -> None:
        foreign = Segment.objects.create(workspace=self.elsewhere, code="x", name="Theirs")
        self.client.post(
            reverse("kpis:persona-data", args=[self.persona.pk]), {"revision": "1", "segment": [str(foreign.pk)]}
        )
        self.assertFalse(self.persona_now().segments.exists())

    def test_filter_of_the_dashboard(self) -> None:
        self.bind(age=["18-24"])
        key = f"persona:{self.persona.pk}"
        self.assertEqual(part_choices(self.workspace)[0].parts[0].key, key)
        self.assertEqual(part_of(self.workspace, key).label, "Léa")
        self.assertIsNone(part_of(self.elsewhere, key))
        self.assertIsNone(part_of(self.workspace, "persona:nonsense"))
        page = self.client.get(reverse("kpis:dashboard", args=["acme"]), {"part": key})
        self.assertContains(page, f'<option value="{key}" selected>Léa</option>')

    def test_growth(self) -> None:
        self.bind(age=["18-24"])
        url = self.persona.get_absolute_url()
        before = self.query_count(url)
        for kpi in self.more_kpis():
            binding_create(touchpoint=self.shop, kpi=kpi, actor=self.ana)
        self.assertEqual(self.query_count(url), before)

    def more_kpis(self):
        return Kpi.objects.filter(workspace=self.workspace, kind="proportion", direction="higher").exclude(
            pk=self.ctr.pk
        )[:5]
