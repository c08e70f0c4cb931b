//! Signing keys come and go without a refused token.

use chrono::TimeDelta;
use serde_json::json;

use crate::http::app::{Registered, TestApp, publish_key};
use crate::http::client::eventually;
use crate::http::jwt;
use crate::http::world::Actor;

async fn kid_of_next_token(app: &TestApp, client: &Registered) -> String {
    let header = jwt::parts(&app.app_token(client).await).0;
    header["kid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_second_key_signs_after_its_lead_and_a_retired_one_dies() {
    let app = TestApp::start_with(|config| config.api_rate_limit = 0).await;
    let client = app.new_app(&app.sign_in(Actor::Owner).await, json!({"token_lifetime": "1d"})).await;
    let old = app.app_token(&client).await;
    let first = app.signing_keys().remove(0);
    let second = publish_key(&app.keys_dir(), &app.clock);
    assert_eq!(kid_of_next_token(&app, &client).await, first.kid, "published, and not yet active");

    app.clock.advance(TimeDelta::seconds(10));
    eventually("the second key signs", async || {
        assert_eq!(app.proxy_status(&old).await, 200, "no token is refused meanwhile");
        kid_of_next_token(&app, &client).await == second.kid
    })
    .await;
    let new = app.app_token(&client).await;
    assert_eq!([app.proxy_status(&old).await, app.proxy_status(&new).await], [200, 200]);

    first.remove(&app.keys_dir()).unwrap();
    eventually("the retired key's tokens die", async || app.proxy_status(&old).await == 401).await;
    assert_eq!(app.proxy_status(&new).await, 200);
    assert_eq!(kid_of_next_token(&app, &client).await, second.kid);
}

#[tokio::test]
async fn tokens_outlive_a_restart() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let client = app.new_app(&owner, json!({})).await;
    let token = app.app_token(&client).await;
    let app = app.restart().await;
    assert_eq!(app.proxy_status(&token).await, 200);
    app.get("/auth/v1/user", &owner).await.expect(200);
    app.credentials(&client, &client.secret).await.expect(200);
}
