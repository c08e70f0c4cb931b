//! Keeping what is counted, for `/metrics`.

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use routix_projections::measure::BATCH_DURATION;

use super::counts::{APPEND_DURATION, GAP_WAIT, REQUEST_DURATION, TURN_WAIT, describe};

/// Answers take a millisecond or a few; past ten seconds it does not matter how many.
const SECONDS: [f64; 13] = [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// Why nothing can be counted in this process.
#[derive(Debug, thiserror::Error)]
#[error("cannot keep metrics")]
pub struct InstallError(#[from] BuildError);

/// What this process counts. Clones share it.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
}

impl Metrics {
    /// From here on this process counts. Once a process.
    ///
    /// # Errors
    /// [`InstallError`] when it does already.
    pub fn install() -> Result<Self, InstallError> {
        let mut builder = PrometheusBuilder::new();
        for name in [REQUEST_DURATION, APPEND_DURATION, GAP_WAIT, TURN_WAIT, BATCH_DURATION] {
            builder = builder.set_buckets_for_metric(Matcher::Full(name.to_owned()), &SECONDS)?;
        }
        let handle = builder.install_recorder()?;
        describe();
        Ok(Self { handle })
    }

    /// All of it, in Prometheus' text format.
    pub fn render(&self) -> String {
        self.handle.render()
    }

    /// Puts durations into their buckets. They pile up until somebody does, and nobody may ever ask for `/metrics`.
    pub fn settle(&self) {
        self.handle.run_upkeep();
    }
}
