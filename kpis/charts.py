"""Figures: numbers in, geometry or Plotly dictionaries out; no queries."""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cxmap.lib import formats

WIDTH, HEIGHT, PAD = 120.0, 28.0, 3.0


@dataclass(frozen=True, slots=True)
class Spark:
    """A sparkline in a box of 120 × 28: paths (a gap breaks the line), the last point, target line, reference band."""

    paths: Sequence[str]
    last: tuple[float, float] | None
    target_y: float | None
    band: tuple[float, float] | None  # top and height


def spark(
    values: Sequence[float | None],
    *,
    target: float | None = None,
    band: tuple[float | None, float | None] = (None, None),
) -> Spark | None:
    """Return a sparkline; None with fewer than two known values. Unknown periods are gaps, never zeros."""
    known = [value for value in values if value is not None and not math.isnan(value)]
    if len(known) < 2:
        return None
    low, high = min(known), max(known)
    extras = [extra for extra in (target, *band) if extra is not None and not math.isnan(extra)]
    spread = (high - low) or abs(high) or 1.0
    # Target and band widen the scale up to a point: a far target must not flatten the line.
    for extra in extras:
        if low - 2 * spread <= extra <= high + 2 * spread:
            low, high = min(low, extra), max(high, extra)
    room = (high - low) or 1.0

    def y(value: float) -> float:
        return round(PAD + (high - value) / room * (HEIGHT - 2 * PAD), 1)

    step = (WIDTH - 2 * PAD) / (len(values) - 1)
    runs: list[list[tuple[float, float]]] = [[]]
    for place, value in enumerate(values):
        if value is None or math.isnan(value):
            if runs[-1]:
                runs.append([])
            continue
        runs[-1].append((round(PAD + place * step, 1), y(value)))
    runs = [run for run in runs if run]
    paths = ["M" + "L".join(f"{x} {height}" for x, height in run) for run in runs if len(run) > 1]
    inside = target is not None and low <= target <= high
    bottom, top = band
    shown_band = None
    if bottom is not None and top is not None and low <= bottom and top <= high:
        shown_band = (y(top), round(max(y(bottom) - y(top), 1.0), 1))
    return Spark(
        paths=paths,
        last=runs[-1][-1] if values[-1] is not None else None,
        target_y=y(target) if inside and target is not None else None,
        band=shown_band,
    )


def scaled(value: float | None, unit: str) -> float | None:
    """Return a value as a chart shows it: shares in percent, rates per 1,000."""
    return None if value is None else formats.shown(value, unit)


def history_figure(
    *,
    days: Sequence[dt.date],
    values: Sequence[float | None],
    lows: Sequence[float | None],
    highs: Sequence[float | None],
    unit: str,
    target: float | None,
    band: tuple[float | None, float | None],
    band_days: tuple[dt.date | None, dt.date | None],
    marks: Sequence[tuple[dt.date, float | None, str, str]],
    running: tuple[dt.date, float] | None,
    texts: dict[str, str],
    running_end: dt.date | None = None,
) -> dict[str, Any]:
    """Return a Plotly figure of a KPI's closed periods: line with interval, target, reference band, running period.

    With its last day the running period is hatched.

    Values are in the unit of storage; `marks` are (day, value, mark, colour) of states worth seeing; `texts` holds the
    translated names value, interval, target, baseline, running and the suffix of the axis.
    """
    blue = "#0072B2"
    x = [day.isoformat() for day in days]
    known = [i for i, value in enumerate(values) if value is not None]
    traces: list[dict[str, Any]] = []
    ends = [i for i in known if lows[i] is not None and highs[i] is not None]
    if ends:
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": [x[i] for i in ends] + [x[i] for i in reversed(ends)],
                "y": [scaled(highs[i], unit) for i in ends] + [scaled(lows[i], unit) for i in reversed(ends)],
                "fill": "toself",
                "fillcolor": "rgba(0,114,178,0.16)",
                "line": {"width": 0},
                "hoverinfo": "skip",
                "name": texts["interval"],
            }
        )
    traces.append(
        {
            "type": "scatter",
            "mode": "lines+markers",
            "x": x,
            "y": [scaled(value, unit) for value in values],
            "line": {"color": blue, "width": 2.5},
            "marker": {"size": 5, "color": blue},
            "connectgaps": False,
            "name": texts["value"],
        }
    )
    if running is not None:
        last = next((i for i in reversed(range(len(values))) if values[i] is not None), None)
        points = ([(x[last], values[last])] if last is not None else []) + [(running[0].isoformat(), running[1])]
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": [day for day, _ in points],
                "y": [scaled(value, unit) for _, value in points],
                "line": {"color": blue, "width": 1.5, "dash": "dot"},
                "marker": {"size": 8, "symbol": "circle-open", "color": blue},
                "name": texts["running"],
            }
        )
    for day, value, mark, colour in marks:
        traces.append(
            {
                "type": "scatter",
                "mode": "text",
                "x": [day.isoformat()],
                "y": [scaled(value, unit)],
                "text": [mark],
                "textposition": "top center",
                "textfont": {"color": colour, "size": 14},
                "hoverinfo": "skip",
                "showlegend": False,
            }
        )
    if running is not None and running_end is not None:
        days_long = (running_end - running[0]).days + 1
        middle = dt.datetime.combine(running[0], dt.time()) + dt.timedelta(days=days_long / 2)
        traces.append(
            {
                "type": "bar",
                "x": [middle.isoformat()],
                "y": [1],
                "width": [days_long * 86_400_000],  # milliseconds
                "yaxis": "y2",
                "marker": {
                    "color": "rgba(0,0,0,0)",
                    "line": {"width": 0},
                    "pattern": {"shape": "/", "fgcolor": "rgba(75,85,99,0.35)", "size": 8, "solidity": 0.15},
                },
                "hoverinfo": "skip",
                "name": texts["running"],
            }
        )
    shapes: list[dict[str, Any]] = []
    if target is not None:
        shapes.append(
            {
                "type": "line",
                "xref": "paper",
                "x0": 0,
                "x1": 1,
                "y0": scaled(target, unit),
                "y1": scaled(target, unit),
                "line": {"color": "#374151", "width": 1.2, "dash": "dash"},
                "label": {"text": texts["target"], "textposition": "end", "font": {"size": 11, "color": "#374151"}},
            }
        )
    low, high = band
    if low is not None and high is not None and band_days[0] and band_days[1]:
        shapes.append(
            {
                "type": "rect",
                "layer": "below",
                "x0": band_days[0].isoformat(),
                "x1": band_days[1].isoformat(),
                "y0": scaled(low, unit),
                "y1": scaled(high, unit),
                "fillcolor": "rgba(107,114,128,0.14)",
                "line": {"width": 0},
                "label": {
                    "text": texts["baseline"],
                    "textposition": "top left",
                    "font": {"size": 11, "color": "#4b5563"},
                },
            }
        )
    return {
        "data": traces,
        "layout": {
            "height": 260,
            "margin": {"l": 52, "r": 12, "t": 12, "b": 36},
            "showlegend": False,
            "separators": texts["separators"],
            "shapes": shapes,
            "xaxis": {"type": "date", "showgrid": False, "tickformat": texts["date_format"]},
            "yaxis": {"ticksuffix": texts["suffix"], "gridcolor": "#e5e7eb", "zeroline": False, "rangemode": "normal"},
            "yaxis2": {"overlaying": "y", "range": [0, 1], "visible": False, "fixedrange": True},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"family": "Inter, system-ui, sans-serif", "size": 12, "color": "#374151"},
            "hovermode": "x unified",
        },
    }
