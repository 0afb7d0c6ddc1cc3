"""What the sections of a sheet hold, by kind: the one place that says which content is good.

Content is stored as JSON: `{"text": str}` for a text, `{"items": [str, …]}` for lines, `{"items": [{…}, …]}` for rows.
Shares and positions are whole numbers from 0 to 100; None where a kind allows "not said".
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from personas.errors import SectionRefused
from personas.models import SectionKind

ITEMS_MAX = 30
TEXT_MAX = 4000
LINE_MAX = 300


@dataclass(frozen=True, slots=True)
class Column:
    """One value of a row. `number`: a whole number from 0 to 100."""

    name: str
    label: str | Promise
    required: bool = True
    number: bool = False
    max_length: int = 80
    example: str | Promise = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a kind holds: one text, lines (neither text nor columns), or rows of columns."""

    text: bool = False
    columns: tuple[Column, ...] = ()
    line_max: int = LINE_MAX
    example: str | Promise = ""  # what the form shows before something is typed

    @property
    def lines(self) -> bool:
        return not self.text and not self.columns


SHAPES: dict[str, Shape] = {
    SectionKind.TEXT: Shape(text=True, example=gettext_lazy("Write freely")),
    SectionKind.LIST: Shape(example=gettext_lazy("One entry a line")),
    SectionKind.TAGS: Shape(line_max=60, example=gettext_lazy("One tag a line")),
    SectionKind.BRANDS: Shape(line_max=60, example=gettext_lazy("One brand a line")),
    SectionKind.QUESTIONS: Shape(example=gettext_lazy("One question a line")),
    SectionKind.EMPATHY: Shape(example=gettext_lazy("One entry a line")),
    SectionKind.SLIDERS: Shape(
        columns=(
            Column("left", gettext_lazy("Left pole"), example=gettext_lazy("compares for long")),
            Column("right", gettext_lazy("Right pole"), example=gettext_lazy("decides at once")),
            Column("value", gettext_lazy("Position (0 left, 100 right)"), number=True),
        )
    ),
    SectionKind.BARS: Shape(
        columns=(
            Column("label", gettext_lazy("Label"), example=gettext_lazy("Ease with digital tools")),
            Column("value", gettext_lazy("Value (0 to 100)"), number=True),
        )
    ),
    SectionKind.CHANNELS: Shape(
        columns=(
            Column("channel", gettext_lazy("Channel"), max_length=60),
            Column("value", gettext_lazy("Preference (0 to 100)"), number=True, required=False),
        )
    ),
    SectionKind.JOBS: Shape(
        columns=(
            Column("when", gettext_lazy("When…"), required=False, max_length=200, example=gettext_lazy("my machine stops")),
            Column("want", gettext_lazy("I want…"), max_length=200, example=gettext_lazy("to know at once whether it can be repaired")),
            Column("so", gettext_lazy("so that…"), required=False, max_length=200, example=gettext_lazy("I need not buy a new one")),
        )
    ),
}  # fmt: skip


def is_empty(content: Mapping[str, Any]) -> bool:
    """True when a section says nothing yet."""
    return not content.get("text") and not content.get("items")


def tidied(text: str) -> str:
    """Return the text on one line without needless spaces. No-break spaces stay: French sets them before « ? »."""
    return re.sub(r"[ \t\r\n\f\v]+", " ", text).strip(" ")


def _number(value: Any, label: str | Promise, *, place: int, required: bool) -> int | None:
    if value in ("", None):
        if required:
            raise SectionRefused(_("Row %(row)s: “%(field)s” is missing.") % {"row": place, "field": label})
        return None
    # A float such as 70.0 is a whole number in JSON; True is none, though Python counts it as 1.
    whole = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
    if isinstance(value, bool) or not whole.isascii() or not whole.isdecimal() or len(whole) > 3 or int(whole) > 100:
        raise SectionRefused(
            _("Row %(row)s: “%(field)s” is a whole number from 0 to 100.") % {"row": place, "field": label}
        )
    return int(whole)


def _line(value: Any, label: str | Promise, *, place: int, longest: int) -> str:
    if not isinstance(value, str):
        raise SectionRefused(_("Row %(row)s: “%(field)s” is a text.") % {"row": place, "field": label})
    text = tidied(value)
    if "\0" in text or len(text) > longest:
        raise SectionRefused(
            _("Row %(row)s: “%(field)s” has at most %(number)s characters.")
            % {"row": place, "field": label, "number": longest}
        )
    return text


def _row(entry: Any, shape: Shape, *, place: int) -> dict[str, Any] | None:
    if not isinstance(entry, Mapping) or set(entry) - {column.name for column in shape.columns}:
        names = ", ".join(column.name for column in shape.columns)
        raise SectionRefused(_("Row %(row)s holds %(names)s and nothing else.") % {"row": place, "names": names})
    row: dict[str, Any] = {}
    for column in shape.columns:
        if not column.number:
            row[column.name] = _line(entry.get(column.name, ""), column.label, place=place, longest=column.max_length)
    numbers = [column for column in shape.columns if column.number]
    if not any(row.values()) and all(entry.get(column.name) in ("", None) for column in numbers):
        return None
    for column in shape.columns:
        if column.number:
            row[column.name] = _number(entry.get(column.name), column.label, place=place, required=column.required)
        elif column.required and not row[column.name]:
            raise SectionRefused(_("Row %(row)s: “%(field)s” is missing.") % {"row": place, "field": column.label})
    return {column.name: row[column.name] for column in shape.columns}


def cleaned(kind: str, content: Any, *, channels: Collection[str] = ()) -> dict[str, Any]:
    """Return the content as it is kept: spaces tidied, empty rows and repeated lines left out.

    `channels` are the codes that a section of preferred channels may name. Raises SectionRefused.
    """
    shape = SHAPES.get(kind)
    if shape is None or not isinstance(content, Mapping):
        raise SectionRefused
    if shape.text:
        text = content.get("text", "")
        if not isinstance(text, str) or "\0" in text or len(text) > TEXT_MAX:
            raise SectionRefused(_("The text has at most %(number)s characters.") % {"number": TEXT_MAX})
        return {"text": text.replace("\r\n", "\n").strip()}
    entries = content.get("items", [])
    if not isinstance(entries, Sequence) or isinstance(entries, str):
        raise SectionRefused
    if shape.lines:
        label = SectionKind(kind).label
        lines = [_line(entry, label, place=place, longest=shape.line_max) for place, entry in enumerate(entries, 1)]
        items: list[Any] = list(dict.fromkeys(line for line in lines if line))
    else:
        rows = (_row(entry, shape, place=place) for place, entry in enumerate(entries, 1))
        items = [row for row in rows if row is not None]
    if len(items) > ITEMS_MAX:
        raise SectionRefused(_("A section has at most %(number)s entries.") % {"number": ITEMS_MAX})
    if kind == SectionKind.CHANNELS:
        _channels_known(items, channels)
    return {"items": items}


def _channels_known(items: Sequence[Mapping[str, Any]], channels: Collection[str]) -> None:
    codes = [item["channel"] for item in items]
    for place, code in enumerate(codes, 1):
        if code not in channels:
            raise SectionRefused(
                _("Row %(row)s: “%(code)s” is no channel of this workspace.") % {"row": place, "code": code}
            )
        if code in codes[: place - 1]:
            raise SectionRefused(_("Row %(row)s: “%(code)s” stands here twice.") % {"row": place, "code": code})
