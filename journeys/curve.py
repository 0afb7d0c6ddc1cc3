"""The emotion curve as SVG geometry: believed points, measured ones with their interval.

Coordinates are pixels of the screen: every column has one width, so circles stay round. Each cell shows its own slice
of one drawing (an SVG symbol), which keeps the page small and gives every step a cell of its own for the keyboard.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from journeys.lanes import MeasuredPoint

LEVEL = 32.0
MIDDLE = 2 * LEVEL + 14
HEIGHT = 2 * MIDDLE
GAP_WORTH_NAMING = 1.0  # levels between belief and measure


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
class Curve:
    """What the emotion lane draws."""

    points: Sequence[CurvePoint]
    believed_paths: Sequence[str]
    measured_paths: Sequence[str]
    ribbons: Sequence[str]
    width: float
    column: int
    height: float = HEIGHT

    @property
    def levels(self) -> list[tuple[int, float]]:
        return [(level, y_of(level)) for level in (2, 1, 0, -1, -2)]

    def at(self, step_id: UUID) -> CurvePoint:
        return next(point for point in self.points if point.step_id == step_id)


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


def _runs(entries: Sequence[Any], present: Sequence[bool]) -> list[list[Any]]:
    """Split into stretches without a gap: a missing value breaks the line."""
    runs: list[list[Any]] = [[]]
    for entry, there in zip(entries, present, strict=True):
        if there:
            runs[-1].append(entry)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def curve_of(
    columns: Sequence[Any], believed: Mapping[UUID, float], measured: Mapping[UUID, MeasuredPoint], *, width: int
) -> Curve:
    """Return the geometry of the curve over the shown columns (StepColumn), each `width` pixels wide."""
    points = [
        CurvePoint(
            step_id=column.step.pk,
            number=column.number,
            name=column.step.name,
            x=column.index * width + width / 2,
            believed=believed.get(column.step.pk),
            measured=measured.get(column.step.pk),
            decisive=column.step.moment_of_truth,
        )
        for column in columns
    ]
    runs_b = _runs(points, [point.believed is not None for point in points])
    runs_m = _runs(points, [point.measured is not None for point in points])
    ribbons = []
    for run in runs_m:
        ends = [
            (point.x, y_of(point.measured.low), y_of(point.measured.high))
            for point in run
            if point.measured.low is not None and point.measured.high is not None
        ]
        if len(ends) == len(run):
            ribbons.append(_ribbon(ends))
    return Curve(
        points=points,
        believed_paths=[p for p in (path([(q.x, q.believed_y) for q in run]) for run in runs_b) if p],
        measured_paths=[p for p in (path([(q.x, q.measured_y) for q in run]) for run in runs_m) if p],
        ribbons=[ribbon for ribbon in ribbons if ribbon],
        width=width * max(len(columns), 1),
        column=width,
    )
