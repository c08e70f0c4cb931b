//! The counts of requests by route, found again without being named again.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};

use super::counts::{IN_FLIGHT, REQUEST_DURATION, REQUESTS};

type Seen = HashMap<(&'static str, Option<Arc<str>>), Route>;

/// What is counted of requests. Clones share it.
///
/// Naming a counter means writing down its labels and looking it up by all of them, which takes longer than some requests.
#[derive(Clone)]
pub struct Requests {
    seen: Arc<RwLock<Seen>>,
    pub(super) in_flight: Gauge,
}

/// The counts of one method and route.
struct Route {
    duration: Histogram,
    /// By status, those that were seen.
    answers: Vec<(u16, Counter)>,
}

impl Default for Requests {
    fn default() -> Self {
        Self { seen: Arc::default(), in_flight: gauge!(IN_FLIGHT) }
    }
}

impl Requests {
    pub(super) fn count(&self, method: &'static str, route: Option<&Arc<str>>, (status, took): (u16, Duration)) {
        let key = (method, route.map(Arc::clone));
        let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = seen.get(&key)
            && let Some((_, answers)) = known.answers.iter().find(|(known, _)| *known == status)
        {
            answers.increment(1);
            known.duration.record(took);
            return;
        }
        drop(seen);
        let name = route.map_or_else(|| Arc::from("(none)"), Arc::clone);
        let answers =
            counter!(REQUESTS, "method" => method, "route" => Arc::clone(&name), "status" => status.to_string());
        let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        let duration = || histogram!(REQUEST_DURATION, "method" => method, "route" => name);
        let known = seen.entry(key).or_insert_with(|| Route { duration: duration(), answers: Vec::new() });
        answers.increment(1);
        known.duration.record(took);
        if !known.answers.iter().any(|(known, _)| *known == status) {
            known.answers.push((status, answers));
        }
    }
}
