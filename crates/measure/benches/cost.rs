//! What counting one request costs, alone and with every core counting in the same place: `cargo bench -p measure`.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use std::hint::black_box;
use std::time::Instant;

use measure::{Counter, Durations, Gauge};

const ROUNDS: u32 = 2_000_000;

fn main() {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    for threads in [1, cores] {
        let (under_way, counter, durations) = (Gauge::default(), Counter::new(), Durations::durations());
        let began = Instant::now();
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    for round in 0..ROUNDS {
                        let _inside = black_box(&under_way).enter();
                        black_box(&counter).increment();
                        black_box(&durations).observe(u64::from(black_box(round) % 20_000));
                    }
                });
            }
        });
        println!("{threads} threads: {:.1} ns a request", began.elapsed().as_secs_f64() * 1e9 / f64::from(ROUNDS));
    }
}
