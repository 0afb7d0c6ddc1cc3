"""The curve: monotone between real points, broken by what is missing."""

import re
from types import SimpleNamespace
from uuid import uuid4

from django.test import SimpleTestCase
from hypothesis import given
from hypothesis import strategies as st

from journeys.curve import curve_of, path, y_of
from journeys.lanes import MeasuredPoint


def columns(count: int) -> list[SimpleNamespace]:
    return [
        SimpleNamespace(
            step=SimpleNamespace(pk=uuid4(), name=f"s{i}", moment_of_truth=False, branch="", path=""),
            index=i,
            number=i + 1,
        )
        for i in range(count)
    ]


def heights(text: str, samples: int = 20) -> list[float]:
    """Return the heights along a path of cubic segments."""
    numbers = [float(n) for n in re.findall(r"-?\d+\.?\d*", text)]
    start, rest = numbers[:2], numbers[2:]
    found = []
    for i in range(0, len(rest), 6):
        p = [start, rest[i : i + 2], rest[i + 2 : i + 4], rest[i + 4 : i + 6]]
        for k in range(samples + 1):
            t = k / samples
            w = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3]
            found.append(sum(a * b[1] for a, b in zip(w, p, strict=True)))
        start = p[3]
    return found


class CurveTests(SimpleTestCase):
    @given(st.lists(st.integers(-4, 4), min_size=2, max_size=12))
    def test_the_line_never_leaves_the_range_of_its_neighbours(self, halves: list[int]) -> None:
        points = [(i * 100 + 50.0, y_of(half / 2)) for i, half in enumerate(halves)]
        text = path(points)
        for i in range(len(points) - 1):
            segment = heights(text)[i * 21 : (i + 1) * 21]
            low, high = sorted((points[i][1], points[i + 1][1]))
            self.assertGreaterEqual(min(segment), low - 0.2)
            self.assertLessEqual(max(segment), high + 0.2)

    def test_a_missing_value_breaks_the_line(self) -> None:
        shown = columns(5)
        believed = {column.step.pk: 1.0 for column in shown if column.index != 2}
        curve = curve_of(shown, believed, {}, width=196)
        self.assertEqual(len(curve.believed_paths), 2)
        self.assertIsNone(curve.points[2].believed_y)

    def test_unmeasured_steps_have_no_point_and_a_gap_is_named(self) -> None:
        shown = columns(3)
        measured = {
            shown[i].step.pk: MeasuredPoint(value=-1.0, low=-1.3, high=-0.7, n=40, name="CSAT", text="") for i in (0, 1)
        }
        curve = curve_of(shown, {shown[0].step.pk: 0.5}, measured, width=196)
        self.assertEqual(len(curve.measured_paths), 1)
        self.assertEqual(len(curve.ribbons), 1)
        self.assertIsNone(curve.points[2].measured)
        self.assertTrue(curve.points[0].gap_shown)
        self.assertEqual(curve.points[0].gap, -1.5)
