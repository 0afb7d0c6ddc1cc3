"""From the bytes of a file to observations, without a database.

    with open_table(path) as table:
        reading = Reading(table, mapping, context)
        for fact in reading:            # Draft or Rejection
            ...
        for frame, rejections in reading.batches():   # the same, in columns for COPY
            ...

`suggest(table)` proposes a mapping. A file that cannot be read raises FileProblem.
"""

from kpis.measures import Amounts, KpiSpec
from sources.reading.columns import SCHEMA, copy_text, drafts_of, frame_of
from sources.reading.facts import Catalogue, Context, Draft, from_score, from_sums, from_value
from sources.reading.mapping import Mapping, SurveyMapping, TidyMapping, WideMapping, read_mapping, write_mapping
from sources.reading.numbers import Number
from sources.reading.problems import FileProblem, Note, Refused, Rejection
from sources.reading.reading import Batch, Reading, Summary
from sources.reading.suggest import ColumnProfile, Suggestion, suggest
from sources.reading.tables import FileOptions, Limits, Row, Table, open_table

__all__ = [
    "SCHEMA", "Amounts", "Batch", "Catalogue", "ColumnProfile", "Context", "Draft", "FileOptions", "FileProblem", "KpiSpec", "Limits", "Mapping",
    "Note", "Number", "Reading", "Refused", "Rejection", "Row", "Suggestion", "Summary", "SurveyMapping", "Table", "TidyMapping", "WideMapping",
    "copy_text", "drafts_of", "frame_of", "from_score", "from_sums", "from_value", "open_table", "read_mapping", "suggest", "write_mapping",
]  # fmt: skip
