//! Sets of lines that a search goes through a second: `cargo bench -p rasplab-rasp --bench search`.
//!
//! `size 3` is the whole search of all programs of three operations; `size 4` is every hundredth shard of four, which goes through the larger part of
//! each at the same speed as the rest. One thread.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rasp::rasp_l::search::{Battery, Operations, Search, Sequence, Space};
use std::hint::black_box;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

const SEP: i8 = -1;
const EOS: i8 = -2;

/// Prompts of these tokens and their answers, for each length up to six.
fn battery(token: impl Fn(usize, usize) -> i8, answer: impl Fn(&[i8]) -> Vec<i8>) -> Battery {
    let mut battery = Battery::new();
    for len in 1..=6 {
        for number in 0..8 {
            let data: Vec<i8> = (0..len).map(|place| token(number, place)).collect();
            let prompt = [&data[..], &[SEP]].concat();
            let answer = [answer(&data), vec![EOS]].concat();
            battery.add(Sequence::of(&prompt, &answer)).unwrap_or_else(|error| panic!("{error}"));
        }
    }
    battery
}

fn batteries() -> [(&'static str, Battery); 2] {
    let distinct = |number: usize, place: usize| ((7 * number + 5 * place + place * place * number) % 97) as i8;
    let bit = |number: usize, place: usize| (0b1011_0010_0111_0100 >> ((number + place * (number + 1)) % 16) & 1) as i8;
    let parity = |bits: &[i8]| vec![bits.iter().fold(0, |parity, bit| parity ^ bit)];
    [("copy", battery(distinct, <[i8]>::to_vec)), ("parity", battery(bit, parity))]
}

/// Every so-manieth shard; gives how many sets of lines there were.
fn run(search: &Search, every: usize) -> u64 {
    let mut worker = search.worker();
    let stop = AtomicBool::new(false);
    let shards = (0..search.shards()).step_by(every);
    shards.filter_map(|shard| worker.run(shard, 1, &stop)).map(|outcome| outcome.counts.states).sum()
}

fn sets_of_lines(criterion: &mut Criterion) {
    for (task, battery) in batteries() {
        for set in ["basic", "full"] {
            let space = Space::new(Operations::named(set).unwrap_or_else(Operations::full), [SEP, EOS, 0, 1]);
            let mut group = criterion.benchmark_group(format!("search/{task}/{set}"));
            group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(5)).sample_size(10);
            for (size, every) in [(3, 1), (4, 100)] {
                let search = Search::new(&space, &battery, size).unwrap_or_else(|error| panic!("{error}"));
                group.throughput(Throughput::Elements(run(&search, every)));
                group.bench_function(BenchmarkId::new("size", size), |bencher| bencher.iter(|| run(black_box(&search), every)));
            }
            group.finish();
        }
    }
}

criterion_group!(benches, sets_of_lines);
criterion_main!(benches);
