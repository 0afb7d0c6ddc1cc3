from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "cxmap.outbox"
    label = "outbox"
