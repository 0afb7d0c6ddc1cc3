"""The lossless document of a journey: written, read, applied, compared."""

from journeys.interchange.aligned import Alignment, aligned
from journeys.interchange.apply import Written, document_apply, journey_import
from journeys.interchange.differences import DifferenceGroup, differences
from journeys.interchange.document import (
    Document,
    DocumentInvalid,
    document_from,
    document_read,
    fingerprint,
    journey_schema,
    to_dict,
    to_json,
)
from journeys.interchange.dump import Dump, document_of, dump_of

__all__ = [
    "Alignment",
    "DifferenceGroup",
    "Document",
    "DocumentInvalid",
    "Dump",
    "Written",
    "aligned",
    "differences",
    "document_apply",
    "document_from",
    "document_of",
    "document_read",
    "dump_of",
    "fingerprint",
    "journey_import",
    "journey_schema",
    "to_dict",
    "to_json",
]
