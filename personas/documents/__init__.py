"""A persona on paper."""

from personas.documents.pdf import SCALES, sheet_pdf, sheet_png, sheets_pdf

__all__ = ["SCALES", "sheet_pdf", "sheet_png", "sheets_pdf"]
