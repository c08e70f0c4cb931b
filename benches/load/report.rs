//! The figures, as a table and as JSON.

use std::fmt;

use serde_json::{Value, json};

use crate::wrk::Counted;

/// One of two in a round.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Side {
    pub(crate) counted: Counted,
    /// Microseconds that its process computed for each request.
    pub(crate) cpu: f64,
}

/// Both, right after one another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Round {
    pub(crate) yardstick: Side,
    pub(crate) product: Side,
}

struct Row {
    store: &'static str,
    name: String,
    rounds: Vec<Round>,
}

#[derive(Default)]
pub(crate) struct Report {
    rows: Vec<Row>,
    facts: Vec<(&'static str, &'static str, u128)>,
}

/// The one in the middle.
fn median(rounds: &[Round], of: impl Fn(&Round) -> f64) -> f64 {
    let mut all: Vec<f64> = rounds.iter().map(of).collect();
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

impl Report {
    pub(crate) fn rows(&mut self, store: &'static str, name: &str, rounds: Vec<Round>) {
        self.rows.push(Row { store, name: name.to_owned(), rounds });
    }

    pub(crate) fn fact(&mut self, store: &'static str, name: &'static str, value: u128) {
        self.facts.push((store, name, value));
    }

    pub(crate) fn json(&self) -> String {
        let side = |side: &Side| {
            let Counted { requests, a_second, p50, p99 } = side.counted;
            json!({"requests": requests, "a_second": a_second, "p50": p50, "p99": p99, "cpu": side.cpu})
        };
        let round = |round: &Round| json!({"yardstick": side(&round.yardstick), "product": side(&round.product)});
        let row = |row: &Row| {
            let rounds: Vec<Value> = row.rounds.iter().map(round).collect();
            json!({"store": row.store, "scenario": row.name, "rounds": rounds})
        };
        let fact = |(store, name, value): &(&str, &str, u128)| json!({"store": store, "fact": name, "value": value});
        let (rows, facts) = (self.rows.iter().map(row), self.facts.iter().map(fact));
        let all = json!({"rows": rows.collect::<Vec<_>>(), "facts": facts.collect::<Vec<_>>()});
        format!("{all:#}\n")
    }
}

impl fmt::Display for Report {
    /// Ratios are to the yardstick in the same round; times are microseconds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| store | scenario | a second | of bare axum | CPU | ÷ bare axum | p50 | p99 | p99 ÷ bare axum |"
        )?;
        writeln!(f, "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")?;
        for Row { store, name, rounds } in &self.rows {
            let of = |of: fn(&Side) -> f64| median(rounds, |round| of(&round.product));
            let ratio = |of: fn(&Side) -> f64| median(rounds, |round| of(&round.product) / of(&round.yardstick));
            writeln!(
                f,
                "| {store} | {name} | {:.0} | {:.3} | {:.1} | {:.2} | {:.0} | {:.0} | {:.2} |",
                of(|side| side.counted.a_second),
                ratio(|side| side.counted.a_second),
                of(|side| side.cpu),
                ratio(|side| side.cpu),
                of(|side| side.counted.p50),
                of(|side| side.counted.p99),
                ratio(|side| side.counted.p99),
            )?;
        }
        writeln!(f)?;
        self.facts.iter().try_for_each(|(store, name, value)| writeln!(f, "{store}: {name}: {value}"))
    }
}
