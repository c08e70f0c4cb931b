//! Every package is held to the lints of the workspace.

use crate::tree::{Finding, assert_everywhere, lines_found};

/// The lines of one table of a manifest.
fn table<'a>(text: &'a str, header: &str) -> Option<Vec<&'a str>> {
    let mut lines = text.lines().map(str::trim).skip_while(|line| *line != header);
    lines.next()?;
    Some(lines.take_while(|line| !line.starts_with('[')).collect())
}

fn lints_not_inherited(path: &str, text: &str) -> Vec<Finding> {
    let is_package = path.rsplit('/').next() == Some("Cargo.toml") && table(text, "[package]").is_some();
    let inherits = table(text, "[lints]").is_some_and(|lines| lines.contains(&"workspace = true"));
    let finding = || Finding::new(1, "write `workspace = true` under `[lints]`");
    (is_package && !inherits).then(finding).into_iter().collect()
}

#[test]
fn every_package_inherits_the_lints_of_the_workspace() {
    assert_everywhere(lints_not_inherited);
}

#[test]
fn the_check_of_manifests_fails_without_the_lints() {
    let package = "[package]\nname = \"a\"\n";
    for lints in ["", "[lints]\n", "[lints]\nworkspace = false\n", "[lints]\n[dependencies]\nworkspace = true\n"] {
        assert_eq!(
            lines_found(&lints_not_inherited("domain/Cargo.toml", &format!("{package}{lints}"))),
            [1],
            "{lints}"
        );
    }
    assert_eq!(lints_not_inherited("domain/Cargo.toml", &format!("{package}[lints]\nworkspace = true\n")), []);
    assert_eq!(lints_not_inherited("Cargo.toml", "[workspace]\nmembers = []\n"), []);
}
