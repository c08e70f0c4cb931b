//! `/readyz`: every store is asked at once, and none of them for long.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use futures_util::future::join_all;
use routix_domain::log::Sealed;
use routix_projections::projection;
use routix_projections::read_db::{ProjectionStatus, State as TableState};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{Health, lag};

/// How long one look may take: who asks wants to know soon, and silence is an answer too.
const LOOK: Duration = Duration::from_secs(3);

/// `200` when every store answers and every projection follows the log, else `503`; either way with what was found.
pub(super) async fn ready(State(health): State<Arc<Health>>) -> (StatusCode, Json<Value>) {
    let (feed, all) = (health.store.feed(), projection::all());
    let (head, identity, projections, sealed) = tokio::join!(
        answer(feed.head()),
        answer(health.identity.ping()),
        answer(health.read.status(&all)),
        answer(health.seals.sealed()),
    );
    let writes = health.store.takes_appends();
    let mut ready = head.is_some() && writes && identity.is_some() && projections.is_some();
    let projections = projections.unwrap_or_default();
    let mut list = Vec::new();
    for (follows, found) in join_all(projections.iter().map(|status| health.projection(status, head))).await {
        ready &= follows;
        list.push(found);
    }
    let event_store = match (head, writes) {
        (None, _) => "unavailable",
        (Some(_), false) => "its writer has stopped",
        (Some(_), true) => "ok",
    };
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({
        "status": if ready { "ready" } else { "not ready" },
        "event_store": event_store,
        "identity": if identity.is_some() { "ok" } else { "unavailable" },
        "log_head": head,
        "evidence": evidence(sealed, head),
        "projections": list,
    });
    (status, Json(body))
}

/// What a store says; nothing when it fails, or says nothing for too long.
async fn answer<T, E>(question: impl Future<Output = Result<T, E>>) -> Option<T> {
    timeout(LOOK, question).await.ok()?.ok()
}

/// How far the log is sealed, and the newest checkpoint: whoever keeps it elsewhere can prove what came before it.
fn evidence(sealed: Option<Sealed>, head: Option<u64>) -> Value {
    match sealed {
        Some(sealed) => json!({
            "sealed_events": sealed.frontier.size(),
            "sealed_position": sealed.position(),
            "waits_for_seal": head.map(|head| head > sealed.position()),
            "checkpoint": sealed.newest.map(|checkpoint| checkpoint.note),
        }),
        None => json!({"error": "unavailable"}),
    }
}

impl Health {
    /// Whether a projection follows the log, and what is known of it.
    async fn projection(&self, status: &ProjectionStatus, head: Option<u64>) -> (bool, Value) {
        let trouble = self.projections.standing(status.name).trouble.map(|trouble| trouble.error);
        let live = status.live.as_ref();
        let follows = trouble.is_none() && live.is_some_and(|live| live.state == TableState::Live);
        let lag = match live.zip(head) {
            Some((live, head)) => {
                let feed = self.store.feed();
                timeout(LOOK, lag(&*feed, &self.system, live.position, head)).await.ok()
            }
            None => None,
        };
        let found = json!({
            "name": status.name,
            "version": live.map(|live| live.version),
            "state": live.map(|live| live.state.as_str()),
            "position": live.map(|live| live.position),
            "lag_events": lag.as_ref().map(|lag| lag.events),
            "lag_seconds": lag.and_then(|lag| lag.seconds),
            "stopped_at": live.and_then(|live| live.error_position),
            "last_error": trouble.or_else(|| live.and_then(|live| live.error.clone())),
        });
        (follows, found)
    }
}
