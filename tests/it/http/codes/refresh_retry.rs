//! H16: a client whose answer was lost, and two tabs that raced, get the same refresh token again.

use chrono::TimeDelta;
use serde_json::json;

use super::flow::{Scene, Tokens, invalid_grant, refresh, with};

#[tokio::test]
async fn h16_a_retry_within_thirty_seconds_gets_the_same_refresh_token() {
    for seconds in [0, 1, 29, 30] {
        let scene = Scene::start().await;
        let first = scene.tokens().await;
        let second = Tokens::of(scene.refresh(&first.refresh).await);
        scene.app.clock.advance(TimeDelta::seconds(seconds));
        let again = Tokens::of(scene.refresh(&first.refresh).await);
        assert_eq!(again.refresh, second.refresh, "{seconds}");
        for access in [&first.access, &second.access, &again.access] {
            assert_eq!(scene.app.proxy_status(access).await, 200, "{seconds}");
        }
        scene.assert_lives(&again).await;
        assert_eq!(scene.ends().await.len(), 0, "{seconds}");
    }
}

#[tokio::test]
async fn h16_a_retry_after_the_window_is_a_reuse() {
    for late in [TimeDelta::seconds(30) + TimeDelta::microseconds(1), TimeDelta::seconds(31)] {
        let scene = Scene::start().await;
        let first = scene.tokens().await;
        let second = Tokens::of(scene.refresh(&first.refresh).await);
        scene.app.clock.advance(late);
        assert_eq!(scene.refresh(&first.refresh).await.failure(), invalid_grant());
        scene.assert_ended(&second).await;
    }
}

#[tokio::test]
async fn h16_a_retry_does_not_prolong_the_window() {
    let scene = Scene::start().await;
    let first = scene.tokens().await;
    scene.refresh(&first.refresh).await.expect(200);
    for _ in 0..3 {
        scene.app.clock.advance(TimeDelta::seconds(10));
        scene.refresh(&first.refresh).await.expect(200);
    }
    scene.app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(scene.refresh(&first.refresh).await.failure(), invalid_grant());
    assert_eq!(scene.ends().await, ["refresh_token_reused"]);
}

#[tokio::test]
async fn h16_zero_switches_retries_off() {
    let scene = Scene::start_with(|config| config.refresh_retry_seconds = 0, json!({})).await;
    let first = scene.tokens().await;
    let second = Tokens::of(scene.refresh(&first.refresh).await);
    assert_eq!(scene.refresh(&first.refresh).await.failure(), invalid_grant());
    scene.assert_ended(&second).await;
}

#[tokio::test]
async fn h16_the_window_is_a_setting() {
    let scene = Scene::start_with(|config| config.refresh_retry_seconds = 60, json!({})).await;
    let first = scene.tokens().await;
    let second = Tokens::of(scene.refresh(&first.refresh).await);
    scene.app.clock.advance(TimeDelta::seconds(60));
    assert_eq!(Tokens::of(scene.refresh(&first.refresh).await).refresh, second.refresh);
    scene.app.clock.advance(TimeDelta::microseconds(1));
    assert_eq!(scene.refresh(&first.refresh).await.failure(), invalid_grant());
}

#[tokio::test]
async fn h16_a_restart_between_rotation_and_retry_changes_nothing() {
    let scene = Scene::start().await;
    let first = scene.tokens().await;
    let second = Tokens::of(scene.refresh(&first.refresh).await);
    let scene = scene.restart().await;
    let again = Tokens::of(scene.refresh(&first.refresh).await);
    assert_eq!(again.refresh, second.refresh);
    scene.app.clock.advance(TimeDelta::seconds(31));
    let third = scene.assert_lives(&again).await;
    assert_eq!(scene.refresh(&first.refresh).await.failure(), invalid_grant(), "two steps back");
    scene.assert_ended(&third).await;
}

#[tokio::test]
async fn h16_a_retry_after_the_successor_was_used_is_a_reuse() {
    let scene = Scene::start().await;
    let first = scene.tokens().await;
    let second = Tokens::of(scene.refresh(&first.refresh).await);
    let third = Tokens::of(scene.refresh(&second.refresh).await);
    assert_eq!(Tokens::of(scene.refresh(&second.refresh).await).refresh, third.refresh);
    assert_eq!(scene.refresh(&first.refresh).await.failure(), invalid_grant());
    scene.assert_ended(&third).await;
}

#[tokio::test]
async fn h16_a_retry_may_narrow_and_the_next_refresh_has_everything_again() {
    let scene = Scene::start().await;
    let first = scene.tokens().await;
    let narrow = with(refresh(&scene.client, &first.refresh), json!({"scope": "routix:orders:read"}));
    let second = Tokens::of(scene.send(&narrow).await);
    let again = scene.refresh(&first.refresh).await.expect(200);
    assert_eq!(again.json()["scope"], super::flow::SCOPES);
    assert_eq!(Tokens::of(again).refresh, second.refresh);
}

#[tokio::test]
async fn h16_a_retry_without_authentication_is_judged_like_any_bare_refresh() {
    let scene = Scene::start().await;
    let first = scene.tokens().await;
    let second = Tokens::of(scene.bare_refresh(&first.refresh).await);
    assert_eq!(Tokens::of(scene.bare_refresh(&first.refresh).await).refresh, second.refresh);
    assert_eq!(Tokens::of(scene.refresh(&first.refresh).await).refresh, second.refresh);
    scene.assert_lives(&second).await;
}
