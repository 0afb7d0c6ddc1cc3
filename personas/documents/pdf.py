"""The sheet of a persona on A4, or as an image: portrait, facts, four groups, empathy map, sections of the team's own."""

from collections.abc import Sequence
from pathlib import Path

from cxmap.lib import typesetting
from personas.documents.model import paper_data
from personas.selectors import Sheet

TEMPLATE = Path(__file__).parent / "sheet.typ"
PIXELS_PER_INCH = 96.0
SCALES = (1, 2)


def sheet_pdf(sheet: Sheet, *, blank: bool = False) -> bytes:
    """Return the sheet as PDF, A4, real text; blank: the questions with lines to write on."""
    return typesetting.pdf(TEMPLATE, paper_data([sheet], blank=blank))


def sheets_pdf(sheets: Sequence[Sheet]) -> bytes:
    """Return the sheets of some personas in one file, each from a new page on."""
    return typesetting.pdf(TEMPLATE, paper_data(sheets))


def sheet_png(sheet: Sheet, *, scale: int = 1) -> bytes:
    """Return the sheet as one image, as wide as A4 and as high as it needs; scale 1 is 794 pixels wide."""
    return typesetting.png(TEMPLATE, paper_data([sheet], paged=False), pixels_per_inch=PIXELS_PER_INCH * scale)
