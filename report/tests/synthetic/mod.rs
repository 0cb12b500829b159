//! A made-up sweep of eight tasks for tests and for looking at a report: plausible curves, a run that diverged, one that is
//! missing, runs that did not fit, controls.

use rand::{Rng, RngExt};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use report::{Evidence, Metric, PrimaryAnalysis, ProgramInfo, Record, Role, RunOutcome, RunStatus, Split, SweepInfo, TaskInfo};

#[allow(dead_code, reason = "not every user of this file asks for it")]
pub(crate) mod everything;

/// Examples behind every evaluated length.
const EXAMPLES: u64 = 200;

/// A task as the page draws it: name, unit, core operations, longest training length, half-way length over it, runs that fit.
type Recipe = (&'static str, &'static str, Option<f64>, usize, f64, usize);

const RECIPES: [Recipe; 8] = [
    ("count", "output numbers", Some(11.0), 20, 2.6, 3),
    ("sort", "numbers to sort", Some(7.0), 20, 9.0, 3),
    ("majority", "input symbols", Some(4.0), 20, 12.0, 3),
    ("copy_unique", "symbols to copy", Some(14.0), 15, 2.2, 2),
    ("addition_reversed_with_index_hints", "digits per operand", Some(31.0), 10, 1.45, 3),
    ("parity_with_scratchpad", "input bits", Some(18.0), 10, 1.7, 3),
    ("copy_repeat", "symbols to copy", None, 15, 1.12, 3),
    ("parity", "input bits", None, 10, 1.0, 0),
];

/// The whole made-up sweep: 8 tasks, 3 seeds each.
pub(crate) fn evidence() -> Evidence {
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    let mut evidence = Evidence {
        sweep: sweep(),
        tasks: Vec::new(),
        runs: Vec::new(),
        records: Vec::new(),
        predictions: Vec::new(),
        checkpoints: Vec::new(),
        calibration: Vec::new(),
        examples: Vec::new(),
        mistakes: Vec::new(),
    };
    for (idx, recipe) in RECIPES.into_iter().enumerate() {
        evidence.tasks.push(task(recipe));
        for seed in 0..3 {
            let (mut run, records) = run(idx, recipe, seed, &mut rng);
            match (recipe.0, seed) {
                ("copy_unique", 2) => run.status = RunStatus::Diverged { step: 812 },
                ("sort", 2) => run.status = RunStatus::Missing,
                _ => evidence.records.extend(records),
            }
            evidence.runs.push(run);
        }
    }
    evidence
}

/// The same sweep before anything ran.
#[allow(dead_code, reason = "not every user of this file asks for it")]
pub(crate) fn nothing_ran() -> Evidence {
    let mut evidence = evidence();
    evidence.records.clear();
    for run in &mut evidence.runs {
        run.status = RunStatus::Missing;
    }
    evidence
}

/// The same sweep without the other tasks.
#[allow(dead_code, reason = "not every user of this file asks for it")]
pub(crate) fn only(task: &str) -> Evidence {
    let mut evidence = evidence();
    evidence.tasks.retain(|info| info.task == task);
    evidence.runs.retain(|run| run.task == task);
    evidence.records.retain(|record| record.task == task);
    evidence
}

fn sweep() -> SweepInfo {
    SweepInfo {
        name: "quickstart".into(),
        description: "Eight small tasks on one processor: does the length of a task's program predict how far a small \
                      Transformer generalizes?"
            .into(),
        fit_gate: 0.99,
        reach_tau: 0.9,
        primary: PrimaryAnalysis::default(),
        device: "flex, 2 threads".into(),
        version: "rasplab 0.1.0".into(),
        command: "rasplab run configs/quickstart.yaml".into(),
        wall_secs: 1834.0,
        provenance: vec![("Code revision".into(), "0a1b2c3".into()), ("Cores".into(), "2, 16".into())],
    }
}

fn task((name, unit, operations, ..): Recipe) -> TaskInfo {
    let program = operations.map(|operations| ProgramInfo {
        file: format!("{name}.rasp"),
        source: format!(
            "#lang rasp-l\n# {name}\nbefore = select(indices, indices, <=);\nanswer = aggregate(before & true, tokens);\nanswer;\n"
        ),
        profile: if operations > 20.0 { "published" } else { "strict" }.into(),
        measures: vec![
            ("statements".into(), (operations / 3.0).ceil()),
            ("core_operations".into(), operations),
            ("syntax_nodes".into(), operations * 4.0 + (operations % 5.0) * 6.0),
            ("bits".into(), operations * 11.5),
            ("attention_operations".into(), (operations / 6.0).ceil()),
            ("attention_depth".into(), if operations > 10.0 { 2.0 } else { 1.0 }),
            ("heads".into(), (operations / 9.0).ceil()),
        ],
    });
    TaskInfo {
        task: name.into(),
        summary: format!("What {name} asks, in one line, with <angles> & ampersands."),
        format: "prompt `4 12 3 >`, answer `3 4 12`".into(),
        unit: unit.into(),
        alphabet: if unit.contains("bits") { 2 } else { 100 },
        answer_tokens: Some(if unit.contains("input") { 2.0 } else { 21.0 }),
        role: if program.is_some() { Role::Solvable } else { Role::Control },
        program,
        model: "1 layer, 2 heads, 64 wide, learned positions with random offset, lr 1e-3".into(),
    }
}

fn run(idx: usize, recipe: Recipe, seed: u64, rng: &mut impl Rng) -> (RunOutcome, Vec<Record>) {
    let (task, _, _, len_train_max, half, fitting) = recipe;
    let fits = (seed as usize) < fitting;
    let cell = format!("{:08x}", 0x9e37_79b9_u32.wrapping_mul(idx as u32 + 1));
    let outcome = RunOutcome {
        cell: cell.clone(),
        task: task.into(),
        seed_init: seed,
        seed_data: seed,
        len_train_max,
        distribution: "standard".into(),
        status: RunStatus::Done,
        steps: 2000 + 250 * seed,
        secs_train: 61.5 + seed as f64,
        tokens_per_sec: 48_000.0,
        parameters: 107_264,
        stopped_early: fits,
        steps_to_fit: fits.then_some(400 + 150 * idx as u64 + 50 * seed),
    };
    let half = half * (1.0 + 0.14 * (seed as f64 - 1.0)) * len_train_max as f64;
    let mut records = Vec::new();
    for step in 1..=15 {
        let len_eval = (len_train_max * step).div_ceil(5);
        let steep = 0.09 * len_train_max as f64;
        let right = if fits { 1.0 / (1.0 + ((len_eval as f64 - half) / steep).exp()) } else { 0.5f64.powf(len_eval as f64 / 6.0) };
        let right = if fits && len_eval <= len_train_max { right.max(0.9995) } else { right };
        let successes = (0..EXAMPLES).filter(|_| rng.random_bool(right)).count() as f64;
        let split = if len_eval <= len_train_max { Split::In } else { Split::Out };
        let mut push = |metric, value, examples| {
            records.push(Record {
                sweep: "quickstart".into(),
                cell: cell.clone(),
                task: task.into(),
                seed_init: seed,
                seed_data: seed,
                len_train_max,
                len_eval,
                split,
                distribution: "standard".into(),
                metric,
                value,
                examples,
                low: None,
                high: None,
            });
        };
        push(Metric::ExactMatch, successes / EXAMPLES as f64, EXAMPLES);
        push(Metric::Loss, 0.01 + 2.0 * (1.0 - right) + rng.random::<f64>() * 0.001, EXAMPLES);
    }
    (outcome, records)
}
