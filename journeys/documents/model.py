"""What a map says on paper, apart from any medium: columns, lanes with the lines of their cells, curves, footer."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import get_language, gettext, pgettext

from cxmap.lib import formats
from journeys import interchange
from journeys import lanes as registry
from journeys.branches import NOWHERE, Place
from journeys.curve import LINES_MAX
from journeys.lanes import MapContext, PrintLine
from journeys.models import CurvePoint, JourneyKind
from journeys.picture import document_seen
from journeys.proof import is_proven
from journeys.selectors import Board
from journeys.versions import standing
from personas.models import Persona

PERSONA_COLOURS = ("#0072B2", "#B87700", "#009E73", "#CC79A7", "#2A8FC4")
MARKERS = ("circle", "square", "triangle", "diamond", "hexagon")
BELIEVED_COLOUR, MEASURED_COLOUR, TO_BE_COLOUR = "#5B6472", "#0072B2", "#2F6B49"
LEVELS = (2, 1, 0, -1, -2)


@dataclass(frozen=True, slots=True)
class Column:
    """A step."""

    number: int
    public_id: str
    name: str
    stage: int  # index of its stage
    mark: str
    tone: str
    state: str  # the mark in words
    decisive: bool
    remarks: str  # optional, repeatable, its way
    flags: str = ""  # the remarks without the way, where a bracket shows it
    place: Place = NOWHERE  # in a branch
    branch: str = ""
    path: str = ""
    loop: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """A stage over its columns."""

    name: str
    first: int
    count: int


@dataclass(frozen=True, slots=True)
class Series:
    """One line of the curve: level by column, None where it breaks."""

    name: str
    layer: str  # believed, measured or to_be
    colour: str
    marker: str
    values: Sequence[float | None]
    low: Sequence[float | None] = ()
    high: Sequence[float | None] = ()
    persona: bool = False


@dataclass(frozen=True, slots=True)
class Curve:
    series: Sequence[Series]
    level_names: Sequence[str]
    small: bool = False  # one of several persons' curves, each in a lane of its own


@dataclass(frozen=True, slots=True)
class LaneDoc:
    label: str
    hint: str
    key: str
    cells: Sequence[Sequence[PrintLine]]  # lines by column
    curve: Curve | None = None


@dataclass(frozen=True, slots=True)
class MapDoc:
    """Everything that is set."""

    language: str
    title: str
    chips: Sequence[str]
    facts: Sequence[tuple[str, str]]
    strip: Sequence[tuple[str, str]]  # scenario, expectation, measure of success
    bands: Sequence[Band]
    columns: Sequence[Column]
    lanes: Sequence[LaneDoc]
    legend: Sequence[str]
    footer: Sequence[str]
    texts: Mapping[str, str] = field(default_factory=dict)


def evidence_share(board: Board) -> tuple[int, int]:
    """Return how many text cells of the map hold a card with evidence or a source, and how many hold any.

    The opinion of a workshop is no evidence (proof.is_proven).
    """
    typed = {row.lane.pk for row in board.lanes if row.kind.typed and not row.lane.hidden}
    shown = {column.step.pk for column in board.columns}
    cells: dict[tuple[UUID, UUID], bool] = {}
    for card in board.picture.cards:
        if card.lane_id in typed and card.step_id in shown:
            key = (card.lane_id, card.step_id)
            cells[key] = cells.get(key, False) or is_proven(card)
    return sum(cells.values()), len(cells)


def _curve(board: Board) -> Curve:
    place = {column.step.pk: number for number, column in enumerate(board.columns)}
    count = len(place)
    names = {persona.pk: persona for persona in board.personas}
    levels: dict[tuple[str, UUID | None], list[float | None]] = {}
    for point in board.picture.points:
        if point.step_id not in place:
            continue
        key = (point.layer, point.persona_id if point.persona_id in names else None)
        levels.setdefault(key, [None] * count)[place[point.step_id]] = float(point.level)
    order: dict[UUID | None, int] = {persona.pk: number for number, persona in enumerate(board.personas)}
    found = []
    for (layer, persona_id), values in sorted(levels.items(), key=lambda item: (item[0][0], order.get(item[0][1], -1))):
        persona = names.get(persona_id) if persona_id else None
        believed = layer == CurvePoint.Layer.BELIEVED
        label = gettext("believed by the team") if believed else pgettext("curve", "aimed at")
        found.append(
            Series(
                name=f"{persona.name}, {label}" if persona else label,
                layer=layer,
                colour=_colour(persona) or (BELIEVED_COLOUR if believed else TO_BE_COLOUR),
                marker=MARKERS[order[persona.pk] % 5] if persona else "circle",
                values=values,
                persona=persona is not None,
            )
        )
    context = MapContext(
        journey=board.journey, step_ids=list(place), touchpoints_of_step=board.touchpoints, period=board.period
    )
    measured = registry.measured(context)
    if measured:
        points: list[Any] = [measured.get(pk) for pk in place]
        found.append(
            Series(
                name=gettext("measured among employees, with 95% interval")
                if board.journey.kind == JourneyKind.EMPLOYEE
                else gettext("measured among customers, with 95% interval"),
                layer="measured",
                colour=MEASURED_COLOUR,
                marker="circle",
                values=[point.value if point else None for point in points],
                low=[point.low if point else None for point in points],
                high=[point.high if point else None for point in points],
            )
        )
    return Curve(series=found, level_names=list(reversed(board.levels)))


def _colour(persona: Persona | None) -> str:
    return PERSONA_COLOURS[persona.colour % 5] if persona else ""


def _remarks(step: Any, *, way: bool = True) -> str:
    found = [" › ".join(filter(None, [step.branch, step.path]))] if way else []
    if step.optional:
        found.append(gettext("optional"))
    if step.repeatable:
        found.append(gettext("can be repeated"))
    if step.linked_journey_id:
        found.append(gettext("has a map of its own"))
    return " · ".join(filter(None, found))


def _footer(board: Board) -> list[str]:
    journey = board.journey
    backed, cells = evidence_share(board)
    age = standing(journey)
    version = gettext("no version saved yet")
    if board.version is not None:
        version = board.version.published_words
    elif age.number is not None:
        names = {"number": age.number}
        version = (
            gettext("version %(number)s, changed since") % names
            if age.changed_since
            else gettext("version %(number)s") % names
        )
    if board.period:
        period = formats.period_text(board.period.start, board.period.end)
    else:
        period = gettext("last closed period of each KPI")
    found = [
        version,
        gettext("printed on %(day)s") % {"day": formats.short_date(timezone.localdate())},
        gettext("figures: %(period)s") % {"period": period},
    ]
    if cells:
        found.append(gettext("evidence-backed: %(share)s of the cells") % {"share": formats.percent(backed / cells, 0)})
    found.append(
        gettext("fingerprint %(digits)s")
        % {"digits": interchange.fingerprint(document_seen(journey, board.version, files=False))}
    )
    if journey.workspace.fictional:
        found.append(gettext("fictional company, made-up figures"))
    return found


def map_doc(board: Board, *, without: Collection[UUID] = ()) -> MapDoc:
    """Return a map as documents need it; `without` leaves lanes out."""
    journey = board.journey
    columns: list[Column] = []
    bands: list[Band] = []
    for band in board.stages:
        if band.columns:
            bands.append(Band(name=band.stage.name, first=len(columns), count=len(band.columns)))
        for column in band.columns:
            step = column.step
            columns.append(
                Column(
                    number=column.number,
                    public_id=step.public_id,
                    name=step.name,
                    stage=len(bands) - 1,
                    mark=column.badge.mark if column.badge else "",
                    tone=column.badge.tone if column.badge else "",
                    state=str(column.badge.label) if column.badge else "",
                    decisive=step.moment_of_truth,
                    remarks=_remarks(step),
                    flags=_remarks(step, way=False),
                    place=column.place,
                    branch=step.branch,
                    path=step.path,
                    loop=step.repeatable,
                )
            )
    lanes = []
    for row in board.lanes:
        if row.lane.pk in without:
            continue
        curve = _curve(board) if row.kind.key == "emotion" else None
        cells = [] if curve else [list(row.kind.lines(row.cells.get(column.step.pk))) for column in board.columns]
        apart: list[Series] = []
        if curve and sum(series.persona for series in curve.series) > LINES_MAX:
            apart = [series for series in curve.series if series.persona]
            curve = replace(curve, series=[series for series in curve.series if not series.persona])
        lanes.append(LaneDoc(label=row.label, hint=str(row.kind.hint), key=row.kind.key, cells=cells, curve=curve))
        for series in apart:
            own = Curve([series], list(reversed(board.levels)), small=True)
            lanes.append(LaneDoc(label="", hint="", key=row.kind.key, cells=[], curve=own))
    chips = [", ".join(filter(None, [persona.name, persona.tagline])) for persona in board.personas]
    chips = chips or [gettext("no persona yet")]
    chips += [str(journey.get_horizon_display()), str(journey.get_status_display())]
    if journey.owner:
        chips.append(gettext("Owner: %(owner)s") % {"owner": journey.owner})
    if journey.review_on:
        chips.append(gettext("review on %(day)s") % {"day": formats.short_date(journey.review_on)})
    strip = [
        (gettext("Scenario"), journey.scenario),
        (journey.expectation_label, journey.expectation),
        (gettext("Measure of success"), journey.success_measure),
    ]
    return MapDoc(
        language=(get_language() or "en")[:2],
        title=journey.name,
        chips=chips,
        facts=[(fact.value, str(fact.label)) for fact in board.facts],
        strip=[(label, text) for label, text in strip if text],
        bands=bands,
        columns=columns,
        lanes=lanes,
        legend=[
            gettext("▼ getting worse"),
            gettext("■ target missed, stable"),
            gettext("◆ to watch"),
            gettext("● on target"),
            gettext("▲ getting better"),
            gettext("○ not enough data"),
            gettext("◈ moment of truth"),
        ],
        footer=_footer(board),
        texts={
            "stages": gettext("Stages"),
            "states": gettext("States"),
            "overview": gettext("Overview of the sheets"),
            "sheet": gettext("sheet %(number)s of %(all)s"),
            "continued": gettext("continued"),
            "or": gettext("or"),
            "way": gettext("this way"),
        },
    )
