"""Files on a map. Pictures are decoded and written anew, so that nothing but pixels of a sender's file is ever served."""

import mimetypes
from pathlib import PurePath
from typing import Any

from django.core.files import File

from cxmap.lib.kept import keep, kept_open
from cxmap.lib.pictures import PictureBroken, written_anew
from journeys.errors import FileNotTaken
from journeys.models import Attachment, Journey, attachments_folder

BYTES_MAX = 10 * 1024 * 1024
SIDE_MAX = 1280  # pixels of the longer side that are kept: five times the width of a column
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


def attachment_create(*, journey: Journey, file: "File[Any]") -> Attachment:
    """Keep a file for a map. Raises FileNotTaken. The card that shows it is written (and logged) by the caller."""
    if (file.size or 0) > BYTES_MAX:
        raise FileNotTaken
    content = file.read()
    name = PurePath((file.name or "file").replace("\\", "/")).name[:200]
    attachment = Attachment(workspace_id=journey.workspace_id, journey=journey, name=name)
    try:
        picture = written_anew(content, side_max=SIDE_MAX)
    except PictureBroken as error:
        raise FileNotTaken from error
    if picture is not None:
        content, attachment.content_type = picture.content, picture.content_type
        attachment.width, attachment.height = picture.width, picture.height
    else:
        kind = DOCUMENTS.get(PurePath(name).suffix.lower())
        if kind is None or (mimetypes.guess_type(name)[0] or "").startswith(("image/", "text/html")):
            raise FileNotTaken
        attachment.content_type = kind
    attachment.size = len(content)
    attachment.digest = keep(attachments_folder(journey.workspace_id), content)
    attachment.save()
    return attachment


def attachment_open(attachment: Attachment) -> "File[Any]":
    return kept_open(attachments_folder(attachment.workspace_id), attachment.digest)
