//! The product beside bare axum, on this machine and in this hour: see the README one folder up.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot be made says so by ending")]
#![expect(clippy::print_stdout, reason = "figures are what it is for")]

#[path = "../scene/app.rs"]
mod app;
mod apps;
mod crowd;
mod endure;
mod measure;
mod product;
mod report;
mod server;
mod throng;
mod visitors;
mod wrk;
mod yardstick;

use std::time::Duration;

use measure::Plan;
use product::{How, Product, Store};
use report::Report;
use yardstick::Yardstick;

const HELP: &str = "cargo bench --bench load -- [--rounds N] [--seconds N] [--only TEXT] [--apps N] [--json FILE] \
    [--soak SECONDS | --overload SECONDS] [sqlite|postgres]...";
/// Apps that an installation has, where nobody says how many.
const APPS: usize = 10_000;

/// What is done in the place of the plan.
enum Instead {
    Soak(Duration),
    Overload(Duration),
}

/// What was asked for.
struct Asked {
    plan: Plan,
    instead: Option<Instead>,
    apps: usize,
    json: Option<String>,
    stores: Vec<Store>,
}

impl Asked {
    fn read() -> Self {
        let plan = Plan { rounds: 3, seconds: 2, only: String::new() };
        let mut asked = Self { plan, instead: None, apps: APPS, json: None, stores: Vec::new() };
        let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().unwrap_or_else(|| panic!("{argument} what? {HELP}"));
            match argument.as_str() {
                "--rounds" => asked.plan.rounds = value().parse().unwrap(),
                "--seconds" => asked.plan.seconds = value().parse().unwrap(),
                "--apps" => asked.apps = value().parse().unwrap(),
                "--only" => asked.plan.only = value(),
                "--soak" => asked.instead = Some(Instead::Soak(Duration::from_secs(value().parse().unwrap()))),
                "--overload" => asked.instead = Some(Instead::Overload(Duration::from_secs(value().parse().unwrap()))),
                "--json" => asked.json = Some(value()),
                "sqlite" => asked.stores.push(Store::Sqlite),
                "postgres" => asked.stores.push(Store::postgres()),
                other => panic!("'{other}' is not known here: {HELP}"),
            }
        }
        if asked.stores.is_empty() {
            asked.stores = vec![Store::Sqlite, Store::postgres()];
        }
        asked
    }
}

fn main() {
    if std::env::args().any(|argument| argument == yardstick::SERVE) {
        yardstick::serve();
    }
    let asked = Asked::read();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let yardstick = Yardstick::start();
    let mut report = Report::default();
    for store in &asked.stores {
        let start = |how| runtime.block_on(Product::start(store, (asked.apps, how)));
        match asked.instead {
            None => measure::all(&runtime, (&start(How::Compared), &yardstick), &asked.plan, &mut report),
            Some(Instead::Soak(limit)) => endure::soak(&runtime, &start(How::Alone), limit),
            Some(Instead::Overload(limit)) => endure::overload(&runtime, &start(How::Alone), limit),
        }
    }
    if asked.instead.is_none() {
        print!("{report}");
    }
    if let Some(file) = asked.json {
        std::fs::write(file, report.json()).unwrap();
    }
}
