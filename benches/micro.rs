//! The pure parts by themselves: `cargo bench --bench micro`.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput};
use traekfil::decide::history::History;
use traekfil::digest::Digest;
use traekfil::{period, plan};

mod work;

/// Rows of the ledger.
const ROWS: u32 = 1_000_000;

/// File names as suppliers give them.
const NAMES: [&str; 6] = [
    "mad_korsbaek_202304.txt",
    "MÅLTID_April2023.TXT",
    "2023-04_vask_apr23.txt",
    "vask 01-04-2023.csv",
    "vaskeri_korsbaek_kommune_leverance_nr_1234567890.txt",
    "traekfil_20230401_v2.txt",
];

fn main() -> anyhow::Result<()> {
    let mut criterion = Criterion::default().configure_from_args().sample_size(20);
    hashing(&mut criterion);
    recognising(&mut criterion);
    planning(&mut criterion);
    looking_into(&mut criterion)?;
    asking(&mut criterion)?;
    criterion.final_summary();
    Ok(())
}

fn hashing(criterion: &mut Criterion) {
    let bytes = vec![7; 1 << 20];
    let mut group = criterion.benchmark_group("digest");
    group.throughput(Throughput::Bytes(1 << 20));
    group.bench_function("1 MiB", |bench| bench.iter(|| Digest::of(black_box(&bytes))));
    group.finish();
}

fn recognising(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("period");
    group.throughput(Throughput::Elements(NAMES.len() as u64));
    group.bench_function("file names", |bench| {
        bench.iter(|| NAMES.map(|name| period::recognise(black_box(name))));
    });
    group.finish();
}

fn planning(criterion: &mut Criterion) {
    let files = work::candidates(work::FILES);
    let mut group = criterion.benchmark_group("plan");
    group.sample_size(10).throughput(Throughput::Elements(u64::from(work::FILES)));
    group.bench_function("100,000 files", |bench| {
        bench.iter_batched(
            || files.clone(),
            |files| plan::plan(files, work::policy(), &History::default(), &[]),
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

fn looking_into(criterion: &mut Criterion) -> anyhow::Result<()> {
    let (file, rule) = (work::records(work::RECORDS), work::content_rule()?);
    let mut group = criterion.benchmark_group("100,000 records");
    group.throughput(Throughput::Elements(u64::from(work::RECORDS)));
    group.bench_function("digest alone", |bench| bench.iter(|| Digest::of(black_box(&file))));
    group.bench_function("read and told apart", |bench| {
        bench.iter(|| work::look(&rule, black_box(&file)));
    });
    group.finish();
    Ok(())
}

fn asking(criterion: &mut Criterion) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let ledger = work::ledger(folder.path(), ROWS)?;
    let mut n = 0;
    criterion.bench_function("ledger/look-up in 1,000,000 rows", |bench| {
        bench.iter(|| {
            n = (n + 7919) % ROWS;
            ledger.deliveries_of(black_box(&work::digest(n)))
        });
    });
    Ok(())
}
