"""Reading sheets back: a table that was filled in (XLSX, CSV, DOCX), or JSON."""

import datetime as dt
import io
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import docx
from django.utils.translation import gettext as _
from docx.table import Table as DocxTable
from docx.text.paragraph import Paragraph

from cxmap.lib.errors import CxmapError
from cxmap.lib.sheets import as_typed
from cxmap.lib.tables import tables_read
from cxmap.lib.text import fold
from personas.interchange.documents import KEPT, TOLD
from personas.interchange.words import (
    CHOICES,
    COLUMNS,
    EMPATHY,
    IDENTITY,
    IDENTITY_FIELDS,
    KINDS,
    PARTS,
    PROOFS,
    QUADRANTS,
    TRAITS,
    reader,
    texts,
)
from personas.interchange.writing import FORMAT, INTRODUCTION, Row
from personas.sections import SHAPES

FILE_MAX = 4 * 1024 * 1024  # bytes
UNPACKED_MAX = 60 * 1024 * 1024
PERSONAS_MAX = 50  # of one file
BAR = re.compile(r"\s*(?<!\\)\|\s*")
DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y")
CELL_MAX = 20_000  # characters: thirty lines of 300 and more


class PersonaFileUnreadable(CxmapError):
    """The file is none that personas are read from."""

    code = "persona_file_unreadable"
    status = 422


@dataclass(slots=True)
class Found:
    """One persona of a file. errors keep it from being written; notes say what was understood otherwise."""

    document: dict[str, Any]
    place: str  # file, and sheet where there are several
    errors: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FileRead:
    name: str
    found: Sequence[Found]


def file_read(raw: bytes, *, name: str, channels: Mapping[str, str]) -> FileRead:
    """Read one file. channels: the codes of channels by folded name, in any language. Raises PersonaFileUnreadable."""
    if len(raw) > FILE_MAX:
        raise PersonaFileUnreadable(
            _("“%(name)s” is larger than %(size)s MB: a persona file holds texts only.")
            % {"name": name, "size": FILE_MAX // 1024 // 1024}
        )
    ending = name.rpartition(".")[2].casefold()
    if raw.lstrip()[:1] in {b"{", b"["} or ending == "json":
        return FileRead(name, _json(raw, name))
    if raw[:4] == b"PK\x03\x04" and _is_docx(raw, name):
        tables = _docx_tables(raw, name)
    else:
        try:
            tables = [
                (table.name, [[as_typed(text) for text in row] for row in table.rows])
                for table in tables_read(raw, name=name, sheets_max=PERSONAS_MAX + 1, cell_max=CELL_MAX)
            ]
        except CxmapError as error:
            raise PersonaFileUnreadable(f"{name}: {error}") from error
    found = []
    for title, rows in tables:
        persona = _persona(rows, place=f"{name} › {title}" if len(tables) > 1 else name, channels=channels)
        if persona is not None:
            found.append(persona)
    if not found:
        raise PersonaFileUnreadable(
            _(
                "“%(name)s” holds no persona sheet. Take the template, fill it in and leave its first row of headings as it is."
            )
            % {"name": name}
        )
    if len(found) > PERSONAS_MAX:
        raise PersonaFileUnreadable(
            _("“%(name)s” holds more than %(number)s personas: part it into several files.")
            % {"name": name, "number": PERSONAS_MAX}
        )
    return FileRead(name, found)


def _is_docx(raw: bytes, name: str) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            entries = archive.infolist()
    except zipfile.BadZipFile as error:
        raise PersonaFileUnreadable(
            _("“%(name)s” is damaged: save it anew, then bring it again.") % {"name": name}
        ) from error
    if sum(entry.file_size for entry in entries) > UNPACKED_MAX:
        raise PersonaFileUnreadable(_("“%(name)s” unpacks to far more than a persona sheet holds.") % {"name": name})
    names = {entry.filename for entry in entries}
    if any(one.endswith("vbaProject.bin") for one in names):
        raise PersonaFileUnreadable(_("“%(name)s” holds macros: save it without them (DOCX or XLSX).") % {"name": name})
    return "word/document.xml" in names


def _docx_tables(raw: bytes, name: str) -> list[tuple[str, list[list[str]]]]:
    """Return one table a persona: headings of the first level part personas, those of the second their parts."""
    try:
        document = docx.Document(io.BytesIO(raw))
        blocks = list(document.iter_inner_content())
    except Exception as error:
        # The library raises whatever its parsers meet in a broken file.
        raise PersonaFileUnreadable(
            _("“%(name)s” is damaged: save it anew, then bring it again.") % {"name": name}
        ) from error
    spans = document.element.body.xpath("//w:gridSpan/@w:val")
    if any(not value.isdecimal() or len(value) > 2 for value in spans):
        raise PersonaFileUnreadable(_("“%(name)s” is damaged: save it anew, then bring it again.") % {"name": name})
    columns = reader(COLUMNS)
    known = {fold(text) for text in texts(INTRODUCTION)}
    found: list[tuple[str, list[list[str]]]] = []
    part = ""
    for block in blocks:
        if isinstance(block, Paragraph):
            style = (block.style.style_id if block.style else "") or ""
            if style.startswith(("Heading1", "Titre1")):
                found.append((block.text.strip(), [[str(key) for key in COLUMNS]]))
            elif style.startswith(("Heading2", "Titre2")):
                part = block.text.strip()
            elif found and block.text.strip() and fold(block.text) not in known:
                # What somebody wrote between the tables is theirs, not the template's: it is kept as a section.
                found[-1][1].append([block.text.strip() if key == "answer" else "" for key in COLUMNS])
        elif isinstance(block, DocxTable):
            if not found:
                found.append(("", [[str(key) for key in COLUMNS]]))
            keys = [columns.get(fold(cell.text), "") for cell in block.rows[0].cells] if block.rows else []
            if "answer" not in keys or "field" not in keys:
                continue
            for line in block.rows[1:]:
                values = {"part": part}
                for key, cell in zip(keys, line.cells, strict=False):
                    # The question stands below the field, in the same cell.
                    text = cell.paragraphs[0].text if key == "field" and cell.paragraphs else cell.text
                    values[key] = text.strip()
                found[-1][1].append([values.get(key, "") for key in COLUMNS])
    return found


def _persona(rows: Sequence[Sequence[str]], *, place: str, channels: Mapping[str, str]) -> Found | None:
    """Return the persona of a table; None where no row is the head of one."""
    columns = reader(COLUMNS)
    start = next(
        (
            number
            for number, row in enumerate(rows[:20])
            if {"field", "answer"} <= {columns.get(fold(text), "") for text in row}
        ),
        None,
    )
    if start is None:
        return None
    keys = [columns.get(fold(text), "") for text in rows[start]]
    found = Found({"traits": [], "sections": [], "empathy": []}, place)
    last: dict[str, Any] | None = None  # what evidence of a following row belongs to
    words = _Words(channels)
    before = ("", "")
    for number, cells in enumerate(rows[start + 1 :], start + 2):
        row: Row = dict.fromkeys(COLUMNS, "") | {
            key: text.strip() for key, text in zip(keys, cells, strict=False) if key
        }
        same = (row["part"], row["field"]) == before or not (row["part"] or row["field"])
        if row["answer"] or not same:
            if not row["answer"] and not row["title"]:
                last = None
            else:
                last = _entry(row, found, words, number)
            before = (row["part"], row["field"])
        if row["title"] or row["kind"] or row["link"] or row["gathered_on"] or row["n"]:
            _evidence(row, last, found, words, number)
    return found


class _Words:
    """What words mean, worked out once a file."""

    def __init__(self, channels: Mapping[str, str]) -> None:
        self.channels = channels
        self.parts = reader(PARTS)
        self.kinds = reader(KINDS)
        self.identity = reader(IDENTITY_FIELDS)
        self.traits = reader(TRAITS)
        self.quadrants = reader(QUADRANTS)
        self.proofs = reader(PROOFS)


def _entry(row: Row, found: Found, words: _Words, number: int) -> dict[str, Any] | None:
    """Put one answer into the document, and return what its evidence is added to."""
    document, name = found.document, fold(row["field"])
    part = words.parts.get(fold(row["part"]), "")
    kind = words.kinds.get(fold(row["part"]), "")
    if part == IDENTITY and name in words.identity:
        _identity(row, words.identity[name], found, number)
        return None
    if part == EMPATHY and name in words.quadrants:
        entry = {"quadrant": words.quadrants[name], "items": _lines(row["answer"])}
        document["empathy"].append(entry)
        return entry
    taken = {entry.get("field") for entry in document["traits"]}
    # A second one of the same name is a field of the team's own that is called like one of the ten.
    if name in words.traits and part not in {IDENTITY, EMPATHY} and not kind and words.traits[name] not in taken:
        entry = {"field": words.traits[name], "text": row["answer"]}
        document["traits"].append(entry)
        return entry
    if part and part not in {IDENTITY, EMPATHY} and row["field"]:
        entry = {"group": part, "label": row["field"][:80], "text": row["answer"]}
        document["traits"].append(entry)
        return entry
    if not row["answer"]:
        return None
    if not kind:
        kind = "text"
        found.notes.append(
            _("Row %(row)s: “%(field)s” is not of the template and becomes a text section of its own.")
            % {"row": number, "field": row["field"] or row["part"] or row["answer"][:40]}
        )
    title = row["field"] or (str(KINDS[kind]) if fold(row["part"]) in words.kinds else row["part"])
    section: dict[str, Any] = {
        "kind": kind,
        "title": (title or str(KINDS[kind]))[:80],
        "content": _content(kind, row["answer"], words),
    }
    document["sections"].append(section)
    return section


def _identity(row: Row, key: str, found: Found, number: int) -> None:
    text = row["answer"]
    if not text:
        return
    if key in CHOICES:
        known = {fold(label): choice.value for choice in CHOICES[key] for label in (*texts(choice.label), choice.value)}
        if fold(text) not in known:
            found.errors.append(
                _("Row %(row)s: “%(value)s” is none of: %(choices)s.")
                % {"row": number, "value": text[:60], "choices": ", ".join(str(one) for one in CHOICES[key].labels)}
            )
            return
        text = known[fold(text)]
    value: Any = text
    if key == "share_percent":
        bare = re.sub(r"[\s %]|[.,]0+$", "", text)
        if not bare.isdecimal():
            found.errors.append(
                _("Row %(row)s: the share of customers is a whole number from 0 to 100, not “%(value)s”.")
                % {"row": number, "value": text[:40]}
            )
            return
        value = int(bare)
    found.document[key] = value


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _content(kind: str, answer: str, words: _Words) -> dict[str, Any]:
    """Return the content as the API takes it; what does not fit is refused there, with its row."""
    shape = SHAPES[kind]
    if shape.text:
        return {"text": answer}
    if shape.lines:
        return {"items": _lines(answer)}
    items = []
    for line in answer.splitlines():
        if not line.strip():
            continue
        values = [part.replace("\\|", "|").strip() for part in BAR.split(line.strip())]
        values += [""] * (len(shape.columns) - len(values))
        item: dict[str, Any] = dict(zip((column.name for column in shape.columns), values, strict=False))
        for column in shape.columns:
            if column.number:
                bare = re.sub(r"\s*(%|/\s*100)$", "", item[column.name])
                item[column.name] = int(bare) if bare.isdecimal() and len(bare) < 4 else (item[column.name] or None)
        if "channel" in item:
            item["channel"] = words.channels.get(fold(item["channel"]), item["channel"])
        items.append(item)
    return {"items": items}


def _evidence(row: Row, entry: dict[str, Any] | None, found: Found, words: _Words, number: int) -> None:
    place = {"row": number}
    if entry is None:
        found.errors.append(_("Row %(row)s: this evidence stands beside no answer of this kind.") % place)
        return
    kind = words.proofs.get(fold(row["kind"]), "")
    if not kind or not row["title"]:
        kinds = ", ".join(str(label) for label in PROOFS.values())
        found.errors.append(_("Row %(row)s: evidence has a kind (%(kinds)s) and a title.") % (place | {"kinds": kinds}))
        return
    day = _day(row["gathered_on"])
    bare = re.sub(r"\s", "", row["n"])
    if row["gathered_on"] and day is None:
        found.errors.append(
            _("Row %(row)s: “%(value)s” is no date; write 2026-11-28 or 28/11/2026.")
            % (place | {"value": row["gathered_on"][:40]})
        )
    elif bare and not bare.isdecimal():
        found.errors.append(
            _("Row %(row)s: people asked is a whole number, not “%(value)s”.") % (place | {"value": row["n"][:40]})
        )
    else:
        entry.setdefault("evidence", []).append(
            {
                "kind": kind,
                "title": row["title"],
                "link": row["link"],
                "gathered_on": day.isoformat() if day else None,
                "n": int(bare) if bare else None,
            }
        )


def _day(text: str) -> dt.date | None:
    for form in DAYS:
        try:
            return dt.datetime.strptime(text, form).date()  # noqa: DTZ007 - a day, not a moment
        except ValueError:
            continue
    return None


def _json(raw: bytes, name: str) -> list[Found]:
    try:
        data = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise PersonaFileUnreadable(_("“%(name)s” is no JSON text in UTF-8.") % {"name": name}) from error
    personas = data.get("personas") if isinstance(data, dict) and data.get("format") == FORMAT else None
    if not isinstance(personas, list) or not personas or len(personas) > PERSONAS_MAX:
        raise PersonaFileUnreadable(
            _('“%(name)s” is no file of personas: it holds "format": "%(format)s" and 1 to %(number)s "personas".')
            % {"name": name, "format": FORMAT, "number": PERSONAS_MAX}
        )
    found = []
    for number, one in enumerate(personas, 1):
        place = f"{name} › {number}"
        if not isinstance(one, dict):
            found.append(Found({}, place, errors=[_("A persona is an object.")]))
            continue
        kept = {key: value for key, value in one.items() if key in KEPT}
        if isinstance(kept.get("sections"), list):
            # Ids are those of another workspace, or of the answer of the API.
            kept["sections"] = [
                {key: value for key, value in row.items() if key != "id"} if isinstance(row, dict) else row
                for row in kept["sections"]
            ]
        persona = Found(kept, place)
        unknown = sorted(set(one) - {*KEPT, *TOLD})
        if unknown:
            persona.errors.append(_("Unknown names: %(names)s.") % {"names": ", ".join(map(str, unknown))[:200]})
        found.append(persona)
    return found
