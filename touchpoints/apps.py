from django.apps import AppConfig


class TouchpointsConfig(AppConfig):
    name = "touchpoints"

    def ready(self) -> None:
        """Register what a new workspace gets from this app."""
        from touchpoints import contents, taxonomy  # noqa: F401
