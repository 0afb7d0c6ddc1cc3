"""The ranking of touchpoints and channels as CSV for machines, CSV for French spreadsheets and XLSX."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from cxmap.lib.sheets import csv_rows, xlsx_file
from kpis.selectors.ranking import Ranked, Ranking


def _cents(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else amount.quantize(Decimal("0.0001"))


def _cells(row: Ranked) -> list[Any]:
    view, conversion = row.telling, row.conversion
    return [
        row.place,
        row.touchpoint.name,
        row.touchpoint.code,
        row.touchpoint.category.name,
        row.touchpoint.channel.name,
        row.touchpoint.owner,
        row.verdict.value,
        _cents(row.cost),
        None if row.contacts is None else round(row.contacts),
        "measured" if row.contacts_measured else "typed" if row.contacts is not None else "",
        _cents(row.per_contact),
        _cents(conversion.cost) if conversion else None,
        _cents(conversion.low) if conversion else None,
        _cents(conversion.high) if conversion else None,
        conversion.what if conversion else "",
        view.kpi.name if view else "",
        view.state.state if view and view.state else "",
        view.value if view else None,
        view.low if view else None,
        view.high if view else None,
        view.state.target if view and view.state else None,
    ]


COLUMNS = (
    "place", "touchpoint", "touchpoint_id", "category", "channel", "owner", "verdict", "cost_per_year",
    "contacts_per_year", "contacts_from", "cost_per_contact", "cost_per_conversion", "cost_per_conversion_low",
    "cost_per_conversion_high", "conversion", "kpi", "state", "value", "low", "high", "target",
)  # fmt: skip


def _dictionary(found: Ranking) -> list[tuple[str, str]]:
    return [
        (_("column"), _("meaning")),
        ("place", _("Rank in the order that was chosen; empty: it cannot be ranked, because something is unknown.")),
        ("verdict", _("works, fails, mixed, undecided or unknown: what the states of its KPIs establish.")),
        ("cost_per_year", _("Empty: unknown, which is not 0. Currency: %(currency)s.") % {"currency": found.currency}),
        ("contacts_from", _("typed: as the library says; measured: the widest base of its KPIs, carried to a year.")),
        ("cost_per_conversion", _("If the whole year is like the last closed period; low and high: 95 % interval.")),
        ("kpi", _("The KPI that is farthest from its target, with its value, interval and target.")),
    ]


def ranking_file(found: Ranking, *, kind: str) -> Iterator[bytes]:
    """Yield the ranking: kind csv, csv-fr or xlsx. Rows that cannot be ranked come last, without a place."""
    table = [list(COLUMNS), *(_cells(row) for row in (*found.ranked, *found.unknown))]
    if kind != "xlsx":
        yield from csv_rows(table, french=kind == "csv-fr")
        return
    channels: list[list[Any]] = [
        ["channel", "touchpoints", "cost_per_year", "with_cost", "cost_per_contact", "with_both", "cost_of_failing"]
    ]
    for row in found.channels:
        channels.append(
            [row.channel.name, row.touchpoints, _cents(row.cost), row.with_cost, _cents(row.per_contact), row.with_both,
             _cents(row.failing_cost)]
        )  # fmt: skip
    yield xlsx_file(
        [
            (_("Touchpoints"), table, [8, 34, 24, *[18] * 18]),
            (_("Channels"), channels, [28, *[16] * 6]),
            (_("Data dictionary"), _dictionary(found), [28, 90]),
        ]
    )
