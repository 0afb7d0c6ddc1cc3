"""Departments: who owns what across all maps, and the few things that can be done with a department."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cxmap.lib.errors import CxmapError, StaleRevision
from cxmap.lib.http import refuse
from cxmap.workspaces.access import can, workspace_for_edit, workspace_for_view
from cxmap.workspaces.models import Role, Workspace
from cxmap.workspaces.requests import MemberRequest
from improvements.forms import DepartmentForm, OwnersForm
from improvements.ownership import ownership
from journeys.models import Journey
from touchpoints import access, departments
from touchpoints.models import Department


def page_of(workspace: Workspace) -> str:
    return reverse("improvements:departments", args=[workspace.slug])


def _journey(workspace: Workspace, text: str) -> Journey | None:
    """Return the journey that the address names, of this workspace."""
    try:
        return Journey.objects.filter(pk=UUID(text), workspace=workspace, deleted_at=None).first()
    except ValueError:
        return None


def _gone(workspace: Workspace, text: str) -> Department | None:
    """Return the department that was just deleted, to offer it back."""
    try:
        return Department.objects.filter(pk=UUID(text), workspace=workspace).exclude(deleted_at=None).first()
    except ValueError:
        return None


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def department_list(request: MemberRequest, slug: str) -> HttpResponse:
    """Who owns what; a POST adds a department."""
    posted = request.method == "POST"
    workspace = workspace_for_edit(request, slug) if posted else workspace_for_view(request, slug)
    form = DepartmentForm(request.POST if posted else None)
    if posted and form.is_valid():
        try:
            made = departments.department_add(workspace=workspace, actor=request.user, name=form.cleaned_data["name"])
        except CxmapError as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("The department “%(name)s” is added.") % {"name": made.name})
            return redirect(page_of(workspace))
    context = {
        "ownership": ownership(workspace, _journey(workspace, request.GET.get("journey", ""))),
        "form": form,
        "owners": departments.owners_without(workspace),
        "deleted": _gone(workspace, request.GET.get("deleted", "")),
        "section": "improvements",
        "can_edit": can(request.membership, Role.EDITOR),
    }
    return render(request, "improvements/department_list.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def departments_from_owners(request: MemberRequest, slug: str) -> HttpResponse:
    """Make departments of owners that are named in the library."""
    workspace = workspace_for_edit(request, slug)
    form = OwnersForm(request.POST, owners=departments.owners_without(workspace))
    if not form.is_valid():
        return refuse(request, CxmapError(_("Tick at least one name that is still an owner.")), back=page_of(workspace))
    moved = departments.departments_from_owners(
        workspace=workspace, actor=request.user, names=form.cleaned_data["owners"]
    )
    messages.success(request, _("Departments made, touchpoints given to them: %(count)s.") % {"count": moved})
    return redirect(page_of(workspace))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def department_edit(request: MemberRequest, pk: UUID) -> HttpResponse:
    department = access.department_for_edit(request, pk)
    first = {"name": department.name, "revision": department.revision}
    form = DepartmentForm(request.POST if request.method == "POST" else None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            departments.department_rename(
                department=department,
                actor=request.user,
                name=form.cleaned_data["name"],
                expected_revision=form.cleaned_data["revision"],
            )
        except StaleRevision:
            form.add_error("name", _("Somebody renamed it meanwhile. Open this page again to see the name it has now."))
        except CxmapError as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("The department is renamed."))
            return redirect(page_of(department.workspace))
    context = {"department": department, "form": form, "section": "improvements"}
    return render(request, "improvements/department_form.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def department_delete(request: MemberRequest, pk: UUID) -> HttpResponse:
    department = access.department_for_edit(request, pk)
    departments.department_delete(department=department, actor=request.user)
    messages.success(request, _("The department “%(name)s” is deleted.") % {"name": department.name})
    return redirect(f"{page_of(department.workspace)}?deleted={department.pk}")


@login_required
@require_POST
def department_restore(request: MemberRequest, pk: UUID) -> HttpResponse:
    department = access.department_for_edit(request, pk)
    try:
        departments.department_restore(department=department, actor=request.user)
    except CxmapError as error:
        return refuse(request, error, back=page_of(department.workspace))
    messages.success(request, _("The department is back, with what it is in charge of."))
    return redirect(page_of(department.workspace))
