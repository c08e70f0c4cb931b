//! A copy of everything, beside a running server.
//!
//! Each file is a copy of one moment, and the moments follow one another, so the order is what makes them one:
//! - the read models first, so that they are behind the log, which the next start makes good, and never ahead of it;
//! - then the log, which is the truth;
//! - then people: one who was forgotten meanwhile is in no copy, and one who came is in it without what he did;
//! - then the records, which know nothing of the log;
//! - the keys last: each that the log has published is there, and none that it has retired.
//!
//! Deliberately absent: PostgreSQL (`pg_dump` takes one moment of it all) and records in a database of the operator's own.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use routix_projections::database::DatabaseError;
use routix_projections::sqlite_file::{copy, damage};

use super::open::OpenError;
use super::place::{LogPlace, Place, Places};
use crate::config::Config;
use crate::keys::{KeyFile, KeyFileError};

/// Why there is no backup.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error(transparent)]
    Places(#[from] OpenError),
    #[error("the data is not all in SQLite files; copy a PostgreSQL with pg_dump, and the folder of the keys")]
    NotFiles,
    #[error("{0} is there already; a backup is a new folder")]
    Exists(PathBuf),
    #[error("{0} is left of a backup that did not end; remove it")]
    Interrupted(PathBuf),
    #[error("cannot write {0}")]
    Write(PathBuf, #[source] io::Error),
    #[error("cannot copy {0}")]
    Copy(PathBuf, #[source] DatabaseError),
    #[error("{0} is damaged: {1}")]
    Damaged(PathBuf, String),
    #[error(transparent)]
    Keys(#[from] KeyFileError),
}

/// A file of the backup, by its path in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    pub path: PathBuf,
    pub bytes: u64,
}

/// Copies the SQLite files and the keys into the folder `out`, which is there whole or not at all. What is copied can be
/// served: it is a data directory.
///
/// # Errors
/// [`BackupError`].
pub fn back_up(config: &Config, out: &Path) -> Result<Vec<Copied>, BackupError> {
    let places = Places::read(config)?;
    let (Place::Folder(folder), LogPlace::Database(Place::Folder(log))) = (&places.database, &places.log) else {
        return Err(BackupError::NotFiles);
    };
    let draft = draft(out)?;
    let copied = fill(&draft, (folder, log), config);
    let moved = copied.and_then(|copied| {
        let parent = out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let moved = sync(&draft).and_then(|()| fs::rename(&draft, out)).and_then(|()| sync(parent));
        moved.map(|()| copied).map_err(|error| BackupError::Write(out.to_owned(), error))
    });
    if moved.is_err() {
        // It was made here a moment ago; what remains of it is in nobody's way but that of the next backup.
        let _gone = fs::remove_dir_all(&draft);
    }
    moved
}

fn fill(draft: &Path, (folder, log): (&Path, &Path), config: &Config) -> Result<Vec<Copied>, BackupError> {
    let mut copied = vec![database(folder, "read.db", draft)?, database(log, "events.db", draft)?];
    copied.push(database(folder, "identity.db", draft)?);
    if config.tms_url.is_none() {
        copied.push(database(folder, "tms.db", draft)?);
    }
    copied.extend(keys(config, draft)?);
    Ok(copied)
}

/// The folder that becomes `out` at the end, for this account alone.
fn draft(out: &Path) -> Result<PathBuf, BackupError> {
    if out.symlink_metadata().is_ok() {
        return Err(BackupError::Exists(out.to_owned()));
    }
    let mut name = OsString::from(out);
    name.push(".partial");
    let draft = PathBuf::from(name);
    match DirBuilder::new().mode(0o700).create(&draft) {
        Ok(()) => Ok(draft),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(BackupError::Interrupted(draft)),
        Err(error) => Err(BackupError::Write(draft, error)),
    }
}

fn database(folder: &Path, name: &str, draft: &Path) -> Result<Copied, BackupError> {
    let (from, to) = (folder.join(name), draft.join(name));
    copy(&from, &to).map_err(|error| BackupError::Copy(from.clone(), error.into()))?;
    if let Some(damage) = damage(&to).map_err(|error| BackupError::Copy(from.clone(), error.into()))? {
        return Err(BackupError::Damaged(from, damage));
    }
    let unwritten = |error| BackupError::Write(to.clone(), error);
    sync(&to).map_err(unwritten)?;
    let bytes = fs::metadata(&to).map_err(unwritten)?.len();
    Ok(Copied { path: PathBuf::from(name), bytes })
}

fn keys(config: &Config, draft: &Path) -> Result<Vec<Copied>, BackupError> {
    let folder = draft.join("keys");
    let unwritten = |error| BackupError::Write(folder.clone(), error);
    DirBuilder::new().mode(0o700).create(&folder).map_err(unwritten)?;
    for key in KeyFile::read_all(&config.keys_dir())? {
        key.write(&folder)?;
    }
    sync(&folder).map_err(unwritten)?;
    let mut copied = Vec::new();
    for entry in fs::read_dir(&folder).map_err(unwritten)? {
        let entry = entry.map_err(unwritten)?;
        let bytes = entry.metadata().map_err(unwritten)?.len();
        copied.push(Copied { path: Path::new("keys").join(entry.file_name()), bytes });
    }
    copied.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(copied)
}

fn sync(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}
