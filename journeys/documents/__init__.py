"""A journey on paper."""

from journeys.documents.layout import DoesNotFit, Layout, canvas, lay_out
from journeys.documents.model import MapDoc, map_doc
from journeys.documents.pdf import pdf_write, png_write
from journeys.documents.pptx import pptx_write
from journeys.documents.style import PAPERS
from journeys.documents.svg import svg_write
from journeys.selectors import Board

__all__ = [
    "PAPERS",
    "DoesNotFit",
    "Layout",
    "MapDoc",
    "canvas",
    "lay_out",
    "map_doc",
    "map_pdf",
    "pdf_write",
    "png_write",
    "pptx_write",
    "svg_write",
]


def map_pdf(board: Board, *, paper: str = "a3", split: bool = True) -> bytes:
    """Return the map as PDF, vectors and real text. Raises DoesNotFit when lanes may not go on further sheets."""
    doc = map_doc(board)
    layout = lay_out(doc, paper, split=split)
    return pdf_write(layout.pages, title=doc.title, language=doc.language)
