from django.apps import AppConfig


class WorkshopsConfig(AppConfig):
    name = "workshops"

    def ready(self) -> None:
        """Register where changes of workshops can be looked at."""
        from workshops import feed  # noqa: F401
