"""Figures of tiles: plain numbers in, Plotly dictionaries out; no queries."""

from collections.abc import Sequence
from typing import Any

from kpis.charts import scaled

BLUE, INK, GRID, FAINT = "#0072B2", "#374151", "#e5e7eb", "#D1D5DB"
FONT = {"family": "Inter, system-ui, sans-serif", "size": 12, "color": INK}


def _layout(*, height: int, separators: str) -> dict[str, Any]:
    return {
        "height": height,
        "showlegend": False,
        "separators": separators,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": FONT,
    }


def categories_figure(
    *,
    names: Sequence[str],
    values: Sequence[float | None],
    lows: Sequence[float | None],
    highs: Sequence[float | None],
    unit: str,
    texts: dict[str, str],
) -> dict[str, Any]:
    """Return dots with intervals, one line a category, the first on top. Values in the unit of storage; None: no dot.

    Dots rather than bars: a bar says a length from zero, which a score from 1 to 5 does not have.
    """
    known = [place for place, value in enumerate(values) if value is not None]

    def reach(place: int, ends: Sequence[float | None]) -> float:
        end, value = ends[place], values[place]
        return abs((scaled(end, unit) or 0) - (scaled(value, unit) or 0)) if end is not None else 0.0

    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": [scaled(values[place], unit) for place in known],
        "y": [names[place] for place in known],
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [reach(place, highs) for place in known],
            "arrayminus": [reach(place, lows) for place in known],
            "color": BLUE,
            "thickness": 2,
        },
        "marker": {"size": 11, "color": BLUE},
        "name": texts["value"],
    }
    layout = _layout(height=60 + 44 * len(names), separators=texts["separators"])
    layout |= {
        "margin": {"l": 8, "r": 12, "t": 8, "b": 32},
        "xaxis": {"ticksuffix": texts["suffix"], "gridcolor": GRID, "zeroline": False},
        "yaxis": {
            "type": "category",
            "categoryorder": "array",
            "categoryarray": list(reversed(names)),
            "range": [-0.5, len(names) - 0.5],
            "automargin": True,
            "showgrid": False,
        },
    }
    return {"data": [trace], "layout": layout}


def scores_figure(*, counts: Sequence[int], groups: Sequence[str], shown: str, texts: dict[str, str]) -> dict[str, Any]:
    """Return bars of the answers 0 to 10. A hatched bar is a detractor, a light one a passive, a full one a promoter.

    `shown` names a group: the others fade.
    """
    paint = {"detractor": ("#A34F05", "/"), "passive": ("#9CA3AF", ""), "promoter": ("#2166AC", "")}
    trace = {
        "type": "bar",
        "x": [str(score) for score in range(len(counts))],
        "y": list(counts),
        "marker": {
            "color": [paint[group][0] for group in groups],
            "opacity": [1 if shown in ("", group) else 0.25 for group in groups],
            "pattern": {
                "shape": [paint[group][1] for group in groups],
                "fgcolor": "#ffffff",
                "size": 6,
                "solidity": 0.2,
            },
        },
        "hovertemplate": "%{x}: %{y}<extra></extra>",
        "name": texts["value"],
    }
    layout = _layout(height=220, separators=texts["separators"])
    layout |= {
        "margin": {"l": 44, "r": 8, "t": 8, "b": 30},
        "bargap": 0.15,
        "xaxis": {"type": "category", "fixedrange": True},
        "yaxis": {"gridcolor": GRID, "zeroline": False, "rangemode": "tozero", "tickformat": ",d"},
    }
    return {"data": [trace], "layout": layout}
