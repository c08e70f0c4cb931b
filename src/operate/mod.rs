//! Doors for those who keep the service running: is it alive, is it ready (contract, section 8).

mod lag;

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use routix_domain::log::SealStore;
use routix_projections::ReadDb;
use routix_projections::projection;
use routix_projections::read_db::{ProjectionStatus, State as TableState};
use routix_projections::runner::Waiter;
use serde_json::{Value, json};

pub use self::lag::{Lag, lag};
use crate::store::EventStore;
use crate::store::identity::IdentityDb;
use crate::system::System;

/// What readiness is judged by.
pub struct Health {
    pub read: ReadDb,
    pub identity: IdentityDb,
    pub store: EventStore,
    pub seals: Arc<dyn SealStore>,
    /// What the followers of this process say. The tables alone look the same when nobody moves them.
    pub projections: Waiter,
    pub system: System,
}

pub fn router(health: Arc<Health>) -> Router {
    Router::new()
        // Alive means that this answers; it asks nobody.
        .route("/healthz", get(|| async { Json(json!({"status": "ok"})) }))
        .route("/readyz", get(ready))
        .with_state(health)
}

/// `200` when every store answers and every projection follows the log, else `503`; either way with what was found.
async fn ready(State(health): State<Arc<Health>>) -> (StatusCode, Json<Value>) {
    let head = health.store.feed().head().await.ok();
    let writes = health.store.takes_appends();
    let identity = health.identity.ping().await;
    let projections = health.read.status(&projection::all()).await;
    let mut ready = head.is_some() && writes && identity.is_ok() && projections.is_ok();
    let mut list = Vec::new();
    for status in projections.unwrap_or_default() {
        let (follows, found) = health.projection(&status, head).await;
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
        "identity": if identity.is_ok() { "ok" } else { "unavailable" },
        "log_head": head,
        "evidence": evidence(&health, head).await,
        "projections": list,
    });
    (status, Json(body))
}

/// How far the log is sealed, and the newest checkpoint: whoever keeps it elsewhere can prove what came before it.
async fn evidence(health: &Health, head: Option<u64>) -> Value {
    match health.seals.sealed().await {
        Ok(sealed) => json!({
            "sealed_events": sealed.frontier.size(),
            "sealed_position": sealed.position(),
            "waits_for_seal": head.map(|head| head > sealed.position()),
            "checkpoint": sealed.newest.map(|checkpoint| checkpoint.note),
        }),
        Err(_) => json!({"error": "unavailable"}),
    }
}

impl Health {
    /// Whether a projection follows the log, and what is known of it.
    async fn projection(&self, status: &ProjectionStatus, head: Option<u64>) -> (bool, Value) {
        let trouble = self.projections.standing(status.name).trouble.map(|trouble| trouble.error);
        let live = status.live.as_ref();
        let follows = trouble.is_none() && live.is_some_and(|live| live.state == TableState::Live);
        let lag = match live.zip(head) {
            Some((live, head)) => Some(lag(&*self.store.feed(), &self.system, live.position, head).await),
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
