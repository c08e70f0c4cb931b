//! Parameters: missing, doubled, of the wrong type, hostile.

use serde_json::json;

use crate::http::app::{DOOR, DOORS, Registered, TestApp, grant};
use crate::http::client::{Answer, answer};
use crate::http::world::Actor;

const FORM: &str = "application/x-www-form-urlencoded";

async fn with_client() -> (TestApp, Registered) {
    let app = TestApp::start().await;
    let client = app.new_app(&app.sign_in(Actor::Owner).await, json!({})).await;
    (app, client)
}

async fn send(app: &TestApp, door: &str, content_type: &str, body: impl Into<Vec<u8>>) -> Answer {
    answer(app.post(door).header("content-type", content_type).body(body.into())).await
}

fn form(client: &Registered) -> String {
    format!("grant_type=client_credentials&client_id={}&client_secret={}", client.client_id, client.secret)
}

#[tokio::test]
async fn tk3_content_types_may_carry_parameters_and_any_case() {
    let (app, client) = with_client().await;
    let json = grant(&client.client_id, &client.secret).to_string();
    for content_type in ["application/json", "application/json; charset=utf-8", "Application/JSON;x=y"] {
        send(&app, DOOR, content_type, json.clone()).await.expect(200);
    }
    for content_type in [FORM, "application/x-www-form-urlencoded;charset=UTF-8"] {
        send(&app, DOOR, content_type, form(&client)).await.expect(200);
    }
}

#[tokio::test]
async fn tk3_parameters_of_json_must_be_strings() {
    let (app, client) = with_client().await;
    for (name, value) in [
        ("grant_type", json!(["client_credentials"])),
        ("client_id", json!(7)),
        ("client_secret", json!({"a": 1})),
        ("scope", json!(["routix:accounts:read"])),
        ("scope", json!(true)),
    ] {
        let mut body = grant(&client.client_id, &client.secret);
        body[name] = value;
        let refused = answer(app.post(DOOR).json(&body)).await;
        assert_eq!(refused.failure(), (400, "invalid_request".to_owned()), "{body}");
        assert_eq!(refused.faults(), [(name.to_owned(), "wrong_type".to_owned())], "{body}");
    }
}

#[tokio::test]
async fn tk4_another_content_type_is_refused() {
    let (app, client) = with_client().await;
    for content_type in ["text/plain", "multipart/form-data; boundary=x", "application/xml", ""] {
        let refused = send(&app, DOOR, content_type, form(&client)).await;
        assert_eq!(refused.failure(), (415, "unsupported_media_type".to_owned()), "{content_type}");
    }
    let refused = answer(app.post(DOOR).body(form(&client))).await;
    assert_eq!(refused.failure(), (415, "unsupported_media_type".to_owned()), "no content type");
}

#[tokio::test]
async fn h6_tk6_tk8_errors_keep_to_the_rfc() {
    let (app, client) = with_client().await;
    let hostile = "grant_type=%22%5C%C3%A9%0D%0Ax";
    for door in DOORS {
        for body in
            ["", "grant_type=", hostile, "grant_type=client_credentials", &format!("{}&scope=%22", form(&client))]
        {
            let error = send(&app, door, FORM, body).await;
            assert_eq!(error.header("cache-control"), "no-store", "{door} {body}");
            assert_eq!(error.header("content-type"), "application/json", "{door} {body}");
            let json = error.json();
            for member in ["error", "error_description"] {
                let text = json[member].as_str().unwrap();
                let allowed = |c: char| matches!(c, ' '..='!' | '#'..='[' | ']'..='~');
                assert!(!text.is_empty() && text.chars().all(allowed), "{door} {body}: {text}");
            }
            assert_eq!(json["request_id"], error.header("x-request-id"), "{door} {body}");
        }
    }
}

#[tokio::test]
async fn tk9_a_missing_or_empty_grant_type_is_invalid_request() {
    let (app, client) = with_client().await;
    let credentials = format!("client_id={}&client_secret={}", client.client_id, client.secret);
    for body in [credentials.clone(), format!("{credentials}&grant_type="), format!("{credentials}&grant_type")] {
        let refused = send(&app, DOOR, FORM, body.clone()).await;
        assert_eq!(refused.failure(), (400, "invalid_request".to_owned()), "{body}");
    }
}

#[tokio::test]
async fn tk13_an_unknown_grant_type_is_unsupported() {
    let (app, client) = with_client().await;
    for grant_type in ["password", "implicit", "Client_Credentials", "client_credentials ", "urn:x"] {
        for door in DOORS {
            let mut body = grant(&client.client_id, &client.secret);
            body["grant_type"] = grant_type.into();
            let refused = answer(app.post(door).json(&body)).await;
            assert_eq!(refused.failure(), (400, "unsupported_grant_type".to_owned()), "{door} {grant_type}");
        }
    }
}

#[tokio::test]
async fn tk16_unknown_parameters_are_ignored_and_empty_ones_left_out() {
    let (app, client) = with_client().await;
    let extra = format!("{}&scope=&audience=x&audience_2=%00&x", form(&client));
    let granted = send(&app, DOOR, FORM, extra).await.expect(200);
    assert_eq!(granted.json()["scope"], "routix:accounts:read routix:orders:read");
    let mut body = grant(&client.client_id, &client.secret);
    body["scope"] = json!(null);
    body["nested"] = json!({"deep": [1, 2, 3]});
    answer(app.post(DOOR).json(&body)).await.expect(200);
}

#[tokio::test]
async fn h20_a_repeated_parameter_is_invalid_request_in_form_json_and_query() {
    let (app, client) = with_client().await;
    let good = form(&client);
    let json = grant(&client.client_id, &client.secret).to_string();
    let doubled_json = |member: &str| format!("{{{member},{}", &json[1..]);
    for (path, content_type, body) in [
        (DOOR.to_owned(), FORM, format!("{good}&grant_type=client_credentials")),
        (DOOR.to_owned(), FORM, format!("{good}&client%5Fid={}", client.client_id)),
        (DOOR.to_owned(), FORM, format!("{good}&scope=routix:accounts:read&scope=routix:accounts:read")),
        (DOOR.to_owned(), FORM, format!("{good}&scope=&scope=")),
        (DOOR.to_owned(), FORM, format!("{good}&unknown=1&unknown=2")),
        (DOOR.to_owned(), "application/json", doubled_json("\"grant_type\":\"client_credentials\"")),
        (DOOR.to_owned(), "application/json", doubled_json("\"client\\u005fid\":\"x\"")),
        (format!("{DOOR}?a=1&a=2"), FORM, good.clone()),
    ] {
        let refused = send(&app, &path, content_type, body.clone()).await;
        assert_eq!(refused.failure(), (400, "invalid_request".to_owned()), "{path} {body}");
    }
}

#[tokio::test]
async fn tk20_hostile_bodies_are_client_errors() {
    let (app, client) = with_client().await;
    let good = form(&client);
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(50_000), "]".repeat(50_000 / 10));
    for (content_type, body, status) in [
        (FORM, b"grant_type=client_credentials&client_id=\xff\xfe".to_vec(), 400),
        (FORM, b"grant_type=%ff".to_vec(), 400),
        (FORM, b"grant_type=client_credentials&client_id=%00&client_secret=%00".to_vec(), 401),
        (FORM, format!("{good}&scope=%00").into_bytes(), 400),
        (FORM, b"grant_type=client%".to_vec(), 400),
        (FORM, vec![b'&'; 1_000], 400),
        (FORM, vec![b'a'; 65 * 1_024], 413),
        ("application/json", b"{\"grant_type\":\"\\ud800\"}".to_vec(), 400),
        ("application/json", b"{\"grant_type\":\"\xff\"}".to_vec(), 400),
        ("application/json", b"{\"grant_type\":\"client_credentials\\u0000\"}".to_vec(), 400),
        ("application/json", deep.into_bytes(), 400),
        ("application/json", b"[]".to_vec(), 400),
        ("application/json", b"null".to_vec(), 400),
        ("application/json", b"".to_vec(), 400),
        ("application/json", b"{} {}".to_vec(), 400),
    ] {
        let shown = String::from_utf8_lossy(&body).chars().take(60).collect::<String>();
        let refused = send(&app, DOOR, content_type, body).await;
        assert_eq!(refused.status, status, "{shown}: {}", refused.text);
        assert!(refused.json()["error"].is_string(), "{shown}");
        assert_eq!(refused.header("cache-control"), "no-store", "{shown}");
    }
}

#[tokio::test]
async fn tk19_secrets_tokens_and_ids_do_not_repeat() {
    let app = TestApp::start().await;
    let token = app.sign_in(Actor::Owner).await;
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..20 {
        let client = app.new_app(&token, json!({})).await;
        assert!(seen.insert(client.secret) && seen.insert(client.client_id) && seen.insert(client.app_id));
    }
    assert_eq!(seen.len(), 60);
}
