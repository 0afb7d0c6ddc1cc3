"""A signal: is it real, and what is done about it."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cxmap.history.services import feed
from cxmap.lib.errors import CxmapError
from cxmap.lib.http import render_page_or_partial, safe_next
from cxmap.workspaces.access import can
from cxmap.workspaces.models import Role
from cxmap.workspaces.requests import MemberRequest
from kpis import access, registry
from kpis.forms import RefuseForm, SnoozeForm
from kpis.models import Flag
from kpis.panels import binding_details
from kpis.selectors.bindings import binding_views
from kpis.services import flags as services


@login_required
@require_safe
def flag_detail(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Answer "is it real?": one sentence, the curve with its reference, what changed at that time, what to do."""
    flag = access.flag_for_view(request, pk)
    binding = flag.binding
    today = timezone.localdate(timezone=flag.workspace.zone)
    (view,) = binding_views([binding], today=today)
    around = (flag.opened_period - dt.timedelta(days=14), flag.opened_period + dt.timedelta(days=14))
    context = {
        "flag": flag,
        "detail": binding_details([view])[0],
        "touchpoint": binding.touchpoint,
        "happenings": registry.happenings(binding, *around),
        "changes": feed(targets=[flag, binding, binding.touchpoint], limit=20),
        "answer": registry.answers_of([flag]).get(flag.pk),
        "can_edit": can(request.membership, Role.EDITOR),
        "can_analyse": can(request.membership, Role.ANALYST),
        "section": "dashboard",
    }
    return render_page_or_partial(request, "kpis/flag_detail.html", context)


def _act(request: MemberRequest, pk: UUID, act: Callable[[Flag], Any], *, said: str) -> HttpResponse:
    flag = access.flag_for_edit(request, pk)
    try:
        act(flag)
    except CxmapError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect(safe_next(request, flag.binding.touchpoint.get_absolute_url()))


@login_required
@require_POST
def flag_acknowledge(request: MemberRequest, pk: UUID) -> HttpResponse:
    owner = request.POST.get("owner", "").strip()[:120] or str(request.user)
    return _act(
        request,
        pk,
        lambda flag: services.flag_acknowledge(flag=flag, actor=request.user, owner=owner),
        said=_("You have taken charge of the signal."),
    )


@login_required
@require_POST
def flag_snooze(request: MemberRequest, pk: UUID) -> HttpResponse:
    form = SnoozeForm(request.POST)
    if not form.is_valid():
        flag = access.flag_for_edit(request, pk)
        messages.error(request, str(form.errors["until"][0]))
        return redirect(safe_next(request, flag.binding.touchpoint.get_absolute_url()))
    return _act(
        request,
        pk,
        lambda flag: services.flag_snooze(flag=flag, actor=request.user, until=form.cleaned_data["until"]),
        said=_("The signal sleeps until that day."),
    )


@login_required
@require_POST
def flag_refuse(request: MemberRequest, pk: UUID) -> HttpResponse:
    form = RefuseForm(request.POST)
    if not form.is_valid():
        flag = access.flag_for_edit(request, pk)
        messages.error(request, _("Say why it is not a problem: the reason is kept with the signal."))
        return redirect(safe_next(request, flag.binding.touchpoint.get_absolute_url()))
    return _act(
        request,
        pk,
        lambda flag: services.flag_refuse(flag=flag, actor=request.user, reason=form.cleaned_data["reason"]),
        said=_("The signal is dismissed, with its reason."),
    )


@login_required
@require_POST
def flag_reopen(request: MemberRequest, pk: UUID) -> HttpResponse:
    return _act(
        request,
        pk,
        lambda flag: services.flag_reopen(flag=flag, actor=request.user),
        said=_("The signal is open again."),
    )
