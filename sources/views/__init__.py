"""Pages of sources and imports."""

from sources.views import imports, lists, mappings, measures

__all__ = ["imports", "lists", "mappings", "measures"]
