"""Mails about what concerns one person by name: a review that they were asked for, its answer, a request for access.

They are no alerts: nobody chooses whether they want to hear that a colleague waits for them. Whoever turned mails off, or
left, gets none all the same; the lists in the product say the same (journeys, members).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from alerts.links import unsubscribe_url
from alerts.models import Preference
from alerts.topics import REVIEW
from cxmap.lib import formats
from cxmap.outbox.mails import mail_send, message_id
from cxmap.outbox.models import Message
from cxmap.outbox.registry import Dropped, Outcome
from cxmap.outbox.services import outbox_put
from cxmap.workspaces import signals as access_signals
from cxmap.workspaces.models import AccessRequest, Membership, Role
from journeys import signals
from journeys.models import Approval, Journey


@dataclass(frozen=True, slots=True)
class Told:
    """A mail as people read it. `quote`: what somebody wrote along."""

    title: str
    about: str
    sentence: str
    path: str
    quote: str = ""


def review_hear(signal: signals.Signal) -> None:
    """Write a message for each member whom something about a review is told."""
    members = Membership.objects.filter(
        workspace=signal.journey.workspace_id, user__in=[person.pk for person in signal.people]
    )
    payload = {"journey": str(signal.journey.pk)}
    if signal.approval is not None:
        payload["approval"] = str(signal.approval.pk)
    _put(signal.kind.value, signal.key, list(members), payload)


def access_hear(kind: access_signals.Kind, request: AccessRequest, members: Sequence[Membership]) -> None:
    _put(kind.value, f"{kind.value}:{request.pk}", members, {"request": str(request.pk)})


def _put(kind: str, key: str, members: Sequence[Membership], payload: Mapping[str, str]) -> None:
    outbox_put(
        [
            Message(
                workspace_id=member.workspace_id,
                topic=REVIEW,
                key=f"{key}:{member.pk}",
                subject=f"member:{member.pk}",
                payload={"kind": kind, "membership": member.pk, **payload},
            )
            for member in members
        ]
    )


def review_deliver(message: Message) -> Outcome:
    """Send one mail, unless what it tells of is over by now."""
    rows = Membership.objects.select_related("user", "workspace")
    member = rows.filter(pk=message.payload["membership"], user__is_active=True).first()
    if member is None:
        return Dropped("left")
    preference = Preference.objects.filter(membership=member).first()
    if preference is not None and not preference.mail:
        return Dropped("mail_off")
    language = member.user.language or (preference.language if preference else "") or settings.LANGUAGE_CODE
    with translation.override(language):
        told = TEXTS[message.payload["kind"]](member, message.payload)
        if told is None:
            return Dropped("gone")
        return mail_send(_mail(member, told, message))


def _mail(member: Membership, told: Told, message: Message) -> EmailMultiAlternatives:
    leave = unsubscribe_url(member)
    context = {
        "workspace": member.workspace,
        "entries": [told],
        "base": settings.PUBLIC_URL,
        "leave": leave,
        "language": (translation.get_language() or "en")[:2],
        "subject": _("%(title)s: %(about)s") % {"title": told.title, "about": told.about},
    }
    mail = EmailMultiAlternatives(
        subject=" ".join(str(context["subject"]).split()),
        body=render_to_string("alerts/mail.txt", context),
        to=[member.user.email],
        headers={
            "Message-ID": message_id(message),
            "List-Unsubscribe": f"<{leave}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    )
    mail.attach_alternative(render_to_string("alerts/mail.html", context), "text/html")
    return mail


def _approval(payload: Mapping[str, Any], *statuses: str) -> Approval | None:
    rows = Approval.objects.select_related("journey", "asked_by", "answered_by", "version")
    return rows.filter(pk=payload["approval"], status__in=statuses, journey__deleted_at=None).first()


def _asked(_member: Membership, payload: Mapping[str, Any]) -> Told | None:
    found = _approval(payload, Approval.Status.OPEN)
    if found is None:
        return None
    return Told(
        _("You are asked to look at a map"),
        found.journey.name,
        _("%(who)s asks you to look at this map before everybody reads it.") % {"who": found.asked_by or "—"},
        reverse("journeys:approval", args=[found.journey_id]),
        found.note,
    )


def _published(_member: Membership, payload: Mapping[str, Any]) -> Told | None:
    found = _approval(payload, Approval.Status.PUBLISHED)
    if found is None or found.version is None:
        return None
    names = {"who": found.answered_by or "—", "number": found.version.number}
    return Told(
        _("A map is published"),
        found.journey.name,
        _("%(who)s published version %(number)s.") % names,
        found.journey.get_absolute_url(),
        found.answer,
    )


def _sent_back(_member: Membership, payload: Mapping[str, Any]) -> Told | None:
    found = _approval(payload, Approval.Status.SENT_BACK)
    if found is None:
        return None
    return Told(
        _("A map is sent back"),
        found.journey.name,
        _("%(who)s says what is to be done before it can be published.") % {"who": found.answered_by or "—"},
        reverse("journeys:approval", args=[found.journey_id]),
        found.answer,
    )


def _due(_member: Membership, payload: Mapping[str, Any]) -> Told | None:
    journey = Journey.objects.filter(pk=payload["journey"], deleted_at=None, review_on__isnull=False).first()
    if journey is None:
        return None
    return Told(
        _("A map is to be reviewed"),
        journey.name,
        _("Its review was planned for %(day)s: is what it says still true?")
        % {"day": formats.short_date(journey.review_on)},
        reverse("journeys:approval", args=[journey.pk]),
    )


def _access_asked(_member: Membership, payload: Mapping[str, Any]) -> Told | None:
    rows = AccessRequest.objects.select_related("user", "workspace")
    found = rows.filter(pk=payload["request"], status=AccessRequest.Status.OPEN).first()
    if found is None:
        return None
    return Told(
        _("Somebody asks for access"),
        found.workspace.name,
        _("%(who)s (%(email)s) asks for access.") % {"who": found.user, "email": found.user.email},
        reverse("workspaces:members", args=[found.workspace.slug]),
        found.note,
    )


def _access_granted(member: Membership, payload: Mapping[str, Any]) -> Told | None:
    rows = AccessRequest.objects.filter(pk=payload["request"], status=AccessRequest.Status.GRANTED)
    found = rows.first()
    if found is None:
        return None
    role = Role(member.role).label
    return Told(
        _("You have access"),
        member.workspace.name,
        _("You are a member of this workspace now, as %(role)s.") % {"role": role},
        found.path or member.workspace.get_absolute_url(),
    )


TEXTS: dict[str, Callable[[Membership, Mapping[str, Any]], Told | None]] = {
    signals.Kind.REVIEW_ASKED.value: _asked,
    signals.Kind.PUBLISHED.value: _published,
    signals.Kind.SENT_BACK.value: _sent_back,
    signals.Kind.REVIEW_DUE.value: _due,
    access_signals.Kind.ASKED.value: _access_asked,
    access_signals.Kind.GRANTED.value: _access_granted,
}
