"""What can go wrong on a map."""

from typing import Any

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


class FirstOfStage(CxmapError):
    code = "first_of_stage"
    message = _("This step is the first of its stage: choose a later one, or rename the stage.")


class ViewNameTaken(CxmapError):
    code = "name_taken"
    message = _("Another view of this map already has this name. Choose another one.")
    status = 422


class NotDrawnByTheMap(CxmapError):
    code = "not_drawn_by_the_map"
    message = _("Only map, table, curve and evidence can be what the map opens with.")
    status = 422


class PartOfItself(CxmapError):
    code = "part_of_itself"
    status = 422

    def __init__(self, name: str) -> None:
        message = _("“%(name)s” is itself a part of this journey: choose another one.") % {"name": name}
        super().__init__(message, fields={"parent": [message]})


class NoAsIs(CxmapError):
    code = "no_as_is"
    status = 422

    def __init__(self, message: Any) -> None:
        super().__init__(message, fields={"as_is": [message]})


class LinksToItself(CxmapError):
    code = "links_to_itself"
    message = _("A step cannot link to the map that it stands on.")


class FileNotTaken(CxmapError):
    code = "file_not_taken"
    message = _(
        "This file cannot be put on a map: pictures (PNG, JPEG, GIF, WebP) and documents (PDF, Office, text) up to 10 MB can."
    )
    status = 422


class NothingToAdd(CxmapError):
    code = "nothing_to_add"
    message = _("Give a file, or an address that begins with https://.")
    status = 422


class LockedInFrame(CxmapError):
    code = "locked_in_frame"
    message = _("A link with a password cannot be embedded: a frame of another site could not remember the password.")
    status = 422


class CommentEmpty(CxmapError):
    code = "comment_empty"
    message = _("Write something first.")
    status = 422


class CommentTooLong(CxmapError):
    code = "comment_too_long"
    message = _("A comment has at most 4,000 characters: shorten it, or put it into a document that you link to.")
    status = 422


class GuestName(CxmapError):
    code = "guest_name"
    message = _("Say who you are: a name stands beside every comment.")
    status = 422


class MentionOfStranger(CxmapError):
    code = "mention_of_stranger"
    message = _("Only members of this workspace can be mentioned. Nothing was saved.")
    status = 422


class NothingToCommentOn(CxmapError):
    code = "nothing_to_comment_on"
    message = _("What you comment on is no longer on this map. Comment on the map as a whole, or on something else.")
    status = 422


class CommentGone(CxmapError):
    code = "comment_gone"
    message = _("This comment was deleted meanwhile.")
    status = 409


class CommentNotYours(CxmapError):
    code = "comment_not_yours"
    message = _("Only who wrote a comment can change it; owners of the workspace can delete it.")
    status = 403
