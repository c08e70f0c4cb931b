//! H13: a second use of a code ends what the first gave, if it would have been a right first use; any other changes
//! nothing.

use chrono::TimeDelta;
use serde_json::json;

use super::flow::{Scene, Tokens, exchange, invalid_client, invalid_grant, with};

#[tokio::test]
async fn h13_ac7_v27_a_valid_second_use_ends_family_and_access_tokens() {
    let scene = Scene::start().await;
    let code = scene.code().await;
    let first = scene.exchange(&code).await;
    let second = scene.assert_lives(&first).await;
    scene.app.clock.advance(TimeDelta::seconds(60) - TimeDelta::microseconds(1));
    assert_eq!(scene.send(&exchange(&scene.client, &code)).await.failure(), invalid_grant());
    for tokens in [&first, &second] {
        scene.assert_ended(tokens).await;
    }
    assert_eq!(scene.ends().await, ["code_replayed"]);
    let scene = scene.restart().await;
    scene.assert_ended(&second).await;
}

#[tokio::test]
async fn h13_without_a_redirect_uri_it_is_as_valid() {
    let scene = Scene::start().await;
    let code = scene.code().await;
    let tokens = scene.exchange(&code).await;
    let body = with(exchange(&scene.client, &code), json!({"redirect_uri": null}));
    assert_eq!(scene.send(&body).await.failure(), invalid_grant());
    scene.assert_ended(&tokens).await;
}

#[tokio::test]
async fn h13_ac8_an_invalid_second_use_changes_nothing() {
    let scene = Scene::start().await;
    let other = scene.other_client().await;
    let code = scene.code().await;
    let mut tokens = scene.exchange(&code).await;
    let good = exchange(&scene.client, &code);
    for (body, failure) in [
        (exchange(&other, &code), invalid_grant()),
        (with(good.clone(), json!({"code_verifier": "b".repeat(43)})), invalid_grant()),
        (with(good.clone(), json!({"code_verifier": null})), invalid_grant()),
        (with(good.clone(), json!({"redirect_uri": "https://evil.example/"})), invalid_grant()),
        (with(good.clone(), json!({"client_secret": "routix_x"})), invalid_client()),
        (with(good.clone(), json!({"client_secret": null})), invalid_client()),
    ] {
        // More often than a code may be refused.
        for _ in 0..6 {
            assert_eq!(scene.send(&body).await.failure(), failure, "{body}");
        }
        tokens = scene.assert_lives(&tokens).await;
    }
    assert_eq!(scene.ends().await.len(), 0);
}

#[tokio::test]
async fn h13_a_second_use_after_sixty_seconds_changes_nothing() {
    let scene = Scene::start().await;
    let code = scene.code().await;
    let tokens = scene.exchange(&code).await;
    scene.app.clock.advance(TimeDelta::seconds(60));
    assert_eq!(scene.send(&exchange(&scene.client, &code)).await.failure(), invalid_grant());
    scene.assert_lives(&tokens).await;
    assert_eq!(scene.ends().await.len(), 0);
}

#[tokio::test]
async fn h13_the_end_of_one_family_touches_no_other() {
    let scene = Scene::start().await;
    let kept = scene.tokens().await;
    let own = scene.app.app_token(&scene.client).await;
    let code = scene.code().await;
    let ended = scene.exchange(&code).await;
    scene.send(&exchange(&scene.client, &code)).await.expect(400);
    scene.assert_ended(&ended).await;
    scene.assert_lives(&kept).await;
    assert_eq!(scene.app.proxy_status(&own).await, 200);
    // The consent stands, so a new code is worth as much as the first.
    let again = Tokens::of(scene.send(&exchange(&scene.client, &scene.code().await)).await);
    scene.assert_lives(&again).await;
}
