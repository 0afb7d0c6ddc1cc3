"""The library as a file: fetched as it is shown, brought back after a look at every line."""

from pathlib import PurePath
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cxmap.lib.errors import CxmapError
from cxmap.lib.http import see_other
from cxmap.lib.sheets import CONTENT_TYPES
from cxmap.workspaces.access import workspace_for_edit, workspace_for_view
from cxmap.workspaces.brought import brought_drop, brought_keep
from cxmap.workspaces.requests import MemberRequest
from touchpoints import access, selectors
from touchpoints.forms import FilterForm, LibraryFileForm
from touchpoints.interchange import LibraryPlan, library_file, plan_apply, plan_of, rows_in
from touchpoints.interchange.plan import CHANGED, CREATED, REJECTED, UNCHANGED
from touchpoints.interchange.write import LibraryChanged
from touchpoints.models import LibraryDraft

LINES_SHOWN = 100
ORDER = (REJECTED, CREATED, CHANGED, UNCHANGED)


@login_required
@require_safe
def touchpoints_export(request: MemberRequest, slug: str, kind: str) -> StreamingHttpResponse:
    """Send the touchpoints that the filters of the list leave, in its order."""
    workspace = workspace_for_view(request, slug)
    if kind not in CONTENT_TYPES:
        raise Http404
    form = FilterForm(request.GET, workspace=workspace)
    today = timezone.localdate(timezone=workspace.zone)
    rows = selectors.rows_of(workspace, form.filters(), today=today, sort=form.order)
    content_type, ending = CONTENT_TYPES[kind]
    response = StreamingHttpResponse(library_file(workspace, rows, kind=kind), content_type=content_type)
    name = slugify(f"{_('touchpoints')}-{workspace.slug}-{today.isoformat()}")
    response["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    return response


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def touchpoints_import(request: MemberRequest, slug: str) -> HttpResponse:
    """Take a file; what it would do is shown before anything is written."""
    workspace = workspace_for_edit(request, slug)
    form = LibraryFileForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            file = cast(UploadedFile, form.cleaned_data["file"])
            name = PurePath((file.name or "").replace("\\", "/")).name
            try:
                rows = rows_in(file.read(), name=name)
            except CxmapError as error:
                form.add_error("file", str(error))
            else:
                draft = brought_keep(LibraryDraft, workspace=workspace, actor=request.user, name=name, rows=rows)
                return see_other(reverse("touchpoints:draft", args=[draft.pk]))
    context = {"form": form, "section": "touchpoints"}
    return render(request, "touchpoints/import_form.html", context, status=status)


def _preview(request: MemberRequest, plan: LibraryPlan) -> dict[str, Any]:
    """Return the lines to show: what needs a look first, one kind at a time where there are many."""
    counts = plan.counts
    wanted = request.GET.get("show", "")
    kind = wanted if wanted in ORDER else next((kind for kind in ORDER if counts[kind]), UNCHANGED)
    page = Paginator(plan.of(kind), LINES_SHOWN).get_page(request.GET.get("page"))
    labels = {
        REJECTED: _("rejected"),
        CREATED: _("new"),
        CHANGED: _("changed"),
        UNCHANGED: _("unchanged"),
    }
    return {"tabs": [(key, labels[key], counts[key]) for key in ORDER], "kind": kind, "page": page}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def library_draft(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Show line by line what a file would do, and do it once its owner says so."""
    draft = access.draft_for_edit(request, pk)
    workspace = draft.workspace
    if request.method == "POST":
        try:
            plan, gesture = plan_apply(
                workspace=workspace, actor=request.user, rows=draft.rows, digest=request.POST.get("digest", "")
            )
        except LibraryChanged as error:
            messages.error(request, str(error))
            return see_other(reverse("touchpoints:draft", args=[pk]))
        brought_drop(draft)
        rejected = plan.counts[REJECTED]
        if rejected:
            messages.warning(request, _("Rejected lines, left out as shown: %(n)s.") % {"n": rejected})
        return see_other(f"{reverse('touchpoints:list', args=[workspace.slug])}?done={gesture}")
    plan = plan_of(workspace, draft.rows)
    context = {"draft": draft, "plan": plan, "section": "touchpoints", **_preview(request, plan)}
    return render(request, "touchpoints/import_preview.html", context)


@login_required
@require_POST
def library_draft_drop(request: MemberRequest, pk: UUID) -> HttpResponse:
    draft = access.draft_for_edit(request, pk)
    brought_drop(draft)
    return see_other(reverse("touchpoints:list", args=[draft.workspace.slug]))
