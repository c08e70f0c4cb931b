//! E1 to E7 and E9 to E11: the token endpoint and revocation.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::http::app::{DOORS, Registered, TestApp, grant, text};
use crate::http::client::{Answer, answer};
use crate::http::code_flow::{REDIRECT_URI, Request, TOKEN, VERIFIER, approve, error, redeem, signed_in, start};
use crate::http::world::Actor;

const FORM: &str = "application/x-www-form-urlencoded";
const REVOKE: &str = "/auth/v1/oauth/revoke";

async fn send(app: &TestApp, door: &str, content_type: &str, body: String) -> Answer {
    answer(app.post(door).header("content-type", content_type).body(body)).await
}

fn form(client: &Registered) -> String {
    format!("grant_type=client_credentials&client_id={}&client_secret={}", client.client_id, client.secret)
}

/// A code of the member, redeemed.
async fn tokens(app: &TestApp, client: &Registered) -> Value {
    let code = approve(&signed_in(app, Actor::Member).await, &Request::of(client)).await;
    redeem(app, client, &code, json!({})).await.expect(200).json()
}

async fn refresh(app: &TestApp, token: &Value, members: Value) -> Answer {
    let mut body = json!({"grant_type": "refresh_token", "refresh_token": token["refresh_token"]});
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    answer(app.post(TOKEN).json(&body)).await
}

#[tokio::test]
async fn e1_basic_credentials_are_read_escaped_and_raw_and_never_beside_others() {
    let (app, client) = start(json!({})).await;
    let escaped = [&client.client_id, &client.secret].map(|half| half.replace('-', "%2D").replace('_', "%5F"));
    for (scheme, pair) in [
        ("Basic", escaped.join(":")),
        ("basic", format!("{}:{}", client.client_id, client.secret)),
        ("BASIC", format!("{}:{}", client.client_id, escaped[1])),
    ] {
        let header = format!("{scheme} {}", STANDARD.encode(pair));
        let request = |body: &'static str| {
            app.post(TOKEN).header("authorization", &header).header("content-type", FORM).body(body)
        };
        answer(request("grant_type=client_credentials")).await.expect(200);
        let both = answer(request("grant_type=client_credentials&client_secret=routix_x")).await;
        assert_eq!(both.failure(), (400, "invalid_request".to_owned()), "{scheme}");
    }
}

#[tokio::test]
async fn e2_every_door_takes_json_and_forms_and_no_other_type_and_nothing_twice() {
    let (app, client) = start(json!({})).await;
    let json = grant(&client.client_id, &client.secret).to_string();
    for door in DOORS {
        for content_type in [FORM, "application/x-www-form-urlencoded;charset=UTF-8"] {
            send(&app, door, content_type, form(&client)).await.expect(200);
        }
        send(&app, door, "application/json; charset=utf-8", json.clone()).await.expect(200);
        for content_type in ["text/plain", "multipart/form-data; boundary=x", "application/xml"] {
            let refused = send(&app, door, content_type, form(&client)).await;
            assert_eq!(refused.failure(), (415, "unsupported_media_type".to_owned()), "{door} {content_type}");
            assert_eq!(refused.header("content-type"), "application/json", "{door} {content_type}");
        }
        let twice = format!("{{\"scope\":\"a\",\"scope\":\"a\",{}", &json[1..]);
        for (path, content_type, body) in [
            (door.to_owned(), FORM, format!("{}&grant_type=client_credentials", form(&client))),
            (door.to_owned(), "application/json", twice),
            (format!("{door}?x=1&x=1"), FORM, form(&client)),
        ] {
            let refused = send(&app, &path, content_type, body).await;
            assert_eq!(refused.failure(), (400, "invalid_request".to_owned()), "{path} {content_type}");
        }
    }
}

#[tokio::test]
async fn e3_what_nobody_knows_is_ignored() {
    let (app, client) = start(json!({})).await;
    for door in DOORS {
        let more = format!("{}&gotrue_meta_security=&audience=https%3A%2F%2Fx.example&x", form(&client));
        send(&app, door, FORM, more).await.expect(200);
        let mut body = grant(&client.client_id, &client.secret);
        body["gotrue_meta_security"] = json!({"captcha_token": null});
        body["resource"] = json!(app.url("/functions/v1/api"));
        send(&app, door, "application/json", body.to_string()).await.expect(200);
    }
}

#[tokio::test]
async fn e4_e5_a_token_answer_is_200_json_unstored_with_what_was_granted() {
    let (app, client) = start(json!({})).await;
    for (door, token_type) in DOORS.into_iter().zip(["bearer", "bearer", "Bearer", "bearer"]) {
        let granted = send(&app, door, FORM, format!("{}&scope=routix:orders:read", form(&client))).await.expect(200);
        assert_eq!(granted.header("content-type"), "application/json", "{door}");
        assert_eq!(granted.header("cache-control"), "no-store", "{door}");
        let body = granted.json();
        assert_eq!((&body["token_type"], &body["expires_in"]), (&json!(token_type), &json!(3_600)), "{door}");
        if door != "/oauth2/token" {
            assert_eq!(body["scope"], "routix:orders:read", "{door}");
        }
    }
}

#[tokio::test]
async fn e6_a_refusal_is_json_and_challenges_only_who_used_basic() {
    let (app, client) = start(json!({})).await;
    for door in DOORS {
        let wrong = send(&app, door, FORM, form(&client) + "x").await;
        assert_eq!(wrong.failure(), (401, "invalid_client".to_owned()), "{door}");
        assert_eq!(wrong.header("www-authenticate"), "", "{door}");
        let basic = app.post(door).basic_auth(&client.client_id, Some("routix_x"));
        let wrong = answer(basic.header("content-type", FORM).body("grant_type=client_credentials")).await;
        assert_eq!(wrong.failure(), (401, "invalid_client".to_owned()), "{door}");
        assert!(wrong.header("www-authenticate").starts_with("Basic "), "{door}");
        let unknown = send(&app, door, FORM, form(&client).replace("client_credentials", "magic")).await;
        assert_eq!(unknown.failure(), (400, "unsupported_grant_type".to_owned()), "{door}");
        assert_eq!(unknown.header("content-type"), "application/json", "{door}");
    }
}

#[tokio::test]
async fn e7_revocation_answers_an_empty_object_also_for_a_token_that_is_none() {
    let (app, client) = start(json!({})).await;
    let real = text(&tokens(&app, &client).await["refresh_token"]);
    for token in [real.as_str(), "nonsense", &real] {
        let body = format!("token={token}&token_type_hint=refresh_token");
        let request = app.post(REVOKE).basic_auth(&client.client_id, Some(&client.secret));
        let revoked = answer(request.header("content-type", FORM).body(body)).await.expect(200);
        assert_eq!((revoked.text.as_str(), revoked.header("content-type")), ("{}", "application/json"), "{token}");
    }
}

#[tokio::test]
async fn e9_a_verifier_keeps_to_its_alphabet_and_a_challenge_to_43_characters() {
    let (app, client) = start(json!({})).await;
    let browser = signed_in(&app, Actor::Member).await;
    for challenge in ["x", &"a".repeat(42), &"a".repeat(44), &format!("{}.", "a".repeat(42))] {
        let page = browser.get(&Request::of(&client).with("code_challenge", challenge).path()).await;
        assert_eq!(error(&page), "invalid_request", "{challenge}");
    }
    let verifier = format!("{}-._~", "aZ9".repeat(13));
    let digest = <sha2::Sha256 as sha2::Digest>::digest(&verifier);
    let challenge = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(digest);
    let request = Request::of(&client).with("code_challenge", &challenge);
    for wrong in ["a".repeat(42), "a".repeat(129), format!("{}+", "a".repeat(42)), VERIFIER.to_owned()] {
        let code = approve(&browser, &request).await;
        let refused = redeem(&app, &client, &code, json!({"code_verifier": wrong})).await;
        assert_eq!(refused.status, 400, "{wrong}");
    }
    let code = approve(&browser, &request).await;
    redeem(&app, &client, &code, json!({"code_verifier": verifier})).await.expect(200);
}

#[tokio::test]
async fn e10_the_token_request_may_leave_the_redirect_uri_out_and_not_change_it() {
    let (app, client) = start(json!({})).await;
    let browser = signed_in(&app, Actor::Member).await;
    for redirect_uri in [json!(null), json!(REDIRECT_URI)] {
        let code = approve(&browser, &Request::of(&client)).await;
        redeem(&app, &client, &code, json!({"redirect_uri": redirect_uri})).await.expect(200);
    }
    let code = approve(&browser, &Request::of(&client)).await;
    let other = redeem(&app, &client, &code, json!({"redirect_uri": format!("{REDIRECT_URI}/x")})).await;
    assert_eq!(other.failure(), (400, "invalid_grant".to_owned()));
}

#[tokio::test]
async fn e11_a_refresh_takes_a_narrower_scope_and_a_resource_and_is_nobody_elses() {
    let (app, client) = start(json!({})).await;
    let other = app.new_app(&app.sign_in(Actor::Owner).await, json!({})).await;
    let first = tokens(&app, &client).await;
    for (members, error) in [
        (json!({"client_id": other.client_id}), (400, "invalid_grant")),
        (json!({"client_id": other.client_id, "client_secret": other.secret}), (400, "invalid_grant")),
        (json!({"client_id": client.client_id, "client_secret": "routix_x"}), (401, "invalid_client")),
    ] {
        let refused = refresh(&app, &first, members).await;
        assert_eq!(refused.failure(), (error.0, error.1.to_owned()));
    }
    let mut newest = first;
    for members in [
        json!({}),
        json!({"scope": "routix:orders:read"}),
        json!({"scope": "routix:accounts:read routix:orders:read"}),
        json!({"resource": app.url("/functions/v1/api")}),
        json!({"client_id": client.client_id, "client_secret": client.secret}),
    ] {
        app.clock.advance(TimeDelta::minutes(1));
        newest = refresh(&app, &newest, members).await.expect(200).json();
    }
    let wider = refresh(&app, &newest, json!({"scope": "routix:vehicles:read"})).await;
    assert_eq!(wider.failure(), (400, "invalid_scope".to_owned()));
}
