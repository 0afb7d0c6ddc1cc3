"""What of a map can be commented on, and who hears of comments. Apps above `journeys` add theirs here.

`journeys` registers its own kinds at the end of this file; `improvements` adds pains and solutions, `alerts` listens.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from django.db.models import Model, QuerySet
from django.utils.translation import gettext

from journeys import lanes as registry
from journeys.models import Card, Comment, CommentTarget, Journey, Lane, Stage, Step

NAME_MAX = 120  # characters of a card's text that stand for its name


@dataclass(frozen=True, slots=True)
class Found:
    """A row that comments can be on. `live`: it is on the screen; `anchor` names it in the address of the map."""

    name: str
    live: bool
    anchor: str = ""
    ref: str = ""  # its public identifier


@dataclass(frozen=True, slots=True)
class TargetKind:
    """A kind of element. `load` returns those of a journey by id, deleted ones too, in one query."""

    key: str
    label: Any
    load: Callable[[UUID, Collection[UUID]], Mapping[UUID, Found]]


@dataclass(frozen=True, slots=True)
class Place:
    """What a comment is on, as people write it in addresses: "step:<id>", "cell:<lane>:<step>", "map"."""

    kind: str = CommentTarget.MAP.value
    id: UUID | None = None
    step: UUID | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.kind, self.id, self.step) if part)

    @classmethod
    def parse(cls, text: str) -> "Place | None":
        """Read what str() wrote; None for anything else. Whether the row exists is asked by element_of()."""
        kind, *ids = (text or "map").split(":")
        try:
            found = [UUID(one) for one in ids]
        except ValueError:
            return None
        wanted = 0 if kind == CommentTarget.MAP else 2 if kind == CommentTarget.CELL else 1
        if len(found) != wanted or (wanted == 1 and kind not in _kinds):
            return None
        return cls(kind, *found)

    @classmethod
    def of(cls, comment: Comment) -> "Place":
        return cls(comment.target_kind, comment.target_id, comment.step_id)


@dataclass(frozen=True, slots=True)
class Element:
    """What a comment is on, as people read it."""

    place: Place
    kind: str  # "step"
    name: str  # "Compare"; empty for the map as a whole
    live: bool  # False: it was deleted, and may come back
    anchor: str = ""
    ref: str = ""

    @property
    def label(self) -> str:
        return f"{self.kind} › {self.name}" if self.name else self.kind


@dataclass(frozen=True, slots=True)
class Heard:
    """What listeners are told, inside the transaction that wrote it. `mentioned`: members newly named, by user id."""

    what: Literal["added", "edited", "resolved", "reopened", "deleted"]
    comment: Comment
    actor: Any  # User; None: a guest
    mentioned: frozenset[int] = frozenset()


_kinds: dict[str, TargetKind] = {}
_listeners: list[Callable[[Heard], None]] = []


def register_target(kind: TargetKind) -> None:
    _kinds[kind.key] = kind


def register_listener(listener: Callable[[Heard], None]) -> None:
    """Have a function called for every comment that is written, inside its transaction."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell(heard: Heard) -> None:
    for listener in _listeners:
        listener(heard)


def kind_label(key: str) -> str:
    """Return the word for a kind; one of an app that is not installed is shown by its key."""
    if key in CommentTarget.values:
        return str(CommentTarget(key).label)
    return str(_kinds[key].label) if key in _kinds else key


def elements_of(journey: Journey, places: Collection[Place]) -> dict[Place, Element]:
    """Return what places of a map are, by place: at most one query for each kind of row. What is not there is left out."""
    wanted: dict[str, set[UUID]] = {}
    for place in places:
        if place.id is not None:
            key = CommentTarget.LANE.value if place.kind == CommentTarget.CELL else place.kind
            wanted.setdefault(key, set()).add(place.id)
        if place.step is not None:
            wanted.setdefault(CommentTarget.STEP.value, set()).add(place.step)
    rows = {key: _kinds[key].load(journey.pk, ids) for key, ids in wanted.items() if key in _kinds}
    found = {}
    for place in places:
        element = _element(place, rows)
        if element is not None:
            found[place] = element
    return found


def _element(place: Place, rows: Mapping[str, Mapping[UUID, Found]]) -> Element | None:
    word = kind_label(place.kind)
    if place.id is None:
        return Element(place, word, "", live=True)
    if place.kind == CommentTarget.CELL:
        lane, step = rows.get("lane", {}).get(place.id), rows.get("step", {}).get(place.step or place.id)
        if lane is None or step is None:
            return None
        name = gettext("%(lane)s, %(step)s") % {"lane": lane.name, "step": step.name}
        return Element(place, word, name, live=lane.live and step.live, anchor=step.anchor)
    row = rows.get(place.kind, {}).get(place.id)
    return None if row is None else Element(place, word, row.name, live=row.live, anchor=row.anchor, ref=row.ref)


def element_of(journey: Journey, place: Place) -> Element | None:
    """Return what one place of a map is; None when it is on no map of the workspace, or on another one."""
    return elements_of(journey, [place]).get(place)


def _rows(model: type[Model]) -> Callable[[UUID, Collection[UUID]], QuerySet[Any]]:
    return lambda journey, ids: model._default_manager.filter(journey=journey, pk__in=ids)


def _load_stages(journey: UUID, ids: Collection[UUID]) -> Mapping[UUID, Found]:
    return {
        row.pk: Found(row.name, row.deleted_at is None, f"row-{row.pk}", row.public_id)
        for row in _rows(Stage)(journey, ids)
    }


def _load_steps(journey: UUID, ids: Collection[UUID]) -> Mapping[UUID, Found]:
    return {
        row.pk: Found(row.name, row.deleted_at is None and row.stage.deleted_at is None, f"row-{row.pk}", row.public_id)
        for row in _rows(Step)(journey, ids).select_related("stage")
    }


def _load_lanes(journey: UUID, ids: Collection[UUID]) -> Mapping[UUID, Found]:
    return {
        row.pk: Found(
            row.name or str(registry.kind_of(row.kind, row.journey.kind).label),
            row.deleted_at is None,
            f"row-{row.pk}",
            row.public_id,
        )
        for row in _rows(Lane)(journey, ids).select_related("journey")
    }


def _load_cards(journey: UUID, ids: Collection[UUID]) -> Mapping[UUID, Found]:
    rows = _rows(Card)(journey, ids).select_related(
        "lane", "step__stage", "touchpoint", "channel", "attachment", "persona", "other_persona"
    )
    return {
        row.pk: Found(
            card_name(row),
            not any(part.deleted_at for part in (row, row.lane, row.step, row.step.stage)),
            f"card-{row.pk}",
            row.public_id,
        )
        for row in rows
    }


def card_name(card: Card) -> str:
    """Return what a card is called in a list: its touchpoint, channel, or the beginning of its text."""
    if card.touchpoint is not None:
        return card.touchpoint.name
    if card.channel is not None:
        return card.channel.name
    text = card.text or card.url or (card.attachment.name if card.attachment is not None else "") or card.public_id
    return text if len(text) <= NAME_MAX else f"{text[: NAME_MAX - 1]}…"


register_target(TargetKind(CommentTarget.STAGE.value, CommentTarget.STAGE.label, _load_stages))
register_target(TargetKind(CommentTarget.STEP.value, CommentTarget.STEP.label, _load_steps))
register_target(TargetKind(CommentTarget.LANE.value, CommentTarget.LANE.label, _load_lanes))
register_target(TargetKind(CommentTarget.CARD.value, CommentTarget.CARD.label, _load_cards))
