"""What the group felt at each step: mean with spread and number of people, and the level for the curve of the map."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import mean, stdev
from uuid import UUID

from journeys.models import Step
from workshops.models import Rating

LEVELS = (-2, -1, 0, 1, 2)


@dataclass(frozen=True, slots=True)
class Feeling:
    """One step. mean and spread are None without (enough) ratings: unknown is not neutral."""

    step: Step
    number: int
    counts: Sequence[tuple[int, int]]  # (level, people), from −2 to +2
    n: int
    mean: float | None
    spread: float | None  # sample standard deviation, from two people on

    @property
    def level(self) -> Decimal | None:
        """The mean on the halves of the map's curve; exactly between two it goes to the neutral side."""
        if self.mean is None:
            return None
        halves = math.ceil(abs(self.mean) * 2 - 0.5)
        return Decimal(int(math.copysign(halves, self.mean)) if halves else 0) / 2

    @property
    def is_disputed(self) -> bool:
        """True when some feel the opposite of others: what to talk about first."""
        given = [level for level, people in self.counts if people]
        return bool(given) and given[0] < 0 < given[-1]


def feelings_of(steps: Sequence[Step], ratings: Iterable[Rating]) -> list[Feeling]:
    """Return one Feeling for each step, in order, also for those that nobody rated."""
    levels: dict[UUID, list[int]] = {}
    for rating in ratings:
        levels.setdefault(rating.step_id, []).append(rating.level)
    found = []
    for number, step in enumerate(steps, 1):
        given = levels.get(step.pk, [])
        count = Counter(given)
        found.append(
            Feeling(
                step=step,
                number=number,
                counts=[(level, count[level]) for level in LEVELS],
                n=len(given),
                mean=mean(given) if given else None,
                spread=stdev(given) if len(given) > 1 else None,
            )
        )
    return found
