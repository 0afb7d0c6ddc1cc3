"""From what a person sent to a mapping, complete or not."""

import datetime as dt
from collections.abc import Mapping as MappingOf
from typing import Any

from django.utils.translation import gettext as _

from sources.mapping_page.library import Library
from sources.mapping_page.lines import (
    FACTORS,
    HOWS,
    SEPARATORS,
    Document,
)
from sources.reading import Table
from sources.reading.mapping import TIDY_ROLES
from sources.reading.tables import clean_name


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
