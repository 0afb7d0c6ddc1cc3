"""kpis/, bindings/, targets/, values/, flags/ and the schema."""

import json
from datetime import timedelta
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cxmap.history.models import Change
from kpis.definitions import CATALOGUE
from kpis.models import Flag, KpiState, Target
from kpis.services import binding_create, binding_delete, observations_write, rollups_refresh, target_set
from personas.models import Segment
from tests.kpis.api import ApiTestCase
from tests.kpis.base import DAY, drain, make_touchpoint, row


class ApiResourcesTest(ApiTestCase):
    def test_catalogue(self) -> None:
        found = self.api("get", "kpis/?code=nps", user=self.vi, role="viewer").json()["results"]
        self.assertEqual([one["name_fr"] for one in found], ["NPS (Net Promoter Score®)"])
        self.assertEqual(len(self.api("get", "kpis/").json()["results"]), min(len(CATALOGUE), 100))

    def test_bindings(self) -> None:
        response = self.api("post", "bindings/", {"touchpoint": "shop", "kpi": "ctr", "tolerance": 0.01})
        self.assertEqual(response.status_code, 201, response.content)
        found = response.json()
        self.assertEqual((found["direction"], found["rhythm"], found["tolerance"]), ("higher", "weekly", 0.01))
        again = self.api("post", "bindings/", {"touchpoint": "shop", "kpi": "ctr"})
        self.assertEqual((again.status_code, again.json()["error"]["code"]), (409, "already_bound"))
        asked = self.api("post", "bindings/", {"touchpoint": "shop", "kpi": "time-on-page"})
        self.assertEqual((asked.status_code, asked.json()["error"]["code"]), (400, "direction_missing"))
        url = f"bindings/{found['id']}/"
        changed = self.api("patch", url, {"rhythm": "daily"}, **{"if-match": '"1"'})
        self.assertEqual((changed.status_code, changed.json()["revision"]), (200, 2))
        stale = self.api("patch", url, {"rhythm": "weekly"}, **{"if-match": '"1"'})
        self.assertEqual((stale.status_code, stale.json()["error"]["code"]), (409, "stale_revision"))
        self.assertEqual(self.api("delete", url).status_code, 204)
        self.assertEqual(self.api("get", url).status_code, 404)
        # Back it comes, the same one.
        self.assertEqual(self.api("post", "bindings/", {"touchpoint": "shop", "kpi": "ctr"}).json()["id"], found["id"])

    def test_targets(self) -> None:
        binding = binding_create(touchpoint=self.shop, kpi=self.ctr, actor=self.ana)
        for value, wanted in ((0.02, 201), (None, 201), (2, 400)):
            response = self.api("post", "targets/", {"binding": str(binding.pk), "value": value, "specific": "More"})
            self.assertEqual(response.status_code, wanted, response.content)
        self.assertEqual(response.json()["error"]["code"], "target_out_of_scale")
        self.assertEqual(Target.objects.filter(binding=binding, ended_at=None).get().value, None)
        self.assertEqual(len(self.api("get", f"targets/?binding={binding.pk}").json()["results"]), 2)
        self.assertEqual(len(self.api("get", "targets/?ended_at__isnull=true").json()["results"]), 1)

    def test_a_target_is_followed_or_ended(self) -> None:
        binding = binding_create(touchpoint=self.shop, kpi=self.ctr, actor=self.ana)
        first = target_set(binding=binding, actor=self.ana, value=0.02, specific="More", due_on=DAY)
        url = f"targets/{first.pk}/"
        second = self.api("patch", url, {"value": 0.03})
        self.assertEqual(second.status_code, 200, second.content)
        found = second.json()
        self.assertEqual((found["value"], found["specific"], found["due_on"]), (0.03, "More", DAY.isoformat()))
        self.assertNotEqual(found["id"], self.api("get", url).json()["id"])
        self.assertEqual(self.api("get", url).json()["value"], 0.02)
        again = self.api("patch", url, {"value": 0.04})
        self.assertEqual((again.status_code, again.json()["error"]["code"]), (409, "target_ended"))
        self.assertEqual(self.api("patch", f"targets/{found['id']}/", {"value": 2}).status_code, 400)
        self.assertEqual(self.api("delete", url).status_code, 204)
        self.assertEqual(Target.objects.get(binding=binding, ended_at=None).value, 0.03)
        self.assertEqual(self.api("delete", f"targets/{found['id']}/").status_code, 204)
        self.assertFalse(Target.objects.filter(binding=binding, ended_at=None).exists())
        self.assertEqual(Change.objects.filter(action="target.ended").count(), 1)

    def test_flags(self) -> None:
        binding = binding_create(touchpoint=self.shop, kpi=self.ctr, actor=self.ana)
        flag = Flag.objects.create(workspace=self.workspace, binding=binding, kind="worse", opened_period=DAY)
        url = f"flags/{flag.pk}/"
        self.assertEqual(self.api("get", url, user=self.vi, role="viewer").json()["touchpoint"], "shop")
        self.assertEqual(self.api("post", url + "acknowledge/", {}).status_code, 403)
        editor: dict[str, Any] = {"user": self.ed, "role": "editor"}
        for name, data, wanted in [
            ("acknowledge", {"owner": "Claire"}, "acknowledged"),
            ("snooze", {"until": "2100-01-01"}, "snoozed"),
            ("refuse", {"reason": "Redesign"}, "refused"),
            ("reopen", None, "open"),
        ]:
            response = self.api("post", f"{url}{name}/", data, **editor)
            self.assertEqual((response.status_code, response.json().get("status")), (200, wanted))
        for name, data in [("refuse", {}), ("refuse", {"reason": " "}), ("snooze", {"until": "2001-01-01"})]:
            self.assertEqual(self.api("post", f"{url}{name}/", data, **editor).status_code, 400)
        self.assertEqual(len(self.api("get", "flags/?status=open&binding__touchpoint__code=shop").json()["results"]), 1)
        self.assertEqual(self.api("get", "flags/?status=closed").json()["results"], [])

    def test_otto_sees_nothing(self) -> None:
        binding = binding_create(touchpoint=self.shop, kpi=self.ctr, actor=self.ana)
        target = target_set(binding=binding, actor=self.ana, value=0.02)
        flag = Flag.objects.create(workspace=self.workspace, binding=binding, kind="worse", opened_period=DAY)
        otto: dict[str, Any] = {"user": self.otto, "role": "owner", "workspace": self.elsewhere}
        for path in (f"bindings/{binding.pk}/", f"targets/{target.pk}/", f"flags/{flag.pk}/", f"kpis/{self.ctr.pk}/"):
            self.assertEqual(self.api("get", path, **otto).status_code, 404, path)
        for path in ("bindings/", "targets/", "flags/"):
            self.assertEqual(self.api("get", path, **otto).json()["results"], [], path)
        self.assertEqual(self.api("post", f"flags/{flag.pk}/refuse/", {"reason": "x"}, **otto).status_code, 404)
        self.assertEqual(self.api("patch", f"bindings/{binding.pk}/", {}, **otto).status_code, 404)
        self.assertEqual(self.api("delete", f"bindings/{binding.pk}/", **otto).status_code, 404)
        response = self.api("post", "targets/", {"binding": str(binding.pk), "value": 0.1}, **otto)
        self.assertEqual((response.status_code, list(response.json()["error"]["fields"])), (400, ["binding"]))
        response = self.api("post", "bindings/", {"touchpoint": "shop", "kpi": "ctr"}, **otto)
        self.assertEqual((response.status_code, list(response.json()["error"]["fields"])), (400, ["touchpoint"]))
        response = self.api("get", "values/?touchpoint=shop&kpi=ctr", **otto)
        self.assertEqual((response.status_code, list(response.json()["error"]["fields"])), (400, ["touchpoint"]))

    def queries(self, path: str) -> int:
        with CaptureQueriesContext(connection) as found:
            response = self.api("get", path)
        self.assertEqual(response.status_code, 200)
        return len(found)

    def test_query_count_does_not_grow(self) -> None:
        def make(numbers: range) -> None:
            for number in numbers:
                touchpoint = make_touchpoint(self.workspace, self.olga, f"Page {number}")
                binding = binding_create(touchpoint=touchpoint, kpi=self.ctr, actor=self.ana)
                target_set(binding=binding, actor=self.ana, value=0.02)
                Flag.objects.create(workspace=self.workspace, binding=binding, kind="worse", opened_period=DAY)

        make(range(1))
        paths = ("kpis/", "bindings/", "targets/", "flags/", "values/?touchpoint=page-0&kpi=ctr")
        self.api("get", "kpis/")
        few = [self.queries(path) for path in paths]
        make(range(1, 20))
        self.assertEqual([self.queries(path) for path in paths], few)
        self.assertEqual(len(self.api("get", "flags/").json()["results"]), 20)

    def test_schema(self) -> None:
        response = self.client.get("/api/v1/schema/", headers={"accept": "application/vnd.oai.openapi+json"})
        self.assertEqual(response.status_code, 200)
        schema = json.loads(response.content)
        self.assertTrue(schema["openapi"].startswith("3.1"))
        for path in ("observations", "values", "flags", "targets", "bindings", "kpis"):
            self.assertIn(f"/api/v1/{path}/", schema["paths"])

    def test_schema_without_warnings(self) -> None:
        call_command("spectacular", "--validate", "--fail-on-warn", "--file", "/dev/null")


class ApiValuesTest(ApiTestCase):
    def setUp(self) -> None:
        Segment.objects.create(workspace=self.workspace, code="new", name="New")
        rows = [row(number, day=DAY + timedelta(days=number), numerator=2, denominator=10) for number in range(14)]
        rows.append(row(99, day=DAY, numerator=1, denominator=10, segment="new", excluded=3))
        rows.append(
            row(100, day=DAY, last_day=DAY + timedelta(days=27), numerator=9, denominator=90, touchpoint="desk")
        )
        observations_write(workspace=self.workspace, source=self.source, rows=rows, import_id=1)
        drain(rollups_refresh)

    def values(self, query: str) -> list[dict[str, Any]]:
        response = self.api("get", f"values/?touchpoint=shop&kpi=ctr&{query}", user=self.vi, role="viewer")
        self.assertEqual(response.status_code, 200, response.content)
        return response.json()["results"]

    def test_days(self) -> None:
        found = self.values("from=2026-11-02&to=2026-11-03")
        self.assertEqual(len(found), 2)
        first = found[0]
        self.assertEqual(
            (first["period"], first["n"], first["numerator"], first["denominator"]), ("2026-11-02", 20, 3, 20)
        )
        self.assertEqual((first["excluded"], first["value"], first["state"], first["target"]), (3, 0.15, None, None))
        self.assertLess(first["low"], 0.15)
        self.assertIsNotNone(first["fresh_at"])

    def test_grains(self) -> None:
        self.assertEqual([one["n"] for one in self.values("grain=week")], [80, 70])
        self.assertEqual(
            [(one["period"], one["last_day"], one["n"]) for one in self.values("grain=month")],
            [("2026-11-01", "2026-11-30", 150)],
        )
        self.assertEqual([(one["period"], one["n"]) for one in self.values("grain=total")], [(None, 150)])
        self.assertEqual([one["n"] for one in self.values("grain=total&segment=new")], [10])
        self.assertEqual(self.values("from=2026-12-01&to=2026-12-03"), [])

    def test_state_and_target_of_the_same_period(self) -> None:
        binding = binding_create(touchpoint=self.shop, kpi=self.ctr, actor=self.ana)
        target_set(binding=binding, actor=self.ana, value=0.3)
        KpiState.objects.create(
            workspace=self.workspace,
            binding=binding,
            period_start=DAY,
            period_end=DAY + timedelta(days=6),
            state="watch",
            target=0.2,
        )
        self.assertEqual(
            [(one["state"], one["target"]) for one in self.values("grain=week")], [("watch", 0.2), (None, 0.3)]
        )
        self.assertEqual([one["state"] for one in self.values("grain=week&from=2026-11-03")], [None, None])
        self.assertEqual([one["state"] for one in self.values("grain=total")], [None])
        binding_delete(binding=binding, actor=self.ana)
        self.assertEqual([one["target"] for one in self.values("grain=week")], [None, None])

    def test_a_span_is_shown_for_itself_only(self) -> None:
        def total(query: str) -> list[float]:
            path = f"values/?touchpoint=desk&kpi=ctr&grain=total&{query}"
            return [one["numerator"] for one in self.api("get", path).json()["results"]]

        self.assertEqual(total("from=2026-11-02&to=2026-11-29"), [9])
        self.assertEqual(total("from=2026-11-02&to=2026-11-30"), [])

    def test_wrong_questions(self) -> None:
        for query, field in [
            ("kpi=ctr", "touchpoint"),
            ("touchpoint=shop", "kpi"),
            ("touchpoint=shop&kpi=nothing", "kpi"),
            ("touchpoint=shop&kpi=ctr&from=yesterday", "from"),
            ("touchpoint=shop&kpi=ctr&grain=year", "grain"),
            ("touchpoint=shop&kpi=ctr&segment=nothing", "segment"),
        ]:
            response = self.api("get", f"values/?{query}")
            self.assertEqual((response.status_code, list(response.json()["error"]["fields"])), (400, [field]), query)
