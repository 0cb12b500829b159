//! Sweeps on a real Slurm of two nodes. Where there is none (`apt-get install slurm-wlm`) these tests say that they were skipped; CI has one.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]
#![allow(unreachable_pub, dead_code, reason = "each test file uses a part of what they share")]

#[path = "support/cluster.rs"]
mod cluster;
#[path = "support/desk.rs"]
mod desk;

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use cluster::Cluster;
use desk::{Desk, EIGHT_RUNS, binary, wait_until};

/// Eight runs, each long enough to be met in the middle.
fn sweep() -> String {
    EIGHT_RUNS.replace("steps: 800", "steps: 20000").replace("max_operations: 2", "shortest: false")
}

fn status(desk: &Desk) -> serde_json::Value {
    serde_json::from_str(&desk.rasplab(&["status", "runs/tiny", "--json"]).stdout).unwrap_or_default()
}

/// Workers that do runs now.
fn pids(desk: &Desk) -> Vec<u64> {
    status(desk)["running"].as_array().into_iter().flatten().map(|run| run["pid"].as_u64().unwrap()).collect()
}

#[test]
fn a_node_that_dies_in_the_middle_changes_no_result() {
    let Some(mut cluster) = Cluster::start() else {
        eprintln!("skipped: there is no Slurm here");
        return;
    };
    let desk = Desk::new();
    desk.write("tiny.yaml", &sweep());
    assert_eq!(desk.rasplab(&["run", "tiny.yaml", "--out", "local"]).status, 0);
    let sweep = Command::new(binary())
        .current_dir(desk.path("."))
        .env("SLURM_CONF", cluster.conf())
        .args(["run", "tiny.yaml", "--engine", "slurm", "--jobs", "4", "--save-every", "0.05"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_until("all four jobs have saved what they do", || {
        pids(&desk).len() == 4 && desk.find("runs/tiny", "training.safetensors").len() == 4
    });
    let died = cluster.kill_node(1);
    assert!(!died.is_empty(), "nobody worked on the second node:\n{}", cluster.logs());
    let output = sweep.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}\n{}", cluster.logs());
    assert!(stderr.contains("4 workers for 8 runs"), "{stderr}");
    assert_eq!(desk.read("runs/tiny/results.csv"), desk.read("local/results.csv"));
    let went_on = desk.find("runs/tiny", "environment.json").into_iter().filter(|path| {
        let environment: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        environment["before"]["pid"].as_u64().is_some_and(|pid| died.contains(&(pid as u32)))
    });
    assert!(went_on.count() > 0, "what those who died were doing went on where they had saved it");
    wait_until("no job is left", || cluster.ask("squeue", &["-h", "-t", "RUNNING"]).stdout.is_empty());
}

#[test]
fn a_sweep_is_submitted_watched_interrupted_and_gone_on_with() {
    let Some(cluster) = Cluster::start() else {
        eprintln!("skipped: there is no Slurm here");
        return;
    };
    let desk = Desk::new();
    desk.write("tiny.yaml", &sweep().replace("[0, 1, 2, 3]", "[0]").replace("steps: 20000", "steps: 1000000"));
    let slurm = |more: &[&str]| {
        let mut command = desk.command(&[&["run", "tiny.yaml", "--engine", "slurm", "--jobs", "2"], more].concat());
        let output = command.env("SLURM_CONF", cluster.conf()).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, refused) = slurm(&["--sbatch=--partition=absent"]);
    assert_eq!(code, 2, "{refused}");
    assert!(refused.contains("error: sbatch refused the jobs: "), "{refused}");
    assert!(refused.contains("invalid partition") && refused.contains("mend --sbatch (now `--partition=absent`)"), "{refused}");
    assert_eq!(slurm(&["--detach"]).0, 0);
    wait_until("both jobs work", || pids(&desk).len() == 2);
    let (code, again) = slurm(&["--detach"]);
    assert!(code == 0 && again.contains("of an earlier command is still there"), "{again}");
    let states =
        || desk.find("runs/tiny", "training.safetensors").iter().map(|path| std::fs::metadata(path).unwrap().modified().unwrap()).max();
    let interrupt = |watcher: Child| {
        assert!(Command::new("kill").args(["-INT", &watcher.id().to_string()]).status().unwrap().success());
        let output = watcher.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(75), "{stderr}");
        wait_until("both jobs have saved and ended", || {
            pids(&desk).is_empty() && desk.find("runs/tiny", "training.safetensors").len() == 2
        });
        stderr
    };
    // Whoever watches and is stopped takes the jobs with it; they save what they were doing.
    let watcher = watch(&desk, &cluster);
    std::thread::sleep(Duration::from_secs(2));
    assert!(interrupt(watcher).contains("of an earlier command is still there"));
    // Jobs that end before their runs do, at a limit or by somebody's hand, are followed by others.
    let before = states();
    let watcher = watch(&desk, &cluster);
    wait_until("they go on", || pids(&desk).len() == 2 && states() > before);
    assert!(cluster.ask("scancel", &["--name=rasplab-tiny"]).status.success());
    wait_until("they end", || pids(&desk).is_empty());
    wait_until("others follow", || pids(&desk).len() == 2);
    let stderr = interrupt(watcher);
    assert_eq!(stderr.matches("submitted job ").count(), 2, "{stderr}");
}

fn watch(desk: &Desk, cluster: &Cluster) -> Child {
    let args = ["run", "tiny.yaml", "--engine", "slurm", "--jobs", "2", "--save-every", "0.05"];
    Command::new(binary())
        .current_dir(desk.path("."))
        .env("SLURM_CONF", cluster.conf())
        .args(args)
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn without_slurm_the_way_out_is_said() {
    let desk = Desk::new();
    desk.write("tiny.yaml", &sweep());
    let output = desk.command(&["run", "tiny.yaml", "--engine", "slurm"]).env("PATH", desk.path(".")).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr.contains("cannot run sbatch") && stderr.contains("run this on a machine that submits to Slurm, or use --engine local"),
        "{stderr}"
    );
}
