//! RASP-L programs asked for the next token, and run on their own output: `cargo bench -p rasplab-rasp --bench generate`.
//!
//! `next` is the next token after one fresh input, the program being ready: np-rasp, the reference implementation, gives 53 a second of the reversed
//! addition and 633 of the sort, at length 100. `answer` is a whole answer: as many new tokens as the prompt has, one after another.

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rasp::rasp_l::Program;
use std::hint::black_box;
use std::time::Duration;

const PROGRAMS: [(&str, &str); 6] = [
    ("sort", include_str!("../programs/published/sort.rasp")),
    ("copy_unique", include_str!("../programs/published/copy_unique.rasp")),
    ("count", include_str!("../programs/published/count.rasp")),
    ("mode", include_str!("../programs/published/mode.rasp")),
    ("addition_reverse", include_str!("../programs/published/addition_reverse.rasp")),
    ("addition_forward", include_str!("../programs/published/addition_forward.rasp")),
];

/// Reproducible digits.
fn digits(len: usize, seed: u64) -> impl Iterator<Item = i8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 33) as i8 & 7
    })
    .take(len)
}

/// A prompt of the program; of an addition, two numbers of which every digit follows its hint, as far as there are hints.
fn prompt(name: &str, len: usize, seed: u64) -> Vec<i8> {
    if !name.starts_with("addition") {
        return digits(len, seed).collect();
    }
    let places = (len.saturating_sub(3) / 4).max(1);
    let number = |seed| digits(places, seed).enumerate().flat_map(move |(place, digit)| [-100 - (place % 28) as i8, digit]);
    let prompt: Vec<i8> = [-1].into_iter().chain(number(seed)).chain([-2]).chain(number(seed + 99)).chain([-3]).collect();
    prompt.into_iter().chain(digits(len, seed)).take(len).collect()
}

fn next(criterion: &mut Criterion) {
    for (name, source) in PROGRAMS {
        let program = Program::parse(&format!("{name}.rasp"), source).unwrap_or_else(|problems| panic!("{problems}"));
        let mut group = criterion.benchmark_group(format!("next/{name}"));
        group.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1)).sample_size(20);
        for len in [10, 100, 1_000, 10_000] {
            group.throughput(Throughput::Elements(1));
            let inputs: Vec<Vec<i8>> = (0..16).map(|seed| prompt(name, len, seed + 1)).collect();
            let mut generation = program.generation().unwrap_or_else(|error| panic!("{error}"));
            let mut turn = 0;
            group.bench_function(BenchmarkId::from_parameter(len), |bencher| {
                bencher.iter(|| {
                    turn += 1;
                    generation.reset();
                    generation.extend(black_box(&inputs[turn % inputs.len()])).unwrap_or_else(|error| panic!("{error}"));
                    black_box(generation.next_token()).unwrap_or_else(|error| panic!("{error}"))
                });
            });
        }
        group.finish();
    }
}

/// All outputs of a fresh input, with and without a run at hand.
fn everywhere(criterion: &mut Criterion) {
    for (name, source) in PROGRAMS {
        let program = Program::parse(&format!("{name}.rasp"), source).unwrap_or_else(|problems| panic!("{problems}"));
        let mut group = criterion.benchmark_group(format!("everywhere/{name}"));
        group.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1)).sample_size(20);
        let tokens = prompt(name, 100, 1);
        let mut run = program.run();
        group.bench_function("run", |bencher| {
            bencher.iter(|| {
                run.reset();
                run.extend(black_box(&tokens)).unwrap_or_else(|error| panic!("{error}"));
                black_box(run.output())
            });
        });
        group.bench_function("evaluate", |bencher| bencher.iter(|| black_box(program.evaluate(black_box(&tokens)))));
        group.finish();
    }
}

fn answer(criterion: &mut Criterion) {
    for (name, source) in PROGRAMS {
        let program = Program::parse(&format!("{name}.rasp"), source).unwrap_or_else(|problems| panic!("{problems}"));
        let mut group = criterion.benchmark_group(format!("answer/{name}"));
        group.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1)).sample_size(10);
        for len in [10, 100, 1_000, 10_000] {
            group.throughput(Throughput::Elements(len as u64));
            let tokens = prompt(name, len, 1);
            group.bench_function(BenchmarkId::from_parameter(len), |bencher| {
                bencher.iter_batched(
                    || {
                        let mut generation = program.generation().unwrap_or_else(|error| panic!("{error}"));
                        generation.extend(&tokens).unwrap_or_else(|error| panic!("{error}"));
                        generation
                    },
                    |mut generation| {
                        // The prompt over again stands for the new tokens: these go through the same work, and never fail.
                        for token in &tokens {
                            generation.extend(std::slice::from_ref(token)).unwrap_or_else(|error| panic!("{error}"));
                            let _ = black_box(generation.next_token());
                        }
                        generation
                    },
                    BatchSize::LargeInput,
                );
            });
        }
        group.finish();
    }
}

criterion_group!(benches, next, everywhere, answer);
criterion_main!(benches);
