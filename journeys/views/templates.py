"""Beginning a map: the chooser, the templates with what they bring, the workspace's own ones, the guide's cases."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cxmap.lib.errors import StaleRevision
from cxmap.workspaces import access as workspaces_access
from cxmap.workspaces.models import Workspace
from cxmap.workspaces.requests import MemberRequest
from journeys import access
from journeys import chooser as selectors
from journeys.blueprints import ORDER, Blueprint, blueprint_of
from journeys.blueprints.cases import case_of, cases
from journeys.forms import JourneyAddForm, TemplateForm, TemplateSaveForm
from journeys.models import JourneyTemplate
from journeys.services import journeys as services
from journeys.services import templates


@login_required
@require_safe
def chooser(request: MemberRequest, slug: str) -> HttpResponse:
    workspace = workspaces_access.workspace_for_edit(request, slug)
    if request.GET.get("blueprint") in ORDER:
        return redirect("journeys:add-from", slug, request.GET["blueprint"])
    found = selectors.chooser(workspace, kind=request.GET.get("kind", ""), sector=request.GET.get("sector", ""))
    context = {
        "chooser": found,
        "cases": cases(),
        "deleted": selectors.deleted_template(workspace, request.GET.get("deleted")),
        "section": "journeys",
    }
    return render(request, "journeys/journey_add.html", context)


def _begin(
    request: MemberRequest,
    workspace: Workspace,
    blueprint: Blueprint,
    *,
    url: str,
    template: JourneyTemplate | None = None,
) -> HttpResponse:
    """Show what a template brings with the form beside it; begin the map when it is sent."""
    form = JourneyAddForm(request.POST or None, workspace=workspace, blueprint=blueprint)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        own_stages = data["outline"] is not blueprint
        journey = services.journey_create(
            workspace=workspace,
            actor=request.user,
            name=data["name"],
            kind=data["kind"],
            personas=list(data["personas"]),
            new_personas=data["new_personas"],
            no_persona_yet=data["no_persona_yet"],
            blueprint=data["outline"],
            # What a template brings stands at its steps.
            parts=() if own_stages else data["parts"],
        )
        return redirect(journey)
    context = {
        "form": form,
        "preview": selectors.preview(workspace, blueprint, url=url, template=template),
        "section": "journeys",
    }
    return render(request, "journeys/template_detail.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def journey_add(request: MemberRequest, slug: str, key: str) -> HttpResponse:
    workspace = workspaces_access.workspace_for_edit(request, slug)
    try:
        blueprint = blueprint_of(key)
    except KeyError as error:
        raise Http404 from error
    return _begin(request, workspace, blueprint, url=reverse("journeys:add-from", args=[slug, key]))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def journey_add_own(request: MemberRequest, pk: UUID) -> HttpResponse:
    template = access.template_for_edit(request, pk)
    blueprint = selectors.blueprint_of_template(template)
    return _begin(request, template.workspace, blueprint, url=template.get_absolute_url(), template=template)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def template_save(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Save a map as a template of the workspace."""
    journey = access.journey_for_edit(request, pk)
    initial = {"name": journey.name, "sector": journey.workspace.sector}
    form = TemplateSaveForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = {name: form.cleaned_data[name] for name in ("name", "description", "sector", "with_texts")}
        template = templates.template_save(journey=journey, actor=request.user, **data)
        messages.success(request, _("The template “%(name)s” is ready.") % {"name": template.name})
        return redirect("journeys:add", journey.workspace.slug)
    context = {"form": form, "journey": journey, "section": "journeys"}
    return render(request, "journeys/template_form.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def template_edit(request: MemberRequest, pk: UUID) -> HttpResponse:
    template = access.template_for_edit(request, pk)
    workspace = template.workspace
    form = TemplateForm(request.POST or None, instance=template, initial={"revision": template.revision})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = {name: form.cleaned_data[name] for name in ("name", "description", "sector")}
            try:
                templates.template_update(
                    template=template,
                    actor=request.user,
                    expected_revision=form.cleaned_data["revision"],
                    **data,
                )
            except StaleRevision as error:
                form.add_error(None, str(error))
                status = error.status
            else:
                return redirect("journeys:add", workspace.slug)
    context = {"form": form, "template": template, "section": "journeys"}
    return render(request, "journeys/template_form.html", context, status=status)


@login_required
@require_POST
def template_delete(request: MemberRequest, pk: UUID) -> HttpResponse:
    template = access.template_for_edit(request, pk)
    templates.template_delete(template=template, actor=request.user)
    return redirect(f"{reverse('journeys:add', args=[template.workspace.slug])}?deleted={template.pk}")


@login_required
@require_POST
def template_restore(request: MemberRequest, pk: UUID) -> HttpResponse:
    template = access.template_in_trash_for_edit(request, pk)
    templates.template_restore(template=template, actor=request.user)
    messages.success(request, _("The template “%(name)s” is back.") % {"name": template.name})
    return redirect("journeys:add", template.workspace.slug)


@login_required
@require_safe
def case_detail(request: MemberRequest, slug: str, key: str) -> HttpResponse:
    """Read what the guide says of one company (B18)."""
    workspaces_access.workspace_for_view(request, slug)
    try:
        case = case_of(key)
    except KeyError as error:
        raise Http404 from error
    context = {"case": case, "others": [other for other in cases() if other != case], "section": "journeys"}
    return render(request, "journeys/case_detail.html", context)
