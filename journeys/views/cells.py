"""Cards, pasted blocks and points of the curve."""

import csv
import io
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cxmap.lib.errors import CxmapError
from cxmap.lib.http import render_page_or_partial
from cxmap.workspaces.requests import MemberRequest
from journeys import access
from journeys import lanes as registry
from journeys.forms import CardForm, ChannelsForm, InteractionForm, LevelForm, TouchpointCardForm
from journeys.models import Card, CurvePoint, Interaction, Lane, Step
from journeys.services import cards as services
from journeys.services.stages import live_stages, live_steps
from journeys.views.maps import answer_board, answer_cells, answer_error
from touchpoints.models import Touchpoint
from touchpoints.services import touchpoint_create, touchpoint_named


def _uuid(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError as error:
        raise Http404 from error


def lane_and_step(request: MemberRequest, lane_id: str | None, step_id: str | None) -> tuple[Lane, Step]:
    lane = access.lane_for_edit(request, _uuid(lane_id))
    step = access.step_for_edit(request, _uuid(step_id))
    if lane.journey_id != step.journey_id:
        raise Http404
    return lane, step


def _own_id(request: MemberRequest) -> UUID | None:
    """Return the id that the browser gave a new card; None: it gave none."""
    return _uuid(request.POST["id"]) if request.POST.get("id") else None


@login_required
@require_POST
def card_add(request: MemberRequest, pk: UUID) -> HttpResponse:
    lane, step = lane_and_step(request, str(pk), request.POST.get("step"))
    form = CardForm(request.POST, journey=lane.journey)
    if not form.is_valid() or not form.cleaned_data["text"].strip():
        return answer_error(request, lane.journey, CxmapError(_("A card needs a text, of at most 4,000 characters.")))
    try:
        card = services.card_add(
            lane=lane,
            step=step,
            actor=request.user,
            text=form.cleaned_data["text"].strip(),
            source=form.cleaned_data["source"],
            persona=form.cleaned_data["persona"],
            pk=_own_id(request),
        )
    except CxmapError as error:
        return answer_error(request, lane.journey, error)
    return answer_cells(request, lane.journey, (lane, step), focus={"card": str(card.pk)})


@login_required
@require_POST
def card_edit(request: MemberRequest, pk: UUID) -> HttpResponse:
    card = access.card_for_edit(request, pk)
    form = CardForm(request.POST, journey=card.journey, card=card)
    if not form.is_valid():
        return answer_error(request, card.journey, CxmapError(form.errors.as_text().lstrip("* ").replace("\n", " ")))
    data = form.cleaned_data
    more = {name: data[name] for name in ("source", "persona", "evidence", "url") if name in request.POST}
    try:
        services.card_edit(
            card=card,
            actor=request.user,
            text=data["text"].strip(),
            expected_revision=data["revision"],
            **more,
        )
    except CxmapError as error:
        return answer_error(request, card.journey, error)
    return answer_cells(request, card.journey, (card.lane, card.step))


@login_required
@require_safe
def card_detail(request: MemberRequest, pk: UUID) -> HttpResponse:
    """A card with its full form and the ways to move it that need no dragging."""
    card = access.card_for_edit(request, pk)
    form = CardForm(
        journey=card.journey,
        card=card,
        initial={
            "text": card.text,
            "source": card.source,
            "persona": card.persona_id,
            "evidence": card.evidence_id,
            "url": card.url,
            "revision": card.revision,
        },
    )
    steps = [(stage, live_steps(stage)) for stage in live_stages(card.journey)]
    lanes = [
        (lane, lane.name or registry.kind_of(lane.kind).label)
        for lane in Lane.objects.filter(journey=card.journey_id, deleted_at=None).order_by("rank", "id")
        if registry.kind_of(lane.kind).may_hold(card.content)
    ]
    context = {
        "card": card,
        "form": form,
        "journey": card.journey,
        "steps": steps,
        "lanes": lanes,
        "thought": card.lane.kind == "thoughts",
        "section": "journeys",
    }
    return render_page_or_partial(request, "journeys/card_detail.html", context)


@login_required
@require_POST
def card_move(request: MemberRequest, pk: UUID) -> HttpResponse:
    card = access.card_for_edit(request, pk)
    before = (card.lane, card.step)
    index = request.POST.get("index", "")
    try:
        card = services.card_move(
            card=card,
            actor=request.user,
            lane_id=_uuid(request.POST.get("lane")),
            step_id=_uuid(request.POST.get("step")),
            index=int(index) if index.isdigit() else None,
        )
    except CxmapError as error:
        return answer_error(request, card.journey, error)
    after = (card.lane, card.step)
    if card.touchpoint_id and before[1].pk != after[1].pk:
        # KPIs, badges and the measured curve follow a touchpoint: other lanes change too.
        return answer_board(request, card.journey, said=_("Card moved."), focus={"card": str(card.pk)})
    places = [after] if (before[0].pk, before[1].pk) == (after[0].pk, after[1].pk) else [before, after]
    return answer_cells(request, card.journey, *places, said=_("Card moved."), focus={"card": str(card.pk)})


@login_required
@require_POST
def card_duplicate(request: MemberRequest, pk: UUID) -> HttpResponse:
    card = access.card_for_edit(request, pk)
    copy = services.card_duplicate(card=card, actor=request.user)
    return answer_cells(
        request, card.journey, (card.lane, card.step), said=_("Card duplicated."), focus={"card": str(copy.pk)}
    )


@login_required
@require_POST
def card_delete(request: MemberRequest, pk: UUID) -> HttpResponse:
    card = access.card_for_edit(request, pk)
    try:
        services.card_delete(card=card, actor=request.user)
    except CxmapError as error:
        return answer_error(request, card.journey, error)
    if card.touchpoint_id:
        return answer_board(
            request, card.journey, said=_("Taken off the map. The touchpoint and its KPIs stay in the library.")
        )
    return answer_cells(request, card.journey, (card.lane, card.step), said=_("Card deleted."))


@login_required
@require_POST
def cells_paste(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Paste a block of cells of a spreadsheet: tab-separated text, cells with line breaks in quotation marks."""
    lane, step = lane_and_step(request, str(pk), request.POST.get("step"))
    text = request.POST.get("text", "")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter="\t"))
    try:
        made, steps = services.cells_paste(lane=lane, step=step, actor=request.user, rows=rows)
    except CxmapError as error:
        return answer_error(request, lane.journey, error)
    said = ngettext("%(count)s card pasted.", "%(count)s cards pasted.", made) % {"count": made}
    if steps:
        said += " " + ngettext("%(count)s step added.", "%(count)s steps added.", steps) % {"count": steps}
    return answer_board(request, lane.journey, said=said)


@login_required
def touchpoint_add(request: MemberRequest) -> HttpResponse:
    """Put a touchpoint on the map: one of the library, or a new one that joins it."""
    source = request.POST if request.method == "POST" else request.GET
    lane, step = lane_and_step(request, source.get("lane"), source.get("step"))
    workspace = lane.journey.workspace
    form = TouchpointCardForm(request.POST or None, workspace=workspace)
    if request.method != "POST" or not form.is_valid():
        context = {"form": form, "lane": lane, "step": step, "journey": lane.journey, "section": "journeys"}
        return render_page_or_partial(
            request, "journeys/touchpoint_form.html", context, status=422 if form.is_bound else 200
        )
    data = form.cleaned_data
    touchpoint = data["touchpoint"] or touchpoint_create(
        workspace=workspace,
        actor=request.user,
        name=data["name"],
        category=data["category"],
        channel=data["channel"],
        phase=data["phase"] or "during",
    )
    try:
        services.card_add(lane=lane, step=step, actor=request.user, touchpoint=touchpoint)
    except CxmapError as error:
        return answer_error(request, lane.journey, error)
    return answer_board(request, lane.journey, said=_("Touchpoint added."))


@login_required
@require_http_methods(["GET", "POST"])
def touchpoint_quick(request: MemberRequest) -> HttpResponse:
    """Put a touchpoint on the map by its name, as it is typed into the cell; GET tells the names of the library."""
    source = request.POST if request.method == "POST" else request.GET
    lane, step = lane_and_step(request, source.get("lane"), source.get("step"))
    workspace = lane.journey.workspace
    if request.method == "GET":
        library = Touchpoint.objects.filter(workspace=workspace, deleted_at=None)
        return JsonResponse({"names": list(library.values_list("name", flat=True)[:500])})
    name = " ".join(source.get("text", "").split())[:200]
    if not name:
        return answer_error(request, lane.journey, CxmapError(_("Give the touchpoint a name.")))
    last = (
        Card.objects.filter(lane=lane, deleted_at=None)
        .exclude(touchpoint=None)
        .select_related("touchpoint__channel", "touchpoint__category")
        .order_by("-created_at")
        .first()
    )
    try:
        with transaction.atomic():
            touchpoint = touchpoint_named(
                workspace=workspace, actor=request.user, name=name, like=last.touchpoint if last else None
            )
            services.card_add(lane=lane, step=step, actor=request.user, touchpoint=touchpoint, pk=_own_id(request))
    except CxmapError as error:
        return answer_error(request, lane.journey, error)
    said = _("Touchpoint added: %(category)s, %(channel)s. Open it to change that.") % {
        "category": touchpoint.category.name,
        "channel": touchpoint.channel.name,
    }
    return answer_board(request, lane.journey, said=said)


@login_required
@require_POST
def curve_set(request: MemberRequest, pk: UUID) -> HttpResponse:
    step = access.step_for_edit(request, pk)
    form = LevelForm(request.POST, journey=step.journey)
    if not form.is_valid():
        return answer_error(request, step.journey, CxmapError(_("A level goes from −2 to +2 in halves.")))
    data = form.cleaned_data
    services.curve_set(
        step=step,
        actor=request.user,
        level=data["level"],
        layer=data["layer"] or CurvePoint.Layer.BELIEVED,
        persona=data["persona"],
    )
    return answer_board(request, step.journey, said=_("Curve saved."))


@login_required
@require_POST
def card_span(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Widen or narrow a card: `columns` and `lanes` say by how many, negative to narrow."""
    card = access.card_for_edit(request, pk)

    def number(name: str) -> int:
        text = request.POST.get(name, "0")
        return int(text) if text.lstrip("-").isdigit() and len(text) < 4 else 0

    try:
        services.card_span(card=card, actor=request.user, columns=number("columns"), lanes=number("lanes"))
    except CxmapError as error:
        return answer_error(request, card.journey, error)
    return answer_board(request, card.journey, said=_("Reach of the card changed."), focus={"card": str(card.pk)})


@login_required
@require_POST
def cells_clear(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Take the cards of a range of cells away: `cells` holds lane:step pairs, separated by commas."""
    journey = access.journey_for_edit(request, pk)
    pairs = [pair.partition(":") for pair in request.POST.get("cells", "").split(",") if pair]
    cells = [(_uuid(lane), _uuid(step)) for lane, _colon, step in pairs[:2000]]
    count = services.cells_clear(journey=journey, actor=request.user, cells=cells)
    said = ngettext("%(count)s card deleted.", "%(count)s cards deleted.", count) % {"count": count}
    return answer_board(request, journey, said=said)


@login_required
def channels_set(request: MemberRequest) -> HttpResponse:
    """Tick the channels of a step that no touchpoint brings."""
    source = request.POST if request.method == "POST" else request.GET
    lane, step = lane_and_step(request, source.get("lane"), source.get("step"))
    ticked = Card.objects.filter(lane=lane, step=step, deleted_at=None).exclude(channel=None)
    form = ChannelsForm(
        request.POST if request.method == "POST" else None,
        workspace=lane.journey.workspace,
        initial={"channels": list(ticked.values_list("channel_id", flat=True))},
    )
    if form.is_bound and form.is_valid():
        services.channels_set(lane=lane, step=step, actor=request.user, channels=list(form.cleaned_data["channels"]))
        return answer_board(request, lane.journey, said=_("Channels saved."))
    context = {"form": form, "lane": lane, "step": step, "journey": lane.journey, "section": "journeys"}
    return render_page_or_partial(request, "journeys/channels_form.html", context, status=422 if form.is_bound else 200)


@login_required
def interaction_add(request: MemberRequest) -> HttpResponse:
    """Say who deals with whom at a step."""
    source = request.POST if request.method == "POST" else request.GET
    lane, step = lane_and_step(request, source.get("lane"), source.get("step"))
    form = InteractionForm(request.POST if request.method == "POST" else None, workspace=lane.journey.workspace)
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            services.card_add(
                lane=lane,
                step=step,
                actor=request.user,
                text=data["text"],
                persona=data["persona"],
                other_persona=data["other_persona"],
                arrow=str(Interaction(data["direction"], data["weight"], data["style"])),
            )
        except CxmapError as error:
            return answer_error(request, lane.journey, error)
        return answer_board(request, lane.journey, said=_("Interaction added."))
    context = {"form": form, "lane": lane, "step": step, "journey": lane.journey, "section": "journeys"}
    return render_page_or_partial(
        request, "journeys/interaction_form.html", context, status=422 if form.is_bound else 200
    )
