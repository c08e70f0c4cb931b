//! Doors for those who keep the service running: is it alive, is it ready, how is it (contract, section 8).

mod lag;
mod metrics;
mod process;
mod ready;
mod skipped;
mod standing;
mod works;

use std::sync::Arc;

use axum::routing::get;
use axum::{Json, Router};
use routix_domain::log::SealStore;
use routix_projections::ReadDb;
use routix_projections::database::PoolStatus;
use routix_projections::runner::Waiter;
use serde_json::json;

pub use self::lag::{Lag, lag};
pub use self::metrics::Scrape;
use self::metrics::metrics;
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

impl Health {
    /// How busy the connections of each life are; nothing on SQLite.
    fn pools(&self) -> Vec<(&'static str, PoolStatus)> {
        let named = |name, pool: Option<PoolStatus>| pool.map(|pool| (name, pool));
        let models = [named("read", self.read.pool()), named("identity", self.identity.pool())];
        models.into_iter().flatten().chain(self.store.pools()).collect()
    }
}

/// `/metrics`, for whoever may see it.
pub fn metrics_router(scrape: Arc<Scrape>) -> Router {
    Router::new().route("/metrics", get(metrics)).with_state(scrape)
}

pub fn router(health: Arc<Health>) -> Router {
    Router::new()
        // Alive means that this answers; it asks nobody.
        .route("/healthz", get(|| async { Json(json!({"status": "ok"})) }))
        .route("/readyz", get(ready))
        .with_state(health)
}
