"""imports/: bringing files, following them, taking them back."""

import json
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings

from cxmap.workspaces.models import User
from kpis.models import Observation, Source
from sources import services
from sources.models import Import
from tests.api import ApiTestCase
from tests.sources.base import GOOD, TIDY, SourcesTestCase


class ImportsTest(SourcesTestCase, ApiTestCase):
    def make(self, text: str = GOOD):
        import_ = services.import_set_mapping(
            import_=self.stored(text), actor=self.ana, document={"layout": "tidy"}, check=False
        )
        services.import_queue(import_=import_, actor=self.ana, policy="good_lines")
        return self.work(import_)

    def test_it_works(self) -> None:
        import_ = self.make()
        (one,) = self.call("get", "imports/", user=self.vi).json()["results"]
        self.assertEqual(
            (one["id"], one["source"], one["status"], one["created"]), (str(import_.public_id), "file", "done", 3)
        )
        self.assertEqual(self.call("get", f"imports/{import_.public_id}/", user=self.vi).json(), one)
        self.assertEqual(self.call("get", "imports/?status=failed", user=self.vi).json()["results"], [])

    def test_strangers_see_nothing(self) -> None:
        import_ = self.make()
        self.assertEqual(self.call("get", "imports/", user=self.otto).json()["results"], [])
        self.assertEqual(self.call("get", f"imports/{import_.public_id}/", user=self.otto).status_code, 404)

    def test_query_count_does_not_grow(self) -> None:
        self.make()
        few = self.call_queries("imports/")
        for number in range(5):
            self.make(GOOD.replace("10,100", f"{number},100"))
        self.assertEqual(self.call_queries("imports/"), few)


class BringTest(SourcesTestCase, ApiTestCase):
    def bring(self, content: str | bytes, *, user: User | None = None, name: str = "file.csv", **data: Any) -> Any:
        file = SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)
        headers = {"Authorization": f"Token {self.token(user or self.ana)}"}
        return self.client.post("/api/v1/imports/", {"file": file, **data}, headers=headers)

    def found(self, body: dict[str, Any]) -> Import:
        return self.work(Import.objects.get(public_id=body["id"]))

    def test_it_works(self) -> None:
        response = self.bring(GOOD, source="web")
        self.assertEqual(response.status_code, 202, response.content)
        body = response.json()
        self.assertEqual((body["status"], body["source"], body["filename"]), ("queued", "web", "file.csv"))
        self.found(body)
        path = f"imports/{body['id']}/"
        done = self.call("get", path, user=self.vi).json()
        self.assertEqual((done["status"], done["created"], done["rejected"]), ("done", 3, 0))
        refused = self.call("delete", path, user=self.ana)
        self.assertEqual((refused.status_code, refused.json()["error"]["code"]), (409, "import_not_ready"))
        withdrawn = self.call("post", path + "withdraw/", user=self.ana)
        self.assertEqual((withdrawn.status_code, withdrawn.json()["status"]), (202, "withdrawing"))
        self.assertEqual(self.found(body).status, "withdrawn")
        self.assertFalse(Observation.objects.exists())

    def test_a_preview_then_a_start(self) -> None:
        body = self.bring(GOOD + "nowhere,ctr,2026-11-02,1,10\n", preview="true").json()
        path = f"imports/{body['id']}/"
        early = self.call("get", path + "preview/", user=self.vi)
        self.assertEqual((body["status"], early.status_code), ("checking", 409))
        self.found(body)
        preview = self.call("get", path + "preview/", user=self.vi).json()
        self.assertEqual((preview["created"], preview["rejections"]), (3, 1))
        self.assertFalse(Observation.objects.exists())
        (line,) = self.call("get", path + "rejections/", user=self.vi).json()["results"]
        self.assertEqual((line["column"], line["code"], line["value"]), ("touchpoint", "unknown_touchpoint", "nowhere"))
        self.assertIn("touchpoint", line["reason"])
        self.assertEqual(self.call("post", path + "start/", {"policy": "some"}, user=self.ana).status_code, 400)
        started = self.call("post", path + "start/", {"policy": "good_lines"}, user=self.ana)
        self.assertEqual((started.status_code, self.found(body).created_count), (202, 3))

    def test_a_mapping_is_used_and_remembered(self) -> None:
        mapping = {
            "layout": "wide",
            "when": {"day": "date"},
            "measures": [{"kpi": "ctr", "touchpoint": "shop", "numerator": "clicks", "denominator": "shown"}],
        }
        text = "date,clicks,shown\n2026-11-02,10,100\n"
        self.assertEqual(self.found(self.bring(text, mapping=json.dumps(mapping)).json()).created_count, 1)
        self.assertEqual(self.found(self.bring(text.replace("02,10", "03,12")).json()).created_count, 1)

    def test_what_cannot_be_used_is_not_kept(self) -> None:
        for content, data, code in (
            (b"\x89PNG\r\n\x1a\n" + bytes(200), {}, "not_a_table"),
            (TIDY, {}, "header_only"),
            ("date,clicks,shown\n2026-11-02,10,100\n", {}, "bad_mapping"),
            (GOOD, {"mapping": json.dumps({"layout": "round"})}, "bad_mapping"),
        ):
            with self.subTest(code=code):
                refused = self.bring(content, **data)
                self.assertEqual((refused.status_code, refused.json()["error"]["code"]), (422, code))
        for data in ({"mapping": "no JSON"}, {"policy": "some"}, {"source": "a b"}):
            with self.subTest(data=data):
                self.assertEqual(self.bring(GOOD, **data).status_code, 400)
        self.assertEqual(self.bring("").status_code, 400)
        with override_settings(UPLOAD_BYTES_MAX=10):
            self.assertEqual(self.bring(GOOD).json()["error"]["code"], "file_too_large")
        self.assertFalse(Import.objects.exists())

    def test_a_source_of_another_kind_takes_no_files(self) -> None:
        Source.objects.create(workspace=self.workspace, key="api", name="API", kind=Source.Kind.API)
        refused = self.bring(GOOD, source="api")
        self.assertEqual((refused.status_code, list(refused.json()["error"]["fields"])), (400, ["source"]))

    def test_a_file_that_wrote_nothing_is_deleted(self) -> None:
        body = self.bring(GOOD + "nowhere,ctr,2026-11-02,1,10\n", policy="all_or_nothing").json()
        self.assertEqual(self.found(body).status, "refused")
        self.assertEqual(self.call("delete", f"imports/{body['id']}/", user=self.ana).status_code, 204)
        self.assertFalse(Import.objects.exists())

    def test_a_viewer_brings_nothing(self) -> None:
        self.assertEqual(self.bring(GOOD, user=self.vi).status_code, 403)
