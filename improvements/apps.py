from django.apps import AppConfig


class ImprovementsConfig(AppConfig):
    name = "improvements"

    def ready(self) -> None:
        """Register what this app shows on a journey map."""
        from improvements import content, lanes  # noqa: F401
