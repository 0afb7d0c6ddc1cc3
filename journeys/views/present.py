"""A journey told stage by stage, for a room: large, one stage at a time, and one long page without scripts."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cxmap.workspaces.requests import MemberRequest
from journeys import access, selectors
from journeys.curve import Curve, CurvePoint
from journeys.lanes import PrintLine
from journeys.models import Journey
from journeys.readers import version_for
from journeys.selectors import Board, StageBand, StepColumn
from journeys.tabs import tabs_of
from journeys.views.maps import period_of, persona_of
from journeys.views.saved import saved_views

LEFT_OUT = frozenset({"emotion", "channels"})  # drawn apart, or said by the touchpoints


@dataclass(frozen=True, slots=True)
class Told:
    """A lane at one step, in the lines that also stand on paper."""

    label: str
    lines: Sequence[PrintLine]


@dataclass(frozen=True, slots=True)
class ToldStep:
    column: StepColumn
    point: CurvePoint | None
    level: str  # what the team believes, by the name of its level; empty when it says nothing
    lanes: Sequence[Told]


@dataclass(frozen=True, slots=True)
class Slide:
    """One stage. On the drawing of the whole curve it is marked from `left`, `width` pixels wide."""

    band: StageBand
    number: int
    steps: Sequence[ToldStep]
    left: float = 0.0
    width: float = 0.0


def _told(board: Board, column: StepColumn) -> list[Told]:
    found = []
    for row in board.lanes:
        if row.kind.key in LEFT_OUT:
            continue
        cell: Any = row.cells.get(column.step.pk)
        lines = [line for line in row.kind.lines(cell) if line.text] if cell else []
        if lines:
            found.append(Told(row.label, lines))
    return found


def _level(board: Board, point: CurvePoint | None) -> str:
    if point is None or point.believed is None:
        return ""
    low, high = floor(point.believed), ceil(point.believed)
    if low == high:
        return board.levels[low + 2]
    return _("between %(low)s and %(high)s") % {"low": board.levels[low + 2], "high": board.levels[high + 2]}


def _slides(board: Board, drawn: Curve | None) -> list[Slide]:
    """Return the stages that have a step to tell, in their order."""
    curve = board.curve
    found = []
    for number, band in enumerate((band for band in board.stages if band.columns), 1):
        points = [curve.at(column.step.pk) if curve else None for column in band.columns]
        steps = [
            ToldStep(column, point, _level(board, point), _told(board, column))
            for column, point in zip(band.columns, points, strict=True)
        ]
        first, last = band.columns[0].index, band.columns[-1].index
        left = drawn.slices[first][0] if drawn else 0.0
        right = sum(drawn.slices[last]) if drawn else 0.0
        found.append(Slide(band, number, steps, left, right - left))
    return found


def presentation_of(board: Board) -> dict[str, Any]:
    """Return what the slides show: the stages, and the curve with the names of its levels unless nothing is on it."""
    curve = board.curve if board.curve and not board.curve.is_empty else None
    return {
        "slides": _slides(board, curve),
        "curve": curve,
        "level_marks": [(board.levels[level + 2], y - 3) for level, y in curve.levels] if curve else [],
    }


def _page(request: MemberRequest, journey: Journey, **more: Any) -> HttpResponse:
    board = selectors.board(
        journey=journey,
        actor=None,
        can_edit=False,
        period=period_of(request),
        persona_id=persona_of(request),
        version=version_for(request, journey),
    )
    context = {
        "journey": board.journey,
        "board": board,
        **presentation_of(board),
        **more,
    }
    return render(request, "journeys/present.html", context)


@login_required
@require_safe
@never_cache
def journey_present(request: MemberRequest, pk: UUID) -> HttpResponse:
    journey = access.journey_for_view(request, pk)
    tabs = tabs_of(journey, current="present", query=request.GET)
    return _page(
        request,
        journey,
        back=tabs[0].href,
        tabs=tabs,
        saved_views=saved_views(request, journey, current="present"),
        section="journeys",
    )
