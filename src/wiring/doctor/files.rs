//! The folders of SQLite files: there, ours to write, nobody else's to read, with room, and in whose hands.

use std::fs::{self, File, TryLockError};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access, statvfs};

use super::finding::{Finding, told};
use crate::config::Config;
use crate::wiring::place::{Place, Places};

/// Below this much nothing can be relied on.
const NO_ROOM: u64 = 64 << 20;
/// Below this much somebody should know.
const LITTLE_ROOM: u64 = 1 << 30;

/// Whether a server is running on this data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Server {
    Runs,
    Stands,
    /// Nobody here can tell who is at a PostgreSQL.
    Unknown,
}

/// What is to be said of each folder with data, and of who is at them.
pub(super) fn folders(config: &Config, places: &Places) -> (Server, Vec<Finding>) {
    let mut folders: Vec<&Path> = Vec::new();
    for place in [&places.database, places.log_database()] {
        match place {
            Place::Folder(folder) if !folders.contains(&folder.as_path()) => folders.push(folder),
            Place::Folder(_) | Place::Postgres(_) => {}
        }
    }
    let Some(locked) = folders.first() else { return (Server::Unknown, Vec::new()) };
    let server = server(locked);
    let mut findings: Vec<Finding> = folders.iter().map(|folder| self::folder(folder, config)).collect();
    findings.push(match server {
        Ok(Server::Runs) => Finding::ok("lock", format!("a server is running on {}", locked.display())),
        Ok(Server::Stands | Server::Unknown) => {
            Finding::ok("lock", format!("no server is running on {}", locked.display()))
        }
        Err(ref error) => Finding::problem("lock", told(error), "give the file lock to the account that serves"),
    });
    (server.unwrap_or(Server::Stands), findings)
}

/// Asks for the lock as one of many who may have it at once, and lets go of it again.
fn server(folder: &Path) -> std::io::Result<Server> {
    let file = match File::open(folder.join("lock")) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Server::Stands),
        Err(error) => return Err(error),
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(Server::Stands),
        Err(TryLockError::WouldBlock) => Ok(Server::Runs),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn folder(folder: &Path, config: &Config) -> Finding {
    const CHECK: &str = "data directory";
    let shown = folder.display();
    let metadata = match fs::metadata(folder) {
        Ok(metadata) if metadata.is_dir() => metadata,
        Ok(_) => return Finding::problem(CHECK, format!("{shown} is no folder"), "choose another --data-dir"),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let found = format!("{shown} is not there; the next start makes it, without any data");
            return Finding::warning(CHECK, found, "see whether --data-dir is the one that was meant");
        }
        Err(error) => {
            return Finding::problem(CHECK, format!("{shown}: {error}"), "let the account that serves into it");
        }
    };
    if access(folder, Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK).is_err() {
        return Finding::problem(CHECK, format!("{shown} cannot be written by this account"), give(folder));
    }
    if let Some(file) = files(folder).into_iter().find(|file| !is_ours(file, metadata.uid())) {
        let found = format!("{} belongs to another account than its folder, or cannot be written", file.display());
        return Finding::problem(CHECK, found, give(folder));
    }
    if metadata.permissions().mode() & 0o077 != 0 {
        let found = format!("others may look into {shown}");
        return Finding::warning(CHECK, found, format!("chmod 700 {shown}"));
    }
    room(folder, config)
}

fn give(folder: &Path) -> String {
    format!("chown -R {} to the account that serves, and run this as that account", folder.display())
}

/// The databases in the folder, with what SQLite keeps beside them.
fn files(folder: &Path) -> Vec<PathBuf> {
    let names = ["events.db", "identity.db", "read.db", "tms.db"];
    let beside = |name: &&str| ["", "-wal", "-shm"].map(|suffix| folder.join(format!("{name}{suffix}")));
    names.iter().flat_map(beside).filter(|file| file.exists()).collect()
}

fn is_ours(file: &Path, owner: u32) -> bool {
    access(file, Access::READ_OK | Access::WRITE_OK).is_ok()
        && fs::metadata(file).is_ok_and(|metadata| metadata.uid() == owner)
}

fn room(folder: &Path, config: &Config) -> Finding {
    const CHECK: &str = "data directory";
    let free = match statvfs(folder) {
        Ok(disk) => disk.f_bavail.saturating_mul(disk.f_frsize),
        Err(error) => return Finding::warning(CHECK, format!("how much room it has is not known: {error}"), "look"),
    };
    let size = |file: &PathBuf| fs::metadata(file).map_or(0, |metadata| metadata.len());
    let held: u64 = files(folder).iter().map(size).sum();
    let found = format!("{} holds {} MiB and has {} MiB of room", folder.display(), held >> 20, free >> 20);
    let remedy = || format!("make room, or move {}", config.data_dir.display());
    // `user forget` writes the largest of them anew beside itself.
    match free {
        ..NO_ROOM => Finding::problem(CHECK, found, remedy()),
        free if free < LITTLE_ROOM.max(held.saturating_mul(2)) => Finding::warning(CHECK, found, remedy()),
        _ => Finding::ok(CHECK, found),
    }
}
