"""What can be wrong with a file, with one of its lines, or merely worth saying.

Three shapes: `FileProblem` stops the reading (an exception), `Rejection` refuses one line or one cell and the reading goes on,
`Note` says something that changed nothing. All three carry a stable code and parameters; the sentence is made on demand by a
`translate` function, so that a worker can store codes and a page can speak the reader's language.
"""

from collections.abc import Callable, Mapping

import msgspec

from kpis import measures
from kpis.measures import gettext_noop

Translate = Callable[[str], str]


RAW_VALUE_LIMIT = 80  # characters of a refused value that are kept: enough to find it, too few to copy a verbatim


def shortened(value: object) -> str:
    """Return the value as one line of text of at most RAW_VALUE_LIMIT characters."""
    text = "" if value is None else " ".join(str(value).split())
    return text if len(text) <= RAW_VALUE_LIMIT else text[: RAW_VALUE_LIMIT - 1] + "…"


def _in_english(message: str) -> str:
    return message


# Parameters that are themselves messages: the label of a format, the name of a role.
_TRANSLATED = frozenset({"style", "format", "role"})


def _filled(text: str, params: Mapping[str, str], translate: Translate) -> str:
    return translate(text) % {
        name: translate(value) if name in _TRANSLATED else value for name, value in params.items()
    }


# code: (what is wrong, what to do)
FILE_PROBLEMS: Mapping[str, tuple[str, str]] = {
    "empty_file": (
        gettext_noop("The file is empty."),
        gettext_noop("Export it again and check that the export holds data."),
    ),
    "header_only": (
        gettext_noop("The file has a header on line %(line)s and no line of data below it."),
        gettext_noop("Export it again for a period that has data."),
    ),
    "no_header": (
        gettext_noop("No header row was found."),
        gettext_noop("The first line that is not a comment must name the columns. Or say on which line the header is."),
    ),
    "too_large": (
        gettext_noop("The file has %(megabytes)s MB; the limit is %(limit)s MB."),
        gettext_noop("Split the file by period, or ask an administrator to raise the limit."),
    ),
    "not_a_table": (
        gettext_noop("This is a %(found)s file, not a table."),
        gettext_noop("Export the data as CSV or XLSX. Renaming a file does not convert it."),
    ),
    "old_workbook": (
        gettext_noop("This is an old Excel workbook (.xls) or one protected by a password."),
        gettext_noop("Open it, save it as .xlsx without password or as CSV, and send that file."),
    ),
    "binary_content": (
        gettext_noop("Line %(line)s holds bytes that no text file has."),
        gettext_noop("The file is damaged or is not a text file. Export it again as CSV with the encoding UTF-8."),
    ),
    "wrong_encoding": (
        gettext_noop("Line %(line)s, column %(column)s cannot be read as %(encoding)s (byte %(byte)s)."),
        gettext_noop("Choose another encoding; this file looks like %(suggestion)s."),
    ),
    "unknown_encoding": (
        gettext_noop("The encoding “%(encoding)s” is not known."),
        gettext_noop("Use one of: %(known)s."),
    ),
    "wrong_separator": (
        gettext_noop("With the separator “%(separator)s”, line %(line)s has a single column."),
        gettext_noop("The file seems to be separated by “%(suggestion)s”."),
    ),
    "line_too_long": (
        gettext_noop("Line %(line)s is longer than %(limit)s characters."),
        gettext_noop("Check the line ends and the encoding: this does not look like a table."),
    ),
    "unclosed_quote": (
        gettext_noop("A quotation mark opened at line %(line)s is never closed."),
        gettext_noop("Close it, or double it when it belongs to the text."),
    ),
    "too_many_columns": (
        gettext_noop("Line %(line)s has more than %(limit)s columns."),
        gettext_noop("Remove the columns that are not needed, or check the separator."),
    ),
    "missing_column": (
        gettext_noop("The column “%(column)s” is missing; the header is on line %(line)s."),
        gettext_noop("The file has the columns: %(found)s. Add the column, or choose another one in the mapping."),
    ),
    "missing_role": (
        gettext_noop("No column gives the %(role)s; the header is on line %(line)s."),
        gettext_noop("Name a column %(accepted)s, or choose one in the mapping. The file has the columns: %(found)s."),
    ),
    "doubled_column": (
        gettext_noop("The column “%(column)s” stands twice in the header on line %(line)s (columns %(positions)s)."),
        gettext_noop("Rename or remove one of them, or choose it by its position in the mapping."),
    ),
    "no_period": (
        gettext_noop("The file does not say which period it covers."),
        gettext_noop("Give the first and the last day in the mapping, or the column that holds the day."),
    ),
    "no_sheet": (
        gettext_noop("The workbook has no sheet named “%(sheet)s”."),
        gettext_noop("It has the sheets: %(found)s."),
    ),
    "damaged_workbook": (
        gettext_noop("The workbook cannot be read: %(detail)s."),
        gettext_noop("Open it in a spreadsheet program, save it again as .xlsx or as CSV, and send that file."),
    ),
    "suspicious_workbook": (
        gettext_noop("The workbook is refused: unpacked, “%(part)s” is out of proportion (%(detail)s)."),
        gettext_noop("Save only the sheet with the data, as .xlsx or as CSV."),
    ),
    "bad_mapping": (
        gettext_noop("The mapping is not valid: %(detail)s."),
        gettext_noop("See docs/mapping.schema.json for what a mapping may contain."),
    ),
}

REJECTIONS: Mapping[str, str] = {
    **measures.SENTENCES,
    # shape of the line
    "too_many_cells": gettext_noop(
        "The line has %(cells)s cells, the header has %(columns)s. A separator or a quotation mark is misplaced."
    ),
    "too_few_cells": gettext_noop("The line has %(cells)s cells, the header has %(columns)s."),
    "other_table": gettext_noop("A second table begins here; only the first table of a file is read."),
    "total_row": gettext_noop("This is a total of other rows (“%(value)s”); it would be counted twice."),
    # cells
    "formula_text": gettext_noop("“%(value)s” is a formula. Replace it by its value."),
    "formula_without_value": gettext_noop(
        "The cell holds a formula without a stored value. Save the file in a spreadsheet program first."
    ),
    "formula_error": gettext_noop("The cell holds the error %(value)s."),
    "not_a_number": gettext_noop("“%(value)s” is not a number (this column is read with %(style)s)."),
    "percent_as_count": gettext_noop("“%(value)s” is a percentage; a count is needed here."),
    "not_a_date": gettext_noop("“%(value)s” is not a date of the form %(format)s, which the rest of the column has."),
    "no_such_day": gettext_noop("“%(value)s” is not a day of the calendar."),
    # references
    "unlisted_item": gettext_noop("“%(value)s” is not in the mapping from items to touchpoints."),
    # values
    "answer_not_valid": gettext_noop("“%(value)s” is not among the valid answers."),
}

NOTES: Mapping[str, str] = {
    "guessed_encoding": gettext_noop(
        "The file is not UTF-8; it is read as %(encoding)s. Check the accents, choose another encoding if they are wrong."
    ),
    "read_as_workbook": gettext_noop("The file is called %(name)s but is an Excel workbook; it is read as one."),
    "hidden_sheets": gettext_noop("The workbook has %(count)s sheets; only “%(sheet)s” is read."),
    "doubled_columns": gettext_noop("These columns stand twice in the header and are not used: %(columns)s."),
    "ignored_columns": gettext_noop("These columns are not used: %(columns)s."),
    "other_row": gettext_noop("The row “%(value)s” gathers what the source did not detail; it is kept."),
    "ignored_items": gettext_noop("%(count)s rows are left out because the mapping says so."),
    "filtered_rows": gettext_noop("%(count)s rows are left out by the mapping's filter."),
    "blank_rows": gettext_noop("%(count)s empty lines were skipped."),
    "ambiguous_numbers": gettext_noop(
        "Column “%(column)s”: “%(value)s” can be read in two ways; it is read with %(style)s. Declare the number format if that is wrong."
    ),
    "ambiguous_dates": gettext_noop(
        "Column “%(column)s”: “%(value)s” can be day/month or month/day; it is read as %(format)s. Declare the date format if that is wrong."
    ),
    "mixed_dates": gettext_noop(
        "Column “%(column)s” mixes date formats; %(format)s is the most frequent and the only one accepted."
    ),
    "share_rounded": gettext_noop(
        "%(count)s shares were rounded in the file, so that their numerators are the nearest whole numbers."
    ),
    "span": gettext_noop(
        "The file gives one total for %(first_day)s to %(last_day)s; it is shown for that period only."
    ),
}


class FileProblem(Exception):
    """The file as a whole cannot be read; nothing of it may be imported.

    `code` is stable; `line` is the physical line (1-based) and `column` the name of the column, where one is known.
    """

    status = 422

    def __init__(self, code: str, *, line: int | None = None, column: str | None = None, **params: object) -> None:
        self.code = code
        self.line = line
        self.column = column
        self.params: dict[str, str] = {
            name: str(value)[:600] if name in {"found", "detail"} else shortened(value)
            for name, value in params.items()
        }
        super().__init__(code)

    def __str__(self) -> str:
        return self.message()

    @property
    def _all_params(self) -> dict[str, str]:
        return {"line": str(self.line or "?"), "column": self.column or "?", **self.params}

    def message(self, translate: Translate = _in_english) -> str:
        """Say what is wrong, in one sentence."""
        return _filled(FILE_PROBLEMS[self.code][0], self._all_params, translate)

    def advice(self, translate: Translate = _in_english) -> str:
        """Say what to do about it."""
        return _filled(FILE_PROBLEMS[self.code][1], self._all_params, translate)


class Rejection(msgspec.Struct, frozen=True, gc=False):
    """One refused line, or one refused cell of a line that has several measures. `line` is physical, 1-based."""

    line: int
    column: str
    code: str
    params: tuple[tuple[str, str], ...] = ()
    value: str = ""

    def message(self, translate: Translate = _in_english) -> str:
        """Say why, without the place: tables show line and column beside it."""
        return _filled(REJECTIONS[self.code], {"value": self.value, **dict(self.params)}, translate)


class Note(msgspec.Struct, frozen=True, gc=False):
    """Something the person should know that refused nothing."""

    code: str
    params: tuple[tuple[str, str], ...] = ()

    def message(self, translate: Translate = _in_english) -> str:
        return _filled(NOTES[self.code], dict(self.params), translate)


class Refused(Exception):
    """Internal: a value or a line is refused. Becomes a Rejection where line and column are known."""

    def __init__(self, code: str, *, column: str = "", value: object = "", **params: object) -> None:
        self.code = code
        self.column = column
        self.value = value
        self.params = params
        super().__init__(code)

    @classmethod
    def by_rule(cls, refused: measures.Refused) -> "Refused":
        """The same refusal, of a measure whose place in the file is known here only."""
        return cls(refused.code, **refused.params)  # type: ignore[arg-type]

    def at(self, line: int, column: str = "") -> Rejection:
        params = tuple((name, shortened(value)) for name, value in self.params.items())
        return Rejection(line, self.column or column, self.code, params, shortened(self.value))
