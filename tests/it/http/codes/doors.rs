//! Every grant behind every door, in every manner; what the tokens of a code say.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::flow::{CALLBACK, SCOPES, Scene, TOKEN, Tokens, exchange, refresh, with};
use crate::http::app::{DOORS, grant, text};
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

const MANNERS: [Manner; 4] = [Manner::Json, Manner::Form, Manner::BasicForm, Manner::BasicJson];

/// Sends a request that carries its credentials in the body in another manner.
async fn ask(scene: &Scene, door: &str, body: &Value, manner: Manner) -> Answer {
    let request = scene.app.post(door);
    let (id, secret) = (scene.client.client_id.as_str(), Some(scene.client.secret.as_str()));
    let without = with(body.clone(), json!({"client_id": null, "client_secret": null}));
    answer(match manner {
        Manner::Json => request.json(body),
        Manner::Form => request.form(body),
        Manner::BasicForm => request.basic_auth(id, secret).form(&without),
        Manner::BasicJson => request.basic_auth(id, secret).json(&without),
    })
    .await
}

/// The answer without its tokens, as each door words it.
fn expected(scene: &Scene, door: &str) -> Value {
    match door {
        "/oauth2/token" => json!({"expires_in": 3600, "token_type": "Bearer", "scope": SCOPES}),
        "/oauth/token" => json!({
            "expires_in": 3600, "token_type": "bearer", "scope": SCOPES, "permissions": SCOPES.split(' ').collect::<Vec<_>>(),
        }),
        _ => json!({
            "expires_in": 3600, "token_type": "bearer", "scope": SCOPES, "organization_id": scene.app.world.organization,
            "branch_ids": [scene.app.world.branch.id, scene.app.world.other_branch.id],
        }),
    }
}

fn assert_answer(scene: &Scene, door: &str, answer: &Answer, what: &str) {
    assert_eq!(answer.header("content-type"), "application/json", "{what}");
    assert_eq!(answer.header("cache-control"), "no-store", "{what}");
    let mut body = with(answer.json(), json!({"access_token": null, "refresh_token": null}));
    if let Some(ids) = body.get_mut("branch_ids").and_then(Value::as_array_mut) {
        ids.sort_by_key(|id| *id != json!(scene.app.world.branch.id));
    }
    assert_eq!(body, expected(scene, door), "{what}");
}

#[tokio::test]
async fn tk2_tk3_tk6_tk7_codes_and_refreshes_work_at_every_door_in_every_manner() {
    let scene = Scene::start().await;
    for door in DOORS {
        for manner in MANNERS {
            let what = format!("{door} {manner:?}");
            let given = ask(&scene, door, &exchange(&scene.client, &scene.code().await), manner).await.expect(200);
            assert_answer(&scene, door, &given, &what);
            let first = Tokens::of(given);
            let given = ask(&scene, door, &refresh(&scene.client, &first.refresh), manner).await.expect(200);
            assert_answer(&scene, door, &given, &what);
            let second = Tokens::of(given);
            assert!(first.access != second.access && first.refresh != second.refresh, "{what}");
            for token in [&first.access, &second.access] {
                assert_eq!(scene.app.proxy_status(token).await, 200, "{what}");
            }
        }
    }
}

#[tokio::test]
async fn a_family_may_change_doors() {
    let scene = Scene::start().await;
    let mut tokens = scene.tokens().await;
    for door in DOORS.into_iter().chain(DOORS) {
        tokens = Tokens::of(scene.post(door, &refresh(&scene.client, &tokens.refresh)).await);
    }
}

#[tokio::test]
async fn cc2_client_credentials_never_have_a_refresh_token() {
    let scene = Scene::start().await;
    scene.tokens().await;
    for door in DOORS {
        for manner in MANNERS {
            let body = grant(&scene.client.client_id, &scene.client.secret);
            let given = ask(&scene, door, &body, manner).await.expect(200).json();
            assert!(!names(&given).contains(&"refresh_token".to_owned()), "{door} {manner:?}");
        }
    }
}

#[tokio::test]
async fn h4_two_mechanisms_at_once_are_invalid_request_for_codes_and_refreshes() {
    let scene = Scene::start().await;
    let (code, tokens) = (scene.code().await, scene.tokens().await);
    let (id, secret) = (&scene.client.client_id, Some(&scene.client.secret));
    for body in [exchange(&scene.client, &code), refresh(&scene.client, &tokens.refresh)] {
        let refused = answer(scene.app.post(TOKEN).basic_auth(id, secret).json(&body)).await;
        assert_eq!(refused.failure(), (400, "invalid_request".to_owned()));
    }
    scene.exchange(&code).await;
    scene.assert_lives(&tokens).await;
}

#[tokio::test]
async fn h1_h6_refusals_of_a_code_are_no_store_and_challenge_who_used_basic() {
    let scene = Scene::start().await;
    let code = scene.code().await;
    let bodies = [exchange(&scene.client, &code), refresh(&scene.client, "x")];
    for body in bodies.map(|body| with(body, json!({"client_id": null, "client_secret": null}))) {
        for door in DOORS {
            let request = scene.app.post(door).basic_auth(&scene.client.client_id, Some("routix_x"));
            let refused = answer(request.form(&body)).await;
            assert_eq!(refused.failure(), super::flow::invalid_client(), "{door}");
            assert!(refused.header("www-authenticate").starts_with("Basic realm=\""), "{door}");
            assert_eq!(refused.header("cache-control"), "no-store", "{door}");
        }
    }
    let refused = scene.refresh("x").await;
    assert_eq!(refused.failure(), super::flow::invalid_grant());
    assert_eq!(refused.header("cache-control"), "no-store");
}

#[tokio::test]
async fn h20_tk9_a_repeated_parameter_is_invalid_request() {
    let scene = Scene::start().await;
    let code = scene.code().await;
    let tokens = scene.tokens().await;
    let bodies = [exchange(&scene.client, &code), refresh(&scene.client, &tokens.refresh)];
    for (body, doubled) in bodies.iter().zip([["code", "code_verifier"], ["refresh_token", "client_secret"]]) {
        for name in doubled {
            let mut fields: Vec<(String, String)> =
                body.as_object().unwrap().iter().map(|(name, value)| (name.clone(), text(value))).collect();
            fields.push((name.to_owned(), text(&body[name])));
            let refused = answer(scene.app.post(TOKEN).form(&fields)).await;
            assert_eq!(refused.failure(), (400, "invalid_request".to_owned()), "{name}");
        }
    }
    for member in ["code", "code_verifier", "redirect_uri"] {
        let refused = scene.send(&with(bodies[0].clone(), json!({member: [body_text(&bodies[0], member)]}))).await;
        assert_eq!(refused.failure(), (400, "invalid_request".to_owned()), "{member}");
    }
    scene.exchange(&code).await;
    scene.assert_lives(&tokens).await;
}

fn body_text(body: &Value, name: &str) -> String {
    text(&body[name])
}

#[tokio::test]
async fn the_claims_of_a_codes_token_are_those_of_the_guide() {
    let scene = Scene::with_app(json!({"allowed_branch_ids": []})).await;
    let tokens = scene.tokens().await;
    let (header, claims) = jwt::parts(&tokens.access);
    assert_eq!(header, json!({"alg": "HS256", "typ": "JWT", "kid": scene.app.signing_keys()[0].kid}));
    let now = scene.app.clock.system().now().timestamp();
    let expected = json!({
        "iss": "supabase",
        "aud": "authenticated",
        "role": "authenticated",
        "sub": Actor::Member.id(),
        "organization_id": scene.app.world.organization,
        "oauth_client_id": scene.client.client_id,
        "oauth_scopes": ["routix:accounts:read", "routix:orders:read"],
        "iat": now,
        "exp": now + 3600,
        "jti": claims["jti"],
    });
    assert_eq!(claims, expected);
    let refused = scene.app.get("/auth/v1/user", &tokens.access).await;
    assert_eq!(refused.failure(), (403, "invalid_token_type".to_owned()), "it is no session of the user");
}

#[tokio::test]
async fn h19_a_resource_lands_in_aud_wherever_it_was_named() {
    let scene = Scene::start().await;
    let issuer = scene.app.url("");
    let api = format!("{issuer}/functions/v1/api");
    for resource in [&issuer, &api] {
        let authorized = scene.tokens_with(&[("resource", resource)]).await;
        let body = with(exchange(&scene.client, &scene.code().await), json!({"resource": resource}));
        let exchanged = Tokens::of(scene.send(&body).await);
        let body = with(refresh(&scene.client, &scene.tokens().await.refresh), json!({"resource": resource}));
        let refreshed = Tokens::of(scene.send(&body).await);
        let goes_on = Tokens::of(scene.refresh(&authorized.refresh).await);
        for tokens in [authorized, exchanged, refreshed, goes_on] {
            let (header, claims) = jwt::parts(&tokens.access);
            assert_eq!(header["typ"], "at+jwt");
            assert_eq!((&claims["iss"], &claims["aud"]), (&json!(issuer), &json!(resource)));
            assert_eq!(
                (&claims["sub"], &claims["client_id"]),
                (&json!(Actor::Member.id()), &json!(scene.client.client_id))
            );
            assert_eq!(claims["oauth_client_id"], json!(scene.client.client_id));
            assert_eq!((&claims["scope"], &claims["role"]), (&json!(SCOPES), &json!("authenticated")));
            assert_eq!(claims["organization_id"], json!(scene.app.world.organization));
            assert!(claims["exp"].is_i64() && claims["iat"].is_i64() && claims["jti"].is_string());
            assert_eq!(scene.app.proxy_status(&tokens.access).await, 200);
        }
    }
}

#[tokio::test]
async fn tk17_rt10_a_resource_is_ours_and_within_what_was_granted_and_a_refusal_costs_nothing() {
    let scene = Scene::start().await;
    let issuer = scene.app.url("");
    let api = format!("{issuer}/functions/v1/api");
    let invalid_target = (400, "invalid_target".to_owned());
    let code = scene.code_with(&[("resource", &api)]).await;
    for resource in ["https://nowhere.example", "x", &issuer, &format!("{api}/")] {
        let refused = scene.send(&with(exchange(&scene.client, &code), json!({"resource": resource}))).await;
        assert_eq!(refused.failure(), invalid_target, "{resource}");
    }
    let tokens = Tokens::of(scene.send(&with(exchange(&scene.client, &code), json!({"resource": api}))).await);
    for resource in ["https://nowhere.example", "x", &issuer] {
        let refused = scene.send(&with(refresh(&scene.client, &tokens.refresh), json!({"resource": resource}))).await;
        assert_eq!(refused.failure(), invalid_target, "{resource}");
    }
    let next = Tokens::of(scene.send(&with(refresh(&scene.client, &tokens.refresh), json!({"resource": api}))).await);
    // Whoever named none when he asked may name one now, but one of ours.
    let (code, tokens) = (scene.code().await, scene.tokens().await);
    for body in [exchange(&scene.client, &code), refresh(&scene.client, &tokens.refresh)] {
        for resource in ["https://nowhere.example", &format!("{api}/")] {
            let refused = scene.send(&with(body.clone(), json!({"resource": resource}))).await;
            assert_eq!(refused.failure(), invalid_target, "{resource}");
        }
        scene.send(&with(body, json!({"resource": api}))).await.expect(200);
    }
    assert_eq!(jwt::claims(&next.access)["aud"], json!(api));
    assert_eq!(scene.app.log("authorization.refreshed").await.len(), 2);
}

#[tokio::test]
async fn the_apps_token_lifetime_holds_for_tokens_of_a_code() {
    for (lifetime, seconds) in [("5m", Some(300)), ("1h", Some(3_600)), ("1d", Some(86_400)), ("unlimited", None)] {
        let scene = Scene::with_app(json!({"token_lifetime": lifetime})).await;
        let given = scene.send(&exchange(&scene.client, &scene.code().await)).await.expect(200);
        assert_eq!(given.json().get("expires_in").cloned(), seconds.map(|seconds| json!(seconds)), "{lifetime}");
        let tokens = Tokens::of(given);
        let Some(seconds) = seconds else {
            assert_eq!(jwt::claims(&tokens.access).get("exp"), None);
            scene.app.clock.advance(TimeDelta::days(10));
            let next = Tokens::of(scene.refresh(&tokens.refresh).await);
            scene.revoke(&next.refresh).await.expect(200);
            assert_eq!(scene.app.proxy_status(&tokens.access).await, 401, "endless, and yet it ends");
            continue;
        };
        scene.app.clock.advance(TimeDelta::seconds(seconds - 1));
        assert_eq!(scene.app.proxy_status(&tokens.access).await, 200, "{lifetime}");
        scene.app.clock.advance(TimeDelta::seconds(1));
        assert_eq!(scene.app.proxy_status(&tokens.access).await, 401, "{lifetime}");
        let given = scene.refresh(&tokens.refresh).await.expect(200);
        assert_eq!(given.json()["expires_in"], seconds, "{lifetime}");
    }
}

#[tokio::test]
async fn a_code_for_less_than_the_app_holds_gives_less() {
    let scene = Scene::start().await;
    let query = [("scope", "routix:orders:read"), ("redirect_uri", CALLBACK)];
    let given = scene.send(&exchange(&scene.client, &scene.code_with(&query).await)).await.expect(200);
    assert_eq!(given.json()["scope"], "routix:orders:read");
    let refused = scene.app.accounts(&text(&given.json()["access_token"]), &scene.app.world.branch.public_id).await;
    assert_eq!(refused.failure(), (403, "insufficient_scope".to_owned()));
}
