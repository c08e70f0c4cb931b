//! A migration that has run is never edited: `migrations/HASHES` holds the SHA-256 of each, as `sha256sum` writes it.

use sha2::{Digest, Sha256};

use crate::tree::{Finding, assert_everywhere, files, lines_found};

const FOLDER: &str = "migrations/";
const HASHES: &str = "migrations/HASHES";

fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The hash and the path, relative to `migrations`, of each line.
fn listed(hashes: &str) -> impl Iterator<Item = (usize, &str, &str)> {
    (1..).zip(hashes.lines()).filter_map(|(number, line)| {
        let (hash, name) = line.split_once("  ")?;
        Some((number, hash, name))
    })
}

fn unlisted_or_edited(path: &str, text: &str, hashes: &str) -> Vec<Finding> {
    let Some(name) = path.strip_prefix(FOLDER).filter(|name| name.ends_with(".sql")) else {
        return Vec::new();
    };
    let hash = sha256(text);
    match listed(hashes).find(|(_, _, listed)| *listed == name) {
        Some((_, listed, _)) if listed == hash => Vec::new(),
        Some((_, listed, _)) => {
            vec![Finding::new(1, format!("edited after it was listed as {listed}; write a new migration"))]
        }
        None => vec![Finding::new(1, format!("not in {HASHES}; add this line:\n{hash}  {name}"))],
    }
}

/// Lines that are malformed, doubled, or name a file that is gone.
fn stale_lines(path: &str, hashes: &str, exists: impl Fn(&str) -> bool) -> Vec<Finding> {
    if path != HASHES {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (number, line) in (1..).zip(hashes.lines()) {
        match listed(line).next() {
            None => findings.push(Finding::new(number, "a line is `<sha256>  <path relative to migrations>`")),
            Some((_, _, name)) if !exists(name) => {
                findings
                    .push(Finding::new(number, format!("{name} is gone; a migration that has run is never removed")));
            }
            Some((_, _, name)) if listed(hashes).any(|(other, _, twin)| twin == name && other < number) => {
                findings.push(Finding::new(number, format!("{name} is listed twice")));
            }
            Some(_) => {}
        }
    }
    findings
}

#[test]
fn every_migration_is_listed_with_its_hash_and_none_is_edited() {
    let files = files();
    let hashes = files.iter().find(|file| file.path == HASHES).map(|file| file.text.as_str());
    let hashes = hashes.unwrap_or_else(|| panic!("{HASHES} is missing"));
    let exists = |name: &str| files.iter().any(|file| file.path.strip_prefix(FOLDER) == Some(name));
    assert_everywhere(|path, text| {
        let mut findings = unlisted_or_edited(path, text, hashes);
        findings.extend(stale_lines(path, text, exists));
        findings
    });
}

#[test]
fn the_check_of_migrations_fails_on_a_missing_and_on_an_edited_one() {
    let (path, name) = ("migrations/sqlite/read/0001_apps.sql", "sqlite/read/0001_apps.sql");
    let text = "CREATE TABLE apps (id TEXT PRIMARY KEY);\n";
    let line = |text: &str| format!("{}  {name}\n", sha256(text));
    let missing = unlisted_or_edited(path, text, &line(text).replace("read", "identity"));
    assert!(matches!(missing.as_slice(), [one] if one.what.ends_with(line(text).trim_end())), "{missing:?}");
    assert_eq!(unlisted_or_edited(path, text, &line(text)), []);
    assert_eq!(lines_found(&unlisted_or_edited(path, "CREATE TABLE apps (id UUID);\n", &line(text))), [1]);
    assert_eq!(unlisted_or_edited("migrations/README.md", text, ""), []);
}

#[test]
fn a_hash_is_what_sha256sum_prints() {
    assert_eq!(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

#[test]
fn the_check_of_the_list_fails_on_lines_that_name_nothing() {
    let hashes = "aa  sqlite/a.sql\nsqlite/b.sql\ncc  sqlite/gone.sql\naa  sqlite/a.sql\n";
    assert_eq!(lines_found(&stale_lines(HASHES, hashes, |name| name == "sqlite/a.sql")), [2, 3, 4]);
    assert_eq!(stale_lines("migrations/README.md", hashes, |_| false), []);
}
