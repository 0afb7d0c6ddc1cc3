"""A template drawn small: stages over steps, touchpoints by category, the believed curve. Geometry only, as in curve.py."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from journeys.blueprints.plan import Blueprint
from journeys.curve import path

WIDTH, HEIGHT = 300.0, 104.0  # pixels of the view box
BAND, STEP_TOP, SQUARES_TOP = 13.0, 17.0, 25.0
MIDDLE, LEVEL = 72.0, 13.0
SQUARE, SQUARES_MAX = 5.0, 3
GAP = 2.0
SPREAD_WORTH_NAMING = 1.0  # levels between the lowest and the highest step


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    truth: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the small picture of a card shows; `label` says it in words."""

    stages: Sequence[Box]
    steps: Sequence[Box]
    squares: Sequence[Box]
    paths: Sequence[str]
    dots: Sequence[Dot]
    label: str
    width: float = WIDTH
    height: float = HEIGHT
    middle: float = MIDDLE


@dataclass(frozen=True, slots=True)
class WideCurve:
    """The believed curve below columns of one width in the preview."""

    paths: Sequence[str]
    dots: Sequence[Dot]
    levels: Sequence[tuple[int, float]]
    width: float
    height: float
    label: str


def _runs(points: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is not None:
            runs[-1].append(point)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if len(run) > 1]


def curve_label(blueprint: Blueprint) -> str:
    """Say where the believed curve is lowest and highest; empty without a curve worth the words."""
    moods = [(step.mood, str(step.name)) for step in blueprint.steps if step.mood is not None]
    if len(moods) < 2:
        return ""
    low, high = min(moods, key=lambda pair: pair[0]), max(moods, key=lambda pair: pair[0])
    if high[0] - low[0] < SPREAD_WORTH_NAMING:
        return ""
    return _("Believed curve: lowest at “%(low)s”, highest at “%(high)s”.") % {"low": low[1], "high": high[1]}


def drawing_of(blueprint: Blueprint) -> Drawing:
    """Return the small picture of a template."""
    column = WIDTH / len(blueprint.steps)
    stages, steps, squares, dots = [], [], [], []
    points: list[tuple[float, float] | None] = []
    number = 0
    for stage in blueprint.stages:
        width = column * len(stage.steps)
        stages.append(Box(round(number * column, 1), 0, round(width - GAP, 1), BAND))
        for step in stage.steps:
            left, centre = number * column, (number + 0.5) * column
            steps.append(Box(round(left, 1), STEP_TOP, round(column - GAP, 1), 4))
            shown = (
                step.touchpoints[:SQUARES_MAX] if column > SQUARES_MAX * (SQUARE + 1) + GAP else step.touchpoints[:1]
            )
            squares += [
                Box(
                    round(left + place * (SQUARE + 1), 1),
                    SQUARES_TOP,
                    SQUARE,
                    SQUARE,
                    blueprint.touchpoints[key].category,
                )
                for place, key in enumerate(shown)
            ]
            if step.mood is None:
                points.append(None)
            else:
                y = round(MIDDLE - float(step.mood) * LEVEL, 1)
                points.append((centre, y))
                dots.append(Dot(round(centre, 1), y, step.truth))
            number += 1
    return Drawing(
        stages=stages,
        steps=steps,
        squares=squares,
        paths=[path(run) for run in _runs(points)],
        dots=dots,
        label=curve_label(blueprint),
    )


def wide_curve_of(blueprint: Blueprint, *, column: int) -> WideCurve | None:
    """Return the believed curve for columns of so many pixels; None when the template has none."""
    level, margin = 20.0, 16.0
    middle = 2 * level + margin

    def y_of(value: float) -> float:
        return round(middle - value * level, 1)

    points = [
        None if step.mood is None else ((number + 0.5) * column, y_of(float(step.mood)))
        for number, step in enumerate(blueprint.steps)
    ]
    if not any(points):
        return None
    return WideCurve(
        paths=[path(run) for run in _runs(points)],
        dots=[
            Dot(point[0], point[1], step.truth)
            for point, step in zip(points, blueprint.steps, strict=True)
            if point is not None
        ],
        levels=[(value, y_of(value)) for value in (2, 1, 0, -1, -2)],
        width=column * len(points),
        height=2 * middle,
        label=curve_label(blueprint),
    )
