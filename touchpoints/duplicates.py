"""Touchpoints that may be the same one under two names: proposed for a merge, never merged by themselves."""

import re
from collections import defaultdict
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations

from cxmap.lib.text import fold
from cxmap.workspaces.models import Workspace
from touchpoints.models import Touchpoint

# Words that tell no touchpoint from another.
COMMON = frozenset(
    [
        "le",
        "la",
        "les",
        "l",
        "un",
        "une",
        "des",
        "du",
        "de",
        "d",
        "au",
        "aux",
        "a",
        "en",
        "et",
        "ou",
        "sur",
        "pour",
        "par",
        "avec",
        "the",
        "of",
        "an",
        "and",
        "or",
        "on",
        "in",
        "to",
        "for",
        "with",
        "by",
    ]
)
LIKE, LIKE_SAME_CHANNEL = 0.9, 0.75  # how alike two names must be; less is enough when the channel is the same
GROUP_MAX = 60  # a word that more names have says too little to compare all of them
PAIRS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Pair:
    """Two touchpoints that may be one, how alike their names are (0 to 1), and whether their channel is the same."""

    one: Touchpoint
    other: Touchpoint
    likeness: float
    same_channel: bool

    @property
    def sides(self) -> tuple[Touchpoint, Touchpoint]:
        return self.one, self.other

    @property
    def percent(self) -> int:
        return round(self.likeness * 100)


def words_of(name: str) -> tuple[str, ...]:
    """Return the telling words of a name, folded, without plural endings, in one order."""
    words = re.findall(r"[a-z0-9]+", fold(name))
    bare = [word[:-1] if len(word) > 3 and word[-1] in "sx" else word for word in words if word not in COMMON]
    return tuple(sorted(bare))


def likeness(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    """Return how alike two names are, 0 to 1: by their words in any order, and by their letters (typing errors).

    Numbers that differ tell two touchpoints apart, however alike the rest: "Page 1", "Page 2".
    """
    if [word for word in one if word.isdecimal()] != [word for word in other if word.isdecimal()]:
        return 0.0
    shared = len(set(one) & set(other)) / len(set(one) | set(other)) if one and other else 0.0
    letters = SequenceMatcher(None, " ".join(one), " ".join(other), autojunk=False).ratio()
    return max(shared, letters)


def duplicates(workspace: Workspace) -> list[Pair]:
    """Return pairs that may be one touchpoint, the likeliest first; one query.

    Only names that share a telling word, or the beginning of one, are compared: 5,000 names make twelve million pairs.
    """
    rows = list(
        Touchpoint.objects.filter(workspace=workspace, deleted_at=None)
        .select_related("category", "channel")
        .with_uses()
        .order_by("sort_key", "id")
    )
    words = {row.pk: words_of(row.name) for row in rows}
    groups: dict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        for key in {word[:4] for word in words[row.pk] if not word.isdecimal()} | {" ".join(words[row.pk])}:
            groups[key].append(place)
    compared: set[tuple[int, int]] = set()
    for found in groups.values():
        if len(found) <= GROUP_MAX:
            compared.update(combinations(found, 2))
    pairs = []
    for first, second in sorted(compared):
        one, other = rows[first], rows[second]
        alike = likeness(words[one.pk], words[other.pk])
        same = one.channel_id == other.channel_id
        if alike >= (LIKE_SAME_CHANNEL if same else LIKE):
            pairs.append(Pair(one, other, alike, same))
    pairs.sort(key=lambda pair: (-pair.likeness, not pair.same_channel, pair.one.sort_key, pair.other.sort_key))
    return pairs[:PAIRS_SHOWN]
