"""How often the whole rule cries wolf, and how often it finds a real drop, beside the two rules that most tools use."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from scipy import special

from benchmarks import Result, benchmark, size
from kpis.statistics import Batch, Calendar, Kind, Rhythm, State, Values, evaluate, period_of

WEEK = period_of(Rhythm.WEEKLY, date(2026, 11, 20))
SHARE = 0.08  # of the average series
THRESHOLD = 0.10  # a fixed threshold: one tenth below the average of the eight weeks before


@dataclass(frozen=True, slots=True)
class World:
    """What the weeks are like: visits a day, spread of the log odds between weekdays and between days."""

    visits: int = 250
    season: float = 0.4
    noise: float = 0.15
    drop: float = 1.0  # factor of the odds in the two last weeks, of the series that have a problem
    sick: float = 0.0  # share of the series that have one


WORLDS = {
    "no_change": World(noise=0.0, season=0.0),
    "weekly_season": World(noise=0.0),
    "over_dispersion": World(season=0.0, noise=0.25),
    "season_and_over_dispersion": World(noise=0.25),
    "few_visits": World(visits=30),
    "drop_of_a_fifth": World(drop=0.8, sick=0.1),
    "drop_of_a_third": World(drop=0.67, sick=0.1),
    "drop_of_a_half": World(drop=0.5, sick=0.1),
}


def drawn(rng: np.random.Generator, count: int, calendar: Calendar, world: World) -> tuple[Values, Any]:
    """Return proportions by day and which series have a problem in the two tested weeks."""
    weekday = calendar.weekdays()
    n = rng.poisson(world.visits * rng.uniform(0.5, 1.5, (count, 7))[:, weekday]).astype(float)
    level = np.log(SHARE / (1 - SHARE))
    logit = level + rng.normal(0, world.season, (count, 7))[:, weekday] + rng.normal(0, world.noise, n.shape)
    sick = np.arange(count) < round(world.sick * count)
    logit[:, calendar.baseline_points :] += np.where(sick, np.log(world.drop), 0.0)[:, None]
    y = rng.binomial(n.astype(int), 1 / (1 + np.exp(-logit))).astype(float)
    return Values(y, n, np.zeros_like(y), np.zeros_like(y)), sick


def states(values: Values, calendar: Calendar) -> Any:
    """Return the state of each series in the last week, as the product decides it."""
    count = len(values.n)
    batch = Batch(
        calendar=calendar,
        kind=np.full(count, Kind.PROPORTION, dtype=np.int8),
        higher_is_better=np.ones(count, dtype=bool),
        target=np.full(count, np.nan),
        tolerance=np.zeros(count),
        values=values,
    )
    return evaluate(batch).state[:, -1]


def our_rule(values: Values, calendar: Calendar) -> Any:
    """States over closed periods: season-aware test, Benjamini–Hochberg over the workspace, two periods in a row."""
    return states(values, calendar) == State.WORSE


def our_rule_with_watch(values: Values, calendar: Calendar) -> Any:
    """What is shown as “to watch” counted as well: no signal, but a mark that readers see."""
    return np.isin(states(values, calendar), [State.WORSE, State.WATCH])


def _sums(values: Values, calendar: Calendar) -> tuple[Any, Any, Any, Any]:
    before, last = calendar.sliding_baseline_columns(1), calendar.period_columns(1)
    parts = (values.numerator, values.denominator)
    (y_b, n_b), (y_c, n_c) = ([part[:, columns].sum(axis=1) for part in parts] for columns in (before, last))
    return y_b, n_b, y_c, n_c


def fixed_threshold(values: Values, calendar: Calendar) -> Any:
    y_b, n_b, y_c, n_c = _sums(values, calendar)
    return y_c / n_c < (1 - THRESHOLD) * y_b / n_b


def pooled_z(values: Values, calendar: Calendar) -> Any:
    """Two pooled proportions, one-sided at 5 %, every series by itself."""
    y_b, n_b, y_c, n_c = _sums(values, calendar)
    pooled = (y_b + y_c) / (n_b + n_c)
    z = (y_c / n_c - y_b / n_b) / np.sqrt(pooled * (1 - pooled) * (1 / n_b + 1 / n_c))
    return special.ndtr(z) <= 0.05


RULES: dict[str, Callable[[Values, Calendar], Any]] = {
    "our_rule": our_rule,
    "our_rule_with_watch": our_rule_with_watch,
    "fixed_threshold": fixed_threshold,
    "pooled_z": pooled_z,
}


@benchmark
def false_alarms() -> Iterator[Result]:
    """Share of healthy series that are flagged, percent; with a real drop also the share of drops found and of wrong flags.

    BENCH_SERIES touchpoints a workspace (300), BENCH_WORKSPACES workspaces (40). Each draws its own weeks; seeded.
    """
    count, workspaces = size("series", 300), size("workspaces", 40)
    calendar = Calendar.through(Rhythm.WEEKLY, WEEK)
    for number, (name, world) in enumerate(WORLDS.items()):
        rng = np.random.default_rng([20261127, number])
        flagged: dict[str, list[Any]] = {rule: [] for rule in RULES}
        ill = []
        for _ in range(workspaces):
            values, sick = drawn(rng, count, calendar, world)
            ill.append(sick)
            for rule, decide in RULES.items():
                flagged[rule].append(decide(values, calendar))
        sick = np.concatenate(ill)
        for rule, found in flagged.items():
            raised = np.concatenate(found)
            context: dict[str, Any] = {"series": count, "workspaces": workspaces}
            if sick.any():
                context["drops_found_percent"] = round(100 * float(raised[sick].mean()), 1)
                wrong = raised[~sick].sum() / max(int(raised.sum()), 1)
                context["wrong_flags_percent"] = round(100 * float(wrong), 1)
            yield Result(100 * float(raised[~sick].mean()), "% of healthy series", context, name=f"{name}/{rule}")
