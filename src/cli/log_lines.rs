//! Lines of the log, on their way to stderr.
//!
//! A server writes one a request, and each of them by itself costs as much as a fifth of the request; so they are gathered
//! and written by a thread of its own, a hundred times a second. A warning or an error is written at once, behind everything
//! that came before it. Nothing is thrown away: when stderr takes nothing, whoever logs waits for it, as without this.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// How long a line may wait for others.
const REST: Duration = Duration::from_millis(10);
/// So many bytes are gathered before whoever logs writes them himself.
const ROOM: usize = 1 << 20;

/// Gathers lines. Clones share them.
#[derive(Clone)]
pub(super) struct Lines(Arc<Shared>);

struct Shared {
    gathered: Mutex<Gathered>,
    /// There is a first line, or an end.
    bell: Condvar,
    /// Whoever has it takes what he writes while he has it: lines stay in their order.
    out: Mutex<Box<dyn Write + Send>>,
}

#[derive(Default)]
struct Gathered {
    bytes: Vec<u8>,
    ended: bool,
}

/// Writes what was gathered, until it is dropped; then everything has been written.
pub(super) struct Writing {
    lines: Lines,
    thread: Option<JoinHandle<()>>,
}

/// Where one event is written to.
pub(super) struct Line<'a> {
    lines: &'a Lines,
    at_once: bool,
}

impl Lines {
    pub(super) fn to(out: impl Write + Send + 'static) -> Self {
        let (gathered, bell) = (Mutex::default(), Condvar::new());
        Self(Arc::new(Shared { gathered, bell, out: Mutex::new(Box::new(out)) }))
    }

    /// Starts the thread that writes.
    ///
    /// # Errors
    /// That the operating system gives us none.
    pub(super) fn write(&self) -> io::Result<Writing> {
        let lines = self.clone();
        let thread = thread::Builder::new().name("log".to_owned()).spawn(move || lines.run())?;
        Ok(Writing { lines: self.clone(), thread: Some(thread) })
    }

    fn run(&self) {
        let mut gathered = self.gathered();
        while !gathered.ended {
            gathered = if gathered.bytes.is_empty() {
                self.0.bell.wait(gathered).unwrap_or_else(PoisonError::into_inner)
            } else {
                drop(gathered);
                thread::sleep(REST);
                self.flush();
                self.gathered()
            };
        }
    }

    fn gathered(&self) -> MutexGuard<'_, Gathered> {
        self.0.gathered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn gather(&self, line: &[u8]) -> usize {
        let mut gathered = self.gathered();
        if gathered.bytes.is_empty() {
            self.0.bell.notify_one();
        }
        gathered.bytes.extend_from_slice(line);
        gathered.bytes.len()
    }

    fn flush(&self) {
        let mut out = self.0.out.lock().unwrap_or_else(PoisonError::into_inner);
        let room = Vec::with_capacity(4_096);
        let bytes = std::mem::replace(&mut self.gathered().bytes, room);
        // Where the log goes to is gone, and there is nowhere to say so.
        let _lost = out.write_all(&bytes).and_then(|()| out.flush());
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        self.lines.gathered().ended = true;
        self.lines.0.bell.notify_one();
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
        self.lines.flush();
    }
}

impl Write for Line<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.lines.gather(line) >= ROOM || self.at_once {
            self.lines.flush();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line { lines: self, at_once: true }
    }

    fn make_writer_for(&'a self, told: &Metadata<'_>) -> Line<'a> {
        Line { lines: self, at_once: *told.level() <= Level::WARN }
    }
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;
    use crate::cli::log_kept::Kept;

    /// The numbers that were told, in the order in which they were written.
    fn numbers(kept: &Kept) -> Vec<u32> {
        kept.text().lines().map(|line| line.rsplit_once('=').unwrap().1.parse().unwrap()).collect()
    }

    fn gathering() -> (Kept, Lines, impl tracing::Subscriber + Send + Sync) {
        let kept = Kept::default();
        let lines = Lines::to(kept.clone());
        let layer = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(lines.clone());
        (kept, lines, tracing_subscriber::registry().with(layer))
    }

    #[test]
    fn a_warning_is_written_at_once_behind_all_that_came_before_it() {
        let (kept, _lines, subscriber) = gathering();
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!(number = 1);
            tracing::debug!(number = 2);
            assert!(numbers(&kept).is_empty(), "nobody writes yet");
            tracing::warn!(number = 3);
            assert_eq!(numbers(&kept), [1, 2, 3]);
        });
    }

    #[test]
    fn every_line_is_written_once_and_in_its_order_until_the_end() {
        let (kept, lines, subscriber) = gathering();
        let writing = lines.write().unwrap();
        tracing::subscriber::with_default(subscriber, || {
            for number in 0..20_000 {
                tracing::info!(number);
            }
        });
        drop(writing);
        assert_eq!(numbers(&kept), (0..20_000).collect::<Vec<_>>());
    }

    #[test]
    fn one_line_alone_does_not_wait_for_another() {
        let (kept, lines, subscriber) = gathering();
        let _writing = lines.write().unwrap();
        tracing::subscriber::with_default(subscriber, || tracing::info!(number = 7));
        while numbers(&kept).is_empty() {
            thread::sleep(Duration::from_millis(1));
        }
        assert_eq!(numbers(&kept), [7]);
    }
}
