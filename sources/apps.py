from django.apps import AppConfig


class SourcesConfig(AppConfig):
    name = "sources"

    def ready(self) -> None:
        """Register what this app shows on the pages of others."""
        from sources import panels  # noqa: F401
