//! Guessing secrets: a budget for each client and network.

use chrono::TimeDelta;
use serde_json::json;

use crate::http::app::{DOOR, DOORS, TestApp, grant};
use crate::http::client::answer;
use crate::http::world::Actor;

const LIMIT: u32 = 5;

async fn start() -> TestApp {
    TestApp::start_with(|config| config.failure_limit = LIMIT).await
}

#[tokio::test]
async fn tk15_too_many_failures_are_429_with_retry_after_until_the_minute_is_over() {
    let app = start().await;
    let client = app.new_app(&app.sign_in(Actor::Owner).await, json!({})).await;
    for attempt in 0..LIMIT {
        let door = DOORS[attempt as usize % DOORS.len()];
        answer(app.post(door).json(&grant(&client.client_id, "routix_x"))).await.expect(401);
    }
    let refused = answer(app.post(DOOR).json(&grant(&client.client_id, "routix_x"))).await;
    assert_eq!(refused.failure(), (429, "rate_limited".to_owned()));
    assert_eq!(refused.header("retry-after"), "60");
    assert_eq!(refused.header("cache-control"), "no-store");
    app.clock.advance(TimeDelta::seconds(59));
    let refused = app.credentials(&client, "routix_x").await.expect(429);
    assert_eq!(refused.header("retry-after"), "1");
    app.clock.advance(TimeDelta::seconds(1));
    app.credentials(&client, "routix_x").await.expect(401);
}

#[tokio::test]
async fn a_right_secret_is_never_turned_away() {
    let app = start().await;
    let client = app.new_app(&app.sign_in(Actor::Owner).await, json!({})).await;
    for _ in 0..LIMIT {
        app.credentials(&client, "routix_x").await.expect(401);
    }
    app.credentials(&client, "routix_x").await.expect(429);
    app.credentials(&client, &client.secret).await.expect(200);
}

#[tokio::test]
async fn nobody_is_locked_out_by_the_failures_of_others() {
    let app = start().await;
    let token = app.sign_in(Actor::Owner).await;
    let (victim, other) = (app.new_app(&token, json!({})).await, app.new_app(&token, json!({})).await);
    let body = grant(&victim.client_id, "routix_x");
    for _ in 0..LIMIT {
        answer(app.post_from([127, 0, 0, 2], DOOR).json(&body)).await.expect(401);
    }
    answer(app.post_from([127, 0, 0, 2], DOOR).json(&body)).await.expect(429);
    app.credentials(&victim, &victim.secret).await.expect(200);
    let from_there = app.post_from([127, 0, 0, 2], DOOR);
    answer(from_there.json(&grant(&other.client_id, &other.secret))).await.expect(200);
}

#[tokio::test]
async fn v28_every_spelling_of_a_client_id_shares_one_budget() {
    let app = start().await;
    let client = app.new_app(&app.sign_in(Actor::Owner).await, json!({})).await;
    let id = client.client_id.clone();
    let spellings = [id.to_uppercase(), id.replace('-', ""), format!("{{{id}}}"), format!("urn:uuid:{id}"), id.clone()];
    for spelling in &spellings {
        let refused = answer(app.post(DOOR).json(&grant(spelling, "routix_x"))).await;
        assert_eq!(refused.failure(), (401, "invalid_client".to_owned()), "{spelling}");
    }
    for spelling in &spellings {
        answer(app.post(DOOR).json(&grant(spelling, "routix_x"))).await.expect(429);
    }
}

#[tokio::test]
async fn what_is_no_guess_costs_nothing() {
    let app = start().await;
    let client = app.new_app(&app.sign_in(Actor::Owner).await, json!({})).await;
    for _ in 0..2 * LIMIT {
        let mut body = grant(&client.client_id, &client.secret);
        body["scope"] = "routix:moon:read".into();
        answer(app.post(DOOR).json(&body)).await.expect(400);
    }
    app.credentials(&client, &client.secret).await.expect(200);
}

#[tokio::test]
async fn zero_switches_the_limit_off() {
    let app = TestApp::start_with(|config| config.failure_limit = 0).await;
    let client = app.new_app(&app.sign_in(Actor::Owner).await, json!({})).await;
    for _ in 0..40 {
        app.credentials(&client, "routix_x").await.expect(401);
    }
    app.credentials(&client, &client.secret).await.expect(200);
}
