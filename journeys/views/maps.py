"""The map page, its answers to edits, undo and redo."""

import datetime as dt
from dataclasses import replace
from functools import cache
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from cxmap.history.services import undo_labels
from cxmap.lib.errors import CxmapError, StaleRevision
from cxmap.lib.http import refuse, see_other, wants_partial
from cxmap.lib.shared import Shared
from cxmap.workspaces.access import can
from cxmap.workspaces.models import Role, User
from cxmap.workspaces.requests import MemberRequest
from journeys import access, live, selectors
from journeys.commands import commands
from journeys.drawing import cell_html
from journeys.family import family_of
from journeys.lanes import Period
from journeys.models import Card, Journey, Lane, Status, Step
from journeys.proof import ProofSheet, proof_of
from journeys.readers import is_reader, version_for
from journeys.services import journeys as services
from journeys.services.approval import open_approval
from journeys.tabs import MAP_VIEWS, address_of, tabs_of
from journeys.talk import OpenThreads, open_threads, signs_of
from journeys.threads import Shown
from journeys.versions import standing
from journeys.views.comments import panel_html
from journeys.views.saved import saved_views
from touchpoints.departments import departments_of

EDITED = frozenset({"map", "curve"})  # views that people draw in


def period_of(request: MemberRequest) -> Period | None:
    """Return the days of `?period=2026-11-16/2026-11-22`; None (each binding's last closed period) without it."""
    first, _slash, last = request.GET.get("period", "").partition("/")
    try:
        start, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    except ValueError:
        return None
    # Years far away overflow dates beside them, and no data are there.
    return Period(start, end) if start <= end and start.year >= 1990 and end.year <= 2200 else None


def persona_of(request: MemberRequest) -> UUID | None:
    """Return the persona of `?persona=`, through whose eyes the map is read."""
    try:
        return UUID(request.GET.get("persona", ""))
    except ValueError:
        return None


def view_of(request: MemberRequest) -> str:
    """Return the view of `?view=`, the map for what is none."""
    view = request.GET.get("view", "")
    return view if view in MAP_VIEWS else "map"


def hidden_of(request: MemberRequest) -> bool:
    """True when the person also looks at lanes that are hidden on the map."""
    return request.GET.get("hidden") == "shown"


def saved_text() -> str:
    return _("Saved at %(time)s") % {"time": timezone.localtime().strftime("%H:%M")}


def board_html(
    request: MemberRequest,
    board: selectors.Board,
    *,
    readonly: bool = False,
    view: str = "map",
    token: str = "",
    proof: ProofSheet | None = None,
    talk: OpenThreads | None = None,
) -> str:
    """Return the grid, or the same content as a list of steps (view table); with the signs of open threads where given."""
    template = "board/table.jinja" if view == "table" else "board/board.jinja"
    edit = board.can_edit and view in EDITED
    context = {
        "board": board,
        "edit": edit,
        "readonly": readonly,
        "token": token,
        "proof": proof,
        **signs_of(board.journey, talk, in_grid=view != "table"),
    }
    # Jinja2 has escaped every value; its Django backend only forgets to say so.
    return SafeString(render_to_string(template, context, request, using="jinja"))


@cache
def _fixed_html(template: str, language: str) -> str:
    """Return what is the same on every map in one language: dialogs, the palette with its commands."""
    with translation.override(language):
        return render_to_string(template, {"commands": commands()})


@login_required
@require_safe
@never_cache
def journey_detail(request: MemberRequest, pk: UUID) -> HttpResponse:
    journey = access.journey_for_view(request, pk)
    elsewhere = address_of(journey, request.GET)
    if elsewhere:
        return redirect(elsewhere)
    view = view_of(request)
    kept = saved_views(request, journey, current=view)
    if kept.default is not None and not request.GET:
        return redirect(f"{journey.get_absolute_url()}?{kept.default.query or 'view=map'}")
    can_edit = not is_reader(request)
    board = selectors.board(
        journey=journey,
        actor=request.user,
        can_edit=can_edit and view in EDITED,
        period=period_of(request),
        persona_id=persona_of(request),
        alone="emotion" if view == "curve" else "",
        with_hidden=hidden_of(request),
        version=version_for(request, journey),
    )
    language = translation.get_language() or ""
    proof = proof_of(board) if view == "evidence" else None
    talk = open_threads(journey)
    spoken = request.GET.get("comments")
    template = "journeys/journey_table.html" if view == "table" else "journeys/journey_detail.html"
    context = {
        "journey": board.journey,
        "board": board,
        "board_html": board_html(request, board, view=view, proof=proof, talk=talk),
        "talk": talk,
        "panel_html": panel_html(request, journey, Shown.parse({"thread": spoken})) if spoken else "",
        "section": "journeys",
        "view": view,
        "can_edit": can_edit,
        "editable": board.can_edit,
        "proof": proof,
        "tabs": tabs_of(journey, current=view, query=request.GET),
        "saved_views": kept,
        "dialogs_html": _fixed_html("journeys/_map_dialogs.html", language) if board.can_edit else "",
        "palette_html": _fixed_html("journeys/_map_palette.html", language),
        "standing": standing(journey),
        "approval": open_approval(journey) if can_edit and journey.status == Status.IN_REVIEW else None,
        "previewed": can(request.membership, Role.EDITOR) and not can_edit,
        "family": family_of(journey),
        "live_token": live.token(journey, request.user) if board.can_edit else "",
        "departments": departments_of(journey.workspace_id),
        "many_steps": len(board.columns) > selectors.STEPS_TO_WARN_ABOUT,
    }
    return render(request, template, context)


def _board_of(request: MemberRequest, journey: Journey, *, actor: User | None) -> selectors.Board:
    return selectors.board(
        journey=journey,
        actor=actor,
        can_edit=can(request.membership, Role.EDITOR),
        period=period_of(request),
        persona_id=persona_of(request),
        alone="emotion" if view_of(request) == "curve" else "",
        with_hidden=hidden_of(request),
    )


def answer_board(
    request: MemberRequest, journey: Journey, *, said: str = "", focus: dict[str, Any] | None = None
) -> HttpResponse:
    """Answer a change of the structure: the whole board to a script, the map page to everybody else."""
    if not wants_partial(request):
        return see_other(journey.get_absolute_url())
    board = _board_of(request, journey, actor=request.user)
    html = board_html(request, board, talk=open_threads(journey))
    return _board_answer(request, board, html, said=said, focus=focus)


def _board_answer(
    request: MemberRequest, board: selectors.Board, html: str, *, said: str = "", focus: dict[str, Any] | None = None
) -> JsonResponse:
    tools = render_to_string("journeys/_map_tools.html", {"board": board, "journey": board.journey}, request)
    return JsonResponse(
        {
            "board": html,
            "tools": tools,
            "said": said,
            "saved": saved_text(),
            "revision": board.journey.board_revision,
            "focus": focus or {},
        }
    )


def answer_cells(
    request: MemberRequest, journey: Journey, *places: tuple[Lane, Step], said: str = "", **more: Any
) -> HttpResponse:
    """Answer a change of cards: the cells concerned to a script, the map page to everybody else.

    Where cards reach over several cells the whole board is answered: a cell no longer stands for one place.
    """
    if not wants_partial(request):
        return see_other(journey.get_absolute_url())
    reaching = Q(until_step__isnull=False) | Q(until_lane__isnull=False)
    if Card.objects.filter(reaching, journey=journey, deleted_at=None).exists():
        return answer_board(request, journey, said=said, **more)
    cells = [{"lane": str(lane.pk), "step": str(step.pk), "html": cell_html(lane, step)} for lane, step in places]
    answer = {"cells": cells, "said": said, "saved": saved_text(), "undo": True, "revision": journey.board_revision}
    return JsonResponse({**answer, **more})


def answer_error(request: MemberRequest, journey: Journey, error: CxmapError) -> HttpResponse:
    """Say what went wrong; of two texts for the same place both are given back, and nothing is lost."""
    if isinstance(error, StaleRevision) and wants_partial(request):
        current = error.current
        text = getattr(current, "text", None)
        if text is None:
            text = getattr(current, "name", "")
        gone = getattr(current, "deleted_at", None) is not None
        payload = {"code": error.code, "message": str(error), "fields": {}}
        return JsonResponse(
            {"error": payload, "current": {"text": text, "revision": current.revision, "gone": gone}}, status=409
        )
    return refuse(request, error, back=journey.get_absolute_url())


def _step_back(request: MemberRequest, pk: UUID, *, redo: bool) -> HttpResponse:
    journey = access.journey_for_edit(request, pk)
    try:
        changes = services.history_step(journey=journey, actor=request.user, redo=redo)
    except CxmapError as error:
        return answer_error(request, journey, error)
    said = _("Redone.") if redo else _("Undone.")
    return answer_board(request, journey, said=said if changes else "")


# Thirty people who look at one map ask for it in the same moment; a state that a worker finds shows a little later.
_boards: Shared[tuple[Any, ...], tuple[selectors.Board, str]] = Shared(seconds=3.0)


@login_required
@require_safe
@never_cache
def journey_board(request: MemberRequest, pk: UUID) -> HttpResponse:
    """The board as it is now, to a page that missed something; nothing when it has `since` already.

    The map page to everybody else.
    """
    journey = access.journey_for_edit(request, pk)
    if not wants_partial(request):
        return see_other(journey.get_absolute_url())
    if request.GET.get("since") == str(journey.board_revision):
        return HttpResponse(status=204)

    talk = open_threads(journey)

    def draw() -> tuple[selectors.Board, str]:
        board = _board_of(request, journey, actor=None)
        return board, board_html(request, board, talk=talk)

    can_edit = can(request.membership, Role.EDITOR)
    what = (journey.pk, journey.board_revision, frozenset(talk.by_row.items()), translation.get_language(), can_edit)
    how = (period_of(request), persona_of(request), view_of(request), hidden_of(request))
    board, html = _boards.get((*what, *how), draw)
    undo, redo = undo_labels(actor=request.user, scope=journey)
    return _board_answer(request, replace(board, undo=undo, redo=redo), html)


@login_required
@require_safe
def journey_live(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Another token for the stream of a map, to whoever still edits it."""
    journey = access.journey_for_edit(request, pk)
    return JsonResponse({"token": live.token(journey, request.user)})


@login_required
@require_POST
def journey_undo(request: MemberRequest, pk: UUID) -> HttpResponse:
    return _step_back(request, pk, redo=False)


@login_required
@require_POST
def journey_redo(request: MemberRequest, pk: UUID) -> HttpResponse:
    return _step_back(request, pk, redo=True)
