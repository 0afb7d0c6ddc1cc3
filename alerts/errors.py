"""What can go wrong."""

from django.utils.translation import gettext_lazy as _

from cxmap.lib.errors import CxmapError


class MuteInPast(CxmapError):
    code = "mute_in_past"
    message = _("Choose a day after today.")
    status = 422


class TooManyWebhooks(CxmapError):
    code = "too_many_webhooks"
    message = _("A workspace has at most 20 webhooks: delete one that is no longer needed.")
    status = 409
