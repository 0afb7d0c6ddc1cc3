"""The registry of what stands on a map. Apps above `journeys` add their lanes, badges, facts and panels here.

`journeys` itself registers its own kinds at the end of this file. A kind says how its cells are loaded (for all steps of
a map in a constant number of queries), which Jinja2 template draws one cell, and whether people type into it.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from cxmap.history.services import Recording
from journeys.content import KeptContent
from journeys.models import Card, Journey, Step
from touchpoints.models import Channel


@dataclass(frozen=True, slots=True)
class Period:
    """Days shown on a map, both included; rhythm says what a closed period is: weekly, monthly or daily."""

    start: dt.date
    end: dt.date
    rhythm: str = "weekly"


@dataclass(slots=True)
class MapContext:
    """What loaders may know of a map. `cache` lets the loaders of one app share what they have read.

    `kept` is there when a published version is drawn: what apps keep on the map is then taken from it, with whatever is
    live about the same rows (states, progress) read as always.
    """

    journey: Journey
    step_ids: Sequence[UUID]
    touchpoints_of_step: Mapping[UUID, Sequence[UUID]]
    can_edit: bool = False
    period: Period | None = None  # None: the last closed period of every binding
    cards: Mapping[UUID, Mapping[UUID, Sequence[Card]]] = field(default_factory=dict)  # by lane and step
    kept: KeptContent | None = None
    cache: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PrintLine:
    """One line of a cell on paper. Style: text, quote, name, value, meta, state, pain or idea; tone as in Badge."""

    text: str
    style: str = "text"
    tone: str = ""
    svg: str = ""  # a small drawing in place of the text (a sparkline)


def print_cards(cell: Any) -> list[PrintLine]:
    """Return the cards of a cell as lines: texts, quotations, touchpoints with their category, files, links, arrows."""
    lines = []
    for card in cell or ():
        if card.touchpoint_id:
            category = card.touchpoint.category
            lines.append(PrintLine(f"{category.abbreviation}  {card.touchpoint.name}", "name", category.code))
        elif card.content == "interaction":
            lines.append(PrintLine(interaction_text(card), "text"))
        elif card.content == "media":
            lines.append(PrintLine(card.text or card.url or card.attachment.name, "text"))
            if card.text and card.url:
                lines.append(PrintLine(card.url, "meta"))
        else:
            lines.append(PrintLine(card.text, "quote" if card.source else "text"))
    return lines


def interaction_text(card: Card) -> str:
    """Return an interaction in one line: who, arrow, whom, what."""
    arrow = card.interaction
    names = [str(who) if who else gettext("without persona") for who in (card.persona, card.other_persona)]
    text = f"{names[0]} {arrow.sign} {names[1]}"
    return f"{text}: {card.text}" if card.text else text


@dataclass(frozen=True, slots=True)
class LaneKind:
    """A kind of lane. `load` returns what the template of each cell gets, by step; a missing step is an empty cell."""

    key: str
    label: Any
    question: Any  # the placeholder of an empty cell: a question, never filler
    hint: Any = ""  # under the label: what stands here
    template: str = "board/_text.jinja"
    icon: str = "document"
    typed: bool = False  # people type text cards into the cells
    takes: frozenset[str] = frozenset()  # contents of cards that may be put here (Card.content); typed lanes: text
    single: bool = False  # at most one lane of the kind on a map
    load: Callable[[MapContext], Mapping[UUID, Any]] | None = None
    lines: Callable[[Any], Sequence[PrintLine]] = print_cards  # the content of one cell on paper
    add_url: str = ""  # name of the address of the form that fills a cell, for kinds that are not typed
    quick_url: str = ""  # name of an address that takes (step, text): typing into the cell adds one there
    has_data: Callable[[Any], bool] | None = None  # for kinds that hold live data: whether a cell's content has some
    with_curve: bool = False  # also stands under the curve where that is shown by itself
    suggests: bool = False  # quick_url answers GET with {"names": […]} to choose from while typing
    line_above: Any = ""  # a line of the service blueprint, drawn above the first lane of the kind
    rank: int = 100

    def may_hold(self, content: str) -> bool:
        return content in self.takes or (self.typed and content == "text")


@dataclass(frozen=True, slots=True)
class Badge:
    """The worst state among what is bound to a step."""

    mark: str
    tone: str  # worse, off_target, watch, on_target, better, no_data
    label: str
    opens: str = ""  # name of the address, by the step's id, that shows what the state rests on
    count: str = ""  # of a whole journey: how many KPIs are in this state, of how many ("2/5")


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure in the title bar."""

    value: str
    label: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that readers of a map have to know of its values, below the title bar."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class MeasuredPoint:
    """What customers said of a step, on −2 to +2, with its 95 % interval."""

    value: float
    low: float | None
    high: float | None
    n: int
    name: str  # the KPI and touchpoint that were chosen
    text: str  # the value in its own unit with interval and base, for the table and the tooltip


@dataclass(frozen=True, slots=True)
class Panel:
    """A block that an app adds to pages of a lower one (a touchpoint's KPIs on the touchpoint page)."""

    title: str
    template: str
    context: dict[str, Any]


_kinds: dict[str, LaneKind] = {}
_variants: dict[tuple[str, str], LaneKind] = {}  # by kind of journey and kind of lane
_badges: list[Callable[[MapContext], Mapping[UUID, Badge]]] = []
_facts: list[Callable[[MapContext], Sequence[Fact]]] = []
_notices: list[Callable[[MapContext], Sequence[Notice]]] = []
_measured: list[Callable[[MapContext], Mapping[UUID, MeasuredPoint]]] = []
_linked: list[Callable[[Sequence[UUID]], Mapping[UUID, Badge]]] = []
_merged: list[Callable[[Recording, Step, Step], None]] = []
_periods: list[Callable[[Journey], Sequence[Period]]] = []


def register(kind: LaneKind) -> None:
    """Add a kind of lane. The same key twice is an error of the programmer."""
    if kind.key in _kinds and _kinds[kind.key] is not kind:
        raise ValueError(f"The lane kind {kind.key!r} is registered twice.")
    _kinds[kind.key] = kind


def register_variant(audience: str, key: str, **words: Any) -> None:
    """Say what a kind of lane is called and asks on journeys of another kind (JourneyKind) than the customer's."""
    _variants[audience, key] = replace(_kinds[key], **words)


def register_badges(loader: Callable[[MapContext], Mapping[UUID, Badge]]) -> None:
    _badges.append(loader)


def register_facts(loader: Callable[[MapContext], Sequence[Fact]]) -> None:
    _facts.append(loader)


def register_notices(loader: Callable[[MapContext], Sequence[Notice]]) -> None:
    _notices.append(loader)


def register_measured(loader: Callable[[MapContext], Mapping[UUID, MeasuredPoint]]) -> None:
    _measured.append(loader)


def register_periods(loader: Callable[[Journey], Sequence[Period]]) -> None:
    """Add the closed periods that a reader may choose, newest first."""
    _periods.append(loader)


def register_linked(loader: Callable[[Sequence[UUID]], Mapping[UUID, Badge]]) -> None:
    """Add what whole journeys show where a step links to them: their worst state, by journey id."""
    _linked.append(loader)


def register_merged(follow: Callable[[Recording, Step, Step], None]) -> None:
    """Add what is to be done when a step is merged into another: what an app keeps at the step moves along."""
    _merged.append(follow)


def kind_of(key: str, audience: str = "") -> LaneKind:
    """Return a kind, in the words of a kind of journey; content of an app that is not installed is plain text."""
    return _variants.get((audience, key)) or _kinds.get(key) or LaneKind(key=key, label=key, question="")


def kinds(audience: str = "") -> list[LaneKind]:
    return sorted((kind_of(key, audience) for key in _kinds), key=lambda kind: kind.rank)


def badges(context: MapContext) -> dict[UUID, Badge]:
    found: dict[UUID, Badge] = {}
    for loader in _badges:
        found.update(loader(context))
    return found


def linked_badges(journey_ids: Sequence[UUID]) -> dict[UUID, Badge]:
    found: dict[UUID, Badge] = {}
    if journey_ids:
        for loader in _linked:
            found.update(loader(journey_ids))
    return found


def step_merged(record: Recording, step: Step, into: Step) -> None:
    for follow in _merged:
        follow(record, step, into)


def facts(context: MapContext) -> list[Fact]:
    return [fact for loader in _facts for fact in loader(context)]


def notices(context: MapContext) -> list[Notice]:
    return [notice for loader in _notices for notice in loader(context)]


def measured(context: MapContext) -> dict[UUID, MeasuredPoint]:
    found: dict[UUID, MeasuredPoint] = {}
    for loader in _measured:
        found.update(loader(context))
    return found


def periods(journey: Journey) -> list[Period]:
    return [period for loader in _periods for period in loader(journey)]


register(
    LaneKind(
        key="goals",
        label=_("Customer goals"),
        question=_("What does the customer expect here?"),
        typed=True,
        icon="goal",
        rank=10,
    )
)
register(
    LaneKind(
        key="actions",
        label=_("Actions"),
        hint=_("What does the customer do?"),
        question=_("What does the customer do here?"),
        typed=True,
        icon="action",
        rank=20,
    )
)
register(
    LaneKind(
        key="thoughts",
        label=pgettext_lazy("lane", "Thoughts"),
        hint=_("the team's hypotheses"),
        question=_("What does the customer think?"),
        template="board/_thought.jinja",
        typed=True,
        icon="quotation",
        rank=30,
    )
)
register(
    LaneKind(
        key="touchpoints",
        label=_("Touchpoints"),
        hint=_("category · channel"),
        question=_("Which touchpoint?"),
        template="board/_touchpoint.jinja",
        icon="touchpoint",
        add_url="journeys:touchpoint-add",
        quick_url="journeys:touchpoint-quick",
        suggests=True,
        takes=frozenset({"touchpoint"}),
        rank=40,
    )
)


@dataclass(frozen=True, slots=True)
class ChannelUse:
    """One row of the channel matrix at one step: how the channel is used there, if at all."""

    channel: Channel
    by_touchpoint: bool
    card: Card | None

    @property
    def used(self) -> bool:
        return self.by_touchpoint or self.card is not None


def load_channels(context: MapContext) -> Mapping[UUID, Sequence[ChannelUse]]:
    """Return per step every channel that the map uses: those of touchpoints, and those that people ticked."""
    ticked: dict[UUID, dict[int, Card]] = {}
    by_touchpoint: dict[UUID, set[int]] = {}
    channels: dict[int, Channel] = {}
    for cells in context.cards.values():
        for step_id, cards in cells.items():
            for card in cards:
                if card.touchpoint_id and card.touchpoint:
                    by_touchpoint.setdefault(step_id, set()).add(card.touchpoint.channel_id)
                    channels[card.touchpoint.channel_id] = card.touchpoint.channel
                elif card.channel_id and card.channel:
                    ticked.setdefault(step_id, {})[card.channel_id] = card
                    channels[card.channel_id] = card.channel
    order = sorted(channels.values(), key=lambda channel: (channel.rank, channel.pk))
    return {
        step_id: [
            ChannelUse(
                channel=channel,
                by_touchpoint=channel.pk in by_touchpoint.get(step_id, ()),
                card=ticked.get(step_id, {}).get(channel.pk),
            )
            for channel in order
        ]
        for step_id in context.step_ids
        if order
    }


def print_channels(cell: Sequence[ChannelUse] | None) -> list[PrintLine]:
    return [PrintLine(use.channel.name, "text") for use in cell or () if use.used]


register(
    LaneKind(
        key="channels",
        label=_("Channels"),
        hint=_("filled: used at this step"),
        question=_("Which channels?"),
        template="board/_channels.jinja",
        icon="self-service",
        single=True,
        load=load_channels,
        lines=print_channels,
        add_url="journeys:channels-set",
        takes=frozenset({"channel"}),
        rank=45,
    )
)
register(
    LaneKind(
        key="storyboard",
        label=_("Storyboard"),
        hint=_("one picture a step"),
        question=_("Which picture?"),
        template="board/_storyboard.jinja",
        icon="video",
        add_url="journeys:media-add",
        takes=frozenset({"media"}),
        rank=15,
    )
)
register(
    LaneKind(
        key="documents",
        label=_("Links and documents"),
        hint=_("web pages, videos, files"),
        question=_("Which link or file?"),
        template="board/_documents.jinja",
        icon="link",
        add_url="journeys:media-add",
        takes=frozenset({"media"}),
        rank=92,
    )
)
register(
    LaneKind(
        key="interactions",
        label=_("Persona interactions"),
        hint=_("who deals with whom"),
        question=_("Who deals with whom here?"),
        template="board/_interactions.jinja",
        icon="persona",
        add_url="journeys:interaction-add",
        takes=frozenset({"interaction"}),
        rank=35,
    )
)
register(
    LaneKind(
        key="frontstage",
        label=_("Frontstage"),
        hint=_("what the customer sees of us"),
        question=_("What do our people or screens do here?"),
        typed=True,
        icon="shop",
        line_above=_("line of interaction"),
        rank=82,
    )
)
register(
    LaneKind(
        key="backstage",
        label=_("Backstage"),
        hint=_("what the customer does not see"),
        question=_("What happens behind?"),
        typed=True,
        icon="lock",
        line_above=_("line of visibility"),
        rank=84,
    )
)
register(
    LaneKind(
        key="support",
        label=_("Support processes"),
        question=_("Which process makes this possible?"),
        typed=True,
        icon="training",
        line_above=_("line of internal interaction"),
        rank=86,
    )
)
register(
    LaneKind(
        key="systems",
        label=_("Systems"),
        question=_("Which systems are involved?"),
        typed=True,
        icon="tablet",
        rank=88,
    )
)
register(
    LaneKind(
        key="emotion",
        label=_("Emotion"),
        question="",
        template="board/_curve.jinja",
        single=True,
        icon="emotion",
        rank=50,
    )
)
register(
    LaneKind(
        key="text",
        label=_("Free text"),
        question=_("What should be said here?"),
        typed=True,
        icon="document",
        rank=90,
    )
)
register(
    LaneKind(
        key="owners",
        label=_("Owners"),
        question=_("Who is in charge?"),
        typed=True,
        icon="owner",
        rank=95,
    )
)

# On an employee journey (EX) it is the employee who acts and thinks, not the customer.
register_variant("employee", "goals", label=_("Employee goals"), question=_("What does the employee expect here?"))
register_variant(
    "employee", "actions", hint=_("What does the employee do?"), question=_("What does the employee do here?")
)
register_variant("employee", "thoughts", question=_("What does the employee think?"))
register_variant("employee", "frontstage", hint=_("what the employee sees of us"))
register_variant("employee", "backstage", hint=_("what the employee does not see"))
