"""Pages of sources and imports."""

from sources.views import imports, lists, mappings, measures, observations

__all__ = ["imports", "lists", "mappings", "measures", "observations"]
