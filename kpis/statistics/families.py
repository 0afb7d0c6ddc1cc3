"""Adjustment of many tests that are read together."""

import numpy as np
import numpy.typing as npt

from .kinds import FloatArray


def benjamini_hochberg(p: npt.ArrayLike, *, axis: int = 0) -> FloatArray:
    """Return adjusted p values; every line along axis is one family. Same shape as p.

    NaN means "not tested": it stays NaN and does not count in its family.
    Source: Y. Benjamini, Y. Hochberg, JRSS B 57 (1995).
    """
    raw = np.moveaxis(np.asarray(p, dtype=np.float64), axis, -1)
    order = np.argsort(raw, axis=-1)  # NaN last
    tested = np.sum(~np.isnan(raw), axis=-1, keepdims=True)
    rank = np.arange(1, raw.shape[-1] + 1)
    scaled = np.take_along_axis(raw, order, axis=-1) * tested / rank
    # A smaller p never gets a larger adjusted one: running minimum from the largest downwards.
    # fmin skips the NaN at the end.
    falling = np.fmin.accumulate(scaled[..., ::-1], axis=-1)[..., ::-1]
    adjusted = np.empty_like(raw)
    np.put_along_axis(adjusted, order, falling, axis=-1)
    adjusted[np.isnan(raw)] = np.nan
    return np.moveaxis(adjusted, -1, axis)
