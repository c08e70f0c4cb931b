//! S9: what a caller sends makes no line in a log but its own, and no character of it moves a terminal's cursor.

use std::fs;

use serde_json::{Value, json};

use super::pieces::TEXTS;
use crate::running::{Request, Server, command, facts, routix, send};

/// What stands in for a name, an id, a type: escapes, line ends, turned and endless text.
const HOSTILE: [&str; 7] = [
    "\x1b[2J\x1b[31mred",
    "\x1b]0;title\x07",
    "a\r\n2026-03-01 INFO forged",
    "\u{9b}31m",
    "\u{202e}desrever",
    "\0",
    "\x08\x08\x7f",
];

fn is_clean(text: &str) -> bool {
    !text.chars().any(|c| {
        (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}')
    })
}

#[test]
fn s9_each_request_is_one_line_of_json_whatever_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = command(folder.path(), &["demo", "--listen", "127.0.0.1:0"]);
    program.env("ROUTIX_LOG", "routix=debug").env("ROUTIX_LOG_FORMAT", "json");
    let server = Server::start(program);
    let facts = facts(folder.path());
    let owner = json!({"email": facts["ROUTIX_OWNER_EMAIL"], "password": facts["ROUTIX_OWNER_PASSWORD"]});
    let user = send(&server.host, &Request::new("POST", "/auth/v1/token?grant_type=password").json(&owner))
        .at("/access_token");
    let mut sent = 1;
    let long = "a".repeat(1_500);
    for text in TEXTS.into_iter().chain(HOSTILE).chain([long.as_str()]) {
        let escaped: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
        let header: String = text.chars().filter(|c| !c.is_ascii_control() && *c != '\u{fffe}').collect();
        for mut request in [
            Request::new("GET", &format!("/{escaped}?{escaped}={escaped}")),
            Request::new("GET", &format!("/rest/v1/oauth_apps/{escaped}/events")).bearer(&user),
            Request::new("GET", &format!("/rest/v1/oauth_apps?name=eq.{escaped}")).bearer(&user),
            Request::new("POST", "/auth/v1/token?grant_type=password").json(&json!({"email": text, "password": text})),
            Request::new("POST", "/oauth2/token")
                .form(&format!("grant_type={escaped}&client_id={escaped}&client_secret={escaped}")),
            Request::new("POST", "/functions/v1/register-oauth-app")
                .bearer(&user)
                .json(&json!({"name": text, text: text})),
        ] {
            let names = ["User-Agent", "X-Request-Id", "Traceparent", "X-Forwarded-For", "Forwarded", "Referer"];
            request.headers.extend(names.map(|name| (name.to_owned(), header.clone())));
            send(&server.host, &request);
            sent += 1;
        }
    }
    let ran = server.stop();
    let mut lines = 0;
    for line in ran.stderr.lines().filter(|line| line.starts_with('{')) {
        assert!(is_clean(line), "{line:?}");
        let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        lines += usize::from(line["target"] == "routix::request");
    }
    assert_eq!(lines, sent, "one line a request");
    for line in ran.stderr.lines() {
        assert!(line.len() < 4_000, "{} bytes in a line", line.len());
        assert!(!line.contains("forged") || line.starts_with('{'), "{line}");
    }
    for arguments in [&["security", "list"][..], &["events", "list"]] {
        let shown = routix(folder.path(), arguments).done();
        assert!(is_clean(&shown), "{arguments:?} {shown:?}");
    }
}

#[test]
fn s9_a_file_that_somebody_changed_shows_nothing_but_text() {
    let folder = tempfile::tempdir().unwrap();
    routix(folder.path(), &["keys", "rotate"]).done();
    let export = folder.path().join("export.jsonl");
    routix(folder.path(), &["events", "export", "--out", export.to_str().unwrap()]).done();
    let lines: Vec<Value> =
        fs::read_to_string(&export).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut shown = 0;
    for text in HOSTILE {
        for place in 0..lines.len() {
            for name in lines[place].as_object().unwrap().keys() {
                let mut changed = lines.clone();
                changed[place][name] = if changed[place][name].is_array() { json!([text]) } else { text.into() };
                let written: Vec<String> = changed.iter().map(Value::to_string).collect();
                let file = folder.path().join("changed.jsonl");
                fs::write(&file, written.join("\n") + "\n").unwrap();
                let ran = routix(folder.path(), &["events", "verify", file.to_str().unwrap()]);
                assert_eq!(ran.code, Some(1), "{name} {ran:?}");
                assert!(is_clean(&ran.stdout) && is_clean(&ran.stderr), "{name}: {ran:?}");
                shown += 1;
            }
        }
    }
    assert!(shown > 50, "{shown}");
}

#[test]
fn s9_arguments_are_said_again_as_text() {
    let folder = tempfile::tempdir().unwrap();
    routix(folder.path(), &["keys", "rotate"]).done();
    let mut said = 0;
    for text in HOSTILE.into_iter().filter(|text| !text.contains('\0')) {
        for arguments in [
            &["history", "app", text][..],
            &["user", "create", "--email", text, "--name", text],
            &["organization", "create", "--name", text, "--owner", text],
            &["app", "show", text],
            &["events", "verify", text],
            &["projections", "verify", text],
            &["security", "list", "--kind", text],
        ] {
            let ran = routix(folder.path(), arguments);
            assert!(ran.code != Some(0), "{arguments:?} {ran:?}");
            // Code 2 is said before the program begins, of what the person has just typed.
            assert!(ran.code == Some(2) || (is_clean(&ran.stdout) && is_clean(&ran.stderr)), "{arguments:?}: {ran:?}");
            said += usize::from(ran.code == Some(1));
        }
    }
    assert!(said > 10, "{said}");
}
