//! A log with keys, sealed now and then as it grew.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use routix::evidence::{CheckError, Kept, Report, Sealer, Wrong, check_log, write_jsonl};
use routix::keys::{KeyFile, KeyRing, Origin};
use routix::store::sqlite::SqliteEventStore;
use routix::system::System;
use routix_domain::log::{EventFeed, SealStore};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::operations::place::append_to;
use routix_test_history::History;

pub(super) struct Sealed {
    pub(super) folder: TempDir,
    pub(super) store: SqliteEventStore,
    pub(super) history: History,
}

impl Sealed {
    /// A log of at least 60 events, with checkpoints at several sizes.
    pub(super) async fn new(seed: u64) -> Self {
        Self::of(seed, &[15, 30, 45, 60]).await
    }

    /// A log that was sealed whenever it had at least so many events.
    pub(super) async fn of(seed: u64, sizes: &[usize]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keys = folder.path().join("keys");
        let key = KeyRing::draft(&keys, &System::real(), Some(Origin::Production)).unwrap();
        key.write(&keys).unwrap();
        let store = open(folder.path());
        let mut place = Self { folder, store, history: History::of(seed, 0) };
        for size in sizes {
            place.grow(*size).await;
            place.sealer().seal_all().await.unwrap();
        }
        place
    }

    /// Adds events until there are at least so many, and leaves them unsealed.
    pub(super) async fn grow(&mut self, events: usize) {
        self.history.grow(events);
        append_to(&self.store, &self.history.take()).await;
    }

    pub(super) fn sealer(&self) -> Sealer {
        let (feed, seals) = self.ports();
        Sealer { feed, seals, keys: KeyRing::open(&self.keys()).unwrap(), system: System::real() }
    }

    pub(super) fn ports(&self) -> (Arc<dyn EventFeed>, Arc<dyn SealStore>) {
        (Arc::new(self.store.clone()), Arc::new(self.store.seals()))
    }

    pub(super) fn keys(&self) -> PathBuf {
        self.folder.path().join("keys")
    }

    pub(super) fn public_keys(&self) -> Vec<String> {
        KeyFile::read_all(&self.keys()).unwrap().iter().filter_map(KeyFile::verifier_key).collect()
    }

    /// Trusts the keys of the folder, and these checkpoints kept elsewhere.
    pub(super) fn kept(&self, notes: &[String]) -> Kept {
        let keys = self.public_keys().iter().map(|key| key.parse().unwrap()).collect();
        Kept { keys, notes: notes.to_vec(), origin: None }
    }

    pub(super) async fn check(&self, notes: &[String]) -> Result<Report, Wrong> {
        check(&self.store, &self.kept(notes)).await
    }

    /// Every checkpoint, oldest first.
    pub(super) async fn notes(&self) -> Vec<String> {
        let all = self.store.seals().checkpoints_after(0, 1_000).await.unwrap();
        all.into_iter().map(|checkpoint| checkpoint.note).collect()
    }

    /// Changes the file as somebody who has it can: past the triggers.
    pub(super) fn tamper(&self, sql: &str) {
        let connection = Connection::open(self.folder.path().join("events.db")).unwrap();
        drop_triggers(&connection);
        connection.execute_batch(sql).unwrap();
    }

    /// Copies the log into one file that nobody has open.
    pub(super) fn copy_log(&self, path: &Path) {
        let connection = Connection::open(self.folder.path().join("events.db")).unwrap();
        connection.execute("VACUUM INTO ?1", [path.to_str().unwrap()]).unwrap();
    }

    /// Such a copy without the triggers.
    pub(super) fn unguarded(&self) -> PathBuf {
        let path = self.folder.path().join("unguarded.db");
        self.copy_log(&path);
        drop_triggers(&Connection::open(&path).unwrap());
        path
    }

    /// The newest position.
    pub(super) async fn head(&self) -> u64 {
        self.store.head().await.unwrap()
    }

    /// The export, as bytes.
    pub(super) async fn export(&self) -> Vec<u8> {
        let sealed = self.sealer().seal_all().await.unwrap();
        let (feed, seals) = self.ports();
        let mut bytes = Vec::new();
        write_jsonl((&feed, &seals), (&sealed, self.public_keys()), &mut bytes, &mut |_, _| {}).await.unwrap();
        bytes
    }

    /// A file in the folder.
    pub(super) fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        File::create(&path).unwrap().write_all(bytes).unwrap();
        path
    }
}

/// What the check of a live log says.
pub(super) async fn check(store: &SqliteEventStore, kept: &Kept) -> Result<Report, Wrong> {
    let (feed, seals): (Arc<dyn EventFeed>, Arc<dyn SealStore>) = (Arc::new(store.clone()), Arc::new(store.seals()));
    match check_log((&feed, &seals), kept, &mut |_, _| {}).await {
        Ok(report) => Ok(report),
        Err(CheckError::Wrong(wrong)) => Err(wrong),
        Err(error) => panic!("{error:?}"),
    }
}

fn drop_triggers(connection: &Connection) {
    let mut triggers = connection.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'").unwrap();
    let names: Vec<String> = triggers.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    for name in names {
        connection.execute_batch(&["DROP TRIGGER ", &name].concat()).unwrap();
    }
}

pub(super) fn open(folder: &Path) -> SqliteEventStore {
    SqliteEventStore::open(&folder.join("events.db"), &System::real()).unwrap()
}

/// What the second implementation of the verifier says: the standard library of Python and nothing of ours.
pub(super) fn python_agrees(export: &Path, origin: &str, keys: &[String]) -> Result<String, String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/verify_export.py");
    let ran = Command::new("python3").arg(script).arg(export).arg(origin).args(keys).output();
    let ran = ran.unwrap_or_else(|error| panic!("this test needs python3 (tests/run says how to get it): {error}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match ran.status.code() {
        Some(0) => Ok(text(&ran.stdout)),
        Some(1) if text(&ran.stderr).starts_with("WRONG") => Err(text(&ran.stderr)),
        other => panic!("{other:?}: {}", text(&ran.stderr)),
    }
}
