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


class SectionRefused(CxmapError):
    code = "section_refused"
    message = _("This section does not hold what its kind asks for.")
    status = 422


class SectionGone(CxmapError):
    code = "section_gone"
    message = _("This section is not on the sheet. Load the page anew.")
    status = 409


class CircleOfPersonas(CxmapError):
    code = "circle_of_personas"
    message = _("A persona cannot stand below itself.")
    status = 422


class NothingToValidate(CxmapError):
    code = "nothing_to_validate"
    message = _("Nothing is described yet: fill in at least one field before the sheet is validated.")
    status = 409


class ReviewDateNeeded(CxmapError):
    code = "review_date_needed"
    message = _("Say when the sheet is to be reviewed: a day after today, within five years.")
    status = 422


class RuleRefused(CxmapError):
    code = "rule_refused"
    message = _("Names and values of dimensions have 1 to 200 characters.")
    status = 422


class PictureNotTaken(CxmapError):
    code = "picture_not_taken"
    message = _("This file is no picture that can be kept: a PNG, JPEG, WebP or GIF picture up to 8 MB can.")
    status = 422


class NothingToPrint(CxmapError):
    code = "nothing_to_print"
    message = _("There is no persona to put into a file yet: describe one first, or tick others.")
    status = 404


class TooManySheets(CxmapError):
    code = "too_many_sheets"
    message = _("One file holds at most 50 personas: tick those that you want.")
    status = 422
