"""The list of a member's own alerts."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alerts import selectors, services
from alerts.forms import MuteForm
from alerts.models import EventKind
from alerts.services.sending import is_muted
from cxmap.lib.errors import CxmapError
from cxmap.lib.http import refuse, safe_next
from cxmap.workspaces import access as workspaces_access
from cxmap.workspaces.access import can
from cxmap.workspaces.models import Role
from cxmap.workspaces.requests import MemberRequest
from kpis import access as kpis_access
from kpis.services import today_of


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


@login_required
@require_safe
def alert_list(request: MemberRequest, slug: str) -> HttpResponse:
    workspace = workspaces_access.workspace_for_view(request, slug)
    page = selectors.alert_list(
        request.membership,
        unread=request.GET.get("show") == "unread",
        kind=request.GET.get("kind", ""),
        before=_number(request.GET.get("before", "")),
    )
    preference = services.preference_of(request.membership)
    is_owner = can(request.membership, Role.OWNER)
    context = {
        "page": page,
        "kinds": EventKind.choices,
        "preference": preference,
        "is_muted": is_muted(preference, today_of(workspace)),
        "is_owner": is_owner,
        "paused": is_owner and selectors.webhooks_paused(workspace),
        "section": "alerts",
    }
    return render(request, "alerts/alert_list.html", context)


@login_required
@require_POST
def alert_read(request: MemberRequest, slug: str) -> HttpResponse:
    """Mark one of the reader's own alerts as read, or all up to the newest that the page showed."""
    workspace = workspaces_access.workspace_for_view(request, slug)
    one, up_to = _number(request.POST.get("alert", "")), _number(request.POST.get("up_to", ""))
    if one is not None:
        services.alert_mark_read(membership=request.membership, ids=[one])
    elif up_to is not None:
        number = services.alert_mark_read(membership=request.membership, up_to=up_to)
        if number:
            messages.success(request, _("All alerts are marked as read."))
    return redirect(safe_next(request, reverse("alerts:list", args=[workspace.slug])))


@login_required
@require_POST
def flag_mute(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Hear nothing of one signal until a day, or hear of it again."""
    flag = kpis_access.flag_for_view(request, pk)
    back = safe_next(request, reverse("alerts:list", args=[flag.workspace.slug]))
    if request.POST.get("again"):
        services.flag_unmute(flag=flag, membership=request.membership)
        messages.success(request, _("You hear of this signal again."))
        return redirect(back)
    form = MuteForm(request.POST)
    if not form.is_valid():
        error = CxmapError(_("Choose the day until which you want to hear nothing of it."))
        return refuse(request, error, back=back)
    try:
        services.flag_mute(flag=flag, membership=request.membership, until=form.cleaned_data["until"])
    except CxmapError as error:
        return refuse(request, error, back=back)
    messages.success(request, _("You hear nothing of this signal until that day; others still do."))
    return redirect(back)


def mail_notice(request: HttpRequest) -> str:
    """Return where mails go when no mail server is configured; empty when one is."""
    backend = settings.EMAIL_BACKEND.rsplit(".", 2)[-2]
    if backend == "filebased":
        return _("No mail server is configured: mails are written as files into %(folder)s.") % {
            "folder": settings.EMAIL_FILE_PATH
        }
    if backend == "console":
        return _("No mail server is configured: mails only appear in the log of the server. Ask whoever runs it.")
    return ""
