"""Benchmarks. `python -m benchmarks [NAME]` prints one JSON object a line: name, value, unit, context.

A benchmark is a function of a module in this folder, marked with @benchmark; its name is the function's. It gets an empty
database with all tables, makes what it needs and returns a Result (or several, by yielding them).
"""

import os
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any


@dataclass(frozen=True, slots=True)
class Result:
    """One figure. name: only where one benchmark gives several."""

    value: float
    unit: str
    context: dict[str, Any] = field(default_factory=dict)
    name: str = ""


Benchmark = Callable[[], Result | Iterator[Result]]
found: dict[str, Benchmark] = {}


def benchmark(function: Benchmark) -> Benchmark:
    """Mark a function as a benchmark."""
    found[function.__name__] = function
    return function


def size(name: str, default: int) -> int:
    """Return a size from the environment: BENCH_ROWS=100000."""
    return int(os.environ.get(f"BENCH_{name.upper()}", default))


def seconds(function: Callable[[], Any]) -> float:
    """Return how long one call takes."""
    start = perf_counter()
    function()
    return perf_counter() - start


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of many calls, and the median of something small that was called between them: machines differ."""

    least: float
    median: float
    p95: float
    beside: float

    @property
    def context(self) -> dict[str, Any]:
        return {
            "min": round(self.least, 1),
            "p50": round(self.median, 1),
            "beside_ms": round(self.beside, 2),
            "ratio": round(self.median / self.beside, 1),
        }


def measured(act: Callable[[], Any], *, beside: Callable[[], Any], rounds: int = 40) -> Times:
    """Return how long a call takes, each followed by one of something to compare it with; five before warm up."""
    for _ in range(5):
        act()
        beside()
    own, others = [], []
    for _ in range(rounds):
        own.append(seconds(act) * 1000)
        others.append(seconds(beside) * 1000)
    return Times(min(own), statistics.median(own), statistics.quantiles(own, n=20)[-1], statistics.median(others))
