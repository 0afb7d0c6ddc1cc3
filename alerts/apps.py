from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "alerts"

    def ready(self) -> None:
        """Listen to the evaluations, to comments and to reviews, and deliver the messages that come of them."""
        from alerts import handlers, reviews, topics
        from alerts.models import Webhook
        from alerts.services.comments import comment_hear
        from alerts.services.events import judgement_hear
        from cxmap.outbox.registry import register_handler
        from cxmap.workspaces import signals as access_signals
        from cxmap.workspaces.places import register_items
        from journeys import comments, signals
        from kpis.registry import register_listener

        register_items("webhooks", Webhook)
        register_listener(judgement_hear)
        comments.register_listener(comment_hear)
        register_handler(topics.MAIL, handlers.mail_deliver)
        register_handler(topics.WEBHOOK, handlers.webhook_deliver)
        register_handler(topics.REVIEW, reviews.review_deliver)
        signals.register_listener(reviews.review_hear)
        access_signals.register_listener(reviews.access_hear)
