"""A KPI over time: interval, reference band, target, the running period hatched, and the same numbers as a table."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cxmap.lib import formats
from dashboards.drawing import line_svg
from dashboards.models import Tile
from dashboards.selectors.context import Context
from dashboards.selectors.lines import UNITS, Ask, Point, lines_read
from dashboards.tiles.kpi import empty_text, list_address
from dashboards.tiles.registry import Block, Loaded, TileKind, register
from dashboards.tiles.subjects import Subject, SubjectForm, name_of, subjects_of
from kpis.charts import history_figure
from kpis.models import Kpi, Rhythm
from kpis.selectors.bindings import BindingView, judged_periods
from kpis.selectors.history import PeriodValue, figure_of, figure_texts

LENGTHS = {"quarter": 91, "half": 182, "year": 364}  # days
PAPER_ROWS = 8  # periods listed on paper below the drawing


class TrendForm(SubjectForm):
    length = forms.ChoiceField(
        label=_("How far back"),
        choices=[("quarter", _("a quarter")), ("half", _("half a year")), ("year", _("a year"))],
        initial="half",
    )


@dataclass(frozen=True, slots=True)
class TrendTile:
    """Newest period first in `rows`; `figure` None with fewer than two closed periods."""

    head: Loaded
    kpi: Kpi | None = None
    view: BindingView | None = None
    rows: Sequence[Point] = ()
    figure: dict[str, Any] | None = None
    chart_id: str = ""


def asked(context: Context, tile: Tile, subject: Subject) -> Ask:
    """Return the line of a tile: by the rhythm of its touchpoint, by week over several; the running period included."""
    rhythm = Rhythm(subject.views[0].binding.rhythm) if subject.single else Rhythm.WEEKLY
    first = context.today - dt.timedelta(days=LENGTHS.get(tile.settings.get("length", ""), LENGTHS["half"]))
    unit = UNITS[rhythm]
    if unit == "week":
        first -= dt.timedelta(days=first.weekday())
    elif unit == "month":
        first = first.replace(day=1)
    return Ask(tile.pk, subject.kpi, subject.touchpoints, first, context.today, unit)


def pooled_figure(kpi: Kpi, points: Sequence[Point]) -> dict[str, Any] | None:
    """Return the figure of a KPI over several touchpoints: no target and no reference, which belong to one."""
    closed = [point for point in points if not point.running]
    if len([point for point in closed if point.value is not None]) < 2:
        return None
    running = next((point for point in points if point.running and point.value is not None), None)
    return history_figure(
        days=[point.start for point in closed],
        values=[point.value for point in closed],
        lows=[point.low for point in closed],
        highs=[point.high for point in closed],
        unit=kpi.unit,
        target=None,
        band=(None, None),
        band_days=(None, None),
        marks=[],
        running=(running.start, running.value) if running and running.value is not None else None,
        running_end=running.end if running else None,
        texts=figure_texts(kpi),
    )


def _values(points: Sequence[Point]) -> list[PeriodValue]:
    return [
        PeriodValue(
            start=point.start,
            end=point.end,
            n=point.n,
            numerator=point.sums.numerator if point.sums else None,
            denominator=point.sums.denominator if point.sums else None,
            excluded=point.excluded,
            value=point.value,
            low=point.low,
            high=point.high,
            quantile=point.figure.quantile,
            running=point.running,
        )
        for point in points
    ]


def load(context: Context, tiles: Sequence[Tile]) -> Mapping[UUID, TrendTile]:
    subjects = subjects_of(context, tiles)
    asks = [asked(context, tile, subjects[tile.pk]) for tile in tiles if tile.pk in subjects]
    lines = lines_read(context.workspace, asks, today=context.today)
    judged = judged_periods([subject.views[0].binding.pk for subject in subjects.values() if subject.single])
    found: dict[UUID, TrendTile] = {}
    for tile in tiles:
        subject = subjects.get(tile.pk)
        if subject is None:
            found[tile.pk] = TrendTile(head=Loaded(title=name_of(context, tile), empty=empty_text(context)))
            continue
        points, view = lines[tile.pk], subject.view
        if view is not None:
            figure = figure_of(view, _values(points), judged.get(view.binding.pk, ()))
            href, drawer = view.touchpoint.get_absolute_url(), True
        else:
            figure = pooled_figure(subject.kpi, points)
            href, drawer = list_address(context, subject.kpi), False
        empty = "" if points else gettext("No data in this time: bring an export, use the API or type a measure.")
        found[tile.pk] = TrendTile(
            head=Loaded(
                title=subject.title,
                note=view.target_text if view else gettext("all touchpoints together"),
                href="" if context.public else href,
                drawer=drawer,
                empty=empty,
            ),
            kpi=subject.kpi,
            view=view,
            rows=list(reversed(points)),
            figure=figure,
            chart_id=f"chart-tile-{tile.pk}",
        )
    return found


def drawing(data: TrendTile, *, width: float = 360) -> str:
    """Return the line as SVG; empty with fewer than two known periods."""
    points = [point for point in reversed(data.rows) if not point.running]
    known = [point.value for point in points if point.value is not None]
    if data.kpi is None or len(known) < 2:
        return ""
    running = next((point for point in data.rows if point.running and point.value is not None), None)
    view = data.view
    state = view.state if view else None
    target = view.target.value if view and view.target else None
    ends = [end for point in points for end in (point.low, point.high) if end is not None]
    low, high = min([*known, *ends]), max([*known, *ends])
    spread = (high - low) or abs(high) or 1.0
    if target is not None and low - 2 * spread <= target <= high + 2 * spread:
        low, high = min(low, target), max(high, target)
    unit = data.kpi.unit
    return line_svg(
        days=[point.start for point in points],
        values=[point.value for point in points],
        lows=[point.low for point in points],
        highs=[point.high for point in points],
        extent=(low, high),
        end_labels=(formats.kpi_value(low, unit), formats.kpi_value(high, unit)),
        day_labels=(
            formats.day_month(points[0].start),
            formats.day_month(running.start if running else points[-1].start),
        ),
        target=target if target is not None and low <= target <= high else None,
        band=(state.baseline_low, state.baseline_high) if state else (None, None),
        band_days=(state.baseline_start, state.baseline_end) if state else (None, None),
        running=(running.start, running.value) if running and running.value is not None else None,
        width=width,
    )


def blocks(data: TrendTile) -> list[Block]:
    if data.head.empty or data.kpi is None:
        return [{"k": "note", "text": data.head.empty}]
    found: list[Block] = []
    picture = drawing(data)
    if picture:
        found.append({"k": "chart", "svg": picture, "alt": data.head.title})
    rows = [
        [
            formats.period_text(point.start, point.end) + (f" ({gettext('running')})" if point.running else ""),
            formats.kpi_value(point.value, data.kpi.unit, scale_max=data.kpi.scale_max),
            formats.kpi_interval(point.low, point.high, data.kpi.unit, value=point.value) or "—",
            formats.whole(point.n),
        ]
        for point in data.rows[:PAPER_ROWS]
    ]
    head = [gettext("Period"), gettext("Value"), gettext("Interval"), data.kpi.denominator_name]
    found.append({"k": "table", "head": head, "rows": rows, "right": [1, 2, 3]})
    if data.head.note:
        found.append({"k": "note", "text": data.head.note})
    return found


register(
    TileKind(
        key="trend",
        label=_("Trend"),
        hint=_("A KPI over time with its reference band, target and running period, and the table of its numbers."),
        form=TrendForm,
        load=load,
        template="dashboards/tiles/_trend.html",
        blocks=blocks,
        width=6,
        rank=20,
    )
)
