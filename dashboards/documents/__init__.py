"""Dashboards and the manager report as documents: PDF and PNG with real text, drawn by the server."""

from dashboards.documents.board import board_pdf, board_png
from dashboards.documents.overview import overview_pdf, overview_png
from dashboards.documents.report import report_pdf

__all__ = ["board_pdf", "board_png", "overview_pdf", "overview_png", "report_pdf"]
