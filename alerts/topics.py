"""Topics of the outbox that this app delivers (handlers.py)."""

MAIL = "alerts.mail"
WEBHOOK = "alerts.webhook"
REVIEW = "alerts.review"
