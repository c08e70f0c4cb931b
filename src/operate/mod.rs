//! Doors for those who keep the service running: is it alive, is it ready (contract, section 8).

mod lag;
mod ready;
mod skipped;
mod standing;
mod works;

use std::sync::Arc;

use axum::routing::get;
use axum::{Json, Router};
use routix_domain::log::SealStore;
use routix_projections::ReadDb;
use routix_projections::runner::Waiter;
use serde_json::json;

pub use self::lag::{Lag, lag};
use self::ready::ready;
pub use self::skipped::skipped;
pub use self::standing::ProjectionStanding;
pub use self::works::{Kind, Outcome, Work, Works};
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
