//! The files of the repository and what is found in them.

use std::fs;
use std::path::Path;

/// A rule that is broken, and where.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) line: usize,
    pub(crate) what: String,
}

impl Finding {
    pub(crate) fn new(line: usize, what: impl Into<String>) -> Self {
        Self { line, what: what.into() }
    }
}

/// A text file; its path is relative to the root and has forward slashes.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Every text file, except what `.gitignore` names and what git keeps for itself.
pub(crate) fn files() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let ignored = fs::read_to_string(root.join(".gitignore")).unwrap();
    let mut files = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let path = format!("{folder}{}", entry.file_name().to_str().unwrap());
            let kind = entry.file_type().unwrap();
            if is_ignored(&path, &ignored) || kind.is_symlink() {
                continue;
            }
            if kind.is_dir() {
                folders.push(path + "/");
            } else if let Ok(text) = String::from_utf8(fs::read(entry.path()).unwrap()) {
                files.push(File { path, text });
            }
        }
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    files
}

/// `/name` is one path from the root, `name` and `name/` are names anywhere: the forms that our `.gitignore` uses.
fn is_ignored(path: &str, ignored: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let mut listed = ignored.lines().map(|line| line.trim_end_matches('/')).filter(|line| !line.is_empty());
    name == ".git" || listed.any(|entry| entry.strip_prefix('/').map_or(name == entry, |at| path == at))
}

/// Runs a check over the tree and fails with every finding as `path:line: what`.
pub(crate) fn assert_everywhere(check: impl Fn(&str, &str) -> Vec<Finding>) {
    let files = files();
    assert!(files.iter().any(|file| file.path == "Cargo.toml"), "the tree was not found");
    let found: Vec<String> = files
        .iter()
        .flat_map(|file| check(&file.path, &file.text).into_iter().map(|finding| (&file.path, finding)))
        .map(|(path, finding)| format!("{path}:{}: {}", finding.line, finding.what))
        .collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

/// The lines on which a check finds something.
pub(crate) fn lines_found(findings: &[Finding]) -> Vec<usize> {
    findings.iter().map(|finding| finding.line).collect()
}

/// The lines of a program with their numbers, without those that are only a comment.
pub(crate) fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.lines()).filter(|(_, line)| !line.trim_start().starts_with("//"))
}

pub(crate) fn is_rust(path: &str) -> bool {
    path.ends_with(".rs")
}

/// In the sources of one of the three packages.
pub(crate) fn is_source(path: &str) -> bool {
    is_rust(path) && ["src/", "domain/src/", "projections/src/"].iter().any(|folder| path.starts_with(folder))
}

/// The line on which a byte of the text stands.
pub(crate) fn line_of(text: &str, byte: usize) -> usize {
    text[..byte].matches('\n').count() + 1
}

#[test]
fn the_tree_holds_sources_and_not_what_git_ignores() {
    let paths: Vec<String> = files().into_iter().map(|file| file.path).collect();
    for expected in ["Cargo.toml", "domain/src/lib.rs", "tests/tidy/tree.rs", ".gitignore"] {
        assert!(paths.iter().any(|path| path == expected), "{expected}");
    }
    assert!(!paths.iter().any(|path| path.starts_with("target/") || path.starts_with(".git/")));
}

#[test]
fn gitignore_names_are_left_out() {
    let ignored = "/target\nnode_modules/\n.DS_Store\n";
    assert!(is_ignored("target", ignored));
    assert!(is_ignored("tests/browser/node_modules", ignored));
    assert!(is_ignored("docs/.DS_Store", ignored));
    assert!(is_ignored(".git", ignored));
    assert!(!is_ignored("src/target", ignored));
    assert!(!is_ignored("src", ignored));
}
