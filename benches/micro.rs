//! How long the parts of a run take that need no server: `cargo bench --bench micro`.

#![allow(clippy::unwrap_used, missing_docs)]

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use traekfil::digest::Digest;

mod work;

fn hashing(c: &mut Criterion) {
    let mut group = c.benchmark_group("hashing");
    for (name, size) in [("4 KB", 4_000), ("1 MiB", 1 << 20)] {
        let bytes = vec![0x5a; size];
        group.throughput(Throughput::Bytes(size as u64));
        group.bench_function(name, |b| b.iter(|| Digest::of(black_box(&bytes))));
    }
    group.finish();
}

fn period(c: &mut Criterion) {
    let mut group = c.benchmark_group("period");
    group.throughput(Throughput::Elements(work::NAMES.len() as u64));
    group.bench_function("six names", |b| b.iter(work::recognise_all));
    group.finish();
}

fn planning(c: &mut Criterion) {
    let mut group = c.benchmark_group("planning");
    group.sample_size(10).throughput(Throughput::Elements(work::FILES.into()));
    group.bench_function("100,000 files", |b| {
        b.iter_batched(work::candidates, work::plan, BatchSize::LargeInput);
    });
    group.finish();
}

fn look_up(c: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let path = work::large_ledger(folder.path()).unwrap();
    let view = work::open(&path).unwrap();
    let mut group = c.benchmark_group("ledger of 1,000,000 deliveries");
    group.throughput(Throughput::Elements(work::LOOK_UPS.into()));
    group.bench_function("1,000 look-ups", |b| b.iter(|| work::look_up(&view)));
    group.finish();
}

criterion_group!(benches, hashing, period, planning, look_up);
criterion_main!(benches);
