"""POST observations/."""

import json
from datetime import date, timedelta
from typing import Any
from unittest.mock import patch

from cxmap.history.models import Change
from kpis.models import Bucket, Observation
from personas.models import Segment
from tests.kpis.api import ApiTestCase
from tests.kpis.base import make_touchpoint

GOOD = {"touchpoint": "shop", "kpi": "ctr", "day": "2026-11-16", "numerator": 3, "denominator": 40}


class ApiObservationsTest(ApiTestCase):
    def post(self, *items: Any, **options: Any) -> Any:
        response = self.api("post", "observations/", list(items), **options)
        self.assertEqual(response.status_code, 200, response.content)
        return response.json()

    def rejected(self, **fields: Any) -> tuple[str, str]:
        answer = self.post({**GOOD, **fields})
        self.assertEqual(answer["rejected"], 1, answer)
        (one,) = answer["rows"]
        self.assertTrue(one["reason"].endswith("."), one)
        return one["code"], one["field"]

    def test_it_works(self) -> None:
        answer = self.post({**GOOD, "external_id": "a"})
        self.assertEqual(
            answer,
            {"created": 1, "updated": 0, "unchanged": 0, "rejected": 0, "rows": [{"row": 0, "status": "created"}]},
        )
        one = Observation.objects.get()
        self.assertEqual(
            (one.workspace_id, one.first_day, one.n, one.numerator), (self.workspace.pk, date(2026, 11, 16), 40, 3)
        )
        self.assertEqual((one.column, one.import_id, one.external_id), ("ctr", None, "a"))
        self.assertEqual(Bucket.objects.count(), 1)
        self.assertEqual(Change.objects.get(action="observations.written").actor, self.ana)

    def test_the_same_id_again_is_an_update(self) -> None:
        self.post({**GOOD, "external_id": 7})
        self.assertEqual(self.post({**GOOD, "external_id": 7})["unchanged"], 1)
        answer = self.post({**GOOD, "external_id": 7, "numerator": 5, "day": "2026-11-15"}, {**GOOD, "external_id": 8})
        self.assertEqual((answer["created"], answer["updated"]), (1, 1))
        self.assertEqual(Observation.objects.count(), 2)

    def test_one_id_twice_in_a_batch(self) -> None:
        answer = self.post({**GOOD, "external_id": "a"}, {**GOOD, "external_id": "a", "numerator": 4})
        self.assertEqual((answer["created"], answer["updated"]), (1, 1))
        self.assertEqual(Observation.objects.get().numerator, 4)

    def test_without_an_id_the_day_is_replaced(self) -> None:
        self.post(GOOD)
        self.assertEqual(self.post({**GOOD, "numerator": 4})["updated"], 1)
        self.assertEqual(Observation.objects.get().numerator, 4)

    def test_bad_rows_do_not_stop_good_ones(self) -> None:
        answer = self.post(GOOD, {**GOOD, "numerator": 41}, 5, {**GOOD, "day": "2026-11-15"})
        self.assertEqual([one["status"] for one in answer["rows"]], ["created", "rejected", "rejected", "created"])
        self.assertEqual(answer["rows"][1]["code"], "numerator_over_denominator")
        self.assertEqual(answer["rows"][1]["reason"], "The numerator 41 is larger than the denominator 40.")

    def test_reasons(self) -> None:
        tomorrow = (date.today() + timedelta(days=2)).isoformat()  # noqa: DTZ011
        for fields, wanted in [
            ({"touchpoint": "nothing"}, ("unknown_touchpoint", "touchpoint")),
            ({"touchpoint": None}, ("missing_value", "touchpoint")),
            ({"kpi": "nothing"}, ("unknown_kpi", "kpi")),
            ({"segment": "nothing"}, ("unknown_segment", "segment")),
            ({"day": "16/11/2026"}, ("not_a_date", "day")),
            ({"day": 20261116}, ("not_a_date", "day")),
            ({"day": tomorrow}, ("day_in_future", "day")),
            ({"day": "1970-01-01"}, ("day_too_old", "day")),
            ({"day": None}, ("day_missing", "day")),
            ({"day": None, "at": "2026-11-16T10:00:00"}, ("not_an_instant", "at")),
            ({"at": "2026-11-15T10:00:00Z"}, ("day_differs", "day")),
            ({"numerator": -1}, ("negative_count", "numerator")),
            ({"numerator": 1.5}, ("fractional_count", "numerator")),
            ({"numerator": "3"}, ("not_a_number", "numerator")),
            ({"numerator": True}, ("not_a_number", "numerator")),
            ({"denominator": 10**400}, ("number_too_large", "denominator")),
            ({"denominator": None}, ("denominator_missing", "denominator")),
            ({"numerator": None}, ("numerator_missing", "numerator")),
            ({"numerator": None, "denominator": None}, ("no_value", "value")),
            ({"value": 0.5}, ("several_values", "value")),
            ({"n": 41}, ("n_differs", "n")),
            ({"kpi": "csat", "numerator": None, "denominator": None, "score": 6}, ("score_out_of_scale", "score")),
            ({"numerator": None, "denominator": None, "score": 6}, ("score_without_scale", "score")),
            ({"numerator": None, "denominator": None, "value": 0.5}, ("n_missing", "n")),
            ({"numerator": None, "denominator": None, "value": 12.5, "n": 8}, ("share_over_one", "value")),
            ({"kpi": "nps"}, ("", "")),
            ({"kpi": "nps", "numerator": 41}, ("nps_out_of_range", "numerator")),
            ({"kpi": "ces"}, ("score_out_of_scale", "numerator")),
            ({"kpi": "response-time", "numerator": -3}, ("negative_duration", "numerator")),
            ({"external_id": "x" * 201}, ("text_too_long", "external_id")),
            ({"external_id": "a\0b"}, ("text_invalid", "external_id")),
            ({"colour": "red"}, ("unknown_field", "colour")),
        ]:
            if wanted != ("", ""):
                with self.subTest(fields):
                    self.assertEqual(self.rejected(**fields), wanted)

    def test_how_kinds_are_stored(self) -> None:
        base = {"touchpoint": "Shop", "day": "2026-11-16"}
        for fields, wanted in [
            ({"kpi": "satisfaction client (CSAT)", "score": 4}, (1, 1, 1, 1, 0, 4)),
            ({"kpi": "csat", "score": 3}, (1, 0, 1, 0, 0, 3)),
            ({"kpi": "csat", "excluded": 2}, (0, 0, 0, 0, 2, None)),
            ({"kpi": "nps", "score": 9}, (1, 1, 1, 1, 0, 9)),
            ({"kpi": "nps", "score": 8.5}, (1, 0, 1, 0, 0, 8)),
            ({"kpi": "nps", "score": 0}, (1, -1, 1, 1, 0, 0)),
            ({"kpi": "nps", "value": 50, "n": 10}, (10, 5, 10, None, 0, None)),
            ({"kpi": "ces", "score": 6}, (1, 6, 1, 36, 0, 6)),
            ({"kpi": "ces", "value": 6, "n": 10, "sum_squares": 370}, (10, 60, 10, 370, 0, None)),
            ({"kpi": "CTR", "value": 0.29, "n": 100}, (100, 29, 100, 29, 0, None)),
            ({"kpi": "response-time", "value": 20}, (1, 20, 1, 400, 0, 501)),
            ({"kpi": "response-time", "numerator": 90.5, "denominator": 3, "excluded": 1}, (3, 90.5, 3, None, 1, None)),
        ]:
            with self.subTest(fields):
                answer = self.post({**base, **fields, "external_id": json.dumps(fields)})
                self.assertEqual(answer["created"], 1, answer)
                one = Observation.objects.latest("id")
                stored = (one.n, one.numerator, one.denominator, one.sum_squares, one.excluded, one.bin)
                self.assertEqual(stored, wanted)

    def test_an_instant_falls_on_the_workspaces_day(self) -> None:
        self.post({"touchpoint": "shop", "kpi": "csat", "score": 5, "at": "2026-11-15T23:30:00Z"})
        one = Observation.objects.get()
        self.assertEqual((one.first_day, one.at and one.at.hour), (date(2026, 11, 16), 23))

    def test_segments_dimensions_and_spans(self) -> None:
        Segment.objects.create(workspace=self.workspace, code="new", name="New customers")
        answer = self.post(
            {**GOOD, "segment": "new customers"},
            {**GOOD, "dim:device": "mobile"},
            {**GOOD, "day": None, "first_day": "2026-11-01", "last_day": "2026-11-07"},
        )
        self.assertEqual(answer["created"], 3)
        self.assertEqual(Bucket.objects.count(), 2)

    def test_the_body(self) -> None:
        self.assertEqual(self.api("post", "observations/", GOOD).json()["created"], 1)
        self.assertEqual(self.api("post", "observations/", {"observations": [GOOD]}).json()["unchanged"], 1)
        self.assertEqual(self.post()["rows"], [])
        for body in ("{", "7", b"\xff", ""):
            response = self.api("post", "observations/", body)
            self.assertEqual((response.status_code, response.json()["error"]["code"]), (400, "not_observations"))
        response = self.api("post", "observations/", [1] * 10_001)
        self.assertEqual((response.status_code, response.json()["error"]["code"]), (413, "batch_too_large"))

    def test_rights_and_tenancy(self) -> None:
        self.assertEqual(self.client.post("/api/v1/observations/").status_code, 401)
        self.assertEqual(self.api("post", "observations/", [GOOD], user=self.vi, role="viewer").status_code, 403)
        self.assertEqual(self.api("get", "observations/").status_code, 405)
        make_touchpoint(self.elsewhere, self.otto, "Hidden")
        self.assertEqual(self.rejected(touchpoint="hidden"), ("unknown_touchpoint", "touchpoint"))
        answer = self.post(GOOD, user=self.otto, role="owner", workspace=self.elsewhere)
        self.assertEqual(answer["rows"][0]["code"], "unknown_touchpoint")
        self.assertEqual(Observation.objects.count(), 0)

    def test_nothing_is_written_when_the_commit_fails(self) -> None:
        with patch("kpis.api.observations.history_record", side_effect=RuntimeError):
            response = self.api("post", "observations/", [GOOD])
        self.assertEqual((response.status_code, response.json()["error"]["message"]), (500, "Internal error."))
        self.assertEqual((Observation.objects.count(), Bucket.objects.count()), (0, 0))
