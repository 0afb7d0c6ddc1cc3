from django.apps import AppConfig


class HistoryConfig(AppConfig):
    name = "cxmap.history"
    label = "history"
