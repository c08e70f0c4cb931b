//! S10: one text for what looks the same, nothing that hides or turns round, and the same on every database.

use serde_json::{Value, json};

use crate::http::app::TestApp;
use crate::http::client::answer;
use crate::http::world::Actor;

/// What is sent, and what is kept of it; nothing where it is refused.
const NAMES: [(&str, Option<&str>); 34] = [
    ("Cafe\u{301}", Some("Caf\u{e9}")),
    ("Caf\u{e9}", Some("Caf\u{e9}")),
    ("\u{212b}ngstr\u{f6}m", Some("\u{c5}ngstr\u{f6}m")),
    ("\u{1112}\u{1161}\u{11ab}", Some("\u{d55c}")),
    ("\u{2126}", Some("\u{3a9}")),
    ("q\u{307}\u{323}", Some("q\u{323}\u{307}")),
    ("\u{fb01}", Some("\u{fb01}")),
    ("\u{ff21}\u{ff22}", Some("\u{ff21}\u{ff22}")),
    ("\u{1f69a}", Some("\u{1f69a}")),
    ("\u{1f469}\u{200d}\u{1f680}", Some("\u{1f469}\u{200d}\u{1f680}")),
    ("\u{1f1f3}\u{1f1f1}", Some("\u{1f1f3}\u{1f1f1}")),
    ("\u{2f81a}", Some("\u{51ac}")),
    ("\u{10400}", Some("\u{10400}")),
    ("\u{5d0}\u{5d1}", Some("\u{5d0}\u{5d1}")),
    ("\u{645}\u{200c}\u{6cc}", Some("\u{645}\u{200c}\u{6cc}")),
    ("Z\u{335}\u{33f}\u{346}", Some("Z\u{335}\u{33f}\u{346}")),
    ("a\u{200b}b", None),
    ("a\u{202e}b", None),
    ("a\u{2066}b", None),
    ("a\u{200e}b", None),
    ("a\u{feff}b", None),
    ("a\u{ad}b", None),
    ("a\u{2028}b", None),
    ("a\u{e0041}b", None),
    ("a\u{3164}b", None),
    ("a\u{0}b", None),
    ("a\u{7f}b", None),
    ("a\u{85}b", None),
    ("a\u{9b}b", None),
    ("a\u{fffe}b", None),
    ("a\u{ffff}b", None),
    ("\u{200d}", None),
    (" a", None),
    ("a\u{3000}", None),
];

#[tokio::test]
async fn s10_names_are_composed_and_hide_nothing() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let client = app.new_app(&owner, json!({})).await;
    let token = app.app_token(&client).await;
    let mut kept = Vec::new();
    for (sent, expected) in NAMES {
        let body =
            json!({"name": sent, "redirect_uris": ["https://a.example/cb"], "allowed_scopes": ["routix:orders:read"]});
        let registered = app.register(&owner, &body).await;
        match expected {
            Some(expected) => {
                assert_eq!(registered.expect(201).json()["app"]["name"], expected, "{sent:?}");
                kept.push(expected);
            }
            None => assert_eq!(registered.faults().len(), 1, "{sent:?}: {}", registered.text),
        }
    }
    // Twins find one another, whichever of them is looked for.
    for (sent, expected) in NAMES.iter().filter_map(|(sent, kept)| Some((sent, (*kept)?))) {
        let filter: String = url::form_urlencoded::byte_serialize(expected.as_bytes()).collect();
        let found =
            app.get(&format!("/rest/v1/oauth_apps?name=eq.{filter}&select=name"), &owner).await.expect(200).json();
        let twins = kept.iter().filter(|other| **other == expected).count();
        assert_eq!(found.as_array().unwrap().len(), twins, "{sent:?}");
    }
    let _ = token;
}

/// In JSON a text can name half of a pair of surrogates, which no text has.
#[tokio::test]
async fn s10_half_a_surrogate_is_no_text_at_any_door() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    for half in ["\\ud800", "\\udc00", "\\ud800\\ud800", "\\udc00\\ud800", "\\ud800x", "\\uD83D"] {
        for (path, body) in [
            ("/functions/v1/register-oauth-app", format!("{{\"name\":\"{half}\"}}")),
            ("/functions/v1/register-oauth-app", format!("{{\"{half}\":1}}")),
            ("/auth/v1/token?grant_type=password", format!("{{\"email\":\"{half}\",\"password\":\"x\"}}")),
            ("/oauth2/token", format!("{{\"grant_type\":\"{half}\"}}")),
        ] {
            let request =
                app.post(path).bearer_auth(&owner).header("content-type", "application/json").body(body.clone());
            let refused = answer(request).await.expect(400);
            assert!(
                refused.json()["error_description"].as_str().unwrap().contains("not valid JSON"),
                "{body}: {}",
                refused.text
            );
        }
    }
    let whole = app.register(&owner, &Value::Null).await;
    assert_eq!(whole.status, 400);
}
