"""The three layouts: from the cells of one row to observations and refusals.

A layout is compiled once per file into closures over positions and formats, so that a row costs dictionary look-ups and a few
comparisons. Nothing here keeps rows.
"""

from sources.reading.facts import Context
from sources.reading.layouts.base import Layout, Values
from sources.reading.layouts.survey import SurveyLayout
from sources.reading.layouts.tidy import TidyLayout
from sources.reading.layouts.wide import WideLayout
from sources.reading.mapping import Mapping, TidyMapping, WideMapping
from sources.reading.problems import Note
from sources.reading.tables import Table

__all__ = ["Layout", "SurveyLayout", "TidyLayout", "Values", "WideLayout", "header_notes", "layout_for"]


def layout_for(table: Table, mapping: Mapping, context: Context) -> Layout:
    """Bind a mapping to a table. Raises FileProblem: missing_column, missing_role, doubled_column, no_period, bad_mapping."""
    if isinstance(mapping, TidyMapping):
        return TidyLayout(table, mapping, context)
    if isinstance(mapping, WideMapping):
        return WideLayout(table, mapping, context)
    return SurveyLayout(table, mapping, context)


def header_notes(layout: Layout) -> list[Note]:
    """Say which columns are not used."""
    table = layout.table
    unused = [name for position, name in enumerate(table.header) if name and position not in layout.used]
    notes = []
    doubled = sorted({name for name in unused if name.casefold() in table.doubled})
    if doubled:
        notes.append(Note("doubled_columns", (("columns", ", ".join(doubled)),)))
    if unused and isinstance(layout, TidyLayout):
        notes.append(Note("ignored_columns", (("columns", ", ".join(unused)),)))
    return notes
