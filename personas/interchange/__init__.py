"""Sheets as files: a table to fill in (XLSX, DOCX) and JSON, both ways; all of them as one table."""

from personas.interchange.documents import document_of, documents_of
from personas.interchange.plan import Plan, plan_apply, plan_of
from personas.interchange.reading import FileRead, file_read
from personas.interchange.writing import blank_rows, docx_file, json_file, list_rows, rows_of, xlsx_file

__all__ = [
    "FileRead",
    "Plan",
    "blank_rows",
    "document_of",
    "documents_of",
    "docx_file",
    "file_read",
    "json_file",
    "list_rows",
    "plan_apply",
    "plan_of",
    "rows_of",
    "xlsx_file",
]
