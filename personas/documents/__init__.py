"""A persona on paper and on slides."""

from personas.documents.pdf import SCALES, sheet_pdf, sheet_png, sheets_pdf
from personas.documents.pptx import pptx_write

__all__ = ["SCALES", "pptx_write", "sheet_pdf", "sheet_png", "sheets_pdf"]
