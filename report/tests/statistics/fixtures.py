"""Numbers of independent implementations, for `tests/statistics.rs` to hold ours to.

    python3 -m venv scipy-venv
    scipy-venv/bin/pip install scipy==1.17.1 numpy==2.4.6 statsmodels==0.15.0 pingouin==0.7.0
    scipy-venv/bin/python report/tests/statistics/fixtures.py > report/tests/statistics/fixtures.json

Infinity, which JSON has not, is null; scipy is given 1e9 in its place, which ranks alike.
"""

import itertools
import json
import math
import warnings

import numpy as np
import pandas as pd
import pingouin
import scipy
import statsmodels
import statsmodels.formula.api as smf
from scipy import stats
from scipy.optimize import brentq
from statsmodels.stats.anova import anova_lm

INF = 1e9
warnings.simplefilter("ignore")

PAIRS = [
    ([11, 6, 9, 12, 23, INF, INF], [3, 3, 2.5, 2, 1.2, 0.5, 1]),
    ([1, 2, 3, 4, 5], [5, 6, 7, 8, 7]),
    ([1, 2, 2, 3, 3, 3, 4, 10], [8, 7, 7.5, 7.5, 1, 2, 2, 0]),
    ([4, 1, 3, 2], [1, 4, 2, 3]),
    ([12, 6, 9, 11, 23, 14, 8, 17, INF, INF, INF, INF], [2, 3, 3, 2.5, 1.5, 3, 3, 1, 1, 0.5, 1, 3]),
    ([0, 1, 2, 3, 4, 5, 6, 7, 8], [3, 1, 4, 1.5, 5, 9, 2, 6, 5.3]),
]


def listed(values):
    return [None if value == INF else float(value) for value in values]


def exact_p(x, y, statistic):
    """Share of all orders of y whose statistic is at least as far from 0; scipy's own doubles one tail, which ours does not."""
    test = stats.permutation_test(
        (np.array(y, float),), lambda y: statistic(x, y), permutation_type="pairings", n_resamples=np.inf, vectorized=False
    )
    return float(np.mean(np.abs(test.null_distribution) >= abs(test.statistic) - 1e-9))


def correlations():
    for x, y in PAIRS:
        case = {"x": listed(x), "y": listed(y)}
        case["rho"] = stats.spearmanr(x, y).statistic
        case["tau_b"] = stats.kendalltau(x, y).statistic
        if len(x) <= 8:
            case["rho_p"] = exact_p(x, y, lambda x, y: stats.spearmanr(x, y).statistic)
            case["tau_b_p"] = exact_p(x, y, lambda x, y: stats.kendalltau(x, y).statistic)
        elif len(set(x)) == len(x) and len(set(y)) == len(y):
            # Without ties scipy counts orders too.
            case["tau_b_p"] = stats.kendalltau(x, y, method="exact").pvalue
        yield case


def shares():
    counts = [
        (0, 200), (200, 200), (199, 200), (1, 1000), (500, 1000), (9999, 10000), (3, 7), (1, 1),
        (8_000_000, 8_000_000), (7_999_990, 8_000_000), (4_000_000, 8_000_000), (1, 8_000_000),
    ]  # fmt: skip
    for successes, examples in counts:
        interval = stats.binomtest(successes, examples).proportion_ci(0.95, method="exact")
        yield {"successes": successes, "examples": examples, "low": interval.low, "high": interval.high}


def quantiles(rng):
    for size in [1, 2, 5, 12, 33]:
        values = rng.normal(size=size)
        at = [0.0, 0.025, 0.3, 0.5, 0.975, 1.0]
        yield {"values": values.tolist(), "at": at, "quantiles": np.quantile(values, at).tolist()}


def bootstraps(rng):
    """Percentile intervals of given resamples; those without a correlation are left out."""
    for x, y in [PAIRS[2], PAIRS[4]]:
        drawn = rng.integers(0, len(x), size=(300, len(x)))
        case = {"x": listed(x), "y": listed(y), "drawn": drawn.tolist()}
        for name, statistic in [("rho", stats.spearmanr), ("tau_b", stats.kendalltau)]:
            found = [statistic(np.take(x, places), np.take(y, places)).statistic for places in drawn]
            found = [value for value in found if not math.isnan(value)]
            case[name] = {"used": len(found), "ends": np.quantile(found, [0.025, 0.975]).tolist()}
        yield case


def freedman_lane(x, y, covariates):
    """Freedman and Lane 1983 by least squares: the full model is fitted to every order of the reduced model's residuals."""
    x, y, *covariates = [stats.rankdata(values) for values in [x, y, *covariates]]
    reduced = np.column_stack([np.ones(len(x)), *covariates])

    def residuals(values):
        return values - reduced @ np.linalg.lstsq(reduced, values, rcond=None)[0]

    left_x, left_y = residuals(x), residuals(y)
    fitted = y - left_y
    seen = abs(np.corrcoef(left_x, left_y)[0, 1])
    orders = itertools.permutations(range(len(x)))
    found = [abs(np.corrcoef(left_x, residuals(fitted + left_y[list(order)]))[0, 1]) >= seen - 1e-9 for order in orders]
    return float(np.mean(found))


def partials(rng):
    for size, covariates in [(7, 1), (7, 2), (12, 1), (12, 3), (30, 3)]:
        given = rng.integers(0, 9, size=(covariates, size)).astype(float)
        x = given[0] + rng.integers(0, 6, size=size)
        y = given.sum(axis=0) - x + rng.normal(size=size).round(1)
        frame = pd.DataFrame({"x": x, "y": y} | {f"z{idx}": values for idx, values in enumerate(given)})
        names = [name for name in frame if name.startswith("z")]
        case = {"x": x.tolist(), "y": y.tolist(), "given": given.tolist()}
        case["rho"] = float(pingouin.partial_corr(frame, x="x", y="y", covar=names, method="spearman")["r"].iloc[0])
        if size <= 7:
            case["p"] = freedman_lane(x, y, given)
        yield case


def variances(rng):
    for rows, columns, deviations in [(3, 3, (1, 0.6, 0.3)), (4, 3, (0.5, 1, 0.4)), (6, 5, (1, 1, 1)), (2, 2, (0.1, 0.1, 1))]:
        of_rows, of_columns = rng.normal(size=(rows, 1)) * deviations[0], rng.normal(size=(1, columns)) * deviations[1]
        table = 3 + of_rows + of_columns + rng.normal(size=(rows, columns)) * deviations[2]
        places = [(row, column, table[row, column]) for row in range(rows) for column in range(columns)]
        frame = pd.DataFrame(places, columns=["row", "column", "value"])
        squares = anova_lm(smf.ols("value ~ C(row) + C(column)", frame).fit())["mean_sq"]
        rest = squares["Residual"]
        case = {"table": table.tolist(), "rest": rest}
        case["rows"] = max((squares["C(row)"] - rest) / columns, 0.0)
        case["columns"] = max((squares["C(column)"] - rest) / rows, 0.0)
        if min(case["rows"], case["columns"]) > 0:
            # Where no estimate is negative, restricted maximum likelihood of a balanced table is the analysis of variance.
            crossed = {"row": "0 + C(row)", "column": "0 + C(column)"}
            model = smf.mixedlm("value ~ 1", frame, groups=np.ones(len(frame)), vc_formula=crossed)
            fit = model.fit(reml=True, method=["nm"], maxiter=5000)
            found = dict(zip(model.exog_vc.names, fit.vcomp))
            case["mixed"] = {"rows": found["row"], "columns": found["column"], "rest": fit.scale}
        yield case


def powers():
    for tasks in [4, 7, 12, 25, 100]:
        error = 1 / math.sqrt(tasks - 3)
        limit = stats.norm.ppf(0.975) * error

        def power(rho):
            centre, spread = math.atanh(rho), math.sqrt(1 + rho**2 / 2) * error
            return stats.norm.sf(limit, centre, spread) + stats.norm.cdf(-limit, centre, spread)

        smallest = brentq(lambda rho: power(rho) - 0.8, 0, 1 - 1e-9, xtol=1e-15)
        yield {"pairs": tasks, "half_width": math.tanh(limit), "power_at_half": power(0.5), "smallest": smallest}


def main():
    rng = np.random.default_rng(0)
    fixtures = {
        "versions": {module.__name__: module.__version__ for module in [np, scipy, statsmodels, pingouin]},
        "shares": list(shares()),
        "correlations": list(correlations()),
        "quantiles": list(quantiles(rng)),
        "bootstraps": list(bootstraps(rng)),
        "partials": list(partials(rng)),
        "variances": list(variances(rng)),
        "powers": list(powers()),
    }
    # One case a line, so that a difference can be read.
    parts = []
    for name, cases in fixtures.items():
        if isinstance(cases, dict):
            parts.append(f"{json.dumps(name)}: {json.dumps(cases)}")
        else:
            lines = ",\n  ".join(json.dumps(case) for case in cases)
            parts.append(f"{json.dumps(name)}: [\n  {lines}\n]")
    print("{\n" + ",\n".join(parts) + "\n}")


main()
