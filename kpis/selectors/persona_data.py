"""What a persona can be bound to: every segment, and the values of dimensions that sources have brought."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from cxmap.workspaces.models import Workspace
from kpis.parts import dimension_name
from personas.models import Segment

VALUES_SHOWN = 100  # of one dimension; one with more values (an order number) names nobody


@dataclass(frozen=True, slots=True)
class Choice:
    """One value; series counts what is measured of it, None where it is not known."""

    value: str
    label: str
    ticked: bool
    series: int | None


@dataclass(frozen=True, slots=True)
class Axis:
    """A dimension with its values, the most measured first."""

    name: str
    label: str
    choices: Sequence[Choice]
    left_out: int


@dataclass(frozen=True, slots=True)
class DataChoices:
    segments: Sequence[Choice]
    axes: Sequence[Axis]


VALUES = """
SELECT entry.key, entry.value, count(*)
  FROM kpis_series AS series, jsonb_each_text(series.dimensions) AS entry
 WHERE series.workspace_id = %s GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2
"""


def data_choices(
    workspace: Workspace, *, segments: Collection[int], rule: Mapping[str, Collection[str]]
) -> DataChoices:
    """Return what can be ticked; what is ticked is offered even where no data have it any more. Three queries."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT segment_key, count(*) FROM kpis_series WHERE workspace_id = %s GROUP BY 1", [workspace.pk]
        )
        measured = dict(cursor.fetchall())
        cursor.execute(VALUES, [workspace.pk])
        rows = cursor.fetchall()
    known: dict[str, list[Choice]] = {}
    left: dict[str, int] = {}
    for name, value, series in rows:
        ticked = value in rule.get(name, ())
        shown = known.setdefault(name, [])
        if ticked or len(shown) < VALUES_SHOWN:
            shown.append(Choice(value, value, ticked, series))
        else:
            left[name] = left.get(name, 0) + 1
    for name, values in rule.items():
        there = {choice.value for choice in known.get(name, ())}
        known.setdefault(name, []).extend(
            Choice(value, value, ticked=True, series=0) for value in sorted(set(values) - there)
        )
    return DataChoices(
        segments=[
            Choice(str(one.pk), one.name, one.pk in segments, measured.get(one.pk, 0))
            for one in Segment.objects.filter(workspace=workspace)
        ],
        axes=[Axis(name, dimension_name(name), choices, left.get(name, 0)) for name, choices in known.items()],
    )
