//! What each door takes, and what it answers.

use serde_json::{Value, json};

use crate::http::app::{DOORS, Registered, TestApp, grant, text};
use crate::http::client::{Answer, answer, names};
use crate::http::jwt;
use crate::http::world::Actor;

/// How a client puts its credentials and its parameters.
#[derive(Clone, Copy, Debug)]
enum Manner {
    Json,
    Form,
    BasicForm,
    BasicJson,
}

async fn ask(app: &TestApp, door: &str, client: &Registered, manner: Manner) -> Answer {
    let request = app.post(door);
    let (id, secret) = (client.client_id.as_str(), client.secret.as_str());
    answer(match manner {
        Manner::Json => request.json(&grant(id, secret)),
        Manner::Form => {
            request.form(&[("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)])
        }
        Manner::BasicForm => request.basic_auth(id, Some(secret)).form(&[("grant_type", "client_credentials")]),
        Manner::BasicJson => request.basic_auth(id, Some(secret)).json(&json!({"grant_type": "client_credentials"})),
    })
    .await
}

#[tokio::test]
async fn tk2_tk3_every_door_takes_every_manner_and_answers_in_its_own() {
    let app = TestApp::start().await;
    let client = app.new_app(&app.sign_in(Actor::Owner).await, json!({})).await;
    let branches = json!([app.world.branch.id, app.world.other_branch.id]);
    for door in DOORS {
        for manner in [Manner::Json, Manner::Form, Manner::BasicForm, Manner::BasicJson] {
            let answer = ask(&app, door, &client, manner).await.expect(200);
            assert_eq!(answer.header("content-type"), "application/json", "{door} {manner:?}");
            assert_eq!(answer.header("cache-control"), "no-store", "{door} {manner:?}");
            assert_eq!(answer.headers.get_all("cache-control").iter().count(), 1, "{door}");
            let mut body = answer.json();
            let token = text(&body["access_token"].take());
            assert_eq!(app.proxy_status(&token).await, 200, "{door} {manner:?}");
            let scope = "routix:accounts:read routix:orders:read";
            let expected = match door {
                "/oauth2/token" => json!({"access_token": null, "expires_in": 3600, "token_type": "Bearer"}),
                "/oauth/token" => json!({
                    "access_token": null, "expires_in": 3600, "token_type": "bearer", "scope": scope,
                    "permissions": ["routix:accounts:read", "routix:orders:read"],
                }),
                _ => json!({
                    "access_token": null, "expires_in": 3600, "token_type": "bearer", "scope": scope,
                    "organization_id": app.world.organization, "branch_ids": branches,
                }),
            };
            if let Some(ids) = body.get_mut("branch_ids").and_then(Value::as_array_mut) {
                ids.sort_by_key(|id| *id != branches[0]);
            }
            assert_eq!(body, expected, "{door} {manner:?}");
        }
    }
}

#[tokio::test]
async fn cc2_no_door_adds_a_member_or_a_refresh_token() {
    let app = TestApp::start().await;
    let client = app.new_app(&app.sign_in(Actor::Owner).await, json!({})).await;
    for (door, members) in [
        (DOORS[0], vec!["access_token", "branch_ids", "expires_in", "organization_id", "scope", "token_type"]),
        (DOORS[1], vec!["access_token", "branch_ids", "expires_in", "organization_id", "scope", "token_type"]),
        (DOORS[2], vec!["access_token", "expires_in", "token_type"]),
        (DOORS[3], vec!["access_token", "expires_in", "permissions", "scope", "token_type"]),
    ] {
        let answer = ask(&app, door, &client, Manner::Form).await.expect(200);
        assert_eq!(names(&answer.json()), members, "{door}");
    }
}

#[tokio::test]
async fn tk1_another_method_is_405_with_allow() {
    let app = TestApp::start().await;
    for door in DOORS {
        for method in ["GET", "HEAD", "PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "PROPFIND"] {
            let answer = answer(app.request(method.parse().unwrap(), door)).await.expect(405);
            assert_eq!(answer.header("allow"), "POST", "{method} {door}");
            assert_eq!(answer.header("cache-control"), "no-store", "{method} {door}");
            if method != "HEAD" {
                assert_eq!(answer.json()["error"], "method_not_allowed", "{method} {door}");
                assert_eq!(answer.json()["request_id"], answer.header("x-request-id"), "{method} {door}");
            }
        }
    }
}

#[tokio::test]
async fn the_claims_are_those_of_the_guide() {
    let app = TestApp::start().await;
    let token = app.sign_in(Actor::Owner).await;
    let restricted = json!({"name": "My ERP Sync", "allowed_branch_ids": [app.world.branch.id]});
    let client = app.new_app(&token, restricted).await;
    let free = app.new_app(&token, json!({})).await;
    let (header, claims) = jwt::parts(&app.app_token(&client).await);
    assert_eq!(header, json!({"alg": "HS256", "typ": "JWT", "kid": app.signing_keys()[0].kid}));
    let now = app.clock.system().now().timestamp();
    let expected = json!({
        "iss": "supabase",
        "aud": "authenticated",
        "role": "authenticated",
        "sub": client.app_id,
        "organization_id": app.world.organization,
        "oauth_client_id": client.client_id,
        "oauth_scopes": ["routix:accounts:read", "routix:orders:read"],
        "oauth_branch_ids": [app.world.branch.id],
        "oauth_app_name": "My ERP Sync",
        "iat": now,
        "exp": now + 3600,
        "jti": claims["jti"],
    });
    assert_eq!(claims, expected);
    assert_eq!(jwt::claims(&app.app_token(&free).await)["oauth_branch_ids"], json!([]));
}

#[tokio::test]
async fn two_tokens_of_one_moment_differ() {
    let app = TestApp::start().await;
    let client = app.new_app(&app.sign_in(Actor::Owner).await, json!({})).await;
    let (one, two) = (app.app_token(&client).await, app.app_token(&client).await);
    assert_ne!(one, two);
    assert_ne!(jwt::claims(&one)["jti"], jwt::claims(&two)["jti"]);
}

#[tokio::test]
async fn the_issuer_of_tokens_is_a_setting() {
    let app = TestApp::start_with(|config| config.token_issuer = "https://id.example".to_owned()).await;
    let client = app.new_app(&app.sign_in(Actor::Owner).await, json!({})).await;
    let token = app.app_token(&client).await;
    assert_eq!(jwt::claims(&token)["iss"], "https://id.example");
    assert_eq!(app.proxy_status(&token).await, 200);
}
