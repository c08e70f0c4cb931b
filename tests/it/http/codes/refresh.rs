//! Refresh tokens rotate, expire, and end their family when an old one comes back.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::flow::{SCOPES, Scene, Tokens, bare, invalid_client, invalid_grant, refresh, with};
use crate::http::app::text;
use crate::http::jwt;
use crate::http::world::Actor;

#[tokio::test]
async fn rt1_a_missing_refresh_token_is_invalid_request() {
    let scene = Scene::start().await;
    for token in [Value::Null, json!("")] {
        for body in [bare(""), refresh(&scene.client, "")] {
            let refused = scene.send(&with(body, json!({"refresh_token": token}))).await;
            assert_eq!(refused.failure(), (400, "invalid_request".to_owned()));
        }
    }
}

#[tokio::test]
async fn rt2_an_unknown_or_foreign_refresh_token_is_invalid_grant() {
    let scene = Scene::start().await;
    let other = scene.other_client().await;
    for unknown in ["x", "v1.", "v1.AAAA", "c1.AAAA", "00000000-0000-4000-8000-000000000000", "\u{e9}", "\u{0}"] {
        assert_eq!(scene.refresh(unknown).await.failure(), invalid_grant(), "{unknown:?}");
        assert_eq!(scene.bare_refresh(unknown).await.failure(), invalid_grant(), "{unknown:?}");
    }
    let tokens = scene.tokens().await;
    assert_eq!(scene.send(&refresh(&other, &tokens.refresh)).await.failure(), invalid_grant());
    let revoked = scene.assert_lives(&tokens).await;
    scene.revoke(&revoked.refresh).await.expect(200);
    assert_eq!(scene.refresh(&revoked.refresh).await.failure(), invalid_grant());
}

#[tokio::test]
async fn rt3_what_is_presented_is_verified() {
    let scene = Scene::start().await;
    let tokens = scene.tokens().await;
    let good = refresh(&scene.client, &tokens.refresh);
    for members in [
        json!({"client_secret": "routix_x"}),
        json!({"client_secret": scene.client.secret.to_uppercase()}),
        json!({"client_id": null}),
        json!({"client_id": scene.client.app_id}),
    ] {
        let refused = scene.send(&with(good.clone(), members.clone())).await;
        assert_eq!(refused.failure(), invalid_client(), "{members}");
    }
    assert_eq!(scene.app.log("authorization.refreshed").await.len(), 0);
    scene.assert_lives(&tokens).await;
}

#[tokio::test]
async fn rt4_a_narrower_scope_narrows_the_access_token_only() {
    let scene = Scene::start().await;
    let tokens = scene.tokens().await;
    let narrow = with(refresh(&scene.client, &tokens.refresh), json!({"scope": "routix:orders:read"}));
    let given = scene.send(&narrow).await.expect(200);
    assert_eq!(given.json()["scope"], "routix:orders:read");
    let narrowed = Tokens::of(given);
    assert_eq!(jwt::claims(&narrowed.access)["oauth_scopes"], json!(["routix:orders:read"]));
    assert_eq!(scene.app.proxy_status(&narrowed.access).await, 403);
    let given = scene.refresh(&narrowed.refresh).await.expect(200);
    assert_eq!(given.json()["scope"], SCOPES, "the refresh token keeps everything");
    let all = Tokens::of(given);
    assert_eq!(scene.app.proxy_status(&all.access).await, 200);
}

#[tokio::test]
async fn rt4_a_wider_scope_is_invalid_scope_and_spends_nothing() {
    let scene = Scene::start().await;
    let asked = [("scope", "routix:orders:read")];
    let tokens = scene.tokens_with(&asked).await;
    for scope in [SCOPES, "routix:accounts:read", "routix:orders:write", "routix:moon:read", "x", " ", "*"] {
        for body in [refresh(&scene.client, &tokens.refresh), bare(&tokens.refresh)] {
            let refused = scene.send(&with(body, json!({"scope": scope}))).await;
            assert_eq!(refused.failure(), (400, "invalid_scope".to_owned()), "{scope:?}");
        }
    }
    assert_eq!(scene.app.log("authorization.refreshed").await.len(), 0);
    let given = scene.refresh(&tokens.refresh).await.expect(200);
    assert_eq!(given.json()["scope"], "routix:orders:read");
}

#[tokio::test]
async fn rt4_a_later_consent_to_more_does_not_widen_an_older_family() {
    let scene = Scene::start().await;
    let tokens = scene.tokens_with(&[("scope", "routix:orders:read")]).await;
    scene.tokens().await;
    assert_eq!(scene.refresh(&tokens.refresh).await.expect(200).json()["scope"], "routix:orders:read");
}

#[tokio::test]
async fn rt5_every_refresh_gives_another_refresh_token_to_every_kind_of_client() {
    for client_type in ["confidential", "public"] {
        let scene = Scene::with_app(json!({"client_type": client_type})).await;
        let mut tokens = scene.tokens().await;
        let mut seen = vec![tokens.refresh.clone()];
        for _ in 0..5 {
            tokens = Tokens::of(scene.refresh(&tokens.refresh).await);
            assert!(!seen.contains(&tokens.refresh), "{client_type}");
            seen.push(tokens.refresh.clone());
        }
    }
}

#[tokio::test]
async fn rt6_h14_an_old_token_after_the_window_ends_the_family_and_its_access_tokens() {
    let scene = Scene::start().await;
    let first = scene.tokens().await;
    let second = Tokens::of(scene.refresh(&first.refresh).await);
    scene.app.clock.advance(TimeDelta::seconds(31));
    assert_eq!(scene.refresh(&first.refresh).await.failure(), invalid_grant());
    assert_eq!(scene.ends().await, ["refresh_token_reused"]);
    for tokens in [&first, &second] {
        scene.assert_ended(tokens).await;
    }
    let scene = scene.restart().await;
    scene.assert_ended(&second).await;
    assert_eq!(scene.ends().await.len(), 1);
}

#[tokio::test]
async fn h14_the_token_before_the_last_one_ends_the_family_even_inside_the_window() {
    let scene = Scene::start().await;
    let first = scene.tokens().await;
    let second = Tokens::of(scene.refresh(&first.refresh).await);
    let third = Tokens::of(scene.refresh(&second.refresh).await);
    assert_eq!(scene.refresh(&first.refresh).await.failure(), invalid_grant());
    scene.assert_ended(&third).await;
    assert_eq!(scene.ends().await, ["refresh_token_reused"]);
}

#[tokio::test]
async fn h14_a_bare_reuse_ends_the_family_too() {
    let scene = Scene::start().await;
    let first = scene.tokens().await;
    let second = Tokens::of(scene.bare_refresh(&first.refresh).await);
    scene.app.clock.advance(TimeDelta::seconds(31));
    assert_eq!(scene.bare_refresh(&first.refresh).await.failure(), invalid_grant());
    scene.assert_ended(&second).await;
}

#[tokio::test]
async fn h14_the_end_of_a_family_touches_no_other() {
    let scene = Scene::start().await;
    let (kept, first) = (scene.tokens().await, scene.tokens().await);
    scene.refresh(&first.refresh).await.expect(200);
    scene.app.clock.advance(TimeDelta::seconds(31));
    scene.refresh(&first.refresh).await.expect(400);
    scene.assert_lives(&kept).await;
}

#[tokio::test]
async fn h15_another_clients_attempt_with_an_old_token_changes_nothing() {
    let scene = Scene::start().await;
    let other = scene.other_client().await;
    let public = scene.app.new_app(&scene.owner, json!({"client_type": "public"})).await;
    let first = scene.tokens().await;
    let second = Tokens::of(scene.refresh(&first.refresh).await);
    scene.app.clock.advance(TimeDelta::seconds(31));
    for token in [&first.refresh, &second.refresh] {
        for client in [&other, &public] {
            assert_eq!(scene.send(&refresh(client, token)).await.failure(), invalid_grant());
        }
        let named = with(bare(token), json!({"client_id": other.client_id}));
        assert_eq!(scene.send(&named).await.failure(), invalid_grant());
        let guessed = with(refresh(&scene.client, token), json!({"client_secret": "routix_x"}));
        assert_eq!(scene.send(&guessed).await.failure(), invalid_client());
    }
    assert_eq!(scene.ends().await.len(), 0);
    scene.assert_lives(&second).await;
}

#[tokio::test]
async fn rt7_a_family_that_rests_for_thirty_days_is_over() {
    let scene = Scene::start().await;
    let (used, idle) = (scene.tokens().await, scene.tokens().await);
    scene.app.clock.advance(TimeDelta::days(30) - TimeDelta::microseconds(1));
    let used = Tokens::of(scene.refresh(&used.refresh).await);
    scene.app.clock.advance(TimeDelta::microseconds(1));
    assert_eq!(scene.refresh(&idle.refresh).await.failure(), invalid_grant());
    assert_eq!(scene.bare_refresh(&idle.refresh).await.failure(), invalid_grant());
    assert!(!scene.is_active(&idle.refresh).await);
    Tokens::of(scene.refresh(&used.refresh).await);
}

#[tokio::test]
async fn rt8_however_often_it_is_refreshed_a_family_ends_after_ninety_days() {
    let scene = Scene::start().await;
    let mut tokens = scene.tokens().await;
    for _ in 0..4 {
        scene.app.clock.advance(TimeDelta::days(22));
        tokens = Tokens::of(scene.refresh(&tokens.refresh).await);
    }
    scene.app.clock.advance(TimeDelta::days(2) - TimeDelta::microseconds(1));
    tokens = Tokens::of(scene.refresh(&tokens.refresh).await);
    scene.app.clock.advance(TimeDelta::microseconds(1));
    assert_eq!(scene.refresh(&tokens.refresh).await.failure(), invalid_grant());
    assert!(!scene.is_active(&tokens.refresh).await);
}

#[tokio::test]
async fn rt9_a_family_keeps_its_user_organization_and_client() {
    let scene = Scene::start().await;
    let tokens = scene.tokens().await;
    let next = Tokens::of(scene.refresh(&tokens.refresh).await);
    let (before, after) = (jwt::claims(&tokens.access), jwt::claims(&next.access));
    for claim in ["sub", "organization_id", "oauth_client_id", "oauth_scopes", "iss", "aud", "role"] {
        assert_eq!(before[claim], after[claim], "{claim}");
    }
    assert_eq!(after["sub"], json!(Actor::Member.id()));
    assert_ne!(before["jti"], after["jti"]);
}

#[tokio::test]
async fn a_refresh_is_one_event_and_a_retry_none() {
    let scene = Scene::start().await;
    let tokens = scene.tokens().await;
    scene.refresh(&tokens.refresh).await.expect(200);
    scene.refresh(&tokens.refresh).await.expect(200);
    let events = scene.app.log("authorization.refreshed").await;
    assert_eq!(events.len(), 1);
    let actor = routix_domain::log::Actor::App(scene.client.app_id.parse().unwrap());
    let metadata = events[0].metadata().unwrap();
    assert_eq!((metadata.actor, metadata.authenticated_by.as_str()), (actor, "client_secret"));
    for kind in ["authorization.code_issued", "authorization.code_redeemed", "authorization.refreshed"] {
        for event in scene.app.log(kind).await {
            assert!(!event.payload.contains(&tokens.refresh) && !event.payload.contains("v1."), "{}", event.payload);
        }
    }
}

#[tokio::test]
async fn an_app_is_used_by_whatever_it_gets_whoever_it_is() {
    for (client_type, authenticated) in [("confidential", true), ("confidential", false), ("public", false)] {
        let scene = Scene::with_app(json!({"client_type": client_type})).await;
        let tokens = scene.tokens().await;
        scene.app.clock.advance(TimeDelta::minutes(5));
        let body = if authenticated { refresh(&scene.client, &tokens.refresh) } else { bare(&tokens.refresh) };
        Tokens::of(scene.send(&body).await);
        let now = scene.app.clock.system().now();
        let path = format!("{}?select=last_used_at&id=eq.{}", crate::http::app::APPS, scene.client.app_id);
        let scene = scene.restart().await;
        let rows = scene.app.get(&path, &scene.owner).await.expect(200).json();
        let last_used: chrono::DateTime<chrono::Utc> = text(&rows[0]["last_used_at"]).parse().unwrap();
        assert_eq!(last_used, now, "{client_type} {authenticated}");
    }
}
