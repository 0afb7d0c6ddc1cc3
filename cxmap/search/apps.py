from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "cxmap.search"
    label = "search"

    def ready(self) -> None:
        """Register the people of a workspace; the apps above register what they hold."""
        from cxmap.search import people  # noqa: F401
