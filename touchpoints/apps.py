from django.apps import AppConfig


class TouchpointsConfig(AppConfig):
    name = "touchpoints"

    def ready(self) -> None:
        """Register what a new workspace gets from this app, and what of it can be found."""
        from touchpoints import contents, search, taxonomy  # noqa: F401
