"""Charts of documents as SVG with real text, drawn by the server: numbers in, text out; no queries.

Plotly draws in browsers only. These drawings hold the same numbers in the same theme, on paper and in mails.
"""

import datetime as dt
from collections.abc import Sequence
from xml.sax.saxutils import escape

BLUE, INK, MUTED, GRID = "#0072B2", "#374151", "#5B6472", "#E5E7EB"
FONT = "Fira Sans"


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _text(x: float, y: float, text: str, *, size: float = 8, anchor: str = "start", fill: str = MUTED) -> str:
    return (
        f'<text x="{_n(x)}" y="{_n(y)}" font-family="{FONT}" font-size="{_n(size)}" fill="{fill}"'
        f' text-anchor="{anchor}">{escape(text)}</text>'
    )


def _svg(width: float, height: float, parts: Sequence[str]) -> str:
    box = f'viewBox="0 0 {_n(width)} {_n(height)}" width="{_n(width)}" height="{_n(height)}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box}>{"".join(parts)}</svg>'


def line_svg(
    *,
    days: Sequence[dt.date],
    values: Sequence[float | None],
    lows: Sequence[float | None],
    highs: Sequence[float | None],
    end_labels: tuple[str, str],
    day_labels: tuple[str, str],
    extent: tuple[float, float],
    target: float | None = None,
    band: tuple[float | None, float | None] = (None, None),
    band_days: tuple[dt.date | None, dt.date | None] = (None, None),
    running: tuple[dt.date, float] | None = None,
    width: float = 360,
    height: float = 120,
) -> str:
    """Return a line over time in a box of points: interval, reference band, target line, running period hatched.

    `extent` is the lowest and highest value of the axis, `end_labels` what stands at them.
    """
    left, right, top, bottom = 46.0, 8.0, 8.0, 16.0
    low, high = extent
    room = (high - low) or 1.0
    last = running[0] if running else days[-1]
    span = max(1, (last - days[0]).days)

    def x(day: dt.date) -> float:
        return left + (day - days[0]).days / span * (width - left - right)

    def y(value: float) -> float:
        inside = min(max(value, low), high)
        return top + (high - inside) / room * (height - top - bottom)

    floor = height - bottom
    parts = [
        f'<line x1="{left}" x2="{_n(width - right)}" y1="{_n(at)}" y2="{_n(at)}" stroke="{GRID}" stroke-width="0.6"/>'
        for at in (top, floor)
    ]
    if band[0] is not None and band[1] is not None:
        start = max(band_days[0] or days[0], days[0])
        end = min(band_days[1] or last, last)
        if end > start:
            parts.append(
                f'<rect x="{_n(x(start))}" y="{_n(y(band[1]))}" width="{_n(x(end) - x(start))}"'
                f' height="{_n(max(1.0, y(band[0]) - y(band[1])))}" fill="#6B7280" fill-opacity="0.14"/>'
            )
    ends = [place for place, value in enumerate(values) if value is not None and lows[place] is not None]
    ends = [place for place in ends if highs[place] is not None]
    if len(ends) > 1:
        upper = [f"{_n(x(days[place]))} {_n(y(highs[place] or 0))}" for place in ends]
        lower = [f"{_n(x(days[place]))} {_n(y(lows[place] or 0))}" for place in reversed(ends)]
        parts.append(f'<path d="M{"L".join([*upper, *lower])}Z" fill="{BLUE}" fill-opacity="0.16"/>')
    if target is not None:
        parts.append(
            f'<line x1="{left}" x2="{_n(width - right)}" y1="{_n(y(target))}" y2="{_n(y(target))}" stroke="{INK}"'
            ' stroke-width="0.8" stroke-dasharray="4 3"/>'
        )
    run: list[str] = []
    for place, value in enumerate([*values, None]):
        if value is None:
            if len(run) > 1:
                parts.append(f'<path d="M{"L".join(run)}" fill="none" stroke="{BLUE}" stroke-width="1.6"/>')
            run = []
            continue
        at = f"{_n(x(days[place]))} {_n(y(value))}"
        run.append(at)
        across, down = at.split()
        parts.append(f'<circle cx="{across}" cy="{down}" r="1.8" fill="{BLUE}"/>')
    if running is not None:
        edge = x(running[0])
        begin = max(left, edge - 10)
        parts += [
            f'<line x1="{_n(begin + step)}" y1="{_n(floor)}" x2="{_n(begin + step + 6)}" y2="{_n(top)}"'
            ' stroke="#4B5563" stroke-opacity="0.4" stroke-width="0.6"/>'
            for step in (0.0, 3.0, 6.0, 9.0)
            if begin + step + 6 <= width
        ]
        parts.append(
            f'<circle cx="{_n(edge)}" cy="{_n(y(running[1]))}" r="2.6" fill="#FFFFFF" stroke="{BLUE}" stroke-width="1.2"/>'
        )
    parts += [
        _text(left - 4, top + 3, end_labels[1], anchor="end"),
        _text(left - 4, floor + 3, end_labels[0], anchor="end"),
        _text(left, height - 4, day_labels[0]),
        _text(width - right, height - 4, day_labels[1], anchor="end"),
    ]
    return _svg(width, height, parts)


def bars_svg(
    *,
    labels: Sequence[str],
    counts: Sequence[float],
    texts: Sequence[str],
    fills: Sequence[str],
    width: float = 360,
    height: float = 110,
) -> str:
    """Return upright bars from zero with a label below each and a text above it."""
    top, bottom = 12.0, 14.0
    highest = max([*counts, 0]) or 1
    step = width / max(1, len(counts))
    parts = []
    for place, count in enumerate(counts):
        tall = count / highest * (height - top - bottom)
        parts.append(
            f'<rect x="{_n(place * step + step * 0.1)}" y="{_n(height - bottom - tall)}" width="{_n(step * 0.8)}"'
            f' height="{_n(tall)}" fill="{fills[place]}"/>'
        )
        middle = (place + 0.5) * step
        parts.append(_text(middle, height - bottom - tall - 3, texts[place], size=7, anchor="middle"))
        parts.append(_text(middle, height - 4, labels[place], anchor="middle"))
    return _svg(width, height, parts)


def dots_svg(
    *,
    labels: Sequence[str],
    values: Sequence[float | None],
    lows: Sequence[float | None],
    highs: Sequence[float | None],
    extent: tuple[float, float],
    end_labels: tuple[str, str],
    width: float = 360,
) -> str:
    """Return one line a label with its dot and interval on a common axis; an unknown value has none."""
    left, right, row = 120.0, 10.0, 20.0
    height = row * len(labels) + 18
    low, high = extent
    room = (high - low) or 1.0

    def x(value: float) -> float:
        return left + (min(max(value, low), high) - low) / room * (width - left - right)

    parts = []
    for place, label in enumerate(labels):
        at = row * (place + 0.5)
        parts.append(f'<line x1="{left}" x2="{_n(width - right)}" y1="{_n(at)}" y2="{_n(at)}" stroke="{GRID}"/>')
        parts.append(_text(0, at + 3, label, fill=INK))
        value, first, last = values[place], lows[place], highs[place]
        if value is None:
            continue
        if first is not None and last is not None:
            parts.append(
                f'<line x1="{_n(x(first))}" x2="{_n(x(last))}" y1="{_n(at)}" y2="{_n(at)}" stroke="{BLUE}" stroke-width="2"/>'
            )
        parts.append(f'<circle cx="{_n(x(value))}" cy="{_n(at)}" r="4" fill="{BLUE}"/>')
    parts.append(_text(left, height - 5, end_labels[0]))
    parts.append(_text(width - right, height - 5, end_labels[1], anchor="end"))
    return _svg(width, height, parts)
