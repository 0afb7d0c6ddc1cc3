"""Which type a touchpoint is of, from its category, its channel and its name. Nothing is stored: a better name is enough."""

import re

from cxmap.lib.text import fold
from kpis.suggestions.base import TouchpointType
from kpis.suggestions.types import TYPES


def _pattern(words: str) -> re.Pattern[str] | None:
    parts = [re.escape(word).replace(r"\ ", r"[\s\-'’/]+") for word in words.split("|") if word]
    return re.compile(rf"(?<![a-z0-9])(?:{'|'.join(parts)})(?:s|es|x)?(?![a-z0-9])") if parts else None


_PATTERNS = {kind.code: _pattern(kind.words) for kind in TYPES}


def type_of(name: str, *, category: str, channel: str) -> TouchpointType | None:
    """Return the type of a touchpoint (codes of category and channel); None where nothing fits.

    The longest word of the name decides among the types of its channel. Without one it is the first type of its channel
    and category that needs no word, then the first of its channel: what stands there most often.
    """
    text = fold(name)
    near = [kind for kind in TYPES if channel in kind.channels]
    found: list[tuple[int, TouchpointType]] = []
    for kind in near:
        pattern = _PATTERNS[kind.code]
        longest = max((len(hit.group()) for hit in pattern.finditer(text)), default=0) if pattern else 0
        if longest:
            # Two types share a word: the one of the touchpoint's own category is meant.
            found.append((2 * longest + (category in kind.categories), kind))
    if found:
        return max(found, key=lambda pair: pair[0])[1]
    same = [kind for kind in near if category in kind.categories]
    return next(iter([*(kind for kind in same if not kind.words), *same, *near]), None)
