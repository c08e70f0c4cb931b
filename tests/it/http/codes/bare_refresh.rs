//! The refresh of the guide carries no client authentication: how far that goes.

use chrono::TimeDelta;
use serde_json::json;

use super::flow::{Scene, Tokens, bare, invalid_client, invalid_grant, refresh, with};
use crate::http::app::text;
use crate::http::client::answer;

async fn rotate(scene: &Scene, overlap_seconds: u32) -> String {
    let body = json!({"oauth_app_id": scene.client.app_id, "overlap_seconds": overlap_seconds});
    text(&scene.app.rotate(&scene.owner, &body).await.expect(200).json()["client_secret"])
}

#[tokio::test]
async fn it_works_at_every_door_as_json_and_as_form_while_the_secret_is_current() {
    let scene = Scene::start().await;
    let mut tokens = scene.tokens().await;
    for door in crate::http::app::DOORS {
        tokens = Tokens::of(scene.post(door, &bare(&tokens.refresh)).await);
        tokens = Tokens::of(answer(scene.app.post(door).form(&bare(&tokens.refresh))).await);
        let named = with(bare(&tokens.refresh), json!({"client_id": scene.client.client_id}));
        tokens = Tokens::of(scene.post(door, &named).await);
    }
}

#[tokio::test]
async fn a_bearer_header_is_no_authentication() {
    let scene = Scene::start().await;
    let tokens = scene.tokens().await;
    let request = scene.app.post(super::flow::TOKEN).bearer_auth("anon.key.here");
    Tokens::of(answer(request.json(&bare(&tokens.refresh))).await);
}

#[tokio::test]
async fn after_a_rotation_it_is_invalid_client_and_the_new_secret_goes_on() {
    let mut scene = Scene::start().await;
    let tokens = scene.tokens().await;
    let secret = rotate(&scene, 0).await;
    let named = with(bare(&tokens.refresh), json!({"client_id": scene.client.client_id}));
    for body in [bare(&tokens.refresh), named, refresh(&scene.client, &tokens.refresh)] {
        assert_eq!(scene.send(&body).await.failure(), invalid_client());
    }
    scene.client.secret = secret;
    let next = scene.assert_lives(&tokens).await;
    assert_eq!(
        scene.bare_refresh(&next.refresh).await.failure(),
        invalid_client(),
        "the family began with the old one"
    );
    let new = scene.tokens().await;
    Tokens::of(scene.bare_refresh(&new.refresh).await);
}

#[tokio::test]
async fn during_an_overlap_it_is_invalid_client_while_both_secrets_work() {
    let mut scene = Scene::start().await;
    let tokens = scene.tokens().await;
    let secret = rotate(&scene, 600).await;
    assert_eq!(scene.bare_refresh(&tokens.refresh).await.failure(), invalid_client());
    let tokens = scene.assert_lives(&tokens).await;
    // What begins with the old secret during the overlap is not better than what began before it.
    let late = scene.tokens().await;
    assert_eq!(scene.bare_refresh(&late.refresh).await.failure(), invalid_client());
    scene.client.secret = secret;
    let tokens = scene.assert_lives(&tokens).await;
    scene.app.clock.advance(TimeDelta::seconds(601));
    assert_eq!(scene.bare_refresh(&tokens.refresh).await.failure(), invalid_client());
    scene.assert_lives(&tokens).await;
}

#[tokio::test]
async fn a_wrong_secret_is_always_invalid_client_and_costs_nothing() {
    let scene = Scene::start().await;
    let tokens = scene.tokens().await;
    for secret in ["routix_x", " ", &scene.client.secret[..46]] {
        let body = with(refresh(&scene.client, &tokens.refresh), json!({"client_secret": secret}));
        assert_eq!(scene.send(&body).await.failure(), invalid_client(), "{secret:?}");
    }
    let basic = scene.app.post(super::flow::TOKEN).basic_auth(&scene.client.client_id, Some("routix_x"));
    let refused = answer(basic.json(&bare(&tokens.refresh))).await;
    assert_eq!(refused.failure(), invalid_client());
    assert!(refused.header("www-authenticate").starts_with("Basic "));
    scene.assert_lives(&tokens).await;
}

#[tokio::test]
async fn an_app_can_require_authentication_always() {
    let scene = Scene::start().await;
    let tokens = scene.tokens().await;
    scene.change(json!({"refresh_authentication": "always"})).await;
    let named = with(bare(&tokens.refresh), json!({"client_id": scene.client.client_id}));
    for body in [bare(&tokens.refresh), named] {
        assert_eq!(scene.send(&body).await.failure(), invalid_client());
    }
    let tokens = scene.assert_lives(&tokens).await;
    scene.change(json!({"refresh_authentication": "when_rotated"})).await;
    Tokens::of(scene.bare_refresh(&tokens.refresh).await);
}

#[tokio::test]
async fn a_public_client_names_itself() {
    for required in ["when_rotated", "always"] {
        let fields = json!({"client_type": "public", "refresh_authentication": required});
        let scene = Scene::with_app(fields).await;
        let tokens = scene.tokens().await;
        let named = |token: &str| with(bare(token), json!({"client_id": scene.client.client_id}));
        let next = Tokens::of(scene.send(&named(&tokens.refresh)).await);
        let nameless = scene.bare_refresh(&next.refresh).await;
        match required {
            "always" => assert_eq!(nameless.failure(), invalid_client()),
            _ => drop(Tokens::of(nameless)),
        }
        let secret = with(named(&next.refresh), json!({"client_secret": "routix_x"}));
        assert_eq!(scene.send(&secret).await.failure(), invalid_client());
        Tokens::of(scene.send(&named(&next.refresh)).await);
    }
}

#[tokio::test]
async fn e11_another_apps_client_id_is_invalid_grant_and_the_family_survives() {
    let scene = Scene::start().await;
    let other = scene.other_client().await;
    let tokens = scene.tokens().await;
    for client_id in
        [other.client_id.as_str(), "00000000-0000-4000-8000-000000000000", "not a uuid", &scene.client.app_id]
    {
        let refused = scene.send(&with(bare(&tokens.refresh), json!({"client_id": client_id}))).await;
        assert_eq!(refused.failure(), invalid_grant(), "{client_id}");
    }
    scene.assert_lives(&tokens).await;
}

#[tokio::test]
async fn no_authentication_is_told_apart_from_a_secret_in_the_log() {
    let scene = Scene::start().await;
    let tokens = scene.tokens().await;
    let tokens = Tokens::of(scene.bare_refresh(&tokens.refresh).await);
    scene.refresh(&tokens.refresh).await.expect(200);
    let by = |event: &routix_domain::log::RecordedEvent| event.metadata().unwrap().authenticated_by;
    let authenticated_by: Vec<String> = scene.app.log("authorization.refreshed").await.iter().map(by).collect();
    assert_eq!(authenticated_by, ["none", "client_secret"]);
    assert_eq!(scene.app.log("authorization.ended").await.len(), 0);
}
