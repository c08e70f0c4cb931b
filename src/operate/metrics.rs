//! `/metrics`: what was counted, and what can be seen of the stores when somebody asks.
//!
//! The stores are asked as for readiness, at once and none of them for long. What does not answer is not in the text:
//! an old number would look like a good one.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use routix_domain::evidence::{Checkpoint, Note};
use routix_domain::log::Sealed;
use routix_projections::read_db::State as Stage;

use super::{Health, ProjectionStanding, process};
use crate::keys::KeyRing;
use crate::measure::{Exposition, Metrics, Sample};

const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What `/metrics` is written from.
pub struct Scrape {
    pub metrics: Metrics,
    pub health: Arc<Health>,
    pub keys: KeyRing,
    pub data_dir: PathBuf,
    /// When this process began to serve.
    pub started: DateTime<Utc>,
}

pub(super) async fn metrics(State(scrape): State<Arc<Scrape>>) -> impl IntoResponse {
    let health = &scrape.health;
    let ((head, projections), sealed) = tokio::join!(health.standings(), health.sealed());
    let mut text = Exposition::after(scrape.metrics.render());
    text.gauges("routix_build_info", "Always 1; the label is the version.", [build()]);
    write_stores(&mut text, health, head);
    write_projections(&mut text, projections.as_deref().unwrap_or_default());
    write_evidence(&mut text, sealed.as_ref().zip(head), health.system.now());
    write_pools(&mut text, health);
    write_machine(&mut text, &scrape);
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], text.into_text())
}

fn build() -> Sample<'static> {
    (vec![("version", env!("CARGO_PKG_VERSION"))], 1.0)
}

fn write_stores(text: &mut Exposition, health: &Health, head: Option<u64>) {
    let takes_appends = truth(head.is_some() && health.store.takes_appends());
    text.gauge("routix_log_takes_appends", "Whether the log answers and takes appends.", takes_appends);
    text.gauge("routix_log_head", "The last position of the log.", head.map(count));
}

fn write_projections(text: &mut Exposition, projections: &[ProjectionStanding]) {
    let of = |value: fn(&ProjectionStanding) -> Option<f64>| {
        projections.iter().filter_map(move |projection| Some((named(projection), value(projection)?)))
    };
    let position = of(|projection| projection.live.as_ref().map(|live| count(live.position)));
    text.gauges("routix_projection_position", "The last position that its tables hold.", position);
    let follows = of(|projection| Some(truth(projection.follows)));
    text.gauges("routix_projection_follows", "Whether it goes on with the log.", follows);
    let events = of(|projection| projection.lag.as_ref().map(|lag| count(lag.events)));
    text.gauges("routix_projection_lag_events", "Events that it has yet to apply.", events);
    let seconds = of(|projection| projection.lag.as_ref().and_then(|lag| lag.seconds).map(seconds));
    text.gauges("routix_projection_lag_seconds", "How long the first of them has been waiting.", seconds);
    let states = projections.iter().flat_map(|projection| {
        let state = projection.live.as_ref().map(|live| live.state);
        [Stage::Live, Stage::Paused, Stage::Stopped].map(|one| {
            let mut labels = named(projection);
            labels.push(("state", one.as_str()));
            (labels, truth(state == Some(one)))
        })
    });
    text.gauges("routix_projection_state", "1 for the state that it is in.", states);
}

/// What waits to be sealed, and how old the newest seal is. A quiet log has an old checkpoint and nothing that waits.
fn write_evidence(text: &mut Exposition, known: Option<(&Sealed, u64)>, now: DateTime<Utc>) {
    let waiting = known.map(|(sealed, head)| count(head.saturating_sub(sealed.position())));
    text.gauge("routix_seal_waiting_events", "Events that no checkpoint covers yet.", waiting);
    let newest = known.and_then(|(sealed, _)| sealed.newest.as_ref());
    let sealed_at = newest.and_then(|stored| Checkpoint::of_note(&stored.note.parse::<Note>().ok()?).ok());
    let age = sealed_at.map(|checkpoint| seconds((now - checkpoint.time).num_seconds()));
    text.gauge("routix_checkpoint_age_seconds", "How long ago the newest checkpoint was signed.", age);
}

fn write_pools(text: &mut Exposition, health: &Health) {
    let pools = health.pools();
    let of = |value: fn(&routix_projections::database::PoolStatus) -> usize| {
        pools.iter().map(move |(name, pool)| (vec![("pool", *name)], value(pool) as f64))
    };
    text.gauges("routix_pool_connections_max", "As many connections as it may open.", of(|pool| pool.most));
    text.gauges("routix_pool_connections", "Connections that are open.", of(|pool| pool.open));
    text.gauges("routix_pool_connections_in_use", "Those that are being used.", of(|pool| pool.in_use));
    text.gauges("routix_pool_waiters", "Those who wait for a connection.", of(|pool| pool.waiting));
}

fn write_machine(text: &mut Exposition, scrape: &Scrape) {
    let now = scrape.health.system.now();
    let keys = scrape.keys.current();
    let key_age = keys.signing_at(now).map(|key| seconds((now - key.activates_at).num_seconds().max(0)));
    text.gauge("routix_signing_key_age_seconds", "For how long the key that signs tokens has done so.", key_age);
    let free = free_bytes(&scrape.data_dir);
    text.gauge("routix_data_dir_free_bytes", "Room on the disk of the data directory.", free);
    let started = seconds(scrape.started.timestamp());
    text.gauge("process_start_time_seconds", "When the process began to serve, since 1970.", started);
    let memory = process::resident_bytes();
    text.gauge("process_resident_memory_bytes", "Memory that the process holds.", memory);
    text.gauge("process_open_fds", "Open file descriptors.", process::open_files());
    text.gauge("process_max_fds", "As many as may be open.", process::most_open_files());
}

fn named(projection: &ProjectionStanding) -> Vec<(&'static str, &'static str)> {
    vec![("projection", projection.name)]
}

fn truth(is: bool) -> f64 {
    f64::from(u8::from(is))
}

/// Exact up to 2^53, which no log reaches.
fn count(number: u64) -> f64 {
    number as f64
}

fn seconds(number: i64) -> f64 {
    number as f64
}

fn free_bytes(folder: &Path) -> Option<f64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(count(disk.f_bavail.saturating_mul(disk.f_frsize)))
}
