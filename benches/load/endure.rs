//! How the program is under a mixture of everything: for a long time below what it can do, and when asked for far more.
//!
//! It has one core then and those who ask have the others, so that they take nothing from each other. What it can do is
//! measured first.

use std::process::{self, Command, Stdio};
use std::thread;
use std::time::Duration;

use tokio::runtime::Runtime;

use crate::crowd::{Answer, Visitor, counted};
use crate::product::Product;
use crate::throng::{rush, steady};
use crate::visitors::mixed;

/// Who measures what it can do, and who stays below that.
const FEW: usize = 64;
/// Who asks for more. Each has one request at a time, so there are enough of them to go on asking.
const MANY: usize = 1_024;
/// How long what it can do is measured, and how long its answers take when hardly anybody asks.
const FIRST: Duration = Duration::from_secs(10);
/// Requests a second of hardly anybody.
const IDLE_RATE: u32 = 100;
/// A long time is looked at in pieces of this.
const WINDOW: Duration = Duration::from_secs(30);
/// How long it is watched after it was asked for too much.
const AFTER: u64 = 10;

/// What it can do.
struct Measured {
    /// Requests a second.
    most: u32,
    /// Of hardly anybody, in microseconds.
    idle_p99: f64,
    /// Hardly anybody.
    visitors: Vec<Box<dyn Visitor>>,
}

/// Leaves the first core to the program.
fn step_aside() {
    let cores = thread::available_parallelism().unwrap().get();
    assert!(cores > 1, "there is no core for those who ask");
    let mut taskset = Command::new("taskset");
    taskset.args(["--all-tasks", "--pid", "--cpu-list", &format!("1-{}", cores - 1), &process::id().to_string()]);
    assert!(taskset.stdout(Stdio::null()).status().unwrap().success());
}

fn measure(runtime: &Runtime, product: &Product) -> Measured {
    step_aside();
    let address = product.server.address;
    let most = counted(&rush(address, mixed(runtime, product, ("most", FEW)), FIRST)).a_second as u32;
    let (answers, visitors) = steady(address, mixed(runtime, product, ("idle", 16)), (IDLE_RATE, FIRST));
    let idle = counted(&answers);
    println!("{}: {most} a second at most; p99 {:.1} ms at {IDLE_RATE} a second", product.store, idle.p99 / 1e3);
    Measured { most, idle_p99: idle.p99, visitors }
}

/// Asks for three fifths of what it can do, for so long, and prints a line for each piece of it.
///
/// # Panics
/// When a request is refused or fails.
pub(crate) fn soak(runtime: &Runtime, product: &Product, limit: Duration) {
    let Measured { most, idle_p99, .. } = measure(runtime, product);
    let mut visitors = mixed(runtime, product, ("soak", FEW));
    println!("| after, s | a second | p50, ms | p99, ms | ÷ p99 of hardly anybody | memory, KiB | open files |");
    println!("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    let windows = limit.as_secs().div_ceil(WINDOW.as_secs());
    for window in 1..=windows {
        let answers;
        (answers, visitors) = steady(product.server.address, visitors, (most / 5 * 3, WINDOW));
        let all = counted(&answers);
        println!(
            "| {} | {:.0} | {:.2} | {:.2} | {:.1} | {} | {} |",
            window * WINDOW.as_secs(),
            all.a_second,
            all.p50 / 1e3,
            all.p99 / 1e3,
            all.p99 / idle_p99,
            product.server.resident(),
            product.server.open_files(),
        );
    }
}

/// The time within which so much of them was answered, in milliseconds.
fn within(answers: &[Answer], share: f64) -> f64 {
    let mut took: Vec<Duration> = answers.iter().map(|answer| answer.took).collect();
    took.sort_unstable();
    let last = took.len().saturating_sub(1);
    took.get((last as f64 * share) as usize).map_or(f64::NAN, |took| took.as_secs_f64() * 1e3)
}

/// Asks for three times what it can do, for so long, and then for three tenths of it.
///
/// # Panics
/// When a request is answered with anything but a good answer, 400, 429 or 503.
pub(crate) fn overload(runtime: &Runtime, product: &Product, limit: Duration) {
    let address = product.server.address;
    let Measured { most, idle_p99, visitors } = measure(runtime, product);
    let (answers, _) = steady(address, mixed(runtime, product, ("overload", MANY)), (most * 3, limit));
    let (after, _) = steady(address, visitors, (most / 10 * 3, Duration::from_secs(AFTER)));
    let asked_for = answers.len() as f64 / limit.as_secs_f64();
    let (good, refused): (Vec<Answer>, Vec<Answer>) = answers.into_iter().partition(Answer::is_good);
    // A code that was refused for its minute is good no more, which the answer says.
    let fault = refused.iter().find(|answer| !matches!(answer.status, 400 | 429 | 503));
    assert!(fault.is_none(), "neither good nor refused: {fault:?}");
    let a_second = good.len() as f64 / limit.as_secs_f64();
    println!(
        "asked for {asked_for:.0} a second; answered well {a_second:.0}, {:.2} of the most",
        a_second / f64::from(most)
    );
    for (what, answers) in [("good answers", &good), ("refusals", &refused)] {
        let [p50, p99, all] = [0.5, 0.99, 1.0].map(|share| within(answers, share));
        println!("{what}: {}, p50 {p50:.1} ms, p99 {p99:.1} ms, longest {all:.1} ms", answers.len());
    }
    println!("| second after | refused | p99, ms | ÷ p99 of hardly anybody |\n| ---: | ---: | ---: | ---: |");
    for second in 0..AFTER {
        let of_second: Vec<Answer> = after.iter().filter(|answer| answer.due.as_secs() == second).copied().collect();
        let refused = of_second.iter().filter(|answer| !answer.is_good()).count();
        let p99 = within(&of_second, 0.99);
        println!("| {} | {refused} | {p99:.2} | {:.1} |", second + 1, p99 * 1e3 / idle_p99);
    }
}
