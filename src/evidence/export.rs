//! Writing the log to a file: with its evidence, or for other programs.

use std::io::{self, Write};
use std::sync::Arc;

use routix_domain::evidence::{CanonicalError, ExportEvent, ExportHeader, ExportLine};
use routix_domain::log::{EventFeed, FeedError, SealStore, Sealed, StoredCheckpoint};
use serde_json::{Map, Value, json};

use super::check::checkpoint_in;
use super::filter::{Choice, Chosen};
use super::items::{Entry, Items};

/// How many checkpoints are read at a time.
const PAGE: usize = 100;

/// The columns of CSV, and the members of a listed event.
pub const COLUMNS: [&str; 16] = [
    "position",
    "id",
    "recorded_at",
    "type",
    "version",
    "stream",
    "stream_id",
    "sequence",
    "organization_id",
    "app_id",
    "actor_kind",
    "actor_id",
    "authenticated_by",
    "request_id",
    "correlation_id",
    "data",
];

/// Why the log was not exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("the log or its evidence does not answer")]
    Store(#[from] FeedError),
    #[error("the log cannot be sealed")]
    Unsealed(#[source] anyhow::Error),
    #[error("the log has no events yet")]
    Empty,
    #[error(
        "the event at position {0} and what is stored beside it do not belong together; run `routix events verify`"
    )]
    NotWhole(u64),
    #[error("the event at position {0} has no canonical form; run `routix events verify`")]
    Event(u64, #[source] CanonicalError),
    #[error("the newest checkpoint cannot be read; run `routix events verify`")]
    Checkpoint,
    #[error("the export cannot be written")]
    Write(#[from] io::Error),
}

/// Writes everything that is sealed, line by line, as a verifier reads it: the same log gives the same bytes. `keys` are
/// those that signed its checkpoints. Tells how many events were written.
///
/// # Errors
/// [`ExportError`]; what was written until then is of no use.
pub async fn write_jsonl(
    (feed, seals): (&Arc<dyn EventFeed>, &Arc<dyn SealStore>),
    (sealed, keys): (&Sealed, Vec<String>),
    out: &mut (dyn Write + Send),
    said: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<u64, ExportError> {
    let newest = sealed.newest.as_ref().ok_or(ExportError::Empty)?;
    let origin = checkpoint_in(&newest.note).map_err(|_| ExportError::Checkpoint)?.origin;
    line(out, &ExportLine::Header(ExportHeader::new(&origin, keys)))?;
    let mut items = Items::until(feed, seals, newest.position);
    let (mut written, mut checkpoints) = (0, Checkpoints::new(seals));
    loop {
        let item = match items.next().await? {
            Some(Entry::Hashed(item)) => item,
            Some(Entry::Waiting(event) | Entry::WithoutHash(event)) => {
                return Err(ExportError::NotWhole(event.position));
            }
            Some(Entry::WithoutEvent(hash)) => {
                if hash.position <= newest.position {
                    return Err(ExportError::NotWhole(hash.position));
                }
                break;
            }
            None => break,
        };
        let position = item.event.position;
        let event = ExportEvent::try_from(&*item).map_err(|error| ExportError::Event(position, error))?;
        line(out, &event)?;
        written += 1;
        // The newest comes last, whatever the rows say.
        while let Some(checkpoint) = checkpoints.at(written).await? {
            if checkpoint.size < newest.size {
                line(out, &ExportLine::Checkpoint { checkpoint: checkpoint.note })?;
            }
        }
        said(position, newest.position);
    }
    line(out, &ExportLine::Checkpoint { checkpoint: newest.note.clone() })?;
    Ok(written)
}

/// The stored checkpoints in order.
struct Checkpoints<'s> {
    seals: &'s Arc<dyn SealStore>,
    page: std::vec::IntoIter<StoredCheckpoint>,
    read: u64,
}

impl<'s> Checkpoints<'s> {
    fn new(seals: &'s Arc<dyn SealStore>) -> Self {
        Self { seals, page: Vec::new().into_iter(), read: 0 }
    }

    /// The next one, if it covers no more than so many events.
    async fn at(&mut self, size: u64) -> Result<Option<StoredCheckpoint>, FeedError> {
        if self.page.len() == 0 {
            self.page = self.seals.checkpoints_after(self.read, PAGE).await?.into_iter();
        }
        let due = self.page.as_slice().first().is_some_and(|checkpoint| checkpoint.size <= size);
        let next = if due { self.page.next() } else { None };
        self.read = next.as_ref().map_or(self.read, |checkpoint| checkpoint.size);
        Ok(next)
    }
}

/// In which form the chosen events are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// RFC 4180, in UTF-8, with a byte order mark when `bom`: some spreadsheets take it for another encoding without.
    Csv { bom: bool },
    /// One member a column.
    Jsonl,
    /// One array of such objects.
    Json,
    /// CloudEvents 1.0, one a line.
    CloudEvents,
}

/// Writes the chosen events, at most `limit` of them. Tells how many were written.
///
/// # Errors
/// [`ExportError`].
pub async fn write_chosen(
    choice: &mut Choice,
    (form, limit): (Form, u64),
    out: &mut (dyn Write + Send),
    said: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<u64, ExportError> {
    match form {
        Form::Csv { bom } => write!(out, "{}{}\r\n", if bom { "\u{feff}" } else { "" }, COLUMNS.join(","))?,
        Form::Json => write!(out, "[")?,
        Form::Jsonl | Form::CloudEvents => {}
    }
    let mut written = 0;
    while written < limit
        && let Some(chosen) = choice.next().await?
    {
        match form {
            Form::Csv { .. } => {
                let cells = values(&chosen).map(|value| csv_cell(&plain(&value)));
                write!(out, "{}\r\n", cells.join(","))?;
            }
            Form::Jsonl => line(out, &listed(&chosen))?,
            Form::Json => write!(out, "{}\n  {}", if written == 0 { "" } else { "," }, listed(&chosen))?,
            Form::CloudEvents => line(out, &cloud_event(&chosen))?,
        }
        written += 1;
        let (position, end) = choice.progress();
        said(position, end);
    }
    if form == Form::Json {
        writeln!(out, "{}]", if written == 0 { "" } else { "\n" })?;
    }
    Ok(written)
}

fn line<T: serde::Serialize + ?Sized>(out: &mut (dyn Write + Send), value: &T) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

/// In the order of [`COLUMNS`].
pub fn values(chosen: &Chosen) -> [Value; COLUMNS.len()] {
    let event = &chosen.event;
    let said = |name| json!(chosen.said(name));
    [
        json!(event.position),
        json!(event.event_id),
        json!(time(chosen)),
        json!(event.event_type),
        json!(event.event_version),
        json!(event.aggregate_type),
        json!(event.aggregate_id),
        json!(event.sequence),
        json!(chosen.owner.organization_id),
        json!(chosen.owner.app_id),
        said("actor_kind"),
        said("actor_id"),
        said("authenticated_by"),
        said("request_id"),
        said("correlation_id"),
        chosen.data(),
    ]
}

/// The event with one member a column.
pub fn listed(chosen: &Chosen) -> Value {
    let members = COLUMNS.into_iter().map(str::to_owned).zip(values(chosen));
    Value::Object(members.collect::<Map<_, _>>())
}

fn time(chosen: &Chosen) -> String {
    chosen.event.recorded_at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

/// RFC 4180. A cell that a spreadsheet would run as a formula gets an apostrophe before it.
pub fn csv_cell(text: &str) -> String {
    let guarded = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() };
    if guarded.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", guarded.replace('"', "\"\"")) } else { guarded }
}

/// CloudEvents 1.0 with the extensions `sequence` (orders the events of a source, and so is the position, in digits that
/// sort as text), `recordedtime`, `authtype` and `authid`, and our own `position` and `streamsequence`. Numbers are texts:
/// an integer of CloudEvents has 32 bits.
fn cloud_event(chosen: &Chosen) -> Value {
    let event = &chosen.event;
    let source = chosen.owner.organization_id.map_or_else(|| "/".to_owned(), |id| format!("/organizations/{id}"));
    let mut cloud_event = json!({
        "specversion": "1.0",
        "id": event.event_id,
        "source": source,
        "type": format!("com.routix.{}.v{}", event.event_type, event.event_version),
        "subject": event.aggregate_id,
        "time": time(chosen),
        "datacontenttype": "application/json",
        "sequence": format!("{:020}", event.position),
        "position": event.position.to_string(),
        "streamsequence": event.sequence.to_string(),
        "recordedtime": time(chosen),
        "authtype": authtype(chosen.said("actor_kind")),
        "data": chosen.data(),
    });
    // An attribute without a value is left out.
    if let Some((members, id)) = cloud_event.as_object_mut().zip(chosen.said("actor_id")) {
        members.insert("authid".to_owned(), json!(id));
    }
    cloud_event
}

/// The words of the extension authcontext.
fn authtype(actor_kind: Option<&str>) -> &'static str {
    match actor_kind {
        Some("user" | "command_line") => "user",
        Some("app") => "service_account",
        Some("system") => "system",
        Some(_) | None => "unknown",
    }
}
