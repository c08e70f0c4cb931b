//! S4, V25: bodies that are deep, wide or long are refused, and cost no memory that stays.

use std::thread;

use serde_json::json;

use crate::running::{Request, Server, command, facts, send};

const MEBIBYTE: usize = 1 << 20;
/// What the program may have grown by when all of it is over.
const GROWTH: f64 = 50e6;
const ROUNDS: usize = 3;

/// A number that the program says of itself.
pub(super) fn sample(server: &Server, name: &str) -> f64 {
    let text = send(&server.host, &Request::new("GET", "/metrics")).text;
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {name} in {text}")).parse().unwrap()
}

/// Each with what it is.
fn bodies() -> Vec<(&'static str, String)> {
    let members = |count: usize| (0..count).map(|number| format!("\"{number:x}\":0")).collect::<Vec<_>>().join(",");
    vec![
        ("lists in lists", "[".repeat(100_000)),
        ("objects in objects", "{\"a\":".repeat(100_000)),
        ("a list in a member, deep", format!("{{\"name\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000))),
        ("a million members", format!("{{{}}}", members(1_000_000))),
        ("as many members as fit", format!("{{{}}}", members(95_000))),
        ("one name as often as it fits", format!("{{{}}}", vec!["\"a\":0"; 170_000].join(","))),
        ("a long text", json!({"name": "a".repeat(MEBIBYTE)}).to_string()),
        ("as long a text as fits", json!({"name": "a".repeat(MEBIBYTE - 100)}).to_string()),
        ("a text of escapes", format!("{{\"name\":\"{}\"}}", "\\u0001".repeat(170_000))),
        ("a long name", format!("{{\"{}\":1}}", "a".repeat(MEBIBYTE - 100))),
        ("a long list", format!("{{\"allowed_scopes\":[{}]}}", vec!["\"\""; 340_000].join(","))),
        ("a long number", format!("{{\"name\":{}}}", "9".repeat(MEBIBYTE - 100))),
        ("a long exponent", format!("{{\"name\":1e{}}}", "9".repeat(MEBIBYTE - 100))),
        ("spaces", " ".repeat(MEBIBYTE)),
        ("pairs", "a&".repeat(500_000)),
    ]
}

#[test]
fn s4_deep_wide_and_long_bodies_are_refused_and_leave_no_memory_behind() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(command(folder.path(), &["demo", "--listen", "127.0.0.1:0"]));
    let facts = facts(folder.path());
    let owner = json!({"email": facts["ROUTIX_OWNER_EMAIL"], "password": facts["ROUTIX_OWNER_PASSWORD"]});
    let user = send(&server.host, &Request::new("POST", "/auth/v1/token?grant_type=password").json(&owner))
        .at("/access_token");
    let (id, secret) = (&facts["ROUTIX_CLIENT_ID"], &facts["ROUTIX_CLIENT_SECRET"]);
    let credentials = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let token = send(&server.host, &Request::new("POST", "/oauth2/token").form(&credentials)).at("/access_token");
    let doors = [
        Request::new("POST", "/oauth2/token"),
        Request::new("POST", "/auth/v1/token?grant_type=password"),
        Request::new("POST", "/functions/v1/register-oauth-app").bearer(&user),
        Request::new("PATCH", "/rest/v1/oauth_apps?id=eq.x").bearer(&user),
        Request::new("POST", "/functions/v1/api/v1/RS2RDH3B/accounts").bearer(&token),
    ];
    let bodies = bodies();
    // Every door has been used once, and memory that is kept for reuse is there.
    for round in 0..=ROUNDS {
        let before = sample(&server, "process_resident_memory_bytes");
        thread::scope(|scope| {
            for door in &doors {
                let (server, bodies) = (&server, &bodies);
                scope.spawn(move || bodies.iter().for_each(|body| is_refused(server, door, body)));
            }
            for _ in 0..20 {
                assert_eq!(send(&server.host, &Request::new("GET", "/healthz")).status, 200, "others are answered");
            }
        });
        let grown = sample(&server, "process_resident_memory_bytes") - before;
        assert!(round == 0 || grown < GROWTH, "{grown} bytes in round {round}");
    }
    server.stop();
}

fn is_refused(server: &Server, door: &Request, (what, body): &(&str, String)) {
    for content_type in ["application/json", "application/x-www-form-urlencoded"] {
        let mut request = door.clone();
        request.headers.push(("Content-Type".to_owned(), content_type.to_owned()));
        request.body.clone_from(body);
        // The program may close before it has read all, and then the answer may be lost on the way.
        let Some(answer) = crate::running::try_send(&server.host, &request) else { continue };
        assert!((400..500).contains(&answer.status), "{what} at {}: {} {}", door.path, answer.status, answer.text);
        assert!(answer.text.len() < 20_000, "{what} at {}: an answer of {} bytes", door.path, answer.text.len());
    }
}
