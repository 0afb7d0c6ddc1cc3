"""The files page of a map: formats to fetch, a document that replaces it."""

import json
from typing import Any, ClassVar

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from journeys import interchange
from journeys.models import Card, Draft, Journey
from journeys.services.cards import card_add, card_edit
from tests.base import CastTestCase
from tests.journeys.base import MapTestCase
from tests.journeys.interchange.base import document
from touchpoints.services import touchpoint_update


class FilesTest(CastTestCase):
    journey: ClassVar[Journey]

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.journey = interchange.journey_import(
            workspace=cls.workspace, document=interchange.document_from(document()), actor=cls.ed
        ).journey

    def setUp(self) -> None:
        self.client.force_login(self.ed)
        self.url = reverse("journeys:files", args=[self.journey.pk])

    def bring(self, data: Any, name: str = "journey.json") -> Any:
        raw = data if isinstance(data, bytes) else json.dumps(data).encode()
        url = reverse("journeys:document-bring", args=[self.journey.pk])
        return self.client.post(url, {"file": SimpleUploadedFile(name, raw)}, follow=True)

    def changed(self) -> dict[str, Any]:
        data = interchange.to_dict(interchange.document_of(self.journey))
        data["cards"][0]["text"] = "Reads ten reviews"
        return data

    def test_it_works(self) -> None:
        page = self.client.get(self.url)
        for kind in ("json", "xlsx", "csv", "csv-fr", "cjml"):
            url = reverse("journeys:download", args=[self.journey.pk, kind])
            self.assertContains(page, url)
            response = self.client.get(url)
            self.assertEqual(response.status_code, 200)
            self.assertIn("buying-shoes.", response["Content-Disposition"])
            self.assertGreater(len(response.content), 400)

    def test_other_formats_are_not_there(self) -> None:
        self.assertEqual(self.client.get(reverse("journeys:download", args=[self.journey.pk, "exe"])).status_code, 404)

    def test_viewers_fetch_and_do_not_bring(self) -> None:
        self.client.force_login(self.vi)
        self.assertNotContains(self.client.get(self.url), "bring/")

    def test_a_document_replaces_the_map_after_a_look(self) -> None:
        page = self.bring(self.changed())
        self.assertContains(page, "Reads reviews → Reads ten reviews")
        self.assertEqual(Card.objects.get(journey=self.journey, serial=1).text, "Reads reviews")
        self.client.post(reverse("journeys:draft", args=[Draft.objects.get().pk]))
        self.assertEqual(Card.objects.get(journey=self.journey, serial=1).text, "Reads ten reviews")
        self.assertFalse(Draft.objects.exists())

    def test_what_changed_meanwhile_is_looked_at_again(self) -> None:
        self.bring(self.changed())
        card_edit(card=Card.objects.get(journey=self.journey, serial=1), actor=self.olga, text="Olga's")
        url = reverse("journeys:draft", args=[Draft.objects.get().pk])
        page = self.client.post(url, follow=True)
        self.assertContains(page, "Olga&#x27;s → Reads ten reviews")
        self.assertEqual(Card.objects.get(journey=self.journey, serial=1).text, "Olga's")
        self.client.post(url)
        self.assertEqual(Card.objects.get(journey=self.journey, serial=1).text, "Reads ten reviews")

    def test_dropping_it(self) -> None:
        self.bring(self.changed())
        self.client.post(reverse("journeys:draft-drop", args=[Draft.objects.get().pk]))
        self.assertFalse(Draft.objects.exists())

    def test_refusals(self) -> None:
        for raw in (b"{}", b"a;b", b"PK\x03\x04"):
            with self.subTest(raw=raw):
                self.assertContains(self.bring(raw), "message--error")
        self.assertFalse(Draft.objects.exists())


class CjmlPartiesTest(MapTestCase):
    """The library says who begins and who receives: CJML takes it over."""

    def cjml(self) -> str:
        return self.client.get(reverse("journeys:download", args=[self.journey.pk, "cjml"])).content.decode()

    def test_it_works(self) -> None:
        self.client.force_login(self.ed)
        card_add(lane=self.lane("touchpoints"), step=self.steps()[0], actor=self.ed, touchpoint=self.touchpoint)
        touchpoint_update(touchpoint=self.touchpoint, actor=self.ed, initiator="partner", receiver="customer")
        text = self.cjml()
        self.assertIn('<serviceProvider actorID="partner">', text)
        self.assertIn('<refersTo actorIDref="partner" />', text)
        touchpoint_update(touchpoint=self.touchpoint, actor=self.ed, kind="action", initiator="company")
        text = self.cjml()
        self.assertNotIn("plannedCommunicationPoint", text)
        self.assertNotIn("<receiver>", text)
