"""The list of maps, their header, copies, trash and history."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cxmap.history.feed import FeedFilter, FeedKind, feed_page
from cxmap.lib.errors import CxmapError
from cxmap.workspaces import access as workspaces_access
from cxmap.workspaces.access import can, people_of
from cxmap.workspaces.models import Role
from cxmap.workspaces.requests import MemberRequest
from journeys import access, selectors
from journeys.forms import JourneyForm
from journeys.models import Journey
from journeys.picture import personas_of
from journeys.readers import is_reader
from journeys.services import journeys as services


@login_required
@require_safe
def journey_list(request: MemberRequest, slug: str) -> HttpResponse:
    workspace = workspaces_access.workspace_for_view(request, slug)
    context = {
        "page": selectors.journey_list(workspace, request.user),
        "section": "journeys",
        "can_edit": can(request.membership, Role.EDITOR),
    }
    return render(request, "journeys/journey_list.html", context)


@login_required
def journey_edit(request: MemberRequest, pk: UUID) -> HttpResponse:
    journey = access.journey_for_edit(request, pk)
    initial = {"personas": personas_of(journey), "revision": journey.revision}
    form = JourneyForm(request.POST or None, instance=journey, workspace=journey.workspace, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = dict(form.cleaned_data)
            personas = list(data.pop("personas"))
            none_yet = data.pop("no_persona_yet")
            expected = data.pop("revision")
            journey = Journey.objects.get(pk=pk)
            try:
                services.journey_update(
                    journey=journey,
                    actor=request.user,
                    personas=personas,
                    no_persona_yet=none_yet,
                    expected_revision=expected,
                    **data,
                )
            except CxmapError as error:
                form.add_error(next(iter(error.fields), None), str(error))
                status = error.status
            else:
                return redirect(journey)
    context = {"form": form, "journey": journey, "section": "journeys"}
    return render(request, "journeys/journey_form.html", context, status=status)


@login_required
@require_POST
def journey_duplicate(request: MemberRequest, pk: UUID) -> HttpResponse:
    journey = access.journey_for_edit(request, pk)
    name = _("%(name)s (copy)") % {"name": journey.name[:180]}
    copy = services.journey_duplicate(journey=journey, actor=request.user, name=name)
    messages.success(request, _("“%(name)s” was made.") % {"name": name})
    return redirect(copy)


@login_required
@require_POST
def journey_to_be(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Copy a map as the journey that is aimed at."""
    journey = access.journey_for_edit(request, pk)
    name = _("%(name)s (to-be)") % {"name": journey.name[:180]}
    copy = services.journey_duplicate(journey=journey, actor=request.user, name=name, to_be=True)
    messages.success(
        request, _("“%(name)s” was made: change it here; “Compare with the as-is journey” shows both.") % {"name": name}
    )
    return redirect(copy)


@login_required
@require_POST
def journey_delete(request: MemberRequest, pk: UUID) -> HttpResponse:
    journey = access.journey_for_edit(request, pk)
    services.journey_delete(journey=journey, actor=request.user)
    messages.success(
        request, _("“%(name)s” is in the trash, at the end of this page: it can be restored.") % {"name": journey.name}
    )
    return redirect("journeys:list", journey.workspace.slug)


@login_required
@require_POST
def journey_restore(request: MemberRequest, pk: UUID) -> HttpResponse:
    journey = access.journey_in_trash_for_edit(request, pk)
    services.journey_restore(journey=journey, actor=request.user)
    return redirect(journey)


@login_required
@require_safe
def journey_history(request: MemberRequest, pk: UUID) -> HttpResponse:
    journey = access.journey_for_view(request, pk)
    context = {
        "journey": journey,
        "page": feed_page(
            workspace_id=journey.workspace_id,
            wanted=FeedFilter.parse(request.GET),
            scope=journey,
            reads_only=is_reader(request),
        ),
        "people": people_of(journey.workspace_id),
        "kinds": FeedKind.choices,
        "section": "journeys",
    }
    return render(request, "journeys/journey_history.html", context)
