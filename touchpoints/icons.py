"""The signs of channels: those of the sprite, and a workspace's own, re-encoded or cleaned when they come in."""

import hashlib
from typing import Any

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404

from cxmap.lib.pictures import PictureBroken, written_anew
from cxmap.lib.svg_clean import SvgRefused, cleaned
from touchpoints.errors import IconNotTaken
from touchpoints.models import Channel
from touchpoints.taxonomy import CHANNELS

BYTES_MAX = 1024 * 1024
SIDE_MAX = 96  # pixels: four times what is shown
# Symbols of static/icons.svg that stand for a channel, named as the channel that the guides give it to.
SPRITE = [(code, french, english) for code, french, english, _online, _categories in CHANNELS]


def path_of(workspace_id: Any, digest: str) -> str:
    """Return where a workspace's icon is kept."""
    return f"icons/{workspace_id}/{digest}"


def icon_kept(workspace_id: Any, file: "File[Any]") -> dict[str, str]:
    """Keep an icon and return the columns that name it. Raises IconNotTaken."""
    if (file.size or 0) > BYTES_MAX:
        raise IconNotTaken
    content = file.read()
    try:
        picture = written_anew(content, side_max=SIDE_MAX, lossless=True)
        content, kind = (picture.content, picture.content_type) if picture else (cleaned(content), "image/svg+xml")
    except (PictureBroken, SvgRefused) as error:
        raise IconNotTaken from error
    digest = hashlib.sha256(content).hexdigest()
    path = path_of(workspace_id, digest)
    if not default_storage.exists(path):
        default_storage.save(path, ContentFile(content))
    return {"own_icon": digest, "own_icon_type": kind}


def icon_response(channel: Channel) -> FileResponse:
    """Answer with the own icon; the policy keeps a drawing from running or fetching anything, whatever is in it."""
    if not channel.own_icon:
        raise Http404
    try:
        content = default_storage.open(path_of(channel.workspace_id, channel.own_icon))
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(content, content_type=channel.own_icon_type)
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response
