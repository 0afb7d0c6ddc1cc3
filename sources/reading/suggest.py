"""Recognising what kind of file this is, and proposing a mapping for a person to correct.

Nothing here decides anything: a proposal may lack touchpoints, and its KPI codes are those of the catalogue that comes with the
product. Words are compared without case, accents and punctuation (`formats.plain_name`).
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from sources.reading.dates import OLDEST, DateEvidence, fits, parse
from sources.reading.formats import DIMENSION_PREFIX, SYNONYMS, plain_name
from sources.reading.numbers import NumberEvidence, number_of
from sources.reading.problems import Refused
from sources.reading.tables import FileOptions, Row, Table
from sources.reading.workbook import Cell

SAMPLED_ROWS = 1000
SHOWN_VALUES = 14

# Names of Google Analytics' first column: what a row is about.
GA4_ITEMS = frozenset(
    {
        "page title and screen class", "page title", "page title and screen name", "page path and screen class", "page path",
        "page path query string and screen class", "landing page", "landing page query string", "event name", "content group",
        "session primary channel group default channel group", "session default channel group", "session default channel grouping",
        "titre de la page et classe de l ecran", "titre de la page et nom de l ecran", "titre de la page", "page titre",
        "chemin de la page et classe de l ecran", "chemin de la page", "page de destination", "nom de l evenement",
        "groupe de canaux par defaut pour la session", "groupe de canaux principal de la session groupe de canaux par defaut",
    }
)  # fmt: skip

# Names of its figures through the years, in English and French.
GA4_FIGURES: Mapping[str, frozenset[str]] = {
    "views": frozenset({"views", "vues"}),
    "users": frozenset({"active users", "users", "utilisateurs actifs", "utilisateurs"}),
    "sessions": frozenset({"sessions"}),
    "engaged_sessions": frozenset({"engaged sessions", "sessions avec engagement"}),
    "engagement_per_user": frozenset(
        {
            "average engagement time per active user", "average engagement time", "duree d engagement moyenne par utilisateur actif",
            "duree d engagement moyenne", "temps d engagement moyen par utilisateur actif", "temps d engagement moyen",
        }
    ),
    "engagement_per_session": frozenset({"average engagement time per session", "duree d engagement moyenne par session"}),
    "bounce_rate": frozenset({"bounce rate", "taux de rebond"}),
    "engagement_rate": frozenset({"engagement rate", "taux d engagement"}),
    "key_event_rate": frozenset({"session key event rate", "taux d evenements cles par session"}),
    "key_events": frozenset({"key events", "conversions", "evenements cles"}),
    "events": frozenset({"event count", "nombre d evenements"}),
}  # fmt: skip

_NPS_NAME = re.compile(r"\b(nps|netpro|net promoter|recommend|recommand\w*|conseiller\w*)\b")
_ID_NAME = re.compile(
    r"^(id|#|respnum|respondent ?id|response ?id|id du repondant|id de la reponse|id de reponse|identifiant|token)$"
)
_NO_ANSWER = re.compile(
    r"(n/?a|none|blank|-+|\.|ne sait pas|sans (?:avis|réponse)|not applicable|no answer|prefer not to say)",
    re.IGNORECASE,
)

ScoreKind = Literal["", "nps", "csat", "ces"]


class ColumnProfile(msgspec.Struct, frozen=True):
    """What the sampled values of a column look like. `values` are the most frequent texts with their counts."""

    position: int  # from 1, as in a mapping
    name: str
    kind: Literal["empty", "date", "number", "text"]
    distinct: int
    filled: int
    values: tuple[tuple[str, int], ...]
    score: ScoreKind = ""
    excluded: tuple[str, ...] = ()  # answers outside the scale that look like "no answer"


class Suggestion(msgspec.Struct, frozen=True):
    """`mapping` is a JSON object for the mapping screen; `missing` names what a person must add before it is valid."""

    layout: Literal["tidy", "wide", "survey", "unknown"]
    preset: Literal["", "tidy", "ga4", "survey"]
    mapping: dict[str, Any]
    columns: tuple[ColumnProfile, ...]
    missing: tuple[str, ...] = ()
    file: FileOptions = FileOptions()


def suggest(table: Table) -> Suggestion:
    """Recognise the layout of an open table from its header and its first SAMPLED_ROWS rows.

    When `file` of the answer differs from the options of the table (two or three header rows), open the table again with it and
    ask again: until then the further header rows count as answers.
    """
    rows = table.sample(SAMPLED_ROWS)
    file = _header_rows(table, rows)
    columns = tuple(_profile(position, name, rows) for position, name in enumerate(table.header))
    base: dict[str, Any] = {"version": 1}
    if file != FileOptions():
        base["file"] = msgspec.to_builtins(file)
    for recognise in (_tidy, _ga4, _survey):
        if found := recognise(table, columns):
            layout, preset, mapping, missing = found
            return Suggestion(layout, preset, {**base, "layout": layout, **mapping}, columns, missing, file)
    return Suggestion("unknown", "", base, columns, (), file)


_Found = tuple[Any, Any, dict[str, Any], tuple[str, ...]]


def _tidy(table: Table, columns: Sequence[ColumnProfile]) -> _Found | None:
    by_name = {name: role for role, names in SYNONYMS.items() for name in names}
    roles = [by_name.get(plain_name(name)) for name in table.header]
    has = set(roles)
    when = {"day", "at"} & has or {"first_day", "last_day"} <= has
    figures = {"value", "score"} & has or {"numerator", "denominator"} <= has
    named = {"touchpoint", "kpi"} & has
    if not (when and figures and named):
        return None
    missing = tuple(role for role in ("touchpoint", "kpi") if role not in has)
    # The usual names need no entry; a name that stands twice does.
    twice = {
        role: position + 1 for position, role in reversed(list(enumerate(roles))) if role and roles.count(role) > 1
    }
    mapping: dict[str, Any] = {"columns": twice} if twice else {}
    if any(name.casefold().startswith(DIMENSION_PREFIX) for name in table.header):
        mapping["dimensions"] = {}
    mapping = {key: value for key, value in mapping.items() if value}
    return "tidy", "tidy", mapping, missing


def _ga4(table: Table, columns: Sequence[ColumnProfile]) -> _Found | None:
    names = [plain_name(name) for name in table.header]
    figures = {
        figure: table.header[names.index(name)]
        for figure, aliases in GA4_FIGURES.items()
        for name in aliases
        if name in names
    }
    item = next((header for header, name in zip(table.header, names, strict=True) if name in GA4_ITEMS), None)
    day = next((header for header, name in zip(table.header, names, strict=True) if name in ("date", "jour")), None)
    has_period = table.comments.first_day is not None
    if len(figures) < 2 or not (item or has_period):
        return None
    measures: list[dict[str, Any]] = []
    if "engagement_per_user" in figures and "users" in figures:
        measures.append({"kpi": "time_on_page", "value": figures["engagement_per_user"], "weight": figures["users"]})
    elif "engagement_per_session" in figures and "sessions" in figures:
        measures.append(
            {"kpi": "time_on_page", "value": figures["engagement_per_session"], "weight": figures["sessions"]}
        )
    if "bounce_rate" in figures and "sessions" in figures:
        measures.append({"kpi": "bounce_rate", "value": figures["bounce_rate"], "weight": figures["sessions"]})
    elif "engaged_sessions" in figures and "sessions" in figures:
        measures.append(
            {
                "kpi": "bounce_rate",
                "numerator": figures["engaged_sessions"],
                "denominator": figures["sessions"],
                "complement": True,
            }
        )
    if "key_event_rate" in figures and "sessions" in figures:
        measures.append({"kpi": "purchase_rate", "value": figures["key_event_rate"], "weight": figures["sessions"]})
    mapping: dict[str, Any] = {"measures": measures}
    missing: list[str] = []
    if day:
        mapping["when"] = {"day": day}
    elif has_period:
        mapping["when"] = {"from_file": True}
    else:
        missing.append("when")
    if item:
        mapping["items"] = {"column": item, "rules": [], "unlisted": "ignore"}
        missing.append("items")
    else:
        missing.append("touchpoint")
    if not measures:
        missing.append("measures")
    return "wide", "ga4", mapping, tuple(missing)


def _survey(table: Table, columns: Sequence[ColumnProfile]) -> _Found | None:
    questions = [column for column in columns if column.score == "nps"] or [
        column for column in columns if column.score
    ]
    named = any(column.score == "nps" for column in questions)
    if not questions or (not named and len(questions) < 2):
        # A single column of small numbers may be anything: a weekday, a position, a test.
        return None
    mapping: dict[str, Any] = {
        "questions": [
            {
                "column": _reference(table, column),
                "kpi": column.score,
                **({"excluded": list(column.excluded)} if column.excluded else {}),
            }
            for column in questions
        ]
    }
    missing = ["touchpoint"]
    identity = next((column for column in columns if _ID_NAME.match(column.name.casefold())), None)
    if identity is not None and identity.distinct == identity.filled:
        mapping["respondent"] = _reference(table, identity)
    day = next((column for column in columns if column.kind == "date" and _is_recent(column)), None)
    if day is not None:
        mapping["when"] = {"at" if any(":" in text for text, _ in day.values) else "day": _reference(table, day)}
    else:
        missing.append("when")
    return "survey", "survey", mapping, tuple(missing)


def _is_recent(column: ColumnProfile) -> bool:
    """Times without a day come with the first day of a spreadsheet, 1899-12-31."""
    forms = fits(column.values[0][0])
    return not forms or parse(column.values[0][0], forms[0]).day >= OLDEST


def _reference(table: Table, column: ColumnProfile) -> str | int:
    return column.position if not column.name or column.name.casefold() in table.doubled else column.name


def _header_rows(table: Table, rows: Sequence[Row]) -> FileOptions:
    """Qualtrics writes three header rows, SurveyMonkey two: what looks like the first answers then is not."""
    options = table.options
    if options.header_rows == 1 and len(rows) > 2:
        if any(str(value).startswith('{"ImportId"') for value in rows[1].values):
            return FileOptions(options.encoding, options.separator, options.sheet, options.header_line, 3)
        second = {plain_name(str(value)) for value in rows[0].values if value}
        if "" in table.header and second & {"response", "open ended response", "reponse", "reponse ouverte"}:
            return FileOptions(options.encoding, options.separator, options.sheet, options.header_line, 2)
    return options


def _profile(position: int, name: str, rows: Sequence[Row]) -> ColumnProfile:
    cells: list[Cell] = [row.values[position] for row in rows if position < len(row.values)]
    texts = [" ".join(str(cell).split()) for cell in cells if cell is not None and str(cell).strip()]
    counts = Counter(texts)
    kind: Literal["empty", "date", "number", "text"] = "empty"
    score: ScoreKind = ""
    excluded: tuple[str, ...] = ()
    if texts:
        dates, style = DateEvidence(), NumberEvidence()
        for cell in cells:
            dates.add(cell)
            style.add(cell)
        typed = sum(not isinstance(cell, str | int | float) for cell in cells if cell is not None)
        dated = sum(dates.counts.values()) - dates.counts["excel"] + dates.ambiguous_count + typed
        decision = style.decide("point")
        numbers: dict[str, float] = {}
        for text in counts:
            try:
                numbers[text] = number_of(text, decision.style).value
            except Refused:
                continue
        numeric = sum(counts[text] for text in numbers)
        if dated > 0.9 * len(texts):
            kind = "date"
        elif numeric > 0.9 * len(texts):
            kind = "number"
        else:
            kind = "text"
        score, excluded = _score(plain_name(name), counts, numbers)
    shown = tuple(counts.most_common(SHOWN_VALUES))
    return ColumnProfile(position + 1, name, kind, len(counts), len(texts), shown, score, excluded)


def _score(name: str, counts: Mapping[str, int], numbers: Mapping[str, float]) -> tuple[ScoreKind, tuple[str, ...]]:
    """Guess the scale of whole answers from their range; the name decides between scales that fit both."""
    others = tuple(text for text in counts if text not in numbers)
    # "10 - Extremely likely" is a score too; any other text is an answer only if it says that there is none.
    labelled = {text: float(match[1]) for text in others if (match := re.match(r"(\d{1,2})\s*[-–:=.)]\s*\D", text))}
    silent = tuple(text for text in others if text not in labelled and _NO_ANSWER.fullmatch(text))
    if len(labelled) + len(silent) != len(others) or len(counts) > 20:
        return "", ()
    values = {**numbers, **labelled}
    whole = {value for value in values.values() if value.is_integer() and value >= 0}
    if len(whole) != len(set(values.values())) or len(whole) < 4:
        return "", ()
    named = _NPS_NAME.search(name) is not None
    if max(whole) <= 11 and max(whole) >= 9 and (named or (len(whole) >= 10 and 0 in whole)):
        return "nps", (*(text for text, value in values.items() if value > 10), *silent)
    if max(whole) <= 6 and {2.0, 3.0, 4.0} <= whole and max(whole) >= 5:
        return "csat", (*(text for text, value in values.items() if not 1 <= value <= 5), *silent)
    if max(whole) == 7 and len(whole) >= 5:
        return "ces", (*(text for text, value in values.items() if value < 1), *silent)
    return "", ()
