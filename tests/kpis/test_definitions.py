"""Own KPIs: made, changed as versions, archived; their pages and the API."""

import datetime as dt
import threading
import time
from typing import Any

from django.db import connection, transaction
from django.test import TransactionTestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cxmap.history.models import Change
from kpis.definitions import CATALOGUE
from kpis.errors import KpiInvalid
from kpis.models import Binding, Kpi, KpiState, KpiVersion
from kpis.selectors.history import period_values
from kpis.services import (
    binding_create,
    kpi_archive,
    kpi_check,
    kpi_create,
    kpi_update,
    observations_write,
    rollups_refresh,
    states_evaluate,
)
from kpis.services.definitions import FIELDS
from kpis.values import values_read
from tests.base import CastMixin
from tests.kpis.api import ApiTestCase
from tests.kpis.base import KpiTestCase, drain, make_touchpoint, row

GIVEN: dict[str, Any] = {
    "kind": "proportion",
    "unit": "percent",
    "direction": "higher",
    "name_fr": "taux de sourires",
    "name_en": "smile rate",
    "formula_fr": "sourires ÷ visites",
    "formula_en": "smiles ÷ visits",
    "numerator_fr": "sourires",
    "numerator_en": "smiles",
    "denominator_fr": "visites",
    "denominator_en": "visits",
}


class TogetherTests(CastMixin, TransactionTestCase):
    """Two people change definitions at the same time."""

    def setUp(self) -> None:
        self.make_cast()

    def refused_meanwhile(self, first: tuple[Kpi, dict[str, Any]], second: tuple[Kpi, dict[str, Any]]) -> list[str]:
        """Make the second change before the first is committed; return which fields of it were refused."""
        fields: list[str] = []

        def change() -> None:
            try:
                kpi_update(kpi=second[0], actor=self.ed, **second[1])
            except KpiInvalid as error:
                fields.extend(error.fields)
            finally:
                connection.close()

        thread = threading.Thread(target=change)
        with transaction.atomic():
            kpi_update(kpi=first[0], actor=self.ana, **first[1])
            thread.start()
            while thread.is_alive() and not self.someone_waits():
                time.sleep(0.05)
        thread.join()
        return fields

    def someone_waits(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted")
            return cursor.fetchone() is not None

    def test_they_make_no_circle_and_no_equal_names(self) -> None:
        formula = GIVEN | {"kind": "formula", "unit": "number", "numerator_fr": "", "numerator_en": ""}
        one, two = (
            kpi_create(
                workspace=self.workspace,
                actor=self.ana,
                **formula | {"name_fr": name, "name_en": name, "expression": "csat + 1"},
            )
            for name in ("one", "two")
        )
        circle = ((one, {"expression": two.code}), (two, {"expression": one.code}))
        self.assertEqual(self.refused_meanwhile(*circle), ["expression"])
        names = ((one, {"name_en": "three"}), (two, {"name_fr": "Three"}))
        self.assertEqual(self.refused_meanwhile(*names), ["name_fr"])


class ServiceTests(KpiTestCase):
    def make(self, **fields: Any) -> Kpi:
        return kpi_create(workspace=self.workspace, actor=self.ana, **(GIVEN | fields))

    def refused(self, **fields: Any) -> dict[str, list[str]]:
        before = Kpi.objects.count()
        with self.assertRaises(KpiInvalid) as caught:
            self.make(**fields)
        self.assertEqual(Kpi.objects.count(), before)
        return caught.exception.fields

    def test_it_works(self) -> None:
        kpi = self.make()
        self.assertEqual((kpi.code, kpi.own, kpi.definition_version), ("smile-rate", True, 1))
        change = Change.objects.get(action="kpi.added")
        self.assertEqual((change.actor, change.summary["kpi"]), (self.ana, "smile-rate"))
        self.assertEqual(self.make(name_fr="b", name_en="Smile rate!").code, "smile-rate-2")

    def test_each_refusal(self) -> None:
        cases: list[tuple[dict[str, Any], str]] = [
            ({"kind": "x"}, "kind"),
            ({"unit": "seconds"}, "unit"),
            ({"direction": "up"}, "direction"),
            ({"name_fr": " "}, "name_fr"),
            ({"denominator_en": ""}, "denominator_en"),
            ({"name_en": "Bounce  Rate"}, "name_en"),
            ({"scale_min": 1}, "scale_max"),
            ({"scale_min": 5, "scale_max": 1, "top_from": 4}, "scale_max"),
            ({"scale_min": 1, "scale_max": 5}, "top_from"),
            ({"scale_min": 1, "scale_max": 5, "top_from": 6}, "top_from"),
            ({"top_from": 4}, "top_from"),
            ({"opinion": True}, "opinion"),
            ({"quantile": 0.5}, "quantile"),
            ({"kind": "duration", "unit": "seconds", "quantile": 0.3}, "quantile"),
            ({"kind": "duration", "unit": "seconds", "scale_min": 1, "scale_max": 5}, "scale_min"),
            ({"expression": "csat"}, "expression"),
            ({"code": "ctr"}, "code"),
        ]
        for fields, field in cases:
            with self.subTest(fields):
                self.assertEqual(list(self.refused(**fields)), [field])

    def test_formulas_are_read_before_they_are_kept(self) -> None:
        formula = {"kind": "formula", "unit": "number"}
        for expression, said in (
            ("", "breaks off"),
            ("csat +", "breaks off"),
            ("(csat", "parenthesis"),
            ("csat ctr", "does not fit"),
            ("2 + 3", "names no KPI"),
            ("Csat", "cannot be read"),
            ("csat; drop table", "cannot be read"),
            ("__import__", "cannot be read"),
            ("csat + nonsense", "no KPI with the code"),
            ("(" * 40 + "csat" + ")" * 40, "Too many"),
            (" + ".join(one.code for one in CATALOGUE[:13]), "at most 12"),
        ):
            with self.subTest(expression):
                (sentence,) = self.refused(**formula, expression=expression)["expression"]
                self.assertIn(said, sentence)
        one = self.make(**formula, expression="0,6 * csat + 0.4 × fcr - (ctr ÷ 2)")
        self.assertEqual(one.expression, "0,6 * csat + 0.4 × fcr - (ctr ÷ 2)")

    def test_circles_are_refused(self) -> None:
        formula = {"kind": "formula", "unit": "number"}
        first = self.make(**formula, expression="csat + ctr")
        second = self.make(**formula, expression="smile-rate * 2", name_fr="deux", name_en="two")
        for kpi, expression in ((first, "smile-rate + csat"), (first, "two + csat")):
            with self.assertRaises(KpiInvalid) as caught:
                kpi_update(kpi=kpi, actor=self.ana, expression=expression)
            self.assertIn("back to itself", caught.exception.fields["expression"][0])
        self.assertEqual(second.expression, "smile-rate * 2")

    def test_a_new_meaning_is_a_new_version(self) -> None:
        kpi = self.make()
        kpi = kpi_update(kpi=kpi, actor=self.ana, note_fr="x", note_en="y")
        self.assertEqual((kpi.definition_version, KpiVersion.objects.count()), (1, 0))
        kpi = kpi_update(kpi=kpi, actor=self.ana, formula_en="smiles ÷ visits of a day", formula_fr="par jour")
        self.assertEqual(kpi.definition_version, 2)
        version = KpiVersion.objects.get()
        self.assertEqual((version.version, version.definition["formula_en"]), (1, "smiles ÷ visits"))
        self.assertEqual(version.replaced_by, self.ana)
        same = kpi_update(kpi=kpi, actor=self.ana, formula_fr="par jour")
        self.assertEqual((same.definition_version, same.revision), (2, 3))

    def test_values_of_former_days_keep_their_meaning(self) -> None:
        """A formula and a median changed today: weeks that were over are read by the definition of their time."""
        first = timezone.localdate() - dt.timedelta(days=35)
        rows = []
        for day in range(35):
            for code, count in (("csat", 80), ("fcr", 60)):
                rows.append(
                    row(
                        len(rows),
                        kpi=code,
                        column=code,
                        day=first + dt.timedelta(days=day),
                        numerator=count,
                        denominator=100,
                    )
                )
        observations_write(workspace=self.workspace, source=self.source, rows=rows)
        drain(rollups_refresh)
        kpi = self.make(kind="formula", expression="csat - fcr")
        binding = binding_create(touchpoint=self.shop, kpi=kpi, actor=self.ana)
        states_evaluate(workspace=self.workspace)
        before = list(
            KpiState.objects.filter(binding=binding).order_by("period_start").values_list("value", "definition_version")
        )
        kpi = kpi_update(kpi=kpi, actor=self.ana, expression="csat + fcr")
        states_evaluate(workspace=self.workspace)
        after = list(
            KpiState.objects.filter(binding=binding).order_by("period_start").values_list("value", "definition_version")
        )
        self.assertEqual(after, before)
        self.assertEqual({version for _, version in after}, {1})
        values = values_read(touchpoint=self.shop, kpi=kpi, grain="day")
        self.assertEqual({(round(one.value, 6), one.definition_version) for one in values}, {(0.2, 1)})
        binding = Binding.objects.select_related("kpi", "touchpoint", "workspace").get(pk=binding.pk)
        history = period_values(binding, today=timezone.localdate())
        self.assertEqual({one.version for one in history if not one.running}, {1})
        today = timezone.localdate()
        observations_write(
            workspace=self.workspace,
            source=self.source,
            rows=[
                row(n, kpi=code, column=code, day=today, numerator=50, denominator=100)
                for n, code in enumerate(("csat", "fcr"))
            ],
        )
        drain(rollups_refresh)
        newest = values_read(touchpoint=self.shop, kpi=kpi, grain="day")[-1]
        self.assertEqual((newest.value, newest.definition_version), (1.0, 2))

    def test_kind_and_unit_stay_once_there_are_numbers(self) -> None:
        kpi = self.make(kind="ratio", unit="eur")
        kpi = kpi_update(kpi=kpi, actor=self.ana, unit="usd")
        observations_write(workspace=self.workspace, source=self.source, rows=[row(kpi=kpi.code)])
        for fields, field in (({"unit": "eur"}, "unit"), ({"kind": "mean"}, "kind")):
            with self.assertRaises(KpiInvalid) as caught:
                kpi_update(kpi=kpi, actor=self.ana, **fields)
            self.assertEqual(list(caught.exception.fields), [field])

    def test_the_catalogue_keeps_its_own_rules(self) -> None:
        for kpi in Kpi.objects.filter(workspace=self.workspace):
            with self.subTest(kpi.code):
                kpi_check(self.workspace, {name: getattr(kpi, name) for name in FIELDS}, kpi=kpi)


class PageTests(KpiTestCase):
    def setUp(self) -> None:
        self.client.force_login(self.ana)

    def posted(self, **fields: Any) -> dict[str, Any]:
        return GIVEN | fields

    def test_make_change_archive_restore(self) -> None:
        add = reverse("kpis:add", args=[self.workspace.slug])
        self.assertContains(self.client.get(add), "Figure of the duration")
        response = self.client.post(add, self.posted())
        kpi = Kpi.objects.get(code="smile-rate")
        self.assertRedirects(response, kpi.get_absolute_url())
        page = self.client.get(kpi.get_absolute_url())
        for text in ("Smile rate", "smiles ÷ visits", "Wilson", "in force", "Nothing uses this KPI yet"):
            self.assertContains(page, text)
        edit = reverse("kpis:edit", args=[kpi.pk])
        self.assertContains(self.client.get(edit), "smiles ÷ visits")
        changed = self.posted(formula_en="smiles ÷ entries", revision=1)
        self.assertContains(self.client.post(edit, changed, follow=True), "Saved as version 2")
        page = self.client.get(kpi.get_absolute_url())
        for text in ("Version 2", "Version 1", "smiles ÷ visits", "smiles ÷ entries"):
            self.assertContains(page, text)
        self.assertEqual(self.client.post(edit, self.posted(formula_en="z", revision=1)).status_code, 409)
        binding_create(touchpoint=self.shop, kpi=kpi, actor=self.ana)
        self.assertContains(self.client.get(kpi.get_absolute_url()), "Shop")
        self.client.post(reverse("kpis:archive", args=[kpi.pk]))
        page = self.client.get(reverse("kpis:list", args=[self.workspace.slug]))
        self.assertContains(page, "1 archived KPI")
        offered = self.client.get(reverse("kpis:binding-add", args=[self.desk.pk]))
        self.assertNotContains(offered, "Smile rate")
        self.assertContains(self.client.get(self.shop.get_absolute_url()), "Smile rate")
        self.client.post(reverse("kpis:restore", args=[kpi.pk]))
        self.assertContains(self.client.get(reverse("kpis:binding-add", args=[self.desk.pk])), "Smile rate")

    def test_the_list_is_searched(self) -> None:
        url = reverse("kpis:list", args=[self.workspace.slug])
        page = self.client.get(url, {"q": "Coût cost PER acq"})
        self.assertContains(page, "0 of")
        page = self.client.get(url, {"q": "cost PER acq"})
        self.assertContains(page, f"1 of {len(CATALOGUE)} KPIs")
        self.assertContains(page, "Cost per acquisition (CPA)")
        page = self.client.get(url, {"category": "product"})
        self.assertContains(page, "Churn rate")
        self.assertNotContains(page, "Click-through rate")
        self.assertContains(
            self.client.get(url, {"category": "nonsense"}), f"{len(CATALOGUE)} of {len(CATALOGUE)} KPIs"
        )

    def test_refusals_stand_at_their_fields(self) -> None:
        add = reverse("kpis:add", args=[self.workspace.slug])
        response = self.client.post(add, self.posted(unit="seconds", name_fr=""))
        self.assertEqual(response.status_code, 422)
        self.assertContains(response, "Not saved", status_code=422)
        response = self.client.post(add, self.posted(unit="seconds"))
        self.assertContains(response, "A KPI of this kind is shown in: %.", status_code=422)
        response = self.client.post(add, self.posted(kind="formula", unit="number", expression="nope"))
        self.assertContains(response, "no KPI with the code", status_code=422)
        self.assertContains(response, "taux de sourires", status_code=422)
        self.assertFalse(Kpi.objects.filter(own=True).exists())

    def test_both_languages(self) -> None:
        self.client.post(reverse("kpis:add", args=[self.workspace.slug]), self.posted())
        self.ana.language = "fr"
        self.ana.save()
        self.client.force_login(self.ana)
        self.assertContains(self.client.get(Kpi.objects.get(own=True).get_absolute_url()), "Taux de sourires")

    def test_query_count_does_not_grow(self) -> None:
        def queries(url: str) -> int:
            with CaptureQueriesContext(connection) as found:
                self.assertEqual(self.client.get(url).status_code, 200)
            return len(found)

        def make(numbers: range) -> None:
            for number in numbers:
                touchpoint = make_touchpoint(self.workspace, self.olga, f"Page {number}")
                binding_create(touchpoint=touchpoint, kpi=self.ctr, actor=self.ana)
                names = {"name_fr": f"f {number}", "name_en": f"e {number}"}
                kpi_create(
                    workspace=self.workspace,
                    actor=self.ana,
                    **(GIVEN | names | {"kind": "formula", "expression": "ctr * 2"}),
                )
                kpi_update(kpi=self.ctr, actor=self.ana, formula_en=f"v {number}")

        make(range(1))
        urls = [self.ctr.get_absolute_url(), reverse("kpis:list", args=[self.workspace.slug])]
        queries(urls[0])
        few = [queries(url) for url in urls]
        make(range(1, 12))
        self.assertEqual([queries(url) for url in urls], few)


class ApiTests(ApiTestCase):
    def test_crud(self) -> None:
        made = self.api("post", "kpis/", GIVEN | {"code": "smiles"})
        self.assertEqual(made.status_code, 201, made.content)
        found = made.json()
        self.assertEqual((found["code"], found["own"], found["quantile"]), ("smiles", True, None))
        url = f"kpis/{found['id']}/"
        changed = self.api("patch", url, {"formula_en": "x"}, **{"if-match": '"1"'})
        self.assertEqual((changed.status_code, changed.json()["definition_version"]), (200, 2))
        stale = self.api("patch", url, {"formula_en": "y"}, **{"if-match": '"1"'})
        self.assertEqual((stale.status_code, stale.json()["error"]["code"]), (409, "stale_revision"))
        wrong = self.api("patch", url, {"unit": "seconds"})
        self.assertEqual((wrong.status_code, list(wrong.json()["error"]["fields"])), (400, ["unit"]))
        self.assertEqual(self.api("delete", url).status_code, 204)
        self.assertIsNotNone(self.api("get", url).json()["archived_at"])
        bound = self.api("post", "bindings/", {"touchpoint": "shop", "kpi": "smiles"})
        self.assertEqual((bound.status_code, bound.json()["error"]["code"]), (409, "kpi_archived"))
        self.assertIsNone(self.api("post", f"{url}restore/").json()["archived_at"])
        self.assertEqual(len(self.api("get", "kpis/?own=true").json()["results"]), 1)

    def test_refusals(self) -> None:
        missing = self.api("post", "kpis/", {"kind": "mean"})
        self.assertEqual(missing.status_code, 400)
        self.assertIn("name_fr", missing.json()["error"]["fields"])
        self.assertEqual(self.api("post", "kpis/", GIVEN, user=self.vi, role="viewer").status_code, 403)
        kpi = kpi_create(workspace=self.workspace, actor=self.ana, **GIVEN)
        kpi_archive(kpi=kpi, actor=self.ana)
        otto = {"user": self.otto, "workspace": self.elsewhere, "role": "owner"}
        for method, path in (("get", ""), ("patch", ""), ("delete", ""), ("post", "restore/")):
            self.assertEqual(self.api(method, f"kpis/{kpi.pk}/{path}", {}, **otto).status_code, 404)
