"""A year of made-up daily figures: repeatable, with a weekly season and ordinary noise."""

import datetime as dt
from collections.abc import Iterator, Sequence
from zlib import crc32

import numpy as np

from cxmap.demo.content import Device, Figures

# Share of a week's traffic from Monday to Sunday.
WEEKDAYS = np.array([0.15, 0.145, 0.14, 0.14, 0.145, 0.15, 0.13])
DURATION_SPREAD = 0.55  # standard deviation of a duration, as a part of its mean


def level_on(figures: Figures, weeks_before: int) -> float:
    """Return the level in the week that lies so many weeks before the last closed one (negative: after it)."""
    level = figures.level
    for weeks, changed in figures.since:
        if weeks_before < weeks:
            level = changed
    return level


def _scores(kpi: str, level: float, count: int, generator: np.random.Generator) -> dict[int, int]:
    """Return how many answers each score got."""
    if kpi == "nps":
        promoters = 0.30 + level / 200
        detractors = promoters - level / 100
        shares = [0.0] * 11
        for score, part in ((9, 0.55), (10, 0.45)):
            shares[score] = promoters * part
        for score, part in ((7, 0.45), (8, 0.55)):
            shares[score] = (1 - promoters - detractors) * part
        for score in range(7):
            shares[score] = detractors * (score + 1) / 28
        counts = generator.multinomial(count, np.array(shares) / sum(shares))
        return {score: int(n) for score, n in enumerate(counts) if n}
    top = 7 if kpi == "ces" else 5
    answers = 1 + generator.binomial(top - 1, (level - 1) / (top - 1), size=count)
    values, counts = np.unique(answers, return_counts=True)
    return {int(value): int(n) for value, n in zip(values, counts, strict=True)}


AGES = (("18-29", 0.28, 0.5), ("30-49", 0.44, 0.0), ("50+", 0.28, -0.45))  # share, how much more content than others


def _by_age(score: int, top: int, answers: int, generator: np.random.Generator) -> Iterator[tuple[str, int]]:
    """Share the answers of one score out among age bands; what all of them said together stays as it is."""
    leaning = (score / top - 0.6) * 2
    weights = np.array([share * np.exp(tilt * leaning) for _name, share, tilt in AGES])
    for (name, _share, _tilt), n in zip(AGES, generator.multinomial(answers, weights / weights.sum()), strict=True):
        if n:
            yield name, int(n)


def days(figures: Figures, *, anchor: dt.date, last: dt.date) -> Iterator[dict[str, object]]:
    """Yield one tidy row per day (per day, score and age band for surveys) up to `last`.

    `anchor` is the Sunday of the last week that was closed when the demonstration was made: the story is told from it, so
    that days which are added later go on where it ended. Rows have the columns of a tidy observation file.
    """
    first = anchor - dt.timedelta(days=7 * figures.weeks - 1)
    for number in range((last - first).days + 1):
        day = first + dt.timedelta(days=number)
        generator = np.random.default_rng([crc32(f"{figures.touchpoint} {figures.kpi}".encode()), number])
        weeks_before = (anchor - day).days // 7
        level = level_on(figures, weeks_before)
        expected = figures.weekly * WEEKDAYS[day.weekday()]
        count = int(generator.poisson(expected))
        row: dict[str, object] = {"touchpoint": figures.touchpoint, "kpi": figures.kpi, "day": day.isoformat()}
        if count == 0:
            continue
        if figures.kpi in {"csat", "nps", "ces"}:
            top = {"nps": 10, "ces": 7}.get(figures.kpi, 5)
            for score, answers in _scores(figures.kpi, level, count, generator).items():
                for age, n in _by_age(score, top, answers, generator):
                    yield row | {"score": score, "n": n, "dim:age": age}
        elif figures.kpi in {"time-on-page", "response-time"}:
            spread = level * DURATION_SPREAD
            total = count * level + generator.normal(0, spread * np.sqrt(count))
            squares = count * (spread**2) + total**2 / count
            yield row | {"numerator": round(total, 1), "denominator": count, "sum_squares": round(squares, 1)}
        elif figures.devices:
            yield from _by_device(row, figures.devices, count, weeks_before, generator)
        else:
            yield row | {"numerator": int(generator.binomial(count, level)), "denominator": count}


def _by_device(
    row: dict[str, object], devices: Sequence[Device], count: int, weeks_before: int, generator: np.random.Generator
) -> Iterator[dict[str, object]]:
    """Yield a row a device, with the dimension that names it."""
    shares = np.array([one.new_share if weeks_before < one.since else one.share for one in devices])
    for one, base in zip(devices, generator.multinomial(count, shares / shares.sum()), strict=True):
        level = one.new_level if weeks_before < one.since else one.level
        if base:
            successes = int(generator.binomial(base, level))
            yield row | {"numerator": successes, "denominator": int(base), "dim:device": one.name}
