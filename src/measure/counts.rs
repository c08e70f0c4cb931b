//! Each thing that is counted, in one place with its name, its labels and what it means.

use std::time::{Duration, Instant};

use axum::extract::MatchedPath;
use axum::http::Method;
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use routix_projections::measure::{BATCH_DURATION, EVENTS};

use super::routes::Requests;

pub(super) const REQUEST_DURATION: &str = "routix_http_request_duration_seconds";
pub(super) const APPEND_DURATION: &str = "routix_append_duration_seconds";
pub(super) const TURN_WAIT: &str = "routix_turn_wait_seconds";
pub(super) const GAP_WAIT: &str = "routix_log_gap_wait_seconds";
pub(super) const REQUESTS: &str = "routix_http_requests_total";
pub(super) const IN_FLIGHT: &str = "routix_http_requests_in_flight";
/// What a request is counted under that no route matched.
const NO_ROUTE: &str = "(none)";
const SHED: &str = "routix_http_requests_shed_total";
const TOKENS_ISSUED: &str = "routix_tokens_issued_total";
const TOKENS_REFUSED: &str = "routix_tokens_refused_total";
const SIGN_INS: &str = "routix_sign_ins_total";
const INCIDENTS: &str = "routix_incidents_total";
const SECURITY_LOG_DROPPED: &str = "routix_security_log_dropped_total";
const APPENDS: &str = "routix_appends_total";
const APPENDED_EVENTS: &str = "routix_appended_events_total";

/// Says what each name means, and begins those that alerts look at: a count that begins at 1 has not risen for Prometheus.
pub(super) fn describe() {
    describe_counter!(REQUESTS, "Requests that were answered; status 0 is a caller who hung up.");
    describe_histogram!(REQUEST_DURATION, "How long answers took.");
    describe_gauge!(IN_FLIGHT, "Requests that are not answered yet.");
    describe_counter!(
        SHED,
        "Requests that were refused because others waited too long for their turn; no other count has them."
    );
    describe_histogram!(TURN_WAIT, "How long what could go on waited for its turn, asked again and again.");
    describe_counter!(TOKENS_ISSUED, "Answers of the token endpoint with a token, by grant type and door.");
    describe_counter!(TOKENS_REFUSED, "Answers of the token endpoint without one, by error code and door.");
    describe_counter!(SIGN_INS, "People who signed in, at the API or in a browser.");
    describe_counter!(INCIDENTS, "Failures and refusals, as the security log names them.");
    describe_counter!(SECURITY_LOG_DROPPED, "Incidents beyond what the security log tells apart.");
    describe_counter!(APPENDS, "Attempts to append to a stream; a conflict is decided again.");
    describe_counter!(APPENDED_EVENTS, "Events that were appended.");
    describe_histogram!(APPEND_DURATION, "How long attempts to append took.");
    describe_histogram!(GAP_WAIT, "How long a reader waited for appends that had drawn a position before him.");
    describe_histogram!(BATCH_DURATION, "How long writing a batch of events into a read model took.");
    describe_counter!(EVENTS, "Events that a projection of this process has read and applied.");
    gauge!(IN_FLIGHT).increment(0.0);
    // Made, and so printed, from the start.
    let _timed = [histogram!(APPEND_DURATION), histogram!(GAP_WAIT), histogram!(TURN_WAIT)];
    counter!(SHED).increment(0);
    counter!(SECURITY_LOG_DROPPED).increment(0);
    counter!(APPENDED_EVENTS).increment(0);
    for outcome in Append::ALL {
        counter!(APPENDS, "outcome" => outcome.as_str()).increment(0);
    }
    for kind in ["authorization_ended", "session_ended"] {
        counter!(INCIDENTS, "kind" => kind, "detail" => "refresh_token_reused").increment(0);
    }
    counter!(INCIDENTS, "kind" => "authorization_ended", "detail" => "code_replayed").increment(0);
}

/// A request from when it came. However it ends, it is counted when this is dropped.
pub struct Request {
    requests: Requests,
    began: Instant,
    method: Method,
    route: Option<MatchedPath>,
    /// Of the answer; 0 until there is one.
    pub status: u16,
}

impl Request {
    pub fn begin(requests: &Requests, method: Method, route: Option<MatchedPath>) -> Self {
        requests.in_flight.increment(1.0);
        Self { requests: requests.clone(), began: Instant::now(), method, route, status: 0 }
    }

    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The template that matched, and never the path.
    pub fn route(&self) -> &str {
        self.route.as_ref().map_or(NO_ROUTE, MatchedPath::as_str)
    }

    pub fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        self.requests.count(known(&self.method), self.route(), (self.status, self.elapsed()));
        self.requests.in_flight.decrement(1.0);
    }
}

/// A caller may call his method whatever he likes, and each new name would be kept for ever.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

pub fn token_issued(grant_type: &'static str, door: &'static str) {
    counter!(TOKENS_ISSUED, "grant_type" => grant_type, "door" => door).increment(1);
}

pub fn token_refused(error: &'static str, door: &'static str) {
    counter!(TOKENS_REFUSED, "error" => error, "door" => door).increment(1);
}

/// `door` is `api` or `browser`.
pub fn signed_in(door: &'static str) {
    counter!(SIGN_INS, "door" => door).increment(1);
}

pub fn incident(kind: &'static str, detail: &'static str) {
    counter!(INCIDENTS, "kind" => kind, "detail" => detail).increment(1);
}

pub fn dropped_from_security_log() {
    counter!(SECURITY_LOG_DROPPED).increment(1);
}

/// A request was refused because others waited too long for their turn.
pub fn shed() {
    counter!(SHED).increment(1);
}

/// What could go on waited so long for its turn.
pub fn turn_waited_for(took: Duration) {
    histogram!(TURN_WAIT).record(took);
}

pub fn gap_waited_for(took: Duration) {
    histogram!(GAP_WAIT).record(took);
}

/// What came of an attempt to append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Append {
    Appended,
    /// Somebody else was first in this stream.
    Conflict,
    /// The store did not take it, or did not say whether it has.
    Failed,
}

impl Append {
    const ALL: [Self; 3] = [Self::Appended, Self::Conflict, Self::Failed];

    fn as_str(self) -> &'static str {
        match self {
            Self::Appended => "appended",
            Self::Conflict => "conflict",
            Self::Failed => "failed",
        }
    }
}

/// An attempt to append so many events.
pub fn appended(outcome: Append, events: usize, took: Duration) {
    counter!(APPENDS, "outcome" => outcome.as_str()).increment(1);
    histogram!(APPEND_DURATION).record(took);
    if outcome == Append::Appended {
        counter!(APPENDED_EVENTS).increment(u64::try_from(events).unwrap_or(u64::MAX));
    }
}
