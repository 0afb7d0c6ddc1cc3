"""What guests see, without an account: the way in, and one screen for what the workshop is at."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cxmap import live
from cxmap.lib.errors import CxmapError
from cxmap.lib.http import refuse, see_other, wants_partial
from journeys.models import Step
from journeys.services.cards import shown_steps
from workshops import access, limits
from workshops.errors import NoSuchThing, NotNow
from workshops.forms import CodeForm, JoinForm, NoteForm
from workshops.items import Item, items_of, subjects
from workshops.models import Activity, Participant, Workshop
from workshops.selectors.rooms import screen_of
from workshops.services import guests
from workshops.services.common import channel_of
from workshops.views.rooms import put_together

USUAL_DEPARTMENTS = (
    pgettext_lazy("department", "Marketing"),
    pgettext_lazy("department", "Sales"),
    pgettext_lazy("department", "Customer service"),
    pgettext_lazy("department", "Shops"),
    pgettext_lazy("department", "Product"),
    pgettext_lazy("department", "IT"),
    pgettext_lazy("department", "Logistics"),
    pgettext_lazy("department", "Finance"),
    pgettext_lazy("department", "Human resources"),
    pgettext_lazy("department", "Management"),
)
FACES = (
    (-2, gettext_lazy("very negative")),
    (-1, gettext_lazy("negative")),
    (0, gettext_lazy("neutral")),
    (1, gettext_lazy("positive")),
    (2, gettext_lazy("very positive")),
)


def _private(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def join(request: HttpRequest) -> HttpResponse:
    """Type the code of a workshop. Which codes exist cannot be tried out."""
    form = CodeForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if not limits.within(request, limits.CODES):
            form.add_error(None, _("Too many tries from here: wait ten minutes, or scan the QR code."))
            status = 429
        elif form.is_valid():
            open_ones = Workshop.objects.filter(deleted_at=None).exclude(status=Workshop.Status.ENDED)
            workshop = open_ones.filter(code=form.cleaned_data["code"]).first()
            if workshop is not None:
                return see_other(reverse("workshops:guest", args=[access.token_of(workshop)]))
            form.add_error("code", _("No open workshop has this code. Compare it with the facilitator’s screen."))
    return _private(render(request, "workshops/join.html", {"form": form}, status=status))


def _doorstep(
    request: HttpRequest, workshop: Workshop, token: str, form: JoinForm, *, status: int = 200
) -> HttpResponse:
    there = workshop.participants.filter(removed_at=None).values_list("department", flat=True).distinct()
    names = dict.fromkeys([*sorted(there, key=str.casefold), *(str(name) for name in USUAL_DEPARTMENTS)])
    context = {
        "workshop": workshop,
        "token": token,
        "form": form,
        "departments": list(names),
        "fictional": workshop.workspace.fictional,
    }
    return _private(render(request, "workshops/guest_join.html", context, status=status))


def _screen(request: HttpRequest, workshop: Workshop, participant: Participant, token: str) -> HttpResponse:
    screen = screen_of(workshop, participant)
    context: dict[str, Any] = {
        "screen": screen,
        "workshop": workshop,
        "participant": participant,
        "token": token,
        "faces": FACES,
        "new_id": uuid4(),
    }
    if wants_partial(request):
        response = render(request, "workshops/_guest_screen.html", context)
    else:
        context |= {"live_token": _live_token(workshop, participant), "fictional": workshop.workspace.fictional}
        response = render(request, "workshops/guest.html", context)
    response["Vary"] = "X-Requested-With, Cookie, Accept-Language"
    return _private(response)


def _live_token(workshop: Workshop, participant: Participant) -> str:
    """Open the stream to a guest. Names are told to nobody on it."""
    return live.token(channel_of(workshop), who={"id": f"guest-{participant.pk.hex}", "language": get_language()})


@require_safe
@never_cache
def guest(request: HttpRequest, token: str) -> HttpResponse:
    """The one page of a guest. `?have=` is the revision that a script shows: 204 when there is nothing newer."""
    workshop = access.workshop_from(token)
    timezone.activate(workshop.workspace.zone)
    participant = access.participant_from(request, workshop)
    if participant is None or participant.removed_at is not None:
        context = {"workshop": workshop, "removed": participant is not None}
        if workshop.has_ended or participant is not None:
            return _private(render(request, "workshops/guest_closed.html", context, status=410))
        return _doorstep(request, workshop, token, JoinForm())
    guests.participant_seen(participant)
    if wants_partial(request) and request.GET.get("have") == _standing(workshop):
        return HttpResponse(status=204)
    return _screen(request, workshop, participant, token)


def _standing(workshop: Workshop) -> str:
    """What a script compares: the revision, and whether the round still takes what is sent."""
    takes = workshop.current is not None and workshop.current.takes_at(timezone.now())
    return f"{workshop.revision}.{int(takes)}"


@require_POST
def guest_join(request: HttpRequest, token: str) -> HttpResponse:
    workshop = access.workshop_from(token)
    known = access.participant_from(request, workshop)
    if known is not None and known.removed_at is None:
        return see_other(reverse("workshops:guest", args=[token]))
    form = JoinForm(request.POST)
    if not limits.within(request, limits.JOINS):
        form.add_error(None, _("Too many people came in from here at once: wait some minutes and try again."))
        return _doorstep(request, workshop, token, form, status=429)
    if not form.is_valid():
        return _doorstep(request, workshop, token, form, status=422)
    try:
        participant, secret = guests.participant_join(workshop=workshop, **form.cleaned_data)
    except CxmapError as error:
        form.add_error(None, str(error))
        return _doorstep(request, workshop, token, form, status=error.status)
    response = see_other(reverse("workshops:guest", args=[token]))
    access.remember(response, participant, secret)
    return response


class NotIn(CxmapError):
    code = "not_in"
    message = gettext_lazy("You are not, or no longer, in this workshop. Load the page to come in again.")
    status = 409


Send = Callable[[HttpRequest, Participant, Activity], None]


def sends(send: Send) -> Callable[..., HttpResponse]:
    """Make the view of something that a guest sends: who it is, to which item, and the screen as the answer."""

    @require_POST
    @never_cache
    @wraps(send)
    def view(request: HttpRequest, token: str) -> HttpResponse:
        workshop = access.workshop_from(token)
        timezone.activate(workshop.workspace.zone)
        back = reverse("workshops:guest", args=[token])
        participant = access.participant_from(request, workshop)
        if participant is None or participant.removed_at is not None:
            return refuse(request, NotIn(), back=back)
        try:
            send(request, participant, _activity(request, workshop))
        except CxmapError as error:
            return refuse(request, error, back=back)
        if wants_partial(request):
            return _screen(request, access.workshop_from(token), access.participant_from(request, workshop), token)  # type: ignore[arg-type]
        return see_other(back)

    return view


def _activity(request: HttpRequest, workshop: Workshop) -> Activity:
    """Return the item that the page was at: a note that comes late belongs to its round, not to the next one."""
    try:
        key = UUID(request.POST.get("activity", ""))
    except ValueError as error:
        raise NoSuchThing from error
    activity = Activity.objects.select_related("workshop").filter(pk=key, workshop=workshop).first()
    if activity is None:
        raise NoSuchThing
    return activity


def _step(workshop: Workshop, key: UUID | str | None) -> Step | None:
    """Return the step of the map that was chosen. Raises NoSuchThing."""
    if not key:
        return None
    step = next((one for one in shown_steps(workshop.journey) if str(one.pk) == str(key)), None)
    if step is None:
        raise NoSuchThing
    return step


@sends
def note_send(request: HttpRequest, participant: Participant, activity: Activity) -> None:
    form = NoteForm(request.POST)
    if not form.is_valid():
        if "text" in form.errors:
            raise CxmapError(_("A note has 1 to 400 characters."))
        raise NoSuchThing
    data = form.cleaned_data
    if not data["text"]:
        raise CxmapError(_("A note has 1 to 400 characters."))
    guests.note_write(
        participant=participant,
        activity=activity,
        pk=data["id"] or uuid4(),
        text=data["text"],
        step=_step(participant.workshop, data["step"]),
    )


@sends
def note_take_back(request: HttpRequest, participant: Participant, activity: Activity) -> None:
    try:
        pk = UUID(request.POST.get("id", ""))
    except ValueError as error:
        raise NoSuchThing from error
    guests.note_take_back(participant=participant, activity=activity, pk=pk)


def _item(activity: Activity, key: str) -> Item:
    """Return what a vote is about. Raises NoSuchThing."""
    activities = list(activity.workshop.activities.order_by("rank", "id"))
    subject = subjects(activities).get(activity.pk)
    items = items_of([subject], activities, votes_too=False).of(subject) if subject else ()
    item = next((one for one in items if one.key == key and one.notes), None)
    if item is None:
        raise NoSuchThing
    return item


@sends
def vote_send(request: HttpRequest, participant: Participant, activity: Activity) -> None:
    try:
        dots = int(request.POST.get("dots", ""))
    except ValueError as error:
        raise CxmapError(_("Say how many dots.")) from error
    item = _item(activity, request.POST.get("item", ""))
    guests.votes_set(participant=participant, activity=activity, dots=dots, note=item.note, group=item.group)


@sends
def rating_send(request: HttpRequest, participant: Participant, activity: Activity) -> None:
    step = _step(participant.workshop, request.POST.get("step"))
    level = request.POST.get("level", "")
    if step is None or level not in {"", "-2", "-1", "0", "1", "2"}:
        raise NoSuchThing
    guests.rating_set(participant=participant, activity=activity, step=step, level=int(level) if level else None)


@sends
def finished_send(request: HttpRequest, participant: Participant, activity: Activity) -> None:
    finished = request.POST.get("finished") == "1"
    guests.participant_finished(participant=participant, activity=activity, finished=finished)


@sends
def group_send(request: HttpRequest, participant: Participant, activity: Activity) -> None:
    """Sort notes, where the facilitator lets everybody do it and while it is the turn of it."""
    workshop = participant.workshop
    if activity.kind != Activity.Kind.GROUPING or not activity.everyone_groups or workshop.current_id != activity.pk:
        raise NotNow
    subject = subjects(list(workshop.activities.order_by("rank", "id"))).get(activity.pk)
    if subject is None:
        raise NotNow
    subject.workshop = workshop
    put_together(subject, request.POST)


@require_POST
def guest_leave(request: HttpRequest, token: str) -> HttpResponse:
    """Go, and have one's name erased at once."""
    workshop = access.workshop_from(token)
    participant = access.participant_from(request, workshop)
    if participant is not None:
        guests.participant_leave(participant=participant)
        messages.success(request, _("You have left the workshop, and your name was erased."))
    response = see_other(reverse("workshops:join"))
    access.forget(response, workshop)
    return response


@require_safe
@never_cache
def guest_token(request: HttpRequest, token: str) -> HttpResponse:
    workshop = access.workshop_from(token)
    participant = access.participant_from(request, workshop)
    if participant is None or participant.removed_at is not None:
        raise Http404
    return JsonResponse({"token": _live_token(workshop, participant)})
