//! The guide's flow for users, with its own snippet in node, a person at the consent page, and its curl commands.

use std::io::Write;
use std::process::{Command, Stdio};

use url::Url;
use url::form_urlencoded::Serializer;

use super::script::{Journey, fixture};
use crate::running::{Answer, Request, send};

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

/// A form from one of the service's own pages, with the session's cookie.
fn post(host: &str, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Answer {
    let mut request = Request::new("POST", path).form(&Serializer::new(String::new()).extend_pairs(fields).finish());
    for (name, value) in [("Sec-Fetch-Site", "same-origin"), ("Cookie", cookie)] {
        request.headers.push((name.to_owned(), value.to_owned()));
    }
    send(host, &request)
}

/// What stands between two texts.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split_once(before).and_then(|(_, rest)| rest.split_once(after)).unwrap_or_else(|| panic!("{before}: {text}")).0
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
    let (email, password) = (journey.get("ROUTIX_ADMIN_EMAIL"), journey.get("ROUTIX_ADMIN_PASSWORD"));
    let signed_in = post(&host, "/sign-in", "", &[("email", email), ("password", password), ("return_to", &authorize)]);
    assert_eq!((signed_in.status, signed_in.header("location")), (303, Some(authorize.as_str())));
    let cookie = signed_in.header("set-cookie").and_then(|cookie| cookie.split(';').next()).unwrap().to_owned();
    let mut request = Request::new("GET", &authorize);
    request.headers.push(("Cookie".to_owned(), cookie.clone()));
    let page = send(&host, &request);
    let sealed = between(&page.text, "name=\"request\" value=\"", "\"");
    let organization = between(&page.text, "name=\"organization_id\" value=\"", "\"");
    let fields = [("request", sealed), ("organization_id", organization), ("decision", "approve")];
    let approved = post(&host, "/auth/v1/oauth/authorize", &cookie, &fields);
    let location = Url::parse(approved.header("location").unwrap()).unwrap();
    let answer =
        |name: &str| location.query_pairs().find(|(found, _)| found == name).map(|(_, value)| value.into_owned());
    assert_eq!(answer("state").as_deref(), Some("RANDOM_STATE_VALUE"));
    assert_eq!(answer("iss"), Some(format!("http://{host}")));
    let body = serde_json::json!({"email": email, "password": password});
    let user = send(&host, &Request::new("POST", "/auth/v1/token?grant_type=password").json(&body));
    for (name, value) in [
        ("host", host.clone()),
        ("code", answer("code").unwrap()),
        ("verifier", verifier),
        ("user_id", user.at("/user/id")),
        ("user_token", user.at("/access_token")),
    ] {
        journey.known.insert(name.to_owned(), value);
    }
    journey.page(&fixture("code-flow.http"));
    assert_eq!(journey.steps, 6);
}
