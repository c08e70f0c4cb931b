//! Dependencies point one way: surfaces do not know one another, and the domain knows nobody.

use crate::tree::{Finding, assert_everywhere, code_lines, is_rust, line_of, lines_found};

const SURFACES: [&str; 4] = ["oauth", "manage", "proxy", "dashboard"];

/// Where concrete stores may be named: the stores themselves and the one file that chooses.
const STORE_HOMES: [&str; 2] = ["src/store", "src/wiring"];
const STORES: [&str; 3] = ["sqlite", "postgres", "eventstore"];

/// Folder, and the crates that nothing in it may use.
const FORBIDDEN_CRATES: [(&str, &[&str]); 2] =
    [("domain/", &["tokio", "sqlx", "rusqlite", "axum", "tracing", "jsonwebtoken"]), ("projections/", &["axum"])];

/// Where SQLite is spoken to. Migrations and tests speak to it too.
const SQLITE_HOMES: [&str; 6] =
    ["src/store", "src/identity", "src/proxy/records", "src/demo", "projections/", "src/migrat"];

/// The text without the lines that are only comments, with every line still in its place.
fn code(text: &str) -> String {
    let mut lines = vec![""; text.lines().count()];
    code_lines(text).for_each(|(number, line)| lines[number - 1] = line);
    lines.join("\n")
}

/// The paths under `crate::` that a program names, each with its line: `crate::{a, b::c}` names `a` and `b::c`.
fn crate_paths(text: &str) -> Vec<(usize, String)> {
    let code = code(text);
    let mut paths = Vec::new();
    for (start, prefix) in code.match_indices("crate::") {
        let rest = &code[start + prefix.len()..];
        let mut found = Vec::new();
        expand("", rest, &mut found);
        paths.extend(found.into_iter().map(|path| (line_of(&code, start), path)));
    }
    paths
}

/// Writes the paths of one use tree to `found` and returns how many bytes it took.
fn expand(prefix: &str, tree: &str, found: &mut Vec<String>) -> usize {
    let Some(group) = tree.strip_prefix('{') else {
        let in_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
        let end = tree.find(|c| !in_path(c)).unwrap_or(tree.len());
        let path = format!("{prefix}{}", &tree[..end]);
        if path.ends_with("::") && tree[end..].starts_with('{') {
            return end + expand(&path, &tree[end..], found);
        }
        found.push(path);
        return end;
    };
    let mut at = 0;
    while let Some(next) = group[at..].chars().next() {
        if next == '}' {
            return at + 2;
        }
        at += match next {
            c if c.is_whitespace() || c == ',' => c.len_utf8(),
            _ => expand(prefix, &group[at..], found).max(next.len_utf8()),
        };
    }
    at + 1
}

fn is_or_is_under(path: &str, module: &str) -> bool {
    path.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

fn foreign_surfaces(path: &str, text: &str) -> Vec<Finding> {
    let is_home = |surface: &str| {
        path.strip_prefix("src/")
            .and_then(|rest| rest.strip_prefix(surface))
            .is_some_and(|rest| rest.starts_with(['/', '.']))
    };
    let Some(own) = SURFACES.into_iter().find(|surface| is_rust(path) && is_home(surface)) else {
        return Vec::new();
    };
    let foreign = |named: &str| SURFACES.into_iter().find(|other| *other != own && is_or_is_under(named, other));
    let mut named: Vec<_> =
        crate_paths(text).into_iter().filter_map(|(line, named)| Some((line, foreign(&named)?))).collect();
    named.dedup();
    let what = |other| format!("{own} must not know {other}; what both need has its own module");
    named.into_iter().map(|(line, other)| Finding::new(line, what(other))).collect()
}

fn named_stores(path: &str, text: &str) -> Vec<Finding> {
    let at_home = STORE_HOMES.iter().any(|home| path.starts_with(home));
    if at_home || !is_rust(path) || !path.starts_with("src/") {
        return Vec::new();
    }
    let is_store = |named: &str| STORES.iter().any(|store| is_or_is_under(named, &format!("store::{store}")));
    crate_paths(text)
        .into_iter()
        .filter(|(_, named)| is_store(named))
        .map(|(line, named)| Finding::new(line, format!("only wiring names a concrete store, here crate::{named}")))
        .collect()
}

/// Whether a line of Rust or of a manifest brings a crate in.
fn uses_crate(path: &str, line: &str, name: &str) -> bool {
    let before_is_free = |start: usize| !line[..start].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
    let after = |start: usize| &line[start + name.len()..];
    let rust = |start: usize| {
        let declared = line[..start].ends_with("use ") || line[..start].ends_with("extern crate ");
        let ends = !after(start).starts_with(|c: char| c.is_alphanumeric() || c == '_');
        before_is_free(start) && ends && (declared || after(start).starts_with("::"))
    };
    let manifest = |start: usize| start == 0 && after(start).starts_with(['.', ' ', '=']);
    line.match_indices(name).any(|(start, _)| if is_rust(path) { rust(start) } else { manifest(start) })
}

fn forbidden_crates(path: &str, text: &str) -> Vec<Finding> {
    let relevant = is_rust(path) || path.ends_with("Cargo.toml");
    let rules = FORBIDDEN_CRATES.iter().filter(|(folder, _)| relevant && path.starts_with(folder));
    let mut findings = Vec::new();
    for (folder, crates) in rules {
        for (number, line) in code_lines(text) {
            let used = crates.iter().filter(|name| uses_crate(path, line, name));
            findings.extend(used.map(|name| Finding::new(number, format!("{folder} never uses {name}"))));
        }
    }
    findings
}

fn sqlite_outside_its_homes(path: &str, text: &str) -> Vec<Finding> {
    let home = SQLITE_HOMES.iter().any(|home| path.starts_with(home));
    let test = path.starts_with("tests/") || path.ends_with("/tests.rs") || path.contains("/tests/");
    if home || test || !is_rust(path) {
        return Vec::new();
    }
    let uses = code_lines(text).filter(|(_, line)| uses_crate(path, line, "rusqlite"));
    uses.map(|(number, _)| {
        Finding::new(number, "SQL has its homes: store, identity, demo, the proxy's records, projections")
    })
    .collect()
}

#[test]
fn surfaces_do_not_know_one_another() {
    assert_everywhere(foreign_surfaces);
}

#[test]
fn the_check_of_surfaces_fails_on_a_foreign_import() {
    for planted in [
        "use crate::http;\nuse crate::manage::apps::list;\n",
        "use crate::{\n    http, store::{a, b}, manage::{self, apps},\n};",
        "fn f() {\n    crate::manage::f() }",
        "\nuse crate::manage;",
    ] {
        let found = foreign_surfaces("src/oauth/token/mod.rs", planted);
        assert_eq!(found.len(), 1, "{planted}");
        assert_eq!(foreign_surfaces("src/oauth.rs", planted).len(), 1, "{planted}");
        assert_eq!(foreign_surfaces("src/manage/mod.rs", planted), [], "{planted}");
        assert_eq!(foreign_surfaces("src/wiring.rs", planted), [], "{planted}");
    }
    let lines = lines_found(&foreign_surfaces("src/proxy/a.rs", "//! crate::oauth\nuse crate::oauth::jwt;\n"));
    assert_eq!(lines, [2]);
    assert_eq!(foreign_surfaces("src/proxy/a.rs", "use crate::commands::oauth;\nuse crate::proxy::b;"), []);
}

#[test]
fn only_wiring_names_a_concrete_store() {
    assert_everywhere(named_stores);
}

#[test]
fn the_check_of_stores_fails_outside_wiring() {
    for planted in [
        "use crate::store::sqlite::Log;",
        "use crate::store::{EventStore, sqlite::Log};",
        "use crate::{store::postgres};",
    ] {
        assert_eq!(lines_found(&named_stores("src/commands/rotate_secret.rs", planted)), [1], "{planted}");
        for home in ["src/wiring.rs", "src/wiring/stores.rs", "src/store/mod.rs", "tests/it/contract/sqlite.rs"] {
            assert_eq!(named_stores(home, planted), [], "{planted} in {home}");
        }
    }
    assert_eq!(named_stores("src/commands/a.rs", "use crate::store::EventStore;\nuse crate::store::sqlite_free;"), []);
}

#[test]
fn no_package_uses_a_crate_that_it_must_not_know() {
    assert_everywhere(forbidden_crates);
}

#[test]
fn the_check_of_crates_fails_on_each_of_them() {
    for (folder, crates) in FORBIDDEN_CRATES {
        for name in crates {
            for line in [format!("use {name};"), format!("use {name}::X;"), format!("    {name}::f();")] {
                let planted = format!("\n{line}\n");
                let found = forbidden_crates(&format!("{folder}src/a.rs"), &planted);
                assert_eq!(lines_found(&found), [2], "{line} in {folder}");
                assert_eq!(forbidden_crates("src/a.rs", &planted), []);
            }
            for line in [format!("{name}.workspace = true"), format!("{name} = \"1\"")] {
                let found = forbidden_crates(&format!("{folder}Cargo.toml"), &line);
                assert_eq!(lines_found(&found), [1], "{line} in {folder}");
            }
        }
    }
    let harmless = "//! Not tokio::spawn.\nlet tokio_like = my_tokio::x;\nuse crate::tracing::Trace;\n";
    assert_eq!(forbidden_crates("domain/src/a.rs", harmless), []);
    assert_eq!(forbidden_crates("domain/Cargo.toml", "tokio-like = \"1\"\n[tokio]\n"), []);
}

#[test]
fn sqlite_is_spoken_to_only_at_home() {
    assert_everywhere(sqlite_outside_its_homes);
}

#[test]
fn the_check_of_sqlite_fails_outside_its_homes() {
    let planted = "use std::fs;\nuse rusqlite::Connection;\n";
    for path in ["src/manage/list_apps.rs", "src/proxy/mod.rs", "domain/src/lib.rs", "src/oauth/token.rs"] {
        assert_eq!(lines_found(&sqlite_outside_its_homes(path, planted)), [2], "{path}");
    }
    for path in [
        "src/store/sqlite/writer.rs",
        "src/identity/mod.rs",
        "src/proxy/records.rs",
        "src/proxy/records/sqlite.rs",
        "src/demo/mod.rs",
        "projections/src/runner.rs",
        "src/migrations.rs",
        "src/manage/tests.rs",
        "tests/it/main.rs",
    ] {
        assert_eq!(sqlite_outside_its_homes(path, planted), [], "{path}");
    }
}
