//! How a client proves itself, and what it hears when it does not.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::http::app::{DOOR, DOORS, Registered, TestApp, grant};
use crate::http::client::{answer, raw, raw_failure};
use crate::http::world::Actor;

const FORM: [(&str, &str); 1] = [("grant_type", "client_credentials")];

async fn with_client() -> (TestApp, Registered) {
    let app = TestApp::start().await;
    let client = app.new_app(&app.sign_in(Actor::Owner).await, json!({})).await;
    (app, client)
}

fn basic(scheme: &str, pair: &str) -> String {
    format!("{scheme} {}", STANDARD.encode(pair))
}

#[tokio::test]
async fn h1_h2_a_failed_basic_is_401_invalid_client_with_a_challenge() {
    let (app, client) = with_client().await;
    for door in DOORS {
        let failed = answer(app.post(door).basic_auth(&client.client_id, Some("routix_wrong")).form(&FORM)).await;
        assert_eq!(failed.failure(), (401, "invalid_client".to_owned()), "{door}");
        assert!(failed.header("www-authenticate").starts_with("Basic realm=\""), "{door}");
        assert_eq!(failed.header("cache-control"), "no-store", "{door}");
    }
}

#[tokio::test]
async fn h3_failed_body_credentials_are_401_without_a_challenge() {
    let (app, client) = with_client().await;
    for door in DOORS {
        let failed = answer(app.post(door).json(&grant(&client.client_id, "routix_wrong"))).await;
        assert_eq!(failed.failure(), (401, "invalid_client".to_owned()), "{door}");
        assert_eq!(failed.header("www-authenticate"), "", "{door}");
        assert_eq!(failed.header("cache-control"), "no-store", "{door}");
    }
}

#[tokio::test]
async fn h4_two_mechanisms_at_once_are_invalid_request() {
    let (app, client) = with_client().await;
    let (id, secret) = (client.client_id.as_str(), client.secret.as_str());
    let request = app.post(DOOR).basic_auth(id, Some(secret));
    let both = answer(request.json(&grant(id, secret))).await;
    assert_eq!(both.failure(), (400, "invalid_request".to_owned()));
    let other = json!({"grant_type": "client_credentials", "client_id": "00000000-0000-4000-8000-000000000000"});
    let disagreeing = answer(app.post(DOOR).basic_auth(id, Some(secret)).json(&other)).await;
    assert_eq!(disagreeing.failure(), (400, "invalid_request".to_owned()));
    let named_twice = json!({"grant_type": "client_credentials", "client_id": id});
    answer(app.post(DOOR).basic_auth(id, Some(secret)).json(&named_twice)).await.expect(200);
}

#[tokio::test]
async fn a_bearer_beside_body_fields_is_ignored() {
    let (app, client) = with_client().await;
    for value in ["Bearer anon.key.here", "bearer x", "Bearer"] {
        let request = app.post(DOOR).header("authorization", value);
        answer(request.json(&grant(&client.client_id, &client.secret))).await.expect(200);
    }
}

#[tokio::test]
async fn h5_tk5_credentials_in_the_url_are_refused() {
    let (app, client) = with_client().await;
    let (id, secret) = (&client.client_id, &client.secret);
    for query in [
        format!("grant_type=client_credentials&client_id={id}&client_secret={secret}"),
        format!("client_secret={secret}"),
        format!("client_id={id}"),
        "access_token=abc".to_owned(),
        "scope=routix:accounts:read".to_owned(),
    ] {
        let request = app.post(&format!("{DOOR}?{query}"));
        let refused = answer(request.json(&grant(id, secret))).await;
        assert_eq!(refused.failure(), (400, "invalid_request".to_owned()), "{query}");
        assert!(!refused.text.contains(secret.as_str()), "the secret is repeated: {}", refused.text);
    }
    answer(app.post(&format!("{DOOR}?utm=x")).json(&grant(id, secret))).await.expect(200);
}

#[tokio::test]
async fn tk10_whoever_cannot_prove_himself_hears_invalid_client() {
    let (app, client) = with_client().await;
    let unknown = "00000000-0000-4000-8000-000000000000";
    for body in [
        grant(unknown, &client.secret),
        grant("not a uuid", &client.secret),
        grant(&client.app_id, &client.secret),
        grant(&client.client_id, &client.secret.to_uppercase()),
        grant(&client.client_id, &format!("{} ", client.secret)),
        grant(&client.client_id, &client.secret[..46]),
        grant(&client.client_id, ""),
        json!({"grant_type": "client_credentials", "client_id": client.client_id}),
        json!({"grant_type": "client_credentials", "client_secret": client.secret}),
        json!({"grant_type": "client_credentials"}),
    ] {
        let refused = answer(app.post(DOOR).json(&body)).await;
        assert_eq!(refused.failure(), (401, "invalid_client".to_owned()), "{body}");
        assert_eq!(refused.json().get("access_token"), None);
    }
}

#[tokio::test]
async fn v26_an_unknown_client_and_a_wrong_secret_read_the_same() {
    let (app, client) = with_client().await;
    let unknown = answer(app.post(DOOR).json(&grant("00000000-0000-4000-8000-000000000000", "routix_x"))).await;
    let wrong = answer(app.post(DOOR).json(&grant(&client.client_id, "routix_x"))).await;
    assert_eq!(unknown.failure(), (401, "invalid_client".to_owned()));
    assert_eq!(unknown.without_request_id(), wrong.without_request_id());
    let shape = |answer: &crate::http::client::Answer| {
        let mut names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
        names.sort();
        names
    };
    assert_eq!(shape(&unknown), shape(&wrong));
}

#[tokio::test]
async fn tk11_malformed_basic_is_invalid_client_with_a_challenge() {
    let (app, client) = with_client().await;
    let whole = format!("{}:{}", client.client_id, client.secret);
    for value in [
        "Basic".to_owned(),
        "Basic ".to_owned(),
        "Basic !!!".to_owned(),
        basic("Basic", "no colon"),
        basic("Basic", &format!("{}:%zz", client.client_id)),
        basic("Digest", &whole),
        format!("Basic {}", STANDARD.encode([0xff, b':', 0xff])),
        format!("Basic {}=", STANDARD.encode(&whole)),
    ] {
        let refused = answer(app.post(DOOR).header("authorization", &value).form(&FORM)).await;
        assert_eq!(refused.failure(), (401, "invalid_client".to_owned()), "{value}");
        assert!(refused.header("www-authenticate").starts_with("Basic realm=\""), "{value}");
    }
}

#[tokio::test]
async fn tk12_e1_both_halves_of_basic_are_form_decoded_and_raw_works_too() {
    let (app, client) = with_client().await;
    let escape = |text: &str| text.replace('-', "%2D").replace('_', "%5F");
    let raw_pair = format!("{}:{}", client.client_id, client.secret);
    let escaped = format!("{}:{}", escape(&client.client_id), escape(&client.secret));
    for scheme in ["Basic", "basic", "BASIC", "bAsIc"] {
        for pair in [&raw_pair, &escaped] {
            answer(app.post(DOOR).header("authorization", basic(scheme, pair)).form(&FORM)).await.expect(200);
        }
    }
}

#[tokio::test]
async fn doubled_headers_are_refused() {
    let (app, client) = with_client().await;
    let good = basic("Basic", &format!("{}:{}", client.client_id, client.secret));
    let body = "grant_type=client_credentials";
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let send = async |extra: &str| {
        let head = format!("POST {DOOR} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
        let answer = raw(&app.address.to_string(), format!("{head}{extra}\r\n{body}").as_bytes()).await;
        let status: u16 = answer.split(' ').nth(1).unwrap().parse().unwrap();
        if status == 200 { (200, String::new()) } else { raw_failure(&answer) }
    };
    let refused = (400, "invalid_request".to_owned());
    let one = format!("Host: x\r\n{form}Authorization: {good}\r\n");
    assert_eq!(send(&one).await, (200, String::new()));
    assert_eq!(send(&format!("{one}Authorization: {good}\r\n")).await, refused);
    assert_eq!(send(&format!("{one}Authorization: Bearer x\r\n")).await, refused);
    assert_eq!(send(&format!("{one}{form}")).await, refused);
    assert_eq!(send(&format!("{one}Host: y\r\n")).await, refused);
    assert_eq!(send(&format!("{form}Authorization: {good}\r\n")).await, refused);
}
