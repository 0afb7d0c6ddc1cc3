"""A map as slides of native shapes: an overview, then each stage. Every text can be changed, the curve has its points."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from cxmap.lib.fonts import shortened, width
from cxmap.lib.slides import HEIGHT, MARGIN, WIDTH, Run, Slide, deck_write
from journeys.documents import curves
from journeys.documents.cells import Block, gap_after, stack_height
from journeys.documents.grid import Grid, Row, grid_of, row_pieces
from journeys.documents.model import LEVELS, Band, Curve, LaneDoc, MapDoc, Series
from journeys.documents.style import DECISIVE, INK, LABEL_FILL, MUTED, PAPER, RULE, STAGE_FILL, TONES

TOP, BOTTOM = 54.0, 26.0  # where the title ends, where the footer begins
ROOM = HEIGHT - TOP - BOTTOM
CURVE_HEIGHT = 9.0  # text sizes
SMALLEST, LARGEST = 8.0, 12.0  # text sizes
COLUMNS_MAX = 6  # steps beside each other on a slide
DASH = {"believed": "dash", "to_be": "sysDot", "measured": "solid"}
GEOMETRY = {"circle": "ellipse", "square": "rect", "triangle": "triangle", "diamond": "diamond", "hexagon": "hexagon"}


# What stands on the slides


def pptx_write(doc: MapDoc) -> bytes:
    """Return the map as PPTX: an overview, and for every stage one slide, or more when it is too full for one."""
    language = "fr-FR" if doc.language == "fr" else "en-GB"
    slides = [_overview(doc, language)]
    for number, band in enumerate(doc.bands):
        slides += _stage(doc, band, number, language)
    for number, slide in enumerate(slides, 1):
        _foot(slide, doc, number, len(slides))
    return deck_write(slides, title=doc.title, language=language)


def _foot(slide: Slide, doc: MapDoc, number: int, total: int) -> None:
    text = shortened("  ·  ".join(["cxmap", *doc.footer]), 8, WIDTH - 2 * MARGIN - 60)
    slide.text("footer", MARGIN, HEIGHT - 20, WIDTH - 2 * MARGIN - 50, 12, Run(text, 8, fill=MUTED))
    page = Run(f"{number} / {total}", 8, fill=MUTED)
    slide.text("page", WIDTH - MARGIN - 50, HEIGHT - 20, 50, 12, page, align="r")


def _overview(doc: MapDoc, language: str) -> Slide:
    """The whole journey on one slide: stages, steps, curve, states, and how many pain points each step has."""
    slide = Slide(doc.title, language)
    facts = list(doc.facts)[:4]
    fact_width = 110.0
    room = WIDTH - 2 * MARGIN - len(facts) * fact_width
    slide.title_room = room
    chips = list(doc.chips)
    while len(chips) > 1 and width("  ·  ".join(chips), 10) > room - 10:
        chips.pop()
    slide.text("chips", MARGIN, 48, room, 14, Run(shortened("  ·  ".join(chips), 10, room - 10), 10, fill=MUTED))
    for number, (value, label) in enumerate(facts):
        x = WIDTH - MARGIN - (len(facts) - number) * fact_width
        slide.shape(
            label, x, 12, fact_width, 40, align="ctr",
            paragraphs=[[Run(value, 16, bold=True)], [Run(label, 9, fill=MUTED)]],
        )  # fmt: skip
    y = 68.0
    for label, text in list(doc.strip)[:3]:
        line = f"{label}\u00a0: {text}" if doc.language == "fr" else f"{label}: {text}"
        slide.text(label, MARGIN, y, WIDTH - 2 * MARGIN, 14, Run(shortened(line, 10, WIDTH - 2 * MARGIN), 10))
        y += 14
    y += 6
    label_width = 84.0
    left = MARGIN + label_width
    column = (WIDTH - MARGIN - left) / max(len(doc.columns), 1)
    for band in doc.bands:
        x, w = left + band.first * column, band.count * column
        slide.shape(
            band.name, x + 1, y, w - 2, 26, geometry="roundRect", radius=16000, fill=STAGE_FILL, align="ctr", anchor="ctr",
            paragraphs=[[Run(shortened(band.name, 10.5, w * 1.9 - 8, weight=600), 10.5, bold=True)]],
        )  # fmt: skip
    y += 28
    named = column >= 44
    size = 9.0 if column >= 70 else SMALLEST
    head = 46.0 if named else 16.0
    for number, entry in enumerate(doc.columns):
        x = left + number * column
        runs = [Run(f"{entry.number}", size, bold=True, fill=MUTED)]
        if named:
            runs.append(Run(f"  {shortened(entry.name, size, column * 3.2)}", size, bold=True))
        slide.shape(entry.public_id, x, y, column, head, paragraphs=[runs], align="l" if named else "ctr", inset=2)
    y += head
    pains = next((lane for lane in doc.lanes if lane.key == "pains"), None)
    states = any(column.mark for column in doc.columns)
    below = (30 if states else 0) + (22 if pains else 0) + BOTTOM + 22
    curve = next((lane for lane in doc.lanes if lane.curve is not None), None)
    if curve is not None:
        height = max(HEIGHT - y - below, 90.0)
        _curve(slide, curve, doc, 0, len(doc.columns), left, y, column, height, SMALLEST, label_width)
        y += height
    if states:
        y = _states(slide, doc, left, y, column)
    if pains is not None:
        slide.line(MARGIN, y, WIDTH - MARGIN, y, RULE)
        slide.text("pains", MARGIN, y + 4, label_width, 14, Run(shortened(pains.label, 10, label_width), 10, bold=True))
        for number, cell in enumerate(pains.cells):
            if cell:
                run = Run(f"⚠ {len(cell)}", 10, bold=True, fill=TONES["worse"])
                name = f"{doc.columns[number].public_id} ⚠"
                slide.text(name, left + number * column, y + 4, column, 14, run, align="ctr")
    slide.text("legend", MARGIN, HEIGHT - 38, WIDTH - 2 * MARGIN, 12, Run("    ".join(doc.legend), 8, fill=MUTED))
    return slide


def _states(slide: Slide, doc: MapDoc, left: float, y: float, column: float) -> float:
    """Write the state of every step as mark and words; return where to go on."""
    slide.line(MARGIN, y, WIDTH - MARGIN, y, RULE)
    slide.text("states", MARGIN, y + 4, left - MARGIN, 20, Run(doc.texts["states"], 10, bold=True))
    for number, entry in enumerate(doc.columns):
        if entry.mark:
            words = f" {entry.state}" if column >= 64 else ""
            text = f"{entry.mark}{shortened(words, SMALLEST, column * 1.8)}"
            run = Run(text, SMALLEST, bold=True, fill=TONES.get(entry.tone, INK))
            name = f"{entry.public_id} {entry.state}"
            slide.text(name, left + number * column, y + 4, column, 24, run, align="ctr")
    return y + 30


def _part(doc: MapDoc, first: int, last: int) -> MapDoc:
    """Return the columns of one slide as a map of their own, without the lanes that say nothing of them."""
    columns = list(doc.columns[first:last])
    lanes = [replace(lane, cells=list(lane.cells[first:last])) for lane in doc.lanes]
    lanes = [lane for lane in lanes if lane.curve is not None or any(lane.cells)]
    return replace(doc, columns=columns, lanes=lanes, bands=[])


def _stage(doc: MapDoc, band: Band, number: int, language: str) -> Iterator[Slide]:
    parts = -(-band.count // COLUMNS_MAX)
    per = -(-band.count // parts)
    slides: list[Slide] = []
    for part in range(parts):
        first = band.first + part * per
        last = min(first + per, band.first + band.count)
        slides += _columns(doc, first, last, language)
    for place, slide in enumerate(slides, 1):
        slide.title = f"{number + 1}. {band.name}" + (f" ({place}/{len(slides)})" if len(slides) > 1 else "")
    return iter(slides)


def _head_room(grid: Grid, part: MapDoc) -> float:
    """Return the height of the step headers: their name, the state in words, what else is to say."""
    return grid.head + grid.ways + (grid.size * 1.25 if any(column.mark for column in part.columns) else 0) + 4


def _columns(doc: MapDoc, first: int, last: int, language: str) -> Iterator[Slide]:
    """Yield the slides of some columns: one with the largest text that fits, else as few as readable text needs."""
    part = _part(doc, first, last)
    widest = 560.0 if last - first == 1 else 420.0
    found: list[tuple[Grid, list[list[Row]]]] = []
    size = LARGEST
    while size >= SMALLEST:
        label = 11 * size
        column = min((WIDTH - 2 * MARGIN - label) / len(part.columns), widest)
        grid = grid_of(part, size=size, column=column, smallest=SMALLEST, curve_height=CURVE_HEIGHT)
        grid = replace(grid, label=label, band=0)
        found.append((grid, _groups(grid, ROOM - _head_room(grid, part))))
        if len(found[-1][1]) == 1:
            break
        size -= 0.5
    fewest = min(len(groups) for _grid, groups in found)
    # More than one slide anyway: then with the largest text that needs no more of them.
    grid, groups = next(entry for entry in found if len(entry[1]) == fewest)
    for rows in groups:
        slide = Slide("", language)
        _table(slide, doc, part, grid, rows, first, last)
        yield slide


def _groups(grid: Grid, room: float) -> list[list[Row]]:
    """Spread the lanes over as few slides as they need, about equally."""
    pieces = [piece for row in grid.rows for piece in row_pieces(row, room, grid.size)]
    groups = _filled(pieces, room)
    if len(groups) > 1:
        even = _filled(pieces, min(room, sum(piece.height for piece in pieces) / len(groups) * 1.15))
        groups = even if len(even) <= len(groups) else groups
    return groups


def _filled(pieces: Sequence[Row], room: float) -> list[list[Row]]:
    groups: list[list[Row]] = [[]]
    left = room
    for piece in pieces:
        if piece.height > left + 0.1 and groups[-1]:
            groups.append([])
            left = room
        groups[-1].append(piece)
        left -= piece.height
    return groups


def _table(slide: Slide, doc: MapDoc, part: MapDoc, grid: Grid, rows: Sequence[Row], first: int, last: int) -> None:
    size = grid.size
    left = MARGIN + grid.label
    y = TOP
    head = _head_room(grid, part) - 4
    for number, column in enumerate(part.columns):
        runs = [Run(f"{column.number}  ", size, bold=True, fill=MUTED), Run(column.name, size, bold=True)]
        if column.decisive:
            runs.append(Run("  ◈", size, fill=DECISIVE))
        paragraphs = [runs]
        small = max(SMALLEST, size * 0.85)
        if column.mark:
            paragraphs.append(
                [Run(f"{column.mark} {column.state}", small, bold=True, fill=TONES.get(column.tone, INK))]
            )
        if column.remarks:
            paragraphs.append([Run(column.remarks, small, fill=MUTED)])
        slide.shape(
            column.public_id, left + number * grid.column + 1, y, grid.column - 2, head, fill=STAGE_FILL,
            geometry="roundRect", radius=8000, paragraphs=paragraphs, inset=size * 0.4,
        )  # fmt: skip
    y += head + 4
    for row in rows:
        slide.line(MARGIN, y, left + len(part.columns) * grid.column, y, RULE)
        lane = row.lane
        label = f"{lane.label} ({doc.texts['continued']})" if row.continued else lane.label
        small = max(SMALLEST, size * 0.85)
        if lane.curve is not None:
            _curve(slide, lane, doc, first, last, left, y, grid.column, row.height, small, grid.label)
        else:
            slide.shape(
                label, MARGIN, y + 2, grid.label - 4, row.height - 4, fill=LABEL_FILL, inset=size * 0.4,
                paragraphs=[[Run(label, size, bold=True)], *([[Run(lane.hint, small, fill=MUTED)]] if lane.hint else [])],
            )  # fmt: skip
            for number, column in enumerate(part.columns):
                x = left + number * grid.column + size * 0.5
                _cell(
                    slide,
                    f"{lane.label} {column.public_id}",
                    row.cells[number],
                    lane.cells[number],
                    x,
                    y + size * 0.5,
                    grid.column - size,
                )
        y += row.height


def _cell(slide: Slide, name: str, blocks: Sequence[Block], lines: Sequence[Any], x: float, y: float, w: float) -> None:
    """Put the cards of a cell: bordered ones as shapes of their own, lines of one figure as one text."""
    plain: list[Block] = []
    start = y

    def flush() -> None:
        if plain:
            runs = [
                [Run(" ".join(entry.lines), entry.size, bold=entry.weight >= 600, italic=entry.italic, fill=entry.fill)]
                for entry in plain
            ]
            slide.shape(name, x, start, w, stack_height(plain) + 2, paragraphs=runs)
            plain.clear()

    for number, entry in enumerate(blocks):
        if entry.boxed:
            flush()
            run = Run(_whole(entry), entry.size, bold=entry.weight >= 500, italic=entry.italic, fill=entry.fill)
            slide.shape(
                name, x, y, w, entry.height, geometry="roundRect", radius=6000, fill=entry.box_fill, stroke="#CBD2DB",
                thickness=0.5, paragraphs=[[run]], inset=entry.pad + (entry.size * 0.3 if entry.bar else 0), anchor="ctr",
            )  # fmt: skip
            if entry.bar:
                slide.shape(f"{name} |", x, y, 2.2, entry.height, fill=entry.bar)
        elif not entry.svg:
            if not plain:
                start = y
            plain.append(entry)
        y += entry.height
        if number + 1 < len(blocks):
            y += gap_after(entry, blocks[number + 1])
    flush()


def _whole(entry: Block) -> str:
    """Return the text of a card as it was before it was broken into lines."""
    return entry.text or " ".join(entry.lines)


def _curve(
    slide: Slide, lane: LaneDoc, doc: MapDoc, first: int, last: int, x: float, y: float, column: float, height: float,
    small: float, label: float,
) -> None:  # fmt: skip
    curve = lane.curve
    assert curve is not None  # noqa: S101 - callers have looked
    w = (last - first) * column
    margin = small * (0.8 if curve.small else 1.7)

    def at(number: int, level: float) -> tuple[float, float]:
        return x + (number - first + 0.5) * column, y + margin + (2 - level) / 4 * (height - 2 * margin)

    legend = [[Run(lane.label, max(small, 10), bold=True)]] if lane.label else []
    legend += [
        [
            Run("● " if series.layer == "measured" else "○ ", small, fill=series.colour),
            Run(series.name, small, fill=MUTED),
        ]
        for series in curve.series
    ]
    slide.shape(
        lane.label or curve.series[0].name,
        x - label,
        y + 2,
        label - 4,
        height - 4,
        fill=LABEL_FILL,
        paragraphs=legend,
        inset=4,
    )
    for level, name in zip(LEVELS, curve.level_names, strict=True):
        line_y = at(first, level)[1]
        slide.line(x, line_y, x + w, line_y, "#C7CDD6" if level == 0 else "#E3E7EC")
        if curve.small:
            continue
        slide.text(name, x + 2, line_y - small * 1.25, 90, small * 1.2, Run(name, small, fill="#7A8494"))
    inside = range(first, last)
    for series in curve.series:
        if series.layer == "measured":
            _ribbon(slide, series, inside, at)
    for series in curve.series:
        for run in curves.runs([series.values[number] for number in inside]):
            points = [at(first + number, series.values[first + number] or 0) for number in run]
            if len(points) > 1:
                segments = [("M", *points[0]), *(("C", *piece) for piece in curves.pieces(points))]
                slide.freeform(
                    series.name, segments, stroke=series.colour, dash=DASH[series.layer],
                    thickness=2.5 if series.layer == "measured" else 1.75,
                )  # fmt: skip
        for number in inside:
            value = series.values[number]
            if value is not None:
                half = 4.0 if series.layer == "measured" else 3.5
                px, py = at(number, value)
                slide.shape(
                    f"{doc.columns[number].public_id} {series.name}", px - half, py - half, 2 * half, 2 * half,
                    geometry=GEOMETRY[series.marker], fill=series.colour if series.layer == "measured" else PAPER,
                    stroke=series.colour, thickness=1.25,
                )  # fmt: skip
    for number in inside:
        if doc.columns[number].decisive:
            px = at(number, 0)[0]
            slide.shape("◈", px - 4, y + 3, 8, 8, geometry="diamond", fill=PAPER, stroke=DECISIVE, thickness=1.25)


def _ribbon(slide: Slide, series: Series, inside: range, at: Any) -> None:
    known = [series.high[number] if series.low[number] is not None else None for number in inside]
    for run in curves.runs(known):
        numbers = [inside.start + number for number in run]
        if len(numbers) < 2:
            continue
        upper = [at(number, series.high[number]) for number in numbers]
        lower = [at(number, series.low[number]) for number in numbers]
        segments: list[tuple[Any, ...]] = [
            ("M", *upper[0]),
            *(("C", *piece) for piece in curves.pieces(upper)),
            ("L", *lower[-1]),
        ]
        starts = [lower[0], *((piece[4], piece[5]) for piece in curves.pieces(lower))]
        back = [
            ("C", piece[2], piece[3], piece[0], piece[1], *start)
            for piece, (start, _end) in zip(curves.pieces(lower), pairwise(starts), strict=True)
        ]
        slide.freeform(f"{series.name} (95 %)", [*segments, *reversed(back), ("Z",)], fill=series.colour, opacity=0.18)


__all__ = ["Curve", "pptx_write"]
