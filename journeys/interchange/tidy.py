"""A journey as one table: a row per card, for pivot tables and other tools."""

from collections.abc import Iterator
from typing import Any

from cxmap.lib import formats
from cxmap.lib.sheets import csv_rows
from journeys.interchange.document import CardPart, Document, StepPart
from journeys.lanes import kind_of

COLUMNS = (
    "journey", "stage_position", "stage_id", "stage", "step_position", "step_id", "step", "moment_of_truth",
    "lane_id", "lane_kind", "lane", "card_id", "text", "source", "touchpoint_code", "touchpoint", "category", "channel",
    "persona", "other_persona", "evidence", "evidence_kind", "evidence_on", "link", "file", "until_step", "until_lane",
    "believed",
)  # fmt: skip


def tidy_rows(document: Document) -> Iterator[tuple[Any, ...]]:
    """Yield the header and one row per card, in the order of the map. A step without a card has one row of its own."""
    french = formats.locale().startswith("fr")
    stages = {part.id: (number, part) for number, part in enumerate(document.stages, 1)}
    lanes = {part.id: part for part in document.lanes}
    order = {part.id: number for number, part in enumerate(document.lanes)}
    touchpoints = {part.code: part for part in document.touchpoints}
    channels = {part.code: part.name_fr if french else part.name_en for part in document.channels}
    evidence = {part.number: part for part in document.evidence}
    files = {part.number: part.name for part in document.attachments}
    believed = {part.step: part.level for part in document.curve if part.layer == "believed" and part.persona is None}
    cards: dict[str, list[CardPart]] = {}
    for card in sorted(document.cards, key=lambda card: order[card.lane]):
        cards.setdefault(card.step, []).append(card)

    def row(number: int, step: StepPart, card: CardPart | None) -> tuple[Any, ...]:
        position, stage = stages[step.stage]
        lane = lanes[card.lane] if card else None
        touchpoint = touchpoints.get(card.touchpoint or "") if card else None
        proof = evidence.get(card.evidence or 0) if card else None
        channel = (card.channel if card else None) or (touchpoint.channel if touchpoint else None)
        return (
            document.journey.name,
            position,
            stage.id,
            stage.name,
            number,
            step.id,
            step.name,
            step.moment_of_truth,
            lane.id if lane else None,
            lane.kind if lane else None,
            (lane.name or str(kind_of(lane.kind).label)) if lane else None,
            card.id if card else None,
            card.text if card else None,
            card.source if card else None,
            touchpoint.code if touchpoint else None,
            touchpoint.name if touchpoint else None,
            touchpoint.category if touchpoint else None,
            channels.get(channel or ""),
            card.persona if card else None,
            card.other_persona if card else None,
            proof.title if proof else None,
            proof.kind if proof else None,
            proof.happened_on if proof else None,
            card.url if card else None,
            files.get(card.attachment or 0) if card else None,
            card.until_step if card else None,
            card.until_lane if card else None,
            believed.get(step.id),
        )

    yield COLUMNS
    for number, step in enumerate(document.steps, 1):
        own = cards.get(step.id)
        if own is None:
            yield row(number, step, None)
        for card in own or ():
            yield row(number, step, card)


def tidy_csv(document: Document, *, french: bool) -> bytes:
    """Return the table as CSV: for machines, or for French spreadsheets. Texts that look like formulas are neutralised."""
    return b"".join(csv_rows(tidy_rows(document), french=french))
