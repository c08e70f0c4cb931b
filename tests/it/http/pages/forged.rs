//! B1: every door of a page that changes something, as the sources name them, whether a page shows a form for it now or not.

use super::desk::{head, registered};
use crate::http::app::TestApp;
use crate::http::browser::FROM_OUR_PAGE;
use crate::http::changes::posts_of_the_sources;
use crate::http::code_flow::{AUTHORIZE, signed_in};
use crate::http::world::{Actor, PASSWORD};

/// Doors for programs: they read no cookie.
const PROGRAMS: [&str; 5] = ["\"/auth/", "\"/functions/", "\"/oauth", "\"/rest/", "\"/api/"];

/// The path of a door, as a request names it; `None` for a door of programs.
fn filled(door: &str, ids: &[(&str, &str)]) -> Option<String> {
    match door {
        "SIGN_IN" => Some("/sign-in".to_owned()),
        "authorize::PATH" => Some(AUTHORIZE.to_owned()),
        _ if PROGRAMS.iter().any(|beginning| door.starts_with(beginning)) => None,
        _ => {
            let path = door.trim_matches('"').to_owned();
            let path = ids.iter().fold(path, |path, (name, id)| path.replace(&format!("{{{name}}}"), id));
            assert!(path.starts_with('/') && !path.contains('{'), "say here what to put into {door}");
            Some(path)
        }
    }
}

/// What a form of any door has, and this token.
fn with(token: Option<&str>) -> Vec<(&str, &str)> {
    let known = [("password", PASSWORD), ("decision", "approve"), ("request", "x"), ("role", "member"), ("name", "x")];
    known.into_iter().chain(token.map(|token| ("form_token", token))).collect()
}

#[tokio::test]
async fn b1_no_door_of_a_page_takes_what_no_page_of_ours_sent() {
    let email = Actor::Owner.email().to_owned();
    let app = TestApp::start_with(|config| (config.operators, config.failure_limit) = (Some(email), 0)).await;
    let (client, organization) = (registered(&app).await, app.world.organization.to_string());
    let (owner, other) = (signed_in(&app, Actor::Owner).await, signed_in(&app, Actor::Owner).await);
    let viewer = Actor::Viewer.id().to_string();
    let ids = [
        ("organization_id", organization.as_str()),
        ("app_id", &client.app_id),
        ("user_id", &viewer),
        ("name", "members"),
        ("act", "verify"),
    ];
    let foreign_token = other.get("/account").await.expect(200).field("end-others", "form_token");
    let other_form = owner.get("/account").await.expect(200).field("end-others", "form_token");
    let (before, own) = (head(&app).await, app.url(""));
    let mut count = 0;
    for path in posts_of_the_sources().iter().filter_map(|door| filled(door, &ids)) {
        count += 1;
        for headers in [
            vec![],
            vec![("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")],
            vec![("sec-fetch-site", "cross-site"), ("origin", own.as_str()), ("sec-fetch-mode", "no-cors")],
            vec![("sec-fetch-site", "same-site"), ("origin", own.as_str())],
            vec![("origin", "https://evil.example")],
            vec![("origin", "null")],
        ] {
            owner.post(&path, &with(Some(&other_form)), &headers).await.expect(403);
        }
        // Whoever signs in has no session that a token could be of.
        if path == "/sign-in" {
            continue;
        }
        // Ending one session and ending the others is one purpose.
        let of_this_purpose = path.starts_with("/account/sessions/");
        for token in [None, Some(""), Some("x"), Some(&*foreign_token), Some(&*other_form).filter(|_| !of_this_purpose)]
        {
            let refused = owner.post(&path, &with(token), &FROM_OUR_PAGE).await;
            assert_eq!(refused.status, 403, "{path} {token:?}");
        }
    }
    assert!(count >= 20, "{count}");
    assert_eq!(head(&app).await, before, "nothing happened");
    assert!(owner.is_signed_in().await && other.is_signed_in().await);
}
