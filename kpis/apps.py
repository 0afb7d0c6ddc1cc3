from django.apps import AppConfig


class KpisConfig(AppConfig):
    name = "kpis"

    def ready(self) -> None:
        """Register what this app shows on a journey map, and what it puts into every new workspace."""
        from kpis import catalogue, content, lanes, merging, panels, search, sowing, volumes  # noqa: F401

        catalogue.register()
