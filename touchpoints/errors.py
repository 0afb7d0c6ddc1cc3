"""What can go wrong in the library."""

from django.utils.translation import gettext_lazy as _

from cxmap.lib.errors import CxmapError


class TouchpointNameTaken(CxmapError):
    code = "name_taken"
    message = _("Another touchpoint has this name by now: rename that one first, then restore.")
    status = 409
