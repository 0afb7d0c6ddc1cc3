"""The mapping: how the columns of one kind of file become observations.

The same JSON is saved by the mapping screen and read by `manage.py import_file --mapping`. `docs/mapping.schema.json` is generated
from these structures by `schema_text`; a test keeps them together.
"""

import datetime as dt
import json
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta

from sources.reading.problems import FileProblem
from sources.reading.tables import FileOptions

SCHEMA_ID = "urn:cxmap:mapping:1"

Column = Annotated[
    Annotated[str, Meta(min_length=1)] | Annotated[int, Meta(ge=1)],
    Meta(
        description="A column: its name in the header (case and blanks do not matter) or its position, counted from 1."
    ),
]
NumberStyle = Literal["auto", "point", "comma"]
DateForm = Literal["auto", "iso", "yyyymmdd", "dmy", "mdy", "d_month_y", "month_d_y", "excel"]


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    pass


class Days(_Part, frozen=True, kw_only=True):
    """A fixed period; both days belong to it."""

    first_day: dt.date
    last_day: dt.date


class DateParts(_Part, frozen=True, kw_only=True):
    """A day put together from what the file has and what it lacks. A number is the part itself, a text names the column."""

    year: int | str
    month: int | str
    day: int | str


class When(_Part, frozen=True, kw_only=True):
    """Where the day comes from. Exactly one of: `at`, `day`, `first_day` with `last_day`, `parts`, `fixed`, `from_file`."""

    at: Annotated[
        Column | None, Meta(description="Column with an instant; its day is that of the workspace's time zone.")
    ] = None
    day: Annotated[Column | None, Meta(description="Column with a day.")] = None
    first_day: Column | None = None
    last_day: Column | None = None
    parts: DateParts | None = None
    fixed: Days | None = None
    from_file: Annotated[
        bool, Meta(description="The period stands in the comment lines above the header (Google Analytics).")
    ] = False

    def ways(self) -> list[str]:
        given = {
            "at": self.at is not None,
            "day": self.day is not None,
            "first_day": self.first_day is not None or self.last_day is not None,
            "parts": self.parts is not None,
            "fixed": self.fixed is not None,
            "from_file": self.from_file,
        }
        return [name for name, is_given in given.items() if is_given]


class Segment(_Part, frozen=True, kw_only=True):
    """One segment per observation. Without `values`, the text of the column is the segment."""

    column: Column
    values: Annotated[dict[str, str], Meta(description="Text in the column → segment.")] = {}
    others: Annotated[
        Literal["keep", "none", "reject"], Meta(description="What a text missing from `values` becomes.")
    ] = "keep"


class Filter(_Part, frozen=True, kw_only=True):
    """Keeps the rows whose column has one of the values (or, with `keep` false, leaves exactly those out)."""

    column: Column
    values: Annotated[tuple[str, ...], Meta(min_length=1)]
    keep: bool = True


class TouchpointColumn(_Part, frozen=True, kw_only=True):
    """The touchpoint is told by a column. Without `values`, its text is the code or the name of the touchpoint."""

    column: Column
    values: dict[str, str] = {}


class Item(_Part, frozen=True, kw_only=True):
    """Items (page titles, paths, campaigns) of one touchpoint. The first rule that matches decides; exact ones go first."""

    match: Annotated[str, Meta(min_length=1)]
    how: Literal["exact", "prefix", "suffix", "contains"] = "exact"
    touchpoint: Annotated[str | None, Meta(description="Code or name; null leaves the items out, counted.")] = None


class Items(_Part, frozen=True, kw_only=True):
    """The column that names what a row is about, and what its values mean."""

    column: Column
    rules: tuple[Item, ...] = ()
    unlisted: Annotated[Literal["reject", "ignore"], Meta(description="What happens to items without a rule.")] = (
        "reject"
    )


class Measure(_Part, frozen=True, kw_only=True):
    """One KPI of a wide file: `numerator` over `denominator`, or a mean `value` with its `weight`, or a plain `value`."""

    kpi: Annotated[str, Meta(min_length=1, description="Code or name.")]
    touchpoint: Annotated[str | None, Meta(description="Code or name, where the file has no items.")] = None
    numerator: Column | None = None
    denominator: Column | None = None
    complement: Annotated[bool, Meta(description="Count the others: the numerator is denominator − numerator.")] = False
    value: Annotated[
        Column | None, Meta(description="A mean or a share per row, never added up without its weight.")
    ] = None
    weight: Annotated[Column | None, Meta(description="The number of cases behind `value`.")] = None
    sum_squares: Column | None = None
    excluded: Column | None = None
    factor: Annotated[float, Meta(gt=0, description="Multiplies `value`: 0.001 turns milliseconds into seconds.")] = 1.0


class Question(_Part, frozen=True, kw_only=True):
    """One question of a survey: a column whose answers are scores of one KPI."""

    column: Column
    kpi: Annotated[str, Meta(min_length=1, description="Code or name.")]
    touchpoint: Annotated[
        str | TouchpointColumn | None, Meta(description="Code, name or column; null takes the mapping's touchpoint.")
    ] = None
    minimum: Annotated[float | None, Meta(description="Smallest valid answer; by default the KPI's scale.")] = None
    maximum: Annotated[float | None, Meta(description="Largest valid answer; by default the KPI's scale.")] = None
    excluded: Annotated[
        tuple[str, ...],
        Meta(
            description="Answers that mean “no answer”. They are counted as excluded, never as a value. Empty is always one."
        ),
    ] = ()
    labels: Annotated[
        dict[str, float], Meta(description="Answer text → score. Other texts are read by their leading number.")
    ] = {}
    reverse: Annotated[bool, Meta(description="Turn the scale round: minimum + maximum − answer.")] = False


TIDY_ROLES = (
    "touchpoint", "kpi", "day", "at", "first_day", "last_day", "numerator", "denominator", "value", "score", "n", "sum_squares",
    "excluded", "external_id", "segment",
)  # fmt: skip


class _Mapping(_Part, frozen=True, kw_only=True):
    version: Literal[1] = 1
    name: str = ""
    file: FileOptions = FileOptions()
    numbers: Annotated[NumberStyle, Meta(description="Decimal mark of all columns; auto decides per column.")] = "auto"
    column_numbers: Annotated[dict[str, NumberStyle], Meta(description="Decimal mark of single columns.")] = {}
    dates: Annotated[
        DateForm, Meta(description="Format of all dates; auto decides per column over the whole file.")
    ] = "auto"
    time_zone: Annotated[
        str | None, Meta(description="Zone of instants that name none (IANA name); by default the workspace's.")
    ] = None
    only: Annotated[tuple[Filter, ...], Meta(description="All filters must agree to keep a row.")] = ()
    segment: Segment | None = None
    dimensions: Annotated[dict[str, Column], Meta(description="Name of the dimension → column.")] = {}


class TidyMapping(_Mapping, tag="tidy", tag_field="layout", frozen=True, kw_only=True):
    """One row per observation. Columns are found by their usual French or English names; `columns` overrides them."""

    columns: dict[
        Literal[
            "touchpoint", "kpi", "day", "at", "first_day", "last_day", "numerator", "denominator", "value", "score", "n", "sum_squares",
            "excluded", "external_id", "segment",
        ],
        Column | None,
    ] = {}  # fmt: skip
    touchpoint: Annotated[str | None, Meta(description="The touchpoint of all rows, when no column names it.")] = None
    kpi: Annotated[str | None, Meta(description="The KPI of all rows, when no column names it.")] = None


class WideMapping(_Mapping, tag="wide", tag_field="layout", frozen=True, kw_only=True):
    """One row per item (page, campaign) or per day, one column per figure."""

    when: When
    items: Items | None = None
    measures: Annotated[tuple[Measure, ...], Meta(min_length=1)]
    external_id: Column | None = None


class SurveyMapping(_Mapping, tag="survey", tag_field="layout", frozen=True, kw_only=True):
    """One row per respondent, one column per question."""

    when: When
    respondent: Annotated[
        Column | None, Meta(description="The identity of an answer sheet; importing it again updates it.")
    ] = None
    touchpoint: str | TouchpointColumn | None = None
    questions: Annotated[tuple[Question, ...], Meta(min_length=1)]


Mapping = TidyMapping | WideMapping | SurveyMapping
_decoder = msgspec.json.Decoder(Mapping)


def read_mapping(source: bytes | str | dict[str, Any]) -> Mapping:
    """Return the mapping in this JSON text or decoded JSON object. Raises FileProblem (bad_mapping) naming the place."""
    try:
        mapping = msgspec.convert(source, Mapping) if isinstance(source, dict) else _decoder.decode(source)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise FileProblem("bad_mapping", detail=error) from None
    if problem := _contradiction(mapping):
        raise FileProblem("bad_mapping", detail=problem)
    return mapping


def write_mapping(mapping: Mapping) -> bytes:
    """Return the mapping as JSON, without the fields that have their default."""
    return msgspec.json.format(msgspec.json.encode(mapping), indent=2)


def _contradiction(mapping: Mapping) -> str | None:
    """What the types cannot say."""
    if mapping.time_zone is not None:
        try:
            ZoneInfo(mapping.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return f"unknown time zone `{mapping.time_zone}` - at `$.time_zone`"
    if mapping.file.header_rows not in (1, 2, 3):
        return "Expected 1, 2 or 3 - at `$.file.header_rows`"
    if mapping.file.separator is not None and len(mapping.file.separator) != 1:
        return "Expected one character - at `$.file.separator`"
    if isinstance(mapping, TidyMapping):
        return None
    if len(ways := mapping.when.ways()) != 1:
        return f"Expected exactly one way to the day, got {', '.join(ways) or 'none'} - at `$.when`"
    if (mapping.when.first_day is None) != (mapping.when.last_day is None):
        return "`first_day` and `last_day` go together - at `$.when`"
    if mapping.when.fixed and mapping.when.fixed.first_day > mapping.when.fixed.last_day:
        return "the last day is before the first day - at `$.when.fixed`"
    if isinstance(mapping, SurveyMapping):
        for place, question in enumerate(mapping.questions):
            if question.touchpoint is None and mapping.touchpoint is None:
                return f"no touchpoint, neither here nor for the whole file - at `$.questions[{place}]`"
        return None
    for place, measure in enumerate(mapping.measures):
        if (measure.numerator is None) != (measure.denominator is None):
            return f"`numerator` and `denominator` go together - at `$.measures[{place}]`"
        if (measure.numerator is None) == (measure.value is None):
            return f"Expected `numerator` and `denominator`, or `value` - at `$.measures[{place}]`"
        if measure.value is None and measure.weight is not None:
            return f"`weight` goes with `value` - at `$.measures[{place}]`"
        if measure.complement and measure.numerator is None:
            return f"`complement` goes with `numerator` - at `$.measures[{place}]`"
        if mapping.items is None and measure.touchpoint is None:
            return f"no touchpoint - at `$.measures[{place}]`"
    return None


def schema() -> dict[str, Any]:
    """Return the JSON schema (draft 2020-12) of a mapping."""
    (reference,), components = msgspec.json.schema_components([Mapping], ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "cxmap mapping",
        "description": "How the columns of one kind of file become observations.",
        **reference,
        "$defs": components,
    }


def schema_text() -> str:
    """Return the text of docs/mapping.schema.json."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
