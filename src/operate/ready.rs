//! `/readyz`: every store is asked at once, and none of them for long.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use routix_domain::log::Sealed;
use serde_json::{Value, json};

use super::standing::{ProjectionStanding, answer};
use super::{Health, skipped};

/// `200` when every store answers and every projection follows the log, else `503`; either way with what was found.
pub(super) async fn ready(State(health): State<Arc<Health>>) -> (StatusCode, Json<Value>) {
    let ((head, projections), identity, sealed) =
        tokio::join!(health.standings(), answer(health.identity.ping()), health.sealed());
    let writes = health.store.takes_appends();
    let mut ready = head.is_some() && writes && identity.is_some() && projections.is_some();
    let projections = projections.unwrap_or_default();
    ready &= projections.iter().all(|projection| projection.follows);
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
        "projections": projections.iter().map(found).collect::<Vec<_>>(),
    });
    (status, Json(body))
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

fn found(projection: &ProjectionStanding) -> Value {
    let (live, lag) = (projection.live.as_ref(), projection.lag.as_ref());
    json!({
        "name": projection.name,
        "version": live.map(|live| live.version),
        "state": live.map(|live| live.state.as_str()),
        "position": live.map(|live| live.position),
        "lag_events": lag.map(|lag| lag.events),
        "lag_seconds": lag.and_then(|lag| lag.seconds),
        "stopped_at": live.and_then(|live| live.error_position),
        "last_error": projection.last_error,
        "skipped": projection.skips.as_ref().map(skipped),
    })
}
