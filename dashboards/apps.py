from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    name = "dashboards"

    def ready(self) -> None:
        """Register the kinds of tiles."""
        from dashboards import tiles  # noqa: F401
