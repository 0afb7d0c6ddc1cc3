"""What the matrix lacks (A4): categories and channels without touchpoint at a stage, touchpoints without KPI, KPIs without data."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext

from cxmap.lib import formats
from cxmap.lib.text import fold
from journeys.models import Card, Journey, Step
from kpis.models import Binding, NotApplicable, State
from kpis.selectors.matrix import CategoryGroup, Matrix
from kpis.selectors.matrix_cells import Places, touchpoints_unbound
from kpis.selectors.matrix_columns import Column
from touchpoints.models import Category, Channel, Touchpoint

LISTED = 12  # of each list; the rest is one link away


@dataclass(frozen=True, slots=True)
class Share:
    """How much is covered: numerator and denominator always stand beside the share."""

    label: str
    count: int
    of: int

    @property
    def text(self) -> str:
        """18 of 24 (75 %); a dash where there is nothing to cover."""
        if not self.of:
            return "—"
        counts = gettext("%(count)s of %(all)s") % {"count": formats.whole(self.count), "all": formats.whole(self.of)}
        return f"{counts} ({formats.percent(self.count / self.of, 0)})"


@dataclass(frozen=True, slots=True)
class Gap:
    """Nothing of a category at a stage (channel None), or nothing of one channel that the guides name, anywhere."""

    category: Category
    channel: Channel | None
    column: Column | None

    @property
    def sentence(self) -> str:
        names = {"category": self.category.name}
        if self.channel is not None:
            text = gettext("No touchpoint of %(category)s by the channel “%(channel)s”, which the guides name")
            return text % {**names, "channel": self.channel.name}
        if self.column is None:
            return self.category.name
        if self.column.stages:
            text = gettext("No touchpoint of %(category)s at stage %(number)s, “%(stage)s”")
            return text % {**names, "number": self.column.position, "stage": self.column.name}
        return gettext("No touchpoint of %(category)s %(phase)s") % {**names, "phase": self.column.name}


@dataclass(frozen=True, slots=True)
class Coverage:
    """shares: what is covered, first the combinations of category and stage; `more` counts what a list leaves out."""

    shares: Sequence[Share]
    gaps: Sequence[Gap]
    channel_gaps: Sequence[Gap]
    dismissed: Sequence[tuple[NotApplicable, str]]
    unbound: Sequence[Touchpoint]
    unbound_total: int
    no_data: Sequence[Binding]
    no_data_total: int
    steps: Sequence[Step]
    steps_total: int

    @property
    def complete(self) -> bool:
        return not (self.gaps or self.channel_gaps or self.unbound_total or self.no_data_total or self.steps_total)


def coverage(found: Matrix) -> Coverage:
    """Return what the matrix lacks, and mark the cells where nothing is missing; a constant number of queries."""
    workspace, columns = found.places.workspace, found.columns
    categories = list(Category.objects.filter(workspace=workspace))
    groups = {group.category.pk: group for group in found.groups}
    dismissed = _dismissed(found)
    _mark(found.groups, dismissed)
    whole = {(row.category_id, column) for row, column in dismissed if row.channel_id is None}
    gaps, covered, excused = [], 0, 0
    for category in categories:
        for place, column in enumerate(columns):
            group = groups.get(category.pk)
            if group is not None and group.totals[place].count:
                covered += 1
            elif (category.pk, column.position) in whole:
                excused += 1
            else:
                gaps.append(Gap(category, None, column))
    every = len(categories) * len(columns)
    channel_gaps = [
        Gap(group.category, row.channel, None)
        for group in found.groups
        for row in group.rows
        if not row.total and not all(cell.dismissed for cell in row.cells)
    ]
    unbound, unbound_total = _unbound(found.places)
    no_data, no_data_total, bound = _without_data(found.places)
    steps, steps_total, all_steps = _steps_without(found)
    shares = [
        Share(gettext("Category × stage with a touchpoint"), covered, every - excused),
        Share(gettext("The same, “not applicable” counted as covered"), covered + excused, every),
        Share(gettext("Touchpoints with a KPI"), found.total - unbound_total, found.total),
        Share(gettext("KPIs with enough data"), bound - no_data_total, bound),
    ]
    if found.filters.journeys:
        shares.append(Share(gettext("Steps with a touchpoint"), all_steps - steps_total, all_steps))
    return Coverage(
        shares=shares,
        gaps=gaps,
        channel_gaps=channel_gaps,
        dismissed=_said(dismissed, columns),
        unbound=unbound,
        unbound_total=unbound_total,
        no_data=no_data,
        no_data_total=no_data_total,
        steps=steps,
        steps_total=steps_total,
    )


def _keys(column: Column, journey: Journey | None) -> list[tuple[UUID | None, str]]:
    """Return the names under which a column may have been dismissed: its own, and of a stage those of the workspace."""
    if journey is None:
        return [(None, column.key)]
    stage = column.stages[0]
    return [(journey.pk, column.key), (None, stage.template_key or f"~{fold(stage.name)}")]


def _dismissed(found: Matrix) -> list[tuple[NotApplicable, int]]:
    """Return what was said not to apply, with the position of its column."""
    positions: dict[tuple[UUID | None, str], int] = {}
    for column in found.columns:
        for key in _keys(column, found.filters.journey):
            positions.setdefault(key, column.position)
    rows = NotApplicable.objects.filter(workspace=found.places.workspace, deleted_at=None)
    rows = rows.select_related("category", "channel", "created_by")
    return [(row, positions[row.journey_id, row.column]) for row in rows if (row.journey_id, row.column) in positions]


def _mark(groups: Sequence[CategoryGroup], dismissed: Sequence[tuple[NotApplicable, int]]) -> None:
    said = {(row.category_id, row.channel_id, position) for row, position in dismissed}
    for group in groups:
        for row in group.rows:
            for cell in row.cells:
                places = {
                    (group.category.pk, row.channel.pk, cell.column.position),
                    (group.category.pk, None, cell.column.position),
                }
                cell.dismissed = not cell.count and bool(said & places)


def _said(dismissed: Sequence[tuple[NotApplicable, int]], columns: Sequence[Column]) -> list[tuple[NotApplicable, str]]:
    names = {column.position: column.name for column in columns}
    return [
        (row, " · ".join(filter(None, [row.category.name, row.channel.name if row.channel else "", names[position]])))
        for row, position in dismissed
    ]


def _unbound(places: Places) -> tuple[list[Touchpoint], int]:
    """Return the first shown touchpoints without KPI, and how many there are."""
    ids, total = touchpoints_unbound(places, limit=LISTED)
    found = Touchpoint.objects.in_bulk(ids)
    return [found[pk] for pk in ids if pk in found], total


def _without_data(places: Places) -> tuple[list[Binding], int, int]:
    """Return the first KPIs of shown touchpoints that have not enough data, how many there are, and of how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            {places.lean_clause},
            bound AS (
                SELECT binding.id, library.sort_key, coalesce(state.state, %(unknown)s) = %(unknown)s AS unknown
                  FROM kpis_binding AS binding
                  JOIN library ON library.id = binding.touchpoint_id
                  LEFT JOIN LATERAL (
                       SELECT state FROM kpis_kpistate WHERE binding_id = binding.id ORDER BY period_start DESC LIMIT 1
                       ) AS state ON true
                 WHERE binding.workspace_id = %(workspace)s AND binding.deleted_at IS NULL
                   AND library.id IN (SELECT touchpoint_id FROM placed))
            SELECT count(*), count(*) FILTER (WHERE unknown),
                   (array_agg(id::text ORDER BY sort_key, id) FILTER (WHERE unknown))[1:{LISTED}]
              FROM bound
            """,  # noqa: S608 - constants
            {**places.params, "unknown": str(State.NO_DATA)},
        )
        bound, unknown, ids = cursor.fetchone()
    rows = Binding.objects.filter(pk__in=ids or []).select_related("kpi", "touchpoint")
    return list(rows.order_by("touchpoint__sort_key", "id")), unknown, bound


def _steps_without(found: Matrix) -> tuple[list[Step], int, int]:
    """Return the first steps of the chosen journeys without touchpoint, how many there are, and of how many."""
    stages = [stage.pk for column in found.columns for stage in column.stages]
    if not stages:
        return [], 0, 0
    met = Card.objects.filter(step=OuterRef("pk"), deleted_at=None, touchpoint__isnull=False, lane__deleted_at=None)
    steps = Step.objects.filter(stage__in=stages, deleted_at=None, hidden=False).annotate(met=Exists(met))
    counted = steps.aggregate(every=Count("pk"), missing=Count("pk", filter=Q(met=False)))
    missing = steps.filter(met=False).select_related("journey", "stage")
    order = ("journey__sort_key", "journey", "stage__rank", "rank", "id")
    return list(missing.order_by(*order)[:LISTED]), counted["missing"], counted["every"]
