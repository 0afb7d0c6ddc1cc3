"""Two to five personas side by side: rows of what they say, and where they differ."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from cxmap.lib import formats
from cxmap.lib.text import fold
from cxmap.workspaces.models import Workspace
from personas.models import Persona, Quadrant
from personas.selectors import Sheet, SheetSection, sheets

COMPARED_MIN, COMPARED_MAX = 2, 5


@dataclass(frozen=True, slots=True)
class ComparedCell:
    """What one persona says in a row: a text, or a section; `backed` None where it says nothing."""

    persona: Persona
    text: str = ""
    section: SheetSection | None = None
    backed: bool | None = None

    @property
    def is_empty(self) -> bool:
        return not self.text and (self.section is None or self.section.is_empty)


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One line of the comparison. `same`: all say the same; `missing`: how many say nothing."""

    label: str
    cells: Sequence[ComparedCell]
    same: bool

    @property
    def missing(self) -> int:
        return sum(cell.is_empty for cell in self.cells)


@dataclass(frozen=True, slots=True)
class ComparedGroup:
    key: str
    label: str
    rows: Sequence[ComparedRow]

    @property
    def differing(self) -> int:
        return sum(not row.same for row in self.rows)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Personas side by side, in the order in which they were chosen. `others` can be added."""

    sheets: Sequence[Sheet]
    groups: Sequence[ComparedGroup]
    others: Sequence[Persona]

    @property
    def enough(self) -> bool:
        return len(self.sheets) >= COMPARED_MIN

    @property
    def full(self) -> bool:
        return len(self.sheets) >= COMPARED_MAX


def _row(label: str, cells: Sequence[ComparedCell]) -> ComparedRow:
    said = {
        repr(
            (
                cell.text.split(),
                cell.section.text.split() if cell.section else "",
                cell.section.items if cell.section else "",
            )
        )
        if not cell.is_empty
        else ""
        for cell in cells
    }
    return ComparedRow(label, cells, same=len(said) == 1)


def _section_cell(persona: Persona, section: SheetSection | None) -> ComparedCell:
    if section is None or section.is_empty:
        return ComparedCell(persona)
    return ComparedCell(persona, section=section, backed=bool(section.evidence) if section.claims else None)


def _fact_rows(found: Sequence[Sheet]) -> list[ComparedRow]:
    columns: list[tuple[str, Callable[[Persona], str]]] = [
        (gettext("In a few words"), lambda persona: persona.tagline),
        (gettext("Quotation"), lambda persona: persona.spoken),
        (gettext("Who is it?"), lambda persona: persona.summary),
        (gettext("Share of customers"), lambda persona: formats.percent(persona.share_fraction, 0) if persona.share_percent is not None else ""),
        (gettext("Audience"), lambda persona: persona.get_relation_display()),
        (gettext("Sector"), lambda persona: persona.get_sector_display()),
        (gettext("Type of company"), lambda persona: persona.get_market_display()),
        (gettext("Status"), lambda persona: persona.get_status_display()),
    ]  # fmt: skip
    rows = [
        _row(label, [ComparedCell(sheet.persona, text=str(value(sheet.persona))) for sheet in found])
        for label, value in columns
    ]
    return [row for row in rows if row.missing < len(found)]


def comparison(workspace: Workspace, keys: Sequence[str]) -> Comparison:
    """Return two to five personas side by side; unknown keys and further ones are left out."""
    live = {
        str(persona.pk): persona
        for persona in Persona.objects.filter(workspace=workspace, deleted_at=None).prefetch_related("segments")
    }
    chosen = [live[key] for key in dict.fromkeys(keys) if key in live][:COMPARED_MAX]
    for persona in chosen:
        persona.workspace = workspace
    found = sheets(chosen)
    groups = [ComparedGroup("facts", gettext("In short"), _fact_rows(found))] if found else []
    for number, group in enumerate(found[0].groups if found else ()):
        labels = dict.fromkeys(
            (entry.key if not entry.key.startswith("own-") else fold(entry.label), entry.label)
            for sheet in found
            for entry in sheet.groups[number].fields
        )
        by_key = [
            {
                entry.key if not entry.key.startswith("own-") else fold(entry.label): entry
                for entry in sheet.groups[number].fields
            }
            for sheet in found
        ]
        names = dict(reversed(list(labels)))
        rows = [
            _row(
                names[key],
                [
                    ComparedCell(sheet.persona, text=entry.text, backed=bool(entry.evidence) if entry.text else None)
                    if (entry := fields.get(key))
                    else ComparedCell(sheet.persona)
                    for sheet, fields in zip(found, by_key, strict=True)
                ],
            )
            for key in dict.fromkeys(key for key, _label in labels)
        ]
        groups.append(ComparedGroup(group.key, group.label, [row for row in rows if row.missing < len(found)]))
    quadrants = [
        _row(str(quadrant.label), [_section_cell(sheet.persona, sheet.empathy[place]) for sheet in found])
        for place, quadrant in enumerate(Quadrant)
    ]
    groups.append(
        ComparedGroup("empathy", gettext("Empathy map"), [row for row in quadrants if row.missing < len(found)])
    )
    titles = {
        (section.kind, fold(section.title)): section.title
        for sheet in reversed(found)
        for section in reversed(sheet.sections)
    }
    order = dict.fromkeys((section.kind, fold(section.title)) for sheet in found for section in sheet.sections)
    by_title = [{(section.kind, fold(section.title)): section for section in sheet.sections} for sheet in found]
    own = [
        _row(
            titles[key],
            [_section_cell(sheet.persona, rows.get(key)) for sheet, rows in zip(found, by_title, strict=True)],
        )
        for key in order
    ]
    groups.append(ComparedGroup("sections", gettext("Own sections"), [row for row in own if row.missing < len(found)]))
    others = [persona for persona in live.values() if persona not in chosen]
    return Comparison(sheets=found, groups=[group for group in groups if group.rows], others=others)
