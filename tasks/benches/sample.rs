//! How fast examples are drawn: tokens a second, each task and distribution at length 40 or its limit.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tasks::{TaskSpec, build, catalogue, random};

const LENGTH: usize = 40;
/// Examples per iteration: their lengths vary in some tasks.
const EXAMPLES: usize = 64;

fn sample(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sample");
    for entry in catalogue() {
        let Ok(task) = build(&TaskSpec { name: entry.name.to_owned(), alphabet: None }) else { continue };
        let length = task.length_limit().map_or(LENGTH, |limit| limit.min(LENGTH));
        for distribution in task.distributions() {
            let draw = || {
                let mut rng = random::stream(0, "bench", 0);
                (0..EXAMPLES)
                    .filter_map(|_| task.sample_as(distribution, length, &mut rng).ok())
                    .map(|example| example.prompt.len() + example.answer.len())
                    .sum::<usize>()
            };
            group.throughput(Throughput::Elements(draw() as u64));
            group.bench_function(format!("{}/{distribution}", entry.name), |bencher| bencher.iter(draw));
        }
    }
    group.finish();
}

criterion_group!(benches, sample);
criterion_main!(benches);
