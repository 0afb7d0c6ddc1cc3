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


class IconNotTaken(CxmapError):
    code = "icon_not_taken"
    message = _(
        "This file is no icon that can be kept: a PNG picture up to 1 MB can, or an SVG drawing with shapes up to 200 kB."
    )
    status = 422


class MergedIntoItself(CxmapError):
    code = "merged_into_itself"
    message = _("Choose another touchpoint: this one cannot be merged into itself.")
    status = 422


class MergedTooFar(CxmapError):
    code = "merge_refused"
    message = _("One of the two is no longer in the library. Open it again and choose another.")
    status = 409


class DepartmentNameTaken(CxmapError):
    code = "department_name_taken"
    message = _("There is a department of this name already.")
    status = 409
