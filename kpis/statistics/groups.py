"""Which of several groups has a larger share than the others together."""

import numpy as np
import numpy.typing as npt

from .kinds import FloatArray, floats
from .targets import student_p


def larger_than_others(events: npt.ArrayLike, trials: npt.ArrayLike) -> FloatArray:
    """Return the one-sided p of "this group has a larger share than all others together", (G,) from (G, T) counts.

    The score test of two pooled shares. Its variance is multiplied by the dispersion of the shares of the points in
    time about those of both sides (Pearson's χ² over its degrees of freedom, never under 1) and judged by Student's t for
    these: weeks that swing more than chance are no evidence. NaN for a group without trials, alone, or with one
    point in time; p are not adjusted (`benjamini_hochberg`).
    """
    x, n = floats(events, trials)
    sides_x = np.stack([x, x.sum(axis=0) - x])  # (2, G, T): the group, the others
    sides_n = np.stack([n, n.sum(axis=0) - n])
    total_x, total_n = sides_x.sum(axis=2), sides_n.sum(axis=2)
    known = (total_n > 0).all(axis=0)
    share = total_x / np.where(total_n > 0, total_n, 1.0)
    expected = share[:, :, None] * sides_n
    variance = expected * (1.0 - share[:, :, None])
    swing = np.divide((sides_x - expected) ** 2, variance, out=np.zeros_like(variance), where=variance > 0)
    df = (sides_n > 0).sum(axis=(0, 2)) - 2.0
    dispersion = np.maximum(swing.sum(axis=(0, 2)) / np.maximum(df, 1.0), 1.0)
    pooled = np.where(known, total_x.sum(axis=0), 0.0) / np.where(known, total_n.sum(axis=0), 1.0)
    weight = np.where(known, (1.0 / np.where(total_n > 0, total_n, 1.0)).sum(axis=0), 1.0)
    error = np.sqrt(pooled * (1.0 - pooled) * weight * dispersion)
    usable = known & (error > 0) & (df >= 1)
    t = (share[0] - share[1]) / np.where(usable, error, 1.0)
    return np.where(usable, student_p(t, np.maximum(df, 1.0), "greater"), np.nan)
