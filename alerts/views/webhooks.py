"""Webhooks of a workspace, for its owners."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alerts import access, selectors, services
from alerts.forms import WebhookForm
from alerts.models import Webhook
from alerts.wording import problem
from cxmap.lib.errors import CxmapError
from cxmap.workspaces import access as workspaces_access
from cxmap.workspaces.models import Workspace
from cxmap.workspaces.requests import MemberRequest


def _list(request: MemberRequest, workspace: Workspace, form: WebhookForm, *, status: int = 200) -> HttpResponse:
    context = {"webhooks": selectors.webhook_list(workspace), "form": form, "section": "alerts"}
    return render(request, "alerts/webhook_list.html", context, status=status)


@login_required
@require_safe
def webhook_list(request: MemberRequest, slug: str) -> HttpResponse:
    return _list(request, workspaces_access.workspace_for_admin(request, slug), WebhookForm())


@login_required
@require_POST
def webhook_add(request: MemberRequest, slug: str) -> HttpResponse:
    workspace = workspaces_access.workspace_for_admin(request, slug)
    form = WebhookForm(request.POST)
    if not form.is_valid():
        return _list(request, workspace, form, status=422)
    try:
        webhook = services.webhook_add(workspace=workspace, actor=request.user, **form.cleaned_data)
    except CxmapError as error:
        form.add_error(None, str(error))
        return _list(request, workspace, form, status=error.status)
    # In the answer itself, not after a redirect: the secret is shown this once.
    return _detail(request, webhook, WebhookForm(webhook=webhook), secret=webhook.secret)


def _detail(
    request: MemberRequest, webhook: Webhook, form: WebhookForm, *, secret: str = "", status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "webhook": webhook,
        "form": form,
        "secret": secret,
        "pause_text": problem(webhook.pause_reason),
        "deliveries": selectors.deliveries_of(webhook),
        "section": "alerts",
    }
    return render(request, "alerts/webhook_detail.html", context, status=status)


@login_required
def webhook_detail(request: MemberRequest, pk: UUID) -> HttpResponse:
    webhook = access.webhook_for_admin(request, pk)
    form = WebhookForm(request.POST or None, webhook=webhook)
    if request.method == "POST" and form.is_valid():
        services.webhook_update(webhook=webhook, actor=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(webhook)
    return _detail(request, webhook, form, status=422 if form.errors else 200)


@login_required
@require_POST
def webhook_secret(request: MemberRequest, pk: UUID) -> HttpResponse:
    webhook = services.webhook_secret_renew(webhook=access.webhook_for_admin(request, pk), actor=request.user)
    return _detail(request, webhook, WebhookForm(webhook=webhook), secret=webhook.secret)


def _act(request: MemberRequest, pk: UUID, act: Callable[[Webhook], Any], said: str) -> HttpResponse:
    webhook = access.webhook_for_admin(request, pk)
    act(webhook)
    messages.success(request, said)
    return redirect(webhook)


@login_required
@require_POST
def webhook_test(request: MemberRequest, pk: UUID) -> HttpResponse:
    said = _("A test call is on its way: load this page again to see the answer.")
    return _act(request, pk, lambda webhook: services.webhook_test(webhook=webhook), said)


@login_required
@require_POST
def webhook_pause(request: MemberRequest, pk: UUID) -> HttpResponse:
    said = _("The webhook is paused. What happens meanwhile waits for seven days.")
    return _act(request, pk, lambda webhook: services.webhook_pause(webhook=webhook, actor=request.user), said)


@login_required
@require_POST
def webhook_resume(request: MemberRequest, pk: UUID) -> HttpResponse:
    said = _("The webhook is called again, what waited first.")
    return _act(request, pk, lambda webhook: services.webhook_resume(webhook=webhook, actor=request.user), said)


@login_required
@require_POST
def webhook_delete(request: MemberRequest, pk: UUID) -> HttpResponse:
    webhook = access.webhook_for_admin(request, pk)
    services.webhook_delete(webhook=webhook, actor=request.user)
    messages.success(request, _("The webhook “%(name)s” is deleted.") % {"name": webhook.name})
    return redirect("alerts:webhooks", webhook.workspace.slug)
