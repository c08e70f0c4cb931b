//! H17: an old secret works exactly as long as was said, and not a moment longer.

use chrono::TimeDelta;
use serde_json::json;

use crate::http::app::{Registered, TestApp, text};
use crate::http::world::Actor;

async fn statuses<const N: usize>(app: &TestApp, client: &Registered, secrets: [&str; N]) -> [u16; N] {
    let mut statuses = [0; N];
    for (status, secret) in statuses.iter_mut().zip(secrets) {
        *status = app.credentials(client, secret).await.status;
    }
    statuses
}

async fn rotated(app: &TestApp, owner: &str, client: &Registered, overlap_seconds: u32) -> String {
    let body = json!({"oauth_app_id": client.app_id, "overlap_seconds": overlap_seconds});
    text(&app.rotate(owner, &body).await.expect(200).json()["client_secret"])
}

#[tokio::test]
async fn without_an_overlap_the_old_secret_is_dead_when_the_answer_arrives() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let client = app.new_app(&owner, json!({})).await;
    let mut old = client.secret.clone();
    for _ in 0..10 {
        let answer = app.rotate(&owner, &json!({"oauth_app_id": client.app_id})).await.expect(200);
        let new = text(&answer.json()["client_secret"]);
        assert_eq!(statuses(&app, &client, [&old, &new]).await, [401, 200]);
        old = new;
    }
}

#[tokio::test]
async fn h17_an_overlap_ends_at_its_moment_and_survives_a_restart() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let client = app.new_app(&owner, json!({})).await;
    let new = rotated(&app, &owner, &client, 604_800).await;
    assert_eq!(statuses(&app, &client, [&client.secret, &new]).await, [200, 200]);
    app.clock.advance(TimeDelta::days(3));
    let app = app.restart().await;
    assert_eq!(statuses(&app, &client, [&client.secret, &new]).await, [200, 200]);
    app.clock.advance(TimeDelta::days(4) - TimeDelta::microseconds(1));
    assert_eq!(statuses(&app, &client, [&client.secret, &new]).await, [200, 200]);
    app.clock.advance(TimeDelta::microseconds(1));
    assert_eq!(statuses(&app, &client, [&client.secret, &new]).await, [401, 200]);
    let app = app.restart().await;
    assert_eq!(statuses(&app, &client, [&client.secret, &new]).await, [401, 200]);
}

#[tokio::test]
async fn h17_a_rotation_in_an_open_overlap_ends_the_oldest_secret() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let client = app.new_app(&owner, json!({})).await;
    let second = rotated(&app, &owner, &client, 600).await;
    assert_eq!(statuses(&app, &client, [&client.secret, &second]).await, [200, 200]);
    let third = rotated(&app, &owner, &client, 600).await;
    assert_eq!(statuses(&app, &client, [&client.secret, &second, &third]).await, [401, 200, 200]);
    let fourth = rotated(&app, &owner, &client, 0).await;
    assert_eq!(statuses(&app, &client, [&client.secret, &second, &third, &fourth]).await, [401, 401, 401, 200]);
}

#[tokio::test]
async fn tokens_already_issued_outlive_a_rotation() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let client = app.new_app(&owner, json!({})).await;
    let token = app.app_token(&client).await;
    rotated(&app, &owner, &client, 0).await;
    assert_eq!(app.proxy_status(&token).await, 200);
    app.clock.advance(TimeDelta::hours(1));
    assert_eq!(app.proxy_status(&token).await, 401);
}
