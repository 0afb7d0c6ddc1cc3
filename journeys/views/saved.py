"""Views of a map that are kept under a name."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cxmap.lib.http import see_other
from cxmap.lib.prepared import Prepared
from cxmap.workspaces.requests import MemberRequest
from journeys import access
from journeys.models import Journey, SavedView
from journeys.services.saved_views import query_of, saved_view_delete, saved_view_save

_of_journey = Prepared(
    lambda journey: SavedView.objects.filter(journey=journey, deleted_at=None).order_by("name", "id")
)


def saved_views(journey: Journey) -> Sequence[SavedView]:
    return _of_journey(journey=journey.pk)


@login_required
@require_POST
def saved_view_add(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Keep the view that the person looks at; its query comes along as it stands in the address."""
    journey = access.journey_for_edit(request, pk)
    name = " ".join(request.POST.get("name", "").split())[:80]
    query = query_of(request.POST.get("query", ""))
    if not name:
        messages.error(request, _("Give the view a name: it is listed under it."))
        return see_other(f"{journey.get_absolute_url()}?{query}")
    view = saved_view_save(journey=journey, actor=request.user, name=name, query=query)
    messages.success(request, _("The view “%(name)s” is saved for everybody in the workspace.") % {"name": view.name})
    return see_other(f"{journey.get_absolute_url()}?{view.query}")


@login_required
@require_POST
def saved_view_remove(request: MemberRequest, pk: UUID) -> HttpResponse:
    view = access.saved_view_for_edit(request, pk)
    saved_view_delete(view=view, actor=request.user)
    messages.success(request, _("The view “%(name)s” is deleted; the map is as it was.") % {"name": view.name})
    return see_other(view.journey.get_absolute_url())
