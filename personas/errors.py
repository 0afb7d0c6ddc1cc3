"""What can go wrong with personas."""

from django.utils.translation import gettext_lazy as _

from cxmap.lib.errors import CxmapError


class PersonaNameTaken(CxmapError):
    code = "name_taken"
    message = _("Another persona has this name by now: rename that one first, then restore.")
    status = 409


class SegmentInUse(CxmapError):
    code = "segment_in_use"
    message = _("Measures carry this segment, so it cannot be deleted. Take it off the personas instead.")
    status = 409
