//! The counts of requests by route, found again without being named again.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};

use super::counts::{IN_FLIGHT, REQUEST_DURATION, REQUESTS};

/// By the template of the route.
type Seen = HashMap<Box<str>, Vec<Route>>;

/// What is counted of requests. Clones share it.
///
/// Naming a counter means writing down its labels and looking it up by all of them, which takes longer than some requests.
#[derive(Clone)]
pub struct Requests {
    seen: Arc<RwLock<Seen>>,
    pub(super) in_flight: Gauge,
}

/// The counts of one route by one method.
struct Route {
    method: &'static str,
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
    pub(super) fn count(&self, method: &'static str, path: &str, (status, took): (u16, Duration)) {
        let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = seen.get(path).and_then(|routes| routes.iter().find(|known| known.method == method))
            && let Some((_, answers)) = known.answers.iter().find(|(known, _)| *known == status)
        {
            answers.increment(1);
            known.duration.record(took);
            return;
        }
        drop(seen);
        let answers =
            counter!(REQUESTS, "method" => method, "route" => path.to_owned(), "status" => status.to_string());
        let duration = histogram!(REQUEST_DURATION, "method" => method, "route" => path.to_owned());
        answers.increment(1);
        duration.record(took);
        let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        let routes = seen.entry(path.into()).or_default();
        match routes.iter_mut().find(|known| known.method == method) {
            Some(known) if known.answers.iter().any(|(known, _)| *known == status) => {}
            Some(known) => known.answers.push((status, answers)),
            None => routes.push(Route { method, duration, answers: vec![(status, answers)] }),
        }
    }
}
