"""Cards, pasted blocks and points of the curve."""

import csv
import io
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from cxmap.lib.errors import CxmapError
from cxmap.lib.http import render_page_or_partial
from cxmap.workspaces.requests import MemberRequest
from journeys import access
from journeys import lanes as registry
from journeys.forms import CardForm, LevelForm, TouchpointCardForm
from journeys.models import Lane, Step
from journeys.services import cards as services
from journeys.services.stages import live_stages, live_steps
from journeys.views.maps import answer_board, answer_cells, answer_error
from touchpoints.services import touchpoint_create


def _uuid(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError as error:
        raise Http404 from error


def _place(request: MemberRequest, lane_id: str | None, step_id: str | None) -> tuple[Lane, Step]:
    lane = access.lane_for_edit(request, _uuid(lane_id))
    step = access.step_for_edit(request, _uuid(step_id))
    if lane.journey_id != step.journey_id:
        raise Http404
    return lane, step


@login_required
@require_POST
def card_add(request: MemberRequest, pk: UUID) -> HttpResponse:
    lane, step = _place(request, str(pk), request.POST.get("step"))
    form = CardForm(request.POST)
    if not form.is_valid() or not form.cleaned_data["text"].strip():
        return answer_error(request, lane.journey, CxmapError(_("A card needs a text, of at most 4,000 characters.")))
    try:
        card = services.card_add(
            lane=lane,
            step=step,
            actor=request.user,
            text=form.cleaned_data["text"].strip(),
            source=form.cleaned_data["source"],
        )
    except CxmapError as error:
        return answer_error(request, lane.journey, error)
    return answer_cells(request, lane.journey, (lane, step), focus={"card": str(card.pk)})


@login_required
@require_POST
def card_edit(request: MemberRequest, pk: UUID) -> HttpResponse:
    card = access.card_for_edit(request, pk)
    form = CardForm(request.POST)
    if not form.is_valid():
        return answer_error(request, card.journey, CxmapError(_("A card takes at most 4,000 characters.")))
    data = form.cleaned_data
    try:
        services.card_edit(
            card=card,
            actor=request.user,
            text=data["text"].strip(),
            source=data["source"] if "source" in request.POST else None,
            expected_revision=data["revision"],
        )
    except CxmapError as error:
        return answer_error(request, card.journey, error)
    return answer_cells(request, card.journey, (card.lane, card.step))


@login_required
@require_safe
def card_detail(request: MemberRequest, pk: UUID) -> HttpResponse:
    """A card with its full form and the ways to move it that need no dragging."""
    card = access.card_for_edit(request, pk)
    form = CardForm(initial={"text": card.text, "source": card.source, "revision": card.revision})
    steps = [(stage, live_steps(stage)) for stage in live_stages(card.journey)]
    lanes = [
        (lane, lane.name or registry.kind_of(lane.kind).label)
        for lane in Lane.objects.filter(journey=card.journey_id, deleted_at=None).order_by("rank", "id")
        if (registry.kind_of(lane.kind).typed if card.touchpoint_id is None else lane.kind == "touchpoints")
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
    lane, step = _place(request, str(pk), request.POST.get("step"))
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
    lane, step = _place(request, source.get("lane"), source.get("step"))
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
@require_POST
def curve_set(request: MemberRequest, pk: UUID) -> HttpResponse:
    step = access.step_for_edit(request, pk)
    form = LevelForm(request.POST)
    if not form.is_valid():
        return answer_error(request, step.journey, CxmapError(_("A level goes from −2 to +2 in halves.")))
    services.curve_set(step=step, actor=request.user, level=form.cleaned_data["level"])
    return answer_board(request, step.journey, said=_("Curve saved."))
