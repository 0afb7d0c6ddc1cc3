"""The emotion curve as SVG geometry: believed points, measured ones with their interval.

Coordinates are pixels of the screen: every column has one width, so circles stay round. Each cell shows its own slice
of one drawing (an SVG symbol), which keeps the page small and gives every step a cell of its own for the keyboard.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from journeys.lanes import MeasuredPoint

LEVEL = 32.0
MIDDLE = 2 * LEVEL + 14
HEIGHT = 2 * MIDDLE
GAP_WORTH_NAMING = 1.0  # levels between belief and measure


LINES_MAX = 5  # lines of personas over each other; more are small multiples (journey-map § 4)


@dataclass(frozen=True, slots=True)
class Ring:
    """A point of one line at one step, which people drag."""

    layer: str
    persona: Any  # Persona, or None for the map's common curve
    level: float
    y: float
    shape: int  # index of the marker: circle, square, triangle, star, cross


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One step on the curve."""

    step_id: UUID
    number: int
    name: str
    x: float
    believed: float | None
    measured: MeasuredPoint | None
    decisive: bool
    to_be: float | None = None
    rings: Sequence[Ring] = ()  # of the lines of personas and of the to-be one

    @property
    def gap(self) -> float | None:
        """Measured minus believed, in levels; None when one is missing."""
        if self.believed is None or self.measured is None:
            return None
        return self.measured.value - self.believed

    @property
    def gap_shown(self) -> bool:
        return self.gap is not None and abs(self.gap) >= GAP_WORTH_NAMING

    @property
    def believed_y(self) -> float | None:
        return None if self.believed is None else y_of(self.believed)

    @property
    def measured_y(self) -> float | None:
        return None if self.measured is None else y_of(self.measured.value)


@dataclass(frozen=True, slots=True)
class LineOf:
    """What one line goes through: the levels by step, of a layer and a persona (None: the map's common curve)."""

    layer: str
    levels: Mapping[UUID, float]
    persona: Any = None
    index: int = 0  # place among the personas of the map: colour, dash and marker follow it


@dataclass(frozen=True, slots=True)
class CurveLine:
    """A drawn line beside the common believed and measured ones."""

    layer: str
    persona: Any
    index: int
    paths: Sequence[str]

    @property
    def css(self) -> str:
        return "to-be" if self.layer == "to_be" and self.persona is None else f"persona-{self.index % LINES_MAX + 1}"


SMALL_COLUMN, SMALL_LEVEL, SMALL_MARGIN = 26.0, 15.0, 8.0  # pixels of a small multiple


@dataclass(frozen=True, slots=True)
class SmallPoint:
    """One step on a small multiple."""

    number: int
    name: str
    level: float
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Multiple:
    """The curve of one persona as a chart of its own; all have one scale, and the map's common curve behind it."""

    persona: Any
    index: int
    paths: Sequence[str]
    common: Sequence[str]
    points: Sequence[SmallPoint]
    width: float
    height: float = 4 * SMALL_LEVEL + 2 * SMALL_MARGIN

    @property
    def rows(self) -> list[tuple[int, float]]:
        return [(level, _small_y(level)) for level in (2, 1, 0, -1, -2)]

    @property
    def lowest(self) -> SmallPoint | None:
        return min(self.points, key=lambda point: point.level, default=None)

    @property
    def highest(self) -> SmallPoint | None:
        return max(self.points, key=lambda point: point.level, default=None)


def _small_y(level: float) -> float:
    return SMALL_MARGIN + (2 - level) * SMALL_LEVEL


@dataclass(frozen=True, slots=True)
class Curve:
    """What the emotion lane draws."""

    points: Sequence[CurvePoint]
    believed_paths: Sequence[str]
    measured_paths: Sequence[str]
    ribbons: Sequence[str]
    width: float
    column: int
    height: float = HEIGHT
    slices: Sequence[tuple[float, float]] = ()  # left edge and width of every column
    lines: Sequence[CurveLine] = ()  # to-be, and personas
    hatches: Sequence[str] = ()  # between believed and measured
    connectors: Sequence[str] = ()  # to and from the ways of a branch
    multiples: Sequence[Multiple] = ()  # instead of lines, of more personas than can be told apart over each other
    _by_step: Mapping[UUID, CurvePoint] = field(default_factory=dict)

    @property
    def levels(self) -> list[tuple[int, float]]:
        return [(level, y_of(level)) for level in (2, 1, 0, -1, -2)]

    def at(self, step_id: UUID) -> CurvePoint:
        return self._by_step[step_id]

    @property
    def gaps(self) -> list[CurvePoint]:
        """Steps where belief and measure are at least a level apart, the widest gap first: where we were wrong."""
        return sorted((point for point in self.points if point.gap_shown), key=lambda point: -abs(point.gap or 0))

    @property
    def has_to_be(self) -> bool:
        return any(line.layer == "to_be" for line in self.lines)

    @property
    def is_empty(self) -> bool:
        """True while nothing is believed, measured or aimed at."""
        return all(point.believed is None and point.measured is None and not point.rings for point in self.points)

    @property
    def has_personas(self) -> bool:
        return any(ring.persona for point in self.points for ring in point.rings)


def y_of(level: float) -> float:
    """Return the height of a level in the view box, from the top."""
    return round(MIDDLE - level * LEVEL, 1)


def _slopes(xs: Sequence[float], ys: Sequence[float]) -> list[float]:
    """Return the tangents of a monotone cubic (Fritsch and Carlson 1980): never above or below a real point."""
    count = len(xs)
    secants = [(ys[i + 1] - ys[i]) / (xs[i + 1] - xs[i]) for i in range(count - 1)]
    slopes = [secants[0], *[0.0] * (count - 2), secants[-1]]
    for i in range(1, count - 1):
        if secants[i - 1] * secants[i] > 0:
            slopes[i] = 2 / (1 / secants[i - 1] + 1 / secants[i])
    for i in range(count - 1):
        if secants[i] == 0:
            slopes[i] = slopes[i + 1] = 0.0
    return slopes


def _segments(xs: Sequence[float], ys: Sequence[float]) -> str:
    slopes = _slopes(xs, ys)
    parts = []
    for i in range(len(xs) - 1):
        third = (xs[i + 1] - xs[i]) / 3
        parts.append(
            f"C{xs[i] + third:.1f} {ys[i] + slopes[i] * third:.1f} "
            f"{xs[i + 1] - third:.1f} {ys[i + 1] - slopes[i + 1] * third:.1f} {xs[i + 1]:.1f} {ys[i + 1]:.1f}"
        )
    return "".join(parts)


def path(points: Sequence[tuple[float, float]]) -> str:
    """Return an SVG path through the points; one point alone draws no line."""
    if len(points) < 2:
        return ""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return f"M{xs[0]:.1f} {ys[0]:.1f}{_segments(xs, ys)}"


def _ribbon(points: Sequence[tuple[float, float, float]]) -> str:
    """Return the closed shape between the low and high ends of neighbouring intervals."""
    if len(points) < 2:
        return ""
    xs = [x for x, _, _ in points]
    upper, lower = [high for _, _, high in points], [low for _, low, _ in points]
    back = f"L{xs[-1]:.1f} {lower[-1]:.1f}{_segments([-x for x in reversed(xs)], list(reversed(lower)))}"
    # The way back runs on mirrored x, which keeps it increasing for the slopes; mirror it again here.
    first = f"M{xs[0]:.1f} {upper[0]:.1f}{_segments(xs, upper)}"
    return first + _unmirror(back) + "Z"


def _unmirror(text: str) -> str:
    head, *curves = text.split("C")
    turned = []
    for curve in curves:
        numbers = [float(number) for number in curve.split()]
        turned.append(" ".join(f"{-n if i % 2 == 0 else n:.1f}" for i, n in enumerate(numbers)))
    return head + "".join(f"C{part}" for part in turned)


def _runs(points: Sequence[Any], levels: Mapping[UUID, float], ways: Mapping[UUID, tuple[str, str]]) -> list[list[Any]]:
    """Split into stretches that one line goes through: a missing value breaks it, and so do ways side by side."""
    runs: list[list[Any]] = [[]]
    before: tuple[str, str] = ("", "")
    for point in points:
        way = ways.get(point.step_id, ("", ""))
        if runs[-1] and way[0] and way[0] == before[0] and way[1] != before[1]:
            runs.append([])
        if point.step_id in levels:
            runs[-1].append(point)
        elif runs[-1]:
            runs.append([])
        before = way
    return [run for run in runs if run]


def _paths(points: Sequence[Any], levels: Mapping[UUID, float], ways: Mapping[UUID, tuple[str, str]]) -> list[str]:
    drawn = (path([(q.x, y_of(levels[q.step_id])) for q in run]) for run in _runs(points, levels, ways))
    return [line for line in drawn if line]


def _connectors(
    points: Sequence[CurvePoint], levels: Mapping[UUID, float], ways: Mapping[UUID, tuple[str, str]]
) -> list[str]:
    """Return straight lines from the step before a branch to each further way, and from each earlier way to what follows."""
    found = []
    start = 0
    while start < len(points):
        branch = ways.get(points[start].step_id, ("", ""))[0]
        end = start
        while branch and end + 1 < len(points) and ways.get(points[end + 1].step_id, ("", ""))[0] == branch:
            end += 1
        if branch and end > start:
            group = points[start : end + 1]
            starts = [q for i, q in enumerate(group) if i and ways[q.step_id][1] != ways[group[i - 1].step_id][1]]
            ends = [
                q
                for i, q in enumerate(group)
                if i + 1 < len(group) and ways[q.step_id][1] != ways[group[i + 1].step_id][1]
            ]
            pairs = [(points[start - 1], q) for q in starts] if start else []
            pairs += [(q, points[end + 1]) for q in ends] if end + 1 < len(points) else []
            found += [
                f"M{a.x:.1f} {y_of(levels[a.step_id]):.1f}L{b.x:.1f} {y_of(levels[b.step_id]):.1f}"
                for a, b in pairs
                if a.step_id in levels and b.step_id in levels
            ]
        start = end + 1
    return found


def _hatches(points: Sequence[CurvePoint]) -> list[str]:
    """Return shapes between what was believed and what was measured: a band over neighbours, a bar at a lone step."""
    shapes, run = [], []
    for point in [*points, None]:
        if point is not None and point.believed is not None and point.measured is not None:
            run.append((point.x, y_of(point.believed), y_of(point.measured.value)))
            continue
        if len(run) > 1:
            shapes.append(_ribbon(run))
        elif run:
            x, one, other = run[0]
            if abs(one - other) >= LEVEL / 2:
                shapes.append(f"M{x - 5:.1f} {one:.1f}H{x + 5:.1f}V{other:.1f}H{x - 5:.1f}Z")
        run = []
    return shapes


def _multiple(
    line: LineOf,
    points: Sequence[CurvePoint],
    believed: Mapping[UUID, float],
    ways: Mapping[UUID, tuple[str, str]],
) -> Multiple:
    place = {point.step_id: (number + 0.5) * SMALL_COLUMN for number, point in enumerate(points)}

    def paths(levels: Mapping[UUID, float]) -> list[str]:
        runs = ([(place[q.step_id], _small_y(levels[q.step_id])) for q in run] for run in _runs(points, levels, ways))
        return [drawn for drawn in map(path, runs) if drawn]

    return Multiple(
        persona=line.persona,
        index=line.index,
        paths=paths(line.levels),
        common=paths(believed),
        points=[
            SmallPoint(
                point.number,
                point.name,
                line.levels[point.step_id],
                place[point.step_id],
                _small_y(line.levels[point.step_id]),
            )
            for point in points
            if point.step_id in line.levels
        ],
        width=len(points) * SMALL_COLUMN,
    )


def curve_of(
    columns: Sequence[Any],
    believed: Mapping[UUID, float],
    measured: Mapping[UUID, MeasuredPoint],
    *,
    width: int,
    widths: Sequence[int] = (),
    more: Sequence[LineOf] = (),
) -> Curve:
    """Return the geometry of the curve over the shown columns (StepColumn), each `width` pixels wide or as `widths` says.

    `more` are the lines beside the common one: what is aimed at, and what is believed of single personas.
    """
    own = list(widths) or [width] * len(columns)
    edges = [0.0]
    for one in own:
        edges.append(edges[-1] + one)
    several = [line for line in more if line.persona is not None]
    apart = several if len(several) > LINES_MAX else []
    shown = [line for line in more if line not in apart]
    to_be = next((line.levels for line in shown if line.layer == "to_be" and line.persona is None), {})
    points = [
        CurvePoint(
            step_id=column.step.pk,
            number=column.number,
            name=column.step.name,
            x=edges[column.index] + own[column.index] / 2,
            believed=believed.get(column.step.pk),
            measured=measured.get(column.step.pk),
            decisive=column.step.moment_of_truth,
            to_be=to_be.get(column.step.pk),
            rings=[
                Ring(
                    line.layer, line.persona, line.levels[column.step.pk], y_of(line.levels[column.step.pk]), line.index
                )
                for line in shown
                if column.step.pk in line.levels
            ],
        )
        for column in columns
    ]
    ways = {column.step.pk: (column.step.branch, column.step.path) for column in columns}
    said = {point.step_id: point.measured.value for point in points if point.measured is not None}
    ribbons = []
    for run in _runs(points, said, ways):
        ends = [
            (point.x, y_of(point.measured.low), y_of(point.measured.high))
            for point in run
            if point.measured.low is not None and point.measured.high is not None
        ]
        if len(ends) == len(run):
            ribbons.append(_ribbon(ends))
    return Curve(
        points=points,
        believed_paths=_paths(points, believed, ways),
        measured_paths=_paths(points, said, ways),
        ribbons=[ribbon for ribbon in ribbons if ribbon],
        width=edges[-1] or float(width),
        column=width,
        slices=[(edges[i], float(one)) for i, one in enumerate(own)],
        lines=[CurveLine(line.layer, line.persona, line.index, _paths(points, line.levels, ways)) for line in shown],
        hatches=_hatches(points),
        connectors=_connectors(points, believed, ways) if any(way[0] for way in ways.values()) else [],
        multiples=[_multiple(line, points, believed, ways) for line in apart],
        _by_step={point.step_id: point for point in points},
    )
