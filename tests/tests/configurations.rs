//! Sweep files from outside: the committed schema, includes, and what is written out of them.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
#![allow(unreachable_pub, dead_code, reason = "each test file uses a part of what they share")]

#[path = "support/desk.rs"]
mod desk;

use std::path::Path;

use desk::Desk;
use serde_json::{Value, json};

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn committed_schema() -> Value {
    serde_json::from_str(&std::fs::read_to_string(root().join("docs/rasplab.schema.json")).unwrap()).unwrap()
}

#[test]
fn the_committed_schema_is_that_of_the_program() {
    let printed: Value = serde_json::from_str(&Desk::new().rasplab(&["schema"]).stdout).unwrap();
    assert_eq!(printed["$schema"], "http://json-schema.org/draft-07/schema#");
    assert_eq!(printed, committed_schema(), "rasplab schema > docs/rasplab.schema.json");
}

/// By another implementation of JSON Schema than our own look for unknown keys.
#[test]
fn every_sweep_file_fits_the_schema_and_wrong_ones_do_not() {
    let schema = jsonschema::draft7::new(&committed_schema()).unwrap();
    let mut files = 0;
    for folder in ["configs", "configs/own", "configs/paper"] {
        for entry in std::fs::read_dir(root().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "yaml") {
                let sweep: Value = serde_yaml::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
                let errors: Vec<String> = schema.iter_errors(&sweep).map(|error| error.to_string()).collect();
                assert!(errors.is_empty(), "{}: {errors:?}", path.display());
                files += 1;
            }
        }
    }
    assert!(files > 15);
    let wrong = [
        json!({"sweep": "x", "cells": [{"task": "sort"}], "sedes": [0]}),
        json!({"sweep": "x", "cells": [{"task": "sort", "train": {"rl": 0.1}}]}),
        json!({"sweep": "x", "cells": [{"task": "sort", "train": {"steps": "many"}}]}),
        json!({"sweep": "x", "cells": [{"task": "sort", "model": {"positions": "learnt"}}]}),
        json!({"sweep": "x", "cells": {"task": "sort"}}),
    ];
    for sweep in wrong {
        assert!(!schema.is_valid(&sweep), "{sweep}");
    }
}

#[test]
fn a_file_lies_over_those_that_it_includes() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("shared")).unwrap();
    desk.write("shared/next.rasp", "#lang rasp-l\n#> 1 2 => 1 2 eos\neos = -2;\nnext = eos;\n");
    desk.write("shared/first.yaml", "seeds: [0, 1, 2]\nbase:\n  train: {lengths: 5, steps: 10, batch: 8, warmup_steps: 5}\n");
    desk.write("shared/second.yaml", "include: first.yaml\nbase:\n  train: {steps: 20}\ngrid:\n  train.lr: [0.1, 0.2]\n");
    desk.write(
        "sweep.yaml",
        "sweep: over\ninclude: [shared/first.yaml, shared/second.yaml]\nbase: {train: {batch: 4}, evaluate: {lengths: [5, 10]}}\ncells: [{task: sort}, {task: mode}]\n",
    );
    let answer = desk.rasplab(&["expand", "sweep.yaml", "--json"]);
    assert_eq!(answer.status, 0, "{}", answer.stderr);
    let runs: Vec<Value> = answer.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(runs.len(), 2 * 2 * 3);
    for run in &runs {
        let train = &run["config"]["train"];
        assert_eq!((train["lengths"].as_u64(), train["steps"].as_u64(), train["batch"].as_u64()), (Some(5), Some(20), Some(4)));
    }
    // What the folder keeps needs none of the files.
    assert_eq!(desk.rasplab(&["run", "sweep.yaml", "--set", "seeds=[0]", "--set", "train.lr=0.1"]).status, 0);
    std::fs::remove_dir_all(desk.path("shared")).unwrap();
    let kept = desk.rasplab(&["expand", "runs/over/sweep.yaml", "--json"]);
    assert_eq!((kept.status, kept.stdout.lines().count()), (0, 2), "{}", kept.stderr);
}

#[test]
fn problems_of_included_files_are_reported_where_they_stand() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("shared")).unwrap();
    desk.write("shared/common.yaml", "include: [../sweep.yaml, absent.yaml]\nbase:\n  train:\n    lr: fast\n    setps: 3\n");
    desk.write("shared/broken.yaml", "base: [\n");
    desk.write("sweep.yaml", "sweep: over\ninclude: [shared/common.yaml, shared/broken.yaml]\ncells:\n  - {task: srot}\n");
    let answer = desk.rasplab(&["validate", "sweep.yaml"]);
    assert_eq!(answer.status, 2);
    insta::assert_snapshot!(answer.stderr);
    desk.write("sweep.yaml", "sweep: over\ninclude: {a: 1}\ncells: [{task: sort}]\n");
    let answer = desk.rasplab(&["validate", "sweep.yaml"]);
    assert!(answer.stderr.starts_with("error: sweep.yaml:2: include: expected a path or a list of paths"), "{}", answer.stderr);
}

#[test]
fn a_program_is_kept_with_the_sweep_that_names_it() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("shared")).unwrap();
    std::fs::copy(root().join("configs/own/largest.rasp"), desk.path("shared/largest.rasp")).unwrap();
    desk.write(
        "shared/common.yaml",
        "base:\n  program: largest.rasp\n  model: {layers: 1, heads: 1, width: 16}\n  train: {lengths: 4, steps: 20, batch: 4, warmup_steps: 5}\n  evaluate: {examples: 10}\n",
    );
    desk.write("sweep.yaml", "sweep: own\nseeds: [0]\ninclude: shared/common.yaml\ncells: [{}]\npredict: {shortest: false}\n");
    let answer = desk.rasplab(&["run", "sweep.yaml"]);
    assert_eq!(answer.status, 0, "{}", answer.stderr);
    std::fs::remove_dir_all(desk.path("shared")).unwrap();
    let again = desk.rasplab(&["run", "runs/own/sweep.yaml", "--out", "again"]);
    assert_eq!(again.status, 0, "{}", again.stderr);
    assert_eq!(desk.read("again/results.csv"), desk.read("runs/own/results.csv"));
    let environment: Value = serde_json::from_str(&desk.read(&format!(
        "again/{}/init0-data0/environment.json",
        desk.names("again").into_iter().find(|name| name.starts_with("largest-")).unwrap()
    )))
    .unwrap();
    for key in ["revision", "cargo_lock", "program", "device", "host", "began"] {
        assert!(environment[key].as_str().is_some_and(|value| value.len() > 1), "{key}: {environment}");
    }
    assert!(environment["threads_at_most"].as_u64().is_some_and(|threads| threads > 0));
}

#[test]
fn a_cell_is_written_out_with_its_defaults_marked() {
    let desk = Desk::new();
    desk.write("sweep.yaml", "sweep: x\ncells: [{task: sort, train: {lr: 0.01}}]\n");
    let answer = desk.rasplab(&["expand", "sweep.yaml", "--show-defaults"]);
    assert_eq!(answer.status, 0, "{}", answer.stderr);
    let text = answer.stdout;
    assert!(text.contains("  lr: 0.01\n") && text.contains("  steps: 2000  # default\n"), "{text}");
    // It is a cell again.
    let cell: Vec<String> = text.lines().map(|line| format!("    {line}")).collect();
    desk.write("again.yaml", &format!("sweep: x\ncells:\n  -\n{}\n", cell.join("\n")));
    let ids = |file: &str| desk.rasplab(&["expand", file]).stdout;
    assert_eq!(ids("again.yaml"), ids("sweep.yaml"));
}
