"""Which neighbouring steps of a map are ways to choose from: the same branch of the same stage, each way with its name."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

WAY_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a step stands in a branch; all 0 for a step that everybody lives."""

    way: int = 0  # from 1, from left to right
    ways: int = 0  # how many the branch has
    way_width: int = 0  # columns of the way, at its first step only
    branch_width: int = 0  # columns of the branch, at its first step only
    last: bool = False  # of the branch

    @property
    def letter(self) -> str:
        """A short name of the way among several: A, B, C…; empty when there is no other."""
        return WAY_LETTERS[(self.way - 1) % len(WAY_LETTERS)] if self.ways > 1 else ""


NOWHERE = Place()


def places_of(steps: Sequence[Any]) -> list[Place]:
    """Return the place of each shown step (anything with branch, path and stage_id), in their order."""
    found: list[Place] = []
    for (branch, _stage), group in groupby(steps, key=lambda step: (step.branch, step.stage_id)):
        own = list(group)
        if not branch:
            found += [NOWHERE] * len(own)
            continue
        ways = [list(way) for _path, way in groupby(own, key=lambda step: step.path)]
        first = len(found)
        for number, way in enumerate(ways, 1):
            for place in range(len(way)):
                begins = len(found) == first
                found.append(
                    Place(
                        way=number,
                        ways=len(ways),
                        way_width=len(way) if place == 0 else 0,
                        branch_width=len(own) if begins else 0,
                        last=number == len(ways) and place == len(way) - 1,
                    )
                )
    return found
