"""The example matrix of the guides, and taking over what is ticked."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from cxmap.workspaces import access as workspaces_access
from cxmap.workspaces.access import can
from cxmap.workspaces.models import Role
from cxmap.workspaces.requests import MemberRequest
from kpis import services
from kpis.forms_matrix import ExampleForm
from kpis.selectors.matrix_example import example_matrix
from kpis.services import ExamplesAdded


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def example(request: MemberRequest, slug: str) -> HttpResponse:
    workspace = workspaces_access.workspace_for_view(request, slug)
    can_edit = can(request.membership, Role.EDITOR)
    posted = request.method == "POST"
    if posted and not can_edit:
        raise PermissionDenied
    found = example_matrix(workspace, request.GET.get("template", ""))
    form = ExampleForm(request.POST if posted else None, workspace=workspace, example=found)
    if posted and form.is_valid():
        wanted = set(form.cleaned_data["examples"])
        journey = form.cleaned_data["journey"]
        entries = [entry for entry in found.offered if entry.key in wanted]
        added = services.examples_place(workspace=workspace, actor=request.user, entries=entries, journey=journey)
        messages.success(request, _said(added))
        target = reverse("kpis:matrix", args=[slug])
        return redirect(f"{target}?journey={journey.pk}" if journey else target)
    context = {
        "example": found,
        "form": form,
        "ticked": request.POST.getlist("examples"),
        "section": "matrix",
        "can_edit": can_edit,
    }
    return render(request, "kpis/matrix_example.html", context, status=422 if posted else 200)


def _said(added: ExamplesAdded) -> str:
    number = added.touchpoints
    said = [
        ngettext("%(number)s example is in the library.", "%(number)s examples are in the library.", number)
        % {"number": number}
    ]
    if added.cards:
        text = ngettext("%(number)s stands on the map.", "%(number)s stand on the map.", added.cards)
        said.append(text % {"number": added.cards})
    if added.homeless:
        text = ngettext(
            "%(number)s found no stage of its name there: put it on the map yourself.",
            "%(number)s found no stage of their name there: put them on the map yourself.",
            added.homeless,
        )
        said.append(text % {"number": added.homeless})
    said.append(_("Rename them after your own touchpoints."))
    return " ".join(said)
