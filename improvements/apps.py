from django.apps import AppConfig


class ImprovementsConfig(AppConfig):
    name = "improvements"

    def ready(self) -> None:
        """Register what this app shows on a journey map, and what it gives to templates and files."""
        from improvements import content, lanes, merging, search, sowing  # noqa: F401
