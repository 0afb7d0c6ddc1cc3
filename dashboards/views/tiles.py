"""Tiles: added, changed, moved, sized, copied and taken off."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cxmap.lib.errors import CxmapError
from cxmap.lib.http import refuse, render_page_or_partial, see_other, wants_partial
from cxmap.workspaces.requests import MemberRequest
from dashboards import access
from dashboards.models import Dashboard, Tile
from dashboards.services import boards as services
from dashboards.tiles import kind_of, kinds


def _back(dashboard: Dashboard, tile: Tile | None = None) -> str:
    anchor = f"#tile-{tile.pk}" if tile else ""
    return f"{dashboard.get_absolute_url()}?edit=1{anchor}"


@login_required
@require_http_methods(["GET", "POST"])
def tile_add(request: MemberRequest, slug: str, pk: UUID) -> HttpResponse:
    """Without ?kind= the kinds to choose from, with it the form of one."""
    dashboard = access.dashboard_for_edit(request, slug, pk)
    kind = kind_of(request.GET.get("kind", ""))
    if kind is None:
        if request.method == "POST":
            raise Http404
        context: dict[str, Any] = {"dashboard": dashboard, "kinds": kinds(), "section": "dashboard"}
        return render_page_or_partial(request, "dashboards/tile_kinds.html", context)
    form = kind.form(request.POST or None, workspace=dashboard.workspace, initial={"width": kind.width})
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            tile = services.tile_add(
                dashboard=dashboard,
                actor=request.user,
                kind=kind.key,
                settings=form.settings(),
                width=form.cleaned_data["width"],
            )
        except CxmapError as error:
            form.add_error(None, str(error))
            status = error.status
        else:
            messages.success(request, _("The tile is added at the end."))
            return redirect(_back(dashboard, tile))
    context = {"form": form, "kind": kind, "dashboard": dashboard, "section": "dashboard"}
    return render_page_or_partial(request, "dashboards/tile_form.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def tile_edit(request: MemberRequest, pk: UUID) -> HttpResponse:
    tile = access.tile_for_edit(request, pk)
    kind = kind_of(tile.kind)
    if kind is None:
        raise Http404
    initial = {**tile.settings, "width": tile.width, "revision": tile.revision}
    form = kind.form(request.POST or None, workspace=tile.dashboard.workspace, initial=initial)
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            services.tile_update(
                tile=tile,
                actor=request.user,
                settings=form.settings(),
                width=form.cleaned_data["width"],
                expected_revision=form.cleaned_data["revision"],
            )
        except CxmapError as error:
            form.add_error(None, str(error))
            status = error.status
        else:
            messages.success(request, _("Saved."))
            return redirect(_back(tile.dashboard, tile))
    context = {"form": form, "kind": kind, "tile": tile, "dashboard": tile.dashboard, "section": "dashboard"}
    return render_page_or_partial(request, "dashboards/tile_form.html", context, status=status)


def _index(request: MemberRequest, tile: Tile) -> int:
    """Return where a tile is to stand: a place by number, or one earlier or later than it is."""
    order = [other.pk for other in services.live_tiles(tile.dashboard)]
    here = order.index(tile.pk)
    step = {"earlier": -1, "later": 1}.get(request.POST.get("to", ""))
    if step is not None:
        return here + step
    text = request.POST.get("index", "")
    return int(text) if text.isdecimal() and len(text) < 6 else here


@login_required
@require_POST
def tile_move(request: MemberRequest, pk: UUID) -> HttpResponse:
    tile = access.tile_for_edit(request, pk)
    try:
        index = services.tile_move(tile=tile, actor=request.user, index=_index(request, tile))
    except CxmapError as error:
        return refuse(request, error, back=_back(tile.dashboard))
    if wants_partial(request):
        return JsonResponse({"index": index})
    return see_other(_back(tile.dashboard, tile))


@login_required
@require_POST
def tile_resize(request: MemberRequest, pk: UUID) -> HttpResponse:
    tile = access.tile_for_edit(request, pk)
    width = request.POST.get("width", "")
    if width not in {str(value) for value in Tile.Width.values}:
        messages.error(request, _("A tile is 3, 4, 6 or 12 columns wide."))
        return see_other(_back(tile.dashboard, tile))
    try:
        services.tile_resize(tile=tile, actor=request.user, width=int(width))
    except CxmapError as error:
        return refuse(request, error, back=_back(tile.dashboard))
    return see_other(_back(tile.dashboard, tile))


@login_required
@require_POST
def tile_duplicate(request: MemberRequest, pk: UUID) -> HttpResponse:
    tile = access.tile_for_edit(request, pk)
    try:
        copy = services.tile_duplicate(tile=tile, actor=request.user)
    except CxmapError as error:
        return refuse(request, error, back=_back(tile.dashboard, tile))
    messages.success(request, _("The copy stands right behind it."))
    return see_other(_back(tile.dashboard, copy))


@login_required
@require_POST
def tile_delete(request: MemberRequest, pk: UUID) -> HttpResponse:
    tile = access.tile_for_edit(request, pk)
    services.tile_delete(tile=tile, actor=request.user)
    messages.success(request, _("The tile is taken off; “Undo” above brings it back."))
    return see_other(_back(tile.dashboard))
