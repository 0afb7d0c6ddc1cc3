"""The numbers of cxmap: values with intervals, tests, and states. numpy and scipy only, no Django.

`evaluate(Batch) -> Evaluation` decides the states of all bindings of one rhythm in one run;
`interval(kind, n, numerator, denominator, sum_squares)` gives one figure; `estimate` many.
Definitions and reference values: docs of the product, "The numbers". Unknown is NaN in arrays and
None in scalars, never 0.
"""

from .baselines import baseline_figures
from .batch import Batch, FormulaFigures, FrozenBaselines, Values
from .families import benjamini_hochberg
from .groups import larger_than_others
from .histograms import duration_bin, duration_bin_edges, duration_of_bin
from .intervals import (
    Estimate,
    estimate,
    interval,
    newcombe_difference,
    nps_difference,
    nps_variance,
    poisson,
    pooled,
    ratio,
    student,
    tango,
    wilson,
)
from .kinds import ALPHA, LEVEL, Kind, kind_codes, minimum_n
from .mix import MixShift, is_mix_shift, mix_shift, worse_p
from .periods import Calendar, Period, Rhythm, last_closed_period, period_of
from .power import POWER, detectable_difference, unit_deviation
from .quantiles import Histograms, estimate_quantiles, quantile_test
from .scores import EMOTION_SCALES, NpsBucket, NpsCounts, emotion, nps_bucket, nps_counts
from .season_counts import season_counts
from .seasons import Fit, SeasonTest, season_means, season_proportions, within_day_ratio_variance, within_day_variance
from .states import Evaluation, Evidence, Reason, State, evaluate, flag_closes, flag_opens, period_figures
from .targets import binomial_test, mean_test, nps_test, poisson_test, ratio_test, target_test

__all__ = [
    "ALPHA",
    "EMOTION_SCALES",
    "LEVEL",
    "POWER",
    "Batch",
    "Calendar",
    "Estimate",
    "Evaluation",
    "Evidence",
    "Fit",
    "FormulaFigures",
    "FrozenBaselines",
    "Histograms",
    "Kind",
    "MixShift",
    "NpsBucket",
    "NpsCounts",
    "Period",
    "Reason",
    "Rhythm",
    "SeasonTest",
    "State",
    "Values",
    "baseline_figures",
    "benjamini_hochberg",
    "binomial_test",
    "detectable_difference",
    "duration_bin",
    "duration_bin_edges",
    "duration_of_bin",
    "emotion",
    "estimate",
    "estimate_quantiles",
    "evaluate",
    "flag_closes",
    "flag_opens",
    "interval",
    "is_mix_shift",
    "kind_codes",
    "larger_than_others",
    "last_closed_period",
    "mean_test",
    "minimum_n",
    "mix_shift",
    "newcombe_difference",
    "nps_bucket",
    "nps_counts",
    "nps_difference",
    "nps_test",
    "nps_variance",
    "period_figures",
    "period_of",
    "poisson",
    "poisson_test",
    "pooled",
    "quantile_test",
    "ratio",
    "ratio_test",
    "season_counts",
    "season_means",
    "season_proportions",
    "student",
    "tango",
    "target_test",
    "unit_deviation",
    "wilson",
    "within_day_ratio_variance",
    "within_day_variance",
    "worse_p",
]
