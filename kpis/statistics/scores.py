"""Survey scores: NPS buckets, and the emotion scale that a measured curve is drawn on."""

from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from .intervals import Estimate
from .kinds import CodeArray

EMOTION_END = 2.0  # the curve runs from −2 to +2
EMOTION_SCALES = MappingProxyType({"csat": (1.0, 5.0), "ces": (1.0, 7.0), "nps": (-100.0, 100.0)})


class NpsBucket(IntEnum):
    """What an answer of 0 to 10 counts as; the first three are also its value in the score."""

    DETRACTOR = -1
    PASSIVE = 0
    PROMOTER = 1
    EXCLUDED = 2


@dataclass(frozen=True, slots=True)
class NpsCounts:
    """Answers by bucket; the score is (promoters − detractors) / n × 100."""

    promoters: int
    passives: int
    detractors: int
    excluded: int

    @property
    def n(self) -> int:
        return self.promoters + self.passives + self.detractors


def nps_bucket(scores: npt.ArrayLike) -> CodeArray:
    """Return the `NpsBucket` of each answer: 9–10, 7–8, 0–6; the same shape as scores.

    Scores between whole numbers belong to the bucket they have not yet left (6.5 a detractor, 8.5
    a passive). Empty (NaN) and out of scale are excluded. Source: statistics.md § 2, § 7 no. 14.
    """
    values = np.asarray(scores, dtype=np.float64)
    bucket = np.select([values >= 9, values >= 7], [NpsBucket.PROMOTER, NpsBucket.PASSIVE], default=NpsBucket.DETRACTOR)
    valid = (values >= 0) & (values <= 10)
    return np.where(valid, bucket, NpsBucket.EXCLUDED).astype(np.int8)


def nps_counts(scores: npt.ArrayLike) -> NpsCounts:
    """Count answers (any shape, NaN where empty) by bucket."""
    bucket = nps_bucket(scores)
    promoters, passives, detractors, excluded = (
        int(np.count_nonzero(bucket == one))
        for one in (NpsBucket.PROMOTER, NpsBucket.PASSIVE, NpsBucket.DETRACTOR, NpsBucket.EXCLUDED)
    )
    return NpsCounts(promoters, passives, detractors, excluded)


def emotion(found: Estimate, *, lowest: npt.ArrayLike, highest: npt.ArrayLike) -> Estimate:
    """Return the figure on the emotion scale, −2 to +2, its interval mapped the same linear way.

    lowest and highest are the answers that mean −2 and +2 (`EMOTION_SCALES`); lowest > highest
    turns a scale on which small is good. An interval is cut at the ends of the scale, a value
    outside them is unknown, and unknown stays NaN: a gap in the line, never a point at 0.
    Raises ValueError when the ends are equal.
    """
    start, end = np.asarray(lowest, dtype=np.float64), np.asarray(highest, dtype=np.float64)
    if np.any(start == end):
        raise ValueError("An emotion scale needs two different ends.")
    value, one, other = (
        (2.0 * (part - start) / (end - start) - 1.0) * EMOTION_END for part in (found.value, found.low, found.high)
    )
    outside = np.abs(value) > EMOTION_END + 1e-9
    value = np.where(outside, np.nan, np.clip(value, -EMOTION_END, EMOTION_END))
    low, high = (
        np.where(outside, np.nan, np.clip(part, -EMOTION_END, EMOTION_END))
        for part in (np.minimum(one, other), np.maximum(one, other))
    )
    return Estimate(value, low, high)
