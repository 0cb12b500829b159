//! The search for shortest programs as a user calls it.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
#![allow(unreachable_pub, dead_code, reason = "each test file uses a part of what they share")]

#[path = "support/desk.rs"]
mod desk;

use desk::Desk;
use serde_json::Value;

/// A search that ends well, as JSON.
fn found(desk: &Desk, args: &[&str]) -> Value {
    let answer = desk.rasplab(&[&["rasp", "search", "--json", "--task"], args].concat());
    assert_eq!(answer.status, 0, "{}", answer.stderr);
    serde_json::from_str(&answer.stdout).unwrap()
}

#[test]
fn the_shortest_program_is_found_written_and_certified() {
    let desk = Desk::new();
    let answer = desk.rasplab(&["rasp", "search", "--task", "boolean-and", "--train-lengths", "1..6", "--diversity", "--out", "and"]);
    assert_eq!(answer.status, 0, "{}", answer.stderr);
    assert!(answer.stderr.contains("proved: no program of fewer than 2 core operations agrees at lengths 1 to 6"), "{}", answer.stderr);
    assert!(answer.stderr.contains("training lengths 1..1 admit an impostor of 1 core operations"), "{}", answer.stderr);
    assert!(answer.stderr.contains("training lengths 1..2 admit no impostor of fewer than 2 core operations"), "{}", answer.stderr);
    assert_eq!(answer.stdout, desk.read("and/shortest.rasp"));
    let tested = desk.rasplab(&["rasp", "test", "and/shortest.rasp", "--task", "boolean-and", "--profile", "strict"]);
    assert_eq!(tested.status, 0, "{}", tested.stderr);

    let certified = desk.rasplab(&["rasp", "certify", "and/certificate.json"]);
    assert_eq!(certified.status, 0, "{}", certified.stderr);
    assert!(certified.stdout.contains("no program of fewer than 2 core operations"), "{}", certified.stdout);

    let certificate = desk.read("and/certificate.json");
    let forged = |change: &dyn Fn(&mut Value)| {
        let mut forged: Value = serde_json::from_str(&certificate).unwrap();
        change(&mut forged);
        desk.write("forged.json", &forged.to_string());
        let answer = desk.rasplab(&["rasp", "certify", "forged.json"]);
        (answer.status, answer.stderr)
    };
    let (status, why) = forged(&|forged| forged["none_below"] = 3.into());
    assert!(status == 1 && why.contains("its claim is another"), "{why}");
    let (status, why) = forged(&|forged| forged["distribution"] = "hard-carry".into());
    assert!(status == 1 && why.contains("boolean-and has no distribution `hard-carry`"), "{why}");
    let (status, why) = forged(&|forged| forged["sequences"][3]["targets"][0][1] = 7.into());
    assert!(status == 1 && why.contains("sequence 3 is no example of boolean-and"), "{why}");
    let (status, why) = forged(&|forged| drop(forged["sizes"].as_array_mut().unwrap().pop()));
    assert!(status == 1 && why.contains("lists [0]"), "{why}");
    let (status, why) = forged(&|forged| forged["sizes"][1]["shards"][0][1] = 7.into());
    assert!(status == 1 && why.contains("at size 1, shard 0"), "{why}");
    let (status, why) = forged(&|forged| forged["operations"][0] = "plus".into());
    assert!(status == 2 && why.contains("names the operation `plus`"), "{why}");
    // On the sequences of length 1 alone a program of one operation agrees.
    let (status, why) = forged(&|forged| forged["sizes"][1]["sequences"] = 2.into());
    assert!(status == 1 && why.contains("this program of 1 core operations agrees"), "{why}");
}

#[test]
fn the_distribution_of_the_training_is_searched_with_and_told() {
    let desk = Desk::new();
    let search = |distribution: &str| {
        let search = ["rasp", "search", "--task", "addition", "--train-lengths", "1..3", "--max-operations", "1", "--out", distribution];
        let answer = desk.rasplab(&[&search[..], &["--distribution", distribution]].concat());
        let certificate: Value = serde_json::from_str(&desk.read(&format!("{distribution}/certificate.json"))).unwrap();
        assert_eq!(certificate["distribution"], distribution);
        (answer, certificate["sequences"].clone())
    };
    let (standard, hard) = (search("standard"), search("hard-carry"));
    assert_ne!(standard.1, hard.1);
    assert!(hard.0.stderr.contains("agrees with addition (hard-carry) at lengths 1 to 3"), "{}", hard.0.stderr);
    let certified = desk.rasplab(&["rasp", "certify", "hard-carry/certificate.json"]);
    assert_eq!(certified.status, 0, "{}", certified.stderr);
}

#[test]
fn a_search_depends_neither_on_threads_nor_on_where_it_was_interrupted() {
    let desk = Desk::new();
    let search =
        ["copy-unique", "--train-lengths", "1..4", "--ops", "step,max,min,select==,select<", "--max-operations", "4", "--count", "5"];
    let whole = found(&desk, &[&search[..], &["--workers", "1"]].concat());
    assert_eq!(whole["none_below"], 4);
    let kept = found(&desk, &[&search[..], &["--workers", "2", "--out", "kept"]].concat());
    assert_eq!(whole, kept);
    let certificate = desk.read("kept/certificate.json");
    // As if killed while it wrote a line.
    for entry in std::fs::read_dir(desk.path("kept/shards")).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, &text[..text.len() / 2]).unwrap();
    }
    assert_eq!(found(&desk, &[&search[..], &["--out", "kept"]].concat()), whole);
    assert_eq!(desk.read("kept/certificate.json"), certificate);
}

#[test]
fn what_cannot_be_searched_is_said_with_the_way_out() {
    let desk = Desk::new();
    let refusals: [(&[&str], i32, &str); 12] = [
        (&["--task", "parity", "--train-lengths", "1..90000"], 2, "up to length 500, not 90000"),
        (&["--task", "sort", "--count", "99999999"], 2, "at most 10000 examples"),
        (&["--task", "srot"], 2, "no task is called `srot`"),
        (&["--task", "addition", "--distribution", "hard-cary"], 2, "did you mean `hard-carry`?"),
        (&["--task", "sort", "--ops", "+,selct=="], 2, "no operation is called `selct==`: did you mean `select==`?"),
        (&["--task", "sort", "--ops", "+,==,if"], 2, "without `max`, `min` or `mean` cannot be searched"),
        (&["--task", "sort", "--memory", "1"], 2, "--memory: 1 MiB are too little"),
        (&["--task", "sort", "--train-lengths", "1..10", "--test-length", "10"], 2, "give more than 10"),
        (&["--task", "sort", "--train-lengths", "90..101"], 2, "length 101"),
        (&["--task", "sort", "--train-lengths", "40..41"], 2, "at most 32 tokens"),
        (&["--task", "sort", "--constants=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16"], 2, "are too many"),
        (&["--task", "parity", "--train-lengths", "1..3", "--max-operations", "1"], 1, "proved for fewer than 2: raise --max-operations"),
    ];
    for (args, status, message) in refusals {
        let answer = desk.rasplab(&[&["rasp", "search"], args].concat());
        assert_eq!(answer.status, status, "{args:?}: {}", answer.stderr);
        assert!(answer.stderr.contains(message), "{args:?}: {}", answer.stderr);
    }
    desk.write("none.json", "{\"claim\": 3}");
    let answer = desk.rasplab(&["rasp", "certify", "none.json"]);
    assert!(answer.status == 2 && answer.stderr.contains("none.json: this is no certificate"), "{}", answer.stderr);
}

#[test]
fn a_program_is_shortened_and_still_solves_its_task() {
    let desk = Desk::new();
    desk.write("majority.rasp", include_str!("../../tasks/programs/binary_majority.rasp"));
    let answer = desk.rasplab(&["rasp", "shorten", "majority.rasp"]);
    assert_eq!(answer.status, 0, "{}", answer.stderr);
    assert!(answer.stderr.contains("3 -> 2 core operations"), "{}", answer.stderr);
    desk.write("shorter.rasp", &answer.stdout);
    let tested = desk.rasplab(&["rasp", "test", "shorter.rasp", "--task", "binary-majority", "--profile", "strict"]);
    assert_eq!(tested.status, 0, "{}", tested.stderr);
}

/// The program of `count` by hand, which a search near it makes shorter.
const COUNT: &str = "#lang rasp-l
sep = -1;
eos = -2;
sos = -3;
larger = aggregate_min(select(tokens, tokens, >), tokens, eos);
next = larger if tokens == sep or larger == eos else tokens + 1;
";

#[test]
fn a_program_is_bettered_by_searching_around_it() {
    let desk = Desk::new();
    desk.write("count.rasp", COUNT);
    let around = ["rasp", "search", "--task", "count", "--train-lengths", "1..6", "--around", "count.rasp", "--max-operations", "2"];
    let answer = desk.rasplab(&around);
    assert_eq!(answer.status, 0, "{}", answer.stderr);
    assert!(answer.stderr.contains("count.rasp: 6 -> 5 core operations"), "{}", answer.stderr);
    desk.write("shorter.rasp", &answer.stdout);
    let tested = desk.rasplab(&["rasp", "test", "shorter.rasp", "--task", "count", "--lengths", "1..60", "--profile", "strict"]);
    assert_eq!(tested.status, 0, "{}", tested.stderr);

    let json: Value = serde_json::from_str(&desk.rasplab(&[&around[..], &["--json"]].concat()).stdout).unwrap();
    assert_eq!(json["core_operations"], serde_json::json!([6, 5]));
    assert_eq!(json["source"].as_str().unwrap(), answer.stdout);

    // One that solves another task is no start.
    desk.write("sort.rasp", "#lang rasp-l\nsep = -1;\neos = -2;\nnext = aggregate_min(select(tokens, tokens, >), tokens, eos);\n");
    let other = desk.rasplab(&["rasp", "search", "--task", "count", "--around", "sort.rasp"]);
    assert!(other.status == 2 && other.stderr.contains("sort.rasp does not solve count at length"), "{}", other.stderr);
}

#[test]
fn further_sizes_have_impostors_of_their_own() {
    let desk = Desk::new();
    let found = found(&desk, &["boolean-and", "--train-lengths", "1..2", "--ops", "basic", "--further", "1"]);
    assert_eq!(found["consistent"]["core_operations"], 2);
    let further = &found["further"][0];
    assert_eq!(further["core_operations"], 3);
    let count = |key: &str| further[key].as_u64().unwrap();
    assert!(count("general") > 0 && count("impostors") >= count("ways_to_fail") && count("ways_to_fail") > 0, "{further}");
}
