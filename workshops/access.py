"""From an address to a workshop: a member with the role, or a guest with the link and the secret of their cookie."""

import base64
import binascii
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse

from cxmap.workspaces.access import row_for
from cxmap.workspaces.models import Role
from workshops.models import Activity, Decision, NoteGroup, Participant, Workshop
from workshops.services.guests import is_secret_of

SALT = "cxmap.workshop"
COOKIE_SALT = "cxmap.workshop.guest"
COOKIE_SECONDS = 30 * 86400
COOKIE_PATH = "/workshop/"


def _workshop(request: HttpRequest, pk: UUID, role: Role) -> Workshop:
    rows = Workshop.objects.select_related("workspace", "journey", "facilitator", "current", "evidence")
    return row_for(request, rows.filter(pk=pk, deleted_at=None, journey__deleted_at=None), role)


def workshop_for_view(request: HttpRequest, pk: UUID) -> Workshop:
    return _workshop(request, pk, Role.VIEWER)


def workshop_for_edit(request: HttpRequest, pk: UUID) -> Workshop:
    return _workshop(request, pk, Role.EDITOR)


def workshop_in_trash_for_edit(request: HttpRequest, pk: UUID) -> Workshop:
    rows = Workshop.objects.select_related("workspace", "journey").filter(pk=pk).exclude(deleted_at=None)
    return row_for(request, rows, Role.EDITOR)


def activity_for_edit(request: HttpRequest, pk: UUID) -> Activity:
    rows = Activity.objects.select_related("workshop__journey", "workshop__workspace")
    return row_for(request, rows.filter(pk=pk, workshop__deleted_at=None), Role.EDITOR)


def participant_for_edit(request: HttpRequest, pk: UUID) -> Participant:
    rows = Participant.objects.select_related("workshop")
    return row_for(request, rows.filter(pk=pk, workshop__deleted_at=None), Role.EDITOR)


def group_for_edit(request: HttpRequest, pk: UUID) -> NoteGroup:
    rows = NoteGroup.objects.select_related("workshop", "activity__workshop")
    return row_for(request, rows.filter(pk=pk, deleted_at=None, workshop__deleted_at=None), Role.EDITOR)


def decision_for_edit(request: HttpRequest, pk: UUID) -> Decision:
    rows = Decision.objects.select_related("workshop__journey")
    return row_for(request, rows.filter(pk=pk, deleted_at=None, workshop__deleted_at=None), Role.EDITOR)


def _signer() -> signing.Signer:
    return signing.Signer(sep=".", salt=SALT)


def token_of(workshop: Workshop) -> str:
    """Return the text of the guests' link: the id, signed; short, so that its QR code is read from the last row."""
    return _signer().sign(base64.urlsafe_b64encode(workshop.pk.bytes).rstrip(b"=").decode())


def workshop_from(token: str) -> Workshop:
    """Return the workshop of a guests' link, also when it has ended. Raises Http404: forged and deleted look the same."""
    try:
        bare = _signer().unsign(token)
        pk = UUID(bytes=base64.urlsafe_b64decode(bare + "=="))
    except (signing.BadSignature, binascii.Error, ValueError) as error:
        raise Http404 from error
    rows = Workshop.objects.select_related("workspace", "journey", "current", "facilitator")
    workshop = rows.filter(pk=pk, deleted_at=None, journey__deleted_at=None).first()
    if workshop is None:
        raise Http404
    return workshop


def cookie_name(workshop: Workshop) -> str:
    return f"cxmap_guest_{workshop.pk.hex}"


def remember(response: HttpResponse, participant: Participant, secret: str) -> None:
    """Keep who somebody is in their browser, for the pages of guests only."""
    response.set_signed_cookie(
        cookie_name(participant.workshop),
        f"{participant.pk}:{secret}",
        salt=COOKIE_SALT,
        max_age=COOKIE_SECONDS,
        path=COOKIE_PATH,
        httponly=True,
        samesite="Lax",
        secure=settings.HTTPS,
    )


def forget(response: HttpResponse, workshop: Workshop) -> None:
    response.delete_cookie(cookie_name(workshop), path=COOKIE_PATH, samesite="Lax")


def participant_from(request: HttpRequest, workshop: Workshop) -> Participant | None:
    """Return who this browser is in the workshop, also when they were taken out; None for a newcomer."""
    value = request.get_signed_cookie(cookie_name(workshop), default=None, salt=COOKIE_SALT, max_age=COOKIE_SECONDS)
    pk, _colon, secret = (value or "").partition(":")
    try:
        participant = Participant.objects.filter(pk=UUID(pk), workshop=workshop).first()
    except ValueError:
        return None
    if participant is None or not is_secret_of(participant, secret):
        return None
    participant.workshop = workshop
    return participant
