//! How long requests wait for their turn, and who is refused because of it.
//!
//! A node that takes in more than it can answer makes everybody wait, in the end for longer than anybody is patient. It
//! refuses some at once instead: of those without a good token as many as it takes, and only when that does not help some of
//! the others too. How many is found by control: somebody asks again and again, and as long as it takes too long until it is
//! his turn, more are refused each time.
//!
//! Deliberately absent: waiting for a database. Whoever does so costs this node nothing, and its pool has a limit of its own.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicU32, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use axum::response::Response;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::edge::{ambiguous, refusal};
use super::failure::Failure;
use crate::measure;
use crate::system::System;

/// Between two questions how long it takes.
const PAUSE: Duration = Duration::from_millis(10);
/// Shares are counted in these.
const WHOLE: i32 = 1_000;
/// So much is added to the share in a second in which requests wait twice as long as they may, and taken from it in one in which
/// they do not wait: a fifth of a second of patience, and as long for whoever is refused last.
const A_SECOND: f64 = 5_000.0;
/// So much more is refused for as long as they wait twice as long as they may. Without it the share would swing.
const AT_ONCE: f64 = 500.0;
/// However long requests wait, they do not count as waiting longer than so many times what they may.
const MOST: f64 = 5.0;
/// So many answers in a row, of which the one in the middle counts: a machine that stood still for once is not one with too much
/// to do.
const ANSWERS: usize = 5;
/// What is never refused: who looks after this service has to see how it is.
const ALWAYS: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// Tells whether a request carries a token that is good as far as its text goes.
pub type Vouch = Box<dyn Fn(&HeaderMap) -> bool + Send + Sync>;

/// How much is refused at the moment.
pub struct Pressure {
    limit: Duration,
    vouch: Vouch,
    system: System,
    /// Up to 0, nobody is refused: so much patience is left. Up to [`WHOLE`] it is the share of those without a good token who
    /// are; what is beyond that, the share of everybody.
    share: AtomicI32,
    turn: AtomicU32,
    began: Instant,
    /// When somebody asked who is not answered yet, in microseconds from when this began; 0 while nobody waits.
    asked: AtomicU64,
}

impl Pressure {
    /// Requests may wait so long for their turn; 0 lets them wait for ever.
    pub fn new(limit: Duration, vouch: Vouch, system: System) -> Self {
        let (share, turn, asked) = (AtomicI32::new(-WHOLE), AtomicU32::new(0), AtomicU64::new(0));
        Self { limit, vouch, system, share, turn, began: Instant::now(), asked }
    }

    /// Finds out how long requests wait, until it is dropped.
    ///
    /// A thread of its own asks over a socket, as somebody does who is connected, and is answered in turn. A timer of the
    /// runtime would not do: what it wakes is what runs next.
    ///
    /// # Errors
    /// Those of the system, for lack of sockets or threads.
    pub async fn watch(self: Arc<Self>) -> io::Result<()> {
        if self.limit.is_zero() {
            return Ok(());
        }
        let (asks, answers) = UnixStream::pair()?;
        answers.set_nonblocking(true)?;
        let mut answers = tokio::net::UnixStream::from_std(answers)?;
        thread::Builder::new().name("pressure".to_owned()).spawn(move || self.ask(asks))?;
        loop {
            let byte = answers.read_u8().await?;
            answers.write_u8(byte).await?;
        }
    }

    /// Asks until nobody answers any more.
    fn ask(&self, mut stream: UnixStream) {
        let (mut control, mut is_refusing, mut byte) = (Control::new(self.limit), false, [0]);
        loop {
            thread::sleep(PAUSE);
            let asked = Instant::now();
            self.asked.store(self.microseconds(), Ordering::Relaxed);
            if stream.write_all(&byte).and_then(|()| stream.read_exact(&mut byte)).is_err() {
                return;
            }
            let waited = asked.elapsed();
            self.asked.store(0, Ordering::Relaxed);
            measure::turn_waited_for(waited);
            let share = control.share(waited);
            self.share.store(share, Ordering::Relaxed);
            if share > 0 && !is_refusing {
                is_refusing = true;
                let milliseconds = u64::try_from(waited.as_millis()).unwrap_or(u64::MAX);
                tracing::warn!(milliseconds, "requests wait too long for their turn; some are refused");
            } else if share <= -WHOLE && is_refusing {
                is_refusing = false;
                tracing::info!("requests do not wait too long any more; none is refused");
            }
        }
    }

    /// The answer to a request that is refused. Nothing is done for it that costs time: no route is looked for and no line logged.
    pub(super) fn refuse<B>(&self, request: &Request<B>) -> Option<Response> {
        // One that can be read in two ways is refused for that reason, and its connection ends.
        let is_refused = self.refuses(request.uri().path(), request.headers()) && ambiguous(request).is_none();
        is_refused.then(|| {
            measure::shed();
            let description = "there is more to do than can be done; try again in a moment";
            let failure = Failure::new(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", description);
            let failure = failure.header(header::RETRY_AFTER, HeaderValue::from_static("1"));
            refusal(request, failure, &self.system)
        })
    }

    fn refuses(&self, path: &str, headers: &HeaderMap) -> bool {
        let share = self.share.load(Ordering::Relaxed);
        if share <= 0 || ALWAYS.contains(&path) {
            return false;
        }
        let share = share.saturating_add(self.more());
        // Every number below a thousand, each once, neighbours far from each other: a share of them is one of any few.
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % WHOLE.unsigned_abs();
        let turn = (turn * 617 % WHOLE.unsigned_abs()).cast_signed();
        // Looking at a token takes longer than refusing it.
        turn < share - WHOLE || (turn < share && !(self.vouch)(headers))
    }

    /// What is refused beyond the share because somebody waits already for longer than he may: who comes in a crowd would all be
    /// let in before the next answer counts.
    fn more(&self) -> i32 {
        let asked = self.asked.load(Ordering::Relaxed);
        let waits = if asked == 0 { 0 } else { self.microseconds().saturating_sub(asked) };
        // It is within a few thousand.
        (AT_ONCE * error(Duration::from_micros(waits), self.limit)).max(0.0) as i32
    }

    fn microseconds(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}

/// By how many times what they may requests wait too long; below 0 when they do not.
fn error(waits: Duration, limit: Duration) -> f64 {
    (waits.as_secs_f64() / limit.as_secs_f64()).min(MOST) - 1.0
}

/// How the share follows from how long it took to be answered.
struct Control {
    limit: Duration,
    /// The newest, in turn.
    waited: [Duration; ANSWERS],
    turn: usize,
    /// What has come together.
    sum: f64,
}

impl Control {
    fn new(limit: Duration) -> Self {
        Self { limit, waited: [Duration::ZERO; ANSWERS], turn: 0, sum: -f64::from(WHOLE) }
    }

    /// The share after an answer that had to wait so long.
    fn share(&mut self, waited: Duration) -> i32 {
        self.turn = (self.turn + 1) % ANSWERS;
        self.waited[self.turn] = waited;
        let mut sorted = self.waited;
        sorted.sort_unstable();
        let usual = sorted[ANSWERS / 2];
        let error = error(usual, self.limit);
        let (least, most) = (-f64::from(WHOLE), 2.0 * f64::from(WHOLE));
        self.sum = (self.sum + A_SECOND * error * (usual + PAUSE).as_secs_f64()).clamp(least, most);
        // Patience first, whatever happens at once.
        let share = if self.sum > 0.0 { self.sum + AT_ONCE * error } else { self.sum };
        // It is within a few thousand.
        share.clamp(least, most) as i32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_millis(20);

    fn pressure(share: i32) -> Pressure {
        let pressure =
            Pressure::new(LIMIT, Box::new(|headers| headers.contains_key(header::AUTHORIZATION)), System::real());
        pressure.share.store(share, Ordering::Relaxed);
        pressure
    }

    /// Of a thousand strangers and as many with a good token, how many are refused.
    fn refused(share: i32) -> (usize, usize) {
        let (pressure, nothing) = (pressure(share), HeaderMap::new());
        let token = HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::from_static("Bearer good"))]);
        let count = |headers| (0..1_000).filter(|_| pressure.refuses("/rest/v1/oauth_apps", headers)).count();
        (count(&nothing), count(&token))
    }

    #[test]
    fn those_without_a_good_token_are_refused_first() {
        for (share, expected) in [
            (-1_000, (0, 0)),
            (0, (0, 0)),
            (1, (1, 0)),
            (250, (250, 0)),
            (1_000, (1_000, 0)),
            (1_400, (1_000, 400)),
            (2_000, (1_000, 1_000)),
        ] {
            assert_eq!(refused(share), expected, "{share}");
        }
    }

    #[test]
    fn a_share_of_a_few_is_near_the_share_of_all() {
        let (pressure, nothing) = (pressure(500), HeaderMap::new());
        for _ in 0..100 {
            let count = (0..10).filter(|_| pressure.refuses("/docs", &nothing)).count();
            assert!((3..=7).contains(&count), "{count} of 10");
        }
    }

    fn request(hosts: usize) -> Request<()> {
        let request = Request::builder().uri("/oauth2/token");
        (0..hosts).fold(request, |request, _| request.header(header::HOST, "localhost")).body(()).unwrap()
    }

    #[test]
    fn a_refusal_says_when_to_come_again_and_leaves_what_is_ambiguous_to_others() {
        let refused = pressure(2_000).refuse(&request(1)).unwrap();
        let header = |name: &str| refused.headers()[name].to_str().unwrap();
        assert_eq!((refused.status(), header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "1"));
        assert_eq!((header("cache-control"), header("x-request-id").len()), ("no-store", 36));
        let mut named = request(1);
        named.headers_mut().insert("x-request-id", HeaderValue::from_static("callers-own-1"));
        assert_eq!(pressure(2_000).refuse(&named).unwrap().headers()["x-request-id"], "callers-own-1");
        assert!(pressure(2_000).refuse(&request(2)).is_none());
    }

    #[test]
    fn health_is_always_told() {
        let pressure = pressure(2_000);
        for path in ALWAYS {
            assert!(!pressure.refuses(path, &HeaderMap::new()), "{path}");
        }
    }

    /// The share after answers that had to wait so long.
    fn after(control: &mut Control, waits: impl IntoIterator<Item = u64>) -> i32 {
        waits.into_iter().map(|wait| control.share(Duration::from_millis(wait))).last().unwrap()
    }

    #[test]
    fn while_somebody_waits_too_long_more_are_refused_at_once() {
        let (pressure, token) =
            (pressure(1), HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::from_static("x"))]));
        assert!(!pressure.refuses("/docs", &token));
        pressure.asked.store(1, Ordering::Relaxed);
        thread::sleep(5 * LIMIT);
        assert!(pressure.refuses("/docs", &token));
    }

    #[test]
    fn it_takes_a_while_of_waiting_until_anybody_is_refused() {
        for (what, waits, is_refusing) in [
            ("as long as it may", vec![20; 10_000], false),
            ("a machine that stood still", vec![5_000, 5_000, 0], false),
            ("bad moments", [0, 0, 100].repeat(100), false),
            ("a moment", vec![60, 60, 60], false),
            ("a third of a second", vec![60; 5], true),
        ] {
            assert_eq!(after(&mut Control::new(LIMIT), waits) > 0, is_refusing, "{what}");
        }
    }

    #[test]
    fn nobody_is_refused_soon_after_nobody_waits() {
        let mut control = Control::new(LIMIT);
        assert_eq!(after(&mut control, [1_000; 100]), 2_000);
        assert!(after(&mut control, [0; 3]) > 0);
        // 10 ms each.
        assert_eq!(after(&mut control, [0; 60]), -1_000);
    }

    #[tokio::test]
    async fn without_a_limit_nobody_looks() {
        Arc::new(Pressure::new(Duration::ZERO, Box::new(|_| false), System::real())).watch().await.unwrap();
    }
}
