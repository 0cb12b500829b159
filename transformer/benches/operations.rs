//! Time of each fused operation, with each set of vector instructions: `cargo bench -p rasplab-transformer --features benchmark --bench operations`.
//!
//! Throughput is in floating-point operations, where an operation has products.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn operations(criterion: &mut Criterion) {
    for mut operation in transformer::benchmark::operations() {
        // A group of its own: a group's throughput cannot be taken back.
        let mut group = criterion.benchmark_group("fused");
        group.sample_size(20);
        if operation.flops > 0 {
            group.throughput(Throughput::Elements(operation.flops));
        }
        group.bench_function(&operation.name, |bencher| bencher.iter(&mut operation.run));
        group.finish();
    }
}

criterion_group!(benches, operations);
criterion_main!(benches);
