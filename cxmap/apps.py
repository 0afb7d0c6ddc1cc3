from django.apps import AppConfig


class CxmapConfig(AppConfig):
    name = "cxmap"
    label = "cxmap"

    def ready(self) -> None:
        """Load the Celery application, so that every process that writes also knows where to send its messages."""
        from cxmap import celery  # noqa: F401
