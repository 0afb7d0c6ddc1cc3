"""An open file and a mapping, complete or not, as what a person sees."""

from collections import Counter
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from sources.mapping_page.library import Library, match_of
from sources.mapping_page.lines import (
    BLANK_MEASURES,
    BLANK_RULES,
    ITEMS_READ,
    ITEMS_SHOWN,
    SAMPLE_COLUMNS,
    SAMPLE_ROWS,
    SEPARATORS,
    Choice,
    Document,
    ItemLine,
    MeasureLine,
    QuestionLine,
    RoleLine,
    RuleLine,
)
from sources.reading import ColumnProfile, FileProblem, Refused, Row, Table, suggest
from sources.reading.dates import FORMAT_LABELS
from sources.reading.encodings import CHOICES, LABELS
from sources.reading.formats import position_of, positions_of
from sources.reading.layouts.base import shown
from sources.reading.mapping import TIDY_ROLES
from sources.reading.numbers import STYLE_LABELS, number_of
from sources.reading.tables import clean_name


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
