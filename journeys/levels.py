"""The five levels of the curve by name: the journey's own names, else the usual ones in the reader's language."""

from collections.abc import Sequence

from django.utils.translation import gettext

LEVELS = (-2, -1, 0, 1, 2)


def usual_names() -> list[str]:
    """Return the names from very negative to very positive."""
    return [
        gettext("very negative"),
        gettext("negative"),
        gettext("neutral"),
        gettext("positive"),
        gettext("very positive"),
    ]


def names_of(own: Sequence[str]) -> list[str]:
    """Return five names from very negative to very positive; a journey may name some levels only."""
    named = list(own) + [""] * len(LEVELS)
    return [named[number] or usual for number, usual in enumerate(usual_names())]


def name_of(level: float, names: Sequence[str]) -> str:
    """Return the name of a level; empty for one half-way between two."""
    return names[int(level) + 2] if level == int(level) else ""
