"""A persona on paper."""

from personas.documents.pdf import sheet_pdf

__all__ = ["sheet_pdf"]
