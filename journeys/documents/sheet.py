"""What is drawn on a sheet: stages, branches, step headers, lanes, the curve; and the overview of several sheets."""

from collections.abc import Iterator, Sequence
from typing import Any

from cxmap.lib.fonts import shortened, width, wrap
from journeys.documents import curves
from journeys.documents.cells import LEADING, stack_height, stack_shapes
from journeys.documents.frame import foot_height, texts
from journeys.documents.grid import Grid, Row, Tile, head_text
from journeys.documents.model import LEVELS, Column, Curve, MapDoc, Series
from journeys.documents.shapes import Clip, Line, Marker, Page, Path, Rect, Shape, Text
from journeys.documents.style import (
    DASHES,
    DECISIVE,
    INK,
    LABEL_FILL,
    MARGIN,
    MUTED,
    PAPER,
    RULE,
    STAGE_FILL,
    TONES,
    Paper,
)


def sheet(page: Page, doc: MapDoc, grid: Grid, tile: Tile, y: float, smallest: float) -> None:
    size = grid.size
    x = MARGIN + grid.label
    right = x + (tile.last - tile.first) * grid.column
    bottom = y + grid.top + sum(row.height for row in tile.lanes)
    page.add(Rect(MARGIN, y, grid.label, bottom - y, fill=LABEL_FILL))
    page.add(Text(MARGIN + size * 0.5, y + size * 1.35, doc.texts["stages"], size, 600))
    for band in doc.bands:
        first, last = max(band.first, tile.first), min(band.first + band.count, tile.last)
        if first >= last:
            continue
        left, w = x + (first - tile.first) * grid.column, (last - first) * grid.column
        page.add(Rect(left + 1, y, w - 2, grid.band, fill=STAGE_FILL, radius=size * 0.3))
        name = f"{band.name} ({doc.texts['continued']})" if first > band.first else band.name
        lines = wrap(name, size * 1.1, w - size, weight=600)[: max(1, int(grid.band / (size * 1.1 * LEADING)))]
        top = y + (grid.band - len(lines) * size * 1.1 * LEADING) / 2
        for number, line in enumerate(lines):
            page.add(
                Text(
                    left + w / 2,
                    top + size * 1.05 + number * size * 1.1 * LEADING,
                    line,
                    size * 1.1,
                    600,
                    anchor="middle",
                )
            )
    for number in range(tile.first, tile.last):
        left = x + (number - tile.first) * grid.column
        page.add(*_head_shapes(doc.columns[number], left, y + grid.band + grid.ways, grid, smallest))
    page.add(*_way_shapes(doc, tile, x, y + grid.band, grid, smallest))
    top = y + grid.top
    for row in tile.lanes:
        page.add(Line(MARGIN, top, right, top, RULE, 0.5))
        page.add(*_label_shapes(doc, row, MARGIN, top, grid, smallest))
        if row.lane.curve is not None:
            page.add(*_curve_shapes(row.lane.curve, doc, tile, x, top, row.height, grid, smallest))
        else:
            for number in range(tile.first, tile.last):
                left = x + (number - tile.first) * grid.column + size * 0.5
                page.add(*stack_shapes(row.cells[number], left, top + size * 0.5, grid.column - size))
        top += row.height
    page.add(Line(MARGIN, bottom, right, bottom, RULE, 0.5))
    starts = {band.first for band in doc.bands}
    for number in range(tile.first, tile.last + 1):
        left = x + (number - tile.first) * grid.column
        strong = number in starts or number in {tile.first, tile.last}
        page.add(Line(left, y + grid.band, left, bottom, RULE if not strong else "#AEB6C2", 0.4 if not strong else 0.7))


def _head_shapes(column: Column, x: float, y: float, grid: Grid, smallest: float) -> Iterator[Shape]:
    size = grid.size
    inner = grid.column - size
    base = y + size * 1.4
    lines = wrap(head_text(column), size, inner - size * 1.2, weight=600)
    for number, line in enumerate(lines):
        yield Text(x + size * 0.5, base + number * size * LEADING, line, size, 600)
    marks = [("◈", DECISIVE)] if column.decisive else []
    if column.mark:
        marks.append((column.mark, TONES.get(column.tone, INK)))
    for number, (mark, colour) in enumerate(reversed(marks)):
        at = x + grid.column - size * 0.4 - number * size * 1.2
        yield Text(at, base, mark, size * 1.2, fill=colour, anchor="end")
    if column.flags:
        small = max(smallest, size * 0.85)
        below = base + (len(lines) - 1) * size * LEADING + size * 0.2
        for number, line in enumerate(wrap(column.flags, small, inner), 1):
            yield Text(x + size * 0.5, below + number * small * LEADING, line, small, fill=MUTED)
    if column.loop:
        left, right, low = x + size * 0.8, x + grid.column - size * 0.8, y + grid.head - size * 0.3
        high, reach = low - size * 0.6, low + size * 0.2
        yield Path(
            f"M{right:.2f} {high:.2f}C{right:.2f} {reach:.2f} {left:.2f} {reach:.2f} {left:.2f} {high + size * 0.2:.2f}",
            stroke=DECISIVE,
            thickness=size * 0.14,
        )
        tip = high - size * 0.15
        yield Path(
            f"M{left:.2f} {tip:.2f}L{left - size * 0.3:.2f} {tip + size * 0.5:.2f}"
            f"L{left + size * 0.3:.2f} {tip + size * 0.5:.2f}Z",
            fill=DECISIVE,
        )


def _way_shapes(doc: MapDoc, tile: Tile, x: float, y: float, grid: Grid, smallest: float) -> Iterator[Shape]:
    """Draw a bracket over each branch, its ways below it, and "or" between two of them."""
    size = grid.size
    small = max(smallest, size * 0.85)
    first = tile.first
    while first < tile.last:
        column = doc.columns[first]
        if not column.place.way:
            first += 1
            continue
        last = first
        while not doc.columns[last].place.last and last + 1 < tile.last:
            last += 1
        left = x + (first - tile.first) * grid.column + size * 0.4
        right = x + (last + 1 - tile.first) * grid.column - size * 0.4
        bar = y + small * 0.9
        yield Line(left, bar, right, bar, DECISIVE, size * 0.14)
        if column.place.branch_width:
            yield Line(left, bar, left, bar + size * 0.6, DECISIVE, size * 0.14)
        if doc.columns[last].place.last:
            yield Line(right, bar, right, bar + size * 0.6, DECISIVE, size * 0.14)
        name = column.branch if column.place.branch_width else f"{column.branch} ({doc.texts['continued']})"
        name = shortened(name, small, right - left - size * 2, weight=600)
        yield Rect(left + size * 0.7, y, width(name, small, weight=600) + size * 0.6, small * 1.6, fill=PAPER)
        yield Text(left + size, y + small * 1.2, name, small, 600, fill=DECISIVE)
        base = y + small * LEADING + size * 1.1
        for number in range(first, last + 1):
            place = doc.columns[number].place
            if not place.way_width and number != first:
                continue
            at = x + (number - tile.first) * grid.column
            inset = size * 0.5
            if place.way > 1 and place.way_width:
                word = doc.texts["or"]
                half = width(word, small, weight=600) / 2 + size * 0.3
                yield Rect(
                    at - half, base - small * 1.05, half * 2, small * 1.5, PAPER, DECISIVE, size * 0.08, small * 0.75
                )
                yield Text(at, base, word, small, 600, fill=DECISIVE, anchor="middle")
                inset = half + size * 0.3
            end = next((n for n in range(number + 1, last + 1) if doc.columns[n].place.way_width), last + 1)
            path = doc.columns[number].path or doc.texts["way"]
            text = f"{place.letter}\u00a0· {path}" if place.letter else path
            room = (end - number) * grid.column - inset - size * 1.6
            yield Text(at + inset, base, shortened(text, small, room, weight=600), small, 600)
        first = last + 1


def _label_shapes(doc: MapDoc, row: Row, x: float, y: float, grid: Grid, smallest: float) -> Iterator[Shape]:
    size, inner = grid.size, grid.label - grid.size
    small = max(smallest, size * 0.85)
    label = f"{row.lane.label} ({doc.texts['continued']})" if row.continued else row.lane.label
    base = y + size * 1.4
    for line in wrap(label, size, inner, weight=600):
        yield Text(x + size * 0.5, base, line, size, 600)
        base += size * LEADING
    base -= size - small
    for line in wrap(row.lane.hint, small, inner):
        yield Text(x + size * 0.5, base, line, small, fill=MUTED)
        base += small * LEADING
    for series in row.lane.curve.series if row.lane.curve else ():
        middle = base - small * 0.3
        yield Line(
            x + size * 0.5, middle, x + size * 2.1, middle, series.colour, _thickness(series, size), _dash(series, size)
        )
        yield Marker(x + size * 1.3, middle, size * 0.28, series.marker, _fill(series), series.colour, 0.8)
        for line in wrap(series.name, small, inner - size * 2.2):
            yield Text(x + size * 2.5, base, line, small, fill=MUTED)
            base += small * LEADING
        base += size * 0.2


def _dash(series: Series, size: float) -> tuple[float, ...]:
    return tuple(part * size / 8 for part in DASHES[series.layer])


def _thickness(series: Series, size: float) -> float:
    return size * (0.3 if series.layer == "measured" else 0.2)


def _fill(series: Series) -> str:
    return series.colour if series.layer == "measured" else PAPER


def _curve_shapes(
    curve: Curve, doc: MapDoc, tile: Tile, x: float, y: float, height: float, grid: Grid, smallest: float
) -> Iterator[Shape]:
    size = grid.size
    w = (tile.last - tile.first) * grid.column
    margin = size * (0.8 if curve.small else 1.6)

    def level_y(level: float) -> float:
        return y + margin + (2 - level) / 4 * (height - 2 * margin)

    def level_x(number: int) -> float:
        return x + (number - tile.first + 0.5) * grid.column

    small = max(smallest, size * 0.8)
    for level, name in zip(LEVELS, curve.level_names, strict=True):
        yield Line(
            x, level_y(level), x + w, level_y(level), "#C7CDD6" if level == 0 else "#E3E7EC", 0.6 if level == 0 else 0.5
        )
        if not curve.small:
            yield Text(x + size * 0.4, level_y(level) - small * 0.25, name, small, fill="#7A8494")
    shapes: list[Shape] = []
    for series in curve.series:
        if series.layer == "measured":
            for run in curves.runs(
                [high if low is not None else None for low, high in zip(series.low, series.high, strict=True)]
            ):
                upper = [(level_x(number), level_y(series.high[number] or 0)) for number in run]
                lower = [(level_x(number), level_y(series.low[number] or 0)) for number in run]
                if len(run) > 1:
                    shapes.append(Path(curves.ribbon(upper, lower), fill=series.colour, opacity=0.18))
                else:
                    shapes.append(Line(upper[0][0], upper[0][1], lower[0][0], lower[0][1], series.colour, size * 0.5))
    shapes += _gaps(curve, level_x, level_y, size)
    for series in curve.series:
        for run in curves.runs(series.values):
            points = [(level_x(number), level_y(series.values[number] or 0)) for number in run]
            if len(points) > 1:
                shapes.append(
                    Path(
                        curves.path(points),
                        stroke=series.colour,
                        thickness=_thickness(series, size),
                        dash=_dash(series, size),
                    )
                )
    for series in curve.series:
        for number, value in enumerate(series.values):
            if value is not None and tile.first <= number < tile.last:
                mark = size * (0.48 if series.layer == "measured" else 0.42)
                shapes.append(
                    Marker(
                        level_x(number), level_y(value), mark, series.marker, _fill(series), series.colour, size * 0.16
                    )
                )
    for number, column in enumerate(doc.columns):
        if column.decisive and tile.first <= number < tile.last:
            shapes.append(Marker(level_x(number), y + size * 0.9, size * 0.42, "diamond", PAPER, DECISIVE, size * 0.14))
    yield Clip(x, y, w, height, shapes)


def _gaps(curve: Curve, level_x: Any, level_y: Any, size: float) -> Iterator[Shape]:
    """Hatch where belief and measure are a level or more apart."""
    measured = next((series for series in curve.series if series.layer == "measured"), None)
    believed = next((series for series in curve.series if series.layer == "believed"), None)
    if measured is None or believed is None:
        return
    for number, (real, thought) in enumerate(zip(measured.values, believed.values, strict=True)):
        if real is None or thought is None or abs(real - thought) < 1:
            continue
        top, bottom = sorted((level_y(real), level_y(thought)))
        half, step = size * 0.55, size * 0.55
        at = top + step
        while at < bottom + half:
            low, high = min(at, bottom), max(at - 2 * half, top)
            x = level_x(number)
            yield Line(x - half + (at - low), low, x - half + (at - high), high, "#9AA3B0", 0.5)
            at += step


def overview(page: Page, doc: MapDoc, grid: Grid, tiles: Sequence[Tile], y: float, paper: Paper) -> None:
    """Draw the map in small with the borders of its sheets, so that people find where each belongs."""
    size = grid.size
    y = texts(page, [doc.texts["overview"]], MARGIN, y + size * 0.4, size * 1.4, weight=700) + size * 0.6
    bottom = paper.h - MARGIN - foot_height(doc, paper, size) - size
    label = grid.label
    w = paper.w - 2 * MARGIN - label
    column = w / max(len(doc.columns), 1)
    x = MARGIN + label
    band = size * 2
    full = sum(row.height for row in grid.rows)
    scale = (bottom - y - band) / full if full else 0
    for number, entry in enumerate(doc.bands):
        left, own = x + entry.first * column, entry.count * column
        page.add(Rect(left + 1, y, own - 2, band, fill=STAGE_FILL, radius=size * 0.3))
        name = shortened(entry.name, size, own - size * 0.6, weight=600)
        page.add(Text(left + own / 2, y + size * 1.35, name or str(number + 1), size, 600, anchor="middle"))
    tops: list[float] = []
    top = y + band
    for row in grid.rows:
        tops.append(top)
        own = row.height * scale
        page.add(Line(MARGIN, top, x + w, top, RULE, 0.4))
        if own >= size * 1.1:
            page.add(
                Text(
                    MARGIN + size * 0.3,
                    top + min(own, size * 2) / 2 + size * 0.35,
                    shortened(row.lane.label, size, label - size * 0.6),
                    size,
                    fill=MUTED,
                )
            )
        for number, cell in enumerate(row.cells):
            if cell:
                high = min(own - 2, stack_height(cell) * scale)
                page.add(Rect(x + number * column + 1, top + 1, column - 2, max(high, 1), fill="#EDF1F5"))
        if row.lane.curve is not None:
            page.add(*_small_curve(row.lane.curve, x, top, column, own))
        top += own
    tops.append(top)
    last_row = {row.index: number for number, row in enumerate(grid.rows)}
    for tile in tiles:
        first_lane, last_lane = last_row[tile.lanes[0].index], last_row[tile.lanes[-1].index]
        left, right = x + tile.first * column, x + tile.last * column
        page.add(
            Rect(
                left + 1.5,
                tops[first_lane] + 1.5,
                right - left - 3,
                tops[last_lane + 1] - tops[first_lane] - 3,
                stroke="#1D3B57",
                thickness=1.2,
                radius=3,
            )
        )
        middle_x, middle_y = (left + right) / 2, (tops[first_lane] + tops[last_lane + 1]) / 2
        big = size * 2.4
        page.add(Marker(middle_x, middle_y, big * 0.75, "circle", PAPER, "#1D3B57", 1))
        page.add(
            Text(middle_x, middle_y + big * 0.3, str(tile.number), big * 0.8, 700, fill="#1D3B57", anchor="middle")
        )


def _small_curve(curve: Curve, x: float, y: float, column: float, height: float) -> Iterator[Shape]:
    for series in curve.series:
        for run in curves.runs(series.values):
            points = [
                (x + (number + 0.5) * column, y + height * (0.1 + (2 - (series.values[number] or 0)) / 5))
                for number in run
            ]
            if len(points) > 1:
                yield Path(curves.path(points), stroke=series.colour, thickness=0.8, dash=_dash(series, 6))
