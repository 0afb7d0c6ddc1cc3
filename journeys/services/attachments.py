"""Files on a map. Pictures are decoded and written anew, so that nothing but pixels of a sender's file is ever served."""

import hashlib
import io
import mimetypes
from pathlib import PurePath
from typing import Any

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageOps, UnidentifiedImageError

from journeys.errors import FileNotTaken
from journeys.models import Attachment, Journey

BYTES_MAX = 10 * 1024 * 1024
PIXELS_MAX = 40_000_000  # a decoded picture of this size takes about 160 MB for a moment
SIDE_MAX = 1280  # pixels of the longer side that are kept: five times the width of a column
PICTURES = {"PNG", "JPEG", "GIF", "WEBP"}
# Downloaded, never shown in the page; everything that a browser might run (HTML, SVG, scripts) is left out.
DOCUMENTS = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".odp": "application/vnd.oasis.opendocument.presentation",
    ".txt": "text/plain",
    ".csv": "text/csv",
}


def path_of(attachment: Attachment) -> str:
    """Return where the content is kept: by its digest, so that the same file on two maps is kept once."""
    return f"attachments/{attachment.workspace_id}/{attachment.digest}"


def _picture(content: bytes) -> tuple[bytes, str, int, int] | None:
    """Return a picture written anew as (content, type, width, height); None when it is none. Raises FileNotTaken."""
    try:
        with Image.open(io.BytesIO(content)) as image:
            if image.format not in PICTURES:
                return None
            if image.width * image.height > PIXELS_MAX:
                raise FileNotTaken
            image.load()
            shown = ImageOps.exif_transpose(image)
            shown.thumbnail((SIDE_MAX, SIDE_MAX))
            out = io.BytesIO()
            if shown.mode in {"RGBA", "LA", "P", "PA"}:
                shown.convert("RGBA").save(out, "WEBP", quality=84, method=4)
            else:
                shown.convert("RGB").save(out, "WEBP", quality=84, method=4)
            return out.getvalue(), "image/webp", shown.width, shown.height
    except UnidentifiedImageError:
        return None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        # A broken or hostile picture: Pillow's decoders raise all of these.
        raise FileNotTaken from error


def attachment_create(*, journey: Journey, file: "File[Any]") -> Attachment:
    """Keep a file for a map. Raises FileNotTaken. The card that shows it is written (and logged) by the caller."""
    if (file.size or 0) > BYTES_MAX:
        raise FileNotTaken
    content = file.read()
    name = PurePath((file.name or "file").replace("\\", "/")).name[:200]
    attachment = Attachment(workspace_id=journey.workspace_id, journey=journey, name=name)
    picture = _picture(content)
    if picture is not None:
        content, attachment.content_type, attachment.width, attachment.height = picture
    else:
        kind = DOCUMENTS.get(PurePath(name).suffix.lower())
        if kind is None or (mimetypes.guess_type(name)[0] or "").startswith(("image/", "text/html")):
            raise FileNotTaken
        attachment.content_type = kind
    attachment.size = len(content)
    attachment.digest = hashlib.sha256(content).hexdigest()
    path = path_of(attachment)
    if not default_storage.exists(path):
        default_storage.save(path, ContentFile(content))
    attachment.save()
    return attachment


def attachment_open(attachment: Attachment) -> "File[Any]":
    return default_storage.open(path_of(attachment))
