from django.apps import AppConfig


class KpisConfig(AppConfig):
    name = "kpis"

    def ready(self) -> None:
        """Register what this app shows on a journey map."""
        from kpis import lanes  # noqa: F401
