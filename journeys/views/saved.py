"""Views of a map that are kept under a name."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cxmap.lib.errors import CxmapError
from cxmap.lib.http import refuse, safe_next, see_other
from cxmap.lib.prepared import Prepared
from cxmap.workspaces.access import can
from cxmap.workspaces.models import Role
from cxmap.workspaces.requests import MemberRequest
from journeys import access
from journeys.models import Journey, SavedView
from journeys.services import saved_views as services

_of_journey = Prepared(
    lambda journey: SavedView.objects.filter(journey=journey, deleted_at=None).order_by("name", "id")
)


@dataclass(frozen=True, slots=True)
class SavedRow:
    view: SavedView
    href: str
    current: bool  # what the person looks at
    opens_map: bool  # may become what the map opens with


@dataclass(frozen=True, slots=True)
class SavedViews:
    """The menu beside the tabs of a journey. `query` is the view that would be kept now."""

    journey: Journey
    rows: Sequence[SavedRow]
    query: str
    here: str
    can_edit: bool
    default: SavedView | None = None


def saved_views(request: MemberRequest, journey: Journey, *, current: str) -> SavedViews:
    """Return the views kept of a journey, for a page of it that shows the view `current`."""
    query = request.GET.copy()
    query["view"] = current
    now = services.query_of(query.urlencode())
    views = _of_journey(journey=journey.pk)
    rows = [
        SavedRow(
            view=view,
            href=f"{journey.get_absolute_url()}?{view.query or 'view=map'}",
            current=view.query == now,
            opens_map=services.opens_map(view.query),
        )
        for view in views
    ]
    return SavedViews(
        journey=journey,
        rows=rows,
        query=now,
        here=request.get_full_path(),
        can_edit=can(request.membership, Role.EDITOR),
        default=next((view for view in views if view.is_default), None),
    )


def _name_of(request: MemberRequest) -> str:
    return " ".join(request.POST.get("name", "").split())[:80]


@login_required
@require_POST
def saved_view_add(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Keep the view that the person looks at; its query comes along as it stands in the address."""
    journey = access.journey_for_edit(request, pk)
    name = _name_of(request)
    query = services.query_of(request.POST.get("query", ""))
    if not name:
        messages.error(request, _("Give the view a name: it is listed under it."))
        return see_other(f"{journey.get_absolute_url()}?{query}")
    view = services.saved_view_save(journey=journey, actor=request.user, name=name, query=query)
    messages.success(request, _("The view “%(name)s” is saved for everybody in the workspace.") % {"name": view.name})
    return see_other(f"{journey.get_absolute_url()}?{view.query}")


@login_required
@require_POST
def saved_view_rename(request: MemberRequest, pk: UUID) -> HttpResponse:
    view = access.saved_view_for_edit(request, pk)
    back = safe_next(request, view.journey.get_absolute_url())
    name = _name_of(request)
    if not name:
        messages.error(request, _("Give the view a name: it is listed under it."))
        return see_other(back)
    try:
        services.saved_view_rename(view=view, actor=request.user, name=name)
    except CxmapError as error:
        return refuse(request, error, back=back)
    messages.success(request, _("The view is now called “%(name)s”.") % {"name": name})
    return see_other(back)


@login_required
@require_POST
def saved_view_default(request: MemberRequest, pk: UUID) -> HttpResponse:
    view = access.saved_view_for_edit(request, pk)
    back = safe_next(request, view.journey.get_absolute_url())
    default = request.POST.get("default") == "yes"
    try:
        services.saved_view_default(view=view, actor=request.user, default=default)
    except CxmapError as error:
        return refuse(request, error, back=back)
    said = (
        _("The map now opens with the view “%(name)s”, for everybody.")
        if default
        else _("The map no longer opens with the view “%(name)s”.")
    )
    messages.success(request, said % {"name": view.name})
    return see_other(back)


@login_required
@require_POST
def saved_view_remove(request: MemberRequest, pk: UUID) -> HttpResponse:
    view = access.saved_view_for_edit(request, pk)
    services.saved_view_delete(view=view, actor=request.user)
    messages.success(request, _("The view “%(name)s” is deleted; the map is as it was.") % {"name": view.name})
    return see_other(safe_next(request, view.journey.get_absolute_url()))
