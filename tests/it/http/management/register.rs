//! `POST /functions/v1/register-oauth-app`: what a new app looks like.

use serde_json::{Value, json};

use crate::http::app::{APPS, TestApp, registration, text};
use crate::http::client::names;
use crate::http::world::Actor;

fn is_secret(text: &str) -> bool {
    let hex = text.strip_prefix("routix_").unwrap_or_default();
    hex.len() == 40 && hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

#[tokio::test]
async fn a_registration_answers_201_with_the_app_and_its_secret_once() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let mut body = registration();
    body["description"] = "Synchronises orders".into();
    body["homepage_url"] = "https://myerp.example".into();
    body["allowed_branch_ids"] = json!([app.world.branch.id]);
    let answer = app.register(&owner, &body).await.expect(201);
    assert_eq!(answer.header("cache-control"), "no-store");
    let mut json = answer.json();
    assert_eq!(names(&json), ["app", "success", "warning"]);
    assert_eq!(json["success"], true);
    assert_eq!(json["warning"], "Store the client_secret securely. It will not be shown again.");
    let mut registered = json["app"].take();
    let secret = text(&registered["client_secret"].take());
    assert!(is_secret(&secret), "{secret}");
    let (id, client_id) = (text(&registered["id"].take()), text(&registered["client_id"].take()));
    assert_ne!(id, client_id);
    for id in [&id, &client_id] {
        assert_eq!(id.parse::<uuid::Uuid>().unwrap().to_string(), *id);
    }
    let expected = json!({
        "id": null,
        "client_id": null,
        "client_secret": null,
        "name": "My ERP Sync",
        "description": "Synchronises orders",
        "homepage_url": "https://myerp.example",
        "redirect_uris": ["https://myerp.example/callback"],
        "allowed_scopes": ["routix:accounts:read", "routix:orders:read"],
        "allowed_branch_ids": [app.world.branch.id],
        "status": "active",
        "created_at": registered["created_at"],
        "organization_id": app.world.organization,
        "client_type": "confidential",
        "client_secret_last4": secret[43..],
        "token_lifetime": "1h",
        "refresh_authentication": "when_rotated",
    });
    assert_eq!(registered, expected);
    let created: chrono::DateTime<chrono::Utc> = text(&registered["created_at"]).parse().unwrap();
    assert_eq!(created, app.clock.system().now());
}

#[tokio::test]
async fn what_is_left_out_has_its_default() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let answer = app.register(&owner, &registration()).await.expect(201).json();
    let registered = &answer["app"];
    for (member, default) in [
        ("description", Value::Null),
        ("homepage_url", Value::Null),
        ("allowed_branch_ids", json!([])),
        ("token_lifetime", json!("1h")),
        ("client_type", json!("confidential")),
    ] {
        assert_eq!(registered[member], default, "{member}");
    }
}

#[tokio::test]
async fn a_public_client_has_no_secret() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let mut body = registration();
    body["client_type"] = "public".into();
    body["redirect_uris"] = json!(["com.example.app:/callback", "http://127.0.0.1/cb"]);
    let answer = app.register(&owner, &body).await.expect(201).json();
    assert_eq!(answer["app"].get("client_secret"), None);
    assert_eq!(answer["app"]["client_secret_last4"], Value::Null);
    assert_eq!(answer["app"]["redirect_uris"], body["redirect_uris"]);
}

#[tokio::test]
async fn a_name_is_composed_to_nfc() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let mut body = registration();
    body["name"] = "Cafe\u{301} Zoë".into();
    body["description"] = "e\u{301}".into();
    let answer = app.register(&owner, &body).await.expect(201).json();
    assert_eq!(answer["app"]["name"], "Caf\u{e9} Zoë");
    assert_eq!(answer["app"]["description"], "\u{e9}");
    let hundred = "\u{e9}".repeat(100);
    body["name"] = "e\u{301}".repeat(100).into();
    let answer = app.register(&owner, &body).await.expect(201).json();
    assert_eq!(answer["app"]["name"], hundred.as_str());
}

#[tokio::test]
async fn an_owner_of_several_organizations_says_which() {
    let app = TestApp::start().await;
    let (owner, foreign) = (app.sign_in(Actor::Owner).await, app.world.foreign_organization);
    let mut body = registration();
    body["organization_id"] = json!(foreign);
    let refused = app.register(&owner, &body).await;
    assert_eq!(refused.failure(), (403, "forbidden".to_owned()));
    let admin = routix_domain::organization::Role::Admin;
    let everywhere = routix_domain::value::BranchRestriction::All;
    let member = (foreign, Actor::Owner.id());
    app.commands.add_member(member, admin, everywhere, &crate::http::world::origin()).await.unwrap();
    let unsaid = app.register(&owner, &registration()).await.expect(400);
    assert_eq!(unsaid.faults(), [("organization_id".to_owned(), "required".to_owned())]);
    let answer = app.register(&owner, &body).await.expect(201).json();
    assert_eq!(answer["app"]["organization_id"], json!(foreign));
    let rows = app.get(&format!("{APPS}?organization_id=eq.{foreign}"), &owner).await.expect(200).json();
    assert_eq!(rows[0]["id"], answer["app"]["id"]);
}
