"""Season-aware comparison of counts per exposure: quasi-Poisson with weekday terms, batched as in `seasons`."""

import numpy as np
import numpy.typing as npt

from .kinds import FloatArray
from .seasons import MOST_STEPS, WIDEST_EFFECT, Cells, Fit, SeasonTest, checked, with_constant
from .targets import student_p


def season_counts(
    counts: npt.ArrayLike,
    exposure: npt.ArrayLike,
    weekday: npt.ArrayLike,
    current: npt.ArrayLike,
    *,
    score_when_separated: bool = False,
) -> SeasonTest:
    """Compare the days marked current with the others: Poisson GLM, log rate = weekday + current.

    Everything is as in `season_proportions`, with exposure in place of trials: dispersion Pearson
    χ²/df floored at 1, Student's t, weekdays without any event on both sides left out, and the
    score statistic on request where a period without any event has no finite estimate. Equals
    statsmodels' GLM(counts, Poisson(), exposure=exposure) with that scale.
    Source: P. McCullagh, J. A. Nelder, "Generalized Linear Models", 2nd ed. (1989), § 6.2.
    """
    y, n, days, tested = checked(counts, exposure, weekday, current)
    cells = Cells.of(y, n, days, tested)
    y_b, n_b, y_c, n_c = cells.y_b, cells.n_b, cells.y_c, cells.n_c
    total = y_b + y_c
    informative = total > 0
    shared = (n_b > 0) & (n_c > 0)
    telling = informative & shared
    identified = telling.any(axis=1)
    upwards = np.all(~telling | (y_b == 0), axis=1)
    downwards = np.all(~telling | (y_c == 0), axis=1)
    separated = identified & (upwards | downwards)
    column = cells.one_hot.argmax(axis=1)
    used = informative[:, column] & (n > 0)
    df = used.sum(axis=1) - informative.sum(axis=1) - 1.0
    rows = identified & ~separated & (df >= 1)
    fit = np.where(separated, Fit.SEPARATED, np.where(rows, Fit.FITTED, Fit.UNKNOWN)).astype(np.int8)

    effect, error, dispersion, t = (np.full(len(y), np.nan) for _ in range(4))
    picked = np.flatnonzero(rows)
    if picked.size:
        delta, information = _fit_log_rate(total[picked], n_b[picked], n_c[picked], y_c[picked])
        factor = np.exp(delta)[:, None]
        exposed = n_b[picked] + factor * n_c[picked]
        rate = np.where(exposed > 0, total[picked] / np.where(exposed > 0, exposed, 1.0), 0.0)
        residual = _pearson(y[picked], n[picked], cells.only(picked).by_day(rate, factor * rate, tested))
        effect[picked] = delta
        dispersion[picked] = np.maximum(residual.sum(axis=1) / df[picked], 1.0)
        error[picked] = np.sqrt(dispersion[picked] / information)
        t[picked] = delta / error[picked]
    if score_when_separated and separated.any():
        picked = np.flatnonzero(separated)
        part = cells.only(picked)
        t[picked], dispersion[picked], df[picked] = _score(y[picked], n[picked], part, tested)
        fit[picked] = np.where(np.isnan(t[picked]), Fit.UNKNOWN, Fit.SCORE)
    p = np.where(np.isnan(t), np.nan, student_p(np.nan_to_num(t), np.maximum(df, 1.0), "two-sided"))
    constant = np.asarray(shared.any(axis=1) & ~identified)
    return with_constant(SeasonTest(effect, error, dispersion, t, df, p, cells.expected(), fit), constant)


def _pearson(y: FloatArray, n: FloatArray, rate: FloatArray) -> FloatArray:
    """Return each day's part of Pearson's χ² (S, T); 0 where nothing is expected."""
    mean = n * rate
    return np.where(mean > 0, (y - mean) ** 2 / np.where(mean > 0, mean, 1.0), 0.0)


def _fit_log_rate(
    total: FloatArray, n_b: FloatArray, n_c: FloatArray, y_c: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Maximise the likelihood; return effect and information, (S,).

    Given its total, a weekday's count in the period is binomial, which leaves the effect alone; its
    score falls monotonically, so Newton's steps are kept inside a bracket and always arrive.
    """
    effect = np.zeros(len(total))
    low, high = np.full(len(total), -WIDEST_EFFECT), np.full(len(total), WIDEST_EFFECT)
    moving = np.ones(len(total), dtype=bool)
    information = effect
    for _ in range(MOST_STEPS):
        exposed = np.exp(effect)[:, None] * n_c
        both = n_b + exposed
        share = np.where(both > 0, exposed / np.where(both > 0, both, 1.0), 0.0)
        information = (total * share * (1.0 - share)).sum(axis=1)
        if not moving.any():
            break
        score = (y_c - total * share).sum(axis=1)
        low, high = np.where(score > 0, effect, low), np.where(score < 0, effect, high)
        proposed = effect + score / np.maximum(information, np.finfo(float).tiny)
        proposed = np.where((proposed < low) | (proposed > high), (low + high) / 2.0, proposed)
        change = np.abs(proposed - effect)
        effect = np.where(moving, proposed, effect)
        moving &= change > 1e-13 * (1.0 + np.abs(effect))
    return effect, information


def _score(
    y: FloatArray, n: FloatArray, cells: Cells, current: np.ndarray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return (t, dispersion, df) of the score test of "no effect", stratified by weekday.

    The dispersion is the baseline's own, floored at 1, as for proportions.
    """
    total, both = cells.y_b + cells.y_c, cells.n_b + cells.n_c
    safe = np.where(both > 0, both, 1.0)
    surprise = (cells.y_c - total * cells.n_c / safe).sum(axis=1)
    variance = (total * cells.n_b * cells.n_c / safe**2).sum(axis=1)
    rate = np.where(cells.n_b > 0, cells.y_b / np.where(cells.n_b > 0, cells.n_b, 1.0), 0.0)
    column = cells.one_hot.argmax(axis=1)
    base_days = (n > 0) & ~current[None, :]
    residual = np.where(base_days, _pearson(y, n, rate[:, column]), 0.0).sum(axis=1)
    df_varying = (base_days & (rate > 0)[:, column]).sum(axis=1) - (rate > 0).sum(axis=1)
    dispersion = np.where(df_varying >= 1, np.maximum(residual / np.maximum(df_varying, 1), 1.0), 1.0)
    df = base_days.sum(axis=1) - (cells.n_b > 0).sum(axis=1).astype(np.float64)
    usable = (df >= 1) & (variance > 0)
    t = np.where(usable, surprise / np.sqrt(dispersion * np.where(usable, variance, 1.0)), np.nan)
    return t, dispersion, np.where(usable, df, np.nan)
