"""The mapping screen: an open file and a mapping, complete or not, as what a person sees, and back from what they send.

The screen edits the usual parts of a mapping. What only the JSON can say (filters, dimensions, labels of answers) passes
through unchanged.
"""

import datetime as dt
from collections import Counter
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from cxmap.lib.text import fold
from cxmap.workspaces.models import Workspace
from kpis.models import Kpi
from sources.reading import ColumnProfile, FileProblem, Refused, Row, Table, suggest
from sources.reading.dates import FORMAT_LABELS
from sources.reading.encodings import CHOICES, LABELS
from sources.reading.formats import position_of
from sources.reading.layouts.base import shown
from sources.reading.mapping import TIDY_ROLES
from sources.reading.numbers import STYLE_LABELS, number_of
from sources.reading.tables import clean_name
from touchpoints.models import Touchpoint

SAMPLE_ROWS = 6
SAMPLE_COLUMNS = 60
ITEMS_READ = 200_000  # rows that are looked at for items
ITEMS_SHOWN = 600
BLANK_MEASURES = 2
BLANK_RULES = 2
SEPARATORS = {",": ",", ";": ";", "\t": "⇥", "|": "|"}
HOWS = ("contains", "prefix", "suffix")
MODES = ("counts", "others", "mean", "value")  # how a measure is made of its two columns
FACTORS = ("1", "0.001", "60", "0.01")
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One page, campaign or other item of the file."""

    number: int
    text: str
    rows: int
    size: float | None  # what the base column adds up to
    touchpoint: str  # a name, or "" for none
    suggested: bool
    by_rule: str  # the name that a pattern gives it


@dataclass(frozen=True, slots=True)
class RuleLine:
    number: int
    how: str
    match: str
    touchpoint: str


@dataclass(frozen=True, slots=True)
class MeasureLine:
    number: int
    kpi: str
    mode: str
    first: str  # positions, as texts
    second: str
    factor: str
    touchpoint: str


@dataclass(frozen=True, slots=True)
class QuestionLine:
    position: int
    name: str
    values: Sequence[tuple[str, int]]
    kpi: str
    touchpoint: str
    minimum: str
    maximum: str
    excluded: str
    reverse: bool
    candidate: bool  # looks like answers on a scale


@dataclass(frozen=True, slots=True)
class RoleLine:
    role: str
    label: str
    chosen: str  # "auto", "none" or a position
    found: str  # the column that its usual name gives it


@dataclass
class Library:
    """Touchpoints and KPIs by what people call them."""

    touchpoints: MappingOf[str, str]  # code → name
    kpis: Sequence[Kpi]

    @cached_property
    def by_fold(self) -> dict[str, str]:
        names = {fold(name): code for code, name in self.touchpoints.items()}
        return names | {fold(code): code for code in self.touchpoints}

    def code(self, text: str) -> str | None:
        """Return the code of a touchpoint that is called so, None when none is."""
        return self.by_fold.get(fold(text))

    def name(self, text: str | None) -> str:
        """Return the name of a touchpoint by its code or name; a text that names none as it is."""
        code = self.code(text or "")
        return self.touchpoints[code] if code else (text or "")


def library_of(workspace: Workspace) -> Library:
    rows = Touchpoint.objects.filter(workspace=workspace, deleted_at=None).order_by("sort_key", "id")
    return Library(dict(rows.values_list("code", "name")), list(Kpi.objects.filter(workspace=workspace)))


def match_of(text: str, library: Library) -> str | None:
    """Return the code of the touchpoint that an item seems to be: called so, in whole or in one part of a title, or named in it."""
    whole = fold(text)
    if whole in library.by_fold:
        return library.by_fold[whole]
    for mark in (" | ", " – ", " — ", " - ", " · ", " › ", " : "):
        for part in text.split(mark):
            if (found := library.by_fold.get(fold(part))) is not None:
                return found
    words = f" {' '.join(''.join(char if char.isalnum() else ' ' for char in whole).split())} "
    named = [(len(name), code) for name, code in library.by_fold.items() if len(name) >= 4 and f" {name} " in words]
    return max(named)[1] if named else None


@dataclass
class MappingPage:
    """What the screen shows. `document` may be incomplete."""

    table: Table
    library: Library
    document: Document
    profiles: Sequence[ColumnProfile]
    sample: Sequence[Row]
    is_saved: bool = False  # this is the mapping of the source's last file of the same shape
    proposes: bool = True  # items without a touchpoint are given the one that they seem to be
    unknown: Sequence[str] = ()
    errors: Sequence[str] = field(default_factory=list)

    @property
    def layout(self) -> str:
        return str(self.document.get("layout") or "")

    @property
    def is_complete(self) -> bool:
        """True when there is nothing to decide: a person only confirms."""
        return self.layout == "tidy" and not self.missing_roles

    # the file

    @property
    def columns(self) -> list[Choice]:
        return [
            Choice(str(number), name or _("column %(number)s") % {"number": number})
            for number, name in enumerate(self.table.header, 1)
        ]

    @property
    def sample_header(self) -> Sequence[str]:
        return self.table.header[:SAMPLE_COLUMNS]

    @property
    def sample_rows(self) -> list[tuple[int, list[str]]]:
        width = min(len(self.table.header), SAMPLE_COLUMNS)
        return [
            (row.line, [shown(cell)[:60] for cell in list(row.values)[:width]]) for row in self.sample[:SAMPLE_ROWS]
        ]

    @property
    def hidden_columns(self) -> int:
        return max(0, len(self.table.header) - SAMPLE_COLUMNS)

    @property
    def encoding(self) -> str:
        return self.table.dialect.encoding.label if self.table.dialect else "XLSX"

    @property
    def separator(self) -> str:
        return SEPARATORS.get(self.table.dialect.separator, self.table.dialect.separator) if self.table.dialect else ""

    @property
    def file_choices(self) -> dict[str, Any]:
        """Return the chosen options of the file, "" where they are recognised."""
        chosen = self.document.get("file") or {}
        return {
            "encoding": chosen.get("encoding") or "",
            "separator": chosen.get("separator") or "",
            "sheet": chosen.get("sheet") or "",
            "header_line": chosen.get("header_line") or "",
            "header_rows": chosen.get("header_rows") or 1,
            "numbers": self.document.get("numbers") or "auto",
            "dates": self.document.get("dates") or "auto",
        }

    @property
    def encodings(self) -> list[Choice]:
        return [Choice(name, LABELS.get(name, name)) for name in CHOICES]

    @property
    def separators(self) -> list[Choice]:
        names = {",": _("comma"), ";": _("semicolon"), "\t": _("tab"), "|": _("vertical bar")}
        return [Choice(char, f"{name} ({SEPARATORS[char]})") for char, name in names.items()]

    @property
    def number_styles(self) -> list[Choice]:
        return [Choice(style, _(label)) for style, label in STYLE_LABELS.items()]

    @property
    def date_forms(self) -> list[Choice]:
        return [Choice(form, _(label)) for form, label in FORMAT_LABELS.items()]

    # days

    @property
    def when(self) -> dict[str, Any]:
        """Return the chosen way to the day as form values."""
        when = self.document.get("when") or {}
        parts = when.get("parts") or {}
        fixed = when.get("fixed") or {}
        ways = {"first_day": "span", "last_day": "span"}
        way = next((ways.get(name, name) for name, value in when.items() if value), "")
        if not way and self.table.comments.first_day:
            way = "from_file"
        return {
            "way": way,
            "at": self._position(when.get("at")),
            "day": self._position(when.get("day")),
            "first_day": self._position(when.get("first_day")),
            "last_day": self._position(when.get("last_day")),
            "year": parts.get("year", ""),
            "month": parts.get("month", ""),
            "date": parts.get("day", ""),
            "from": fixed.get("first_day", ""),
            "to": fixed.get("last_day", ""),
        }

    @property
    def date_columns(self) -> set[str]:
        return {str(profile.position) for profile in self.profiles if profile.kind == "date"}

    # wide

    @property
    def item_column(self) -> str:
        return self._position((self.document.get("items") or {}).get("column"))

    @property
    def unlisted(self) -> str:
        return str((self.document.get("items") or {}).get("unlisted") or "ignore")

    @cached_property
    def items(self) -> list[ItemLine]:
        """Return the distinct items, the largest first, with their touchpoints."""
        if not self.item_column:
            return []
        place = int(self.item_column) - 1
        counts, sizes, texts = self._count_items(place)
        rules = (self.document.get("items") or {}).get("rules") or ()
        exact = {_key(rule["match"]): rule.get("touchpoint") for rule in rules if rule.get("how", "exact") == "exact"}
        patterns = [rule for rule in rules if rule.get("how", "exact") != "exact"]
        found = []
        keys = sorted(counts, key=lambda key: (-(sizes.get(key) or 0), -counts[key], key))
        # What has a rule stays on the screen, however small: what is not on it would lose its rule.
        shown_keys = [key for rank, key in enumerate(keys) if rank < ITEMS_SHOWN or exact.get(key)]
        for number, key in enumerate(shown_keys):
            text = texts[key]
            ruled = next((rule for rule in patterns if _fits(rule, key)), None)
            touchpoint, suggested = "", False
            if exact.get(key):
                touchpoint = self.library.name(exact[key])
            elif key not in exact and ruled is None and self.proposes:
                code = match_of(text, self.library)
                touchpoint, suggested = (self.library.touchpoints[code], True) if code else ("", False)
            by_rule = self.library.name(ruled.get("touchpoint")) if ruled and key not in exact else ""
            found.append(ItemLine(number, text, counts[key], sizes.get(key), touchpoint, suggested, by_rule))
        self._items_total = len(counts)
        return found

    @property
    def items_hidden(self) -> int:
        return max(0, getattr(self, "_items_total", 0) - len(self.items))

    @property
    def item_name(self) -> str:
        return self.table.header[int(self.item_column) - 1] if self.item_column else ""

    @property
    def size_name(self) -> str:
        """Return the column by which items are sorted: the base of the first measure."""
        position = self._size_position()
        return self.table.header[position] if position is not None else ""

    def _size_position(self) -> int | None:
        for measure in self.document.get("measures") or ():
            for name in ("weight", "denominator"):
                if position := self._position(measure.get(name)):
                    return int(position) - 1
        return None

    def _count_items(self, place: int) -> tuple[Counter[str], dict[str, float], dict[str, str]]:
        counts: Counter[str] = Counter()
        sizes: dict[str, float] = {}
        texts: dict[str, str] = {}
        size = self._size_position()
        dialect = self.table.dialect
        style = self.document.get("numbers") or ("comma" if dialect and dialect.separator == ";" else "point")
        style = "point" if style == "auto" else style
        for row in islice(self.table.rows(), ITEMS_READ):
            if place >= len(row.values):
                continue
            text = clean_name(shown(row.values[place]))
            if not text:
                continue
            key = _key(text)
            texts.setdefault(key, text)
            counts[key] += 1
            if size is not None and size < len(row.values):
                try:
                    sizes[key] = sizes.get(key, 0.0) + number_of(row.values[size], style).value
                except Refused:
                    continue
        return counts, sizes, texts

    @property
    def rules(self) -> list[RuleLine]:
        rules = [
            rule
            for rule in (self.document.get("items") or {}).get("rules") or ()
            if rule.get("how", "exact") != "exact"
        ]
        lines = [
            RuleLine(number, rule["how"], rule["match"], self.library.name(rule.get("touchpoint")))
            for number, rule in enumerate(rules)
        ]
        return lines + [RuleLine(len(lines) + number, "contains", "", "") for number in range(BLANK_RULES)]

    @property
    def measures(self) -> list[MeasureLine]:
        lines = []
        for number, measure in enumerate(self.document.get("measures") or ()):
            if measure.get("numerator") is not None:
                mode = "others" if measure.get("complement") else "counts"
                first, second = measure.get("numerator"), measure.get("denominator")
            else:
                mode = "mean" if measure.get("weight") is not None else "value"
                first, second = measure.get("value"), measure.get("weight")
            lines.append(
                MeasureLine(
                    number,
                    str(measure.get("kpi") or ""),
                    mode,
                    self._position(first),
                    self._position(second),
                    f"{measure.get('factor', 1):g}",
                    self.library.name(measure.get("touchpoint")),
                )
            )
        blank = range(len(lines), len(lines) + BLANK_MEASURES)
        return lines + [MeasureLine(number, "", "counts", "", "", "1", "") for number in blank]

    # survey

    @property
    def respondent(self) -> str:
        return self._position(self.document.get("respondent"))

    @property
    def segment(self) -> str:
        return self._position((self.document.get("segment") or {}).get("column"))

    @property
    def touchpoint(self) -> str:
        """Return the touchpoint of the whole file; "" when a column tells it, which only the JSON can say."""
        value = self.document.get("touchpoint")
        return self.library.name(value) if isinstance(value, str) else ""

    @property
    def questions(self) -> list[QuestionLine]:
        """Return every column, those that are mapped or look like a scale first."""
        chosen = {self._position(one["column"]): one for one in self.document.get("questions") or ()}
        lines = []
        for profile in self.profiles:
            one = chosen.get(str(profile.position)) or {}
            touchpoint = one.get("touchpoint")
            excluded = one.get("excluded") if one else profile.excluded
            lines.append(
                QuestionLine(
                    profile.position,
                    profile.name or _("column %(number)s") % {"number": profile.position},
                    profile.values[:8],
                    str(one.get("kpi") or ""),
                    self.library.name(touchpoint) if isinstance(touchpoint, str) else "",
                    _number_text(one.get("minimum")),
                    _number_text(one.get("maximum")),
                    "; ".join(str(text) for text in excluded or ()),
                    bool(one.get("reverse")),
                    bool(profile.score),
                )
            )
        return sorted(lines, key=lambda line: (not line.kpi, not line.candidate, line.position))

    @property
    def question_candidates(self) -> list[QuestionLine]:
        return [line for line in self.questions if line.kpi or line.candidate]

    @property
    def question_others(self) -> list[QuestionLine]:
        names = {profile.position for profile in self.profiles if profile.kind != "empty"}
        return [line for line in self.questions if not (line.kpi or line.candidate) and line.position in names]

    # tidy

    @property
    def roles(self) -> list[RoleLine]:
        chosen = self.document.get("columns") or {}
        labels = role_labels()
        found = self._usual_roles()
        lines = []
        for role in TIDY_ROLES:
            value = "auto"
            if role in chosen:
                value = "none" if chosen[role] is None else self._position(chosen[role])
            position = found.get(role)
            lines.append(
                RoleLine(role, labels[role], value, self.table.header[position] if position is not None else "")
            )
        return lines

    @property
    def missing_roles(self) -> list[str]:
        """Return which of touchpoint and KPI no column tells."""
        chosen, found = self.document.get("columns") or {}, self._usual_roles()
        return [
            role
            for role in ("touchpoint", "kpi")
            if not (chosen.get(role) or (role in found and role not in chosen) or self.document.get(role))
        ]

    @property
    def kpi(self) -> str:
        return str(self.document.get("kpi") or "")

    def _usual_roles(self) -> dict[str, int]:
        from sources.reading.formats import positions_of

        try:
            return positions_of(self.table, without=self.document.get("columns") or {})
        except FileProblem:
            return {}

    def _position(self, column: Any) -> str:
        """Return a column of the mapping as the position that the form sends; "" when the file lacks it."""
        if column is None or column == "":
            return ""
        try:
            return str(position_of(self.table, column) + 1)
        except FileProblem:
            return ""


def role_labels() -> dict[str, str]:
    return {
        "touchpoint": _("touchpoint"),
        "kpi": _("KPI"),
        "day": _("day"),
        "at": _("instant"),
        "first_day": _("first day"),
        "last_day": _("last day"),
        "numerator": _("numerator"),
        "denominator": _("denominator"),
        "value": _("value"),
        "score": _("score"),
        "n": _("n (base)"),
        "sum_squares": _("sum of squares"),
        "excluded": _("excluded"),
        "external_id": _("identifier"),
        "segment": _("segment"),
    }


def mapping_page(
    table: Table, library: Library, document: Document, *, is_saved: bool = False, proposes: bool = True
) -> MappingPage:
    return MappingPage(
        table=table,
        library=library,
        document=document,
        profiles=suggest(table).columns,
        sample=table.sample(SAMPLE_ROWS),
        is_saved=is_saved,
        proposes=proposes and not is_saved,
    )


def _key(text: str) -> str:
    return clean_name(text).casefold()


def _fits(rule: MappingOf[str, Any], key: str) -> bool:
    match = _key(rule["match"])
    how = rule.get("how", "exact")
    return (
        (how == "prefix" and key.startswith(match))
        or (how == "suffix" and key.endswith(match))
        or (how == "contains" and match in key)
    )


def _number_text(value: Any) -> str:
    return "" if value is None else f"{value:g}"


# From what a person sent to a mapping.


class Posted:
    """The fields of the screen as a mapping document, complete or not. `errors` says what is not understood."""

    def __init__(self, data: MappingOf[str, Any], table: Table, library: Library, base: Document) -> None:
        self.data = data
        self.table = table
        self.library = library
        self.base = base
        self.errors: list[str] = []
        self.unknown: list[str] = []
        self.document = self._document()

    def _text(self, name: str) -> str:
        return " ".join(str(self.data.get(name, "")).split())

    def _column(self, name: str) -> str | int | None:
        """Return a chosen column as the mapping names it: by its header, or by its position where that is not unique."""
        text = self._text(name)
        if not text.isdigit() or not 1 <= int(text) <= len(self.table.header):
            return None
        position = int(text)
        header = self.table.header[position - 1]
        return position if not header or header.casefold() in self.table.doubled else header

    def _number(self, name: str, label: str) -> float | None:
        text = self._text(name).replace(",", ".")
        if not text:
            return None
        try:
            return float(text)
        except ValueError:
            self.errors.append(_("%(label)s: “%(value)s” is not a number.") % {"label": label, "value": text})
            return None

    def _touchpoint(self, text: str) -> str | None:
        """Return the code of a touchpoint as typed; an unknown name is kept and noted."""
        if not text:
            return None
        code = self.library.code(text)
        if code is None and text not in self.unknown:
            self.unknown.append(text)
        return code or text

    def _document(self) -> Document:
        layout = self._text("layout") or str(self.base.get("layout") or "tidy")
        kept = ("version", "name", "column_numbers", "time_zone", "only", "dimensions")
        keep: Document = {name: self.base[name] for name in kept if name in self.base}
        document: Document = {**keep, "layout": layout, "file": self._file()}
        if not document["file"]:
            del document["file"]
        for name in ("numbers", "dates"):
            if (value := self._text(name)) and value != "auto":
                document[name] = value
        if layout == "wide":
            self._wide(document)
        elif layout == "survey":
            self._survey(document)
        else:
            self._tidy(document)
        if (column := self._column("segment")) is not None:
            same = self.base.get("segment") or {}
            document["segment"] = {**(same if same.get("column") == column else {}), "column": column}
        elif layout == "tidy" and "segment" in self.base:
            document["segment"] = self.base["segment"]
        return document

    def _file(self) -> Document:
        found: Document = {}
        for name in ("encoding", "sheet"):
            if text := self._text(name):
                found[name] = text
        separator = str(self.data.get("separator", ""))
        if separator in SEPARATORS:
            found["separator"] = separator
        if (line := self._text("header_line")).isdigit() and int(line) > 0:
            found["header_line"] = int(line)
        if self._text("header_rows") in ("2", "3"):
            found["header_rows"] = int(self._text("header_rows"))
        return found

    def _when(self) -> Document:
        way = self._text("when")
        found: Document = {}
        if way == "from_file":
            found = {"from_file": True}
        elif way in ("at", "day") and (column := self._column(f"when_{way}")) is not None:
            found = {way: column}
        elif way == "span":
            found = {name: self._column(f"when_{name}") for name in ("first_day", "last_day")}
            found = found if all(value is not None for value in found.values()) else {}
        elif way == "fixed":
            first, last = self._text("when_from"), self._text("when_to") or self._text("when_from")
            found = {"fixed": {"first_day": first, "last_day": last}} if _is_day(first) and _is_day(last) else {}
        elif way == "parts":
            parts = {part: _part(self._text(f"when_{part}")) for part in ("year", "month")}
            parts["day"] = _part(self._text("when_date"))
            found = {"parts": parts} if all(value != "" for value in parts.values()) else {}
        if not found:
            self.errors.append(_("Say which days the figures belong to."))
        return found

    def _wide(self, document: Document) -> None:
        document["when"] = self._when()
        if (column := self._column("items")) is not None:
            document["items"] = {"column": column, "rules": self._rules(), "unlisted": "ignore"}
            if self._text("unlisted") == "reject":
                document["items"]["unlisted"] = "reject"
        measures = []
        for number in range(self._count("measures")):
            measure = self._measure(number, with_touchpoint="items" not in document)
            if measure is not None:
                measures.append(measure)
        document["measures"] = measures
        if not measures:
            self.errors.append(_("Choose at least one KPI, and the columns that it is made of."))
        if "items" in document and not any(rule.get("touchpoint") for rule in document["items"]["rules"]):
            self.errors.append(_("Give at least one item of the list a touchpoint."))
        if "external_id" in self.base:
            document["external_id"] = self.base["external_id"]

    def _count(self, name: str) -> int:
        text = self._text(f"{name}_count")
        return min(int(text), 20_000) if text.isdigit() else 0

    def _rules(self) -> list[Document]:
        rules: list[Document] = []
        reject = self._text("unlisted") == "reject"
        for number in range(self._count("items")):
            match = clean_name(str(self.data.get(f"item-{number}", "")))
            if not match:
                continue
            touchpoint = self._touchpoint(self._text(f"item-{number}-touchpoint"))
            if touchpoint:
                rules.append({"match": match, "touchpoint": touchpoint})
            elif reject:
                # Seen and left out: only what is new in a later file is refused.
                rules.append({"match": match, "touchpoint": None})
        for number in range(self._count("rules")):
            match, how = clean_name(self._text(f"rule-{number}-match")), self._text(f"rule-{number}-how")
            if match and how in HOWS:
                touchpoint = self._touchpoint(self._text(f"rule-{number}-touchpoint"))
                rules.append({"match": match, "how": how, "touchpoint": touchpoint})
        return rules

    def _measure(self, number: int, *, with_touchpoint: bool) -> Document | None:
        kpi = self._text(f"measure-{number}-kpi")
        first, second = self._column(f"measure-{number}-first"), self._column(f"measure-{number}-second")
        mode = self._text(f"measure-{number}-mode")
        if not kpi:
            return None
        measure: Document = {"kpi": kpi}
        label = next((entry.name for entry in self.library.kpis if entry.code == kpi), kpi)
        if first is None or (mode != "value" and second is None):
            self.errors.append(_("%(kpi)s: choose the columns that it is made of.") % {"kpi": label})
        if mode in ("counts", "others"):
            measure |= {"numerator": first, "denominator": second}
            if mode == "others":
                measure["complement"] = True
        else:
            measure["value"] = first
            if mode == "mean":
                measure["weight"] = second
            factor = self._text(f"measure-{number}-factor")
            if factor in FACTORS and factor != "1":
                measure["factor"] = float(factor)
        if with_touchpoint:
            touchpoint = self._touchpoint(self._text(f"measure-{number}-touchpoint"))
            if touchpoint is None:
                self.errors.append(_("%(kpi)s: choose the touchpoint.") % {"kpi": label})
            else:
                measure["touchpoint"] = touchpoint
        return measure

    def _survey(self, document: Document) -> None:
        document["when"] = self._when()
        if (column := self._column("respondent")) is not None:
            document["respondent"] = column
        whole = self._touchpoint(self._text("touchpoint"))
        if whole is not None:
            document["touchpoint"] = whole
        elif isinstance(self.base.get("touchpoint"), dict):
            document["touchpoint"] = self.base["touchpoint"]
        former = {_column_key(one.get("column")): one for one in self.base.get("questions") or ()}
        questions = []
        for position in range(1, len(self.table.header) + 1):
            kpi = self._text(f"question-{position}-kpi")
            if not kpi:
                continue
            header = self.table.header[position - 1]
            column = position if not header or header.casefold() in self.table.doubled else header
            question: Document = {"column": column, "kpi": kpi}
            own = self._touchpoint(self._text(f"question-{position}-touchpoint"))
            if own is not None:
                question["touchpoint"] = own
            elif isinstance(former.get(_column_key(column), {}).get("touchpoint"), dict):
                question["touchpoint"] = former[_column_key(column)]["touchpoint"]
            elif "touchpoint" not in document:
                self.errors.append(
                    _("“%(column)s”: choose the touchpoint, here or once for the whole file.") % {"column": header}
                )
            for name, key in (("minimum", "minimum"), ("maximum", "maximum")):
                if (value := self._number(f"question-{position}-{name}", header)) is not None:
                    question[key] = value
            excluded = [text.strip() for text in str(self.data.get(f"question-{position}-excluded", "")).split(";")]
            if any(excluded):
                question["excluded"] = [text for text in excluded if text]
            if self._text(f"question-{position}-reverse"):
                question["reverse"] = True
            if labels := former.get(_column_key(column), {}).get("labels"):
                question["labels"] = labels
            questions.append(question)
        document["questions"] = questions
        if not questions:
            self.errors.append(_("Choose a KPI for at least one question."))

    def _tidy(self, document: Document) -> None:
        columns: Document = {}
        for role in TIDY_ROLES:
            text = self._text(f"role-{role}")
            if text == "none":
                columns[role] = None
            elif (column := self._column(f"role-{role}")) is not None:
                columns[role] = column
        if columns:
            document["columns"] = columns
        if touchpoint := self._touchpoint(self._text("touchpoint")):
            document["touchpoint"] = touchpoint
        if kpi := self._text("kpi"):
            document["kpi"] = kpi


def renamed(document: Document, codes: MappingOf[str, str]) -> Document:
    """Return the document with names of touchpoints replaced by the codes that they have now."""

    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: codes.get(inner, inner) if key == "touchpoint" and isinstance(inner, str) else walk(inner)
                for key, inner in value.items()
            }
        return [walk(inner) for inner in value] if isinstance(value, list) else value

    found: Document = walk(document)
    return found


def _column_key(column: Any) -> str:
    return str(column).casefold()


def _is_day(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _part(text: str) -> int | str:
    return int(text) if text.isdigit() else text
