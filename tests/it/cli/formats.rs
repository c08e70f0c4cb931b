//! `--format`: each form can be read by a program, and nothing but data is on stdout.

use serde_json::Value;

use crate::running::{Server, facts, routix};

/// Splits a line of RFC 4180.
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut quoted) = (vec![String::new()], false);
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        let cell = cells.last_mut().unwrap();
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => cell.extend(characters.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            other => cell.push(other),
        }
    }
    cells
}

#[test]
fn every_list_comes_in_four_forms_that_say_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let facts = facts(folder.path());
    let (organization, app) = (facts["ROUTIX_ORGANIZATION_ID"].as_str(), facts["ROUTIX_APP_ID"].as_str());
    for (words, least) in [
        (&["organization", "list"][..], 2),
        (&["branch", "list", "--organization", organization], 2),
        (&["user", "list"], 4),
        (&["member", "list", "--organization", organization], 3),
        (&["app", "list"], 2),
        (&["app", "list", "--organization", organization], 1),
        (&["app", "show", app], 10),
        (&["keys", "list"], 1),
        (&["projections", "status"], 5),
        (&["events", "schema"], 31),
    ] {
        let print = |format: &str| {
            let ran = routix(folder.path(), &[words, &["--format", format]].concat());
            assert_eq!(ran.stderr, "", "{words:?}");
            ran.done()
        };
        let rows: Vec<Value> = serde_json::from_str(&print("json")).unwrap();
        assert!(rows.len() >= least, "{words:?}: {rows:?}");
        let lines: Vec<Value> = print("jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines, rows, "{words:?}");
        let csv = print("csv");
        let mut lines = csv.split_terminator("\r\n").map(cells);
        let head = lines.next().unwrap();
        for (row, line) in rows.iter().zip(lines.by_ref()) {
            assert_eq!(head.len(), line.len(), "{words:?}");
            for (name, cell) in head.iter().zip(&line) {
                let value = &row[name];
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                assert_eq!(*cell, if value.is_null() { String::new() } else { text }, "{words:?}: {name}");
            }
            assert_eq!(head.len(), row.as_object().unwrap().len());
        }
        assert_eq!(lines.next(), None);
        let table = print("table");
        for row in &rows {
            let first = row[&head[0]].as_str().unwrap();
            assert!(table.contains(first), "{words:?}: {first} in {table}");
        }
        assert_eq!(routix(folder.path(), words).done(), table, "a table is the default");
    }
    drop(server);
}

#[test]
fn no_form_shows_a_secret_or_a_hash() {
    let folder = tempfile::tempdir().unwrap();
    let _server = Server::demo(folder.path());
    let facts = facts(folder.path());
    let shown = routix(folder.path(), &["app", "show", &facts["ROUTIX_APP_ID"], "--format", "json"]).done();
    let listed = routix(folder.path(), &["app", "list", "--format", "json"]).done();
    let users = routix(folder.path(), &["user", "list", "--format", "json"]).done();
    for text in [shown, listed, users] {
        assert!(!text.contains(&facts["ROUTIX_CLIENT_SECRET"]) && !text.contains("argon2"), "{text}");
        let hashes = text.split(|c: char| !c.is_ascii_hexdigit()).filter(|word| word.len() >= 40);
        assert_eq!(hashes.count(), 0, "{text}");
    }
}

#[test]
fn what_is_made_is_the_only_thing_on_stdout() {
    let folder = tempfile::tempdir().unwrap();
    routix(folder.path(), &["migrate"]).done();
    let created = routix(folder.path(), &["user", "create", "--email", "ann@example.com", "--name", "Ann"]).done();
    let [id, password] = created.lines().collect::<Vec<_>>()[..] else { panic!("{created}") };
    assert!(uuid::Uuid::parse_str(id).is_ok() && password.len() >= 20, "{created}");
    let organization =
        routix(folder.path(), &["organization", "create", "--name", "Vos", "--owner", "ann@example.com"]).done();
    assert!(uuid::Uuid::parse_str(organization.trim()).is_ok(), "{organization}");
    let kid = routix(folder.path(), &["keys", "rotate"]).done();
    let keys = routix(folder.path(), &["keys", "list", "--format", "jsonl"]).done();
    let keys: Vec<Value> = keys.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&keys[0]["kid"], &keys[0]["state"]), (&kid.trim().into(), &"signs".into()));
    assert_eq!((keys.len(), &keys[1]["state"]), (2, &"seals".into()));
    assert!(keys[1]["public_key"].as_str().unwrap().starts_with("routix-"), "{keys:?}");
    assert_eq!(routix(folder.path(), &["migrate"]).done(), "");
}
