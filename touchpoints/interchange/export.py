"""Writing the library as CSV for machines, CSV for French spreadsheets and XLSX."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _

from cxmap.lib.sheets import csv_rows, xlsx_file
from cxmap.workspaces.models import Workspace
from touchpoints.interchange.columns import COLUMNS, FACTS
from touchpoints.models import ContentItem, Touchpoint


def _choice(row: Touchpoint, key: str, *, machine: bool) -> str:
    value = getattr(row, key)
    return value if machine or not value else str(getattr(row, f"get_{key}_display")())


def _row(row: Any, *, machine: bool, unsure: frozenset[str]) -> list[Any]:
    """Return the cells of one touchpoint; people read names, programs codes."""
    cells: list[Any] = []
    for column in COLUMNS:
        if column.key in {"category", "channel"}:
            found = getattr(row, column.key)
            # Two channels may have the same name: then only the code says which.
            cells.append(found.code if machine or found.name in unsure else found.name)
        elif column.choices is not None:
            cells.append(_choice(row, column.key, machine=machine))
        else:
            cells.append(getattr(row, column.key))
    return [*cells, row.journey_count, row.kpi_count, row.updated_at.date()]


def dictionary(workspace: Workspace) -> list[tuple[str, str]]:
    """Return what each column means."""
    rows = [(str(column.label), str(column.meaning)) for column in (*COLUMNS, *FACTS)]
    return [(_("column"), _("meaning")), *rows, (_("currency"), workspace.currency)]


def _contents(workspace: Workspace, rows: Sequence[Touchpoint]) -> list[list[Any]]:
    items = ContentItem.objects.filter(
        workspace=workspace, deleted_at=None, touchpoint__in=[row.pk for row in rows]
    ).select_related("touchpoint")
    head = [_("touchpoint"), _("title"), _("kind"), _("address"), _("last updated on"), _("owner")]
    return [
        head,
        *(
            [item.touchpoint.name, item.title, item.get_kind_display(), item.address, item.updated_on, item.owner]
            for item in items.order_by("touchpoint__sort_key", "created_at", "id")
        ),
    ]


def library_file(workspace: Workspace, rows: Sequence[Any], *, kind: str) -> Iterator[bytes]:
    """Yield a file of touchpoints (with category, channel, journey_count, kpi_count): kind csv, csv-fr or xlsx.

    CSV for machines has codes and the column names of the API; the others have the words of the reader's language. All
    can be brought back, in either language.
    """
    machine = kind == "csv"
    names: dict[str, set[str]] = {}
    for row in rows:
        for found in (row.category, row.channel):
            names.setdefault(found.name, set()).add(f"{type(found).__name__}:{found.code}")
    unsure = frozenset(name for name, owners in names.items() if len(owners) > 1)
    head = [column.key if machine else str(column.label) for column in (*COLUMNS, *FACTS)]
    table = [head, *(_row(row, machine=machine, unsure=unsure) for row in rows)]
    if kind != "xlsx":
        yield from csv_rows(table, french=kind == "csv-fr")
        return
    yield xlsx_file(
        [
            (_("Touchpoints"), table, [column.width for column in (*COLUMNS, *FACTS)]),
            (_("Content"), _contents(workspace, rows), [34, 40, 20, 40, 14, 24]),
            (_("Data dictionary"), dictionary(workspace), [30, 90]),
        ]
    )
