from django.apps import AppConfig


class JourneysConfig(AppConfig):
    name = "journeys"

    def ready(self) -> None:
        """Register what this app shows on a journey map and gives to templates, and on the pages of personas and touchpoints."""
        from journeys import feed, lanes, merging, panels, search  # noqa: F401
        from journeys.services import beginnings, comments  # noqa: F401
