"""What can go wrong on a map."""

from django.utils.translation import gettext_lazy as _

from cxmap.lib.errors import CxmapError


class LaneNotTyped(CxmapError):
    code = "lane_not_typed"
    message = _("This lane is filled by itself: nothing can be typed into it.")


class LaneAlreadyThere(CxmapError):
    code = "lane_already_there"
    message = _("This map already has a lane of this kind.")


class LastOne(CxmapError):
    code = "last_one"
    message = _("A map needs at least one stage with one step: add another one first.")


class PersonaNeeded(CxmapError):
    code = "persona_needed"
    message = _("Choose a persona, or say that there is none yet.")


class NothingToPaste(CxmapError):
    code = "nothing_to_paste"
    message = _("There is no text to paste.")


class PasteTooLarge(CxmapError):
    code = "paste_too_large"
    message = _("At most 60 columns and 40 rows can be pasted at once. Nothing was changed.")


class ElsewhereOnMap(CxmapError):
    code = "not_on_this_map"
    message = _("The place to move to is not on this map.")
