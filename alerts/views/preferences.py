"""What a member wants to be told of, and how; the link in mails that turns them off."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from alerts import selectors, services
from alerts.forms import PreferenceForm
from alerts.links import unsubscribe_membership
from alerts.views.lists import mail_notice
from cxmap.lib.errors import CxmapError
from cxmap.workspaces import access as workspaces_access
from cxmap.workspaces.models import Membership
from cxmap.workspaces.requests import MemberRequest


@login_required
def preferences(request: MemberRequest, slug: str) -> HttpResponse:
    workspace = workspaces_access.workspace_for_view(request, slug)
    preference = services.preference_of(request.membership)
    form = PreferenceForm(request.POST or None, workspace=workspace, preference=preference)
    if request.method == "POST" and form.is_valid():
        try:
            services.preference_set(membership=request.membership, language=(get_language() or "")[:2], **form.values())
        except CxmapError as error:
            for name, texts in error.fields.items():
                form.add_error(name, texts)
        else:
            messages.success(request, _("Your alerts are set."))
            return redirect("alerts:preferences", workspace.slug)
    context = {
        "form": form,
        "notice": mail_notice(request),
        "last_mail": selectors.last_mail(request.membership),
        "section": "alerts",
    }
    return render(request, "alerts/preferences.html", context, status=422 if form.errors else 200)


# A mail program posts here by itself (RFC 8058): it has no session, the signed address is the right.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, then turn the mails of one membership off. Opening the link alone changes nothing: scanners open links."""
    pk = unsubscribe_membership(token)
    if pk is None:
        raise Http404
    # Who has left gets no mails any more: the same answer, which tells nothing.
    membership = Membership.objects.select_related("workspace", "user").filter(pk=pk).first()
    done = request.method == "POST"
    if done and membership is not None:
        services.mail_turn_off(membership=membership)
    return render(
        request,
        "alerts/unsubscribe.html",
        {"done": done, "name": membership.workspace.name if membership else _("this workspace")},
    )
