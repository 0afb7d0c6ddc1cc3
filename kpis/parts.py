"""A part of the customers: those of some segments, of one device, one country. Values and states can be those of a part."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext, gettext_lazy, pgettext

from cxmap.workspaces.models import Workspace
from personas.models import Persona, Segment

# What sources usually call their dimensions; others are shown as they came.
DIMENSIONS = {
    "age": gettext_lazy("age band"),
    "device": gettext_lazy("device"),
    "country": gettext_lazy("country"),
    "campaign": gettext_lazy("campaign"),
    "agent": gettext_lazy("agent"),
    "browser": gettext_lazy("browser"),
    "language": gettext_lazy("language"),
    "region": gettext_lazy("region"),
    "shop": gettext_lazy("shop"),
}
CHOICES = 200  # values of a dimension that a page offers

# Of the series of a statement; the names belong to Part.params.
CONDITION = (
    "(%(segments)s::bigint[] IS NULL OR series.segment_key = ANY(%(segments)s::bigint[]))"
    " AND (%(dimensions)s::jsonb IS NULL OR NOT EXISTS ("
    "SELECT FROM jsonb_each(%(dimensions)s::jsonb) AS rule"
    " WHERE NOT coalesce(jsonb_exists(rule.value, series.dimensions ->> rule.key), false)))"
)


def dimension_name(name: str) -> str:
    """Return a dimension's name in the reader's language."""
    return str(DIMENSIONS.get(name.casefold(), name))


@dataclass(frozen=True, slots=True)
class Part:
    """Whose rows count: those with one of the segments and, in every dimension named, one of its values.

    segments: ids, None for all rows, those without a segment too; dimensions: name → values.
    """

    segments: tuple[int, ...] | None = None
    dimensions: Mapping[str, Sequence[str]] = field(default_factory=dict)
    label: str = ""
    key: str = ""  # as an address has it

    def __str__(self) -> str:
        return self.label

    @property
    def params(self) -> dict[str, Any]:
        return {
            "segments": None if self.segments is None else list(self.segments),
            "dimensions": json.dumps({name: list(values) for name, values in self.dimensions.items()})
            if self.dimensions
            else None,
        }


WHOLE = Part()


def part_of_persona(persona: Persona) -> Part | None:
    """Return the customers that a persona stands for, by its segments and rule; None while nothing says who they are.

    One query, none where segments are prefetched.
    """
    segments = tuple(sorted(segment.pk for segment in persona.segments.all()))
    if not segments and not persona.dimensions:
        return None
    return Part(segments or None, persona.dimensions, label=persona.name, key=f"persona:{persona.pk}")


@dataclass(frozen=True, slots=True)
class PartGroup:
    """Parts of one kind, as a page offers them."""

    title: str
    parts: Sequence[Part]


def customers_of(persona: Persona) -> list[str]:
    """Return who a persona's customers are, in words: its segments, then a text for every dimension. One query."""
    texts = [segment.name for segment in persona.segments.all()]
    for name, values in persona.dimensions.items():
        value = gettext(" or ").join(values)
        texts.append(gettext("%(name)s: %(value)s") % {"name": dimension_name(name), "value": value})
    return texts


def part_of(workspace: Workspace, key: str) -> Part | None:
    """Return the part that an address names: "persona:ID", "segment:CODE" or "NAME=VALUE" of a dimension; else None."""
    if key.startswith("persona:"):
        try:
            pk = UUID(key.removeprefix("persona:"))
        except ValueError:
            return None
        persona = Persona.objects.filter(workspace=workspace, pk=pk, deleted_at=None).first()
        return part_of_persona(persona) if persona else None
    if key.startswith("segment:"):
        segment = Segment.objects.filter(workspace=workspace, code=key.removeprefix("segment:")).first()
        return None if segment is None else Part((segment.pk,), label=segment.name, key=key)
    name, found, value = key.partition("=")
    if not found or not name or not value or len(key) > 400:
        return None
    label = gettext("%(name)s: %(value)s") % {"name": dimension_name(name), "value": value}
    return Part(dimensions={name: (value,)}, label=label, key=key)


def part_choices(workspace: Workspace) -> list[PartGroup]:
    """Return the personas that are bound to data, and the segments and values of dimensions that have rows; four queries."""
    used = "SELECT DISTINCT segment_key FROM kpis_series WHERE workspace_id = %s AND segment_key <> 0"
    segments = Segment.objects.filter(workspace=workspace).extra(where=[f"id IN ({used})"], params=[workspace.pk])  # noqa: S610
    groups = []
    personas = Persona.objects.filter(workspace=workspace, deleted_at=None).prefetch_related("segments")
    if bound := [part for part in map(part_of_persona, personas) if part]:
        groups.append(PartGroup(gettext("Personas"), bound))
    parts = [Part((one.pk,), label=one.name, key=f"segment:{one.code}") for one in segments]
    if parts:
        groups.append(PartGroup(pgettext("of customers", "Segments"), parts))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT entry.key, entry.value FROM kpis_series AS series, jsonb_each_text(series.dimensions) AS entry"
            " WHERE series.workspace_id = %s ORDER BY 1, 2 LIMIT %s",
            [workspace.pk, CHOICES],
        )
        values: dict[str, list[Part]] = {}
        for name, value in cursor.fetchall():
            values.setdefault(name, []).append(Part(dimensions={name: (value,)}, label=value, key=f"{name}={value}"))
    return [*groups, *(PartGroup(dimension_name(name), parts) for name, parts in values.items())]
