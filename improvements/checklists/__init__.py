"""The two checklists of a journey: from channel to channel (artefact 7, A47), and six principles (B19). One mechanism."""

from collections.abc import Iterable, Sequence

from django.db import models
from django.utils.translation import gettext_lazy as _

from improvements.checklists.base import Criterion, Group, Place
from improvements.checklists.omnichannel import CRITERIA, GROUPS
from improvements.checklists.principles import PRINCIPLES


class Checklist(models.TextChoices):
    OMNICHANNEL = "omnichannel", _("Omnichannel guide")
    PRINCIPLES = "principles", _("Six principles")


GROUP_BY_CODE = {group.code: group for group in GROUPS}
GROUP_OF_CHANNEL = {channel: group for group in GROUPS for channel in group.channels}


def groups_of(channels: Iterable[str]) -> list[Group]:
    """Return the groups that channels (codes) belong to, in the guide's order; channels of one's own belong to none."""
    found = {GROUP_OF_CHANNEL[code].code for code in channels if code in GROUP_OF_CHANNEL}
    return [group for group in GROUPS if group.code in found]


def pair_key(first: str, second: str) -> str:
    return f"{first}+{second}"


def _pairs(groups: Sequence[Group]) -> list[Place]:
    places = []
    for number, first in enumerate(groups):
        for second in groups[number + 1 :]:
            asked = [one for one in CRITERIA if first.code in one.groups and second.code in one.groups]
            places.append(
                Place(
                    key=pair_key(first.code, second.code),
                    name=f"{first.name} ↔ {second.name}",
                    note="",
                    criteria=asked,
                    groups=(first.code, second.code),
                )
            )
    return places


def places_of(checklist: str, groups: Iterable[str]) -> list[Place]:
    """Return what a review asks about: the pairs of these groups (codes), or the six principles, in the reader's language."""
    if checklist == Checklist.PRINCIPLES:
        return [Place(one.code, str(one.name), str(one.said), one.criteria) for one in PRINCIPLES]
    wanted = set(groups)
    return _pairs([group for group in GROUPS if group.code in wanted])


__all__ = [
    "CRITERIA",
    "GROUPS",
    "GROUP_BY_CODE",
    "PRINCIPLES",
    "Checklist",
    "Criterion",
    "Place",
    "groups_of",
    "pair_key",
    "places_of",
]
