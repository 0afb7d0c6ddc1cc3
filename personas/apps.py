from django.apps import AppConfig


class PersonasConfig(AppConfig):
    name = "personas"

    def ready(self) -> None:
        """Register what of this app can be found."""
        from personas import search  # noqa: F401
