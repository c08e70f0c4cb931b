//! The log on stderr, and beside it the spans for a collector.

use std::io::{self, IsTerminal};

use anyhow::Context as _;
use tracing::level_filters::LevelFilter;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::filter::{FilterExt as _, filter_fn};
use tracing_subscriber::fmt::{Layer as Lines, MakeWriter};
use tracing_subscriber::layer::Filter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer};

use super::log_format::JsonLines;
use super::log_lines::{Lines as Gathered, Writing};
use crate::config::{Config, LogFormat};

/// Starts the log.
///
/// # Errors
/// That the filter cannot be understood.
pub(super) fn start(config: &Config) -> anyhow::Result<()> {
    tracing_subscriber::registry().with(lines(config, io::stderr).with_filter(filter(config)?)).init();
    Ok(())
}

/// What writes the last lines and sends the last spans when it is dropped.
pub(super) struct Running {
    #[cfg(feature = "telemetry")]
    _export: Option<crate::measure::SpanExport>,
    _writing: Writing,
}

/// Starts the log, and sends spans to the collector if one is set: what a server does.
///
/// # Errors
/// That the filter cannot be understood, or the collector's URL, or that there is no thread.
#[cfg(feature = "telemetry")]
pub(super) fn start_for_server(config: &Config) -> anyhow::Result<Running> {
    let gathered = Gathered::to(io::stderr());
    let writing = gathered.write().context("cannot start the log")?;
    let lines = lines(config, gathered).with_filter(filter(config)?);
    let Some(collector) = &config.telemetry_url else {
        tracing_subscriber::registry().with(lines).init();
        return Ok(Running { _export: None, _writing: writing });
    };
    let share = f64::from(config.telemetry_percent) / 100.0;
    let export = crate::measure::SpanExport::start(collector, share)
        .with_context(|| format!("the setting telemetry_url ({collector}) cannot be used"))?;
    // Each has its own filter: who follows a request wants its spans, however little is logged.
    tracing_subscriber::registry().with(lines).with(export.layer()).init();
    Ok(Running { _export: Some(export), _writing: writing })
}

/// Starts the log: this program was built without a way to a collector.
///
/// # Errors
/// That the filter cannot be understood.
#[cfg(not(feature = "telemetry"))]
pub(super) fn start_for_server(config: &Config) -> anyhow::Result<Running> {
    let gathered = Gathered::to(io::stderr());
    let writing = gathered.write().context("cannot start the log")?;
    tracing_subscriber::registry().with(lines(config, gathered).with_filter(filter(config)?)).init();
    Ok(Running { _writing: writing })
}

fn filter<S>(config: &Config) -> anyhow::Result<impl Filter<S> + Send + Sync + 'static>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let set = EnvFilter::try_new(&config.log);
    let set = set.with_context(|| format!("the setting log ({}) is no filter", config.log))?;
    Ok(set.and(filter_fn(|told| !names_parameters(told))))
}

/// The client of PostgreSQL tells the parameters of every statement, and with them addresses, digests, and what callers have put
/// into a wrong field: whatever the filter says, they are in no log.
fn names_parameters(told: &Metadata<'_>) -> bool {
    told.target().starts_with("tokio_postgres") && *told.level() > LevelFilter::INFO
}

fn lines<S, W>(config: &Config, writer: W) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let lines = Lines::new().with_writer(writer).with_ansi(io::stderr().is_terminal());
    match config.log_format {
        LogFormat::Json => lines.json().event_format(JsonLines::default()).boxed(),
        LogFormat::Text => lines.boxed(),
    }
}
