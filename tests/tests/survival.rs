//! What a sweep survives: being killed at any instant, a full disk, other processes on the same sweep, and those that were taken for dead and are not.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]
#![allow(unreachable_pub, dead_code, reason = "each test file uses a part of what they share")]

#[path = "support/desk.rs"]
mod desk;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use desk::{Desk, EIGHT_RUNS, binary, wait_until};

/// The same with runs that are long enough to be met in the middle.
fn longer() -> String {
    EIGHT_RUNS.replace("steps: 800", "steps: 4000")
}

fn desk_with(sweep: &str) -> Desk {
    let desk = Desk::new();
    desk.write("tiny.yaml", sweep);
    desk
}

/// What an undisturbed sweep comes to.
fn undisturbed(sweep: &str) -> (String, Duration) {
    let desk = desk_with(sweep);
    let started = Instant::now();
    let answer = desk.rasplab(&["run", "tiny.yaml"]);
    assert_eq!(answer.status, 0, "{}", answer.stderr);
    (desk.read("runs/tiny/results.csv"), started.elapsed())
}

fn start(desk: &Desk, args: &[&str]) -> Child {
    Command::new(binary()).current_dir(desk.path(".")).args(args).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

fn end(child: Child) -> (i32, String) {
    let Output { status, stderr, .. } = child.wait_with_output().unwrap();
    (status.code().unwrap_or(-1), String::from_utf8_lossy(&stderr).into_owned())
}

/// The leases of runs, by the names of their files.
fn leases(desk: &Desk) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(desk.path("runs/tiny/leases")).into_iter().flatten().flatten();
    let name = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
    let is_run = |path: &PathBuf| name(path).contains(".init") && !name(path).starts_with('.');
    entries.map(|entry| entry.path()).filter(is_run).collect()
}

/// Runs that a process says it has ended.
fn ended(stderr: &str) -> BTreeSet<&str> {
    stderr
        .lines()
        .filter(|line| line.contains("trained for") || line.contains("failed: "))
        .map(|line| line.split(": ").next().unwrap())
        .collect()
}

/// Numbers in `[0, 1)` that are the same each time, so that a failure can be repeated.
fn random(index: u64) -> f64 {
    let mut state = index.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((state ^ (state >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

#[test]
fn killed_at_twenty_random_instants_a_sweep_comes_to_the_same_results() {
    let (results, took) = undisturbed(EIGHT_RUNS);
    let mut desk = desk_with(EIGHT_RUNS);
    let (mut kills, mut sweeps) = (0, 0);
    while kills < 20 {
        let mut child = start(&desk, &["run", "tiny.yaml", "--save-every", "0.02"]);
        std::thread::sleep(took.mul_f64(0.9 * random(kills)));
        if child.try_wait().unwrap().is_some() {
            // It was faster: that was the end of this sweep, and the next one is killed instead.
            assert_eq!(desk.read("runs/tiny/results.csv"), results);
            (desk, sweeps) = (desk_with(EIGHT_RUNS), sweeps + 1);
            assert!(sweeps < 200, "nothing can be killed");
            continue;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
    }
    let answer = desk.rasplab(&["run", "tiny.yaml"]);
    assert_eq!(answer.status, 0, "{}", answer.stderr);
    assert_eq!(desk.read("runs/tiny/results.csv"), results);
    let status = desk.rasplab(&["status", "runs/tiny"]);
    assert_eq!(status.stdout, "8 of 8 runs are done, 0 running, 0 failed, 0 left\n");
    assert!(desk.names("runs/tiny/leases").is_empty(), "nothing is left to wait for");
    assert!(desk.find_where("runs/tiny", |name| name.ends_with(".unfinished")).is_empty(), "what was being written is cleared away");
}

#[test]
fn two_processes_share_a_sweep_and_do_nothing_twice() {
    let (results, _) = undisturbed(&longer());
    let desk = desk_with(&longer());
    let both = [0, 1].map(|_| start(&desk, &["run", "tiny.yaml", "--workers", "1"]));
    let both = both.map(end);
    let of_each = both.each_ref().map(|(status, stderr)| {
        assert_eq!(*status, 0, "{stderr}");
        ended(stderr)
    });
    assert_eq!(of_each.iter().map(BTreeSet::len).sum::<usize>(), 8, "{of_each:?}");
    assert!(of_each.iter().all(|of_one| !of_one.is_empty()), "both have worked: {of_each:?}");
    assert_eq!(desk.read("runs/tiny/results.csv"), results);
    assert!(leases(&desk).is_empty(), "all are given back");
}

/// A process that is stopped, as by a laptop's lid, loses its run to another; when it wakes it finds that out, leaves the run alone, and does what is left.
#[test]
fn who_was_taken_for_dead_does_no_harm() {
    let (results, _) = undisturbed(&longer());
    let desk = desk_with(&longer());
    let options = ["run", "tiny.yaml", "--workers", "1", "--stale-after", "2", "--save-every", "0.02"];
    let sleeper = start(&desk, &options);
    wait_until("it falls asleep in a run", || {
        std::thread::sleep(Duration::from_millis(50));
        signal(&sleeper, "-STOP");
        let in_a_run = leases(&desk).len() == 1;
        if !in_a_run {
            signal(&sleeper, "-CONT");
        }
        in_a_run
    });
    let asleep = std::fs::read_to_string(&leases(&desk)[0]).unwrap();
    let other = start(&desk, &options);
    wait_until("the run is taken over", || {
        let now: Vec<String> = leases(&desk).iter().filter_map(|path| std::fs::read_to_string(path).ok()).collect();
        let run_is_done = desk.rasplab(&["status", "runs/tiny", "--json"]).stdout.contains("\"left\":0");
        run_is_done && now.iter().all(|lease| *lease != asleep)
    });
    signal(&sleeper, "-CONT");
    let (one, two) = (end(sleeper), end(other));
    assert_eq!((one.0, two.0), (0, 0), "{}\n{}", one.1, two.1);
    assert_eq!(desk.read("runs/tiny/results.csv"), results);
    let twice: Vec<_> = ended(&one.1).intersection(&ended(&two.1)).map(|run| (*run).to_owned()).collect();
    assert_eq!(twice, [""; 0], "what was taken over is ended by one of them");
}

/// Left by a machine that is gone, whose clock was an hour fast: nothing tells that it is but its silence.
#[test]
fn a_lease_of_a_dead_machine_is_taken_over_after_a_while() {
    let desk = desk_with(EIGHT_RUNS);
    let mut child = start(&desk, &["run", "tiny.yaml", "--workers", "1"]);
    wait_until("a run begins", || leases(&desk).len() == 1);
    let lease = leases(&desk).remove(0);
    let text = std::fs::read_to_string(&lease).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let host = text.split("\"host\":\"").nth(1).unwrap().split('"').next().unwrap();
    std::fs::write(
        &lease,
        text.replace(&format!("\"host\":\"{host}\""), "\"host\":\"far-away\"").replace("\"stale_after\":60.0", "\"stale_after\":1.0"),
    )
    .unwrap();
    let in_an_hour = std::time::SystemTime::now() + Duration::from_hours(1);
    std::fs::File::options().write(true).open(&lease).unwrap().set_modified(in_an_hour).unwrap();
    let status = desk.rasplab(&["status", "runs/tiny"]).stdout;
    assert!(status.contains("on far-away, last sign of life 0 s ago"), "{status}");
    let started = Instant::now();
    let answer = desk.rasplab(&["run", "tiny.yaml", "--stale-after", "1"]);
    assert_eq!(answer.status, 0, "{}", answer.stderr);
    assert!(started.elapsed() > Duration::from_secs(1), "it is given time for a sign of life");
    assert_eq!(desk.read("runs/tiny/results.csv"), undisturbed(EIGHT_RUNS).0);
}

#[test]
fn status_says_what_is_done_running_failed_and_left() {
    let sweep = longer().replace("steps: 4000", "steps: 1000000").replace("seeds: [0, 1, 2, 3]", "seeds: [0, 1]");
    let sweep = sweep.replace("max_operations: 2", "shortest: false");
    // A cell of few steps, and one that no memory is large enough for.
    let sweep = sweep
        .replace("  - task: parity\n", "  - {task: parity, train: {steps: 20}}\n  - {task: sort, model: {width: 16384, layers: 256}}\n");
    let desk = desk_with(&sweep);
    let child = start(&desk, &["run", "tiny.yaml", "--workers", "2"]);
    // Longer runs come first, and fail or last; then a thread is left.
    wait_until("two runs have failed", || desk.names("runs/tiny/failures").len() == 2);
    wait_until("two are running", || leases(&desk).len() == 2);
    let status = desk.rasplab(&["status", "runs/tiny"]).stdout;
    assert!(status.starts_with("0 of 6 runs are done, 2 running, 2 failed, 2 left\nrunning:\n  boolean-and-"), "{status}");
    assert!(status.contains("failed, and tried again by the next `rasplab run`:\n  sort-"), "{status}");
    assert!(status.contains(": a training step takes about") || status.contains(": training steps of"), "{status}");
    let json: serde_json::Value = serde_json::from_str(&desk.rasplab(&["status", "runs/tiny", "--json"]).stdout).unwrap();
    assert_eq!((json["running"][0]["life"].as_str(), json["failed"].as_array().unwrap().len()), (Some("alive"), 2));

    // A worker leaves what others do and what has failed, and does the rest.
    let worker = desk.rasplab(&["work", "runs/tiny"]);
    assert_eq!(worker.status, 0, "{}", worker.stderr);
    assert_eq!(ended(&worker.stderr).len(), 2, "{}", worker.stderr);
    let status = desk.rasplab(&["status", "runs/tiny"]).stdout;
    assert!(status.starts_with("2 of 6 runs are done, 2 running, 2 failed, 0 left; about "), "{status}");

    signal(&child, "-TERM");
    assert_eq!(end(child).0, 75);
    let status = desk.rasplab(&["status", "runs/tiny"]).stdout;
    assert!(status.starts_with("2 of 6 runs are done, 0 running, 2 failed, 2 left\n"), "{status}");
    assert!(status.ends_with("nobody is working on it: `rasplab run` with the sweep's file goes on\n"), "{status}");
}

/// Ctrl-C as `timeout -s INT` sends it: to the process and to its group, at once.
#[test]
fn two_signals_at_once_are_one() {
    let desk = desk_with(&longer().replace("steps: 4000", "steps: 1000000"));
    let child = start(&desk, &["run", "tiny.yaml", "--workers", "1", "--stale-after", "1"]);
    wait_until("a step is taken", || {
        let status: serde_json::Value = serde_json::from_str(&desk.rasplab(&["status", "runs/tiny", "--json"]).stdout).unwrap_or_default();
        status["running"][0]["step"].as_u64().is_some_and(|step| step > 0)
    });
    signal(&child, "-INT");
    signal(&child, "-INT");
    assert_eq!(end(child).0, 75);
    let run = leases(&desk);
    assert!(run.is_empty(), "it is given back");
    let states = desk.find("runs/tiny", "training.safetensors");
    assert_eq!(states.len(), 1, "what was going on is kept");
}

#[test]
fn commands_for_another_scheduler_do_all_that_run_does() {
    let (results, _) = undisturbed(EIGHT_RUNS);
    let desk = desk_with(&EIGHT_RUNS.replace("seeds: [0, 1, 2, 3]", "seeds: [0]"));
    let seeds = "seeds=[0, 1, 2, 3]";
    let commands = desk.rasplab(&["expand", "tiny.yaml", "--set", seeds, "--commands", "--out", "the results"]).stdout;
    assert_eq!(commands.lines().count(), 8);
    let script: String =
        commands.lines().map(|line| format!("{line} || exit 1\n").replacen("rasplab", binary().to_str().unwrap(), 1)).collect();
    desk.write("all.sh", &script);
    let shell = Command::new("sh").arg("all.sh").current_dir(desk.path(".")).output().unwrap();
    assert!(shell.status.success(), "{}", String::from_utf8_lossy(&shell.stderr));
    assert_eq!(desk.rasplab(&["report", "the results"]).status, 0);
    assert_eq!(desk.read("the results/results.csv"), results);
    let absent = desk.rasplab(&["work", "the results", "--run", "sort-0/init0-data0"]);
    assert!(
        absent.status == 2 && absent.stderr.contains("has no run `sort-0/init0-data0`: `rasplab expand` lists them"),
        "{}",
        absent.stderr
    );
}

#[test]
fn a_folder_of_another_layout_is_left_alone() {
    let desk = desk_with(EIGHT_RUNS);
    assert_eq!(desk.rasplab(&["run", "tiny.yaml", "--set", "seeds=[0]"]).status, 0);
    desk.write("runs/tiny/layout.json", "{\"layout\": 7, \"rasplab\": \"9.1.0\"}");
    for args in [&["run", "tiny.yaml"][..], &["status", "runs/tiny"], &["report", "runs/tiny"], &["work", "runs/tiny"]] {
        let answer = desk.rasplab(args);
        assert_eq!(answer.status, 2, "{args:?}: {}", answer.stderr);
        assert!(
            answer.stderr.contains("was made by rasplab 9.1.0, which lays out results otherwise (layout 7; this rasplab"),
            "{}",
            answer.stderr
        );
    }
    desk.write("runs/tiny/layout.json", "{");
    assert!(desk.rasplab(&["status", "runs/tiny"]).stderr.contains("layout.json: EOF while parsing"));
    desk.write("runs/tiny/layout.json", "{\"layout\": 2, \"rasplab\": \"0.1.0\"}");
    desk.write("runs/tiny/runs.csv", "garbage\n");
    assert!(
        desk.rasplab(&["status", "runs/tiny"]).stderr.contains("runs.csv: it lists no run: delete it, then run the sweep's file again")
    );
    assert_eq!(desk.rasplab(&["run", "tiny.yaml", "--set", "seeds=[0]"]).status, 0);
    assert_eq!(desk.rasplab(&["status", "runs/tiny"]).stdout, "2 of 2 runs are done, 0 running, 0 failed, 0 left\n");
    assert!(desk.rasplab(&["status", "tiny.yaml"]).stderr.contains("tiny.yaml holds no sweep"));
    desk.write("runs/tiny/sweep.yaml", "sweep: [");
    let damaged = desk.rasplab(&["run", "tiny.yaml"]);
    assert!(damaged.stderr.contains("sweep.yaml: not valid YAML"), "{}", damaged.stderr);
}

/// A disk of its own for one test, so small that the sweep does not fit.
#[test]
fn a_full_disk_costs_nothing_that_is_done() {
    let (results, _) = undisturbed(EIGHT_RUNS);
    let desk = desk_with(EIGHT_RUNS);
    std::fs::create_dir(desk.path("disk")).unwrap();
    let rasplab = format!("{} run tiny.yaml --out disk/tiny --save-every 0.02", binary().display());
    // Mounted where nobody else sees it. The first commands find room for ever more of the sweep; the last one, once there is enough, does the rest.
    let script = format!(
        "set -e
mount -t tmpfs -o size=2m tmpfs disk
for ballast in 1950000 1850000 1750000 1650000; do
    head -c $ballast /dev/zero > disk/ballast
    {rasplab} 2>> full.txt && {{ echo 'the disk was not full' >&2; exit 1; }} || test $? = 1
    {binary} status disk/tiny | head -1 >> status.txt
done
rm disk/ballast
{rasplab} 2> free.txt
cp disk/tiny/results.csv results.csv
{binary} status disk/tiny > status_after.txt
",
        binary = binary().display()
    );
    desk.write("disk.sh", &script);
    let unshare = |options: &[&str], command: &[&str]| {
        Command::new("unshare").args(options).args(command).current_dir(desk.path(".")).output().unwrap()
    };
    // As an ordinary user, or as root where users have no names of their own.
    let ways = [&["--user", "--map-root-user", "--mount"][..], &["--mount"]];
    let can_mount = |way: &&&[&str]| unshare(way, &["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", "disk"]).status.success();
    let Some(way) = ways.iter().find(can_mount) else {
        assert!(std::env::var_os("CI").is_none(), "CI must be able to mount a disk");
        eprintln!("skipped: no disk can be mounted here");
        return;
    };
    let answer = unshare(way, &["sh", "disk.sh"]);
    let stderr = String::from_utf8_lossy(&answer.stderr);
    assert!(answer.status.success(), "{stderr}");
    let full = desk.read("full.txt");
    assert!(full.contains("No space left on device (os error 28): free some space, then run the same command again"), "{full}");
    let done: Vec<u32> = desk.read("status.txt").lines().map(|line| line.split(' ').next().unwrap().parse().unwrap()).collect();
    assert!(done.is_sorted() && done.len() == 4, "what is done stays done: {done:?}");
    assert!(done.iter().any(|done| (1..8).contains(done)), "the disk was full in the middle: {done:?}");
    assert!(desk.read("status_after.txt").starts_with("8 of 8 runs are done"));
    assert_eq!(desk.read("results.csv"), results);
}
