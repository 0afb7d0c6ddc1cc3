from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    name = "dashboards"

    def ready(self) -> None:
        """Register the kinds of tiles, and how tiles follow a merge of touchpoints."""
        from dashboards import merging, tiles  # noqa: F401
