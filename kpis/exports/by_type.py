"""The list of KPIs by type of touchpoint as CSV for machines, CSV for French spreadsheets, XLSX and PDF."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cxmap.lib import formats, typesetting
from cxmap.lib.sheets import csv_rows, xlsx_file
from cxmap.workspaces.models import Sector
from kpis.selectors.by_type import TypeCell, TypeList, TypeRow
from kpis.suggestions import Family

TEMPLATE = Path(__file__).parent / "by_type.typ"
COLUMNS = (
    "type", "type_code", "category", "channels", "sectors", "kpi", "kpi_code", "of_the_guide", "why", "direction",
    "unit", "formula", "figures_from", "example_target", "example_note", "touchpoints", "bound",
)  # fmt: skip


def direction_words(cell: TypeCell) -> str:
    """Return the direction; where the KPI has none, what is usual here and that it is asked."""
    if not cell.asked:
        return cell.direction_text
    if not cell.direction:
        return _("asked for each touchpoint")
    return _("asked; usually %(direction)s") % {"direction": cell.direction_text}


def _examples(cell: TypeCell) -> str:
    return " / ".join(example.text for example in cell.examples)


def _line(row: TypeRow, cell: TypeCell) -> list[Any]:
    return [
        row.name,
        row.kind.code,
        row.category.name if row.category else "",
        ", ".join(channel.name for channel in row.channels),
        ", ".join(str(Sector(code).label) for code in row.kind.sectors),
        cell.kpi.name,
        cell.kpi.code,
        cell.guide,
        cell.why,
        direction_words(cell),
        str(cell.kpi.get_unit_display()),
        cell.kpi.formula,
        str(cell.family.label),
        _examples(cell),
        " / ".join(dict.fromkeys(example.source for example in cell.examples)),
        len(row.touchpoints),
        cell.bound,
    ]


def _dictionary() -> list[tuple[str, str]]:
    return [
        (_("column"), _("meaning")),
        ("sectors", _("Empty: every sector.")),
        ("of_the_guide", _("TRUE: the guide itself names this KPI for this type; all others are suggestions.")),
        ("example_target", _("An example of the guide and no benchmark: adapt it to your sector. Empty: the guide has none.")),
        ("touchpoints", _("How many touchpoints of the workspace are of this type, by their category, channel and name.")),
        ("bound", _("On how many of them the KPI is bound.")),
    ]  # fmt: skip


def by_type_file(found: TypeList, *, kind: str) -> Iterator[bytes]:
    """Yield the list: kind csv, csv-fr or xlsx; one row a type and KPI."""
    table = [list(COLUMNS), *(_line(row, cell) for row in found.rows for cell in row.cells)]
    if kind != "xlsx":
        yield from csv_rows(table, french=kind == "csv-fr")
        return
    widths = [30, 16, 18, 28, 28, 32, 22, 12, 60, 26, 12, 50, 24, 16, 36, 12, 10]
    yield xlsx_file([(_("KPIs by type"), table, widths), (_("Data dictionary"), _dictionary(), [22, 90])])


def by_type_pdf(found: TypeList) -> bytes:
    """Return the list as PDF, A4 landscape: one block a type."""
    workspace = found.workspace
    day = formats.short_date(timezone.localdate(timezone=workspace.zone))
    footer = [workspace.name, _("cxmap · printed on %(day)s") % {"day": day}]
    if workspace.fictional:
        footer.insert(1, _("Fictional company, made-up figures"))
    data = {
        "language": (get_language() or "en")[:2],
        "title": str(_("KPIs by type of touchpoint")),
        "lead": str(_("★ named by the guide. Example targets are those of the guide: adapt them to your sector.")),
        "filters": filters_said(found),
        "heads": [str(one) for one in (_("KPI"), _("Why"), _("Direction"), _("Figures from"), _("Example target"), _("Bound"))],
        "groups": [
            {
                "name": group.category.name,
                "types": [
                    {
                        "name": row.name,
                        "channels": ", ".join(channel.name for channel in row.channels),
                        "rows": [
                            [
                                f"{'★ ' if cell.guide else ''}{cell.kpi.name}",
                                cell.why,
                                direction_words(cell),
                                str(cell.family.label),
                                _examples(cell),
                                f"{cell.bound}/{len(row.touchpoints)}" if row.touchpoints else "–",
                            ]
                            for cell in row.cells
                        ],
                    }
                    for row in group.rows
                ],
            }
            for group in found.groups
        ],
        "footer": " · ".join(footer),
    }  # fmt: skip
    return typesetting.pdf(TEMPLATE, data)


def filters_said(found: TypeList) -> str:
    """Return the filters in words; empty without one."""
    filters = found.filters
    names = [
        next((one.name for one in found.categories if one.code == filters.category), ""),
        next((one.name for one in found.channels if one.code == filters.channel), ""),
        str(Sector(filters.sector).label) if filters.sector else "",
        str(Family(filters.family).label) if filters.family else "",
    ]
    return " · ".join(name for name in names if name)
