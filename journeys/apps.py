from django.apps import AppConfig


class JourneysConfig(AppConfig):
    name = "journeys"

    def ready(self) -> None:
        """Register what this app shows on a journey map."""
        from journeys import lanes  # noqa: F401
