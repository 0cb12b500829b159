//! Programs of the paper on inputs of growing length: `cargo bench -p rasplab-rasp --bench evaluate`.
//!
//! One evaluation is of one fresh input, the program being ready. The reference interpreter evaluates 10.8 histograms a second at length 100.

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rasp::{Input, Program};
use std::hint::black_box;
use std::time::Duration;

const PROGRAMS: [(&str, &str, &str); 6] = [
    ("hist", include_str!("../programs/hist.rasp"), "abcdefghijklmnopqrstuvwxyz"),
    ("double_hist", include_str!("../programs/double_hist.rasp"), "abcdefghijklmnopqrstuvwxyz"),
    ("sorted", include_str!("../programs/sort.rasp"), "abcdefghijklmnopqrstuvwxyz"),
    ("reverse", include_str!("../programs/reverse.rasp"), "abcdefghijklmnopqrstuvwxyz"),
    ("dyck2", include_str!("../programs/dyck.rasp"), "(){}"),
    ("most_frequent", include_str!("../programs/most_frequent.rasp"), "abcdefghijklmnopqrstuvwxyz"),
];

/// A reproducible text of letters from the alphabet; the first is a mark, as some programs want.
fn text(alphabet: &str, len: usize, seed: u64) -> String {
    let letters: Vec<char> = alphabet.chars().collect();
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        letters[(state >> 33) as usize % letters.len()]
    };
    std::iter::once('§').chain(std::iter::repeat_with(&mut next)).take(len).collect()
}

fn evaluate(criterion: &mut Criterion) {
    for (name, source, alphabet) in PROGRAMS {
        let program = Program::parse(&format!("{name}.rasp"), source).unwrap_or_else(|problems| panic!("{problems}"));
        let mut group = criterion.benchmark_group(name);
        group.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1)).sample_size(10);
        for len in [10, 100, 1_000, 10_000, 100_000] {
            group.throughput(Throughput::Elements(1));
            let inputs: Vec<Input> = (0..16).filter_map(|seed| Input::text(&text(alphabet, len, seed + 1))).collect();
            for input in &inputs {
                program.evaluate(name, input).unwrap_or_else(|error| panic!("{error}"));
            }
            let mut turn = 0;
            group.bench_function(BenchmarkId::from_parameter(len), |bencher| {
                bencher.iter_batched(
                    || {
                        turn += 1;
                        inputs[turn % inputs.len()].clone()
                    },
                    |input| black_box(program.evaluate(name, &input)),
                    BatchSize::SmallInput,
                );
            });
        }
        group.finish();
    }
}

criterion_group!(benches, evaluate);
criterion_main!(benches);
