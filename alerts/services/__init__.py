"""Every write of alerts."""

from alerts.services.events import judgement_take
from alerts.services.preferences import (
    alert_mark_read,
    flag_mute,
    flag_unmute,
    mail_turn_off,
    preference_of,
    preference_set,
)
from alerts.services.webhooks import (
    webhook_add,
    webhook_answered,
    webhook_delete,
    webhook_pause,
    webhook_resume,
    webhook_secret_renew,
    webhook_test,
    webhook_update,
)

__all__ = [
    "alert_mark_read",
    "flag_mute",
    "flag_unmute",
    "judgement_take",
    "mail_turn_off",
    "preference_of",
    "preference_set",
    "webhook_add",
    "webhook_answered",
    "webhook_delete",
    "webhook_pause",
    "webhook_resume",
    "webhook_secret_renew",
    "webhook_test",
    "webhook_update",
]
