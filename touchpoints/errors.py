"""What can go wrong in the library."""

from django.utils.translation import gettext_lazy as _

from cxmap.lib.errors import CxmapError


class TouchpointNameTaken(CxmapError):
    code = "name_taken"
    message = _("Another touchpoint has this name by now: rename that one first, then restore.")
    status = 409


class ChannelInUse(CxmapError):
    code = "channel_in_use"
    message = _("Touchpoints have this channel, perhaps some in the trash: give them another one first.")
    status = 409
