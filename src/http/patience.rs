//! How long a connection waits for the other end: for more of a body, and for room to write an answer into.
//!
//! hyper waits for ever for both. Whoever goes on, however slowly, is waited for here too.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Bytes, HttpBody};
use hyper::body::{Frame, Incoming};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};

const BODY_TIME: Duration = Duration::from_secs(10);
const WRITE_TIME: Duration = Duration::from_secs(30);

/// The other end sent a part of a body, and then nothing.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the body stopped coming")]
pub(super) struct Stalled;

/// Runs from the moment at which something is waited for until it comes.
struct Timer {
    time: Duration,
    /// `None` while nothing is waited for.
    running: Option<Pin<Box<Sleep>>>,
}

impl Timer {
    fn new(time: Duration) -> Self {
        Self { time, running: None }
    }

    /// What `polled` says, or `late` when nothing has come for too long.
    fn judge<T>(&mut self, context: &mut Context<'_>, polled: Poll<T>, late: impl FnOnce() -> T) -> Poll<T> {
        if polled.is_ready() {
            self.running = None;
            return polled;
        }
        let time = self.time;
        let running = self.running.get_or_insert_with(|| Box::pin(sleep(time)));
        ready!(running.as_mut().poll(context));
        running.as_mut().reset(Instant::now() + time);
        Poll::Ready(late())
    }
}

/// A body that fails when no more of it comes.
pub(super) struct PromptBody {
    body: Incoming,
    timer: Timer,
}

impl PromptBody {
    pub(super) fn new(body: Incoming) -> Self {
        Self { body, timer: Timer::new(BODY_TIME) }
    }
}

impl HttpBody for PromptBody {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        let polled = polled.map(|frame| frame.map(|frame| frame.map_err(Into::into)));
        self.timer.judge(context, polled, || Some(Err(Stalled.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        self.body.size_hint()
    }
}

/// A connection that fails when the other end takes nothing of what was written.
pub(super) struct PromptStream {
    stream: TcpStream,
    timer: Timer,
}

impl PromptStream {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self { stream, timer: Timer::new(WRITE_TIME) }
    }

    fn judge<T>(&mut self, context: &mut Context<'_>, polled: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        self.timer.judge(context, polled, || Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for PromptStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for PromptStream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.judge(context, polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(context, buffers);
        self.judge(context, polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
