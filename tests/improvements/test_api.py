"""Journeys, pains, solutions and the matrix through the API."""

import csv
import io

from cxmap.workspaces.models import Role
from cxmap.workspaces.services import token_create
from improvements.models import Pain, Solution
from improvements.services import pain_add
from kpis.selectors.matrix_tidy import TIDY_COLUMNS
from tests.kpis.test_pages import KpiPagesTestCase
from touchpoints.services import touchpoint_delete


class ApiTests(KpiPagesTestCase):
    def setUp(self) -> None:
        _token, text = token_create(workspace=self.workspace, user=self.ed, actor=self.ed, role=Role.EDITOR)
        self.headers = {"Authorization": f"Token {text}"}

    def call(self, method: str, url: str, data: object = None):
        return getattr(self.client, method)(
            f"/api/v1/{url}", data, content_type="application/json", headers=self.headers
        )

    def get(self, url: str, **query: object):
        return self.client.get(f"/api/v1/{url}", query, headers=self.headers)

    def test_a_journey_with_its_cards(self) -> None:
        self.on_map(3)
        self.assertEqual([row["name"] for row in self.get("journeys/").json()["results"]], ["Buying"])
        stages = self.get(f"journeys/{self.journey.pk}/").json()["stages"]
        self.assertEqual(len(stages), 6)
        self.assertEqual(stages[3]["steps"][0]["cards"][0]["touchpoint"], self.touchpoint.code)
        self.assertIsNone(stages[3]["steps"][0]["measured"])

    def test_a_pain_point_gets_a_solution(self) -> None:
        pain = self.call(
            "post", "pains/", {"title": "Six screens", "touchpoint": self.touchpoint.code, "flag": str(self.flag.pk)}
        ).json()
        data = {"title": "One screen", "pain": pain["id"], "impact": 5, "effort": 2, "expected_value": 10}
        refused = self.call("post", "solutions/", data)
        self.assertEqual((refused.status_code, list(refused.json()["error"]["fields"])), (400, ["expected_unit"]))
        data |= {"expected_unit": "relative", "binding": str(self.binding.pk)}
        made = self.call("post", "solutions/", data)
        self.assertEqual(made.status_code, 201, made.content)
        changed = self.call("patch", f"solutions/{made.json()['id']}/", {"status": "done"})
        self.assertEqual(changed.json()["revision"], 2)
        self.assertIsNotNone(Solution.objects.get().done_on)

    def test_rows_of_another_workspace_do_not_exist(self) -> None:
        theirs = pain_add(workspace=self.elsewhere, actor=self.otto, title="Theirs")
        self.assertEqual(self.get(f"pains/{theirs.pk}/").status_code, 404)
        refused = self.call("post", "solutions/", {"title": "x", "pain": str(theirs.pk)})
        self.assertEqual(refused.status_code, 400)
        self.assertEqual(self.get("pains/").json()["results"], [])
        self.assertEqual(Pain.objects.count(), 1)

    def test_a_number_is_finite(self) -> None:
        for text in ("nan", "inf"):
            data = {"title": "x", "binding": str(self.binding.pk), "expected_unit": "points", "expected_value": text}
            self.assertEqual(self.call("post", "solutions/", data).status_code, 400)
            changed = self.call("patch", f"bindings/{self.binding.pk}/", {"tolerance": text})
            self.assertEqual(changed.status_code, 400, changed.content)

    def test_signals_of_a_deleted_touchpoint_are_not_listed(self) -> None:
        self.assertEqual(len(self.get("flags/").json()["results"]), 1)
        touchpoint_delete(touchpoint=self.touchpoint, actor=self.ed)
        self.assertEqual(self.get("flags/").json()["results"], [])

    def test_the_matrix_as_json_and_csv(self) -> None:
        self.on_map(3)
        rows = self.get("matrix/", journey=self.journey.pk).json()["results"]
        self.assertEqual(tuple(rows[0]), TIDY_COLUMNS)
        self.assertEqual((rows[0]["numerator"], rows[0]["state"]), (192, "worse"))
        content = b"".join(self.get("matrix/", journey=self.journey.pk, format="csv", shape="tidy").streaming_content)
        self.assertEqual(len(list(csv.DictReader(io.StringIO(content.decode())))), 1)
        self.assertEqual(self.get("matrix/", format="pdf").status_code, 404)
