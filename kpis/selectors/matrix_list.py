"""The touchpoints behind a cell, a row or a column of the matrix."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from journeys.models import Card
from kpis.parts import WHOLE
from kpis.selectors.bindings import BindingView, binding_views, bindings_of
from kpis.selectors.matrix import MatrixFilters
from kpis.selectors.matrix_cells import Places, touchpoints_at
from kpis.selectors.matrix_columns import Column
from touchpoints.models import Category, Channel, Touchpoint

PER_PAGE = 50
ON_MAPS = 3  # places on maps that a line shows


@dataclass(frozen=True, slots=True)
class Line:
    """One touchpoint with its KPIs and the first places where it stands on the chosen maps."""

    touchpoint: Touchpoint
    views: Sequence[BindingView]
    cards: Sequence[Card]
    more: int  # places that are not shown


@dataclass(frozen=True, slots=True)
class CellList:
    category: Category | None
    channel: Channel | None
    column: Column | None
    lines: Sequence[Line]
    total: int


def cell_list(
    places: Places,
    filters: MatrixFilters,
    *,
    category: Category | None,
    channel: Channel | None,
    column: Column | None,
    today: dt.date,
    page: int = 1,
) -> CellList:
    """Return a page of touchpoints, the worst first; a constant number of queries."""
    ids, total = touchpoints_at(
        places,
        category=category.pk if category else None,
        channel=channel.pk if channel else None,
        place=column.position if column else None,
        limit=PER_PAGE,
        offset=(page - 1) * PER_PAGE,
    )
    views: dict[UUID, list[BindingView]] = defaultdict(list)
    for view in binding_views(bindings_of(ids), today=today, period=filters.period, part=filters.part or WHOLE):
        views[view.binding.touchpoint_id].append(view)
    cards: dict[UUID | None, list[Card]] = defaultdict(list)
    for card in _cards(ids, filters, column):
        cards[card.touchpoint_id].append(card)
    touchpoints = Touchpoint.objects.select_related("category", "channel").in_bulk(ids)
    lines = [
        Line(touchpoints[pk], views.get(pk, ()), cards[pk][:ON_MAPS], max(0, len(cards[pk]) - ON_MAPS))
        for pk in ids
        if pk in touchpoints
    ]
    return CellList(category, channel, column, lines, total)


def _cards(touchpoints: Sequence[UUID], filters: MatrixFilters, column: Column | None) -> Sequence[Card]:
    rows = Card.objects.filter(
        touchpoint__in=touchpoints,
        deleted_at=None,
        journey__deleted_at=None,
        lane__deleted_at=None,
        step__deleted_at=None,
        step__stage__deleted_at=None,
    )
    if filters.journeys:
        rows = rows.filter(journey__in=filters.journeys)
    if column is not None and column.stages:
        rows = rows.filter(step__stage__in=column.stages)
    return list(
        rows.select_related("journey", "step__stage").order_by(
            "journey__sort_key", "journey", "step__stage__rank", "step__rank", "id"
        )
    )
