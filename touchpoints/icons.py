"""The signs of channels: those of the sprite, and a workspace's own, re-encoded or cleaned when they come in."""

from typing import Any

from django.core.files import File
from django.http import FileResponse

from cxmap.lib.kept import keep, kept_response
from cxmap.lib.pictures import PictureBroken, written_anew
from cxmap.lib.svg_clean import SvgRefused, cleaned
from touchpoints.errors import IconNotTaken
from touchpoints.models import Channel
from touchpoints.taxonomy import CHANNELS

BYTES_MAX = 1024 * 1024
SIDE_MAX = 96  # pixels: four times what is shown
# Symbols of static/icons.svg that stand for a channel, named as the channel that the guides give it to.
SPRITE = [(code, french, english) for code, french, english, _online, _categories in CHANNELS]


def folder_of(workspace_id: Any) -> str:
    """Return where a workspace's icons are kept."""
    return f"icons/{workspace_id}"


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
    return {"own_icon": keep(folder_of(workspace_id), content), "own_icon_type": kind}


def icon_response(channel: Channel) -> FileResponse:
    """Answer with the own icon; the policy keeps a drawing from running or fetching anything, whatever is in it."""
    return kept_response(folder_of(channel.workspace_id), channel.own_icon, content_type=channel.own_icon_type)
