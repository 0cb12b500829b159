//! Every statistic held to the numbers of an independent implementation, recorded by `statistics/fixtures.py`.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use report::Share;
use report::statistics::partial::partial_spearman;
use report::statistics::permutation::{Permutation, permutation_kendall, permutation_partial, permutation_spearman};
use report::statistics::power::{half_width_at_zero, power, smallest_found};
use report::statistics::quantile;
use report::statistics::rank::{kendall_tau_b, spearman};
use report::statistics::ranked_pairs::RankedPairs;
use report::statistics::variance::{Components, crossed_components};
use serde::Deserialize;

#[derive(Deserialize)]
struct Fixtures {
    shares: Vec<OfShare>,
    correlations: Vec<OfCorrelation>,
    quantiles: Vec<OfQuantiles>,
    bootstraps: Vec<OfBootstrap>,
    partials: Vec<OfPartial>,
    variances: Vec<OfVariance>,
    powers: Vec<OfPower>,
}

#[derive(Deserialize)]
struct OfShare {
    successes: u64,
    examples: u64,
    low: f64,
    high: f64,
}

/// Numbers, infinity written as null.
type Listed = Vec<Option<f64>>;

#[derive(Deserialize)]
struct OfCorrelation {
    x: Listed,
    y: Listed,
    rho: f64,
    tau_b: f64,
    rho_p: Option<f64>,
    tau_b_p: Option<f64>,
}

#[derive(Deserialize)]
struct OfQuantiles {
    values: Vec<f64>,
    at: Vec<f64>,
    quantiles: Vec<f64>,
}

#[derive(Deserialize)]
struct OfBootstrap {
    x: Listed,
    y: Listed,
    drawn: Vec<Vec<usize>>,
    rho: Percentiles,
    tau_b: Percentiles,
}

#[derive(Deserialize)]
struct Percentiles {
    used: usize,
    ends: [f64; 2],
}

#[derive(Deserialize)]
struct OfPartial {
    x: Vec<f64>,
    y: Vec<f64>,
    given: Vec<Vec<f64>>,
    rho: f64,
    p: Option<f64>,
}

#[derive(Deserialize)]
struct OfVariance {
    table: Vec<Vec<f64>>,
    rows: f64,
    columns: f64,
    rest: f64,
    mixed: Option<Mixed>,
}

#[derive(Deserialize)]
struct Mixed {
    rows: f64,
    columns: f64,
    rest: f64,
}

#[derive(Deserialize)]
struct OfPower {
    pairs: usize,
    half_width: f64,
    power_at_half: f64,
    smallest: f64,
}

fn fixtures() -> Fixtures {
    serde_json::from_str(include_str!("statistics/fixtures.json")).unwrap()
}

fn values(listed: &Listed) -> Vec<f64> {
    listed.iter().map(|value| value.unwrap_or(f64::INFINITY)).collect()
}

fn rng() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(0)
}

fn same(found: f64, recorded: f64, of: &str) {
    assert!((found - recorded).abs() < 1e-12, "{of}: {found} is not {recorded}");
}

#[test]
fn intervals_of_shares_are_those_of_scipy() {
    for OfShare { successes, examples, low, high } in fixtures().shares {
        let found = Share { successes, examples }.interval().unwrap();
        same(found.low, low, "low");
        same(found.high, high, "high");
    }
}

#[test]
fn rank_correlations_are_those_of_scipy() {
    for OfCorrelation { x, y, rho, tau_b, .. } in fixtures().correlations {
        let (x, y) = (values(&x), values(&y));
        same(spearman(&x, &y).unwrap(), rho, "rho");
        same(kendall_tau_b(&x, &y).unwrap(), tau_b, "tau-b");
    }
}

#[test]
fn exact_p_values_are_those_of_scipy() {
    for OfCorrelation { x, y, rho_p, tau_b_p, .. } in fixtures().correlations {
        let (x, y) = (values(&x), values(&y));
        let held = |found: Option<Permutation>, recorded: Option<f64>, of| {
            let found = found.unwrap();
            // Random orders, which more pairs get, are close and no more.
            match recorded {
                Some(recorded) if found.exact => same(found.p_value, recorded, of),
                Some(recorded) => assert!((found.p_value - recorded).abs() < 0.01, "{of}: {} is not {recorded}", found.p_value),
                None => assert!(!found.exact),
            }
        };
        held(permutation_spearman(&x, &y, 20_000, &mut rng()), rho_p, "p of rho");
        held(permutation_kendall(&x, &y, 20_000, &mut rng()), tau_b_p, "p of tau-b");
    }
}

#[test]
fn quantiles_are_those_of_numpy() {
    for OfQuantiles { values, at, quantiles } in fixtures().quantiles {
        for (share, recorded) in at.into_iter().zip(quantiles) {
            same(quantile(&values, share).unwrap(), recorded, "quantile");
        }
    }
}

#[test]
fn percentiles_of_given_resamples_are_those_of_scipy() {
    for OfBootstrap { x, y, drawn, rho, tau_b } in fixtures().bootstraps {
        let mut pairs = RankedPairs::new(&values(&x), &values(&y)).unwrap();
        let times = |places: &Vec<usize>| {
            let mut times = vec![0; x.len()];
            for &place in places {
                times[place] += 1;
            }
            times
        };
        let drawn: Vec<Vec<u32>> = drawn.iter().map(times).collect();
        let rhos: Vec<f64> = drawn.iter().filter_map(|times| pairs.spearman(times)).collect();
        let taus: Vec<f64> = drawn.iter().filter_map(|times| pairs.kendall_tau_b(times)).collect();
        for (found, recorded) in [(rhos, rho), (taus, tau_b)] {
            assert_eq!(found.len(), recorded.used);
            same(quantile(&found, 0.025).unwrap(), recorded.ends[0], "low");
            same(quantile(&found, 0.975).unwrap(), recorded.ends[1], "high");
        }
    }
}

#[test]
fn partial_correlations_are_those_of_pingouin() {
    for OfPartial { x, y, given, rho, p } in fixtures().partials {
        let given: Vec<&[f64]> = given.iter().map(Vec::as_slice).collect();
        same(partial_spearman(&x, &y, &given).unwrap(), rho, "partial rho");
        if let Some(p) = p {
            let found = permutation_partial(&x, &y, &given, 0, &mut rng()).unwrap();
            assert!(found.exact);
            same(found.p_value, p, "p of partial rho");
        }
    }
}

#[test]
fn variance_components_are_those_of_statsmodels() {
    for OfVariance { table, rows, columns, rest, mixed } in fixtures().variances {
        let found = crossed_components(&[table]).unwrap();
        same(found.rows, rows, "rows");
        same(found.columns, columns, "columns");
        same(found.rest, rest, "rest");
        if let Some(mixed) = mixed {
            // Restricted maximum likelihood, which is found by steps, not by a formula.
            let close = |found: f64, recorded: f64| assert!((found - recorded).abs() < 2e-3 * recorded, "{found} is not {recorded}");
            let Components { rows, columns, rest } = found;
            close(rows, mixed.rows);
            close(columns, mixed.columns);
            close(rest, mixed.rest);
        }
    }
}

#[test]
fn power_is_that_of_scipy() {
    for OfPower { pairs, half_width, power_at_half, smallest } in fixtures().powers {
        same(half_width_at_zero(pairs).unwrap(), half_width, "half width");
        // The error function that we use is good to eleven digits.
        let close = |found: f64, recorded: f64| assert!((found - recorded).abs() < 1e-10, "{found} is not {recorded}");
        close(power(pairs, 0.5).unwrap(), power_at_half);
        close(smallest_found(pairs).unwrap(), smallest);
    }
}
