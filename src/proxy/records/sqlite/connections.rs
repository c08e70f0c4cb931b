//! The connections: one that writes, and as many that read as there are threads to read with.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use routix_projections::sqlite_file::{Durability, LogLength, open_writer};
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};

use crate::proxy::records::RecordError;

const BUSY: Duration = Duration::from_secs(5);
/// Statements kept ready on each connection: the shapes of a catalogue that are in use at a time.
const STATEMENTS: usize = 256;

struct Writer {
    connection: Connection,
    log: LogLength,
}

pub(super) struct Connections {
    writer: Mutex<Writer>,
    /// The one to wait for when all are in use.
    reader: Mutex<Connection>,
    more_readers: Vec<Mutex<Connection>>,
}

impl Connections {
    pub(super) fn open(path: &Path) -> Result<Self, RecordError> {
        let writer = open_writer(path, Durability::Full).map_err(broken_or_unavailable)?;
        prepare(&writer).map_err(broken_or_unavailable)?;
        let count = std::thread::available_parallelism().map_or(2, std::num::NonZero::get).clamp(2, 16);
        let reader = || {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let reader = Connection::open_with_flags(path, flags).map_err(broken_or_unavailable)?;
            prepare(&reader).map_err(broken_or_unavailable)?;
            Ok::<_, RecordError>(Mutex::new(reader))
        };
        let more_readers = (1..count).map(|_| reader()).collect::<Result<_, _>>()?;
        Ok(Self {
            writer: Mutex::new(Writer { connection: writer, log: LogLength::of(path) }),
            reader: reader()?,
            more_readers,
        })
    }

    /// Runs `read` on one state of the database: what it reads twice is the same twice.
    pub(super) fn read<T>(&self, read: impl FnOnce(&Connection) -> Result<T, RecordError>) -> Result<T, RecordError> {
        let connection = self.reader();
        let snapshot = Snapshot::begin(&connection)?;
        read(snapshot.0)
    }

    /// Runs `write` in a transaction that holds the write lock from its first statement on.
    pub(super) fn write<T>(
        &self,
        write: impl FnOnce(&Transaction<'_>) -> Result<T, RecordError>,
    ) -> Result<T, RecordError> {
        // A panic under the lock has rolled its transaction back, so that the connection is whole.
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let Writer { connection, log } = &mut *writer;
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(broken_or_unavailable)?;
        let result = write(&transaction)?;
        transaction.commit().map_err(broken_or_unavailable)?;
        log.look(connection);
        Ok(result)
    }

    /// The first reader that is free, so that its statements and pages are warm; else one to wait for.
    fn reader(&self) -> MutexGuard<'_, Connection> {
        let free = self.more_readers.iter().chain([&self.reader]).find_map(|reader| match reader.try_lock() {
            Ok(reader) => Some(reader),
            // A panic under the lock has ended its snapshot, so that the connection is whole.
            Err(TryLockError::Poisoned(reader)) => Some(reader.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        });
        free.unwrap_or_else(|| self.reader.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// One state of the database, until it is dropped.
struct Snapshot<'a>(&'a Connection);

impl<'a> Snapshot<'a> {
    fn begin(connection: &'a Connection) -> Result<Self, RecordError> {
        let mut begin = connection.prepare_cached("BEGIN").map_err(broken_or_unavailable)?;
        begin.execute([]).map_err(broken_or_unavailable)?;
        Ok(Self(connection))
    }
}

impl Drop for Snapshot<'_> {
    fn drop(&mut self) {
        // Nothing was written, so that the end cannot change what was read; a connection that cannot end it says so at
        // its next BEGIN.
        let _ = self.0.prepare_cached("COMMIT").and_then(|mut commit| commit.execute([]));
    }
}

fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)
}

/// What a fault of the database means: trying again may help, or somebody has to look at it.
pub(super) fn broken_or_unavailable(error: rusqlite::Error) -> RecordError {
    let passing = [
        ErrorCode::DatabaseBusy,
        ErrorCode::DatabaseLocked,
        ErrorCode::DiskFull,
        ErrorCode::SystemIoFailure,
        ErrorCode::CannotOpen,
    ];
    if error.sqlite_error_code().is_some_and(|code| passing.contains(&code)) {
        RecordError::Unavailable(Box::new(error))
    } else {
        RecordError::Broken(Box::new(error))
    }
}
