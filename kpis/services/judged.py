"""A state while it is being decided, and the evidence that a flag keeps of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import Enum
from typing import Any
from uuid import UUID

import numpy as np

from kpis.models import Binding
from kpis.statistics import Evaluation as Tests

KEPT_FIELDS = (
    "period_end", "state", "n", "numerator", "denominator", "excluded", "value", "low", "high", "quantile", "minimum_n", "target",
    "baseline", "baseline_low", "baseline_high", "baseline_start", "baseline_end", "p_target", "p_target_adjusted",
    "p_baseline", "p_baseline_adjusted", "p_better", "p_better_adjusted", "periods", "definition_version", "newest_day",
)  # fmt: skip


@dataclass(slots=True)
class Judged:
    """A state as it was just decided, with the columns of KpiState: thousands a run, most of which are stored already."""

    binding_id: UUID
    period_start: date
    period_end: date
    state: str
    n: int
    numerator: float | None
    denominator: float | None
    excluded: int
    value: float | None
    low: float | None
    high: float | None
    quantile: float | None
    minimum_n: int
    target: float | None
    baseline: float | None
    baseline_low: float | None
    baseline_high: float | None
    baseline_start: date | None
    baseline_end: date | None
    p_target: float | None
    p_target_adjusted: float | None
    p_baseline: float | None
    p_baseline_adjusted: float | None
    p_better: float | None
    p_better_adjusted: float | None
    definition_version: int
    newest_day: date | None
    periods: int = 1

    def kept(self) -> list[Any]:
        """Return the values of KEPT_FIELDS."""
        return [getattr(self, name) for name in KEPT_FIELDS]


@dataclass(frozen=True, slots=True)
class Kept:
    """What a later period must know of a state that is kept already."""

    state: str
    periods: int
    definition_version: int


def known(column: Any) -> list[float | None]:
    """Return numbers as Python has them, None where unknown."""
    unknown = ~np.isfinite(column)
    found: list[float | None] = np.asarray(column, dtype=np.float64).tolist()
    for number in np.flatnonzero(unknown):
        found[number] = None
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.name.lower()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    return value


def evidence(binding: Binding, state: Judged, tests: Tests, number: int) -> dict[str, Any]:
    """Return every number that opened a flag, as JSON; it is never rewritten."""
    found = _plain(asdict(tests.evidence(number, 1)))
    found.pop("since")
    return {
        **found,
        "state": state.state,
        "periods": state.periods,
        "numerator": state.numerator,
        "denominator": state.denominator,
        "baseline_low": state.baseline_low,
        "baseline_high": state.baseline_high,
        "kpi": binding.kpi.code,
        "kind": binding.kpi.kind,
        "unit": binding.kpi.unit,
        "quantile": state.quantile,
        "definition_version": state.definition_version,
        "direction": binding.direction,
        "rhythm": binding.rhythm,
        "tolerance": binding.tolerance,
        "newest_day": _plain(state.newest_day),
    }
