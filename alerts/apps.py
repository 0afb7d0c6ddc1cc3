from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "alerts"

    def ready(self) -> None:
        """Listen to the evaluations and to comments, and deliver the messages that come of them."""
        from alerts import handlers, topics
        from alerts.services.comments import comment_hear
        from alerts.services.events import judgement_hear
        from cxmap.outbox.registry import register_handler
        from journeys import comments
        from kpis.registry import register_listener

        register_listener(judgement_hear)
        comments.register_listener(comment_hear)
        register_handler(topics.MAIL, handlers.mail_deliver)
        register_handler(topics.WEBHOOK, handlers.webhook_deliver)
