//! The guide's flow for users, with its own snippet in node, a person at the consent page, and its curl commands.

use std::io::Write;
use std::process::{Command, Stdio};

use url::form_urlencoded::Serializer;

use super::script::{Journey, fixture};
use super::visitor::approved;
use crate::running::{Request, parameter, send};

/// Verifier and challenge, made by the page's own snippet.
fn verifier_and_challenge() -> (String, String) {
    let script = fixture("pkce.js") + "\nconsole.log(codeVerifier + ' ' + codeChallenge);\n";
    let mut node = Command::new("node")
        .args(["--input-type=module", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("node is missing: the guide's snippet is run with the real one: {error}"));
    node.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    let output = node.wait_with_output().unwrap();
    assert!(output.status.success());
    let printed = String::from_utf8(output.stdout).unwrap();
    let (verifier, challenge) = printed.trim().split_once(' ').unwrap();
    (verifier.to_owned(), challenge.to_owned())
}

#[test]
fn the_flow_for_users_works_as_printed() {
    let mut journey = Journey::start();
    let host = journey.server.host.clone();
    let (verifier, challenge) = verifier_and_challenge();
    let query = Serializer::new(String::new())
        .extend_pairs([
            ("client_id", journey.get("ROUTIX_CLIENT_ID")),
            ("redirect_uri", journey.get("ROUTIX_REDIRECT_URI")),
            ("response_type", "code"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("scope", "routix:accounts:read routix:orders:read"),
            ("state", "RANDOM_STATE_VALUE"),
        ])
        .finish();
    let authorize = format!("/auth/v1/oauth/authorize?{query}");
    let location = approved(&journey, &authorize);
    assert_eq!(parameter(&location, "state"), "RANDOM_STATE_VALUE");
    assert_eq!(parameter(&location, "iss"), format!("http://{host}"));
    let (email, password) = (journey.get("ROUTIX_ADMIN_EMAIL"), journey.get("ROUTIX_ADMIN_PASSWORD"));
    let body = serde_json::json!({"email": email, "password": password});
    let user = send(&host, &Request::new("POST", "/auth/v1/token?grant_type=password").json(&body));
    for (name, value) in [
        ("host", host.clone()),
        ("code", parameter(&location, "code")),
        ("verifier", verifier),
        ("user_id", user.at("/user/id")),
        ("user_token", user.at("/access_token")),
    ] {
        journey.known.insert(name.to_owned(), value);
    }
    journey.page(&fixture("code-flow.http"));
    assert_eq!(journey.steps, 6);
}
