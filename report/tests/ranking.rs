//! Predictors are ranked by how they order cells: against curves that are known to be right, wrong, or the same for all.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use report::{CellPredictions, Evidence, Metric, PredictedCurve, PredictedPoint, Predictor, Ranking, Record, ShortestProgram, analyse};

mod synthetic;

/// The made-up sweep with the first seed alone, so that a cell's median is its one run.
fn one_seed() -> Evidence {
    let mut evidence = synthetic::evidence();
    evidence.runs.retain(|run| run.seed_init == 0);
    evidence.records.retain(|record| record.seed_init == 0);
    evidence
}

/// Adds a curve to every cell: a function of what was measured.
fn predict(evidence: &mut Evidence, predictor: Predictor, of: impl Fn(&Record) -> f64) {
    for run in &evidence.runs {
        let records = evidence.records.iter().filter(|record| record.cell == run.cell && record.metric == Metric::ExactMatch);
        let point = |record: &Record| PredictedPoint {
            len_eval: record.len_eval,
            split: record.split,
            exact_match: of(record),
            examples: 200,
            interval: None,
        };
        let curve = PredictedCurve { predictor, points: records.map(point).collect() };
        let place = evidence.predictions.iter().position(|predictions| predictions.cell == run.cell);
        let place = place.unwrap_or_else(|| {
            evidence.predictions.push(CellPredictions {
                cell: run.cell.clone(),
                task: run.task.clone(),
                len_train_max: run.len_train_max,
                shortest: None,
                curves: Vec::new(),
                silent: Vec::new(),
            });
            evidence.predictions.len() - 1
        });
        evidence.predictions[place].curves.push(curve);
    }
}

fn rankings(evidence: &Evidence) -> Vec<Ranking> {
    analyse(evidence, &mut ChaCha8Rng::seed_from_u64(0)).rankings
}

fn of<'r>(rankings: &'r [Ranking], words: &str) -> &'r Ranking {
    rankings.iter().find(|ranking| ranking.predictor.contains(words)).unwrap()
}

#[test]
fn what_was_measured_is_the_best_predictor_and_its_opposite_the_worst() {
    let mut evidence = one_seed();
    predict(&mut evidence, Predictor::ShortestProgram, |record| record.value);
    predict(&mut evidence, Predictor::MinimumDegree, |record| 1.0 - record.value);
    let rankings = rankings(&evidence);
    let best = &rankings[0];
    assert!(best.predictor.contains("shortest program"), "{}", best.predictor);
    assert_eq!((best.reach.rho, best.area.rho, best.error), (Some(1.0), Some(1.0), Some(0.0)));
    // Parity did not fit, so it is no cell of the seven.
    assert_eq!((best.cells, best.tasks), (7, 7));
    let worst = of(&rankings, "minimum-degree");
    assert!(worst.area.rho.unwrap() < -0.99 && worst.error.unwrap() > 0.3, "{worst:?}");
}

#[test]
fn a_predictor_that_says_the_same_of_all_orders_nothing() {
    let mut evidence = one_seed();
    predict(&mut evidence, Predictor::ShortestMixture, |_| 1.0);
    let rankings = rankings(&evidence);
    let same = of(&rankings, "mixture");
    assert_eq!(same.reach.note.as_deref(), Some("predicts the same for all cells"));
    assert!(same.reach.rho.is_none() && same.error.unwrap() > 0.0);
    assert_eq!(rankings.last().map(|last| &last.predictor), Some(&same.predictor));
}

#[test]
fn a_shorter_program_predicts_more() {
    let mut evidence = one_seed();
    predict(&mut evidence, Predictor::ShortestProgram, |record| record.value);
    let by_hand = of(&rankings(&evidence), "core operations of the task's program").reach.rho.unwrap();
    for predictions in &mut evidence.predictions {
        let task = evidence.tasks.iter().find(|task| task.task == predictions.task).unwrap();
        let operations = task.program.as_ref().and_then(|program| program.measure("core_operations")).map(|operations| operations as usize);
        predictions.shortest = Some(ShortestProgram {
            none_below: 4,
            operations,
            found: false,
            source: None,
            agreeing: 0,
            mixture: None,
            space: String::new(),
        });
    }
    let shortest = of(&rankings(&evidence), "core operations of the shortest program").reach.rho.unwrap();
    assert!(by_hand > 0.5, "{by_hand}");
    assert!((shortest - by_hand).abs() < 1e-12, "the same lengths order alike");
}

#[test]
fn cells_of_one_task_are_one_cluster() {
    let mut evidence = one_seed();
    predict(&mut evidence, Predictor::ShortestProgram, |record| record.value);
    // The same cells again, under the same tasks: more cells, and no more evidence.
    let again = |cell: &str| format!("{cell}-again");
    let mut twice = evidence.clone();
    twice.runs.extend(evidence.runs.iter().cloned().map(|run| report::RunOutcome { cell: again(&run.cell), ..run }));
    twice.records.extend(evidence.records.iter().cloned().map(|record| Record { cell: again(&record.cell), ..record }));
    twice.predictions.extend(evidence.predictions.iter().cloned().map(|one| CellPredictions { cell: again(&one.cell), ..one }));
    let (once, twice) = (rankings(&evidence), rankings(&twice));
    let (once, twice) = (of(&once, "core operations of the task's program"), of(&twice, "core operations of the task's program"));
    assert_eq!((twice.cells, twice.tasks), (2 * once.cells, once.tasks));
    let width = |ranking: &Ranking| ranking.reach.interval.map(|interval| interval.high - interval.low).unwrap();
    assert!((width(once) - width(twice)).abs() < 0.1, "{} and {}", width(once), width(twice));
}
