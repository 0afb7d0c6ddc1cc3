"""The sections of a sheet in the form: typed rows that can be added, moved and taken away before anything is saved.

Without a script each button sends the whole form and gets it back; with htmx only the block of sections is exchanged.
Names: `section` holds the numbers of the sections in their order; s3_kind, s3_title, s3_text and s3_<column> belong to
the section with the number 3; `section_removed` holds the keys of saved sections that are to go.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from personas.errors import SectionRefused
from personas.models import SectionKind
from personas.sections import ITEMS_MAX, SHAPES, Column, Shape, cleaned
from personas.selectors import SheetSection
from personas.services.sections import SECTIONS_MAX, TITLE_MAX, SectionEntry

OWN_KINDS = [kind for kind in SectionKind if kind != SectionKind.EMPATHY]
SPARE_ROWS = 2  # empty rows under the filled ones
DEFAULT_TITLES = {SectionKind.CHANNELS, SectionKind.BRANDS, SectionKind.JOBS, SectionKind.QUESTIONS}


@dataclass(frozen=True, slots=True)
class Cell:
    """One input of a row."""

    column: Column
    id: str
    name: str
    value: str


@dataclass(slots=True)
class SectionDraft:
    """A section as it is typed; `theirs` is what someone else saved meanwhile."""

    number: int
    kind: str
    title: str = ""
    text: str = ""
    rows: list[dict[str, str]] = field(default_factory=list)
    pk: int | None = None
    error: str = ""
    title_error: str = ""
    theirs: str = ""

    @property
    def shape(self) -> Shape:
        return SHAPES[self.kind]

    @property
    def label(self) -> str:
        return str(SectionKind(self.kind).label)

    @property
    def prefix(self) -> str:
        return f"s{self.number}"

    @property
    def cells(self) -> list[list[Cell]]:
        """The rows with the names and ids of their inputs."""
        return [
            [
                Cell(
                    column,
                    f"{self.prefix}_{place}_{column.name}",
                    f"{self.prefix}_{column.name}",
                    row.get(column.name, ""),
                )
                for column in self.shape.columns
            ]
            for place, row in enumerate(self.rows)
        ]

    @property
    def can_grow(self) -> bool:
        return bool(self.shape.columns) and len(self.rows) < ITEMS_MAX

    def content(self) -> dict[str, Any]:
        """Return what was typed as content, not checked yet."""
        if self.shape.text:
            return {"text": self.text}
        return {"items": self.text.splitlines() if self.shape.lines else self.rows}

    def spared(self) -> "SectionDraft":
        """Give a section of rows its empty ones."""
        if self.shape.columns:
            filled = [row for row in self.rows if any(value.strip() for value in row.values())]
            spare = min(SPARE_ROWS, ITEMS_MAX - len(filled))
            self.rows = filled + [{column.name: "" for column in self.shape.columns} for _number in range(spare)]
        return self


def _typed(section: SheetSection, number: int) -> SectionDraft:
    shape = SHAPES[section.kind]
    draft = SectionDraft(number, section.kind, section.title, pk=section.section.pk if section.section else None)
    if shape.columns:
        draft.rows = [
            {column.name: "" if item.get(column.name) is None else str(item[column.name]) for column in shape.columns}
            for item in section.items
        ]
    else:
        draft.text = section.text if shape.text else "\n".join(section.items)
    return draft.spared()


class SectionForms:
    """All sections of one form."""

    def __init__(self, data: QueryDict | None, saved: Sequence[SheetSection], channels: Mapping[str, str]) -> None:
        self.saved = [_typed(section, number) for number, section in enumerate(saved, 1)]
        self.channels = channels
        self.removed: list[int] = []
        self.focus = ""
        self.drafts = self.saved if data is None else self._from(data)

    @property
    def kinds(self) -> list[tuple[str, str]]:
        kinds = OWN_KINDS if self.channels else [kind for kind in OWN_KINDS if kind != SectionKind.CHANNELS]
        return [(kind.value, str(kind.label)) for kind in kinds]

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The channels to choose from, and those that a section names though the library lost them."""
        named = {row["channel"] for draft in self.drafts for row in draft.rows if row.get("channel")}
        return [*self.channels.items(), *((code, code) for code in sorted(named - set(self.channels)))]

    def _from(self, data: QueryDict) -> list[SectionDraft]:
        pks: dict[int | None, SectionDraft] = {draft.pk: draft for draft in self.saved if draft.pk}
        wanted = {_whole(value) for value in data.getlist("section_removed")[:SECTIONS_MAX]}
        self.removed = [pk for pk in pks if pk is not None and pk in wanted]
        drafts = []
        for value in dict.fromkeys(data.getlist("section")[: SECTIONS_MAX + 1]):
            number = _whole(value)
            kind = data.get(f"s{number}_kind", "")
            if number is None or kind not in OWN_KINDS:
                continue
            pk = _whole(data.get(f"s{number}_pk", ""))
            draft = SectionDraft(number, kind, data.get(f"s{number}_title", ""), data.get(f"s{number}_text", ""))
            # One that somebody took away meanwhile comes back as a new one: what was typed is not lost.
            draft.pk = pk if pk in pks else None
            if draft.pk is not None:
                draft.kind = pks[draft.pk].kind
            names = [column.name for column in draft.shape.columns]
            columns = [data.getlist(f"s{number}_{name}")[:ITEMS_MAX] for name in names]
            draft.rows = [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=False)]
            drafts.append(draft)
        return drafts

    def act(self, action: str) -> None:
        """Do what a button says: add:<kind>, row:<n>, up:<n>, down:<n>, remove:<n>. Unknown ones do nothing."""
        verb, _colon, rest = action.partition(":")
        if verb == "add":
            if rest in OWN_KINDS and len(self.drafts) < SECTIONS_MAX:
                number = max([draft.number for draft in self.drafts], default=0) + 1
                title = str(SectionKind(rest).label) if rest in DEFAULT_TITLES else ""
                self.drafts.append(SectionDraft(number, rest, title).spared())
                self.focus = f"s{number}_title"
            return
        place = next((at for at, draft in enumerate(self.drafts) if str(draft.number) == rest), None)
        if place is None:
            return
        draft = self.drafts[place]
        if verb == "row":
            filled = len(draft.spared().rows) - SPARE_ROWS
            draft.rows += [{column.name: "" for column in draft.shape.columns} for _number in range(SPARE_ROWS)]
            draft.rows = draft.rows[:ITEMS_MAX]
            self.focus = (
                f"s{draft.number}_{max(filled, 0)}_{draft.shape.columns[0].name}" if draft.shape.columns else ""
            )
        elif verb == "remove":
            self.drafts.remove(draft)
            if draft.pk:
                self.removed.append(draft.pk)
            self.focus = "section-add"
        elif verb in {"up", "down"}:
            other = place + (-1 if verb == "up" else 1)
            if 0 <= other < len(self.drafts):
                self.drafts[place], self.drafts[other] = self.drafts[other], self.drafts[place]
            # The button stays under the finger; at the end of the list its opposite takes over.
            last = other in (0, len(self.drafts) - 1)
            self.focus = f"{({'up': 'down', 'down': 'up'}[verb]) if last else verb}-{draft.number}"

    def is_valid(self) -> bool:
        """Check what was typed; each section keeps its own error."""
        codes = {code for code, _name in self.choices} & (set(self.channels) | self._saved_channels())
        for draft in self.drafts:
            draft.error = draft.title_error = ""
            if not draft.title.strip():
                draft.title_error = _("Give the section a title.")
            elif len(draft.title.strip()) > TITLE_MAX:
                draft.title_error = _("A title has at most %(number)s characters.") % {"number": TITLE_MAX}
            try:
                cleaned(draft.kind, draft.content(), channels=codes)
            except SectionRefused as error:
                draft.error = str(error)
        return not any(draft.error or draft.title_error for draft in self.drafts)

    def _saved_channels(self) -> set[str]:
        return {row["channel"] for draft in self.saved for row in draft.rows if row.get("channel")}

    def entries(self) -> list[SectionEntry]:
        """Return the argument of persona_create and persona_update."""
        kept = [SectionEntry(draft.kind, draft.title, draft.content(), pk=draft.pk) for draft in self.drafts]
        return kept + [SectionEntry("", "", {}, pk=pk, remove=True) for pk in self.removed]

    def show_conflicts(self, saved: "SectionForms") -> None:
        """Put beside each section what someone else saved, and add the sections that they added."""
        typed: dict[int | None, SectionDraft] = {draft.pk: draft for draft in self.drafts if draft.pk}
        for theirs in saved.drafts:
            mine = typed.get(theirs.pk)
            if mine is None:
                if theirs.pk not in self.removed:
                    theirs.number = max([draft.number for draft in self.drafts], default=0) + 1
                    self.drafts.append(theirs)
            elif (mine.title, mine.text.split(), _filled(mine)) != (theirs.title, theirs.text.split(), _filled(theirs)):
                lines = [" · ".join(value for value in row.values() if value) for row in _filled(theirs)]
                mine.theirs = "\n".join([theirs.title, *lines, theirs.text]).strip()


def _filled(draft: SectionDraft) -> list[dict[str, str]]:
    return [row for row in draft.rows if any(value.strip() for value in row.values())]


def _whole(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 18 else None
