"""The list of workshops, and a new one."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cxmap.workspaces.access import can, workspace_for_edit, workspace_for_view
from cxmap.workspaces.models import Role, Workspace
from cxmap.workspaces.requests import MemberRequest
from journeys.blueprints import blueprint_of
from journeys.models import Journey, Method
from journeys.services.journeys import journey_create
from workshops import access
from workshops.agendas import AGENDAS
from workshops.forms import TitleForm, WorkshopAddForm
from workshops.selectors.lists import workshops_of
from workshops.services import workshops as services


@login_required
@require_safe
def workshop_list(request: MemberRequest, slug: str) -> HttpResponse:
    workspace = workspace_for_view(request, slug)
    context = {
        "page": workshops_of(workspace),
        "agendas": AGENDAS.values(),
        "can_edit": can(request.membership, Role.EDITOR),
        "section": "workshops",
    }
    return render(request, "workshops/workshop_list.html", context)


def _begins_with(request: MemberRequest, workspace: Workspace) -> dict[str, object]:
    """Return what the form begins with: the map that `?journey=` names, and the agenda that suits it."""
    journey = None
    try:
        key = UUID(request.GET.get("journey", ""))
    except ValueError:
        pass
    else:
        journey = Journey.objects.filter(pk=key, workspace=workspace, deleted_at=None).first()
    agenda = request.GET.get("agenda", "")
    if agenda not in AGENDAS:
        agenda = "pains" if journey else "first-map"
    return {"journey": journey, "agenda": agenda, "title": str(AGENDAS[agenda].name)}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_add(request: MemberRequest, slug: str) -> HttpResponse:
    workspace = workspace_for_edit(request, slug)
    if request.method == "POST":
        form = WorkshopAddForm(request.POST, workspace=workspace)
        if form.is_valid():
            data = form.cleaned_data
            with transaction.atomic():
                journey = data["journey"] or journey_create(
                    workspace=workspace,
                    actor=request.user,
                    name=data["new_journey"],
                    no_persona_yet=True,
                    blueprint=blueprint_of("blank"),
                    methods=[Method.WORKSHOP],
                )
                workshop = services.workshop_create(
                    journey=journey, actor=request.user, title=data["title"], agenda=data["agenda"]
                )
            return redirect(workshop)
        status = 422
    else:
        form = WorkshopAddForm(workspace=workspace, initial=_begins_with(request, workspace))
        status = 200
    chosen = form["agenda"].value()
    context = {
        "form": form,
        "agendas": [(agenda, agenda.key == chosen) for agenda in AGENDAS.values()],
        "section": "workshops",
    }
    return render(request, "workshops/workshop_add.html", context, status=status)


@login_required
@require_POST
def workshop_rename(request: MemberRequest, pk: UUID) -> HttpResponse:
    workshop = access.workshop_for_edit(request, pk)
    form = TitleForm(request.POST)
    if form.is_valid():
        services.workshop_rename(workshop=workshop, actor=request.user, title=form.cleaned_data["title"])
    else:
        messages.error(request, _("Give the workshop a title of at most 160 characters."))
    return redirect(workshop)


@login_required
@require_POST
def workshop_delete(request: MemberRequest, pk: UUID) -> HttpResponse:
    workshop = access.workshop_for_edit(request, pk)
    services.workshop_delete(workshop=workshop, actor=request.user)
    messages.success(
        request,
        _("“%(name)s” is in the trash, at the end of this page: it can be restored.") % {"name": workshop.title},
    )
    return redirect("workshops:list", workshop.workspace.slug)


@login_required
@require_POST
def workshop_restore(request: MemberRequest, pk: UUID) -> HttpResponse:
    workshop = access.workshop_in_trash_for_edit(request, pk)
    services.workshop_restore(workshop=workshop, actor=request.user)
    return redirect(workshop)
