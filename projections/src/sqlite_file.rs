//! SQLite files, opened the same way everywhere.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, ffi};

/// How long a connection waits for another process's write before it gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How long it rests between two tries where SQLite does not wait by itself.
const BUSY_PAUSE: Duration = Duration::from_millis(2);

/// What a commit promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// It survives a power cut. For everything that cannot be rebuilt.
    Full,
    /// It survives a crash of the process; a power cut may take the last commits back, whole. For read models.
    Normal,
}

/// Opens a file for writing, and makes it when it is not there: for its owner alone, and so the files beside it, which
/// SQLite makes with the same mode.
///
/// # Errors
/// SQLite's own, for a file that cannot be opened or is no database.
pub fn open_writer(path: &Path, durability: Durability) -> rusqlite::Result<Connection> {
    // Only a file that is not there is made: closing a descriptor of one that is open would drop the locks that this
    // process holds on it (fcntl(2)). If making it fails, opening it fails too and says why.
    drop(OpenOptions::new().append(true).create_new(true).mode(0o600).open(path));
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    keep_write_ahead_log(&connection)?;
    use_wal(&connection)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(
        None,
        "synchronous",
        match durability {
            Durability::Full => "FULL",
            Durability::Normal => "NORMAL",
        },
    )?;
    connection.set_prepared_statement_cache_capacity(256);
    Ok(connection)
}

/// Whoever closes a file last would fold its write-ahead log, or would not, as the end of the process has it: a command that
/// changes nothing must change no file either. [`fold_write_ahead_log`] is for those who mean it.
fn keep_write_ahead_log(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map(drop)
}

/// Turns on the write-ahead log. SQLite does not wait for others here, whatever its busy timeout says: of several that
/// open a new file at once, all but one would fail.
fn use_wal(connection: &Connection) -> rusqlite::Result<()> {
    let deadline = Instant::now() + BUSY_TIMEOUT;
    loop {
        let busy = match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => error,
            done => return done,
        };
        if Instant::now() > deadline {
            return Err(busy);
        }
        thread::sleep(BUSY_PAUSE);
    }
}

/// Moves everything from the write-ahead log into the file itself, so that a copy of the one file is the whole. What other
/// connections are still reading stays behind; it is not lost, only not moved.
///
/// # Errors
/// SQLite's own, for a file that cannot be opened.
pub fn fold_write_ahead_log(path: &Path) -> rusqlite::Result<()> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_row| Ok(()))
}

/// How long a write-ahead log may become. It is walked over in parts by whoever reads, and takes room on the disk.
const LONGEST_LOG: u64 = 64 << 20;
/// How long a writer waits for those who are reading before it leaves the log as it is: at first, and as much longer as the
/// log has become.
const READERS: Duration = Duration::from_millis(100);
const READERS_AT_MOST: Duration = Duration::from_secs(2);

/// Keeps a write-ahead log from becoming longer and longer. SQLite begins it anew by itself when nobody is reading at that
/// moment; where there is always somebody, as in a busy server, that moment never comes.
#[derive(Debug)]
pub struct LogLength {
    log: PathBuf,
    limit: u64,
    /// At which length to do something about it.
    mark: u64,
}

impl LogLength {
    /// Of the database file at `path`.
    pub fn of(path: &Path) -> Self {
        Self::within(path, LONGEST_LOG)
    }

    fn within(path: &Path, limit: u64) -> Self {
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        Self { log: log.into(), limit, mark: limit }
    }

    /// After a commit, on the connection that made it: moves a log that has become too long into the file. Whoever comes to
    /// read meanwhile reads the file, and those who were there end soon; who reads for longer than is waited for is left
    /// alone, until the log has become as much longer again.
    pub fn look(&mut self, connection: &Connection) {
        let length = self.log.metadata().map_or(0, |log| log.len());
        if length < self.mark {
            return;
        }
        let times = u32::try_from(length / self.limit.max(1)).unwrap_or(u32::MAX);
        let patience = READERS.saturating_mul(times).min(READERS_AT_MOST);
        let ended = end_log(connection, patience);
        let waits_again = connection.busy_timeout(BUSY_TIMEOUT);
        self.mark = if matches!(ended, Ok(true)) { self.limit } else { length.saturating_add(self.limit) };
        if let Err(error) = ended.and(waits_again) {
            tracing::warn!(%error, log = %self.log.display(), length, "a write-ahead log stays as long as it is");
        }
    }
}

/// Moves the whole log into the file and begins it anew, unless somebody reads for longer than `patience`.
///
/// In two steps, because SQLite waits for a place that readers take one after the other and not for a reader: first until
/// whoever has begun before the last commit has ended. From then on all of the log is in the file, and who comes to read
/// reads only that; so the second step waits for those alone who are there now.
fn end_log(connection: &Connection, patience: Duration) -> rusqlite::Result<bool> {
    let deadline = Instant::now() + patience;
    loop {
        let (pages, moved): (i64, i64) =
            connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| Ok((row.get(1)?, row.get(2)?)))?;
        if moved == pages {
            break;
        }
        if Instant::now() > deadline {
            return Ok(false);
        }
        thread::sleep(BUSY_PAUSE);
    }
    connection.busy_timeout(patience)?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).map(|is_busy: bool| !is_busy)
}

/// Copies a database as it stands at one moment, with all of its write-ahead log, into a file that is not there yet. Others
/// go on reading and writing meanwhile: to SQLite this is one long read.
///
/// # Errors
/// SQLite's own, for a file that cannot be read or made.
pub fn copy(from: &Path, to: &Path) -> rusqlite::Result<()> {
    let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    source.busy_timeout(BUSY_TIMEOUT)?;
    drop(OpenOptions::new().append(true).create_new(true).mode(0o600).open(to));
    let mut target = Connection::open(to)?;
    let deadline = Instant::now() + BUSY_TIMEOUT;
    let backup = Backup::new(&source, &mut target)?;
    // All pages in one step: a copy in several would begin anew whenever somebody writes between two of them.
    while backup.step(-1)? != StepResult::Done {
        if Instant::now() > deadline {
            return Err(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_BUSY), None));
        }
        thread::sleep(BUSY_PAUSE);
    }
    Ok(())
}

/// The first thing that is wrong with the structure of a file; `None` when it is whole.
///
/// # Errors
/// SQLite's own, for a file that cannot be read.
pub fn damage(path: &Path) -> rusqlite::Result<Option<String>> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let told: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    Ok(Some(told).filter(|told| told != "ok"))
}

/// Read-only connections to one file, opened when they are needed and kept.
#[derive(Debug)]
pub struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), idle: Mutex::default() }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs `read` on a connection of its own.
    ///
    /// # Errors
    /// Those of `read`, and SQLite's when no connection can be opened.
    pub fn with<T, E: From<rusqlite::Error>>(&self, read: impl FnOnce(&Connection) -> Result<T, E>) -> Result<T, E> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = idle.map_or_else(|| self.open(), Ok)?;
        let result = read(&connection);
        // A connection that was left inside a transaction by an error is not given to the next reader.
        if connection.is_autocommit() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
        result
    }

    /// A read-only connection that the caller keeps.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn open(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.set_prepared_statement_cache_capacity(256);
        Ok(connection)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    /// Reads until told to end, so that there is never a moment without somebody who reads.
    fn read_always(file: &Path, done: &AtomicBool, begun: &Barrier) {
        let connection = Readers::new(file).open().unwrap();
        let read = || connection.query_row("SELECT count(*) FROM a", [], |row| row.get::<_, i64>(0)).unwrap();
        connection.execute_batch("BEGIN").unwrap();
        read();
        begun.wait();
        while !done.load(Ordering::SeqCst) {
            connection.execute_batch("COMMIT; BEGIN").unwrap();
            read();
            thread::sleep(Duration::from_millis(3));
        }
    }

    #[test]
    fn the_log_does_not_grow_for_ever_where_somebody_always_reads() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.db");
        let writer = open_writer(&file, Durability::Normal).unwrap();
        writer.execute_batch("CREATE TABLE a (b)").unwrap();
        let longest = |mut length: Option<LogLength>| {
            let (done, begun) = (AtomicBool::new(false), Barrier::new(4));
            thread::scope(|scope| {
                for _ in 0..3 {
                    scope.spawn(|| read_always(&file, &done, &begun));
                }
                begun.wait();
                let mut longest = 0;
                for _ in 0..160 {
                    writer.execute("INSERT INTO a VALUES (randomblob(100000))", []).unwrap();
                    longest = longest.max(folder.path().join("a.db-wal").metadata().unwrap().len());
                    length.iter_mut().for_each(|length| length.look(&writer));
                }
                done.store(true, Ordering::SeqCst);
                longest
            })
        };
        let limit = 1 << 20;
        assert!(longest(Some(LogLength::within(&file, limit))) < 4 * limit);
        assert!(longest(None) > 8 * limit, "SQLite does it by itself now");
    }

    #[test]
    fn who_reads_for_a_while_is_waited_for_longer_as_the_log_becomes_longer() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.db");
        let writer = open_writer(&file, Durability::Normal).unwrap();
        writer.execute_batch("CREATE TABLE a (b)").unwrap();
        let limit = 1 << 20;
        let mut length = LogLength::within(&file, limit);
        let grow = |length: &mut LogLength| {
            writer.execute("INSERT INTO a VALUES (randomblob(200000))", []).unwrap();
            length.look(&writer);
            folder.path().join("a.db-wal").metadata().unwrap().len()
        };
        let (begun, done) = (Barrier::new(2), AtomicBool::new(false));
        thread::scope(|scope| {
            scope.spawn(|| {
                let reader = Readers::new(&file).open().unwrap();
                begun.wait();
                while !done.load(Ordering::SeqCst) {
                    reader.execute_batch("BEGIN; SELECT * FROM a").unwrap();
                    thread::sleep(READERS * 3);
                    reader.execute_batch("COMMIT").unwrap();
                }
            });
            begun.wait();
            let longest = (0..60).map(|_| grow(&mut length)).max();
            done.store(true, Ordering::SeqCst);
            assert!(longest.is_some_and(|longest| longest < 6 * limit), "{longest:?}");
        });
    }

    #[test]
    fn who_reads_for_long_is_not_waited_for_with_every_commit() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.db");
        let writer = open_writer(&file, Durability::Normal).unwrap();
        writer.execute_batch("CREATE TABLE a (b)").unwrap();
        let reader = Readers::new(&file).open().unwrap();
        reader.execute_batch("BEGIN; SELECT * FROM a").unwrap();
        let mut length = LogLength::within(&file, 1 << 20);
        for _ in 0..12 {
            writer.execute("INSERT INTO a VALUES (randomblob(100000))", []).unwrap();
            length.look(&writer);
        }
        assert!(length.mark > 1 << 20, "it was tried, and is not tried before the log is as much longer again");
        reader.execute_batch("COMMIT").unwrap();
        for _ in 0..12 {
            writer.execute("INSERT INTO a VALUES (randomblob(100000))", []).unwrap();
            length.look(&writer);
        }
        assert_eq!(length.mark, 1 << 20);
        assert!(folder.path().join("a.db-wal").metadata().unwrap().len() < 1 << 20);
    }

    #[test]
    fn who_closes_a_file_last_changes_nothing_and_who_folds_it_moves_everything() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.db");
        let content = || ["a.db", "a.db-wal"].map(|name| std::fs::read(folder.path().join(name)).unwrap_or_default());
        open_writer(&file, Durability::Full)
            .unwrap()
            .execute_batch("CREATE TABLE a (b); INSERT INTO a VALUES (7)")
            .unwrap();
        let before = content();
        assert!(!before[1].is_empty(), "what was written is in the log");
        let looked: i64 = open_writer(&file, Durability::Full)
            .and_then(|connection| connection.query_row("SELECT b FROM a", [], |row| row.get(0)))
            .unwrap();
        assert!(looked == 7 && content() == before);
        fold_write_ahead_log(&file).unwrap();
        assert!(content()[1].is_empty() && content()[0] != before[0]);
    }
}
