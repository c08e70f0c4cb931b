//! How far a long work on the log is, said now and then on stderr.

use std::time::{Duration, Instant};

use routix_projections::rebuild::Progress;

use super::output::note;

/// How long it is silent between two lines.
const SILENCE: Duration = Duration::from_secs(5);

/// Says every few seconds how far one projection is.
pub(super) struct Meter {
    name: &'static str,
    began: Instant,
    said: Instant,
    /// Where the first batch ended: what an interrupted rebuild had done before is not its speed.
    first: Option<(Instant, u64)>,
}

impl Meter {
    pub(super) fn start(name: &'static str, now: Instant) -> Self {
        Self { name, began: now, said: now, first: None }
    }

    pub(super) fn show(&mut self, progress: Progress) {
        if let Some(line) = self.line(progress, Instant::now()) {
            note(&line);
        }
    }

    /// The line for this moment, when it is time for one.
    fn line(&mut self, progress: Progress, now: Instant) -> Option<String> {
        let Progress { position, head } = progress;
        let (since, from) = *self.first.get_or_insert((now, position));
        if now.duration_since(self.said) < SILENCE {
            return None;
        }
        self.said = now;
        let milliseconds = u64::try_from(now.duration_since(since).as_millis()).unwrap_or(u64::MAX);
        let rate = (position.saturating_sub(from) * 1_000).checked_div(milliseconds).unwrap_or_default();
        let left = match head.saturating_sub(position).checked_div(rate) {
            Some(seconds) => format!("{rate} events a second, {seconds} s left"),
            None => format!("{} s gone", now.duration_since(self.began).as_secs()),
        };
        Some(format!("{}: {position}/{head}, {left}", self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_comes_every_five_seconds_with_rate_and_time_left() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut meter = Meter::start("members", start);
        let mut line = |position, seconds| meter.line(Progress { position, head: 10_000 }, at(seconds));
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
        let line = meter.line(Progress { position: 5, head: 9 }, start + Duration::from_secs(6));
        assert_eq!(line.as_deref(), Some("members: 5/9, 6 s gone"));
    }
}
