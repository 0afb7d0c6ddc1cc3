"""The emotion curve as points and paths on paper."""

from collections.abc import Iterator, Sequence
from itertools import pairwise


def slopes(xs: Sequence[float], ys: Sequence[float]) -> list[float]:
    """Return the tangents of a monotone cubic (Fritsch and Carlson 1980): the line never leaves its points' range."""
    secants = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in pairwise(zip(xs, ys, strict=True))]
    found = [secants[0]]
    for before, after in pairwise(secants):
        found.append(2 / (1 / before + 1 / after) if before * after > 0 else 0.0)
    found.append(secants[-1])
    for number, secant in enumerate(secants):
        if secant == 0:
            found[number] = found[number + 1] = 0.0
    return found


def pieces(points: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float, float, float, float, float]]:
    """Yield the Bézier pieces through points: two handles and the end of each."""
    xs, ys = [x for x, _y in points], [y for _x, y in points]
    tangents = slopes(xs, ys)
    for number in range(len(points) - 1):
        third = (xs[number + 1] - xs[number]) / 3
        yield (
            xs[number] + third, ys[number] + tangents[number] * third,
            xs[number + 1] - third, ys[number + 1] - tangents[number + 1] * third,
            xs[number + 1], ys[number + 1],
        )  # fmt: skip


def path(points: Sequence[tuple[float, float]]) -> str:
    """Return an SVG path through the points."""
    if len(points) < 2:
        return ""
    body = "".join(f"C{a:.2f} {b:.2f} {c:.2f} {d:.2f} {e:.2f} {f:.2f}" for a, b, c, d, e, f in pieces(points))
    return f"M{points[0][0]:.2f} {points[0][1]:.2f}{body}"


def ribbon(upper: Sequence[tuple[float, float]], lower: Sequence[tuple[float, float]]) -> str:
    """Return the closed path between two lines over the same columns."""
    if len(upper) < 2:
        return ""
    start = lower[0]
    back = []
    for a, b, c, d, e, f in pieces(lower):
        # Backwards a piece starts at its end, its handles change places.
        back.append(f"C{c:.2f} {d:.2f} {a:.2f} {b:.2f} {start[0]:.2f} {start[1]:.2f}")
        start = (e, f)
    return f"{path(upper)}L{lower[-1][0]:.2f} {lower[-1][1]:.2f}{''.join(reversed(back))}Z"


def runs(values: Sequence[float | None]) -> Iterator[list[int]]:
    """Yield the stretches of columns without a gap: a missing value breaks the line."""
    run: list[int] = []
    for number, value in enumerate(values):
        if value is not None:
            run.append(number)
        elif run:
            yield run
            run = []
    if run:
        yield run
