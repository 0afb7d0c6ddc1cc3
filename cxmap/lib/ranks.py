"""Order inside a parent: a floating rank between two neighbours, so that a move writes one row.

Rows sort by (rank, id). When halving runs out of room the caller spaces its rows anew.
"""

from collections.abc import Sequence

STEP = 1024.0
SMALLEST_GAP = 1e-6


def between(before: float | None, after: float | None) -> float | None:
    """Return a rank strictly between two neighbours (None: the open end), or None when there is no room left."""
    if before is None and after is None:
        return STEP
    if before is None:
        assert after is not None  # noqa: S101 - narrows the type; the case above excludes it
        return after - STEP
    if after is None:
        return before + STEP
    if after - before < SMALLEST_GAP:
        return None
    return (before + after) / 2


def at_index(ranks: Sequence[float], index: int) -> float | None:
    """Return the rank that puts a new row at index among sorted ranks; None when the rows need new ranks first."""
    index = max(0, min(index, len(ranks)))
    before = ranks[index - 1] if index > 0 else None
    after = ranks[index] if index < len(ranks) else None
    return between(before, after)
