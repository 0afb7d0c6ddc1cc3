"""Portraits that a team brings: decoded, cropped to a square and written anew, kept by their digest."""

import hashlib
from typing import Any

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404

from cxmap.lib.pictures import PictureBroken, written_anew
from personas.errors import PictureNotTaken
from personas.models import Persona

BYTES_MAX = 8 * 1024 * 1024
SIDE = 480  # pixels: three times the largest portrait on a page, enough for paper


def path_of(workspace_id: Any, digest: str) -> str:
    """Return where a portrait is kept."""
    return f"portraits/{workspace_id}/{digest}"


def picture_kept(workspace_id: Any, file: "File[Any]") -> str:
    """Keep a portrait and return its digest. Raises PictureNotTaken."""
    if (file.size or 0) > BYTES_MAX:
        raise PictureNotTaken
    try:
        picture = written_anew(file.read(), side_max=SIDE, square=True)
    except PictureBroken as error:
        raise PictureNotTaken from error
    if picture is None:
        raise PictureNotTaken
    digest = hashlib.sha256(picture.content).hexdigest()
    path = path_of(workspace_id, digest)
    if not default_storage.exists(path):
        default_storage.save(path, ContentFile(picture.content))
    return digest


def picture_dropped(workspace_id: int, digest: str) -> None:
    """Delete a portrait that no persona of the workspace shows any more: a face is not kept longer than needed."""
    if digest and not Persona.objects.filter(workspace_id=workspace_id, picture=digest).exists():
        default_storage.delete(path_of(workspace_id, digest))


def picture_content(persona: Persona) -> bytes | None:
    """Return the team's own picture as WebP; None when there is none, or its file is gone."""
    if not persona.picture:
        return None
    try:
        with default_storage.open(path_of(persona.workspace_id, persona.picture)) as file:
            content: bytes = file.read()
            return content
    except FileNotFoundError:
        return None


def picture_response(persona: Persona) -> FileResponse:
    """Answer with the own picture; its address changes with its content."""
    if not persona.picture:
        raise Http404
    try:
        content = default_storage.open(path_of(persona.workspace_id, persona.picture))
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(content, content_type="image/webp")
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response
