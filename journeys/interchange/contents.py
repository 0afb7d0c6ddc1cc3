"""What the attachments of a map hold: bytes under their SHA-256, checked before anything from outside is kept."""

import base64
import binascii
import io

from PIL import Image

from cxmap.lib.kept import is_kept, keep, kept_open
from journeys.models import Attachment, attachments_folder

IMAGE_FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}
PIXELS_MAX = 40_000_000
FILE_BYTES_MAX = 20 * 2**20  # bytes of one file
DOCUMENT_BYTES_MAX = 24 * 2**20  # bytes of all files in one document; the others are named but not held
# Anything else is kept as bytes to download, never as something that a browser runs.
DOCUMENT_TYPES = frozenset({"application/pdf", "text/plain", "text/csv", *IMAGE_FORMATS})


def content_read(attachment: Attachment) -> bytes | None:
    """Return the bytes of an attachment; None when they are not there any more."""
    try:
        with kept_open(attachments_folder(attachment.workspace_id), attachment.digest) as stream:
            content: bytes = stream.read()
            return content
    except FileNotFoundError:
        return None


def content_known(workspace_id: int, digest: str) -> bool:
    return is_kept(attachments_folder(workspace_id), digest)


def content_keep(workspace_id: int, content: bytes) -> str:
    """Keep bytes under their digest and return it."""
    return keep(attachments_folder(workspace_id), content)


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def decoded(text: str) -> bytes | None:
    """Return the bytes of a base64 text; None when it is none, or too large."""
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return content if len(content) <= FILE_BYTES_MAX else None


def image_checked(content: bytes, content_type: str) -> tuple[bytes, int, int] | None:
    """Return an image that is nothing but an image, with width and height in pixels; None when it is none.

    One without metadata and without bytes after its end stays as it is, so that a copy has the same digest; any other
    is drawn anew.
    """
    wanted = IMAGE_FORMATS.get(content_type)
    if wanted is None:
        return None
    try:
        with Image.open(io.BytesIO(content), formats=[wanted]) as image:
            if image.width * image.height > PIXELS_MAX:
                return None
            image.load()
            clean = not _metadata(image) and _ends_here(content, wanted) and not getattr(image, "is_animated", False)
            if clean:
                return content, image.width, image.height
            bare = image.convert("RGBA" if "A" in image.getbands() or "transparency" in image.info else "RGB")
            if wanted == "JPEG":
                bare = bare.convert("RGB")
            bare.info.clear()
            stream = io.BytesIO()
            bare.save(stream, wanted, **({"quality": 88} if wanted != "PNG" else {}))
            return stream.getvalue(), image.width, image.height
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def _metadata(image: Image.Image) -> bool:
    kept = {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi", "progressive", "progression", "loop",
            "background", "timestamp", "duration", "transparency", "gamma", "interlace"}  # fmt: skip
    return bool(set(image.info) - kept) or bool(image.getexif())


def _ends_here(content: bytes, kind: str) -> bool:
    if kind == "PNG":
        return content.endswith(b"IEND\xaeB`\x82") and content.count(b"IEND\xaeB`\x82") == 1
    if kind == "JPEG":
        return content.endswith(b"\xff\xd9")
    return len(content) == 8 + int.from_bytes(content[4:8], "little")
