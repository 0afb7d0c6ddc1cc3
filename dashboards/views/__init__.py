"""Pages and actions of the dashboards, one module a noun."""

from dashboards.views import boards, references, sharing, tiles

__all__ = ["boards", "references", "sharing", "tiles"]
