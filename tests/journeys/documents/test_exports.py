"""Files that are made of a map, at once or by a worker."""

import datetime as dt
import io
from typing import Any, ClassVar
from unittest import mock
from uuid import uuid4

import pypdf
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone, translation
from PIL import Image
from pptx import Presentation

from journeys import interchange
from journeys.lanes import Period
from journeys.models import Card, Export, Journey, Lane, Step
from journeys.services import exports
from journeys.services.exports import Wish, export_make, export_start, export_work, exports_sweep
from journeys.services.versions import version_save
from tests.base import CastTestCase
from tests.journeys.interchange.base import document


class ExportTestCase(CastTestCase):
    journey: ClassVar[Journey]

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.journey = interchange.journey_import(
            workspace=cls.workspace, document=interchange.document_from(document()), actor=cls.ed
        ).journey

    def fill(self, steps: int, lanes: int) -> None:
        common = {"workspace": self.workspace, "journey": self.journey}
        stage = self.journey.stages.first()
        made = Step.objects.bulk_create(
            Step(**common, stage=stage, name=f"Step {n}", rank=5000 + n) for n in range(steps)
        )
        rows = Lane.objects.bulk_create(
            Lane(**common, kind="text", name=f"Lane {n}", rank=9e5 + n) for n in range(lanes)
        )
        Card.objects.bulk_create(
            Card(**common, lane=lane, step=step, text=f"Does something that takes a while {n}")
            for lane in rows
            for n, step in enumerate(made)
        )

    def make(self, **wish: Any) -> exports.Made:
        return export_make(self.journey, Wish(**{"language": "en", **wish}))


class FormatsTest(ExportTestCase):
    def test_pdf(self) -> None:
        version_save(journey=self.journey, actor=self.ed, name="One")
        made = self.make(format="pdf", paper="a4")
        pages = pypdf.PdfReader(io.BytesIO(made.content)).pages
        text = pages[0].extract_text()
        for words in (
            "Compare",
            "Reads reviews",
            "Payment page",
            "Too many fields",
            "moment of truth",
            "version 1",
            "fingerprint",
        ):
            self.assertIn(words, " ".join(text.split()).replace("\u00a0", " "))
        self.assertNotIn("Wait", text)
        self.assertAlmostEqual(float(pages[0].mediabox.width), 841.9, delta=0.5)
        self.assertEqual(made.name, "buying-shoes-a4.pdf")

    def test_the_period_and_the_evidence_stand_in_the_footer(self) -> None:
        period = Period(dt.date(2026, 11, 16), dt.date(2026, 11, 22))
        made = self.make(format="pdf", period=period)
        text = " ".join(pypdf.PdfReader(io.BytesIO(made.content)).pages[0].extract_text().split())
        self.assertIn("figures: 16–22 Nov", text)
        self.assertIn("evidence-backed: 50% of the cells", text)

    def test_without_a_lane(self) -> None:
        lane = Lane.objects.get(journey=self.journey, serial=1)
        made = self.make(format="pdf", without=(str(lane.pk),))
        self.assertNotIn("Reads reviews", pypdf.PdfReader(io.BytesIO(made.content)).pages[0].extract_text())

    def test_in_french(self) -> None:
        made = self.make(format="pdf", language="fr")
        self.assertEqual(translation.get_language(), "en")
        self.assertIn("Points de contact", pypdf.PdfReader(io.BytesIO(made.content)).pages[0].extract_text())

    def test_svg_and_png(self) -> None:
        svg = self.make(format="svg")
        self.assertIn(b">Reads reviews</text>", svg.content)
        sizes = []
        for scale in (1, 2):
            with Image.open(io.BytesIO(self.make(format="png", scale=scale).content)) as image:
                sizes.append(image.size)
        self.assertAlmostEqual(sizes[1][0] / sizes[0][0], 2, places=1)

    def test_too_many_pixels(self) -> None:
        self.fill(40, 2)
        with self.assertRaises(exports.TooManyPixels):
            self.make(format="png", scale=4)

    def test_pptx_has_native_shapes(self) -> None:
        made = self.make(format="pptx")
        deck = Presentation(io.BytesIO(made.content))
        self.assertEqual(len(deck.slides), 3)
        self.assertEqual(
            [slide.shapes.title.text for slide in deck.slides], ["Buying shoes", "1. Evaluation", "2. Purchase"]
        )
        kinds = [shape.shape_type for slide in deck.slides for shape in slide.shapes]
        self.assertNotIn(13, kinds)  # no picture
        self.assertIn(5, kinds)  # a freeform: the curve
        words = {shape.text_frame.text for shape in deck.slides[1].shapes if shape.has_text_frame}
        self.assertIn("Reads reviews", words)
        for slide in deck.slides:
            ids = [shape.shape_id for shape in slide.shapes]
            self.assertEqual(len(ids), len(set(ids)))
            for shape in slide.shapes:
                self.assertGreaterEqual(shape.left, 0)
                self.assertLessEqual(shape.top + shape.height, deck.slide_height, shape.name)
                if shape.has_text_frame:
                    for paragraph in shape.text_frame.paragraphs:
                        for run in paragraph.runs:
                            self.assertTrue(run.font.size is None or run.font.size.pt >= 8)

    def test_strange_texts(self) -> None:
        Card.objects.filter(journey=self.journey, serial=1).update(
            text='<&> "x" \x01\x0b 🙂 ' + "very" * 60 + "\n\nمرحبا"
        )
        for wish in ({"format": "pdf"}, {"format": "svg"}, {"format": "pptx"}, {"format": "png"}):
            self.assertGreater(len(self.make(**wish).content), 1000)


class MakePageTest(ExportTestCase):
    def setUp(self) -> None:
        self.client.force_login(self.vi)
        self.url = reverse("journeys:make", args=[self.journey.pk])

    def test_it_works(self) -> None:
        for wanted in exports.TYPES:
            response = self.client.post(self.url, {"format": wanted, "paper": "a3", "scale": "1"})
            self.assertEqual((response.status_code, response["Content-Type"]), (200, exports.TYPES[wanted]))
        self.assertFalse(Export.objects.exists())

    def test_what_does_not_fit_is_said_with_what_helps(self) -> None:
        self.fill(2, 70)
        response = self.client.post(self.url, {"format": "pdf", "paper": "a4"})
        self.assertContains(response, "does not fit on A4", status_code=422)
        self.assertContains(response, "Fewer lanes", status_code=422)
        again = self.client.post(self.url, {"format": "pdf", "paper": "a4", "split": "on"})
        self.assertEqual(again["Content-Type"], "application/pdf")

    def test_wrong_wishes(self) -> None:
        for data in (
            {"format": "exe"},
            {"format": "pdf", "paper": "a9"},
            {"format": "png", "scale": "100"},
            {"format": "pdf", "without": [str(uuid4())]},
        ):
            with self.subTest(data=data):
                self.assertEqual(self.client.post(self.url, data).status_code, 422)

    def test_a_large_map_is_made_by_a_worker(self) -> None:
        self.fill(60, 20)
        with self.captureOnCommitCallbacks(), mock.patch("journeys.services.exports.current_app"):
            response = self.client.post(self.url, {"format": "pdf", "paper": "a0"}, follow=True)
        self.assertContains(response, "Waiting for a worker")
        export = Export.objects.get()
        self.assertEqual(self.client.get(reverse("journeys:export-file", args=[export.pk])).status_code, 404)
        export_work(export.pk)
        page = self.client.get(export.get_absolute_url(), headers={"HX-Request": "true"})
        self.assertContains(page, "The file is ready")
        self.assertNotContains(page, "hx-get")
        file = self.client.get(reverse("journeys:export-file", args=[export.pk]))
        self.assertTrue(b"".join(file).startswith(b"%PDF"))
        self.assertIn("buying-shoes-a0.pdf", file["Content-Disposition"])
        link = self.client.get(reverse("journeys:pdf", args=[self.journey.pk]))
        self.assertRedirects(link, reverse("journeys:files", args=[self.journey.pk]))


class WorkTest(ExportTestCase):
    def start(self, **wish: Any) -> Export:
        with mock.patch("journeys.services.exports.current_app"):
            return export_start(
                journey=self.journey, actor=self.ed, wish=Wish(**{"format": "svg", "language": "en", **wish})
            )

    def test_it_works_once(self) -> None:
        export = self.start(period=Period(dt.date(2026, 11, 16), dt.date(2026, 11, 22)), without=())
        export_work(export.pk)
        export_work(export.pk)
        export.refresh_from_db()
        self.assertEqual((export.status, export.progress_percent, export.attempts), ("done", 100, 1))

    def test_what_is_gone_is_no_error(self) -> None:
        export_work(uuid4())

    def test_a_refusal_is_told(self) -> None:
        self.fill(2, 70)
        export = self.start(format="pdf", paper="a4")
        export_work(export.pk)
        export.refresh_from_db()
        self.assertEqual(export.status, "failed")
        self.client.force_login(self.vi)
        self.assertContains(self.client.get(export.get_absolute_url()), "does not fit on A4")

    def test_an_error_is_tried_again_and_then_given_up(self) -> None:
        export = self.start()
        for _attempt in range(exports.ATTEMPTS):
            with (
                mock.patch("journeys.services.exports.export_make", side_effect=RuntimeError),
                self.assertRaises(RuntimeError),
            ):
                export_work(export.pk)
        with self.assertLogs("journeys.services.exports", "ERROR"):
            export_work(export.pk)
        export.refresh_from_db()
        self.assertEqual(export.status, "failed")

    def test_the_sweep_takes_up_what_was_lost_and_deletes_what_expired(self) -> None:
        lost, old = self.start(), self.start()
        export_work(old.pk)
        old.refresh_from_db()
        path = old.file.name
        Export.objects.filter(pk=lost.pk).update(created_at=timezone.now() - dt.timedelta(minutes=1))
        Export.objects.filter(pk=old.pk).update(expires_at=timezone.now() - dt.timedelta(seconds=1))
        with mock.patch("journeys.services.exports.current_app"):
            self.assertEqual(exports_sweep(), 1)
        self.assertEqual(list(Export.objects.values_list("pk", flat=True)), [lost.pk])
        self.assertFalse(default_storage.exists(path))
