//! Doors for those who keep the service running: is it alive, is it ready (contract, section 8).

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use routix_domain::log::EventFeed;
use routix_projections::ReadDb;
use routix_projections::projection;
use routix_projections::read_db::State as TableState;
use serde_json::{Value, json};

use crate::store::identity::IdentityDb;

/// What readiness is judged by.
pub struct Health {
    pub read: ReadDb,
    pub identity: IdentityDb,
    pub feed: Arc<dyn EventFeed>,
}

pub fn router(health: Arc<Health>) -> Router {
    Router::new()
        // Alive means that this answers; it asks nobody.
        .route("/healthz", get(|| async { Json(json!({"status": "ok"})) }))
        .route("/readyz", get(ready))
        .with_state(health)
}

/// `200` when every store answers and no projection has stopped, else `503`; either way with what was found.
async fn ready(State(health): State<Arc<Health>>) -> (StatusCode, Json<Value>) {
    let head = health.feed.head().await;
    let identity = health.identity.ping().await;
    let projections = health.read.status(&projection::all()).await;
    let mut ready = head.is_ok() && identity.is_ok() && projections.is_ok();
    let log_head = head.ok();
    let mut list = Vec::new();
    for status in projections.unwrap_or_default() {
        let live = status.live;
        let running = live.as_ref().is_some_and(|live| live.state == TableState::Live);
        ready &= running;
        let position = live.as_ref().map(|live| live.position);
        list.push(json!({
            "name": status.name,
            "state": live.as_ref().map(|live| live.state.as_str()),
            "position": position,
            "lag_events": log_head.zip(position).map(|(head, position)| head.saturating_sub(position)),
            "stopped_at": live.as_ref().and_then(|live| live.error_position),
        }));
    }
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({
        "status": if ready { "ready" } else { "not ready" },
        "event_store": if log_head.is_some() { "ok" } else { "unavailable" },
        "identity": if identity.is_ok() { "ok" } else { "unavailable" },
        "log_head": log_head,
        "projections": list,
    });
    (status, Json(body))
}
