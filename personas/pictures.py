"""Portraits that a team brings: decoded, cropped to a square and written anew, kept by their digest."""

from typing import Any

from django.core.files import File
from django.db import transaction
from django.http import FileResponse

from cxmap.lib.kept import drop, keep, kept_open, kept_response
from cxmap.lib.pictures import PictureBroken, written_anew
from cxmap.workspaces.models import Workspace
from personas.errors import PictureNotTaken
from personas.models import Persona

BYTES_MAX = 8 * 1024 * 1024
SIDE = 480  # pixels: three times the largest portrait on a page, enough for paper


def folder_of(workspace_id: Any) -> str:
    """Return where a workspace's portraits are kept."""
    return f"portraits/{workspace_id}"


def pictures_locked(workspace_id: Any) -> None:
    """Let one at a time bring or take portraits of a workspace: a file goes only when nobody is about to show it."""
    Workspace.objects.select_for_update().only("pk").get(pk=workspace_id)


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
    return keep(folder_of(workspace_id), picture.content)


@transaction.atomic
def picture_dropped(workspace_id: int, digest: str) -> None:
    """Delete a portrait that no persona of the workspace shows any more: a face is not kept longer than needed."""
    pictures_locked(workspace_id)
    if digest and not Persona.objects.filter(workspace_id=workspace_id, picture=digest).exists():
        drop(folder_of(workspace_id), digest)


def picture_content(persona: Persona) -> bytes | None:
    """Return the team's own picture as WebP; None when there is none, or its file is gone."""
    if not persona.picture:
        return None
    try:
        with kept_open(folder_of(persona.workspace_id), persona.picture) as file:
            content: bytes = file.read()
            return content
    except FileNotFoundError:
        return None


def picture_response(persona: Persona) -> FileResponse:
    """Answer with the own picture; its address changes with its content."""
    return kept_response(folder_of(persona.workspace_id), persona.picture, content_type="image/webp")
