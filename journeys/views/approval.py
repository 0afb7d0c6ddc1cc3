"""The approval of a map: asked for, sent back, withdrawn, published."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from cxmap.lib.errors import CxmapError
from cxmap.lib.http import refuse, see_other
from cxmap.workspaces.models import Role
from cxmap.workspaces.requests import MemberRequest
from journeys import access, interchange
from journeys import versions as ages
from journeys.forms_approval import PublishForm, ReviewForm, SendBackForm
from journeys.models import Approval, Journey, Status
from journeys.picture import document_seen
from journeys.services import approval as services
from journeys.views.versions import NOW, Side, compared, now_label, version_label

ROUNDS = 10  # answered requests that are shown


def _page(request: MemberRequest, journey: Journey, *, status: int = 200, **forms: Any) -> HttpResponse:
    """Show what is published, what is different now, who was asked, and what this person may do about it."""
    members = services.colleagues(journey)
    approval = services.open_approval(journey)
    may_publish = request.user.pk in services.publishers(members, approval)
    mine = approval is not None and approval.asked_by_id == request.user.pk
    age = ages.standing(journey)
    others = [member for member in members if member.user_id != request.user.pk]
    before = after = None
    if age.published is not None:
        after = Side(NOW, now_label(journey, None), interchange.document_of(journey, files=False))
        label = version_label(age.published)
        before = Side(str(age.published.number), label, document_seen(journey, age.published, files=False))
    context = {
        "journey": journey,
        "standing": age,
        "approval": approval,
        "may_publish": may_publish,
        "may_withdraw": mine or (approval is not None and request.membership.role == Role.OWNER),
        "others": others,
        "publish": PublishForm(
            journey=journey,
            people=[member.user for member in members],
            initial={"expected_change": ages.last_change_of(journey) or 0, "owner": journey.owner},
        ),
        "ask": ReviewForm(members=others),
        "send_back": SendBackForm(),
        "rounds": journey.approvals.exclude(status=Approval.Status.OPEN).select_related(
            "asked_by", "answered_by", "version"
        )[:ROUNDS],
        "section": "journeys",
        "steps": Status.choices,
        "before": before,
        "after": after,
        **compared(before, after),
        **forms,
    }
    return render(request, "journeys/approval.html", context, status=status)


@login_required
@require_safe
@never_cache
def approval(request: MemberRequest, pk: UUID) -> HttpResponse:
    return _page(request, access.journey_for_edit(request, pk))


def _back(journey: Journey) -> str:
    return reverse("journeys:approval", args=[journey.pk])


def _act(request: MemberRequest, journey: Journey, act: Callable[[], Any], *, said: str) -> HttpResponse:
    try:
        act()
    except CxmapError as error:
        return refuse(request, error, back=_back(journey))
    messages.success(request, said)
    return see_other(_back(journey))


@login_required
@require_POST
def review_ask(request: MemberRequest, pk: UUID) -> HttpResponse:
    journey = access.journey_for_edit(request, pk)
    others = [member for member in services.colleagues(journey) if member.user_id != request.user.pk]
    form = ReviewForm(request.POST, members=others)
    if not form.is_valid():
        return _page(request, journey, status=422, ask=form)
    return _act(
        request,
        journey,
        lambda: services.review_ask(journey=journey, actor=request.user, **form.cleaned_data),
        said=_("The review is asked for: those who were named are told."),
    )


@login_required
@require_POST
def review_withdraw(request: MemberRequest, pk: UUID) -> HttpResponse:
    journey = access.journey_for_edit(request, pk)
    return _act(
        request,
        journey,
        lambda: services.review_withdraw(journey=journey, actor=request.user),
        said=_("The request is withdrawn."),
    )


@login_required
@require_POST
def review_send_back(request: MemberRequest, pk: UUID) -> HttpResponse:
    journey = access.journey_for_edit(request, pk)
    form = SendBackForm(request.POST)
    if not form.is_valid():
        return _page(request, journey, status=422, send_back=form)
    return _act(
        request,
        journey,
        lambda: services.review_send_back(journey=journey, actor=request.user, **form.cleaned_data),
        said=_("The map is sent back: whoever asked is told why."),
    )


@login_required
@require_POST
def publish(request: MemberRequest, pk: UUID) -> HttpResponse:
    journey = access.journey_for_edit(request, pk)
    people = [member.user for member in services.colleagues(journey)]
    form = PublishForm(request.POST, journey=journey, people=people)
    if not form.is_valid():
        return _page(request, journey, status=422, publish=form)
    try:
        version = services.journey_publish(journey=journey, actor=request.user, **form.cleaned_data)
    except CxmapError as error:
        return refuse(request, error, back=_back(journey))
    messages.success(
        request, _("Version %(number)s is published: it is what everybody reads now.") % {"number": version.number}
    )
    return see_other(_back(journey))
