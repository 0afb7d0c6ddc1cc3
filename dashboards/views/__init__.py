"""Pages and actions of the dashboards, one module a noun."""

from dashboards.views import boards, references, schedules, sharing, tiles

__all__ = ["boards", "references", "schedules", "sharing", "tiles"]
