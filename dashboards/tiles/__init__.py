"""The kinds of tiles, one module a kind; importing this package registers them."""

from dashboards.tiles import categories, coverage, freshness, funnel, kpi, nps, text, trend, worst
from dashboards.tiles.registry import Shown, TileForm, TileKind, kind_of, kinds, load

__all__ = [
    "Shown",
    "TileForm",
    "TileKind",
    "categories",
    "coverage",
    "freshness",
    "funnel",
    "kind_of",
    "kinds",
    "kpi",
    "load",
    "nps",
    "text",
    "trend",
    "worst",
]
