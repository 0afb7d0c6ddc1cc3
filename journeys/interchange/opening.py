"""Which of our files some bytes are."""

from journeys.interchange.document import Document, document_read
from journeys.interchange.workbook import NotOurWorkbook, workbook_read


def document_in_file(raw: bytes) -> Document | None:
    """Return the journey that a JSON or XLSX file of ours holds; None for any other file. Raises DocumentInvalid."""
    if raw[:4] == b"PK\x03\x04":
        try:
            return workbook_read(raw)
        except NotOurWorkbook:
            return None
    if raw.lstrip()[:1] in {b"{", b"["}:
        return document_read(raw)
    return None
