"""What a file of touchpoints would do, line by line, before anything is written."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from cxmap.lib.errors import CxmapError
from cxmap.lib.sheets import as_typed
from cxmap.lib.tables import tables_read
from cxmap.lib.text import code_from, fold
from cxmap.workspaces.models import Workspace
from touchpoints.interchange.columns import BY_KEY, CODE, COLUMNS, Unreadable, key_of, value_of
from touchpoints.models import Category, Channel, PointKind, Presence, Touchpoint
from touchpoints.services import settled
from touchpoints.suggestions import suggest

ROWS_MAX = 10_000
HEAD_LINES = 10  # a title may stand above the headings
CREATED, CHANGED, UNCHANGED, REJECTED = "created", "changed", "unchanged", "rejected"


class LibraryFileUnread(CxmapError):
    code = "library_file_unread"
    status = 422


NEW = UUID(int=0)  # stands for a touchpoint that a line makes


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that a line changes, in words."""

    label: str
    before: str
    after: str


@dataclass(slots=True)
class Line:
    """One line of the file: its number there, what becomes of it, and why not."""

    number: int
    name: str
    kind: str = UNCHANGED
    reasons: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    touchpoint: Touchpoint | None = None  # as it is stored; None for a new one
    fields: dict[str, Any] = field(default_factory=dict)  # what it gets


@dataclass(slots=True)
class LibraryPlan:
    """All lines of a file. `digest` changes when the library has changed so that the plan would be another one."""

    lines: list[Line]
    known: list[str]  # labels of the columns that were recognised
    unknown: list[str]  # headings that are none of ours

    def of(self, kind: str) -> list[Line]:
        return [line for line in self.lines if line.kind == kind]

    @property
    def counts(self) -> dict[str, int]:
        return {kind: len(self.of(kind)) for kind in (CREATED, CHANGED, UNCHANGED, REJECTED)}

    @property
    def writes(self) -> int:
        return sum(1 for line in self.lines if line.kind in {CREATED, CHANGED})

    @property
    def digest(self) -> str:
        seen = [
            (line.number, line.kind, str(line.touchpoint.pk) if line.touchpoint else "",
             line.touchpoint.revision if line.touchpoint else 0)
            for line in self.lines
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(seen).encode()).hexdigest()


def rows_in(raw: bytes, *, name: str) -> list[list[str]]:
    """Return the rows of the first table of a file that has our columns, headings first.

    The number of the line in the file stands in front of each row. Raises TableUnreadable, LibraryFileUnread.
    """
    for table in tables_read(raw, name=name, rows_max=ROWS_MAX):
        for place, row in enumerate(table.rows[:HEAD_LINES]):
            keys = [key_of(cell) for cell in row]
            if "name" in keys or "code" in keys:
                return [
                    [str(place + 1), *row],
                    *([str(line), *cells] for line, cells in _filled(table.rows, place + 1)),
                ]
    raise LibraryFileUnread(
        _("No line of headings was found: the file needs a column “name” or “code”, and as many of these as you like: %(columns)s.")
        % {"columns": ", ".join(str(column.label) for column in COLUMNS)}
    )  # fmt: skip


def _filled(rows: list[list[str]], start: int) -> list[tuple[int, list[str]]]:
    return [(number + 1, row) for number, row in enumerate(rows) if number >= start and any(row)]


class _Planner:
    """The library as it is, and what the lines so far have claimed of it."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.categories = list(Category.objects.filter(workspace=workspace))
        self.channels = list(Channel.objects.filter(workspace=workspace).prefetch_related("categories"))
        rows = list(Touchpoint.objects.filter(workspace=workspace).select_related("category", "channel").order_by("pk"))
        self.by_pk = {row.pk: row for row in rows}
        self.by_code = {row.code.casefold(): row for row in rows}
        living = [row for row in rows if row.deleted_at is None]
        self.by_name = {row.name: row for row in living}
        self.by_fold: dict[str, list[Touchpoint]] = {}
        for row in living:
            self.by_fold.setdefault(fold(row.name), []).append(row)
        self.codes = {row.code for row in rows}
        self.claimed: dict[UUID | str, int] = {}  # touchpoint or folded new name: the line that is about it
        self.names = {row.name: row.pk for row in living}  # as they will be

    def line(self, number: int, cells: dict[str, str]) -> Line:
        line = Line(number, cells.get("name") or cells.get("code", ""))
        found = self._found(line, cells)
        if not line.reasons:
            line.touchpoint = found
            self._values(line, cells)
        if not line.reasons and found is None:
            self._new(line, cells)
        if not line.reasons and found is not None:
            self._known(line, found)
        if line.reasons:
            line.kind, line.fields, line.differences = REJECTED, {}, []
        return line

    def _found(self, line: Line, cells: dict[str, str]) -> Touchpoint | None:
        code, name = cells.get("code", ""), cells.get("name", "")
        row = self.by_code.get(code.casefold()) if code else None
        if row is not None and row.merged_into_id is not None:
            row = self.by_pk.get(row.merged_into_id)
        if row is not None and row.deleted_at is not None:
            line.reasons.append(_("This touchpoint is in the trash: restore it first, or give another code."))
            return None
        if row is None and name:
            same = self.by_fold.get(fold(name), [])
            row = self.by_name.get(name) or (same[0] if len(same) == 1 else None)
            if row is None and len(same) > 1:
                line.reasons.append(_("Several touchpoints have this name: give the code."))
                return None
        if row is None and not name:
            line.reasons.append(_("The code is not known, and there is no name to make a new touchpoint of."))
            return None
        claim: UUID | str = row.pk if row is not None else fold(name)
        if claim in self.claimed:
            line.reasons.append(_("Line %(line)s is about the same touchpoint.") % {"line": self.claimed[claim]})
        else:
            self.claimed[claim] = line.number
        return row

    def _values(self, line: Line, cells: dict[str, str]) -> None:
        """Read the cells that hold something; an empty one leaves as it is."""
        for key, text in cells.items():
            if not text or key == "code":
                continue
            try:
                line.fields[key] = self._value(key, text)
            except Unreadable as error:
                line.reasons.append(str(error))

    def _value(self, key: str, text: str) -> Any:
        if key == "category":
            return self._row(self.categories, text, _("This category is not known: %(text)s. There are: %(known)s."))
        if key == "channel":
            return self._row(self.channels, text, _("This channel is not known: %(text)s. There are: %(known)s."))
        return value_of(BY_KEY[key], text)

    def _row(self, rows: Sequence[Any], text: str, message: str) -> Any:
        folded = fold(text)
        by_code = [row for row in rows if row.code.casefold() == text.casefold()]
        named = by_code or [row for row in rows if folded in {fold(row.name_fr), fold(row.name_en)}]
        if len(named) == 1:
            return named[0]
        if len(named) > 1:
            codes = ", ".join(row.code for row in named)
            raise Unreadable(
                _("“%(text)s” has several meanings here: write one of the codes %(codes)s.")
                % {"text": text, "codes": codes}
            )
        raise Unreadable(message % {"text": text, "known": ", ".join(row.name for row in rows)})

    def _new(self, line: Line, cells: dict[str, str]) -> None:
        code = cells.get("code", "")
        if code and not CODE.match(code):
            line.reasons.append(
                _("“%(code)s” is no code: use letters without accents, digits and dashes.") % {"code": code}
            )
        if "category" not in line.fields or "channel" not in line.fields:
            said = suggest(line.name, categories=self.categories, channels=self.channels)
            for key, row in (("category", said.category), ("channel", said.channel)):
                if key not in line.fields and row is not None:
                    line.fields[key] = row
                    text = _("%(column)s suggested: %(name)s, because the name says “%(words)s”.")
                    words = ", ".join(said.because)
                    line.notes.append(
                        text % {"column": str(BY_KEY[key].label).capitalize(), "name": row.name, "words": words}
                    )
        for key in ("category", "channel"):
            if key not in line.fields:
                line.reasons.append(
                    _("Give a %(column)s: the name says nothing of it.") % {"column": BY_KEY[key].label}
                )
        if code and code in self.codes:
            line.reasons.append(_("Another touchpoint has the code “%(code)s” already.") % {"code": code})
        if self.names.get(line.name):
            line.reasons.append(_("Another touchpoint is called “%(name)s” already.") % {"name": line.name})
        if line.reasons:
            return
        line.fields["code"] = code or code_from(line.name, taken=self.codes, fallback="touchpoint")
        self.codes.add(line.fields["code"])
        self.names[line.name] = NEW
        line.fields.setdefault("presence", Presence.ONLINE if line.fields["channel"].online else Presence.OFFLINE)
        if line.fields.get("kind") == PointKind.ACTION:
            line.fields.pop("receiver", None)
        line.kind = CREATED

    def _known(self, line: Line, row: Touchpoint) -> None:
        name = line.fields.get("name")
        if name is not None and self.names.get(name, row.pk) != row.pk:
            line.reasons.append(_("Another touchpoint is called “%(name)s” already.") % {"name": name})
            return
        before = {key: getattr(row, key) for key in line.fields}
        changed = Touchpoint(**{f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields})
        for key, value in line.fields.items():
            setattr(changed, key, value)
        settled(changed)
        line.fields = {key: getattr(changed, key) for key in line.fields if getattr(changed, key) != before[key]}
        if not line.fields:
            line.kind = UNCHANGED
            return
        line.kind = CHANGED
        line.name = row.name
        if "name" in line.fields:
            self.names[line.fields["name"]] = row.pk
        line.differences = [
            Difference(str(BY_KEY[key].label), shown(row, key), shown(changed, key)) for key in line.fields
        ]


def shown(row: Touchpoint, key: str) -> str:
    """Return a value of a touchpoint as people read it; "" when there is none."""
    display = getattr(row, f"get_{key}_display", None)
    value = display() if display else getattr(row, key)
    return "" if value is None else str(value)


def plan_of(workspace: Workspace, rows: Sequence[Sequence[str]]) -> LibraryPlan:
    """Return what the rows (as rows_in gives them) would do. The number of queries does not depend on their number."""
    head = rows[0][1:]
    keys = [key_of(cell) for cell in head]
    columns: dict[str, int] = {}
    for place, key in enumerate(keys):
        if key in BY_KEY:
            columns.setdefault(key, place)
    planner = _Planner(workspace)
    lines = []
    for number, *cells in rows[1:]:
        texts = {key: as_typed(cells[place].strip()) for key, place in columns.items() if place < len(cells)}
        for key in ("name", "owner"):
            texts[key] = " ".join(texts.get(key, "").split())
        lines.append(planner.line(int(number), texts))
    return LibraryPlan(
        lines=lines,
        known=[str(BY_KEY[key].label) for key in columns],
        unknown=[cell for cell, key in zip(head, keys, strict=True) if cell and not key],
    )
