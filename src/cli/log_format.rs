//! The lines of the log as JSON.
//!
//! tracing-subscriber can write them, and does where a line belongs to a span; but nearly all lines are of requests without
//! one, and building a line out of parts of any kind takes longer than some requests do. This writes the same members in the
//! same order, straight into the line.

use std::fmt::{self, Write as _};

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::{Format, Json, Writer};
use tracing_subscriber::fmt::time::{FormatTime as _, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// One JSON object a line.
#[derive(Debug)]
pub struct JsonLines {
    within_spans: Format<Json>,
}

impl Default for JsonLines {
    fn default() -> Self {
        Self { within_spans: Format::default().json().flatten_event(true) }
    }
}

impl<S, N> FormatEvent<S, N> for JsonLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut line: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        if context.lookup_current().is_some() {
            return self.within_spans.format_event(context, line, event);
        }
        let told = event.metadata();
        line.write_str("{\"timestamp\":\"")?;
        SystemTime.format_time(&mut line)?;
        write!(line, "\",\"level\":\"{}\"", told.level())?;
        let mut members = Members { line: line.by_ref(), written: Ok(()) };
        event.record(&mut members);
        members.written?;
        line.write_str(",\"target\":")?;
        quote(&mut line, told.target())?;
        line.write_str("}\n")
    }
}

/// The fields of an event, each as a member.
struct Members<'a> {
    line: Writer<'a>,
    written: fmt::Result,
}

impl Members<'_> {
    fn member(&mut self, field: &Field, value: impl FnOnce(&mut Writer<'_>) -> fmt::Result) {
        if self.written.is_ok() {
            let line = &mut self.line;
            // A field that is named with `r#` is a word of Rust.
            let name = field.name().strip_prefix("r#").unwrap_or(field.name());
            self.written = write!(line, ",\"{name}\":").and_then(|()| value(line));
        }
    }
}

impl Visit for Members<'_> {
    fn record_str(&mut self, field: &Field, text: &str) {
        self.member(field, |line| quote(line, text));
    }

    fn record_u64(&mut self, field: &Field, number: u64) {
        self.member(field, |line| write!(line, "{number}"));
    }

    fn record_i64(&mut self, field: &Field, number: i64) {
        self.member(field, |line| write!(line, "{number}"));
    }

    fn record_bool(&mut self, field: &Field, truth: bool) {
        self.member(field, |line| write!(line, "{truth}"));
    }

    fn record_f64(&mut self, field: &Field, number: f64) {
        // JSON has no word for what is no number.
        self.member(field, |line| match serde_json::Number::from_f64(number) {
            Some(number) => write!(line, "{number}"),
            None => line.write_str("null"),
        });
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.member(field, |line| {
            line.write_char('"')?;
            write!(Escaped(line), "{value:?}")?;
            line.write_char('"')
        });
    }
}

fn quote(line: &mut Writer<'_>, text: &str) -> fmt::Result {
    line.write_char('"')?;
    Escaped(line).write_str(text)?;
    line.write_char('"')
}

/// Writes what is within a JSON string (RFC 8259, 7).
struct Escaped<'a, 'w>(&'a mut Writer<'w>);

impl fmt::Write for Escaped<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some(at) = rest.find(|c: char| matches!(c, '"' | '\\' | '\0'..='\u{1f}')) {
            let (plain, behind) = rest.split_at(at);
            self.0.write_str(plain)?;
            let mut letters = behind.chars();
            match letters.next() {
                Some('"') => self.0.write_str("\\\"")?,
                Some('\\') => self.0.write_str("\\\\")?,
                Some('\n') => self.0.write_str("\\n")?,
                Some('\r') => self.0.write_str("\\r")?,
                Some('\t') => self.0.write_str("\\t")?,
                Some('\u{8}') => self.0.write_str("\\b")?,
                Some('\u{c}') => self.0.write_str("\\f")?,
                Some(other) => write!(self.0, "\\u{:04x}", u32::from(other))?,
                None => {}
            }
            rest = letters.as_str();
        }
        self.0.write_str(rest)
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use serde_json::Value;
    use tracing_subscriber::fmt::Layer as Lines;
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;
    use crate::cli::log_kept::Kept;

    /// Every kind of field and of text.
    fn tell() {
        let error = io::Error::other("a \"quoted\"\nline");
        tracing::info!(target: "routix::request", method = %"GET", status = 200_u16, microseconds = u64::MAX, "request");
        tracing::warn!(
            negative = -5_i64,
            truth = true,
            half = 0.5,
            endless = f64::INFINITY,
            none = None::<&str>,
            "plain"
        );
        tracing::error!(%error, debug = ?["a\\b", "\u{1}\u{7f}\u{e9}\u{1f600}"], r#type = "x", "tab\there {}", "\u{0}\r\u{8}\u{c}");
        let span = tracing::error_span!("request", trace_id = "4bf9");
        let _within = span.enter();
        tracing::info!(number = 1, "within");
    }

    fn lines(told: &Kept) -> Vec<(Vec<String>, Value)> {
        told.text()
            .lines()
            .map(|line| {
                let mut object: Value = serde_json::from_str(line).unwrap();
                object["timestamp"] = Value::Null;
                let mut names: Vec<(usize, String)> = object
                    .as_object()
                    .unwrap()
                    .keys()
                    .map(|name| (line.find(&format!("\"{name}\":")).unwrap(), name.clone()))
                    .collect();
                names.sort();
                (names.into_iter().map(|(_, name)| name).collect(), object)
            })
            .collect()
    }

    #[test]
    fn a_line_is_what_tracing_subscriber_writes() {
        let (ours, theirs) = (Kept::default(), Kept::default());
        let layer = Lines::new().json().event_format(JsonLines::default()).with_writer(ours.clone());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), tell);
        let layer = Lines::new().json().flatten_event(true).with_writer(theirs.clone());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), tell);
        assert_eq!(lines(&ours).len(), 4);
        assert_eq!(lines(&ours), lines(&theirs));
    }
}
