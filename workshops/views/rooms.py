"""The facilitator's room: agenda, clock, people, groups, decisions; and the projector."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cxmap import live
from cxmap.lib.errors import CxmapError
from cxmap.lib.http import refuse, see_other, wants_partial
from cxmap.workspaces.access import can
from cxmap.workspaces.models import Role
from cxmap.workspaces.requests import MemberRequest
from workshops import access
from workshops.errors import NoSuchThing
from workshops.forms import ActivityForm, DecisionForm, TitleForm
from workshops.items import in_order, items_of
from workshops.models import Activity, Note, NoteGroup, Target, Workshop
from workshops.qr import code_of
from workshops.selectors.rooms import room_of
from workshops.services import agenda, decisions, groups, guests
from workshops.services import workshops as services
from workshops.services.common import channel_of


def doors_of(request: MemberRequest, workshop: Workshop) -> dict[str, Any]:
    """Return how guests come in: the link, its QR code, and the short way in words."""
    link = request.build_absolute_uri(reverse("workshops:guest", args=[access.token_of(workshop)]))
    short = request.build_absolute_uri(reverse("workshops:join"))
    return {"link": link, "short": short.partition("://")[2].rstrip("/"), "qr": code_of(link), "local": settings.LOCAL}


def live_token(request: MemberRequest, workshop: Workshop) -> str:
    """Return what opens the stream of the workshop to a member."""
    who = {"id": f"user-{request.user.pk}", "language": get_language()}
    return live.token(channel_of(workshop), who=who)


def _context(request: MemberRequest, workshop: Workshop) -> dict[str, Any]:
    room = room_of(workshop)
    can_edit = can(request.membership, Role.EDITOR)
    return {
        "workshop": workshop,
        "journey": workshop.journey,
        "room": room,
        "doors": doors_of(request, workshop) if can_edit and not workshop.has_ended else None,
        "can_edit": can_edit,
        "leads": workshop.facilitator_id == request.user.pk,
        "decision_form": DecisionForm(auto_id="decision_%s"),
        "ordered": room.subject is not None and room.subject.target == Target.STEPS,
        "section": "workshops",
    }


@login_required
@require_safe
@never_cache
def workshop_detail(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Prepare it, lead it, or (viewers, and once it is over) read what came of it. A script gets the parts that move."""
    workshop = access.workshop_for_edit(request, pk) if not _reads_only(request, pk) else None
    if workshop is None or (workshop.has_ended and not wants_partial(request)):
        return redirect("workshops:summary", pk)
    context = _context(request, workshop)
    if wants_partial(request):
        return render(request, "workshops/_room.html", context)
    context |= {
        "live_token": live_token(request, workshop),
        "title_form": TitleForm(initial={"title": workshop.title}),
        "activity_form": ActivityForm(auto_id="new_%s"),
    }
    return render(request, "workshops/workshop_detail.html", context)


def _reads_only(request: MemberRequest, pk: UUID) -> bool:
    access.workshop_for_view(request, pk)
    return not can(request.membership, Role.EDITOR)


@login_required
@require_safe
@never_cache
def projector(request: MemberRequest, pk: UUID) -> HttpResponse:
    """What hangs on the wall: no control, no name beside a note."""
    workshop = access.workshop_for_edit(request, pk)
    context = _context(request, workshop)
    if wants_partial(request):
        return render(request, "workshops/_projector.html", context)
    context["live_token"] = live_token(request, workshop)
    return render(request, "workshops/projector.html", context)


@login_required
@require_safe
@never_cache
def room_token(request: MemberRequest, pk: UUID) -> HttpResponse:
    return JsonResponse({"token": live_token(request, access.workshop_for_edit(request, pk))})


def _whole(text: str | None) -> int:
    try:
        return int(text or "")
    except ValueError:
        return 1


def _expected(request: MemberRequest) -> UUID | None:
    try:
        return UUID(request.POST.get("current", ""))
    except ValueError:
        return None


def _acts(request: MemberRequest, workshop: Workshop) -> dict[str, Callable[[], Any]]:
    """Return what the buttons of the room do, by name."""
    clock: dict[str, Any] = {"workshop": workshop, "expected": _expected(request)}
    minutes = _whole(request.POST.get("minutes"))
    return {
        "start": lambda: services.workshop_start(workshop=workshop, actor=request.user),
        "end": lambda: services.workshop_end(workshop=workshop, actor=request.user),
        "reopen": lambda: services.workshop_reopen(workshop=workshop, actor=request.user),
        "take": lambda: services.workshop_take_over(workshop=workshop, actor=request.user),
        "close-doors": lambda: services.workshop_doors(workshop=workshop, closed=True),
        "open-doors": lambda: services.workshop_doors(workshop=workshop, closed=False),
        "next": lambda: agenda.activity_step(by=1, **clock),
        "back": lambda: agenda.activity_step(by=-1, **clock),
        "pause": lambda: agenda.activity_pause(**clock),
        "resume": lambda: agenda.activity_resume(**clock),
        "extend": lambda: agenda.activity_extend(minutes=minutes, **clock),
        "reveal": lambda: agenda.activity_reveal(**clock),
    }


def answer_room(request: MemberRequest, workshop: Workshop) -> HttpResponse:
    """Answer an action: the parts of the room to a script, else the page again."""
    if wants_partial(request):
        fresh = access.workshop_for_edit(request, workshop.pk)
        return render(request, "workshops/_room.html", _context(request, fresh))
    return see_other(workshop.get_absolute_url())


def _act(request: MemberRequest, workshop: Workshop, act: Callable[[], Any]) -> HttpResponse:
    """Do what a button of the room says, and answer with the room; say what went wrong otherwise."""
    try:
        act()
    except CxmapError as error:
        return refuse(request, error, back=workshop.get_absolute_url())
    return answer_room(request, workshop)


@login_required
@require_POST
def workshop_act(request: MemberRequest, pk: UUID, act: str) -> HttpResponse:
    workshop = access.workshop_for_edit(request, pk)
    acts = _acts(request, workshop)
    if act not in acts:
        raise Http404
    try:
        acts[act]()
    except CxmapError as error:
        return refuse(request, error, back=workshop.get_absolute_url())
    if act == "end":
        return see_other(reverse("workshops:summary", args=[pk]))
    return answer_room(request, workshop)


@login_required
@require_POST
def activity_go(request: MemberRequest, pk: UUID) -> HttpResponse:
    activity = access.activity_for_edit(request, pk)
    workshop, expected = activity.workshop, _expected(request)
    return _act(request, workshop, lambda: agenda.activity_go(workshop=workshop, to=activity, expected=expected))


@login_required
@require_POST
def activity_add(request: MemberRequest, pk: UUID) -> HttpResponse:
    workshop = access.workshop_for_edit(request, pk)
    form = ActivityForm(request.POST)
    if form.is_valid():
        try:
            agenda.activity_add(workshop=workshop, **form.cleaned_data)
        except CxmapError as error:
            return refuse(request, error, back=workshop.get_absolute_url())
        return see_other(f"{workshop.get_absolute_url()}#agenda")
    context = {"form": form, "workshop": workshop, "section": "workshops"}
    return render(request, "workshops/activity_form.html", context, status=422)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def activity_edit(request: MemberRequest, pk: UUID) -> HttpResponse:
    activity = access.activity_for_edit(request, pk)
    workshop = activity.workshop
    form = ActivityForm(request.POST or None, instance=Activity.objects.get(pk=pk))
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                agenda.activity_edit(activity=activity, **form.cleaned_data)
            except CxmapError as error:
                return refuse(request, error, back=workshop.get_absolute_url())
            return see_other(f"{workshop.get_absolute_url()}#agenda")
        status = 422
    context = {"form": form, "workshop": workshop, "activity": activity, "section": "workshops"}
    return render(request, "workshops/activity_form.html", context, status=status)


@login_required
@require_POST
def activity_move(request: MemberRequest, pk: UUID) -> HttpResponse:
    activity = access.activity_for_edit(request, pk)
    by = -1 if request.POST.get("to") == "earlier" else 1
    return _act(request, activity.workshop, lambda: agenda.activity_move(activity=activity, by=by))


@login_required
@require_POST
def activity_delete(request: MemberRequest, pk: UUID) -> HttpResponse:
    activity = access.activity_for_edit(request, pk)
    return _act(request, activity.workshop, lambda: agenda.activity_delete(activity=activity))


@login_required
@require_POST
def participant_remove(request: MemberRequest, pk: UUID) -> HttpResponse:
    participant = access.participant_for_edit(request, pk)
    guests.participant_remove(participant=participant)
    return answer_room(request, participant.workshop)


def chosen_notes(values: list[str]) -> list[UUID]:
    """Return the ids of ticked notes; what is no id is left out."""
    found = []
    for value in values:
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return found


def group_from(activity: Activity, key: str) -> NoteGroup | None:
    """Return the group of a round that a form names. Raises NoSuchThing."""
    try:
        found = NoteGroup.objects.filter(pk=UUID(key), activity=activity, deleted_at=None).first()
    except ValueError:
        found = None
    if found is None:
        raise NoSuchThing
    return found


def put_together(activity: Activity, data: Any) -> None:
    """Do what the form of the wall says: ticked notes into a group, into a new one, or out. Raises CxmapError."""
    notes = chosen_notes(data.getlist("note"))
    where = data.get("into", "")
    if where == "new":
        groups.notes_group(activity=activity, notes=notes, title=data.get("title", "").strip()[:200] or " ")
    elif where == "none":
        groups.notes_group(activity=activity, notes=notes)
    else:
        groups.notes_group(activity=activity, notes=notes, group=group_from(activity, where))


@login_required
@require_POST
def notes_group(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Sort the notes of a round."""
    activity = access.activity_for_edit(request, pk)
    return _act(request, activity.workshop, lambda: put_together(activity, request.POST))


@login_required
@require_POST
def group_edit(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Rename a group, or dissolve it."""
    group = access.group_for_edit(request, pk)
    if request.POST.get("dissolve"):
        return _act(request, group.workshop, lambda: groups.group_dissolve(group=group))
    title = " ".join(request.POST.get("title", "").split())[:200]
    return _act(request, group.workshop, lambda: groups.group_rename(group=group, title=title))


@login_required
@require_POST
def item_move(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Put a group or note of a round earlier or later: the order in which steps come."""
    activity = access.activity_for_edit(request, pk)
    activities = list(activity.workshop.activities.order_by("rank", "id"))
    items = in_order(items_of([activity], activities).of(activity))
    item = next((one for one in items if one.key == request.POST.get("item")), None)
    try:
        if item is None:
            raise NoSuchThing
        order: list[Note | NoteGroup] = [one.row for one in items]
        by = -1 if request.POST.get("to") == "earlier" else 1
        groups.item_move(activity=activity, item=item.row, order=order, by=by)
    except CxmapError as error:
        return refuse(request, error, back=activity.workshop.get_absolute_url())
    return answer_room(request, activity.workshop)


@login_required
@require_POST
def decision_add(request: MemberRequest, pk: UUID) -> HttpResponse:
    workshop = access.workshop_for_edit(request, pk)
    form = DecisionForm(request.POST, auto_id="decision_%s")
    if not form.is_valid():
        if wants_partial(request):
            text = " ".join(str(error) for errors in form.errors.values() for error in errors)
            return refuse(request, CxmapError(text), back=workshop.get_absolute_url())
        context = {"form": form, "workshop": workshop, "section": "workshops"}
        return render(request, "workshops/decision_form.html", context, status=422)
    decisions.decision_add(workshop=workshop, actor=request.user, **form.cleaned_data)
    if workshop.has_ended:
        return see_other(f"{reverse('workshops:summary', args=[pk])}#decisions")
    return answer_room(request, workshop)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def decision_edit(request: MemberRequest, pk: UUID) -> HttpResponse:
    decision = access.decision_for_edit(request, pk)
    workshop = decision.workshop
    back = reverse("workshops:summary", args=[workshop.pk]) if workshop.has_ended else workshop.get_absolute_url()
    form = DecisionForm(request.POST or None, instance=decision)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            decisions.decision_edit(decision=decision, actor=request.user, **form.cleaned_data)
            messages.success(request, _("The decision was changed."))
            return see_other(f"{back}#decisions")
        status = 422
    context = {"form": form, "workshop": workshop, "decision": decision, "back": back, "section": "workshops"}
    return render(request, "workshops/decision_form.html", context, status=status)


@login_required
@require_POST
def decision_delete(request: MemberRequest, pk: UUID) -> HttpResponse:
    decision = access.decision_for_edit(request, pk)
    decisions.decision_delete(decision=decision, actor=request.user)
    if decision.workshop.has_ended:
        return see_other(f"{reverse('workshops:summary', args=[decision.workshop_id])}#decisions")
    return answer_room(request, decision.workshop)
