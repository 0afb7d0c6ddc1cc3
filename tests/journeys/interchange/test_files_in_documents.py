"""Files that come in with a document are checked before they are kept."""

import base64
import io
from typing import Any

from PIL import Image, PngImagePlugin

from journeys import interchange
from journeys.interchange.contents import content_read, image_checked
from journeys.models import Attachment
from tests.base import CastTestCase
from tests.journeys.interchange.base import document
from tests.journeys.interchange.strategies import picture


class FilesTest(CastTestCase):
    def kept(self, content: bytes, content_type: str = "image/png") -> Attachment:
        data: dict[str, Any] = document()
        data["attachments"][0] |= {
            "content": base64.b64encode(content).decode(),
            "content_type": content_type,
            "digest": "0" * 64,
        }
        written = interchange.journey_import(
            workspace=self.workspace, document=interchange.document_from(data), actor=self.ed
        )
        return Attachment.objects.get(journey=written.journey)

    def test_a_clean_image_stays_as_it_is(self) -> None:
        row = self.kept(picture(3))
        self.assertEqual(content_read(row), picture(3))
        self.assertEqual((row.width, row.height), (4, 3))

    def test_what_hides_in_an_image_does_not_come_in(self) -> None:
        stream = io.BytesIO()
        info = PngImagePlugin.PngInfo()
        info.add_text("Comment", "<script>alert(1)</script>")
        Image.new("RGB", (4, 3)).save(stream, "PNG", pnginfo=info)
        for content in (stream.getvalue(), picture(3) + b"<script>alert(1)</script>"):
            kept = content_read(self.kept(content))
            assert kept is not None
            self.assertNotIn(b"script", kept)

    def test_a_script_is_no_image(self) -> None:
        row = self.kept(b"<svg onload='alert(1)'/>", "image/svg+xml")
        self.assertEqual((row.content_type, row.width), ("application/octet-stream", None))
        self.assertEqual(self.kept(b"<html>", "image/png").content_type, "application/octet-stream")

    def test_a_bomb_is_no_image(self) -> None:
        stream = io.BytesIO()
        Image.new("1", (9000, 9000)).save(stream, "PNG")
        self.assertIsNone(image_checked(stream.getvalue(), "image/png"))

    def test_without_content_the_card_stays_away_and_it_is_said(self) -> None:
        data: dict[str, Any] = document()
        del data["attachments"][0]["content"]
        written = interchange.journey_import(
            workspace=self.workspace, document=interchange.document_from(data), actor=self.ed
        )
        self.assertFalse(Attachment.objects.exists())
        self.assertIn("till.png", " ".join(written.notes))

    def test_a_file_that_is_here_is_found_by_its_digest(self) -> None:
        self.kept(picture(7))
        data: dict[str, Any] = document()
        del data["attachments"][0]["content"]
        written = interchange.journey_import(
            workspace=self.workspace, document=interchange.document_from(data), actor=self.ed
        )
        self.assertEqual(Attachment.objects.filter(journey=written.journey).count(), 1)

    def test_the_digest_of_another_workspace_gives_nothing_away(self) -> None:
        self.kept(picture(7))
        data: dict[str, Any] = document()
        del data["attachments"][0]["content"]
        written = interchange.journey_import(
            workspace=self.elsewhere, document=interchange.document_from(data), actor=self.otto
        )
        self.assertFalse(Attachment.objects.filter(journey=written.journey).exists())
