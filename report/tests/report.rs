//! The whole way from evidence to page, on a made-up sweep and on the pieces of one that a real one may leave behind.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use report::analysis::{Outcome, Scope};
use report::{Analysis, Evidence, Finding, Metric, RunStatus, VerdictStatus, analyse, figures, read_csv, render_html, write_csv};

mod synthetic;

fn analysis(evidence: &Evidence) -> Analysis {
    analyse(evidence, &mut ChaCha8Rng::seed_from_u64(0))
}

/// Makes everything that a report is made of; fails where any of it panics or is malformed.
fn report(evidence: &Evidence) -> (Analysis, String) {
    let analysis = analysis(evidence);
    let figures = figures(evidence, &analysis);
    assert_eq!(
        figures.iter().map(|figure| figure.name.as_str()).collect::<Vec<_>>(),
        [
            "exact_match_by_length",
            "reach_by_program_length",
            "correlations",
            "exact_match_during_training",
            "calibration_by_length",
            "reliability"
        ]
    );
    for figure in &figures {
        let png = figure.png().unwrap();
        assert!(png.starts_with(b"\x89PNG"), "{}", figure.name);
        assert!(!figure.csv.is_empty() && !figure.caption.is_empty() && !figure.description.is_empty(), "{}", figure.name);
        assert!(!figure.svg.contains("NaN") && !figure.svg.contains("inf"), "{}", figure.name);
    }
    serde_json::to_string(&analysis).unwrap();
    let page = render_html(evidence, &analysis, &figures).unwrap();
    assert!(page.ends_with("</html>") || page.ends_with("</html>\n"));
    (analysis, page)
}

#[test]
fn the_verdict_table_reads_well_in_a_terminal() {
    let text = analysis(&synthetic::evidence()).to_text();
    insta::assert_snapshot!(text);
}

#[test]
fn the_page_holds_everything_and_fetches_nothing() {
    let evidence = synthetic::evidence();
    let (analysis, page) = report(&evidence);
    for task in &evidence.tasks {
        assert!(page.contains(&task.task), "{}", task.task);
    }
    for words in [
        "none known: Zhou et al. 2023 give no RASP-L program",
        "diverged at step 812",
        "did not fit",
        "rasplab run configs/quickstart.yaml",
        "before = select(indices, indices, &#60;=);",
        "with &#60;angles&#62; &#38; ampersands",
    ] {
        assert!(page.contains(words), "{words}");
    }
    assert!(page.contains(&analysis.conclusion.sentence.replace('<', "&#60;").replace('\'', "&#39;")));
    assert_eq!(page.matches("<svg").count(), 6);
    for fetching in ["<script", "<link", "<img", "src=", "@import", "url("] {
        assert!(!page.contains(fetching), "{fetching}");
    }
}

/// What a reader hears of each figure.
fn descriptions(evidence: &Evidence) -> String {
    let figures = figures(evidence, &analysis(evidence));
    figures.into_iter().map(|figure| figure.description).collect::<Vec<_>>().join("\n\n")
}

#[test]
fn figures_are_described_in_words_made_from_the_data() {
    let mut evidence = synthetic::evidence();
    synthetic::everything::add(&mut evidence);
    insta::assert_snapshot!(descriptions(&evidence));
}

#[test]
fn figures_of_nothing_say_so() {
    let mut evidence = synthetic::nothing_ran();
    let unfit = descriptions(&evidence);
    assert!(unfit.starts_with("No run fitted: count (trained to 20), sort (trained to 20),"), "{unfit}");
    evidence.tasks.clear();
    evidence.runs.clear();
    insta::assert_snapshot!(descriptions(&evidence), @r"
    Nothing is drawn: no run to show.

    Nothing is drawn: no run fitted, so no reach to show.

    Nothing is drawn: no correlation is defined on these tasks.

    Nothing is drawn: no checkpoint was measured.

    Nothing is drawn: no run that fitted was measured.

    Nothing is drawn: no run that fitted was measured.
    ");
}

#[test]
fn hostile_names_stay_text() {
    let mut evidence = synthetic::only("sort");
    let hostile = "</style><script>alert(1)</script>";
    evidence.sweep.name = hostile.into();
    evidence.tasks[0].task = hostile.into();
    evidence.tasks[0].unit = "\"&<\u{1b}".into();
    for run in &mut evidence.runs {
        run.task = hostile.into();
        run.status = RunStatus::Failed { message: hostile.into() };
    }
    let (_, page) = report(&evidence);
    assert!(!page.contains("<script"));
}

#[test]
fn the_same_seed_gives_the_same_report() {
    let evidence = synthetic::evidence();
    assert_eq!(report(&evidence).1, report(&evidence).1);
}

#[test]
fn the_order_of_records_changes_nothing() {
    let evidence = synthetic::evidence();
    let mut turned = evidence.clone();
    turned.records.reverse();
    assert_eq!(analysis(&turned), analysis(&evidence));
    let text = write_csv(&evidence.records).unwrap();
    assert_eq!(read_csv(&text).unwrap(), evidence.records);
}

#[test]
fn a_sweep_of_nothing_makes_a_report() {
    let mut evidence = synthetic::nothing_ran();
    let (analysis, page) = report(&evidence);
    assert!(analysis.verdicts.iter().all(|verdict| verdict.status == VerdictStatus::NoFinishedRun));
    assert_eq!(analysis.conclusion.finding, Finding::CannotTell);
    assert!(page.contains("no run fitted, so no reach to show"));
    evidence.tasks.clear();
    evidence.runs.clear();
    assert!(report(&evidence).1.contains("The sweep names no task"));
}

#[test]
fn one_task_cannot_tell() {
    let (analysis, _) = report(&synthetic::only("sort"));
    insta::assert_snapshot!(
        analysis.conclusion.sentence,
        @"The data cannot tell: whether shorter programs reach further beyond the training lengths is left open (core operations against median reach ratio: Spearman's rho undefined: one task only)"
    );
    assert_eq!(analysis.verdicts[0].status, VerdictStatus::Generalizes);
}

#[test]
fn runs_that_do_not_fit_never_count_against_a_task() {
    let (analysis, _) = report(&synthetic::only("parity"));
    let verdict = &analysis.verdicts[0];
    assert_eq!((verdict.status, verdict.runs_fitted, verdict.reach), (VerdictStatus::DidNotFit, 0, None));
    assert!(analysis.primary().unwrap().tasks == 0);
}

#[test]
fn constant_reach_has_no_correlation_and_says_so() {
    let mut evidence = synthetic::evidence();
    for record in evidence.records.iter_mut().filter(|record| record.metric == Metric::ExactMatch) {
        record.value = 1.0;
    }
    let (analysis, _) = report(&evidence);
    let primary = analysis.primary().unwrap();
    assert_eq!(primary.rho, None);
    assert_eq!(primary.note.as_deref(), Some("undefined: the outcome is the same for every task"));
}

#[test]
fn controls_are_left_out_of_programs_only() {
    let analysis = analysis(&synthetic::evidence());
    let tasks = |scope| {
        let reach = analysis.correlations.iter().filter(|c| c.outcome == Outcome::ReachRatio);
        reach.clone().find(|c| c.scope == scope).unwrap().tasks
    };
    assert_eq!((tasks(Scope::AllTasks), tasks(Scope::ProgramsOnly)), (7, 6));
    assert_eq!(analysis.correlations.iter().filter(|c| c.primary).count(), 1);
}

#[test]
fn tasks_without_a_program_rank_after_every_program() {
    let mut evidence = synthetic::evidence();
    let rho = analysis(&evidence).primary().unwrap().rho;
    for task in evidence.tasks.iter_mut().filter(|task| task.task == "copy_repeat") {
        let mut program = synthetic::evidence().tasks[0].program.clone().unwrap();
        program.measures = vec![("core_operations".into(), 1e6)];
        task.program = Some(program);
    }
    assert_eq!(analysis(&evidence).primary().unwrap().rho, rho);
}

#[test]
fn several_training_lengths_of_a_task_are_told_apart() {
    let mut evidence = synthetic::only("count");
    let mut longer = evidence.clone();
    for run in &mut longer.runs {
        (run.cell, run.len_train_max) = ("longer".into(), 40);
    }
    for record in &mut longer.records {
        (record.cell, record.len_train_max) = ("longer".into(), 40);
    }
    evidence.runs.extend(longer.runs);
    evidence.records.extend(longer.records);
    let (analysis, page) = report(&evidence);
    assert_eq!(analysis.verdicts[0].len_train_max, [20, 40]);
    assert_eq!(analysis.verdicts[0].runs_attempted, 6);
    assert!(page.contains("trained to 20") && page.contains("trained to 40"));
}

/// The warnings of a sweep, one line each.
fn warnings(evidence: &Evidence) -> String {
    analysis(evidence).warnings.join("\n")
}

#[test]
fn warnings_say_what_why_and_what_to_do() {
    let mut evidence = synthetic::evidence();
    evidence.runs.retain(|run| run.seed_init == 0 || run.task.starts_with("copy"));
    evidence.sweep.primary.measure = "lines".into();
    evidence.records.extend(evidence.records[..2].to_vec());
    insta::assert_snapshot!(warnings(&evidence));
}

#[test]
fn seeds_that_change_nothing_are_noticed() {
    let mut evidence = synthetic::only("count");
    assert!(!warnings(&evidence).contains("same losses"));
    let first: Vec<_> = evidence.records.iter().filter(|record| record.seed_init == 0).cloned().collect();
    evidence.records.retain(|record| record.seed_init != 1);
    evidence.records.extend(first.into_iter().map(|record| report::Record { seed_init: 1, seed_data: 1, ..record }));
    assert!(warnings(&evidence).contains("2 runs have the same losses as another seed of their cell"));
}

#[test]
fn a_sweep_without_longer_lengths_says_that_it_cannot_say() {
    let mut evidence = synthetic::only("sort");
    evidence.records.retain(|record| record.len_eval <= record.len_train_max);
    let (analysis, _) = report(&evidence);
    assert_eq!(analysis.verdicts[0].status, VerdictStatus::NotTestedFarEnough);
    assert_eq!((&analysis.verdicts[0].far, analysis.verdicts[0].area_beyond), (&None, None));
    assert!(warnings(&evidence).contains("no length beyond training was evaluated for sort"));
}

#[test]
fn many_tasks_use_random_permutations_and_still_fit_the_figures() {
    let mut evidence = synthetic::evidence();
    let copy = evidence.clone();
    for round in 1..4 {
        let named = |task: &str| format!("{task}_{round}");
        evidence.tasks.extend(copy.tasks.iter().cloned().map(|mut task| {
            task.task = named(&task.task);
            task
        }));
        evidence.runs.extend(copy.runs.iter().cloned().map(|mut run| {
            (run.task, run.cell) = (named(&run.task), named(&run.cell));
            run
        }));
        evidence.records.extend(copy.records.iter().cloned().map(|mut record| {
            (record.task, record.cell) = (named(&record.task), named(&record.cell));
            record
        }));
    }
    let (analysis, page) = report(&evidence);
    let primary = analysis.primary().unwrap();
    assert_eq!((primary.tasks, primary.p_exact), (28, false));
    assert!(page.contains("p by random orders"));
}

#[test]
fn a_task_does_not_rank_higher_for_having_been_tested_further() {
    let mut further = synthetic::evidence();
    further.records.retain(|record| record.task == "sort" || record.len_eval <= 2 * record.len_train_max);
    let mut alike = further.clone();
    alike.records.retain(|record| record.len_eval <= 2 * record.len_train_max);
    let (further, alike) = (analysis(&further), analysis(&alike));
    assert_eq!(further.correlations, alike.correlations);
    assert_ne!(further.verdicts, alike.verdicts, "the verdict still shows all that was measured");
    assert!(further.warnings.iter().any(|warning| warning.contains("correlations look no further than 2 times")), "{:?}", further.warnings);
}

/// The made-up sweep with every seed of the weights by every seed of the data: the former moves a cell's curve, the latter hardly.
fn crossed() -> Evidence {
    let mut evidence = synthetic::only("count");
    let (runs, records) = (evidence.runs.clone(), std::mem::take(&mut evidence.records));
    evidence.runs.clear();
    for seed_data in 0..2 {
        evidence.runs.extend(runs.iter().cloned().map(|run| report::RunOutcome { seed_data, ..run }));
        evidence.records.extend(records.iter().cloned().map(|record| {
            let worse =
                if record.metric == Metric::ExactMatch && record.len_eval > record.len_train_max { 0.005 * seed_data as f64 } else { 0.0 };
            report::Record { seed_data, value: (record.value - worse).max(0.0), ..record }
        }));
    }
    evidence
}

#[test]
fn crossed_seeds_split_the_spread() {
    let (analysis, page) = report(&crossed());
    let found = analysis.variances.iter().find(|variance| variance.task.is_none() && variance.outcome == Outcome::AreaBeyond).unwrap();
    assert_eq!((found.cells, found.runs, &found.note), (1, 6, &None));
    let [init, data, rest] = found.split.unwrap().shares.unwrap();
    assert!(init > 0.9 && data + rest < 0.1, "{init} {data} {rest}");
    assert!(page.contains("Shares of the variance between runs of one cell"));
}

#[test]
fn paired_seeds_say_how_to_split_the_spread() {
    let (analysis, page) = report(&synthetic::evidence());
    assert!(analysis.variances.iter().all(|variance| variance.split.is_none()));
    assert_eq!(analysis.variances[0].note.as_deref(), Some("seeds are not crossed"));
    assert!(page.contains("<code>seeds: {init: [0, 1, 2], data: [0, 1, 2]}</code>"));
}

#[test]
fn a_cross_with_a_run_that_did_not_fit_is_left_out_and_said() {
    let mut evidence = crossed();
    evidence.runs[0].status = RunStatus::Missing;
    let variance = &report(&evidence).0.variances[0];
    assert_eq!((variance.cells, variance.split), (0, None));
    assert_eq!(variance.note.as_deref(), Some("1 crossed cell with a run that is missing or did not fit left out"));
}

#[test]
fn what_is_declared_is_what_concludes() {
    let mut evidence = synthetic::evidence();
    evidence.sweep.primary = serde_json::from_str(r#"{"measure": "bits", "outcome": "area_beyond", "scope": "programs_only"}"#).unwrap();
    let (analysis, page) = report(&evidence);
    let primary = analysis.primary().unwrap();
    assert_eq!((primary.measure.as_str(), primary.outcome, primary.scope), ("bits", Outcome::AreaBeyond, Scope::ProgramsOnly));
    assert!(analysis.conclusion.sentence.contains("bits against mean out-of-distribution exact match, over tasks with programs only"));
    assert!(analysis.conclusion.caution.contains("over all tasks, those without a known program ranked last"));
    assert!(page.contains("bits against mean out-of-distribution exact match over programs only, was declared"));
    assert_eq!(serde_json::from_str::<report::PrimaryAnalysis>("{}").unwrap(), report::PrimaryAnalysis::default());
    assert!(serde_json::from_str::<report::PrimaryAnalysis>(r#"{"outcome": "loss"}"#).is_err());
}

#[test]
fn a_confounder_that_is_program_length_itself_leaves_nothing() {
    let mut evidence = synthetic::evidence();
    for task in &mut evidence.tasks {
        task.answer_tokens = Some(task.program.as_ref().and_then(|program| program.measure("core_operations")).unwrap_or(f64::INFINITY));
    }
    let analysis = analysis(&evidence);
    let partials = &analysis.primary().unwrap().partials;
    assert_eq!((partials[0].rho, partials[0].note.as_deref()), (None, Some("undefined")));
    assert!(partials[1].rho.unwrap() < -0.9 && partials[1].p_value.unwrap() < 0.05);
}

#[test]
fn what_is_not_known_of_tasks_cannot_be_held_fixed() {
    let mut evidence = synthetic::evidence();
    for task in &mut evidence.tasks {
        task.answer_tokens = None;
        task.alphabet = 10;
    }
    let analysis = analysis(&evidence);
    let notes: Vec<&str> = analysis.primary().unwrap().partials.iter().map(|partial| partial.note.as_deref().unwrap_or("")).collect();
    assert_eq!(notes, ["not known", "the same for all", "", "not known"]);
}

#[test]
fn a_verdict_that_hangs_on_tau_says_so() {
    let mut evidence = synthetic::only("sort");
    for record in evidence.records.iter_mut().filter(|record| record.metric == Metric::ExactMatch && record.len_eval > record.len_train_max)
    {
        record.value = 0.96;
    }
    let (analysis, page) = report(&evidence);
    let verdict = &analysis.verdicts[0];
    let ratios: Vec<(f64, f64)> = verdict.reach_at.iter().map(|at| (at.tau, at.reach.ratio)).collect();
    assert_eq!(ratios, [(0.9, 3.0), (0.95, 3.0), (0.99, 1.0)]);
    assert_eq!((verdict.status, verdict.hangs_on_tau()), (VerdictStatus::Generalizes, true));
    assert!(page.contains("The verdict hangs on tau for sort."));
    assert!(report(&synthetic::only("majority")).1.contains("No verdict hangs on tau."));
}
