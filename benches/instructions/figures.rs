//! Figures by name: those that were counted, and those that are committed.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

/// How much more than before is too much, in percent.
const MORE: u64 = 3;

/// Instructions a round.
pub(crate) struct Figures(pub(crate) BTreeMap<String, u64>);

fn file() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "benches", "instructions", "figures.txt"].iter().collect()
}

impl Figures {
    /// A name and a number a line.
    pub(crate) fn committed() -> Self {
        let text = std::fs::read_to_string(file()).unwrap_or_default();
        Self(
            text.lines()
                .filter_map(|line| line.split_once(' '))
                .map(|(name, count)| (name.to_owned(), count.trim().parse().unwrap()))
                .collect(),
        )
    }

    pub(crate) fn write(&self) {
        let lines: String = self.0.iter().fold(String::new(), |mut lines, (name, count)| {
            writeln!(lines, "{name} {count}").unwrap();
            lines
        });
        std::fs::write(file(), lines).unwrap();
    }

    /// A table of both, and whether anything takes more than it may. What was never committed is too much.
    pub(crate) fn compare(&self, counted: &Self) -> (String, bool) {
        let mut table = format!("{:<24} {:>12} {:>12} {:>8}\n", "instructions", "committed", "counted", "");
        let mut is_slower = false;
        for (name, &now) in &counted.0 {
            let before = self.0.get(name).copied().unwrap_or_default();
            is_slower |= now * 100 > before * (100 + MORE);
            let percent = (now as f64 / before.max(1) as f64 - 1.0) * 100.0;
            writeln!(table, "{name:<24} {before:>12} {now:>12} {percent:>+7.2}%").unwrap();
        }
        (table, is_slower)
    }
}
