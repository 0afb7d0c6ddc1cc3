"""Formulas over other KPIs: the grammar, the delta method, and their life on a touchpoint."""

import datetime as dt
from datetime import UTC, datetime
from typing import Any
from unittest import mock

import numpy as np
import pytest
from django.db import connection
from django.test import SimpleTestCase
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from journeys.lanes import Period
from kpis.formulas import FormulaError, evaluated, expand, parse, parts_of, with_errors
from kpis.models import Binding, Flag, Kpi, KpiState
from kpis.selectors.bindings import binding_views, bindings_of
from kpis.selectors.history import period_values
from kpis.services import (
    binding_create,
    kpi_create,
    observations_write,
    rollups_refresh,
    states_evaluate,
    target_set,
)
from kpis.services.formula_states import Formulas
from kpis.statistics import wilson
from kpis.values import values_read
from tests.kpis.api import ApiTestCase
from tests.kpis.base import drain, make_touchpoint, row

MONDAY = dt.date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)

number = st.floats(0.1, 9).map(lambda value: f"{value:.3f}")
code = st.sampled_from(["csat", "purchase-rate", "contacts-per-1000-orders"])
VALUES = {"csat": np.array([0.8]), "purchase-rate": np.array([0.02]), "contacts-per-1000-orders": np.array([0.3])}
expression = st.recursive(
    st.one_of(number, code),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*"]), inner).map(
            lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
        ),
        inner.map(lambda one: f"-{one}" if one[0] in "0123456789(" else f"-({one})"),
    ),
    max_leaves=8,
)


class GrammarTests(SimpleTestCase):
    @settings(max_examples=200, deadline=None)
    @given(expression)
    def test_values_are_those_of_arithmetic(self, text: str) -> None:
        try:
            node = parse(text)
        except FormulaError as error:
            self.assertIn(error.code, {"no_part", "too_deep"})
            return
        names = {one: f"v{place}" for place, one in enumerate(VALUES)}
        python = text
        for one, name in names.items():
            python = python.replace(one, name)
        expected = eval(python, {}, {names[one]: float(value[0]) for one, value in VALUES.items()})  # noqa: S307 - own text
        found, slopes = evaluated(node, VALUES)
        assert float(found[0]) == pytest.approx(expected, rel=1e-9, abs=1e-9)
        # Slopes against small steps.
        for one, slope in slopes.items():
            step = 1e-6
            moved, _ = evaluated(node, VALUES | {one: VALUES[one] + step})
            assert float(slope[0]) == pytest.approx((float(moved[0]) - expected) / step, rel=1e-3, abs=1e-3)

    def test_order_and_signs(self) -> None:
        for text, expected in (
            ("csat - purchase-rate", 0.78),
            ("1 - csat", 0.2),
            ("csat - 0.1 - 0.2", 0.5),
            ("csat / 2 / 2", 0.2),
            ("2 + csat * 10", 10.0),
            ("(2 + csat) × 10", 28.0),
            ("csat ÷ purchase-rate", 40.0),
            ("0,5 * csat − 0,1", 0.3),
            ("-csat + 1", 0.2),
        ):
            with self.subTest(text):
                self.assertAlmostEqual(float(evaluated(parse(text), VALUES)[0][0]), expected)
        self.assertEqual(parts_of(parse("csat - purchase-rate + csat")), ["csat", "purchase-rate"])

    def test_a_denominator_of_zero_is_unknown(self) -> None:
        value, _ = evaluated(parse("csat / (purchase-rate - 0.02)"), VALUES)
        self.assertTrue(np.isnan(value[0]))

    def test_formulas_inside_formulas(self) -> None:
        formulas = {"a": "csat + b", "b": "2 * purchase-rate", "c": "c + csat", "d": "e + csat", "e": "d"}
        self.assertEqual(parts_of(expand("a - 1", formulas)), ["csat", "purchase-rate"])
        for text in ("c", "d", "e"):
            with self.assertRaises(FormulaError) as caught:
                expand(text, formulas)
            self.assertEqual(caught.exception.code, "circle")
        doubling = {f"f{number}": f"f{number + 1} + f{number + 1}" for number in range(15)} | {"f15": "csat"}
        with self.assertRaises(FormulaError):
            expand("f0", doubling)

    def test_delta_method_by_simulation(self) -> None:
        rng = np.random.default_rng(1)
        n = 2000
        a, b = rng.binomial(n, 0.3, 20_000) / n, rng.binomial(n, 0.6, 20_000) / n
        errors = {"a": np.array([np.sqrt(0.3 * 0.7 / n)]), "b": np.array([np.sqrt(0.6 * 0.4 / n)])}
        for text, drawn in (
            ("a / b", a / b),
            ("a - b", a - b),
            ("0.7 * a + 0.3 * b", 0.7 * a + 0.3 * b),
            ("a * a", a * a),
        ):
            with self.subTest(text):
                _, error = with_errors(parse(text), {"a": np.array([0.3]), "b": np.array([0.6])}, errors)
                self.assertAlmostEqual(float(error[0]) / drawn.std(), 1, delta=0.03)


class FormulaOnTouchpointTests(ApiTestCase):
    def formula(self, expression: str, **fields: Any) -> Kpi:
        given = {
            "kind": "formula", "unit": "percent", "direction": "higher", "name_fr": "indice", "name_en": "index", "formula_fr": "f",
            "formula_en": "f", "denominator_fr": "cas", "denominator_en": "cases",
        }  # fmt: skip
        return kpi_create(workspace=self.workspace, actor=self.ana, **(given | fields), expression=expression)

    def write_weeks(self, *, csat: float = 0.8, drop: float = 1.0, codes: tuple[str, ...] = ("csat", "fcr")) -> None:
        """Twelve weeks of daily rows; in the last two the first KPI is multiplied by drop."""
        rng = np.random.default_rng(4)
        first = MONDAY - dt.timedelta(days=84)
        rows = []
        for day in range(84):
            for code, share in zip(codes, (csat * (drop if day >= 70 else 1.0), 0.6), strict=False):
                rows.append(
                    row(
                        len(rows),
                        kpi=code,
                        column=code,
                        day=first + dt.timedelta(days=day),
                        numerator=int(rng.binomial(120, share)),
                        denominator=120,
                    )
                )
        observations_write(workspace=self.workspace, source=self.source, rows=rows)
        drain(rollups_refresh)

    def state(self, binding: Binding) -> KpiState | None:
        states_evaluate(workspace=self.workspace, now=NOW)
        return KpiState.objects.filter(binding=binding).order_by("-period_start").first()

    def test_value_and_interval_are_of_the_parts(self) -> None:
        self.write_weeks()
        kpi = self.formula("0.5 * csat + 0.5 * fcr")
        week = values_read(touchpoint=self.shop, kpi=kpi, grain="week")[-1]
        csat, fcr = (
            values_read(touchpoint=self.shop, kpi=Kpi.objects.get(workspace=self.workspace, code=code), grain="week")[
                -1
            ]
            for code in ("csat", "fcr")
        )
        self.assertAlmostEqual(week.value, (csat.value + fcr.value) / 2)
        half = [
            float((found.high - found.low) / 2)
            for found in (wilson(part.numerator, part.denominator) for part in (csat, fcr))
        ]
        self.assertAlmostEqual((week.high - week.low) / 2, 0.5 * np.hypot(*half))
        self.assertEqual(week.n, min(csat.n, fcr.n))

    def test_unknown_if_any_part_is_unknown(self) -> None:
        self.write_weeks(codes=("csat",))
        kpi = self.formula("csat / fcr")
        self.assertEqual(values_read(touchpoint=self.shop, kpi=kpi, grain="week"), [])
        binding = binding_create(touchpoint=self.shop, kpi=kpi, actor=self.ana)
        state = self.state(binding)
        self.assertEqual((state.state, state.value), ("no_data", None))
        (view,) = binding_views(bindings_of([self.shop.pk]), today=MONDAY)
        self.assertEqual((view.value_text, view.code), ("—", "no_data"))

    def test_target_by_z(self) -> None:
        self.write_weeks()
        kpi = self.formula("csat - fcr")
        binding = binding_create(touchpoint=self.shop, kpi=kpi, actor=self.ana)
        target_set(binding=binding, actor=self.ana, value=0.35)
        state = self.state(binding)
        self.assertEqual(state.state, "off_target")
        self.assertAlmostEqual(state.value, 0.2, delta=0.05)
        self.assertLess(state.p_target_adjusted, 0.05)
        self.assertIsNone(state.numerator)
        self.assertEqual(Flag.objects.get().binding, binding)

    def test_worse_than_before_by_the_linearised_days(self) -> None:
        self.write_weeks(drop=0.7)
        for number, text in enumerate(("csat - fcr", "csat / fcr", "0.5 * csat + 0.5 * fcr")):
            kpi = self.formula(text, name_fr=f"f{number}", name_en=f"e{number}", unit="number")
            binding = binding_create(touchpoint=self.shop, kpi=kpi, actor=self.ana)
            state = self.state(binding)
            with self.subTest(text):
                self.assertEqual(state.state, "worse", state.__dict__)
                self.assertGreater(state.baseline, state.value)
        # The flags' baselines are frozen, and a second run says the same.
        before = list(KpiState.objects.order_by("pk").values_list("state", "value", "p_baseline"))
        states_evaluate(workspace=self.workspace, now=NOW)
        self.assertEqual(before, list(KpiState.objects.order_by("pk").values_list("state", "value", "p_baseline")))
        self.assertEqual(Flag.objects.count(), 3)

    def test_a_standing_flag_lays_out_only_its_own_parts(self) -> None:
        """Its frozen baseline does not depend on the formulas beside it: twins say the same."""
        self.write_weeks(drop=0.7)
        texts = ("csat - fcr", "csat / 2", "csat / fcr") * 2
        for number, text in enumerate(texts):
            kpi = self.formula(text, name_fr=f"f{number}", name_en=f"e{number}", unit="number")
            binding_create(touchpoint=self.shop, kpi=kpi, actor=self.ana)
        laid: dict[int, set[int]] = {}
        lay_out = Formulas._laid_out

        def noted(formulas: Formulas, columns_of: Any, points: int) -> Any:
            laid.setdefault(points, set()).add(len(formulas.rows))
            return lay_out(formulas, columns_of, points)

        states_evaluate(workspace=self.workspace, now=NOW)
        self.assertEqual(Flag.objects.count(), 6)
        with mock.patch.object(Formulas, "_laid_out", noted):
            states_evaluate(workspace=self.workspace, now=NOW)
        self.assertEqual((laid[min(laid)], laid[max(laid)]), ({1, 2}, {10}))
        found: dict[str, set[Any]] = {}
        states = KpiState.objects.filter(period_start=MONDAY - dt.timedelta(days=7))
        for text, *said in states.values_list("binding__kpi__expression", "state", "value", "baseline", "p_baseline"):
            found.setdefault(text, set()).add(tuple(said))
        self.assertEqual({text: len(said) for text, said in found.items()}, dict.fromkeys(texts, 1))
        self.assertTrue(all(said[0] == "worse" and said[3] < 0.05 for one in found.values() for said in one))

    def test_without_a_change_it_is_stable(self) -> None:
        self.write_weeks()
        binding = binding_create(touchpoint=self.shop, kpi=self.formula("csat / fcr", unit="number"), actor=self.ana)
        self.assertEqual(self.state(binding).state, "on_target")

    def test_pages_and_api(self) -> None:
        self.write_weeks()
        kpi = self.formula("csat - fcr")
        binding = binding_create(touchpoint=self.shop, kpi=kpi, actor=self.ana)
        self.state(binding)
        (view,) = binding_views(
            bindings_of([self.shop.pk]), today=MONDAY, period=Period(MONDAY - dt.timedelta(days=14), MONDAY)
        )
        self.assertIsNotNone(view.value)
        self.assertEqual(len([one for one in period_values(binding, today=MONDAY) if one.value is not None]), 12)
        self.client.force_login(self.vi)
        self.assertContains(self.client.get(self.shop.get_absolute_url()), "Index")
        page = self.client.get(kpi.get_absolute_url())
        self.assertContains(page, "takes the parts as independent")
        self.assertContains(page, "csat - fcr")
        self.assertContains(self.client.get(self.csat.get_absolute_url()), "part of the formula “Index”")
        self.client.logout()
        (total,) = self.api("get", "values/?touchpoint=shop&kpi=index&grain=total").json()["results"]
        self.assertEqual((total["first_day"], total["last_day"]), ("2026-08-31", "2026-11-22"))
        self.assertIsNone(total["numerator"])
        sent = [{"touchpoint": "shop", "kpi": "index", "day": "2026-11-02", "value": 3, "n": 10}]
        (report,) = self.api("post", "observations/", sent).json()["rows"]
        self.assertEqual((report["status"], report["code"]), ("rejected", "formula_not_measured"))

    def test_query_count_does_not_grow(self) -> None:
        """Of a map or dashboard with formulas and medians, for the last period and a chosen one."""
        median = Kpi.objects.get(workspace=self.workspace, code="waiting-time")

        def make(numbers: range) -> None:
            for number in numbers:
                touchpoint = make_touchpoint(self.workspace, self.olga, f"Page {number}")
                names = {"name_fr": f"f {number}", "name_en": f"e {number}"}
                binding_create(touchpoint=touchpoint, kpi=self.formula("csat - fcr", **names), actor=self.ana)
                binding_create(touchpoint=touchpoint, kpi=median, actor=self.ana)
                sent = [
                    row(n, touchpoint=f"page-{number}", kpi=code, column=code, bin=5)
                    for n, code in enumerate(("csat", "fcr", "waiting-time"))
                ]
                observations_write(workspace=self.workspace, source=self.source, rows=sent)
            drain(rollups_refresh)

        def queries(period: Period | None) -> int:
            bindings = Binding.objects.filter(workspace=self.workspace).select_related("kpi", "touchpoint")
            with CaptureQueriesContext(connection) as found:
                views = binding_views(bindings, today=MONDAY, period=period)
            self.assertEqual(sum(view.value is not None for view in views), len(views) if period else 0)
            return len(found)

        chosen = Period(MONDAY - dt.timedelta(days=28), MONDAY)
        make(range(1))
        few = [queries(period) for period in (None, chosen)]
        make(range(1, 8))
        self.assertEqual([queries(period) for period in (None, chosen)], few)

        def evaluation() -> int:
            with CaptureQueriesContext(connection) as found:
                states_evaluate(workspace=self.workspace, now=NOW)
            return len(found)

        evaluation()
        some = evaluation()
        make(range(8, 14))
        evaluation()
        self.assertEqual(evaluation(), some)
