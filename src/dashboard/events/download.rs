//! Files that are written while they are downloaded.
//!
//! In memory is what was written since the writer last waited, which is at most a page of the log, and a few such pieces. A client that goes away, or
//! takes nothing for a minute, ends the writing; so does the end of the process. Whatever does, the client sees that its
//! file is not whole.

use std::future::poll_fn;
use std::io::{self, Write};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_util::stream;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::evidence::ExportError;

/// How many files this process writes at a time: each reads the log from one end to the other.
const AT_A_TIME: usize = 2;
/// How many pieces wait for the client.
const WAITING: usize = 2;
/// How long a client may take none.
const PATIENCE: Duration = Duration::from_secs(60);

/// The downloads of this process. Clones share them.
#[derive(Clone)]
pub struct Downloads {
    places: Arc<Semaphore>,
    /// `None` once the process ends.
    tasks: Arc<Mutex<Option<JoinSet<()>>>>,
}

/// The right to download one file.
pub(super) type Place = OwnedSemaphorePermit;

/// What is written and not sent yet.
#[derive(Clone, Default)]
pub(super) struct Written(Arc<Mutex<Vec<u8>>>);

/// Writes a file, and says at the end whether it is whole.
pub(super) type Writing = Pin<Box<dyn Future<Output = Result<u64, ExportError>> + Send>>;

enum Piece {
    Bytes(Bytes),
    /// There is no more to come.
    Whole,
}

impl Default for Downloads {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(AT_A_TIME)), tasks: Arc::new(Mutex::new(Some(JoinSet::new()))) }
    }
}

impl Downloads {
    /// A place for one more; `None` while there are as many as may be.
    pub(super) fn place(&self) -> Option<Place> {
        Arc::clone(&self.places).try_acquire_owned().ok()
    }

    /// The body of an answer that is what `write` writes.
    pub(super) fn body(&self, place: Place, write: impl FnOnce(Written) -> Writing) -> Body {
        let written = Written::default();
        let writing = write(written.clone());
        let (sender, receiver) = channel(WAITING);
        if let Some(tasks) = locked(&self.tasks).as_mut() {
            while tasks.try_join_next().is_some() {}
            tasks.spawn(async move {
                send(writing, &written, &sender).await;
                drop(place);
            });
        }
        Body::from_stream(stream::unfold(Some(receiver), next))
    }

    /// Ends all of them, and begins no more.
    pub async fn stop(&self) {
        let tasks = locked(&self.tasks).take();
        if let Some(mut tasks) = tasks {
            tasks.shutdown().await;
        }
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        locked(&self.0).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sends what was written each time that the writer waits for something; and waits itself for a client who is slower.
async fn send(mut writing: Writing, written: &Written, sender: &Sender<Piece>) {
    loop {
        let done = poll_fn(|context| match writing.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending if locked(&written.0).is_empty() => Poll::Pending,
            Poll::Pending => Poll::Ready(None),
        });
        // A client who is gone takes nothing; without this an export that finds nothing to write would not notice.
        let done = tokio::select! {
            done = done => done,
            () = sender.closed() => return,
        };
        let bytes = std::mem::take(&mut *locked(&written.0));
        let last = match done {
            None => None,
            Some(Ok(_)) => Some(Piece::Whole),
            Some(Err(error)) => {
                tracing::error!(target: "routix::failure", ?error, "an export ended before its end");
                return;
            }
        };
        let is_last = last.is_some();
        for piece in Some(Piece::Bytes(bytes.into())).into_iter().chain(last) {
            if !matches!(timeout(PATIENCE, sender.send(piece)).await, Ok(Ok(()))) {
                return;
            }
        }
        if is_last {
            return;
        }
    }
}

/// The next piece of a body. One that ends without a word was not written to its end, and the client must not take it for
/// whole.
async fn next(receiver: Option<Receiver<Piece>>) -> Option<(io::Result<Bytes>, Option<Receiver<Piece>>)> {
    let mut receiver = receiver?;
    match receiver.recv().await {
        Some(Piece::Bytes(bytes)) => Some((Ok(bytes), Some(receiver))),
        Some(Piece::Whole) => None,
        None => Some((Err(io::Error::other("the file is not whole")), None)),
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;
    use routix_domain::log::FeedError;
    use tokio::sync::oneshot;
    use tokio::task::yield_now;

    use super::*;

    /// Writes so many lines, and waits after each as for a store.
    fn lines(count: u64, end: Result<u64, ExportError>) -> impl FnOnce(Written) -> Writing {
        move |mut written| {
            Box::pin(async move {
                for line in 0..count {
                    writeln!(written, "{line}")?;
                    yield_now().await;
                }
                end
            })
        }
    }

    fn fault() -> ExportError {
        ExportError::Store(FeedError::Unavailable("gone".into()))
    }

    #[tokio::test]
    async fn the_body_is_what_was_written() {
        let downloads = Downloads::default();
        let body = downloads.body(downloads.place().unwrap(), lines(100, Ok(100)));
        let text = String::from_utf8(body.collect().await.unwrap().to_bytes().into()).unwrap();
        assert_eq!(text, (0..100).map(|line| format!("{line}\n")).collect::<String>());
        let empty = downloads.body(downloads.place().unwrap(), lines(0, Ok(0)));
        assert!(empty.collect().await.unwrap().to_bytes().is_empty());
    }

    #[tokio::test]
    async fn a_file_that_is_not_whole_ends_in_an_error() {
        let downloads = Downloads::default();
        let failed = downloads.body(downloads.place().unwrap(), lines(5, Err(fault())));
        assert!(failed.collect().await.is_err());
        let interrupted = downloads.body(downloads.place().unwrap(), |_| Box::pin(std::future::pending()));
        downloads.stop().await;
        assert!(interrupted.collect().await.is_err());
        let late = downloads.body(downloads.place().unwrap(), lines(5, Ok(5)));
        assert!(late.collect().await.is_err(), "the process ends");
    }

    #[tokio::test]
    async fn the_writer_waits_for_the_client_and_ends_when_he_goes_away() {
        let downloads = Downloads::default();
        let (ended, has_ended) = oneshot::channel::<()>();
        let body = downloads.body(downloads.place().unwrap(), |mut written| {
            Box::pin(async move {
                let _ended = ended;
                loop {
                    assert!(locked(&written.0).is_empty(), "what was written before is sent first");
                    written.write_all(b"line\n")?;
                    yield_now().await;
                }
            })
        });
        assert!(downloads.place().is_some() && downloads.places.available_permits() == 1);
        for _ in 0..100 {
            yield_now().await;
        }
        drop(body);
        assert!(has_ended.await.is_err(), "dropped, and nothing was sent");
        while downloads.places.available_permits() < AT_A_TIME {
            yield_now().await;
        }
    }

    #[tokio::test]
    async fn there_are_so_many_places_and_no_more() {
        let downloads = Downloads::default();
        let places: Vec<_> = (0..AT_A_TIME).map(|_| downloads.place().unwrap()).collect();
        assert!(downloads.place().is_none());
        drop(places);
        assert!(downloads.place().is_some());
    }
}
