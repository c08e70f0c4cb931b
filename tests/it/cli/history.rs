//! `routix history app`: what happened, what was so then, and what is different.

use std::collections::BTreeMap;
use std::path::Path;

use routix::commands::Origin;
use routix::commands::consents::ConsentParties;
use routix::config::Config;
use routix::system::System;
use routix::wiring::Stores;
use routix_domain::log::Actor;
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

use crate::running::{Ran, Server, facts, routix};

/// The demo's app after a rotation with an overlap, a consent of the viewer, and a revocation with a cut-off.
fn with_a_life() -> (TempDir, BTreeMap<String, String>) {
    let folder = tempfile::tempdir().unwrap();
    drop(Server::demo(folder.path()));
    let facts = facts(folder.path());
    let app = facts["ROUTIX_APP_ID"].as_str();
    routix(folder.path(), &["app", "rotate", app, "--overlap-seconds", "3600"]).done();
    consent(folder.path(), &facts);
    routix(folder.path(), &["app", "revoke", app, "--revoke-tokens"]).done();
    (folder, facts)
}

/// The viewer consents, as he would in a browser.
fn consent(data: &Path, facts: &BTreeMap<String, String>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let config = Config { data_dir: data.to_owned(), ..Config::default() };
        let stores = Stores::open_beside(&config, &System::real()).await.unwrap();
        let viewer = stores.identity.user_by_email(&facts["ROUTIX_VIEWER_EMAIL"]).await.unwrap().unwrap();
        let id = |name: &str| facts[name].parse::<Uuid>().unwrap();
        let (app_id, organization_id) = (id("ROUTIX_APP_ID"), id("ROUTIX_ORGANIZATION_ID"));
        let scopes = ["routix:orders:read".parse().unwrap()].into_iter().collect();
        let mut origin = Origin::command_line(String::new(), Uuid::from_u128(1));
        (origin.actor, origin.authenticated_by) = (Actor::User(viewer.id), "password");
        let parties = ConsentParties { user_id: viewer.id, app_id, organization_id };
        stores.commands.grant_consent(parties, scopes, &origin).await.unwrap();
        stores.close().await;
    });
}

fn find<'a>(rows: &'a [Value], member: &str, id: Option<&str>) -> Option<&'a Value> {
    rows.iter().find(|row| row["member"] == member && (id.is_none() || row["id"] == json!(id)))
}

/// The command, and its answer as rows.
struct Asked {
    folder: TempDir,
    facts: BTreeMap<String, String>,
}

impl Asked {
    fn new() -> Self {
        let (folder, facts) = with_a_life();
        Self { folder, facts }
    }

    fn ask(&self, words: &[&str]) -> Ran {
        routix(self.folder.path(), &[&["history", "app", &self.facts["ROUTIX_APP_ID"]], words].concat())
    }

    fn rows(&self, words: &[&str]) -> Vec<Value> {
        serde_json::from_str(&self.ask(&[words, &["--format", "json"]].concat()).done()).unwrap()
    }
}

fn column(rows: &[Value], name: &str) -> Vec<Value> {
    rows.iter().map(|row| row[name].clone()).collect()
}

#[test]
fn a_history_says_who_did_what_and_when() {
    let asked = Asked::new();
    let events = asked.rows(&[]);
    let types = ["app.registered", "app.secret_rotated", "consent.granted", "app.revoked", "app.tokens_cut_off"];
    assert_eq!(column(&events, "type"), types);
    assert_eq!(column(&events, "app_sequence"), [json!(1), json!(2), Value::Null, json!(3), json!(4)]);
    assert_eq!(column(&events, "sequence"), [1, 2, 1, 3, 4]);
    let kinds = ["system", "command_line", "user", "command_line", "command_line"];
    assert_eq!(column(&events, "actor_kind"), kinds);
    assert_eq!(events[2]["authenticated_by"], "password");
    let old = &asked.facts["ROUTIX_CLIENT_SECRET"][43..];
    let words: Vec<_> = events.iter().map(|event| event["what"].as_str().unwrap()).collect();
    assert!(words[0].starts_with(&format!("registered the app “My ERP Sync” with the secret …{old}")), "{words:?}");
    assert!(words[1].contains(&format!("replaces …{old}, which works until 2")), "{words:?}");
    assert!(words[2].starts_with("consented to routix:orders:read in "), "{words:?}");
    assert_eq!(words[3..], ["revoked the app: no new tokens", "cut off every token that was out (cut-off 1)"]);

    let table = asked.ask(&[]).done();
    for head in ["SEQUENCE", "POSITION", "RECORDED AT (UTC)", "WHO", "AUTHENTICATED BY", "WHAT"] {
        assert!(table.lines().nth(1).unwrap().contains(head), "{table}");
    }
    assert!(words.iter().all(|words| table.contains(words)), "{table}");
    assert!(table.contains(events[2]["actor_name"].as_str().unwrap()), "{table}");
    let by_client_id = routix(asked.folder.path(), &["history", "app", &asked.facts["ROUTIX_CLIENT_ID"]]);
    assert_eq!(by_client_id.done(), table);
    let csv = asked.ask(&["--format", "csv"]).done();
    assert_eq!(csv.split_terminator("\r\n").count(), 6, "{csv}");
    assert!(csv.starts_with("id,position,sequence,"), "{csv}");
    let lines = asked.ask(&["--format", "jsonl"]).done();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines, events);
    let everything = [table, csv, format!("{events:?}")].concat();
    assert!(!everything.contains("sha256") && !everything.contains(&asked.facts["ROUTIX_CLIENT_SECRET"]));
}

#[test]
fn a_state_says_what_was_so_and_who_had_made_it_so() {
    let asked = Asked::new();
    let rotated = asked.rows(&["--sequence", "2"]);
    let time = asked.rows(&[])[1]["recorded_at"].as_str().unwrap().to_owned();
    assert_eq!(asked.rows(&["--at", &time]), rotated, "the time of an event includes it");
    let secrets = ["1", "2"].map(|id| find(&rotated, "secret", Some(id)).unwrap()["value"].clone());
    assert_eq!(secrets.each_ref().map(|secret| &secret["valid"]), [true, true]);
    assert_eq!(secrets[0]["last4"], asked.facts["ROUTIX_CLIENT_SECRET"][43..]);
    assert_eq!(
        (find(&rotated, "consent", None), &find(&rotated, "status", None).unwrap()["value"]),
        (None, &json!("active"))
    );

    let revoked = asked.rows(&["--sequence", "3"]);
    let (status, consent) = (find(&revoked, "status", None).unwrap(), find(&revoked, "consent", None).unwrap());
    assert_eq!((&status["value"], &status["sequence"]), (&json!("revoked"), &json!(3)));
    assert_eq!((&status["actor_kind"], &consent["actor_kind"]), (&json!("command_line"), &json!("user")));
    assert_eq!(consent["value"]["scopes"], json!(["routix:orders:read"]));
    let ran = asked.ask(&["--sequence", "3"]);
    assert!(ran.stderr.contains("time of the log, UTC"), "which clock it is: {ran:?}");
    let viewer = consent["actor_name"].as_str().unwrap();
    let table = ran.done();
    assert!(table.contains("every branch, future ones too") && table.contains(&format!("{viewer} in ")), "{table}");
    let now = asked.rows(&["--at", "2999-12-31"]);
    assert_eq!(find(&now, "token_epoch", None).unwrap()["value"], 1, "a time that has not come yet means now");
    assert_eq!(find(&now, "secret", Some("1")).unwrap()["value"]["valid"], true);
}

#[test]
fn a_difference_has_only_what_changed() {
    let asked = Asked::new();
    let time = asked.rows(&[])[1]["recorded_at"].as_str().unwrap().to_owned();
    let range = format!("{time}..4");
    let ran = asked.ask(&["--diff", &range]);
    assert_eq!(ran.stderr.lines().count(), 2, "the two moments: {ran:?}");
    let printed = ran.done();
    let lines: Vec<_> = printed.lines().collect();
    assert_eq!((lines.len(), lines[0], lines[2]), (5, "- status: active", "- token_epoch: 0"), "{printed}");
    assert!(lines[1].starts_with("+ status: revoked  (since 2") && lines[1].contains("(command line)"), "{printed}");
    assert!(lines[3].starts_with("+ token_epoch: 1  (since ") && lines[4].starts_with("+ consent "), "{printed}");
    let changes = asked.rows(&["--diff", &range]);
    assert_eq!(column(&changes, "member"), ["status", "token_epoch", "consent"]);
    assert_eq!(column(&changes, "before"), [json!("active"), json!(0), Value::Null]);
    assert_eq!(asked.ask(&["--diff", "2..2"]).done(), "", "nothing is different");
}

#[test]
fn where_there_was_nothing_a_sentence_says_so() {
    let asked = Asked::new();
    for words in [["--at", "2020-01-01"], ["--sequence", "0"], ["--sequence", "5"], ["--diff", "2020-01-01..1"]] {
        asked.ask(&words).refusal();
    }
    routix(asked.folder.path(), &["history", "app", &asked.facts["ROUTIX_ORGANIZATION_ID"]]).refusal();
}
