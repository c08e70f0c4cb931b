//! What is counted and timed while the program runs, under which name, and how it is written for Prometheus; and spans,
//! for who follows one request through it.
//!
//! Labels are words of this program: a route's template, a method, a status, a code. Never an id, an address, or anything
//! that a caller has typed. What can be looked up when somebody asks (projections, pools) is not kept here: `operate`
//! looks then, so that a store that does not answer leaves a gap and not its last number.
//!
//! In a process that has not called [`Metrics::install`], such as a command or a test, counting does nothing.

mod counts;
#[cfg(feature = "telemetry")]
mod export;
#[cfg(not(feature = "telemetry"))]
#[path = "no_export.rs"]
mod export;
mod exposition;
mod recorder;
mod routes;
pub mod spans;

pub use self::counts::{
    Append, Request, appended, dropped_from_security_log, gap_waited_for, incident, shed, signed_in, token_issued,
    token_refused, turn_waited_for,
};
#[cfg(feature = "telemetry")]
pub use self::export::SpanExport;
pub use self::exposition::{Exposition, Sample};
pub use self::recorder::{InstallError, Metrics};
pub use self::routes::Requests;
