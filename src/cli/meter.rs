//! How far a long work on the log is: a bar on a terminal, else a line now and then on stderr.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use routix_projections::rebuild::Progress;

use super::output::{note, redraw};

/// How long it is silent between two lines.
const SILENCE: Duration = Duration::from_secs(5);
/// How long a bar stands before it is drawn again.
const FRAME: Duration = Duration::from_millis(100);
/// How many characters a bar has.
const BAR: u64 = 30;

/// Says how far one work is.
pub(super) struct Meter {
    name: &'static str,
    /// What is counted.
    what: &'static str,
    on_terminal: bool,
    drawn: bool,
    began: Instant,
    said: Instant,
    /// Where the first batch ended: what an interrupted rebuild had done before is not its speed.
    first: Option<(Instant, u64)>,
}

impl Meter {
    pub(super) fn start(name: &'static str, now: Instant) -> Self {
        let on_terminal = io::stderr().is_terminal();
        Self { name, what: "events", on_terminal, drawn: false, began: now, said: now, first: None }
    }

    /// Counts something else than events.
    pub(super) fn counting(self, what: &'static str) -> Self {
        Self { what, ..self }
    }

    /// The same with plain numbers.
    pub(super) fn at(&mut self, position: u64, head: u64) {
        self.show(Progress { position, head });
    }

    pub(super) fn show(&mut self, progress: Progress) {
        let now = Instant::now();
        let silence = if self.on_terminal { FRAME } else { SILENCE };
        if let Some(line) = self.line(progress, (now, silence)) {
            if self.on_terminal {
                self.drawn = true;
                redraw(&format!("{} {line}", bar(progress)));
            } else {
                note(&line);
            }
        }
    }

    /// Takes the bar away, so that what is said next has the line for itself.
    pub(super) fn clear(&mut self) {
        if self.drawn {
            redraw("");
            self.drawn = false;
        }
    }

    /// The line for this moment, when it is time for one.
    fn line(&mut self, progress: Progress, (now, silence): (Instant, Duration)) -> Option<String> {
        let Progress { position, head } = progress;
        let (since, from) = *self.first.get_or_insert((now, position));
        if now.duration_since(self.said) < silence {
            return None;
        }
        self.said = now;
        let milliseconds = u64::try_from(now.duration_since(since).as_millis()).unwrap_or(u64::MAX);
        let rate = (position.saturating_sub(from) * 1_000).checked_div(milliseconds).unwrap_or_default();
        let left = match head.saturating_sub(position).checked_div(rate) {
            Some(seconds) => format!("{rate} {} a second, {seconds} s left", self.what),
            None => format!("{} s gone", now.duration_since(self.began).as_secs()),
        };
        Some(format!("{}: {position}/{head}, {left}", self.name))
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.clear();
    }
}

fn bar(Progress { position, head }: Progress) -> String {
    let full = position.min(head).saturating_mul(BAR).checked_div(head).unwrap_or(BAR);
    let part = |length: u64, mark: &str| mark.repeat(usize::try_from(length).unwrap_or_default());
    format!("[{}{}]", part(full, "#"), part(BAR - full, "."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_comes_every_five_seconds_with_rate_and_time_left() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut meter = Meter::start("members", start);
        let mut line = |position, seconds| meter.line(Progress { position, head: 10_000 }, (at(seconds), SILENCE));
        assert_eq!(line(1_000, 0), None);
        assert_eq!(line(2_000, 4), None);
        assert_eq!(line(3_000, 5).as_deref(), Some("members: 3000/10000, 400 events a second, 17 s left"));
        assert_eq!(line(4_000, 9), None);
        assert_eq!(line(6_000, 10).as_deref(), Some("members: 6000/10000, 500 events a second, 8 s left"));
    }

    #[test]
    fn without_a_rate_nobody_says_how_long_it_takes() {
        let start = Instant::now();
        let mut meter = Meter::start("members", start);
        let line = meter.line(Progress { position: 5, head: 9 }, (start + Duration::from_secs(6), SILENCE));
        assert_eq!(line.as_deref(), Some("members: 5/9, 6 s gone"));
    }

    #[test]
    fn a_bar_is_as_full_as_the_work_is_done() {
        let drawn = |position, head| bar(Progress { position, head });
        assert_eq!(drawn(0, 3), format!("[{}]", ".".repeat(30)));
        assert_eq!(drawn(1, 3), format!("[{}{}]", "#".repeat(10), ".".repeat(20)));
        assert_eq!(drawn(4, 3), format!("[{}]", "#".repeat(30)));
        assert_eq!(drawn(0, 0), format!("[{}]", "#".repeat(30)));
    }
}
