//! `routix app leaked` beside a running server.

use std::path::Path;

use serde_json::Value;

use crate::running::{Ran, Request, Server, facts, routix, routix_with_input, send};

const UNKNOWN: &str = "routix_188adcbb57a1f32ad723410b2949645065c8ed11";

fn leaked(data: &Path, flags: &[&str], secret: &str) -> Ran {
    let ran = routix_with_input(data, &[&["app", "leaked", "--format", "json"], flags].concat(), secret);
    assert!(!ran.stderr.contains(secret) && !ran.stdout.contains(secret), "it repeats the secret: {ran:?}");
    ran
}

/// The value of a field in what was printed.
fn field(ran: &Ran, name: &str) -> Value {
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let rows: Value = serde_json::from_str(&ran.stdout).unwrap();
    let row = rows.as_array().unwrap().iter().find(|row| row["field"] == name);
    row.map_or(Value::Null, |row| row["value"].clone())
}

/// Whether the demo's app gets a token with it.
fn works(server: &Server, client_id: &str, secret: &str) -> bool {
    let form = format!("grant_type=client_credentials&client_id={client_id}&client_secret={secret}");
    send(&server.host, &Request::new("POST", "/functions/v1/oauth-token").form(&form)).status == 200
}

#[test]
fn a_secret_that_leaked_is_found_and_made_worthless() {
    let folder = tempfile::tempdir().unwrap();
    let (data, server) = (folder.path(), Server::demo(folder.path()));
    let facts = facts(data);
    let (client_id, first) = (facts["ROUTIX_CLIENT_ID"].as_str(), facts["ROUTIX_CLIENT_SECRET"].as_str());
    assert!(leaked(data, &[], UNKNOWN).refusal().contains("no app here has this secret"));
    assert!(leaked(data, &["--rotate", "--yes"], UNKNOWN).refusal().contains("no app here has this secret"));

    let told = leaked(data, &[], first);
    assert_eq!(field(&told, "client_id"), client_id);
    assert_eq!(field(&told, "organization_name"), "Van den Berg Transport");
    assert_eq!((field(&told, "secret_works"), field(&told, "secret_ends_at")), (true.into(), Value::Null));
    assert!(works(&server, client_id, first), "looking changes nothing");

    let rotated = leaked(data, &["--rotate", "--yes"], first);
    let second = field(&rotated, "new_client_secret").as_str().unwrap().to_owned();
    assert_eq!([first, &second].map(|secret| works(&server, client_id, secret)), [false, true]);
    let old = leaked(data, &["--rotate", "--yes"], first);
    assert_eq!((field(&old, "secret_works"), field(&old, "new_client_secret")), (false.into(), Value::Null));
    assert!(works(&server, client_id, &second), "who finds an old secret stops nobody");

    let third = routix(data, &["app", "rotate", &facts["ROUTIX_APP_ID"], "--overlap-seconds", "3600"]).done();
    let third = third.trim();
    let overlapping = leaked(data, &["--rotate", "--yes"], &second);
    assert_eq!(
        (field(&overlapping, "secret_works"), field(&overlapping, "new_client_secret")),
        (true.into(), Value::Null)
    );
    assert_eq!([second.as_str(), third].map(|secret| works(&server, client_id, secret)), [false, true]);

    let revoked = leaked(data, &["--revoke", "--cut-off", "--yes"], third);
    assert_eq!(revoked.stderr, "revoked, and its tokens are cut off\n");
    assert!(!works(&server, client_id, third));
    assert_eq!(field(&leaked(data, &[], third), "app_status"), "revoked");
}

#[test]
fn without_a_confirmation_nothing_happens() {
    let folder = tempfile::tempdir().unwrap();
    let (data, server) = (folder.path(), Server::demo(folder.path()));
    let facts = facts(data);
    let secret = facts["ROUTIX_CLIENT_SECRET"].as_str();
    for flags in [&["--rotate"][..], &["--revoke"], &["--revoke", "--cut-off"]] {
        let ran = leaked(data, flags, secret);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:?}");
        assert!(ran.stderr.contains("--yes"), "{ran:?}");
    }
    assert!(works(&server, &facts["ROUTIX_CLIENT_ID"], secret));
    assert!(leaked(data, &[], "nonsense").refusal().contains("standard input"));
}
