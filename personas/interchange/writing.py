"""Writing sheets: rows of the table to fill in, and the files that hold them."""

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import docx
import xlsxwriter
from django.utils.translation import get_language, gettext, gettext_lazy, override, pgettext
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from cxmap.lib.sheets import neutral
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
)
from personas.models import FIELDS_OF_GROUP, TraitGroup
from personas.questions import QUESTIONS
from personas.sections import SHAPES

Row = dict[str, str]
WIDTHS = {"part": 22, "field": 24, "question": 38, "answer": 60, "kind": 18, "title": 30, "link": 26, "gathered_on": 12, "n": 10}  # fmt: skip
FORMAT = "cxmap-personas/1"
INTRODUCTION = gettext_lazy(
    "Fill in what you know and leave the rest empty. Say what each answer rests on, or leave the evidence empty: it is then shown as a hypothesis. Age bands, no names of real people."
)  # fmt: skip


def _row(part: str, field: str, question: str = "", answer: str = "", **evidence: str) -> Row:
    return {"part": part, "field": field, "question": question, "answer": answer} | evidence


def _with_evidence(first: Row, evidence: Sequence[Mapping[str, Any]]) -> Iterator[Row]:
    """Yield a row, with its first piece of evidence, and one more for each of the others."""
    rows = [
        {
            "kind": str(PROOFS[one["kind"]]),
            "title": one["title"],
            "link": one["link"] or "",
            "gathered_on": str(one["gathered_on"] or ""),
            "n": "" if one["n"] is None else str(one["n"]),
        }
        for one in evidence
    ]
    yield first | (rows[0] if rows else {})
    for row in rows[1:]:
        yield _row(first["part"], first["field"]) | row


def _cell(value: Any) -> str:
    return "" if value is None else str(value).replace("|", "\\|")


def answer_of(kind: str, content: Mapping[str, Any], channels: Mapping[str, str]) -> str:
    """Return the content of a section as it is typed: a text, a line an entry, values of a row between bars."""
    shape = SHAPES[kind]
    if shape.text:
        return str(content.get("text", ""))
    items = content.get("items", [])
    if shape.lines:
        return "\n".join(items)
    return "\n".join(
        " | ".join(
            _cell(channels.get(item[column.name], item[column.name]) if column.name == "channel" else item[column.name])
            for column in shape.columns
        )
        for item in items
    )


def how_to(kind: str) -> str:
    """Return how a section of this kind is typed into one cell."""
    shape = SHAPES[kind]
    if shape.text:
        return gettext("A text")
    if shape.lines:
        return gettext("One entry a line")
    return gettext("One row a line: %(columns)s") % {
        "columns": " | ".join(str(column.label) for column in shape.columns)
    }


def rows_of(document: Mapping[str, Any], channels: Mapping[str, str]) -> list[Row]:
    """Return the rows of one persona in the reader's language. channels: the names of channels by code."""
    rows = []
    part = str(PARTS[IDENTITY])
    for name, label in IDENTITY_FIELDS.items():
        value = document.get(name)
        text = "" if value is None else str(value)
        if name in CHOICES:
            text = str(CHOICES[name](value).label) if value else ""
            question = " · ".join(str(choice) for choice in CHOICES[name].labels)
        else:
            question = ""
        rows.append(_row(part, str(label), question, text))
    traits = document.get("traits", [])
    by_field = {row["field"]: row for row in traits if "field" in row}
    for group in TraitGroup:
        part = str(PARTS[group.value])
        for field in FIELDS_OF_GROUP[group]:
            known = by_field.get(field.value, {})
            first = _row(part, str(TRAITS[field.value]), str(QUESTIONS[field]), known.get("text", ""))
            rows += _with_evidence(first, known.get("evidence", ()))
        for own in traits:
            if own.get("group") == group.value:
                rows += _with_evidence(_row(part, own["label"], "", own["text"]), own["evidence"])
    quadrants = {row["quadrant"]: row for row in document.get("empathy", [])}
    for key, label in QUADRANTS.items():
        known = quadrants.get(key, {})
        first = _row(str(PARTS[EMPATHY]), str(label), gettext("One entry a line"), "\n".join(known.get("items", ())))
        rows += _with_evidence(first, known.get("evidence", ()))
    for section in document.get("sections", []):
        kind = section["kind"]
        first = _row(str(KINDS[kind]), section["title"], how_to(kind), answer_of(kind, section["content"], channels))
        rows += _with_evidence(first, section["evidence"])
    return rows


def blank_rows() -> list[Row]:
    """Return the rows of a template: every field with its question, then one empty section of each kind to name."""
    rows = rows_of({}, {})
    return rows + [_row(str(label), "", how_to(kind)) for kind, label in KINDS.items()]


def xlsx_file(personas: Sequence[tuple[str, Sequence[Row]]], *, language: str) -> bytes:
    """Return a workbook of (name of the sheet, rows in that language); no text in it is ever a formula."""
    buffer = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(buffer, options) as book, override(language):
        head = book.add_format({"bold": True, "bg_color": "#0F2A43", "font_color": "#FFFFFF", "valign": "top"})
        given = book.add_format({"bg_color": "#E8EDF3", "text_wrap": True, "valign": "top", "border": 1, "border_color": "#D1D5DB"})  # fmt: skip
        quiet = book.add_format({"font_color": "#5B6472", "italic": True, "text_wrap": True, "valign": "top", "border": 1, "border_color": "#D1D5DB"})  # fmt: skip
        free = book.add_format({"text_wrap": True, "valign": "top", "border": 1, "border_color": "#D1D5DB"})
        taken: set[str] = set()
        for name, rows in personas:
            page = book.add_worksheet(_sheet_name(name, taken))
            page.freeze_panes(1, 2)
            page.set_landscape()
            page.fit_to_pages(1, 0)
            page.repeat_rows(0)
            for column, (key, label) in enumerate(COLUMNS.items()):
                page.set_column(column, column, WIDTHS[key])
                page.write_string(0, column, str(label), head)
            for place, row in enumerate(rows, 1):
                for column, key in enumerate(COLUMNS):
                    style = given if key in {"part", "field"} and row.get(key) else quiet if key == "question" else free
                    text = str(neutral(row.get(key, "")))
                    if key == "n" and text.isdecimal():
                        page.write_number(place, column, int(text), style)
                    elif text:
                        page.write_string(place, column, text, style)
                    else:
                        page.write_blank(place, column, None, style)
            kinds = [str(label) for label in PROOFS.values()]
            page.data_validation(1, 4, len(rows) + 200, 4, {"validate": "list", "source": kinds})
    return buffer.getvalue()


def _sheet_name(name: str, taken: set[str]) -> str:
    """Return a name that a sheet may have: 31 characters, none of []:*?/\\, given once."""
    base = "".join(" " if letter in "[]:*?/\\" else letter for letter in name).strip(" '")[:28] or "persona"
    found, number = base, 1
    while found.casefold() in taken:
        number += 1
        found = f"{base[: 27 - len(str(number))]} {number}"
    taken.add(found.casefold())
    return found


DOCX_WIDTHS = {"field": 52, "answer": 96, "kind": 30, "title": 40, "link": 24, "gathered_on": 22, "n": 16}  # mm
GREY = RGBColor(0x5B, 0x64, 0x72)


def docx_file(personas: Sequence[tuple[str, Sequence[Row]]], *, language: str) -> bytes:
    """Return a document of (title, rows in that language): a heading and a table a part, to fill in by hand."""
    document = docx.Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Mm(8 if "m" in side and side.startswith(("left", "right")) else 12))
    document.styles["Normal"].font.size = Pt(9)
    document.core_properties.title = ", ".join(name for name, _rows in personas)[:250]
    document.core_properties.language = language
    document.core_properties.author = "cxmap"
    with override(language):
        for number, (name, rows) in enumerate(personas):
            if number:
                document.add_page_break()
            document.add_heading(name, level=1)
            document.add_paragraph(str(INTRODUCTION))
            part = None
            table: Any = None
            for row in rows:
                if row["part"] != part:
                    part = row["part"]
                    document.add_heading(part, level=2)
                    table = _docx_table(document)
                cells = table.add_row().cells
                for cell, key in zip(cells, DOCX_WIDTHS, strict=True):
                    cell.width = Mm(DOCX_WIDTHS[key])
                    cell.paragraphs[0].text = row.get(key, "")
                if row["field"]:
                    cells[0].paragraphs[0].runs[0].bold = True
                if row["question"]:
                    hint = cells[0].add_paragraph().add_run(row["question"])
                    hint.italic, hint.font.size, hint.font.color.rgb = True, Pt(7.5), GREY
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _docx_table(document: Any) -> Any:
    table = document.add_table(rows=1, cols=len(DOCX_WIDTHS))
    table.style = "Table Grid"
    table.autofit = False
    head = table.rows[0]
    repeat = OxmlElement("w:tblHeader")
    repeat.set(qn("w:val"), "true")
    head._tr.get_or_add_trPr().append(repeat)
    for cell, key in zip(head.cells, DOCX_WIDTHS, strict=True):
        cell.width = Mm(DOCX_WIDTHS[key])
        cell.paragraphs[0].add_run(str(COLUMNS[key])).bold = True
    return table


def json_file(documents: Sequence[Mapping[str, Any]]) -> bytes:
    """Return all documents as JSON, all that stands on a sheet; its schema is docs/persona.schema.json."""
    return json.dumps({"format": FORMAT, "personas": documents}, ensure_ascii=False, indent=1, default=str).encode()


def list_rows(documents: Sequence[Mapping[str, Any]], channels: Mapping[str, str]) -> Iterator[list[Any]]:
    """Yield a table of all personas, one row each, headings first; column names are the same in every language."""
    traits = list(TRAITS)
    yield [
        "name", "tagline", "quote", "summary", "share_percent", "sector", "market", "audience", "parent", "status",
        "review_on", "evidence_share", "segments", "data_rule", *traits, *(f"empathy_{key}" for key in QUADRANTS), "own_fields",
        "own_sections",
    ]  # fmt: skip
    for one in documents:
        by_field = {row["field"]: row["text"] for row in one["traits"] if "field" in row}
        quadrants = {row["quadrant"]: "\n".join(row["items"]) for row in one["empathy"]}
        own = [f"{row['label']}: {row['text']}" for row in one["traits"] if "field" not in row]
        sections = [f"{row['title']}: {answer_of(row['kind'], row['content'], channels)}" for row in one["sections"]]
        yield [
            one["name"], one["tagline"], one["quote"], one["summary"], one["share_percent"], one["sector"], one["market"],
            one["relation"], one["parent"], one["status"], one["review_on"], one["evidence_share"], ", ".join(one["segments"]),
            "; ".join(f"{name}={'|'.join(values)}" for name, values in one["dimensions"].items()),
            *(by_field.get(field, "") for field in traits), *(quadrants.get(key, "") for key in QUADRANTS),
            "\n".join(own), "\n\n".join(sections),
        ]  # fmt: skip


def template_title() -> str:
    """Return the heading of an empty template in the language that is active."""
    return pgettext("heading of a template", "Persona sheet")


def current_language() -> str:
    return (get_language() or "en")[:2]
