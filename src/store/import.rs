//! Taking a whole log into an empty one: positions, times and evidence as they were.

use routix_domain::evidence::{Frontier, Item};
use routix_domain::log::{RecordedEvent, StoredCheckpoint};
use routix_projections::database::{Database, DatabaseError, Session};
use routix_projections::values;
use serde_json::json;

use super::{EventStore, seals};

/// Events that follow one another, and the checkpoints that cover the log up to one of them.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    pub items: Vec<Item>,
    /// Each with the tree at its size.
    pub checkpoints: Vec<(StoredCheckpoint, Frontier)>,
}

/// Why a log was not taken in. Nothing of it is there then.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("the log is not empty; a log can only be taken into an empty one")]
    NotEmpty,
    /// Such a server gives each event a position and a time of its own.
    #[error("EventStoreDB cannot keep the positions and times of another log; take it into PostgreSQL or SQLite")]
    Unable,
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The source of the batches broke off.
    #[error("the log that is taken in cannot be read")]
    Source(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What gives the batches, in their order.
pub type Source = Box<dyn Iterator<Item = Result<Batch, Box<dyn std::error::Error + Send + Sync>>> + Send>;

impl EventStore {
    /// Takes in a log, all of it or nothing. Nobody may append at the same time.
    ///
    /// # Errors
    /// [`ImportError`].
    pub async fn import(&self, source: Source) -> Result<(), ImportError> {
        let database = match self {
            Self::Sqlite(store) => store.seals().database().clone(),
            Self::Postgres(store) => store.seals().database().clone(),
            #[cfg(feature = "eventstore")]
            Self::EventStoreDb { .. } => return Err(ImportError::Unable),
        };
        let insert = match database {
            Database::Sqlite(_) => insert_into_file,
            Database::Postgres(_) => insert_into_server,
        };
        database.write(move |session| take(session, source, insert)).await
    }
}

type Insert = fn(&mut dyn Session, &[Item]) -> Result<(), DatabaseError>;

fn take(session: &mut dyn Session, source: Source, insert: Insert) -> Result<(), ImportError> {
    begin(session)?;
    if session.query_one("SELECT 1 FROM events LIMIT 1", &[])?.is_some() {
        return Err(ImportError::NotEmpty);
    }
    for batch in source {
        let batch = batch.map_err(ImportError::Source)?;
        insert(session, &batch.items)?;
        let hashes: Vec<_> = batch.items.iter().map(seals::hash_of).collect();
        seals::write_hashes(session, &hashes)?;
        for (checkpoint, frontier) in batch.checkpoints {
            seals::write_checkpoint(session, checkpoint, frontier.to_bytes())?;
        }
    }
    Ok(end(session)?)
}

/// On PostgreSQL the table is locked against appends, and the trigger rests that gives each event a time of its own.
fn begin(session: &mut dyn Session) -> Result<(), DatabaseError> {
    if session.for_update().is_empty() {
        return Ok(());
    }
    session.batch("LOCK TABLE events IN EXCLUSIVE MODE; ALTER TABLE events DISABLE TRIGGER events_in_order")
}

fn end(session: &mut dyn Session) -> Result<(), DatabaseError> {
    if session.for_update().is_empty() {
        return Ok(());
    }
    session.batch(
        "ALTER TABLE events ENABLE TRIGGER events_in_order;
         SELECT setval(pg_get_serial_sequence('events', 'position'), greatest(max(position), 1), count(*) > 0) FROM events",
    )
}

fn insert_into_file(session: &mut dyn Session, items: &[Item]) -> Result<(), DatabaseError> {
    const SQL: &str = "INSERT INTO events (position, aggregate_type, aggregate_id, sequence, event_type, event_version,
        payload, metadata, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    items.iter().map(|item| item.event.clone()).try_for_each(|event| {
        let RecordedEvent { position, aggregate_type, aggregate_id, sequence, event_type, event_version, .. } = event;
        let first = values![position, aggregate_type, aggregate_id, sequence, event_type, event_version];
        let last = values![event.payload, event.metadata, event.recorded_at];
        session.execute(SQL, &[first.as_slice(), &last].concat()).map(drop)
    })
}

/// A batch is one statement, and its rows are one value.
fn insert_into_server(session: &mut dyn Session, items: &[Item]) -> Result<(), DatabaseError> {
    const SQL: &str = "INSERT INTO events (position, aggregate_type, aggregate_id, sequence, event_type, event_version,
            payload, metadata, recorded_at)
        OVERRIDING SYSTEM VALUE
        SELECT position, aggregate_type, aggregate_id, sequence, event_type, event_version, payload::json, metadata::json,
            timestamptz 'epoch' + recorded_at * interval '1 microsecond'
        FROM json_to_recordset($1::text::json) AS event (position bigint, aggregate_type text, aggregate_id text,
            sequence bigint, event_type text, event_version text, payload text, metadata text, recorded_at bigint)
        ORDER BY position";
    let row = |item: &Item| {
        let event = &item.event;
        json!({
            "position": event.position, "aggregate_type": event.aggregate_type, "aggregate_id": event.aggregate_id,
            "sequence": event.sequence, "event_type": event.event_type, "event_version": event.event_version,
            "payload": event.payload, "metadata": event.metadata, "recorded_at": event.recorded_at.timestamp_micros(),
        })
    };
    let rows = serde_json::Value::Array(items.iter().map(row).collect());
    session.execute(SQL, &values![rows.to_string()]).map(drop)
}
