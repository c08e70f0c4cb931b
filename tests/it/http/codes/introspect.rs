//! `POST /auth/v1/oauth/introspect`: what a token is worth now, for the client that holds it.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::flow::{INTROSPECT, SCOPES, Scene, about, invalid_client, with};
use crate::http::client::{Answer, answer};
use crate::http::jwt;
use crate::http::world::Actor;

fn assert_inactive(answer: &Answer, what: &str) {
    assert_eq!((answer.status, answer.text.as_str()), (200, "{\"active\":false}"), "{what}");
    assert_eq!(answer.header("content-type"), "application/json", "{what}");
    assert_eq!(answer.header("cache-control"), "no-store", "{what}");
}

#[tokio::test]
async fn in1_who_is_not_proven_is_401() {
    let scene = Scene::start().await;
    let public = scene.app.new_app(&scene.owner, json!({"client_type": "public"})).await;
    let tokens = scene.tokens().await;
    let good = about(&scene.client, &tokens.access);
    for members in [
        json!({"client_secret": "routix_x"}),
        json!({"client_secret": null}),
        json!({"client_id": null}),
        json!({"client_id": null, "client_secret": null}),
        json!({"client_id": public.client_id, "client_secret": null}),
        json!({"client_id": public.client_id}),
    ] {
        let refused = scene.post(INTROSPECT, &with(good.clone(), members.clone())).await;
        assert_eq!(refused.failure(), invalid_client(), "{members}");
    }
    let bearer = scene.app.post(INTROSPECT).bearer_auth(&tokens.access).form(&json!({"token": tokens.access}));
    assert_eq!(answer(bearer).await.failure(), invalid_client(), "the token does not vouch for itself");
    let basic = scene.app.post(INTROSPECT).basic_auth(&scene.client.client_id, Some("routix_x"));
    let refused = answer(basic.form(&json!({"token": tokens.access}))).await;
    assert_eq!(refused.failure(), invalid_client());
    assert!(refused.header("www-authenticate").starts_with("Basic realm=\""));
}

#[tokio::test]
async fn in1_a_public_client_hears_nothing_of_its_own_tokens_either() {
    let scene = Scene::with_app(json!({"client_type": "public"})).await;
    let tokens = scene.tokens().await;
    for token in [&tokens.access, &tokens.refresh] {
        assert_eq!(scene.introspect(token).await.failure(), invalid_client());
    }
}

#[tokio::test]
async fn in2_everything_that_is_worth_nothing_is_inactive_and_no_more() {
    let scene = Scene::start().await;
    let other = scene.other_client().await;
    let (first, ended) = (scene.tokens().await, scene.tokens().await);
    let code = scene.code().await;
    let second = scene.assert_lives(&first).await;
    scene.revoke(&ended.refresh).await.expect(200);
    let user = scene.app.sign_in(Actor::Member).await;
    for (what, token) in [
        ("a rotated refresh token", &first.refresh),
        ("an ended refresh token", &ended.refresh),
        ("an ended access token", &ended.access),
        ("a code", &code),
        ("a user token", &user),
        ("nothing", &"x".to_owned()),
        ("a form's seal", &"v1.AAAA".to_owned()),
        ("a broken token", &second.access[..40].to_owned()),
    ] {
        assert_inactive(&scene.introspect(token).await, what);
    }
    for token in [&second.access, &second.refresh, &first.access, &scene.app.app_token(&scene.client).await] {
        assert!(scene.is_active(token).await);
        assert_inactive(&scene.post(INTROSPECT, &about(&other, token)).await, "another client's");
    }
    scene.exchange(&code).await;
    scene.app.clock.advance(TimeDelta::hours(1));
    assert_inactive(&scene.introspect(&second.access).await, "an expired access token");
    assert!(scene.is_active(&second.refresh).await);
}

#[tokio::test]
async fn in3_an_access_token_of_a_code_is_shown_as_it_stands_now() {
    let scene = Scene::start().await;
    let tokens = scene.tokens().await;
    let claims = jwt::claims(&tokens.access);
    let now = scene.app.clock.system().now().timestamp();
    let expected = |scope: &str| {
        json!({
            "active": true, "scope": scope, "client_id": scene.client.client_id, "token_type": "Bearer",
            "sub": Actor::Member.id(), "aud": "authenticated", "iss": "supabase", "iat": now, "exp": now + 3600,
            "jti": claims["jti"], "organization_id": scene.app.world.organization,
        })
    };
    let shown = scene.introspect(&tokens.access).await.expect(200);
    assert_eq!(shown.header("cache-control"), "no-store");
    assert_eq!(shown.json(), expected(SCOPES));
    scene.change(json!({"allowed_scopes": ["routix:orders:read"]})).await;
    assert_eq!(scene.introspect(&tokens.access).await.expect(200).json(), expected("routix:orders:read"));
}

#[tokio::test]
async fn in3_a_refresh_token_is_shown_with_its_own_end() {
    let scene = Scene::start().await;
    let tokens = scene.tokens().await;
    let now = scene.app.clock.system().now();
    let expected = json!({
        "active": true, "scope": SCOPES, "client_id": scene.client.client_id, "sub": Actor::Member.id(),
        "iss": scene.app.url(""), "iat": now.timestamp(), "exp": (now + TimeDelta::days(30)).timestamp(),
        "organization_id": scene.app.world.organization,
    });
    assert_eq!(scene.introspect(&tokens.refresh).await.expect(200).json(), expected);
    scene.assert_lives(&tokens).await;
}

#[tokio::test]
async fn in3_tokens_of_the_app_itself_of_a_resource_and_without_an_end_are_shown_as_they_are() {
    let scene = Scene::with_app(json!({"token_lifetime": "unlimited"})).await;
    let own = scene.app.app_token(&scene.client).await;
    let shown = scene.introspect(&own).await.expect(200).json();
    assert_eq!((&shown["active"], &shown["sub"]), (&json!(true), &json!(scene.client.app_id)));
    assert_eq!(shown.get("exp"), None);
    let resource = scene.app.url("/functions/v1/api");
    let tokens = scene.tokens_with(&[("resource", &resource)]).await;
    let shown = scene.introspect(&tokens.access).await.expect(200).json();
    assert_eq!((&shown["aud"], &shown["iss"]), (&json!(resource), &json!(scene.app.url(""))));
}

#[tokio::test]
async fn in4_looking_at_a_token_changes_nothing() {
    let scene = Scene::start().await;
    let first = scene.tokens().await;
    let second = scene.assert_lives(&first).await;
    scene.app.clock.advance(TimeDelta::seconds(31));
    for token in [&first.refresh, &first.access, &second.refresh, &second.access] {
        for _ in 0..3 {
            scene.introspect(token).await.expect(200);
        }
    }
    assert_eq!(scene.ends().await.len(), 0, "an old refresh token is shown to nobody and punished by nobody");
    scene.assert_lives(&second).await;
}

#[tokio::test]
async fn a_missing_token_is_invalid_request_and_other_methods_are_405() {
    let scene = Scene::start().await;
    for token in [Value::Null, json!("")] {
        let refused = scene.post(INTROSPECT, &with(about(&scene.client, ""), json!({"token": token}))).await;
        assert_eq!(refused.failure(), (400, "invalid_request".to_owned()));
    }
    let hinted = with(about(&scene.client, "x"), json!({"token_type_hint": "refresh_token"}));
    assert_inactive(&scene.post(INTROSPECT, &hinted).await, "hinted");
    for method in ["GET", "PUT", "DELETE"] {
        let refused = answer(scene.app.request(method.parse().unwrap(), INTROSPECT)).await.expect(405);
        assert_eq!(refused.header("allow"), "POST");
    }
}

#[tokio::test]
async fn a_refresh_token_that_would_be_refused_is_not_active() {
    let scene = Scene::start().await;
    let tokens = scene.tokens().await;
    scene.change(json!({"allowed_scopes": ["routix:staff:read"]})).await;
    assert_eq!(scene.refresh(&tokens.refresh).await.failure(), super::flow::invalid_grant());
    assert_inactive(&scene.introspect(&tokens.refresh).await, "nothing is left of its scopes");
    scene.change(json!({"allowed_scopes": ["routix:orders:read"]})).await;
    assert!(scene.is_active(&tokens.refresh).await);
}
