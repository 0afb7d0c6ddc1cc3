"""Pictures, files and links on a map: pictures are written anew, everything that a browser might run is refused."""

import io
import tempfile

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from PIL import Image

from journeys.access import share_token
from journeys.models import Attachment, Card
from journeys.services import lanes
from journeys.services.journeys import share_link_create
from tests.journeys.base import MapTestCase


def picture(kind: str = "PNG", size: tuple[int, int] = (1600, 900)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#0072b2").save(out, kind)
    return out.getvalue()


@override_settings(MEDIA_ROOT=tempfile.mkdtemp())
class MediaTests(MapTestCase):
    """Ed puts files on his map; Vi and whoever has the link read them."""

    def setUp(self) -> None:
        self.lane = lanes.lane_add(journey=self.journey, actor=self.ed, kind="storyboard")
        self.client.force_login(self.ed)

    def send(self, name: str, content: bytes, text: str = "A blue sky") -> int:
        data = {
            "lane": str(self.lane.pk),
            "step": str(self.steps()[0].pk),
            "file": SimpleUploadedFile(name, content),
            "text": text,
        }
        return self.client.post("/cards/media/add/", data, headers={"x-requested-with": "fetch"}).status_code

    def test_a_picture_is_written_anew_and_served(self) -> None:
        hidden = b"<script>alert(1)</script>"
        self.assertEqual(self.send("sky.png", picture() + hidden), 200)
        kept = Attachment.objects.get()
        self.assertEqual((kept.content_type, kept.width, kept.height), ("image/webp", 1280, 720))
        self.client.force_login(self.vi)
        answer = self.client.get(f"/attachments/{kept.pk}/")
        content = b"".join(answer.streaming_content)
        self.assertNotIn(hidden, content)
        self.assertEqual(Image.open(io.BytesIO(content)).size, (1280, 720))
        self.assertIn("sandbox", answer["Content-Security-Policy"])
        self.client.force_login(self.otto)
        self.assertEqual(self.client.get(f"/attachments/{kept.pk}/").status_code, 404)

    def test_a_shared_map_shows_its_own_files_only(self) -> None:
        self.send("sky.png", picture())
        kept = Attachment.objects.get()
        token = share_token(share_link_create(journey=self.journey, actor=self.ed, days=7))
        self.client.logout()
        self.assertEqual(self.client.get(f"/shared/{token}/files/{kept.pk}/").status_code, 200)
        Card.objects.filter(attachment=kept).delete()
        self.assertEqual(self.client.get(f"/shared/{token}/files/{kept.pk}/").status_code, 404)

    def test_what_a_browser_might_run_or_cannot_be_read_is_refused(self) -> None:
        for name, content in (
            ("page.html", b"<html></html>"),
            ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
            ("broken.png", picture()[:200]),
            ("tool.exe", b"MZ"),
        ):
            with self.subTest(name):
                self.assertEqual(self.send(name, content), 422)
        self.assertEqual(self.send("sky.png", picture(), text=""), 422)  # a picture needs a description
        self.assertFalse(Card.objects.filter(lane=self.lane).exists())
