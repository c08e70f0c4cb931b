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

use crate::running::{Server, facts, routix};

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

/// The rows of `--format json`.
fn rows(data: &Path, words: &[&str]) -> Vec<Value> {
    serde_json::from_str(&routix(data, &[words, &["--format", "json"]].concat()).done()).unwrap()
}

fn find<'a>(rows: &'a [Value], member: &str, id: Option<&str>) -> Option<&'a Value> {
    rows.iter().find(|row| row["member"] == member && (id.is_none() || row["id"] == json!(id)))
}

#[test]
fn a_history_says_who_did_what_when_and_what_was_so_at_each_moment() {
    let (folder, facts) = with_a_life();
    let (data, app) = (folder.path(), facts["ROUTIX_APP_ID"].as_str());
    let history = ["history", "app", app];

    let events = rows(data, &history);
    let column = |name: &str| events.iter().map(|row| row[name].clone()).collect::<Vec<_>>();
    let types = ["app.registered", "app.secret_rotated", "consent.granted", "app.revoked", "app.tokens_cut_off"];
    assert_eq!(column("type"), types);
    assert_eq!(column("app_sequence"), [json!(1), json!(2), Value::Null, json!(3), json!(4)]);
    assert_eq!(column("sequence"), [1, 2, 1, 3, 4]);
    let kinds = ["system", "command_line", "user", "command_line", "command_line"];
    assert_eq!(column("actor_kind"), kinds);
    assert_eq!(column("authenticated_by")[2], "password");
    let viewer = column("actor_name")[2].as_str().unwrap().to_owned();
    let (old, new) = (&facts["ROUTIX_CLIENT_SECRET"][43..], column("what")[1].as_str().unwrap()[23..27].to_owned());
    let words = column("what").into_iter().map(|it| it.as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert!(words[0].starts_with(&format!("registered the app “My ERP Sync” with the secret …{old}")), "{words:?}");
    assert!(words[1].contains(&format!("replaces …{old}, which works until 2")), "{words:?}");
    assert!(words[2].starts_with("consented to routix:orders:read in "), "{words:?}");
    assert_eq!(words[3..], ["revoked the app: no new tokens", "cut off every token that was out (cut-off 1)"]);

    let table = routix(data, &history).done();
    for head in ["SEQUENCE", "POSITION", "RECORDED AT (UTC)", "WHO", "AUTHENTICATED BY", "WHAT"] {
        assert!(table.lines().nth(1).unwrap().contains(head), "{table}");
    }
    assert!(words.iter().all(|words| table.contains(words)) && table.contains(&viewer), "{table}");
    assert_eq!(routix(data, &["history", "app", &facts["ROUTIX_CLIENT_ID"]]).done(), table, "by the client id too");
    let csv = routix(data, &[&history[..], &["--format", "csv"]].concat()).done();
    assert_eq!(csv.split_terminator("\r\n").count(), 6, "{csv}");
    assert!(csv.starts_with("id,position,sequence,"), "{csv}");
    let lines = routix(data, &[&history[..], &["--format", "jsonl"]].concat()).done();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines, events);
    let everything = [table, csv, format!("{events:?}")].concat();
    assert!(!everything.contains("sha256") && !everything.contains(&facts["ROUTIX_CLIENT_SECRET"]));

    // The state after the rotation, by sequence and by the time at which it was recorded.
    let by_sequence = rows(data, &[&history[..], &["--sequence", "2"]].concat());
    let time = column("recorded_at")[1].as_str().unwrap().to_owned();
    assert_eq!(rows(data, &[&history[..], &["--at", &time]].concat()), by_sequence);
    let secret = |rows: &[Value], id| find(rows, "secret", Some(id)).map(|row| row["value"]["valid"].clone());
    assert_eq!([secret(&by_sequence, "1"), secret(&by_sequence, "2")], [Some(json!(true)), Some(json!(true))]);
    assert_eq!(find(&by_sequence, "secret", Some("2")).unwrap()["value"]["last4"], json!(new));
    assert_eq!(find(&by_sequence, "consent", None), None);
    assert_eq!(find(&by_sequence, "status", None).unwrap()["value"], "active");
    let revoked = rows(data, &[&history[..], &["--sequence", "3"]].concat());
    let (status, consent) = (find(&revoked, "status", None).unwrap(), find(&revoked, "consent", None).unwrap());
    assert_eq!(
        (&status["value"], &status["sequence"], &status["actor_kind"]),
        (&json!("revoked"), &json!(3), &json!("command_line"))
    );
    assert_eq!((&consent["actor_name"], &consent["value"]["scopes"]), (&json!(viewer), &json!(["routix:orders:read"])));
    let ran = routix(data, &[&history[..], &["--sequence", "3"]].concat());
    assert!(ran.stderr.contains("time of the log, UTC"), "which clock it is: {ran:?}");
    let table = ran.done();
    assert!(table.contains("every branch, future ones too") && table.contains(&format!("{viewer} in ")), "{table}");
    let now = rows(data, &[&history[..], &["--at", "2999-12-31"]].concat());
    assert_eq!(find(&now, "token_epoch", None).unwrap()["value"], 1, "a time that has not come yet means now");

    // What is different.
    let range = format!("{time}..4");
    let ran = routix(data, &[&history[..], &["--diff", &range]].concat());
    assert_eq!(ran.stderr.lines().count(), 2, "{ran:?}");
    let printed = ran.done();
    let lines: Vec<_> = printed.lines().collect();
    assert_eq!(lines.len(), 5, "{printed}");
    assert_eq!(lines[0], "- status: active");
    assert!(lines[1].starts_with("+ status: revoked  (since 2") && lines[1].contains("(command line)"), "{printed}");
    assert_eq!(lines[2], "- token_epoch: 0");
    assert!(lines[3].starts_with("+ token_epoch: 1  (since ") && lines[4].starts_with("+ consent "), "{printed}");
    let changes = rows(data, &[&history[..], &["--diff", &range]].concat());
    let members: Vec<_> = changes.iter().map(|row| (&row["member"], &row["before"])).collect();
    assert_eq!(members[..2], [(&json!("status"), &json!("active")), (&json!("token_epoch"), &json!(0))]);
    assert_eq!(members[2], (&json!("consent"), &Value::Null));
    assert_eq!(routix(data, &[&history[..], &["--diff", "2..2"]].concat()).done(), "", "nothing is different");

    // Where there was nothing.
    for words in [["--at", "2020-01-01"], ["--sequence", "0"], ["--sequence", "5"], ["--diff", "2020-01-01..1"]] {
        routix(data, &[&history[..], &words].concat()).refusal();
    }
    routix(data, &["history", "app", &facts["ROUTIX_ORGANIZATION_ID"]]).refusal();
}
