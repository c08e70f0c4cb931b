//! Whether the time of an answer tells what the answer does not: see the README beside this.

#![expect(clippy::unwrap_used, reason = "a campaign that cannot go on says so by ending")]
#![expect(clippy::print_stdout, reason = "figures are what it is for")]

mod figures;
mod questions;
#[path = "../scene/mod.rs"]
mod scene;

use std::time::Instant;

use figures::Figures;
use questions::{Coin, questions};
use scene::{Ask, Scene};

/// Sign-ins are so many times fewer.
const SIGN_INS: usize = 200;
const PAIRS: usize = 20_000;

/// Sends both of each pair, whichever first, and says how long they took.
async fn compare((scene, coin): (&Scene, &Coin), (name, pairs): (&str, usize), [one, other]: [&Ask; 2]) {
    let mut times = [Vec::with_capacity(pairs), Vec::with_capacity(pairs)];
    for pair in 0..pairs + pairs / 10 {
        let first = usize::from(coin.toss());
        let mut taken = [0.0; 2];
        for turn in [first, 1 - first] {
            let request = [one, other][turn].request();
            let begin = Instant::now();
            let status = scene.send(request).await;
            taken[turn] = begin.elapsed().as_secs_f64() * 1e6;
            assert_eq!(status, [one, other][turn].status, "{name}");
        }
        // The first tenth warms up.
        if pair >= pairs / 10 {
            times[0].push(taken[0]);
            times[1].push(taken[1]);
        }
    }
    let [one, other] = times.map(Figures::of);
    println!(
        "{name:<58} {pairs:>8} {:>9.1} {:>9.1} {:>+8.2} {:>+7.2}",
        one.median,
        other.median,
        other.median - one.median,
        one.welch(&other)
    );
}

#[tokio::main]
async fn main() {
    let pairs = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(PAIRS);
    let scene = Scene::make().await;
    let coin = Coin::new(std::process::id().into());
    println!("{:<58} {:>8} {:>9} {:>9} {:>8} {:>7}", "microseconds", "pairs", "one", "other", "more", "t");
    for (name, one, other) in &questions(&scene) {
        let pairs = if name.starts_with("sign-in") { pairs.div_ceil(SIGN_INS) } else { pairs };
        compare((&scene, &coin), (name, pairs), [one, other]).await;
    }
}
