//! While token validation stands still, a revocation may be among what it has not read: nothing is proven and nothing
//! promised.

use routix_projections::token_validation::TokenValidation;
use serde_json::json;

use crate::http::app::TestApp;
use crate::http::client::eventually;
use crate::http::world::Actor;

#[tokio::test]
async fn token_doors_and_proxy_answer_503_until_it_goes_on() {
    let app = TestApp::start_with(|config| config.api_rate_limit = 0).await;
    let owner = app.sign_in(Actor::Owner).await;
    let client = app.new_app(&owner, json!({})).await;
    let token = app.app_token(&client).await;
    let read = app.place.read_db();
    assert!(read.pause(&TokenValidation).await.unwrap());
    eventually("the standstill is noticed", async || app.proxy_status(&token).await == 503).await;
    for refused in [app.credentials(&client, &client.secret).await, app.credentials(&client, "routix_x").await] {
        assert_eq!(refused.failure(), (503, "temporarily_unavailable".to_owned()));
        assert_eq!(refused.header("retry-after"), "1");
    }
    let before = app.history(&owner, &client.app_id).await.len();
    let refused = app.change(&owner, &client.app_id, &json!({"status": "revoked", "revoke_tokens": true})).await;
    assert_eq!(refused.failure(), (503, "temporarily_unavailable".to_owned()));
    assert_eq!(app.history(&owner, &client.app_id).await.len(), before, "what cannot be promised is not recorded");
    assert!(read.resume(&TokenValidation).await.unwrap());
    eventually("it goes on", async || app.proxy_status(&token).await == 200).await;
    app.credentials(&client, &client.secret).await.expect(200);
    app.change(&owner, &client.app_id, &json!({"status": "revoked", "revoke_tokens": true})).await.expect(204);
    assert_eq!(app.proxy_status(&token).await, 401);
}
