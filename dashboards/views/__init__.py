"""Pages and actions of the dashboards, one module a noun."""

from dashboards.views import boards, outcomes, references, schedules, sharing, tiles

__all__ = ["boards", "outcomes", "references", "schedules", "sharing", "tiles"]
