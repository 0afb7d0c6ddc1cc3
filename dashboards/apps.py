from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    name = "dashboards"

    def ready(self) -> None:
        """Register the kinds of tiles, how they follow a merge of touchpoints, and who sends dashboards."""
        from cxmap.outbox.registry import register_handler
        from dashboards import mails, merging, search, tiles  # noqa: F401

        register_handler(mails.TOPIC, mails.dashboard_deliver)
