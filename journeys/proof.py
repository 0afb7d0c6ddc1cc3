"""What the cells of a map rest on, for the view that fades what nobody has shown yet (A8, A15)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext, ngettext

from cxmap.lib import formats
from journeys.models import Card, EvidenceKind

# Strongest first. Workshop opinion stands last: it was said, not asked of a customer.
ORDER = (
    EvidenceKind.DATA,
    EvidenceKind.SURVEY,
    EvidenceKind.INTERVIEW,
    EvidenceKind.TICKET,
    EvidenceKind.WORKSHOP,
)


@dataclass(frozen=True, slots=True)
class Proof:
    """What one cell rests on. css: data, survey, interview, ticket, workshop, none (said by nobody) or empty."""

    css: str
    text: str


@dataclass(frozen=True, slots=True)
class ProofSheet:
    """What all cells rest on, by lane and step, and how many of which kind."""

    cells: dict[tuple[UUID, UUID], Proof] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    newest: dt.date | None = None
    oldest: dt.date | None = None

    @property
    def rows(self) -> list[tuple[str, str, int]]:
        """(class, name, number of cells) of every class that stands on the map, strongest first."""
        names = [(str(kind), str(kind.label)) for kind in ORDER]
        names += [("none", gettext("no evidence")), ("empty", gettext("not documented"))]
        return [(css, name, self.counts[css]) for css, name in names if self.counts.get(css)]

    @property
    def age_text(self) -> str:
        """How old the evidence is: from the oldest dated record to the newest; empty without a date."""
        if self.newest is None or self.oldest is None:
            return ""
        if self.newest == self.oldest:
            return formats.short_date(self.newest)
        return gettext("%(oldest)s to %(newest)s") % {
            "oldest": formats.short_date(self.oldest),
            "newest": formats.short_date(self.newest),
        }


def rests_on(card: Card) -> tuple[EvidenceKind, str, dt.date | None] | None:
    """Return what a card rests on as (kind, name, day): its record while that is there, else its named source, or None.

    A quotation with a source stands with interviews.
    """
    record = card.evidence
    if record is not None and record.deleted_at is None:
        return EvidenceKind(record.kind), record.title, record.happened_on
    return (EvidenceKind.INTERVIEW, card.source, None) if card.source else None


def is_proven(card: Card) -> bool:
    """True when a card rests on what customers did or said: the opinion of a workshop is a hypothesis still."""
    ground = rests_on(card)
    return ground is not None and ground[0] != EvidenceKind.WORKSHOP


def _of_cards(cards: Sequence[Card], dates: list[dt.date]) -> Proof:
    grounds = [ground for ground in map(rests_on, cards) if ground is not None]
    if not grounds:
        return Proof("none", gettext("no evidence"))
    dates += [day for _kind, _name, day in grounds if day]
    strongest, said, _day = min(grounds, key=lambda ground: ORDER.index(ground[0]))
    text = f"{strongest.label} · {said}"
    without = len(cards) - len(grounds)
    if without:
        text += " · " + ngettext("%(n)s card without", "%(n)s cards without", without) % {"n": without}
    return Proof(str(strongest), text)


def proof_of(board: Any) -> ProofSheet:
    """Return what every cell of a board (selectors.Board) rests on.

    Cells of lanes that people type into are judged by the records of their cards; KPIs and the measured curve are live
    data by themselves; other lanes stay as they are.
    """
    cells: dict[tuple[UUID, UUID], Proof] = {}
    dates: list[dt.date] = []
    for row in board.lanes:
        for column in board.columns:
            step = column.step.pk
            key = (row.lane.pk, step)
            if row.curve is not None:
                point = row.curve.at(step)
                # The drawing says in words what is measured and what is not.
                cells[key] = Proof("data" if point.measured else "empty" if point.believed is None else "none", "")
                continue
            cell = row.cells.get(step)
            if row.kind.typed:
                cells[key] = _of_cards(cell, dates) if cell else Proof("empty", gettext("not documented"))
            elif row.kind.has_data and cell:
                known = row.kind.has_data(cell)
                cells[key] = (
                    Proof("data", str(EvidenceKind.DATA.label)) if known else Proof("none", gettext("no data yet"))
                )
    counts: dict[str, int] = {}
    for proof in cells.values():
        counts[proof.css] = counts.get(proof.css, 0) + 1
    return ProofSheet(cells, counts, max(dates, default=None), min(dates, default=None))
