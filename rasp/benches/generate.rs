//! RASP-L programs asked for the next token, and run on their own output: `cargo bench -p rasplab-rasp --bench generate`.
//!
//! `next` is the next token after one fresh input, the program being ready: np-rasp, the reference implementation, gives 53 a second of the reversed
//! addition and 633 of the sort, at length 100. `everywhere` is all outputs of such an input. `answer` is a prompt and every token of its answer;
//! `step` is one token more.

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rasp::rasp_l::{Generation, Program};
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

fn program(name: &str) -> Program {
    let source = PROGRAMS.into_iter().find(|&(other, _)| other == name).map_or("", |(_, source)| source);
    Program::parse(&format!("{name}.rasp"), source).unwrap_or_else(|problems| panic!("{problems}"))
}

fn generation(name: &str) -> Generation {
    program(name).generation().unwrap_or_else(|error| panic!("{error}"))
}

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
    for (name, _) in PROGRAMS {
        let mut group = criterion.benchmark_group(format!("next/{name}"));
        group.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1)).sample_size(20);
        for len in [10, 100, 1_000, 10_000] {
            group.throughput(Throughput::Elements(1));
            let inputs: Vec<Vec<i8>> = (0..16).map(|seed| prompt(name, len, seed + 1)).collect();
            let mut generation = generation(name);
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
    for (name, _) in PROGRAMS {
        let mut group = criterion.benchmark_group(format!("everywhere/{name}"));
        group.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1)).sample_size(20);
        let tokens = prompt(name, 100, 1);
        let program = program(name);
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

/// A whole answer to a fresh prompt, with everything that it takes.
fn answer(criterion: &mut Criterion) {
    let distinct: Vec<i8> = (0..100).map(|idx| (idx * 37 % 101) as i8).collect();
    let addition = |places: usize| prompt("addition", 4 * places + 3, 1);
    let mut group = criterion.benchmark_group("answer");
    group.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1)).sample_size(10);
    for (name, size, prompt, end, most) in [
        ("sort", 100, [&distinct[..], &[-1]].concat(), -2, 101),
        ("copy_unique", 100, [&[-1], &distinct[..], &[-1]].concat(), -1, 101),
        ("count", 100, vec![-1, 0, 100], -2, 102),
        ("addition_reverse", 5, addition(5), -5, 100),
        ("addition_reverse", 28, addition(28), -5, 100),
        ("addition_forward", 28, addition(28), -5, 100),
    ] {
        let program = program(name);
        let tokens = program.generate(&prompt, end, most).unwrap_or_else(|error| panic!("{name}: {error}")).len();
        group.throughput(Throughput::Elements(tokens as u64));
        group.bench_function(BenchmarkId::new(name, size), |bencher| bencher.iter(|| program.generate(black_box(&prompt), end, most)));
    }
    group.finish();
}

/// As many more tokens as there are, one by one. The same tokens over again stand for what the program would write, which may end too soon.
fn step(criterion: &mut Criterion) {
    for (name, _) in PROGRAMS {
        let mut group = criterion.benchmark_group(format!("step/{name}"));
        group.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1)).sample_size(10);
        for len in [100, 10_000] {
            group.throughput(Throughput::Elements(len as u64));
            let tokens = prompt(name, len, 1);
            let start = || {
                let mut generation = generation(name);
                generation.extend(&tokens).unwrap_or_else(|error| panic!("{error}"));
                generation
            };
            let more = |mut generation: Generation| {
                for token in &tokens {
                    generation.extend(std::slice::from_ref(token)).unwrap_or_else(|error| panic!("{error}"));
                    let _ = black_box(generation.next_token());
                }
                generation
            };
            group.bench_function(BenchmarkId::from_parameter(len), |bencher| bencher.iter_batched(start, more, BatchSize::LargeInput));
        }
        group.finish();
    }
}

criterion_group!(benches, next, everywhere, answer, step);
criterion_main!(benches);
