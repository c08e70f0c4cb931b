//! How long an app's tokens live.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::http::app::{DOORS, TestApp, grant, text};
use crate::http::client::answer;
use crate::http::jwt;
use crate::http::world::Actor;

#[tokio::test]
async fn a_token_dies_at_the_second_of_its_expiry() {
    let app = TestApp::start_with(|config| config.api_rate_limit = 0).await;
    for (lifetime, seconds) in [("1m", 60), ("15m", 900), ("60m", 3_600), ("1h", 3_600), ("1d", 86_400)] {
        let owner = app.sign_in(Actor::Owner).await;
        let client = app.new_app(&owner, json!({"token_lifetime": lifetime})).await;
        let granted = app.credentials(&client, &client.secret).await.expect(200).json();
        assert_eq!(granted["expires_in"], seconds, "{lifetime}");
        let token = text(&granted["access_token"]);
        let claims = jwt::claims(&token);
        let claim = |name: &str| claims[name].as_i64().unwrap();
        assert_eq!(claim("exp") - claim("iat"), seconds, "{lifetime}");
        app.clock.advance(TimeDelta::seconds(seconds - 1));
        assert_eq!(app.proxy_status(&token).await, 200, "{lifetime}");
        app.clock.advance(TimeDelta::seconds(1));
        let refused = app.accounts(&token, &app.world.branch.public_id).await;
        assert_eq!(refused.failure(), (401, "invalid_token".to_owned()), "{lifetime}");
        assert!(refused.header("www-authenticate").contains("error=\"invalid_token\""), "{lifetime}");
    }
}

#[tokio::test]
async fn twenty_years_and_unlimited_are_what_they_say_and_can_be_cut_off() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let long = app.new_app(&owner, json!({"token_lifetime": "20y"})).await;
    let endless = app.new_app(&owner, json!({"token_lifetime": "unlimited"})).await;
    let granted = app.credentials(&long, &long.secret).await.expect(200).json();
    assert_eq!(granted["expires_in"], 631_139_040);
    let long_token = text(&granted["access_token"]);
    for door in DOORS {
        let answer = answer(app.post(door).json(&grant(&endless.client_id, &endless.secret))).await.expect(200);
        assert_eq!(answer.json().get("expires_in"), None, "{door}");
        assert_eq!(jwt::claims(&text(&answer.json()["access_token"])).get("exp"), None, "{door}");
    }
    let endless_token = app.app_token(&endless).await;
    app.clock.advance(TimeDelta::seconds(631_139_039));
    assert_eq!([app.proxy_status(&long_token).await, app.proxy_status(&endless_token).await], [200, 200]);
    app.clock.advance(TimeDelta::seconds(1));
    assert_eq!([app.proxy_status(&long_token).await, app.proxy_status(&endless_token).await], [401, 200]);
    let owner = app.sign_in(Actor::Owner).await;
    let cut = json!({"status": "revoked", "revoke_tokens": true});
    app.change(&owner, &endless.app_id, &cut).await.expect(204);
    assert_eq!(app.proxy_status(&endless_token).await, 401);
}

#[tokio::test]
async fn a_changed_lifetime_holds_for_the_next_token() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let client = app.new_app(&owner, json!({})).await;
    let expires_in =
        async || -> Value { app.credentials(&client, &client.secret).await.expect(200).json()["expires_in"].take() };
    assert_eq!(expires_in().await, 3_600);
    app.change(&owner, &client.app_id, &json!({"token_lifetime": "5m"})).await.expect(204);
    assert_eq!(expires_in().await, 300);
    app.change(&owner, &client.app_id, &json!({"token_lifetime": "unlimited"})).await.expect(204);
    assert_eq!(expires_in().await, Value::Null);
}
