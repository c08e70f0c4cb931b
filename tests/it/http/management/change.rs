//! `PATCH /rest/v1/oauth_apps`.

use reqwest::Method;
use serde_json::{Value, json};

use crate::http::app::{APPS, Registered, TestApp};
use crate::http::client::{Answer, answer};
use crate::http::world::Actor;

async fn with_client() -> (TestApp, String, Registered) {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let client = app.new_app(&owner, json!({})).await;
    (app, owner, client)
}

async fn row(app: &TestApp, owner: &str, id: &str) -> Value {
    app.get(&format!("{APPS}?id=eq.{id}"), owner).await.expect(200).json()[0].take()
}

async fn represented(app: &TestApp, owner: &str, query: &str, accept: &str, body: &Value) -> Answer {
    let request = app.request(Method::PATCH, &format!("{APPS}?{query}")).bearer_auth(owner).header("accept", accept);
    answer(request.header("prefer", "return=representation").json(body)).await
}

#[tokio::test]
async fn every_editable_field_can_be_changed() {
    let (app, owner, client) = with_client().await;
    for (field, value) in [
        ("name", json!("Renamed")),
        ("description", json!("Text")),
        ("description", json!(null)),
        ("homepage_url", json!("https://b.example/x")),
        ("homepage_url", json!(null)),
        ("redirect_uris", json!(["https://b.example/cb", "http://127.0.0.1/cb"])),
        ("allowed_scopes", json!(["routix:orders:read", "routix:orders:write"])),
        ("allowed_branch_ids", json!([app.world.other_branch.id])),
        ("allowed_branch_ids", json!([])),
        ("token_lifetime", json!("10m")),
        ("refresh_authentication", json!("always")),
        ("status", json!("revoked")),
        ("status", json!("active")),
    ] {
        let changed = app.change(&owner, &client.app_id, &json!({field: value})).await.expect(204);
        assert_eq!(changed.text, "", "{field}");
        assert_eq!(row(&app, &owner, &client.app_id).await[field], value, "{field}");
    }
    let events = app.history(&owner, &client.app_id).await;
    let changed = app.change(&owner, &client.app_id, &json!({"name": "Renamed", "status": "active"})).await;
    assert_eq!(changed.status, 204);
    assert_eq!(app.history(&owner, &client.app_id).await, events, "a change to the same is no event");
}

#[tokio::test]
async fn e16_a_change_is_represented_when_asked_for() {
    let (app, owner, client) = with_client().await;
    let one = format!("id=eq.{}", client.app_id);
    let list = represented(&app, &owner, &one, "*/*", &json!({"name": "A"})).await.expect(200);
    assert_eq!(list.json(), json!([row(&app, &owner, &client.app_id).await]));
    assert_eq!(list.json()[0]["name"], "A");
    assert!(!list.text.contains("sha256") && !list.text.contains("\"client_secret\""));
    let object = "application/vnd.pgrst.object+json";
    let one_row = represented(&app, &owner, &one, object, &json!({"name": "B"})).await.expect(200);
    assert_eq!(one_row.json()["name"], "B");
    let revoke = json!({"status": "revoked"});
    let filtered = represented(&app, &owner, "status=eq.active&select=status", "*/*", &revoke).await.expect(200);
    assert_eq!(filtered.json(), json!([{"status": "revoked"}]), "it no longer fits its filter");
}

#[tokio::test]
async fn a_single_object_that_cannot_be_answered_changes_nothing() {
    let (app, owner, client) = with_client().await;
    let other = app.new_app(&owner, json!({})).await;
    let object = "application/vnd.pgrst.object+json";
    let refused = represented(&app, &owner, "status=eq.active", object, &json!({"name": "X"})).await;
    assert_eq!((refused.status, &refused.json()["code"]), (406, &json!("PGRST116")));
    for id in [&client.app_id, &other.app_id] {
        assert_eq!(row(&app, &owner, id).await["name"], "My ERP Sync");
    }
}

#[tokio::test]
async fn e19_a_change_without_a_filter_is_refused() {
    let (app, owner, client) = with_client().await;
    for query in ["", "?select=id", "?limit=1", "?order=name"] {
        let request = app.request(Method::PATCH, &format!("{APPS}{query}")).bearer_auth(&owner);
        let refused = answer(request.json(&json!({"status": "revoked"}))).await;
        assert_eq!(refused.failure(), (400, "invalid_request".to_owned()), "{query}");
    }
    assert_eq!(row(&app, &owner, &client.app_id).await["status"], "active");
}

#[tokio::test]
async fn e20_one_faulty_field_and_nothing_is_written() {
    let (app, owner, client) = with_client().await;
    let before = (row(&app, &owner, &client.app_id).await, app.history(&owner, &client.app_id).await);
    for (extra, value, code) in [
        ("client_secret_hash", json!("x"), "unknown_field"),
        ("secrets", json!([]), "unknown_field"),
        ("client_secret", json!("routix_x"), "unknown_field"),
        ("client_secret_last4", json!("abcd"), "read_only"),
        ("client_id", json!("00000000-0000-4000-8000-000000000000"), "read_only"),
        ("id", json!("00000000-0000-4000-8000-000000000000"), "read_only"),
        ("organization_id", json!(app.world.foreign_organization), "read_only"),
        ("client_type", json!("public"), "read_only"),
        ("created_at", json!("2020-01-01T00:00:00Z"), "read_only"),
        ("last_used_at", json!(null), "read_only"),
        ("sequence", json!(1), "read_only"),
        ("name", json!(" "), "not_trimmed"),
        ("name", json!(null), "required"),
        ("token_lifetime", json!("9h"), "invalid_value"),
        ("allowed_scopes", json!(["routix:moon:read"]), "unknown_scope"),
        ("allowed_branch_ids", json!([app.world.foreign_branch.id]), "unknown_branch"),
        ("redirect_uris", json!(["com.example.app:/cb"]), "scheme_not_allowed"),
        ("redirect_uris", json!(null), "wrong_type"),
        ("revoke_tokens", json!("yes"), "wrong_type"),
    ] {
        let refused = app.change(&owner, &client.app_id, &json!({"status": "revoked", extra: value})).await;
        assert_eq!(refused.failure(), (400, "invalid_request".to_owned()), "{extra} {value}");
        let faults = refused.faults();
        assert_eq!(faults.len(), 1, "{extra} {value} {faults:?}");
        assert_eq!(faults[0].0.split('[').next(), Some(extra), "{extra} {code}");
        let after = (row(&app, &owner, &client.app_id).await, app.history(&owner, &client.app_id).await);
        assert_eq!(after, before, "{extra} {value}");
    }
}

#[tokio::test]
async fn an_unknown_status_is_refused() {
    let (app, owner, client) = with_client().await;
    for body in [
        json!({"status": "deleted"}),
        json!({"status": "Revoked"}),
        json!({"status": ""}),
        json!({"status": null}),
        json!({"status": true}),
        json!({"revoke_tokens": true}),
        json!({"status": "active", "revoke_tokens": true}),
    ] {
        let refused = app.change(&owner, &client.app_id, &body).await;
        assert_eq!(refused.failure(), (400, "invalid_request".to_owned()), "{body}");
    }
    assert_eq!(row(&app, &owner, &client.app_id).await["status"], "active");
}

#[tokio::test]
async fn a_change_of_several_apps_at_once_is_refused_and_changes_none() {
    let (app, owner, client) = with_client().await;
    let public = app.new_app(&owner, json!({"client_type": "public"})).await;
    let refused = represented(&app, &owner, "status=eq.active", "*/*", &json!({"name": "X"})).await;
    assert_eq!(refused.failure(), (400, "invalid_request".to_owned()));
    assert_eq!(refused.json()["errors"][0]["code"], "ambiguous");
    for id in [&client.app_id, &public.app_id] {
        assert_eq!(row(&app, &owner, id).await["name"], "My ERP Sync");
    }
}

#[tokio::test]
async fn an_app_keeps_a_closed_branch_through_other_changes() {
    let (app, owner, _) = with_client().await;
    let only = app.world.other_branch.id;
    let client = app.new_app(&owner, json!({"allowed_branch_ids": [only]})).await;
    app.close_branch(only).await;
    app.change(&owner, &client.app_id, &json!({"name": "Renamed"})).await.expect(204);
    assert_eq!(row(&app, &owner, &client.app_id).await["allowed_branch_ids"], json!([only]));
}
