"""From an id in a request to an object of a map: a member of its workspace, with the role."""

from typing import TypeVar
from uuid import UUID

from django.core import signing
from django.http import Http404, HttpRequest
from django.utils import timezone

from cxmap.lib.prepared import Prepared
from cxmap.workspaces.access import require, row_for
from cxmap.workspaces.models import Role, WorkspaceOwned
from journeys.models import (
    Attachment,
    Card,
    Comment,
    Draft,
    Evidence,
    Export,
    Journey,
    JourneyTemplate,
    Lane,
    SavedView,
    ShareLink,
    Stage,
    Step,
    Version,
)
from journeys.picture import rows_in
from journeys.readers import version_for

SHARE_SALT = "cxmap.share"
Row = TypeVar("Row", bound=WorkspaceOwned)


_journeys = Prepared(lambda pk: Journey.objects.filter(pk=pk, deleted_at=None))


def _journey(pk: UUID) -> Journey:
    for journey in _journeys(pk=pk):
        return journey
    raise Http404


def journey_for_view(request: HttpRequest, pk: UUID) -> Journey:
    journey = _journey(pk)
    journey.workspace = require(request, journey.workspace_id, Role.VIEWER)
    return journey


def journey_for_edit(request: HttpRequest, pk: UUID) -> Journey:
    journey = _journey(pk)
    journey.workspace = require(request, journey.workspace_id, Role.EDITOR)
    return journey


def journey_in_trash_for_edit(request: HttpRequest, pk: UUID) -> Journey:
    rows = Journey.objects.filter(pk=pk).exclude(deleted_at=None)
    return row_for(request, rows, Role.EDITOR)


def template_for_edit(request: HttpRequest, pk: UUID) -> JourneyTemplate:
    rows = JourneyTemplate.objects.select_related("workspace").filter(pk=pk, deleted_at=None)
    return row_for(request, rows, Role.EDITOR)


def template_in_trash_for_edit(request: HttpRequest, pk: UUID) -> JourneyTemplate:
    rows = JourneyTemplate.objects.filter(pk=pk).exclude(deleted_at=None)
    return row_for(request, rows, Role.EDITOR)


def _on_map(request: HttpRequest, model: type[Row], pk: UUID) -> Row:
    """Return a live row of a map that is not in the trash itself."""
    rows = model._default_manager.select_related("journey").filter(pk=pk, deleted_at=None, journey__deleted_at=None)
    return row_for(request, rows, Role.EDITOR)


def stage_for_edit(request: HttpRequest, pk: UUID) -> Stage:
    return _on_map(request, Stage, pk)


def step_for_edit(request: HttpRequest, pk: UUID) -> Step:
    return _on_map(request, Step, pk)


def lane_for_edit(request: HttpRequest, pk: UUID) -> Lane:
    return _on_map(request, Lane, pk)


def card_for_edit(request: HttpRequest, pk: UUID) -> Card:
    return _on_map(request, Card, pk)


def comment_for_view(request: HttpRequest, pk: UUID) -> Comment:
    """Every member reads comments and comments; a deleted one is found too, so that its address can say so."""
    rows = Comment.objects.select_related("journey", "author").filter(pk=pk, journey__deleted_at=None)
    return row_for(request, rows, Role.VIEWER)


def evidence_for_edit(request: HttpRequest, pk: UUID) -> Evidence:
    return _on_map(request, Evidence, pk)


def saved_view_for_edit(request: HttpRequest, pk: UUID) -> SavedView:
    rows = SavedView.objects.select_related("journey").filter(pk=pk, deleted_at=None, journey__deleted_at=None)
    return row_for(request, rows, Role.EDITOR)


def attachment_for_view(request: HttpRequest, pk: UUID) -> Attachment:
    """A file of a map; for those who cannot edit it, one that stands on what was published."""
    rows = Attachment.objects.select_related("journey").filter(pk=pk, journey__deleted_at=None)
    found = row_for(request, rows, Role.VIEWER)
    version = version_for(request, found.journey)
    if version is not None and found.pk not in rows_in(version, "attachments"):
        raise Http404
    return found


def share_link_for_edit(request: HttpRequest, pk: UUID) -> ShareLink:
    rows = ShareLink.objects.select_related("journey").filter(pk=pk)
    return row_for(request, rows, Role.EDITOR)


def _version(request: HttpRequest, pk: UUID, role: Role) -> Version:
    rows = Version.objects.select_related("journey__workspace").filter(pk=pk, journey__deleted_at=None)
    return row_for(request, rows, role)


def version_for_view(request: HttpRequest, pk: UUID) -> Version:
    """A version; of a map that was published, those who cannot edit it find only what was published."""
    version = _version(request, pk, Role.VIEWER)
    if version.published_at is None and version_for(request, version.journey) is not None:
        raise Http404
    return version


def version_for_edit(request: HttpRequest, pk: UUID) -> Version:
    return _version(request, pk, Role.EDITOR)


def export_for_view(request: HttpRequest, pk: UUID) -> Export:
    """A file that was made of a map, until it expires: for every member, unless it shows a draft beside what was published."""
    rows = Export.objects.select_related("journey__workspace").filter(
        pk=pk, journey__deleted_at=None, expires_at__gt=timezone.now()
    )
    export = row_for(request, rows, Role.VIEWER)
    if not export.options.get("version") and version_for(request, export.journey) is not None:
        raise Http404
    return export


def draft_for_edit(request: HttpRequest, pk: UUID) -> Draft:
    """A file that somebody brought and that is not decided on yet."""
    draft = Draft.objects.select_related("journey", "workspace").filter(pk=pk, expires_at__gt=timezone.now()).first()
    if draft is None:
        raise Http404
    require(request, draft.workspace_id, Role.EDITOR)
    if draft.journey is not None and draft.journey.deleted_at is not None:
        raise Http404
    return draft


def share_token(link: ShareLink) -> str:
    """Return the text of a link: its id, signed, so that nobody can guess one."""
    return signing.dumps(str(link.pk), salt=SHARE_SALT)


def share_link_from(token: str) -> ShareLink:
    """Return a link that still works. Raises Http404: expired, revoked and forged ones look the same.

    A link stops when the account of its maker is closed.
    """
    try:
        pk = signing.loads(token, salt=SHARE_SALT)
    except signing.BadSignature as error:
        raise Http404 from error
    link = (
        ShareLink.objects.select_related("journey__workspace")
        .filter(pk=pk, revoked_at=None, expires_at__gt=timezone.now(), journey__deleted_at=None)
        .exclude(created_by__is_active=False)
        .first()
    )
    if link is None:
        raise Http404
    return link
