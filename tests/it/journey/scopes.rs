//! The eleven scopes of the guides: each opens what its row says and nothing else.

use serde_json::json;

use super::script::Journey;
use crate::running::{Request, send};

const SCOPES: [(&str, &str); 11] = [
    ("accounts", "read"),
    ("accounts", "write"),
    ("orders", "read"),
    ("orders", "write"),
    ("vehicles", "read"),
    ("vehicles", "write"),
    ("staff", "read"),
    ("equipment", "read"),
    ("planning", "read"),
    ("invoices", "read"),
    ("invoices", "write"),
];

fn token(journey: &Journey, scope: &str) -> String {
    let body = json!({
        "grant_type": "client_credentials",
        "client_id": journey.get("ROUTIX_CLIENT_ID"),
        "client_secret": journey.get("ROUTIX_CLIENT_SECRET"),
        "scope": scope,
    });
    let answer = send(&journey.server.host, &Request::new("POST", "/functions/v1/oauth-token").json(&body));
    assert_eq!((answer.status, answer.at("/scope").as_str()), (200, scope));
    answer.at("/access_token")
}

#[test]
fn each_of_the_eleven_scopes_opens_what_it_says_and_nothing_else() {
    let journey = Journey::start();
    for (resource, action) in SCOPES {
        let token = token(&journey, &format!("routix:{resource}:{action}"));
        for (other, _) in SCOPES.iter().filter(|(_, action)| *action == "read") {
            let path = format!("/functions/v1/api/v1/RS2RDH3B/{other}");
            let read = send(&journey.server.host, &Request::new("GET", &path).bearer(&token));
            let opens = *other == resource && action == "read";
            assert_eq!(read.status, if opens { 200 } else { 403 }, "{resource}:{action} reads {other}: {}", read.text);
            if opens {
                assert_ne!(read.at("/data/0/id"), "");
            }
        }
        for (other, _) in SCOPES.iter().filter(|(_, action)| *action == "write") {
            let path = format!("/functions/v1/api/v1/RS2RDH3B/{other}");
            // An empty object is refused by whoever may write, because of what is missing in it.
            let written = send(&journey.server.host, &Request::new("POST", &path).bearer(&token).json(&json!({})));
            let opens = *other == resource && action == "write";
            let (status, error) = if opens { (400, "invalid_request") } else { (403, "insufficient_scope") };
            assert_eq!((written.status, written.at("/error").as_str()), (status, error), "{resource} writes {other}");
        }
    }
}
