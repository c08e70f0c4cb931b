//! The guest's disk: a file of the host with a file system in it, made and read without mounting it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// Room for a log of some hours; the file has holes where nothing was written.
const SIZE: &str = "1G";

pub(crate) struct Disk {
    folder: TempDir,
}

impl Disk {
    /// A disk with what is in a folder.
    pub(crate) fn holding(content: &Path) -> Self {
        let disk = Self { folder: tempfile::tempdir().unwrap() };
        done(Command::new("mkfs.ext4").args(["-q", "-d"]).arg(content).arg(disk.file()).arg(SIZE), &[0]);
        disk
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("disk")
    }

    /// Repairs the file system from its journal, and puts what is in it into a folder, in the place of what was there.
    pub(crate) fn read_into(&self, folder: &Path) {
        // 1 says that something was repaired.
        done(Command::new("e2fsck").args(["-f", "-y"]).arg(self.file()), &[0, 1]);
        fs::remove_dir_all(folder).unwrap();
        fs::create_dir(folder).unwrap();
        let request = format!("rdump / {}", folder.display());
        done(Command::new("debugfs").args(["-R", &request]).arg(self.file()), &[0]);
        fs::remove_dir(folder.join("lost+found")).unwrap();
    }
}

fn done(command: &mut Command, codes: &[i32]) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.code().is_some_and(|code| codes.contains(&code)), "{command:?}: {output:?}");
}
