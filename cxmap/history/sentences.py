"""What a change says in the feed. An action without a sentence here is shown by its code, never left out."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as n

SENTENCES = {
    "workspace.created": n("created the workspace"),
    "workspace.updated": n("changed the settings of the workspace"),
    "invitation.created": n("invited somebody"),
    "invitation.revoked": n("revoked an invitation"),
    "member.joined": n("joined the workspace"),
    "member.role_changed": n("changed the role of a member"),
    "member.removed": n("took a member out of the workspace"),
    "token.created": n("created the API token “%(name)s”"),
    "token.revoked": n("revoked an API token"),
    "journey.created": n("created the journey “%(name)s”"),
    "journey.updated": n("changed the header of the journey “%(name)s”"),
    "journey.deleted": n("put the journey “%(name)s” into the trash"),
    "journey.restored": n("restored the journey “%(name)s”"),
    "journey.duplicated": n("copied a journey as “%(name)s”"),
    "share_link.created": n("created a read-only link"),
    "share_link.revoked": n("revoked a read-only link"),
    "stage.added": n("added the stage “%(name)s”"),
    "stage.renamed": n("renamed the stage “%(before)s” to “%(name)s”"),
    "stage.moved": n("moved the stage “%(name)s”"),
    "stage.hidden": n("hid the stage “%(name)s”"),
    "stage.shown": n("showed the stage “%(name)s” again"),
    "stage.deleted": n("deleted the stage “%(name)s”"),
    "stage.duplicated": n("duplicated the stage “%(name)s”"),
    "step.added": n("added the step “%(name)s”"),
    "step.renamed": n("renamed the step “%(before)s” to “%(name)s”"),
    "step.moved": n("moved the step “%(name)s”"),
    "step.hidden": n("hid the step “%(name)s”"),
    "step.shown": n("showed the step “%(name)s” again"),
    "step.deleted": n("deleted the step “%(name)s”"),
    "step.duplicated": n("duplicated the step “%(name)s”"),
    "step.moment_of_truth": n("changed whether “%(name)s” is a moment of truth"),
    "lane.added": n("added a lane"),
    "lane.renamed": n("renamed a lane to “%(name)s”"),
    "lane.moved": n("moved a lane"),
    "lane.hidden": n("hid a lane"),
    "lane.shown": n("showed a lane again"),
    "lane.deleted": n("deleted a lane"),
    "lane.duplicated": n("duplicated a lane"),
    "card.added": n("added a card at “%(step)s”: %(text)s"),
    "card.edited": n("changed a card: %(text)s"),
    "card.moved": n("moved a card: %(text)s"),
    "card.deleted": n("deleted a card: %(text)s"),
    "cells.pasted": n("pasted %(cards)s cards"),
    "curve.set": n("moved the curve at “%(step)s”"),
    "touchpoint.added": n("added the touchpoint “%(name)s”"),
    "touchpoint.updated": n("changed the touchpoint “%(name)s”"),
    "touchpoint.deleted": n("took the touchpoint “%(name)s” out of the library"),
    "touchpoint.restored": n("put the touchpoint “%(name)s” back into the library"),
    "persona.added": n("described the persona “%(name)s”"),
    "persona.updated": n("changed the persona “%(name)s”"),
    "persona.deleted": n("deleted the persona “%(name)s”"),
    "persona.restored": n("restored the persona “%(name)s”"),
    "evidence.added": n("added evidence to the persona “%(name)s”: %(title)s"),
    "evidence.removed": n("removed evidence from the persona “%(name)s”: %(title)s"),
    "evidence.restored": n("put evidence back to the persona “%(name)s”: %(title)s"),
    "segment.added": n("added the segment “%(name)s”"),
    "segment.updated": n("changed the segment “%(name)s”"),
    "segment.deleted": n("deleted the segment “%(name)s”"),
    "category.updated": n("changed the category “%(name)s”"),
    "channel.added": n("added the channel “%(name)s”"),
    "channel.updated": n("changed the channel “%(name)s”"),
    "channel.deleted": n("deleted the channel “%(name)s”"),
    "target.ended": n("took the target of “%(kpi)s” on “%(touchpoint)s” away"),
    "import.uploaded": n("brought the file “%(name)s” to the source “%(source)s”"),
    "import.deleted": n("deleted the file “%(name)s”, which had changed nothing"),
    "import.started": n("had the file “%(name)s” imported"),
    "import.done": n("imported “%(name)s” from the source “%(source)s”"),
    "import.refused": n("had “%(name)s” checked: not all lines were good, nothing was written"),
    "import.withdrawn": n("withdrew the import “%(name)s”"),
    "mapping.saved": n("saved the mapping “%(name)s”"),
    "measure.added": n("typed a measure by hand: %(name)s"),
    "pain.added": n("noted the pain point “%(name)s”"),
    "pain.updated": n("changed the pain point “%(name)s”"),
    "pain.deleted": n("deleted the pain point “%(name)s”"),
    "solution.added": n("proposed the solution “%(name)s”"),
    "solution.updated": n("changed the solution “%(name)s”"),
    "solution.deleted": n("deleted the solution “%(name)s”"),
    "solution.scored": n("scored the solution “%(name)s”"),
}


class _Names(dict[str, Any]):
    """What a summary lacks reads as a dash, so that an old change never breaks a page."""

    def __missing__(self, key: str) -> str:
        return "—"


def sentence_of(action: str, summary: dict[str, Any]) -> str:
    """Return the sentence of an action with its names."""
    known = SENTENCES.get(action)
    return _(known) % _Names(summary) if known else action
