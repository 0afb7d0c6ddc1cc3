"""What is done about a gap of the matrix: a touchpoint is added, or the gap is said not to apply."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from cxmap.lib.http import render_page_or_partial, safe_next
from cxmap.workspaces import access as workspaces_access
from cxmap.workspaces.models import Workspace
from cxmap.workspaces.requests import MemberRequest
from journeys.models import Step
from kpis import access, services
from kpis.forms_matrix import DismissForm, PlaceForm
from kpis.selectors.matrix import matrix_places
from kpis.selectors.matrix_columns import Column
from kpis.views.matrix import filters_asked, without
from touchpoints.models import Category, Channel, Phase
from touchpoints.services import touchpoint_create


def steps_of(column: Column | None) -> list[Step]:
    """Return the shown steps of a column's stages, map by map."""
    if column is None or not column.stages:
        return []
    rows = Step.objects.filter(stage__in=column.stages, deleted_at=None, hidden=False)
    return list(
        rows.select_related("journey", "stage").order_by("journey__sort_key", "journey", "stage__rank", "rank", "id")
    )


def _initial(column: Column | None, columns: Sequence[Column], steps: Sequence[Step], wanted: str) -> dict[str, Any]:
    """Return what the form begins with: the phase of the column, and the first step of its stage, lest the gap stays."""
    initial: dict[str, Any] = {}
    if column is not None and column.key in Phase.values:
        initial["phase"] = column.key
    elif column is not None:
        third = 3 * column.position / (len(columns) + 1)
        initial["phase"] = Phase.BEFORE if third < 1.4 else Phase.DURING if third < 2 else Phase.AFTER
    chosen = [step for step in steps if str(step.pk) == wanted]
    if steps:
        initial["steps"] = chosen or steps[:1]
    return initial


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def gap_fill(request: MemberRequest, slug: str) -> HttpResponse:
    """Add a touchpoint where the matrix has none: category, channel and stage are those of the cell."""
    workspace = workspaces_access.workspace_for_edit(request, slug)
    query = request.GET
    category = Category.objects.filter(workspace=workspace, code=query.get("row", "")).first()
    if category is None:
        raise Http404
    channel = Channel.objects.filter(workspace=workspace, code=query.get("channel", "")).first()
    filters = filters_asked(request, workspace)
    places = matrix_places(workspace, filters, today=timezone.localdate(timezone=workspace.zone))
    column = next((column for column in places.columns if column.key == query.get("column")), None)
    steps = steps_of(column)
    posted = request.method == "POST"
    form = PlaceForm(
        request.POST if posted else None,
        workspace=workspace,
        category=category,
        channel=channel,
        steps=steps,
        initial=_initial(column, places.columns, steps, query.get("step", "")),
    )
    back = f"{reverse('kpis:matrix', args=[slug])}{without_place(request)}"
    if posted and form.is_valid():
        _fill(request, workspace, form, category)
        return redirect(back)
    context = {
        "form": form,
        "category": category,
        "channel": channel,
        "column": column,
        "journey": filters.journey,
        "back": back,
        "section": "matrix",
    }
    return render_page_or_partial(request, "kpis/matrix_add.html", context, status=422 if posted else 200)


def without_place(request: MemberRequest) -> str:
    """Return the query of the matrix that the cell belongs to."""
    query = request.GET.copy()
    for name in ("row", "channel", "column", "step"):
        query.pop(name, None)
    return without(query, "page")


@transaction.atomic
def _fill(request: MemberRequest, workspace: Workspace, form: PlaceForm, category: Category) -> None:
    data = form.cleaned_data
    touchpoint = data.get("known") or touchpoint_create(
        workspace=workspace,
        actor=request.user,
        name=data["name"],
        category=category,
        channel=data["channel"],
        phase=data["phase"],
    )
    made = services.touchpoint_place(touchpoint=touchpoint, steps=list(data.get("steps") or ()), actor=request.user)
    text = _("“%(name)s” is in the library.") % {"name": touchpoint.name}
    if made:
        placed = ngettext("It stands on %(number)s step of the map.", "It stands on %(number)s steps of maps.", made)
        text = f"{text} {placed % {'number': made}}"
    messages.success(request, text)


@login_required
@require_POST
def gap_dismiss(request: MemberRequest, slug: str) -> HttpResponse:
    workspace = workspaces_access.workspace_for_edit(request, slug)
    back = safe_next(request, f"{reverse('kpis:matrix', args=[slug])}?mode=coverage")
    form = DismissForm(request.POST, workspace=workspace)
    if not form.is_valid():
        messages.error(request, _("This gap is not there any more: look at the matrix again."))
        return redirect(back)
    services.gap_dismiss(workspace=workspace, actor=request.user, **form.cleaned_data)
    messages.success(request, _("Noted: nothing is missing there. You can take it back in the coverage view."))
    return redirect(back)


@login_required
@require_POST
def gap_restore(request: MemberRequest, pk: Any) -> HttpResponse:
    row = access.gap_for_edit(request, pk)
    services.gap_restore(row=row, actor=request.user)
    messages.success(request, _("Taken back: the gap counts as missing again."))
    return redirect(safe_next(request, f"{reverse('kpis:matrix', args=[row.workspace.slug])}?mode=coverage"))
