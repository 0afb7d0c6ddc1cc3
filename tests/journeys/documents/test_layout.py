"""How a map is set on paper: sizes, sheets, borders; nothing smaller than the paper allows, nothing over the edge."""

import re
from collections.abc import Iterator, Sequence
from typing import Any
from xml.etree import ElementTree as ET

from django.test import SimpleTestCase
from hypothesis import given, settings
from hypothesis import strategies as st

from cxmap.lib.fonts import width, wrap
from journeys.documents import PAPERS, DoesNotFit, canvas, lay_out, svg_write
from journeys.documents.model import Band, Column, Curve, LaneDoc, MapDoc, Series
from journeys.documents.shapes import Clip, Page, Shape, Text
from journeys.lanes import PrintLine

SENTENCE = "What the customer does here, said in a sentence of usual length"


def doc(columns: int, lanes: int, *, cards: int = 1, text: str = SENTENCE, stages: int = 3) -> MapDoc:
    per = max(1, columns // stages)
    bands = []
    for first in range(0, columns, per):
        bands.append(Band(f"Stage {first}", first, min(per, columns - first)))
    series = Series("believed", "believed", "#5B6472", "circle", [number % 5 - 2.0 for number in range(columns)])
    measured = Series(
        "measured", "measured", "#0072B2", "circle",
        [1.0 if number % 3 else None for number in range(columns)],
        [0.5 if number % 3 else None for number in range(columns)],
        [1.5 if number % 3 else None for number in range(columns)],
    )  # fmt: skip
    return MapDoc(
        language="en",
        title="A map",
        chips=["Inès", "as-is"],
        facts=[("3", "open signals")],
        strip=[("Scenario", "Shoes for a wedding")],
        bands=bands,
        columns=[
            Column(number + 1, f"S-{number + 1:03d}", f"Step {number}", 0, "▼", "worse", "getting worse", number == 1, "")
            for number in range(columns)
        ],
        lanes=[
            LaneDoc("Emotion", "", "emotion", [], Curve([series, measured], ["++", "+", "0", "-", "--"])),
            *(
                LaneDoc(f"Lane {number}", "hint", "text", [[PrintLine(text)] * cards for _column in range(columns)])
                for number in range(lanes)
            ),
        ],
        legend=["▼ getting worse"],
        footer=["version 1", "fingerprint 123"],
        texts={"stages": "Stages", "states": "States", "overview": "Overview", "sheet": "sheet %(number)s of %(all)s", "continued": "continued"},
    )  # fmt: skip


def texts(shapes: Sequence[Shape]) -> Iterator[Text]:
    for shape in shapes:
        if isinstance(shape, Text):
            yield shape
        elif isinstance(shape, Clip):
            yield from texts(shape.shapes)


def said(page: Page) -> str:
    return " ".join(text.text for text in texts(page.shapes))


class LayoutTest(SimpleTestCase):
    def check(self, pages: Sequence[Page], smallest: float) -> None:
        """Every text is large enough and inside its page."""
        count = 0
        for page in pages:
            for text in texts(page.shapes):
                count += 1
                self.assertGreaterEqual(text.size, smallest - 0.001, text.text)
                own = width(text.text, text.size, weight=text.weight, italic=text.italic)
                left = text.x - {"start": 0, "middle": own / 2, "end": own}[text.anchor]
                self.assertGreaterEqual(left, 20, text.text)
                self.assertLessEqual(left + own, page.w - 20, text.text)
                self.assertLessEqual(text.y, page.h - 20, text.text)
        self.assertGreater(count, 5)

    def test_it_works(self) -> None:
        found = lay_out(doc(8, 5), "a3")
        self.assertEqual((len(found.pages), found.sheets), (1, 1))
        self.assertAlmostEqual(found.pages[0].w, 1190.55, delta=0.1)
        self.check(found.pages, 7)

    def test_a_larger_paper_has_larger_text(self) -> None:
        sizes = [lay_out(doc(8, 4), key).size for key in PAPERS]
        self.assertEqual(sizes, sorted(sizes))
        self.assertGreater(sizes[-1], 2 * sizes[0])

    def test_several_sheets_break_at_columns_and_repeat_the_labels(self) -> None:
        found = lay_out(doc(30, 4), "a3")
        self.assertGreater(found.sheets, 1)
        self.assertEqual(len(found.pages), found.sheets + 1)
        self.assertIn("Overview", said(found.pages[0]))
        seen: list[int] = []
        for number, page in enumerate(found.pages[1:], 1):
            text = said(page)
            self.assertIn("Lane 3", text)
            self.assertIn("Stages", text)
            self.assertIn(f"sheet {number} of {found.sheets}", text)
            seen += [int(match) for match in re.findall(r"(\d+)\u00a0 Step", text)]
        self.assertEqual(seen, list(range(1, 31)))
        self.check(found.pages, 7)

    def test_what_does_not_fit_is_refused_with_what_helps(self) -> None:
        with self.assertRaises(DoesNotFit) as caught:
            lay_out(doc(6, 25, cards=2), "a4")
        self.assertIn("a0", caught.exception.papers)
        self.assertNotIn("a4", caught.exception.papers)
        self.assertLess(caught.exception.lanes, 25)
        fitting = lay_out(doc(6, caught.exception.lanes - 1, cards=2), "a4")
        self.check(fitting.pages, 6)
        for key in caught.exception.papers:
            lay_out(doc(6, 25, cards=2), key)

    def test_lanes_go_on_further_sheets_when_they_may(self) -> None:
        found = lay_out(doc(6, 25, cards=4), "a4", split=True)
        whole = " ".join(said(page) for page in found.pages[1:])
        for number in range(25):
            self.assertIn(f"Lane {number}", whole)
        self.check(found.pages, 6)

    def test_a_lane_higher_than_a_sheet_goes_on(self) -> None:
        found = lay_out(doc(2, 1, cards=80), "a4", split=True)
        whole = " ".join(said(page) for page in found.pages)
        self.assertIn("Lane 0 (continued)", whole)
        self.assertEqual(whole.count("What the customer"), 160)

    def test_the_footer_stands_on_every_sheet(self) -> None:
        for page in lay_out(doc(30, 4), "a3").pages:
            self.assertIn("fingerprint 123", said(page))
            self.assertIn("▼\u00a0getting\u00a0worse", said(page))

    @settings(max_examples=25, deadline=None)
    @given(
        columns=st.integers(1, 40),
        lanes=st.integers(0, 12),
        cards=st.integers(0, 3),
        text=st.text(max_size=60),
        paper=st.sampled_from(list(PAPERS)),
    )
    def test_any_map(self, columns: int, lanes: int, cards: int, text: str, paper: str) -> None:
        found = lay_out(doc(columns, lanes, cards=cards, text=text), paper, split=True)
        self.check(found.pages, PAPERS[paper].smallest)


class FontsTest(SimpleTestCase):
    @settings(max_examples=150, deadline=None)
    @given(text=st.text(max_size=80), limit=st.integers(20, 200))
    def test_no_line_is_too_wide_and_nothing_is_lost(self, text: str, limit: int) -> None:
        lines = wrap(text, 8, limit)
        for line in lines:
            self.assertTrue(width(line, 8) <= limit + 0.01 or len(line) == 1, line)
        self.assertEqual("".join("".join(lines).split()), "".join(text.split()))


class SvgTest(SimpleTestCase):
    def svg(self, found: MapDoc) -> Any:
        page = canvas(found).pages[0]
        return ET.fromstring(svg_write(page, title="A <map>", language="en"))  # noqa: S314

    def test_real_text(self) -> None:
        root = self.svg(doc(20, 3))
        text = " ".join(node.text or "" for node in root.iter("{http://www.w3.org/2000/svg}text"))
        self.assertIn("Step 19", text)
        self.assertIn("What the customer", text)

    @settings(max_examples=25, deadline=None)
    @given(text=st.text(max_size=60))
    def test_any_text_is_well_formed(self, text: str) -> None:
        self.svg(doc(2, 1, text=text))
