"""Finding columns in a header, and deciding in which format each of them is read."""

import unicodedata
from collections.abc import Container, Iterable, Sequence

import msgspec

from sources.reading import dates, numbers
from sources.reading.dates import DateEvidence
from sources.reading.mapping import Column, Mapping
from sources.reading.numbers import NumberEvidence
from sources.reading.problems import FileProblem, Note
from sources.reading.tables import Table, clean_name

SAMPLED_ROWS = 2000

# Usual names of the roles of a tidy file, in English and French, as `plain_name` gives them.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "touchpoint": (
        "touchpoint",
        "touch point",
        "touchpoint code",
        "touchpoint name",
        "point de contact",
        "code point de contact",
    ),
    "kpi": ("kpi", "kpi code", "kpi name", "indicator", "indicateur", "code kpi", "code indicateur", "icp"),
    "day": ("day", "date", "jour"),
    "at": ("at", "timestamp", "datetime", "date time", "instant", "horodatage", "date heure", "date et heure"),
    "first_day": ("first day", "period start", "start date", "from", "premier jour", "date de debut", "debut", "du"),
    "last_day": ("last day", "period end", "end date", "to", "dernier jour", "date de fin", "fin", "au"),
    "numerator": ("numerator", "numerateur"),
    "denominator": ("denominator", "denominateur"),
    "value": ("value", "valeur"),
    "score": ("score", "rating", "note"),
    "n": ("n", "base", "answers", "responses", "reponses", "effectif"),
    "sum_squares": ("sum squares", "sum of squares", "somme carres", "somme des carres"),
    "excluded": ("excluded", "exclus", "exclues", "exclusions"),
    "external_id": (
        "external id",
        "id",
        "identifier",
        "identifiant",
        "identifiant externe",
        "response id",
        "id externe",
    ),
    "segment": ("segment", "persona segment", "segment de persona"),
}
DIMENSION_PREFIX = "dim:"


def plain_name(text: str) -> str:
    """Return a name without case, accents, punctuation: "Dénominateur :" → "denominateur"."""
    bare = unicodedata.normalize("NFKD", clean_name(text)).casefold()
    letters = "".join(char if char.isalnum() else " " for char in bare if not unicodedata.combining(char))
    return " ".join(letters.split())


def positions_of(table: Table, *, without: Container[str] = ()) -> dict[str, int]:
    """Return role → position (from 0) of a tidy header, for the roles not in `without`.

    Raises FileProblem (doubled_column) when two columns claim a role.
    """
    found: dict[str, int] = {}
    by_name = {name: role for role, names in SYNONYMS.items() for name in names}
    for position, name in enumerate(table.header):
        role = by_name.get(plain_name(name))
        if role is None or role in without:
            continue
        if role in found:
            raise FileProblem(
                "doubled_column", line=table.header_line, column=name, positions=f"{found[role] + 1}, {position + 1}"
            )
        found[role] = position
    return found


def position_of(table: Table, column: Column) -> int:
    """Return the position (from 0) of a column of a mapping. Raises FileProblem: missing_column, doubled_column."""
    if isinstance(column, int):
        if column > len(table.header):
            raise FileProblem(
                "missing_column", line=table.header_line, column=str(column), found=", ".join(table.header)
            )
        return column - 1
    name = clean_name(column).casefold()
    places = table.doubled.get(name)
    if places:
        positions = ", ".join(str(place + 1) for place in places)
        raise FileProblem("doubled_column", line=table.header_line, column=column, positions=positions)
    for position, header in enumerate(table.header):
        if header.casefold() == name:
            return position
    raise FileProblem("missing_column", line=table.header_line, column=column, found=", ".join(table.header))


class Formats(msgspec.Struct, frozen=True):
    """Decided format per position."""

    numbers: dict[int, str]
    dates: dict[int, str]
    notes: tuple[Note, ...]


def decide(
    table: Table, mapping: Mapping, *, number_columns: Iterable[int], date_columns: Iterable[int], date_order: str
) -> Formats:
    """Decide the format of each column: as declared, else from the first SAMPLED_ROWS, else from the whole file.

    The whole file is read only when the sample holds nothing but values that can be read in two ways.
    """
    overrides = {clean_name(name).casefold(): style for name, style in mapping.column_numbers.items()}
    styles: dict[int, str] = {}
    number_evidence: dict[int, NumberEvidence] = {}
    for position in number_columns:
        style = overrides.get(table.header[position].casefold(), mapping.numbers)
        if style == "auto":
            number_evidence[position] = NumberEvidence()
        else:
            styles[position] = style
    forms: dict[int, str] = {}
    date_evidence: dict[int, DateEvidence] = {}
    for position in date_columns:
        if mapping.dates == "auto":
            date_evidence[position] = DateEvidence()
        else:
            forms[position] = mapping.dates
    collectors: list[tuple[int, NumberEvidence | DateEvidence]] = [*number_evidence.items(), *date_evidence.items()]
    if collectors:
        _collect(table, collectors)
    notes: list[Note] = []
    # Where a semicolon separates the cells, the comma was needed for something else: the decimals.
    default = numbers.COMMA if table.dialect is not None and table.dialect.separator == ";" else numbers.POINT
    for position, found in number_evidence.items():
        decision = found.decide(default)
        styles[position] = decision.style
        if decision.ambiguous:
            params = (
                ("column", table.header[position]),
                ("value", decision.ambiguous),
                ("style", numbers.STYLE_LABELS[decision.style]),
            )
            notes.append(Note("ambiguous_numbers", params))
    for position, seen in date_evidence.items():
        choice = seen.decide(date_order)
        forms[position] = choice.form
        label = dates.FORMAT_LABELS[choice.form]
        if choice.ambiguous:
            notes.append(
                Note(
                    "ambiguous_dates",
                    (("column", table.header[position]), ("value", choice.ambiguous), ("format", label)),
                )
            )
        if choice.mixed:
            notes.append(Note("mixed_dates", (("column", table.header[position]), ("format", label))))
    return Formats(styles, forms, tuple(notes))


def _collect(table: Table, collectors: Sequence[tuple[int, NumberEvidence | DateEvidence]]) -> None:
    open_ones = list(collectors)
    for number, row in enumerate(table.rows(), 1):
        values = row.values
        for position, collector in open_ones:
            if position < len(values):
                collector.add(values[position])
        if number >= SAMPLED_ROWS and number % SAMPLED_ROWS == 0:
            open_ones = [pair for pair in open_ones if not pair[1].settled]
            if not open_ones:
                return
