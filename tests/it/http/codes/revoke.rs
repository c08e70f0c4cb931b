//! `POST /auth/v1/oauth/revoke`: what a client gives back ends, and nothing of anybody else.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::flow::{REVOKE, Scene, about, invalid_client, with};
use crate::http::app::Registered;
use crate::http::client::{Answer, answer};
use crate::http::jwt;
use crate::http::world::origin;

fn assert_done(answer: &Answer, what: &str) {
    assert_eq!((answer.status, answer.text.as_str()), (200, "{}"), "{what}");
    assert_eq!(answer.header("content-type"), "application/json", "{what}");
    assert_eq!(answer.header("cache-control"), "no-store", "{what}");
}

#[tokio::test]
async fn rv1_e7_in_every_manner_the_answer_is_an_empty_object() {
    let scene = Scene::start().await;
    let (id, secret) = (&scene.client.client_id, Some(&scene.client.secret));
    for manner in 0..4 {
        let tokens = scene.tokens().await;
        let body = about(&scene.client, &tokens.refresh);
        let bare = json!({"token": tokens.refresh});
        let request = scene.app.post(REVOKE);
        let request = match manner {
            0 => request.form(&body),
            1 => request.json(&body),
            2 => request.basic_auth(id, secret).form(&bare),
            _ => request.basic_auth(id, secret).json(&bare),
        };
        assert_done(&answer(request).await, &manner.to_string());
        scene.assert_ended(&tokens).await;
    }
}

#[tokio::test]
async fn rv2_unknown_expired_and_ended_tokens_are_answered_alike() {
    let scene = Scene::start().await;
    let (ended, idle) = (scene.tokens().await, scene.tokens().await);
    let own = scene.app.app_token(&scene.client).await;
    assert_done(&scene.revoke(&ended.refresh).await, "the first time");
    scene.app.clock.advance(TimeDelta::days(31));
    let user = scene.app.sign_in(crate::http::world::Actor::Owner).await;
    for token in
        [&ended.refresh, &ended.access, &idle.refresh, &idle.access, &own, &user, "x", "v1.AAAA", "a.b.c", "\u{0}"]
    {
        assert_done(&scene.revoke(token).await, token);
    }
    scene.app.get("/auth/v1/user", &user).await.expect(200);
}

#[tokio::test]
async fn rv3_a_refresh_token_ends_with_every_access_token_of_its_family() {
    let scene = Scene::start().await;
    let first = scene.tokens().await;
    let second = scene.assert_lives(&first).await;
    assert_done(&scene.revoke(&second.refresh).await, "refresh token");
    scene.assert_ended(&first).await;
    scene.assert_ended(&second).await;
    assert_eq!(scene.ends().await, ["revoked"]);
    let scene = scene.restart().await;
    scene.assert_ended(&second).await;
}

#[tokio::test]
async fn rv3_an_old_refresh_token_of_its_own_ends_the_family_too() {
    let scene = Scene::start().await;
    let first = scene.tokens().await;
    let second = scene.assert_lives(&first).await;
    assert_done(&scene.revoke(&first.refresh).await, "old refresh token");
    scene.assert_ended(&second).await;
}

#[tokio::test]
async fn rv4_the_access_token_of_a_code_ends_the_whole_grant() {
    let scene = Scene::start().await;
    let first = scene.tokens().await;
    let second = scene.assert_lives(&first).await;
    assert_done(&scene.revoke(&first.access).await, "access token");
    scene.assert_ended(&first).await;
    scene.assert_ended(&second).await;
}

#[tokio::test]
async fn rv4_an_access_token_of_the_app_itself_ends_alone() {
    let scene = Scene::start().await;
    let family = scene.tokens().await;
    let (ended, kept) = (scene.app.app_token(&scene.client).await, scene.app.app_token(&scene.client).await);
    assert_done(&scene.revoke(&ended).await, "client credentials");
    assert_eq!([scene.app.proxy_status(&ended).await, scene.app.proxy_status(&kept).await], [401, 200]);
    assert!(!scene.is_active(&ended).await && scene.is_active(&kept).await);
    scene.assert_lives(&family).await;
    assert_done(&scene.revoke(&ended).await, "again");
    let history = scene.app.history(&scene.owner, &scene.client.app_id).await;
    let revoked: Vec<&Value> = history.iter().filter(|event| event["type"] == "app.token_revoked").collect();
    assert_eq!(revoked.len(), 1);
    assert_eq!(
        (&revoked[0]["actor"]["kind"], &revoked[0]["actor"]["id"]),
        (&json!("app"), &json!(scene.client.app_id))
    );
    assert!(jwt::claims(&ended)["jti"].as_str().unwrap().contains(revoked[0]["data"]["token_id"].as_str().unwrap()));
    assert!(!revoked[0].to_string().contains(&ended));
    let scene = scene.restart().await;
    assert_eq!([scene.app.proxy_status(&ended).await, scene.app.proxy_status(&kept).await], [401, 200]);
}

#[tokio::test]
async fn rv5_another_clients_token_is_answered_alike_and_lives_on() {
    let scene = Scene::start().await;
    let other = scene.other_client().await;
    let public = scene.app.new_app(&scene.owner, json!({"client_type": "public"})).await;
    let tokens = scene.tokens().await;
    let own = scene.app.app_token(&scene.client).await;
    for client in [&other, &public] {
        for token in [&tokens.refresh, &tokens.access, &own] {
            let body = with(about(client, token), json!({"client_secret": some(&client.secret)}));
            assert_done(&scene.post(REVOKE, &body).await, token);
        }
    }
    assert_eq!(scene.ends().await.len(), 0);
    assert_eq!(scene.app.log("app.token_revoked").await.len(), 0);
    assert_eq!(scene.app.proxy_status(&own).await, 200);
    scene.assert_lives(&tokens).await;
}

fn some(secret: &str) -> Option<&str> {
    Some(secret).filter(|secret| !secret.is_empty())
}

#[tokio::test]
async fn rv5_only_what_is_another_clients_is_told_apart_from_what_had_ended() {
    let scene = Scene::start().await;
    let other = scene.other_client().await;
    let tokens = scene.tokens().await;
    let id = scene.app.log("authorization.code_redeemed").await[0].aggregate_id.parse().unwrap();
    let revoke = async |client: &Registered| {
        let app_id = client.app_id.parse().unwrap();
        scene.app.commands.revoke_authorization(id, app_id, &origin()).await.unwrap()
    };
    assert!(!revoke(&other).await);
    scene.assert_lives(&tokens).await;
    assert!(revoke(&scene.client).await);
    assert!(revoke(&scene.client).await, "a client that gives back both of its tokens is no thief");
    assert!(!revoke(&other).await);
    assert_eq!(scene.ends().await.len(), 1);
}

#[tokio::test]
async fn rv6_a_wrong_hint_or_an_unknown_one_hinders_nothing() {
    let scene = Scene::start().await;
    for hint in ["access_token", "refresh_token", "moon", ""] {
        for which in ["refresh", "access"] {
            let tokens = scene.tokens().await;
            let token = if which == "refresh" { &tokens.refresh } else { &tokens.access };
            let body = with(about(&scene.client, token), json!({"token_type_hint": hint}));
            assert_done(&scene.post(REVOKE, &body).await, hint);
            scene.assert_ended(&tokens).await;
        }
    }
}

#[tokio::test]
async fn rv7_who_is_not_proven_is_invalid_client_and_ends_nothing() {
    let scene = Scene::start().await;
    let tokens = scene.tokens().await;
    let good = about(&scene.client, &tokens.refresh);
    for members in [
        json!({"client_secret": "routix_x"}),
        json!({"client_secret": null}),
        json!({"client_id": null}),
        json!({"client_id": null, "client_secret": null}),
    ] {
        let refused = scene.post(REVOKE, &with(good.clone(), members.clone())).await;
        assert_eq!(refused.failure(), invalid_client(), "{members}");
        assert_eq!(refused.header("www-authenticate"), "");
    }
    let basic = scene.app.post(REVOKE).basic_auth(&scene.client.client_id, Some("routix_x"));
    let refused = answer(basic.form(&json!({"token": tokens.refresh}))).await;
    assert_eq!(refused.failure(), invalid_client());
    assert!(refused.header("www-authenticate").starts_with("Basic realm=\""));
    let both = scene.app.post(REVOKE).basic_auth(&scene.client.client_id, Some(&scene.client.secret)).json(&good);
    assert_eq!(answer(both).await.failure(), (400, "invalid_request".to_owned()));
    scene.assert_lives(&tokens).await;
}

#[tokio::test]
async fn rv9_a_missing_token_is_invalid_request_and_other_methods_are_405() {
    let scene = Scene::start().await;
    for token in [Value::Null, json!("")] {
        let refused = scene.post(REVOKE, &with(about(&scene.client, ""), json!({"token": token}))).await;
        assert_eq!(refused.failure(), (400, "invalid_request".to_owned()));
    }
    let tokens = scene.tokens().await;
    let query = scene.app.post(&format!("{REVOKE}?token={}", tokens.refresh)).json(&about(&scene.client, "x"));
    assert_eq!(answer(query).await.failure(), (400, "invalid_request".to_owned()));
    for method in ["GET", "PUT", "DELETE"] {
        let refused = answer(scene.app.request(method.parse().unwrap(), REVOKE)).await.expect(405);
        assert_eq!(refused.header("allow"), "POST");
    }
    scene.assert_lives(&tokens).await;
}

#[tokio::test]
async fn a_public_client_gives_back_its_own_by_naming_itself() {
    let scene = Scene::with_app(json!({"client_type": "public"})).await;
    let (by_refresh, by_access) = (scene.tokens().await, scene.tokens().await);
    for (tokens, token) in [(&by_refresh, &by_refresh.refresh), (&by_access, &by_access.access)] {
        let body = json!({"client_id": scene.client.client_id, "token": token});
        assert_done(&scene.post(REVOKE, &body).await, token);
        assert_eq!(scene.app.proxy_status(&tokens.access).await, 401);
        assert_eq!(scene.refresh(&tokens.refresh).await.failure(), super::flow::invalid_grant());
    }
    let refused = scene.post(REVOKE, &json!({"token": by_refresh.refresh})).await;
    assert_eq!(refused.failure(), invalid_client());
}

#[tokio::test]
async fn a_token_that_was_given_back_is_dead_when_the_answer_arrives() {
    let scene = Scene::start().await;
    for _ in 0..10 {
        let (tokens, own) = (scene.tokens().await, scene.app.app_token(&scene.client).await);
        scene.revoke(&tokens.access).await.expect(200);
        assert_eq!(scene.app.proxy_status(&tokens.access).await, 401);
        scene.revoke(&own).await.expect(200);
        assert_eq!(scene.app.proxy_status(&own).await, 401);
    }
}
