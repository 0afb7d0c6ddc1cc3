"""Which row of one list is which of another, where rows have no identifier of their own."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

Old = TypeVar("Old")
New = TypeVar("New")


def matched(
    old: Sequence[Old], new: Sequence[New], *keys: tuple[Callable[[Old], Hashable], Callable[[New], Hashable]]
) -> tuple[list[tuple[New, Old | None]], list[Old]]:
    """Return for every new row the old one that it continues (or None), and the old ones that nothing continues.

    The keys are tried one after the other, from the whole content to the bare number: what is equal stays equal.
    """
    free: list[Old | None] = list(old)
    found: list[Any] = [None] * len(new)
    open_rows = list(range(len(new)))
    for key_old, key_new in keys:
        places: dict[Hashable, list[int]] = {}
        for place, row in enumerate(free):
            if row is not None:
                places.setdefault(key_old(row), []).append(place)
        left = []
        for number in open_rows:
            candidates = places.get(key_new(new[number]))
            if candidates:
                place = candidates.pop(0)
                found[number], free[place] = free[place], None
            else:
                left.append(number)
        open_rows = left
    return list(zip(new, found, strict=True)), [row for row in free if row is not None]
