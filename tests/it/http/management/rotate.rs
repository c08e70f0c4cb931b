//! `POST /functions/v1/rotate-oauth-secret`.

use serde_json::json;

use crate::http::app::{APPS, ROTATE, TestApp, text};
use crate::http::client::{answer, names};
use crate::http::world::Actor;

#[tokio::test]
async fn a_rotation_shows_the_new_secret_once() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let client = app.new_app(&owner, json!({})).await;
    let rotated = app.rotate(&owner, &json!({"oauth_app_id": client.app_id})).await.expect(200);
    assert_eq!(rotated.header("cache-control"), "no-store");
    let body = rotated.json();
    assert_eq!(names(&body), ["client_secret", "client_secret_last4", "success", "warning"]);
    assert_eq!(body["success"], true);
    assert_eq!(body["warning"], "Store the client_secret securely. It will not be shown again.");
    let secret = text(&body["client_secret"]);
    assert_eq!((secret.len(), &secret[..7]), (47, "routix_"));
    assert_ne!(secret, client.secret);
    assert_eq!(body["client_secret_last4"], secret[43..]);
    let list = app.get(APPS, &owner).await.expect(200);
    assert_eq!(list.json()[0]["client_secret_last4"], secret[43..]);
    let events = app.get(&format!("{APPS}/{}/events", client.app_id), &owner).await.expect(200);
    for text in [&list.text, &events.text] {
        for secret in [&secret, &client.secret] {
            assert!(!text.contains(secret.as_str()) && !text.contains(&routix::commands::digest(secret)), "{text}");
        }
    }
}

#[tokio::test]
async fn faulty_rotations_are_refused_and_change_nothing() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let client = app.new_app(&owner, json!({})).await;
    let id = &client.app_id;
    for (body, field) in [
        (json!({}), "oauth_app_id"),
        (json!({"oauth_app_id": null}), "oauth_app_id"),
        (json!({"oauth_app_id": "x"}), "oauth_app_id"),
        (json!({"oauth_app_id": 7}), "oauth_app_id"),
        (json!({"oauth_app_id": id.replace('-', "")}), "oauth_app_id"),
        (json!({"oauth_app_id": id, "overlap_seconds": 604_801}), "overlap_seconds"),
        (json!({"oauth_app_id": id, "overlap_seconds": -1}), "overlap_seconds"),
        (json!({"oauth_app_id": id, "overlap_seconds": 1.5}), "overlap_seconds"),
        (json!({"oauth_app_id": id, "overlap_seconds": "60"}), "overlap_seconds"),
        (json!({"oauth_app_id": id, "overlap": 60}), "overlap"),
        (json!({"client_id": id}), "client_id"),
    ] {
        let refused = app.rotate(&owner, &body).await;
        assert_eq!(refused.failure(), (400, "invalid_request".to_owned()), "{body}");
        assert_eq!(refused.faults()[0].0, field, "{body}");
    }
    let by_client_id = app.rotate(&owner, &json!({"oauth_app_id": client.client_id})).await;
    assert_eq!(by_client_id.failure(), (404, "not_found".to_owned()), "the app id, not the client id");
    let form = answer(app.post(ROTATE).bearer_auth(&owner).form(&[("oauth_app_id", id)])).await;
    assert_eq!(form.failure(), (415, "unsupported_media_type".to_owned()));
    assert_eq!(app.history(&owner, id).await.len(), 1);
    app.credentials(&client, &client.secret).await.expect(200);
}

#[tokio::test]
async fn a_public_client_has_nothing_to_rotate() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let public = app.new_app(&owner, json!({"client_type": "public"})).await;
    let refused = app.rotate(&owner, &json!({"oauth_app_id": public.app_id})).await;
    assert_eq!(refused.failure(), (400, "invalid_request".to_owned()));
    assert_eq!(app.history(&owner, &public.app_id).await.len(), 1);
}

#[tokio::test]
async fn a_revoked_apps_secret_is_rotated_and_stays_revoked() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let client = app.new_app(&owner, json!({})).await;
    app.change(&owner, &client.app_id, &json!({"status": "revoked"})).await.expect(204);
    let body = app.rotate(&owner, &json!({"oauth_app_id": client.app_id})).await.expect(200).json();
    let secret = text(&body["client_secret"]);
    assert_eq!(app.credentials(&client, &secret).await.failure(), (401, "invalid_client".to_owned()));
    app.change(&owner, &client.app_id, &json!({"status": "active"})).await.expect(204);
    app.credentials(&client, &secret).await.expect(200);
    app.credentials(&client, &client.secret).await.expect(401);
}
