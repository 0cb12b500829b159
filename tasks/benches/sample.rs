//! How fast examples are drawn: tokens a second, each task and distribution at length 40 or its limit, and tasks whose answers a program gives.

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use rasp::rasp_l::Program;
use tasks::{Answer, Draw, OwnTask, Prompts, Task, TaskSpec, build, catalogue, random};

const LENGTH: usize = 40;
/// Examples per iteration: their lengths vary in some tasks.
const EXAMPLES: usize = 64;

fn sample(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sample");
    for entry in catalogue() {
        let Ok(task) = build(&TaskSpec { name: entry.name.to_owned(), alphabet: None }) else { continue };
        for distribution in task.distributions() {
            bench(&mut group, &*task, distribution);
        }
    }
    for (name, source) in
        [("own sort", include_str!("../programs/sort.rasp")), ("own copy-repeat", include_str!("../programs/copy_repeat.rasp"))]
    {
        let program = Program::parse(name, source).unwrap_or_else(|problems| panic!("{problems}"));
        let (begin, end, answer) = (String::new(), "sep".to_owned(), Answer::default());
        let prompts = Prompts { alphabet: 100, draw: Draw::Distinct, begin, end, condition: None, longest: None, answer };
        let task = OwnTask::new(name, program, prompts).unwrap_or_else(|error| panic!("{error}"));
        bench(&mut group, &task, "standard");
    }
    group.finish();
}

fn bench(group: &mut BenchmarkGroup<'_, WallTime>, task: &dyn Task, distribution: &str) {
    let length = task.length_limit().map_or(LENGTH, |limit| limit.min(LENGTH));
    let draw = || {
        let mut rng = random::stream(0, "bench", 0);
        (0..EXAMPLES)
            .filter_map(|_| task.sample_as(distribution, length, &mut rng).ok())
            .map(|example| example.prompt.len() + example.answer.len())
            .sum::<usize>()
    };
    group.throughput(Throughput::Elements(draw() as u64));
    group.bench_function(format!("{}/{distribution}", task.name()), |bencher| bencher.iter(draw));
}

criterion_group!(benches, sample);
criterion_main!(benches);
