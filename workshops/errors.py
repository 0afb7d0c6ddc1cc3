"""What can go wrong in a workshop."""

from django.utils.translation import gettext_lazy as _

from cxmap.lib.errors import CxmapError


class AgendaEmpty(CxmapError):
    code = "agenda_empty"
    message = _("The agenda is empty: add an activity first.")
    status = 409


class MovedOn(CxmapError):
    code = "moved_on"
    message = _("Somebody else moved the workshop on at the same time: this page now shows where it is.")
    status = 409


class NotNow(CxmapError):
    code = "not_now"
    message = _("This cannot be done at this point of the workshop.")
    status = 409


class WorkshopOver(CxmapError):
    code = "workshop_over"
    message = _("This workshop is over.")
    status = 409


class DoorsClosed(CxmapError):
    code = "doors_closed"
    message = _("The facilitator lets nobody else in. Ask them to open the workshop again.")
    status = 409


class WorkshopFull(CxmapError):
    code = "workshop_full"
    message = _("This workshop is full: at most 60 people take part.")
    status = 409


class TimeOver(CxmapError):
    code = "time_over"
    message = _(
        "The time is over, so this was not sent. Your text stays here: ask for one more minute, or read it aloud."
    )
    status = 409


class TooManyNotes(CxmapError):
    code = "too_many_notes"
    message = _("60 notes are enough for one round. Change one of yours instead.")
    status = 409


class NoDotsLeft(CxmapError):
    code = "no_dots_left"
    message = _("All your dots are placed: take one back first.")
    status = 409


class NoSuchThing(CxmapError):
    code = "not_in_this_workshop"
    message = _("This is not, or no longer, part of the workshop. Load the page again.")
    status = 404


class NothingChosen(CxmapError):
    code = "nothing_chosen"
    message = _("Tick at least one note first.")
    status = 422


class StepNeeded(CxmapError):
    code = "step_needed"
    message = _(
        "Choose a step for each line that you bring to the map: the marked ones have none. Nothing was brought."
    )
    status = 422


class NameNeeded(CxmapError):
    code = "name_needed"
    message = _("Give the group a name.")
    status = 422
