"""Colours and papers of documents."""

from dataclasses import dataclass

INK, MUTED, RULE = "#111827", "#5B6472", "#D1D5DB"
STAGE_FILL, LABEL_FILL, CARD_STROKE, PAPER = "#E8EDF3", "#F8FAFC", "#D9DEE5", "#FFFFFF"
TONES = {
    "worse": "#A34F05", "off_target": "#755B00", "watch": "#755B00", "better": "#2166AC", "on_target": MUTED,
    "no_data": MUTED, "marketing": "#6D28D9", "sales": "#0F766E", "service": "#A15C00", "product": "#BE123C",
}  # fmt: skip
CATEGORIES = frozenset({"marketing", "sales", "service", "product"})
PAIN, PAIN_FILL, IDEA, IDEA_FILL, DECISIVE = "#A34F05", "#FFF8F1", "#2F6B49", "#F2F9F5", "#005F96"
DASHES = {"believed": (4.0, 3.0), "to_be": (1.0, 2.5), "measured": ()}
MARGIN = 28.35  # 10 mm in points


@dataclass(frozen=True, slots=True)
class Paper:
    """A sheet, landscape, in points; texts are at least `smallest` and at most `largest` points high."""

    key: str
    w: float
    h: float
    smallest: float
    largest: float


def _mm(value: float) -> float:
    return value / 25.4 * 72


PAPERS = {
    paper.key: paper
    for paper in (
        Paper("a4", _mm(297), _mm(210), 6, 9),
        Paper("a3", _mm(420), _mm(297), 7, 10),
        Paper("a2", _mm(594), _mm(420), 7, 13),
        Paper("a1", _mm(841), _mm(594), 7, 17),
        Paper("a0", _mm(1189), _mm(841), 7, 22),
    )
}
