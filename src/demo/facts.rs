//! `demo.env`: the facts of a demo, for shells and tests to source.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// The file's name in the data directory.
pub const ENV_FILE: &str = "demo.env";

/// Names and values. Values hold no character that a shell would read as anything else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts(BTreeMap<String, String>);

impl Facts {
    pub fn set(&mut self, name: &str, value: impl ToString) {
        self.0.insert(name.to_owned(), value.to_string());
    }

    /// The value, or an empty text.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map(String::as_str).unwrap_or_default()
    }

    /// The same facts at another address.
    #[must_use]
    pub fn at(mut self, url: &str) -> Self {
        self.set("ROUTIX_URL", url);
        self
    }

    /// What an earlier start wrote; `None` when there was none.
    ///
    /// # Errors
    /// Those of reading a file that is there.
    pub fn read(folder: &Path) -> io::Result<Option<Self>> {
        let text = match fs::read_to_string(folder.join(ENV_FILE)) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let pairs = text.lines().filter_map(|line| line.split_once('='));
        Ok(Some(Self(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())))
    }

    /// Writes the file whole or not at all, readable by its owner alone: it holds secrets.
    ///
    /// # Errors
    /// Those of writing.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let mut text = String::new();
        for (name, value) in &self.0 {
            // Writing into a String cannot fail.
            let _ = writeln!(text, "{name}={value}");
        }
        let draft = folder.join("demo.env.new");
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(draft, folder.join(ENV_FILE))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn facts_survive_their_file_which_others_cannot_read() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Facts::read(folder.path()).unwrap(), None);
        let mut facts = Facts::default();
        facts.set("ROUTIX_BRANCH", "RS2RDH3B");
        let facts = facts.at("http://127.0.0.1:1");
        facts.write(folder.path()).unwrap();
        assert_eq!(Facts::read(folder.path()).unwrap(), Some(facts));
        let mode = fs::metadata(folder.path().join(ENV_FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
