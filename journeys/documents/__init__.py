"""A journey on paper."""

from journeys.documents.pdf import map_pdf

__all__ = ["map_pdf"]
