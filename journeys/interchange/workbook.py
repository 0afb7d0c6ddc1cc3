"""A journey as a workbook: one sheet per kind of thing, with headings in the reader's language; readable again.

Columns in italics only help to read (the name beside an identifier). What sheets cannot tell: the content of files.
"""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
import xlsxwriter
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy
from openpyxl import load_workbook

from cxmap.lib.text import fold
from journeys.content import parts
from journeys.interchange.document import (
    FORMAT,
    VERSION,
    AttachmentPart,
    CardPart,
    CategoryPart,
    ChannelPart,
    CurvePart,
    Document,
    DocumentInvalid,
    EvidencePart,
    JourneyPart,
    LanePart,
    PersonaPart,
    StagePart,
    StepPart,
    TouchpointPart,
    TraitPart,
    document_from,
)
from journeys.lanes import kind_of

BYTES_MAX = 64 * 2**20  # of the sheets once unpacked
ROWS_MAX = 60_000
CELL_MAX = 32_767  # characters, a limit of the format
SEPARATOR = "; "
EQUALS = " = "  # between the fields of a piece in a list

# Keys of sheets and columns with what people read. In each language a name means one key.
SHEETS: dict[str, Any] = {
    "journey": _("Journey"),
    "stages": _("Stages"),
    "steps": _("Steps"),
    "lanes": _("Lanes"),
    "cards": _("Cards"),
    "curve": _("Emotion curve"),
    "personas": _("Personas"),
    "traits": _("Persona fields"),
    "touchpoints": _("Touchpoints"),
    "channels": _("Channels"),
    "categories": _("Categories"),
    "evidence": _("Evidence"),
    "attachments": _("Files"),
    "pains": _("Pain points"),
    "solutions": _("Solutions"),
    "kpis": _("KPIs"),
}
COLUMNS: dict[str, Any] = {
    "id": _("identifier"), "name": _("name"), "kind": _("kind"), "horizon": _("horizon"), "status": _("status"),
    "scenario": _("scenario"), "expectation": _("what the customer expects"), "success_measure": _("measure of success"),
    "aims": _("aims"), "methods": _("methods used"), "owner": pgettext_lazy("item", "owner"), "review_on": _("review date"),
    "parent": _("part of the journey"), "parent_id": _("part of the journey (identifier)"),
    "as_is": _("as-is journey"), "as_is_id": _("as-is journey (identifier)"), "column_width": _("width of columns"),
    "label_width": _("width of lane labels"), "level_names": _("names of the levels"), "template": _("template"),
    "note": _("note"), "template_key": _("stage of the template"), "hidden": _("hidden"), "stage": _("stage"),
    "moment_of_truth": _("moment of truth"), "optional": _("optional"), "repeatable": _("repeatable"),
    "branch": _("branch"), "path": _("way"), "linked_journey": _("sub-journey"),
    "linked_journey_id": _("sub-journey (identifier)"), "width": _("width"), "pinned": _("pinned"),
    "height": _("height"), "lane": _("lane"), "step": _("step"), "text": _("text"), "touchpoint": _("touchpoint"),
    "persona": _("persona"), "source": _("source"), "evidence": _("evidence"), "channel": _("channel"),
    "attachment": pgettext_lazy("attachment", "file"), "url": _("link"), "other_persona": _("other persona"),
    "arrow": _("arrow"), "until_step": _("until the step"), "until_lane": _("until the lane"), "layer": _("curve"),
    "level": _("level"), "on_map": _("on the map"), "deleted": _("deleted"), "tagline": _("in a few words"),
    "quote": _("quotation"), "summary": _("who is it?"), "share_percent": _("share of customers (%)"),
    "colour": _("colour"), "group": _("group"), "field": pgettext_lazy("persona", "field"), "label": _("label"),
    "code": _("code"), "category": _("category"), "presence": _("online or offline"), "phase": _("phase"),
    "description": _("description"), "name_fr": _("French name"), "name_en": _("English name"), "icon": _("icon"),
    "online": _("online"), "number": _("number"), "title": _("title"), "asked": _("who was asked"),
    "count": _("how many"), "happened_on": _("date"), "notes": _("notes"), "content_type": _("type of file"),
    "digest": _("SHA-256"), "size": _("size"), "nature": _("nature"), "pain": _("pain point"), "impact": _("impact"),
    "effort": _("effort"), "expected_value": _("expected effect"), "expected_unit": _("unit"), "due_on": _("due date"),
    "done_on": _("done on"), "kpi": _("KPI"), "direction": _("direction"), "rhythm": _("rhythm"),
    "tolerance": _("tolerance"), "target": _("target"), "specific": _("specific"), "measurable": _("measurable"),
    "attainable": _("attainable"), "realistic": _("realistic"), "target_due_on": _("target: due date"),
    "target_starts_on": _("target: counted from"), "target_review_on": _("target: review date"),
    "milestones": _("milestones"),
    "binding_touchpoint": _("touchpoint of the KPI"), "binding_kpi": _("KPI of the solution"),
    "lane_name": _("lane (name)"), "step_name": _("step (name)"), "stage_name": _("stage (name)"),
    "touchpoint_name": _("touchpoint (name)"), "kind_name": _("kind (name)"), "format": _("format"),
    "key": _("entry"), "value": _("value"), "initiator": _("begun by"), "receiver": _("received by"),
}  # fmt: skip
HELPERS = frozenset({"lane_name", "step_name", "stage_name", "touchpoint_name", "kind_name"})
WIDE = frozenset({"text", "notes", "note", "summary", "scenario", "expectation", "description", "value", "title"})
LATER = "later"  # a target that is to be set later


class NotOurWorkbook(Exception):
    """This workbook was not written by us: it may be any table."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: which part of the document, and its columns in order."""

    key: str
    part: Any
    columns: Sequence[str]


def sheets() -> list[Sheet]:
    """Return the sheets after the first one, which holds the settings."""
    content = {part.key: msgspec.inspect.type_info(part.type).item_type.cls for part in parts()}  # type: ignore[attr-defined]
    found = [
        Sheet("stages", StagePart, _names(StagePart)),
        Sheet("steps", StepPart, ("id", "stage", "stage_name", *_names(StepPart, "id", "stage"))),
        Sheet("lanes", LanePart, ("id", "kind", "kind_name", *_names(LanePart, "id", "kind"))),
        Sheet(
            "cards",
            CardPart,
            ("id", "lane", "lane_name", "step", "step_name", "text", "touchpoint", "touchpoint_name",
             *_names(CardPart, "id", "lane", "step", "text", "touchpoint")),
        ),
        Sheet("curve", CurvePart, ("step", "step_name", *_names(CurvePart, "step"))),
        Sheet("personas", PersonaPart, _names(PersonaPart, "traits")),
        Sheet("traits", TraitPart, ("persona", *_names(TraitPart))),
        Sheet("touchpoints", TouchpointPart, _names(TouchpointPart)),
        Sheet("channels", ChannelPart, _names(ChannelPart)),
        Sheet("categories", CategoryPart, _names(CategoryPart)),
        Sheet("evidence", EvidencePart, _names(EvidencePart)),
        Sheet("attachments", AttachmentPart, _names(AttachmentPart, "content")),
    ]  # fmt: skip
    for key, kind in content.items():
        columns = list(_names(kind))
        if "step" in columns:
            columns.insert(columns.index("step") + 1, "step_name")
        if "touchpoint" in columns:
            columns.insert(columns.index("touchpoint") + 1, "touchpoint_name")
        found.append(Sheet(key, kind, columns))
    order = list(SHEETS)
    return sorted(found, key=lambda sheet: order.index(sheet.key) if sheet.key in order else len(order))


@cache
def _fields(kind: Any) -> dict[str, Any]:
    return {field.name: field for field in msgspec.inspect.type_info(kind).fields}  # type: ignore[attr-defined]


def _is(field: Any, *kinds: type[Any]) -> bool:
    options = field.type.types if isinstance(field.type, msgspec.inspect.UnionType) else (field.type,)
    return any(isinstance(option, kinds) for option in options)


def _nested(field: Any) -> Any:
    """Return the struct that a field holds, such as a reference to a journey."""
    options = field.type.types if isinstance(field.type, msgspec.inspect.UnionType) else (field.type,)
    return next((option.cls for option in options if isinstance(option, msgspec.inspect.StructType)), None)


def _names(kind: Any, *without: str) -> tuple[str, ...]:
    """Return the columns of a part; a piece inside it has a column for each of its own fields."""
    found: list[str] = []
    for name, field in _fields(kind).items():
        if name in without:
            continue
        nested = _nested(field)
        if nested is None:
            found.append(name)
        else:
            found += [_column(name, inner) for inner in _fields(nested)]
    return tuple(found)


def _column(name: str, inner: str) -> str:
    """Return the column of a field inside a piece: linked_journey and linked_journey_id, target, binding_kpi."""
    if inner in {"name", "value"}:
        return name
    if name == "target":
        return f"target_{inner}" if inner.endswith("_on") else inner
    return f"{name}_{inner}"


# Writing


def _flat(part: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, field in _fields(part.__class__).items():
        value, nested = getattr(part, name), _nested(field)
        if nested is None:
            # An empty cell reads better than many times FALSE, and means the same where that is the rule.
            found[name] = None if value is False and field.default is False else value
        elif value is not None:
            for inner in _fields(nested):
                found[_column(name, inner)] = getattr(value, inner)
            if name == "target" and value.value is None:
                found[name] = LATER
    return found


def _rows(document: Document, sheet: Sheet) -> Iterator[Mapping[str, Any]]:
    lanes = {part.id: part.name or str(kind_of(part.kind).label) for part in document.lanes}
    steps = {part.id: part.name for part in document.steps}
    stages = {part.id: part.name for part in document.stages}
    touchpoints = {part.code: part.name for part in document.touchpoints}
    if sheet.key == "traits":
        for persona in document.personas:
            for trait in persona.traits:
                yield {"persona": persona.name, **_flat(trait)}
        return
    rows = document.content.get(sheet.key, []) if not hasattr(document, sheet.key) else getattr(document, sheet.key)
    for part in rows:
        found = _flat(part)
        if isinstance(part, LanePart):
            found["kind_name"] = str(kind_of(part.kind).label)
        found |= {
            "lane_name": lanes.get(found.get("lane") or ""),
            "step_name": steps.get(found.get("step") or ""),
            "stage_name": stages.get(found.get("stage") or ""),
            "touchpoint_name": touchpoints.get(found.get("touchpoint") or ""),
        }
        yield found


def _entry(value: Any) -> str:
    """Return one entry of a list as a cell has it: a text, or the fields of a small piece, 2027-03-31 = 0.016."""
    if not isinstance(value, msgspec.Struct):
        return str(value)
    fields = (getattr(value, name) for name in value.__struct_fields__)
    return EQUALS.join(part.isoformat() if isinstance(part, dt.date) else str(part) for part in fields)


def _cell(sheet: Any, row: int, column: int, value: Any, style: Any) -> None:
    if value is None or value in ("", []):
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value, style)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, style)
    elif isinstance(value, list):
        sheet.write_string(row, column, SEPARATOR.join(map(_entry, value))[:CELL_MAX], style)
    else:
        # Written as a text, so that nothing of it is ever a formula; dates in ISO.
        text = value.isoformat() if isinstance(value, dt.date) else str(value)
        sheet.write_string(row, column, text[:CELL_MAX], style)


def workbook_write(document: Document) -> bytes:
    """Return the document as XLSX, headings in the active language."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"strings_to_formulas": False, "strings_to_urls": False})
    head = book.add_format(
        {"bold": True, "bg_color": "#E8EDF3", "border": 1, "border_color": "#D1D5DB", "valign": "top"}
    )
    helper_head = book.add_format(
        {"italic": True, "font_color": "#5B6472", "bg_color": "#F1F5F9", "border": 1, "border_color": "#D1D5DB"}
    )
    plain = book.add_format({"text_wrap": True, "valign": "top"})
    helper = book.add_format({"text_wrap": True, "valign": "top", "italic": True, "font_color": "#5B6472"})
    first = book.add_worksheet(str(SHEETS["journey"])[:31])
    first.set_column(0, 0, 28)
    first.set_column(1, 1, 90)
    first.write_string(0, 0, str(COLUMNS["key"]), head)
    first.write_string(0, 1, str(COLUMNS["value"]), head)
    settings = {"format": f"{FORMAT} {VERSION}", **_flat(document.journey)}
    for number, (name, value) in enumerate(settings.items(), 1):
        first.write_string(number, 0, str(COLUMNS.get(name, name)), head)
        _cell(first, number, 1, value, plain)
    for sheet in sheets():
        page = book.add_worksheet(str(SHEETS.get(sheet.key, sheet.key))[:31])
        page.freeze_panes(1, 1)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        for column, name in enumerate(sheet.columns):
            page.write_string(0, column, str(COLUMNS.get(name, name)), helper_head if name in HELPERS else head)
            page.set_column(column, column, 48 if name in WIDE else 18)
        last = 0
        for last, row in enumerate(_rows(document, sheet), 1):
            for column, name in enumerate(sheet.columns):
                _cell(page, last, column, row.get(name), helper if name in HELPERS else plain)
        page.autofilter(0, 0, last, len(sheet.columns) - 1)
    book.close()
    return buffer.getvalue()


# Reading


@cache
def _known(names: str) -> dict[str, str]:
    """Return keys by folded heading, in both languages."""
    table = SHEETS if names == "sheets" else COLUMNS
    found = {}
    for language in ("fr", "en"):
        with override(language):
            found.update(
                {fold(str(label)[:31] if names == "sheets" else str(label)): key for key, label in table.items()}
            )
    return {**found, **{fold(key): key for key in table}}


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        # What a spreadsheet writes for characters that XML cannot hold.
        return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), value)
    return value


def _piece(field: Any) -> Any:
    """Return the struct that a list consists of, None for a list of texts."""
    item = field.type.item_type
    return item.cls if isinstance(item, msgspec.inspect.StructType) else None


def _piece_read(entry: str, piece: Any) -> Any:
    texts = [text.strip() for text in entry.split(EQUALS.strip())]
    fields = _fields(piece)
    if len(texts) != len(fields):
        return entry  # named by the checks
    return {name: _read(text, field) for (name, field), text in zip(fields.items(), texts, strict=True)}


def _read(value: Any, field: Any) -> Any:
    """Return the value of a cell as its column wants it; what does not fit stays and is named by the checks."""
    if _is(field, msgspec.inspect.ListType):
        entries = [entry.strip() for entry in str(value).split(SEPARATOR.strip()) if entry.strip()]
        piece = _piece(field)
        return entries if piece is None else [_piece_read(entry, piece) for entry in entries]
    if _is(field, msgspec.inspect.StrType, msgspec.inspect.LiteralType):
        if isinstance(value, float) and value == int(value):
            return str(int(value))
        return value.isoformat() if isinstance(value, dt.date | dt.datetime) else str(value)
    if _is(field, msgspec.inspect.DateType):
        return value.date().isoformat() if isinstance(value, dt.datetime) else str(value).strip()[:10]
    if _is(field, msgspec.inspect.BoolType):
        return value if isinstance(value, bool) else fold(str(value)) in {"true", "vrai", "yes", "oui", "1", "x"}
    if _is(field, msgspec.inspect.IntType, msgspec.inspect.FloatType):
        number: Any = value
        if isinstance(value, str):
            try:
                number = float(value.replace(",", ".").replace("\u2212", "-"))
            except ValueError:
                return value
        return int(number) if _is(field, msgspec.inspect.IntType) and number == int(number) else number
    return value


def _part(kind: Any, cells: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON values of a part from its cells by column."""
    found: dict[str, Any] = {}
    for name, field in _fields(kind).items():
        nested = _nested(field)
        if nested is None:
            if name in cells:
                found[name] = _read(cells[name], field)
            continue
        piece = {
            inner: _read(cells[_column(name, inner)], inner_field)
            for inner, inner_field in _fields(nested).items()
            if _column(name, inner) in cells
        }
        if name == "target" and fold(str(piece.get("value", ""))) == LATER:
            del piece["value"]
            found[name] = piece
        elif piece:
            found[name] = piece
    return found


def _sheet_cells(page: Any) -> Iterator[dict[str, Any]]:
    """Yield the filled cells of each row by the key of their column."""
    known = _known("columns")
    columns: list[str | None] | None = None
    for number, row in enumerate(page.iter_rows(values_only=True)):
        if number > ROWS_MAX:
            raise DocumentInvalid({"$": "The workbook has too many rows."})
        if columns is None:
            columns = [known.get(fold(str(value))) if value is not None else None for value in row]
            continue
        cells = {
            name: _plain(value)
            for name, value in zip(columns, row, strict=False)
            if name and name not in HELPERS and value is not None and value != ""
        }
        if cells:
            yield cells


def unpacked_size(raw: bytes) -> int:
    """Return how many bytes a workbook has once unpacked. Raises NotOurWorkbook when it is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            return sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile as error:
        raise NotOurWorkbook from error


def workbook_read(raw: bytes) -> Document:
    """Read a workbook that workbook_write made, and people may have changed since.

    Raises NotOurWorkbook for any other file, DocumentInvalid for what contradicts itself.
    """
    if unpacked_size(raw) > BYTES_MAX:
        raise DocumentInvalid({"$": "The workbook is too large."})
    try:
        book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
    except Exception as error:
        raise NotOurWorkbook from error
    known = _known("sheets")
    pages = {known[fold(page.title)]: page for page in book.worksheets if fold(page.title) in known}
    if "journey" not in pages:
        raise NotOurWorkbook
    names = _known("columns")
    settings: dict[str, Any] = {}
    for row in pages["journey"].iter_rows(min_row=2, max_row=60, max_col=2, values_only=True):
        if len(row) == 2 and row[0] is not None and row[1] is not None and fold(str(row[0])) in names:
            settings[names[fold(str(row[0]))]] = _plain(row[1])
    if not str(settings.pop("format", "")).startswith(FORMAT):
        raise NotOurWorkbook
    data: dict[str, Any] = {
        "format": FORMAT, "version": VERSION, "journey": _part(JourneyPart, settings), "content": {},
    }  # fmt: skip
    traits: dict[str, list[dict[str, Any]]] = {}
    for sheet in sheets():
        if sheet.key not in pages:
            continue
        rows = list(_sheet_cells(pages[sheet.key]))
        if sheet.key == "traits":
            for cells in rows:
                traits.setdefault(str(cells.get("persona", "")), []).append(_part(TraitPart, cells))
            continue
        found = [_part(sheet.part, cells) for cells in rows]
        if hasattr(Document, sheet.key):
            data[sheet.key] = found
        else:
            data["content"][sheet.key] = found
    for persona in data.get("personas", []):
        persona["traits"] = traits.get(persona.get("name", ""), [])
    return document_from(data)
