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


# The most measured values of each dimension; the others are only counted, but for those that are ticked.
VALUES = """
SELECT name, value, series, ofall FROM (
       SELECT name, value, series, count(*) OVER (PARTITION BY name) AS ofall,
              row_number() OVER (PARTITION BY name ORDER BY series DESC, value) AS place
         FROM (SELECT entry.key AS name, entry.value, count(*) AS series
                 FROM kpis_series AS series, jsonb_each_text(series.dimensions) AS entry
                WHERE series.workspace_id = %s GROUP BY 1, 2) AS counted) AS placed
 WHERE place <= %s OR value = ANY(%s) ORDER BY name, series DESC, value
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
        ticked_values = [value for values in rule.values() for value in values]
        cursor.execute(VALUES, [workspace.pk, VALUES_SHOWN, ticked_values])
        rows = cursor.fetchall()
    known: dict[str, list[Choice]] = {}
    left: dict[str, int] = {}
    for name, value, series, of_all in rows:
        known.setdefault(name, []).append(Choice(value, value, value in rule.get(name, ()), series))
        left[name] = of_all - len(known[name])
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
