"""What a checklist is: places to look at, and for each the points that can be answered by looking."""

from collections.abc import Sequence
from dataclasses import dataclass

from cxmap.lib.text import typeset_french
from journeys.blueprints import Text


def text(fr: str, en: str) -> Text:
    """Return a text in both languages; the French one is written with plain spaces and gets typographic ones."""
    return Text(typeset_french(fr), en)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One point: a question that is answered by looking, what good looks like, how to check it, and why it matters.

    groups: of the omnichannel guide, the groups of channels (codes) for any two of which the question makes sense.
    """

    code: str
    name: Text
    question: Text
    good: Text
    check: Text
    reason: Text
    groups: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Channels that customers take for one: what is asked of the website is asked of the online shop once."""

    code: str
    name: Text
    channels: Sequence[str]  # codes


@dataclass(frozen=True, slots=True)
class Section:
    """One principle of a checklist that does not depend on channels, with its questions."""

    code: str
    name: Text
    said: Text  # what is meant
    criteria: Sequence[Criterion]


@dataclass(frozen=True, slots=True)
class Place:
    """What one form of a review asks about: a pair of channel groups, or a principle."""

    key: str
    name: str
    note: str
    criteria: Sequence[Criterion]
    groups: Sequence[str] = ()  # the two groups of a pair
