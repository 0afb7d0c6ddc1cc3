"""journeys/{id}/document/ and the two commands."""

import io
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management import CommandError, call_command

from journeys import interchange
from journeys.models import Card, Journey
from journeys.services.cards import card_edit
from journeys.services.journeys import journey_delete
from tests.api import ApiTestCase
from tests.journeys.interchange.base import document


class DocumentApiTest(ApiTestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.journey = interchange.journey_import(
            workspace=cls.workspace, document=interchange.document_from(document()), actor=cls.ed
        ).journey
        cls.path = f"journeys/{cls.journey.pk}/document/"

    def test_it_works(self) -> None:
        response = self.call("get", self.path, user=self.vi)
        self.assertEqual(response.status_code, 200)
        data = response.json()
        data["cards"][0]["text"] = "By the API"
        again = self.call("put", self.path, data, **{"If-Match": response["ETag"]})
        self.assertEqual(again.status_code, 200, again.content)
        self.assertEqual(again.json()["cards"][0]["text"], "By the API")
        self.assertNotEqual(again["ETag"], response["ETag"])
        self.assertEqual(Card.objects.get(journey=self.journey, serial=1).text, "By the API")

    def test_somebody_was_quicker(self) -> None:
        response = self.call("get", self.path)
        card_edit(card=Card.objects.get(journey=self.journey, serial=1), actor=self.olga, text="Quicker")
        again = self.call("put", self.path, response.json(), **{"If-Match": response["ETag"]})
        self.assertEqual(again.status_code, 409)
        self.assertEqual(again.json()["error"]["code"], "stale_revision")

    def test_wrong_documents_name_the_path(self) -> None:
        data = self.call("get", self.path).json()
        data["cards"][1]["lane"] = "L-099"
        response = self.call("put", self.path, data)
        self.assertEqual(response.status_code, 422)
        self.assertEqual(list(response.json()["error"]["fields"]), ["$.cards[1].lane"])
        self.assertEqual(self.call("put", self.path, [1]).status_code, 422)
        self.assertEqual(self.call("put", self.path).status_code, 422)

    def test_who_may(self) -> None:
        data = self.call("get", self.path).json()
        self.assertEqual(self.call("put", self.path, data, user=self.ana).status_code, 403)
        self.assertEqual(self.call("get", self.path, user=self.otto).status_code, 404)
        self.assertEqual(self.call("put", self.path, data, user=self.otto).status_code, 404)
        journey_delete(journey=self.journey, actor=self.ed)
        self.assertEqual(self.call("get", self.path).status_code, 404)

    def test_without_files(self) -> None:
        self.assertIn("content", self.call("get", self.path).json()["attachments"][0])
        self.assertNotIn("content", self.call("get", self.path + "?files=0").json()["attachments"][0])


class CommandsTest(ApiTestCase):
    def imported(self, data: Any, **options: Any) -> str:
        out, err = io.StringIO(), io.StringIO()
        with TemporaryDirectory() as folder:
            path = Path(folder) / "journey.json"
            path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
            call_command("import_journey", str(path), **{"workspace": "acme", **options}, stdout=out, stderr=err)
        return out.getvalue().strip()

    def test_it_works(self) -> None:
        pk = self.imported(document())
        out = io.StringIO()
        call_command("export_journey", pk, stdout=out)
        data = json.loads(out.getvalue())
        self.assertEqual(data["journey"]["name"], "Buying shoes")
        second = self.imported(data, user="ed@example.org")
        out = io.StringIO()
        call_command("export_journey", second, stdout=out)
        again = json.loads(out.getvalue())
        data.pop("origin"), again.pop("origin")
        self.assertEqual(again, data)

    def test_refusals(self) -> None:
        cases: list[tuple[Any, dict[str, Any]]] = [
            (b"{", {}),
            (document(stages=[]), {}),
            (document(), {"workspace": "nowhere"}),
            (document(), {"user": "nobody@example.org"}),
        ]
        for data, options in cases:
            with self.subTest(options=options), self.assertRaises(CommandError):
                self.imported(data, **options)
        self.assertFalse(Journey.objects.exists())
        for pk in ("no-uuid", "7d1c6f0e-0000-4000-8000-000000000000"):
            with self.subTest(pk=pk), self.assertRaises(CommandError):
                call_command("export_journey", pk, stdout=io.StringIO())
        with self.assertRaises(CommandError):
            call_command("import_journey", "/does/not/exist", workspace="acme")
