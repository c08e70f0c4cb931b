//! Files that are written while they are downloaded.
//!
//! In memory is what was written since the writer last waited, which is at most a page of the log, and a few such pieces. A
//! client that goes away, takes nothing for a minute or is not done in half an hour ends the writing; so does the end of the
//! process. Whatever does, the client sees that its file is not whole.

use std::collections::HashSet;
use std::future::poll_fn;
use std::io::{self, Write};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_util::stream;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinSet;
use tokio::time::timeout;
use uuid::Uuid;

use crate::evidence::ExportError;

/// How many files this process writes at a time: each reads the log from one end to the other. An organization has one of these
/// places, and so have those who look after the service, so that nobody waits for another's download.
const AT_A_TIME: usize = 16;
/// How long one download may take.
const LONGEST: Duration = Duration::from_secs(30 * 60);
/// How many pieces wait for the client.
const WAITING: usize = 2;
/// How long a client may take none.
const PATIENCE: Duration = Duration::from_secs(60);

/// The downloads of this process. Clones share them.
#[derive(Clone)]
pub struct Downloads {
    /// The organizations that are downloading; none stands for those who look after the service.
    busy: Arc<Mutex<HashSet<Option<Uuid>>>>,
    /// `None` once the process ends.
    tasks: Arc<Mutex<Option<JoinSet<()>>>>,
}

/// The right to download one file.
pub(super) struct Place {
    whose: Option<Uuid>,
    busy: Arc<Mutex<HashSet<Option<Uuid>>>>,
}

impl Drop for Place {
    fn drop(&mut self) {
        locked(&self.busy).remove(&self.whose);
    }
}

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
        Self { busy: Arc::default(), tasks: Arc::new(Mutex::new(Some(JoinSet::new()))) }
    }
}

impl Downloads {
    /// The place of an organization, or of those who look after the service; `None` while it is taken, or all are.
    pub(super) fn place(&self, whose: Option<Uuid>) -> Option<Place> {
        let mut busy = locked(&self.busy);
        let is_free = busy.len() < AT_A_TIME && busy.insert(whose);
        is_free.then(|| Place { whose, busy: Arc::clone(&self.busy) })
    }

    /// The body of an answer that is what `write` writes.
    pub(super) fn body(&self, place: Place, write: impl FnOnce(Written) -> Writing) -> Body {
        let written = Written::default();
        let writing = write(written.clone());
        let (sender, receiver) = channel(WAITING);
        if let Some(tasks) = locked(&self.tasks).as_mut() {
            while tasks.try_join_next().is_some() {}
            tasks.spawn(async move {
                // Whatever it came to, the client sees whether its file is whole.
                let _ended = timeout(LONGEST, send(writing, &written, &sender)).await;
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

    fn organization(number: u128) -> Option<Uuid> {
        Some(Uuid::from_u128(number))
    }

    #[tokio::test]
    async fn the_body_is_what_was_written() {
        let downloads = Downloads::default();
        let body = downloads.body(downloads.place(organization(1)).unwrap(), lines(100, Ok(100)));
        let text = String::from_utf8(body.collect().await.unwrap().to_bytes().into()).unwrap();
        assert_eq!(text, (0..100).map(|line| format!("{line}\n")).collect::<String>());
        let empty = downloads.body(downloads.place(organization(2)).unwrap(), lines(0, Ok(0)));
        assert!(empty.collect().await.unwrap().to_bytes().is_empty());
    }

    #[tokio::test]
    async fn a_file_that_is_not_whole_ends_in_an_error() {
        let downloads = Downloads::default();
        let failed = downloads.body(downloads.place(organization(3)).unwrap(), lines(5, Err(fault())));
        assert!(failed.collect().await.is_err());
        let interrupted =
            downloads.body(downloads.place(organization(4)).unwrap(), |_| Box::pin(std::future::pending()));
        downloads.stop().await;
        assert!(interrupted.collect().await.is_err());
        let late = downloads.body(downloads.place(organization(5)).unwrap(), lines(5, Ok(5)));
        assert!(late.collect().await.is_err(), "the process ends");
    }

    #[tokio::test]
    async fn the_writer_waits_for_the_client_and_ends_when_he_goes_away() {
        let downloads = Downloads::default();
        let (ended, has_ended) = oneshot::channel::<()>();
        let body = downloads.body(downloads.place(organization(6)).unwrap(), |mut written| {
            Box::pin(async move {
                let _ended = ended;
                loop {
                    assert!(locked(&written.0).is_empty(), "what was written before is sent first");
                    written.write_all(b"line\n")?;
                    yield_now().await;
                }
            })
        });
        assert_eq!(locked(&downloads.busy).len(), 1);
        for _ in 0..100 {
            yield_now().await;
        }
        drop(body);
        assert!(has_ended.await.is_err(), "dropped, and nothing was sent");
        while !locked(&downloads.busy).is_empty() {
            yield_now().await;
        }
    }

    #[test]
    fn nobody_takes_two_places_or_that_of_another() {
        let downloads = Downloads::default();
        let (one, operators) = (downloads.place(organization(1)).unwrap(), downloads.place(None).unwrap());
        assert!(downloads.place(organization(1)).is_none() && downloads.place(None).is_none());
        let two = downloads.place(organization(2)).unwrap();
        drop(one);
        let rest: Vec<_> = (3..=16).map(|number| downloads.place(organization(number)).unwrap()).collect();
        assert!(downloads.place(organization(17)).is_none(), "there are so many and no more");
        drop((operators, two, rest));
        assert!(downloads.place(None).is_some());
    }
}
