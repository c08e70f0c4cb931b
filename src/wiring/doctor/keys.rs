//! The keys: there, the operator's own, readable by nobody else, not too old.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::finding::{Finding, told};
use crate::keys::{KeyFile, KeyFileError, KeyRing, Keys};
use crate::system::System;

/// From how many days on a key that signs wants a successor.
const OLD: i64 = 365;

pub(super) fn keys(folder: &Path, system: &System) -> Vec<Finding> {
    let keys = match KeyRing::open(folder) {
        Ok(ring) => ring.current(),
        Err(error) => {
            let remedy = remedy(&error, folder);
            return vec![Finding::problem("keys", told(&error), remedy)];
        }
    };
    let mut findings = vec![signing(&keys, folder, system)];
    if keys.has_demo_key() {
        let found = format!("a demo made keys in {}, and `serve` refuses them", folder.display());
        let remedy = "make others: routix keys rotate, with another --keys-dir or data directory";
        findings.push(Finding::problem("keys", found, remedy));
    }
    if keys.checkpoint_signer().is_err() {
        let found = "there is none for the checkpoints of the log, so nothing is sealed";
        findings.push(Finding::warning("keys", found, "make one: routix keys rotate"));
    }
    let mode = fs::metadata(folder).map(|folder| folder.permissions().mode());
    if mode.is_ok_and(|mode| mode & 0o077 != 0) {
        let found = format!("others may look into {}", folder.display());
        findings.push(Finding::warning("keys", found, format!("chmod 700 {}", folder.display())));
    }
    findings
}

fn remedy(error: &KeyFileError, folder: &Path) -> String {
    let folder = folder.display();
    match error {
        KeyFileError::Missing(_) => "make the first keys: routix keys rotate".to_owned(),
        KeyFileError::OpenToOthers(file) => format!("chmod 600 {}", file.display()),
        KeyFileError::Malformed(file) => {
            format!("restore {} from a backup, or take it out of {folder}", file.display())
        }
        KeyFileError::Folder(..) | KeyFileError::File(..) => {
            format!("give {folder} and the files in it to the account that serves")
        }
    }
}

fn signing(keys: &Keys, folder: &Path, system: &System) -> Finding {
    let now = system.now();
    let count = KeyFile::read_all(folder).map_or(0, |files| files.len());
    let Some(key) = keys.signing_at(now) else {
        return Finding::problem("keys", "none of them signs", "make one: routix keys rotate");
    };
    let (kid, days) = (&key.kid, (now - key.activates_at).num_days());
    if days > OLD {
        let found = format!("the key {kid} has signed for {days} days");
        let remedy = format!("routix keys rotate, and a day later: routix keys retire {kid}");
        return Finding::warning("keys", found, remedy);
    }
    Finding::ok("keys", format!("{count} in {}; {kid} signs, and is {days} days old", folder.display()))
}
