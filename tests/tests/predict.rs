//! What predictors say of tasks, from outside.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
#![allow(unreachable_pub, dead_code, reason = "each test file uses a part of what they share")]

#[path = "support/desk.rs"]
mod desk;

use desk::Desk;

const SORT: &str = "#lang rasp-l\nsep = -1;\neos = -2;\nnext = aggregate_min(select(tokens, tokens, >), tokens, eos);\n";
const CONJUNCTION: &str =
    "#lang rasp-l\nsep = -1;\neos = -2;\nat_sep = tokens == sep;\nnext = aggregate_min(select(at_sep, at_sep, <), tokens, eos);\n";

fn shown(desk: &Desk, args: &[&str]) -> String {
    let answer = desk.rasplab(args);
    format!("$ rasplab {}\n{}{}exit status {}\n", args.join(" "), answer.stdout, answer.stderr, answer.status)
}

const INTERPOLATE: [&str; 8] =
    ["predict", "minimum-degree", "--task", "boolean-and-fixed", "--train-lengths", "1..15", "--test-lengths", "14..17"];

/// Zhou et al. 2023, section 6: what is ignored in training is wrong beyond it, and the program is right.
#[test]
fn the_interpolator_is_wrong_on_the_unseen_and_the_program_is_right() {
    let desk = Desk::new();
    desk.write("and.rasp", CONJUNCTION);
    let program = ["predict", "program", "and.rasp", "--task", "boolean-and-fixed", "--test-lengths", "14..17"];
    insta::assert_snapshot!([shown(&desk, &INTERPOLATE), shown(&desk, &program)].join("\n"));
}

#[test]
fn machines_get_a_line_for_each_length() {
    let desk = Desk::new();
    let answer = desk.rasplab(&[&INTERPOLATE[..], &["--json", "--count", "50", "--seed", "3"]].concat());
    let rows: Vec<serde_json::Value> = answer.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.iter().map(|row| row["len_eval"].as_u64().unwrap()).collect::<Vec<_>>(), [14, 15, 16, 17]);
    for row in &rows {
        let is_unseen = row["len_eval"].as_u64() > Some(15);
        assert_eq!((row["predictor"].as_str(), row["metric"].as_str()), (Some("minimum-degree"), Some("exact_match")));
        assert_eq!((row["task"].as_str(), row["examples"].as_u64()), (Some("boolean-and-fixed"), Some(50)));
        let value = row["value"].as_f64().unwrap();
        assert!(row["low"].as_f64().unwrap() <= value && value <= row["high"].as_f64().unwrap());
        assert_eq!(value < 1.0, is_unseen, "{row}");
        assert_eq!(row["value_unseen"].as_f64(), is_unseen.then_some(0.0));
        assert_eq!(row["first_wrong"]["answer"].as_str(), is_unseen.then_some("0 eos"));
    }
}

#[test]
fn a_program_that_fails_or_never_ends_is_wrong() {
    let desk = Desk::new();
    desk.write("sort.rasp", SORT);
    desk.write("overflow.rasp", "#lang rasp-l\neos = -2;\nnext = tokens + 100;\n");
    desk.write("endless.rasp", "#lang rasp-l\nnext = tokens;\n");
    let on_sort = |file| shown(&desk, &["predict", "program", file, "--task", "sort", "--test-lengths", "2..4", "--count", "30"]);
    insta::assert_snapshot!([on_sort("sort.rasp"), on_sort("overflow.rasp"), on_sort("endless.rasp")].join("\n"));
}

#[test]
fn a_distribution_of_the_task_is_drawn_from() {
    let desk = Desk::new();
    desk.write("wrong.rasp", "#lang rasp-l\nnext = tokens;\n");
    // What it says but for the command: the first prompt too, at which this program is wrong.
    let on = |distribution| {
        let program = ["predict", "program", "wrong.rasp", "--task", "addition", "--test-lengths", "3", "--count", "20", "--distribution"];
        shown(&desk, &[&program[..], &[distribution]].concat()).split_once('\n').unwrap().1.to_owned()
    };
    assert!(on("standard").contains("first wrong, at length 3"), "{}", on("standard"));
    assert_ne!(on("standard"), on("hard-carry"));
    assert!(on("hard-cary").contains("did you mean `hard-carry`?"), "{}", on("hard-cary"));
}

#[test]
fn what_cannot_be_predicted_is_refused() {
    let desk = Desk::new();
    desk.write("sort.rasp", SORT);
    desk.write("truth.rasp", "#lang rasp-l\nnext = tokens == 1;\n");
    desk.write("hist.rasp", "selector_width(select(tokens, tokens, ==));\n");
    let interpolate =
        |task, train, test| shown(&desk, &["predict", "minimum-degree", "--task", task, "--train-lengths", train, "--test-lengths", test]);
    let run = |file, task, lengths| shown(&desk, &["predict", "program", file, "--task", task, "--test-lengths", lengths]);
    let refused = [
        interpolate("sort", "2..5", "6"),
        interpolate("boolean-and", "5", "4..6"),
        interpolate("boolean-and-fxed", "5", "4..6"),
        interpolate("boolean-and-fixed", "1..15", "1..21"),
        interpolate("boolean-and-fixed", "15..1", "1..20"),
        run("sort.rasp", "srot", "1..5"),
        run("sort.rasp", "sort", "1..101"),
        run("truth.rasp", "sort", "1..5"),
        run("hist.rasp", "sort", "1..5"),
        run("absent.rasp", "sort", "1..5"),
    ];
    insta::assert_snapshot!(refused.join("\n"));
}
