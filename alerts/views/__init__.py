"""Pages of alerts."""

from alerts.views import lists, preferences, webhooks

__all__ = ["lists", "preferences", "webhooks"]
