//! `GET /rest/v1/oauth_apps`: rows, filters, order.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use crate::http::app::{APPS, TestApp};
use crate::http::client::{answer, names};
use crate::http::world::Actor;

async fn listed(app: &TestApp, token: &str, query: &str, column: &str) -> Vec<Value> {
    let rows = app.get(&format!("{APPS}?{query}"), token).await.expect(200).json();
    rows.as_array().unwrap().iter().map(|row| row[column].clone()).collect()
}

#[tokio::test]
async fn a_row_shows_everything_but_the_secret() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let client = app.new_app(&owner, json!({"description": "d", "homepage_url": "https://a.example"})).await;
    let list = app.get(APPS, &owner).await.expect(200);
    assert_eq!(list.header("content-type"), "application/json");
    let rows = list.json();
    let row = &rows[0];
    for (member, value) in [
        ("id", json!(client.app_id)),
        ("client_id", json!(client.client_id)),
        ("client_secret_last4", json!(client.secret[43..])),
        ("organization_id", json!(app.world.organization)),
        ("name", json!("My ERP Sync")),
        ("description", json!("d")),
        ("homepage_url", json!("https://a.example")),
        ("client_type", json!("confidential")),
        ("redirect_uris", json!(["https://myerp.example/callback"])),
        ("allowed_scopes", json!(["routix:accounts:read", "routix:orders:read"])),
        ("allowed_branch_ids", json!([])),
        ("token_lifetime", json!("1h")),
        ("refresh_authentication", json!("when_rotated")),
        ("status", json!("active")),
        ("last_used_at", Value::Null),
    ] {
        assert_eq!(row[member], value, "{member}");
    }
    assert!(!list.text.contains(&client.secret));
    assert!(!list.text.contains(&routix::commands::digest(&client.secret)) && !list.text.contains("sha256"));
}

#[tokio::test]
async fn filters_order_limit_and_select_work_together() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let mut ids = Vec::new();
    for name in ["Bravo", "Alpha", "Delta", "Charlie"] {
        ids.push(app.new_app(&owner, json!({"name": name})).await.app_id);
        app.clock.advance(TimeDelta::milliseconds(500));
    }
    app.change(&owner, &ids[2], &json!({"status": "revoked"})).await.expect(204);
    let list = async |query: &str| listed(&app, &owner, query, "name").await;
    assert_eq!(list("order=name").await, ["Alpha", "Bravo", "Charlie", "Delta"]);
    assert_eq!(list("order=name.desc&limit=2&offset=1").await, ["Charlie", "Bravo"]);
    assert_eq!(list("status=eq.revoked").await, ["Delta"]);
    assert_eq!(list("status=eq.active&order=created_at.desc").await, ["Charlie", "Alpha", "Bravo"]);
    assert_eq!(list("order=created_at").await, ["Bravo", "Alpha", "Delta", "Charlie"]);
    assert_eq!(list(&format!("id=in.({},{})&order=status,name", ids[2], ids[0])).await, ["Bravo", "Delta"]);
    assert_eq!(list("name=eq.Alpha").await, ["Alpha"]);
    assert_eq!(list("name=eq.alpha").await, Vec::<Value>::new());
    assert_eq!(list("limit=0").await, Vec::<Value>::new());
    assert_eq!(list("offset=4").await, Vec::<Value>::new());
    let rows = app.get(&format!("{APPS}?select=id,name&id=eq.{}", ids[0]), &owner).await.expect(200).json();
    assert_eq!(rows, json!([{"id": ids[0], "name": "Bravo"}]));
}

#[tokio::test]
async fn numbers_are_ordered_as_numbers() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    for (name, changes) in [("Ten", 9), ("Two", 1), ("One", 0)] {
        let client = app.new_app(&owner, json!({"name": name})).await;
        for change in 0..changes {
            let lifetime = json!({"token_lifetime": format!("{}m", change + 1)});
            app.change(&owner, &client.app_id, &lifetime).await.expect(204);
        }
    }
    assert_eq!(listed(&app, &owner, "order=sequence", "sequence").await, [1, 2, 10]);
    assert_eq!(listed(&app, &owner, "order=sequence.desc", "name").await, ["Ten", "Two", "One"]);
    assert_eq!(listed(&app, &owner, "sequence=eq.10", "name").await, ["Ten"]);
}

#[tokio::test]
async fn every_faulty_parameter_is_named() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    for query in [
        "client_secret_hash=eq.x",
        "select=client_secret",
        "select=secrets",
        "order=moon",
        "order=name.up",
        "id=abc",
        "id=like.a*",
        "limit=-1",
        "limit=1e3",
        "limit=1001",
        "limit=",
        "offset=x",
        "or=(moon.eq.1)",
        "not.and=(id.eq.1",
        "allowed_scopes=cs.{routix:orders:read}",
        "created_at=gt.noon",
        "sequence=eq.one",
        "order=redirect_uris",
        "limit=1&limit=1",
    ] {
        let refused = app.get(&format!("{APPS}?{query}"), &owner).await;
        assert_eq!(refused.failure(), (400, "invalid_request".to_owned()), "{query}");
        assert_eq!(refused.faults().len(), 1, "{query}");
        assert_eq!(refused.faults()[0].0, query.split('=').next().unwrap(), "{query}");
        let dialect = refused.json();
        assert!(["message", "details", "hint"].iter().all(|name| dialect.get(*name).is_some()), "{query}");
        assert_eq!(dialect["code"], "PGRST100", "{query}");
    }
}

#[tokio::test]
async fn e16_a_single_object_is_one_row_or_406() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let client = app.new_app(&owner, json!({})).await;
    let ask = async |query: &str| {
        let request = app.request(Method::GET, &format!("{APPS}?{query}")).bearer_auth(&owner);
        answer(request.header("accept", "application/vnd.pgrst.object+json")).await
    };
    let one = ask(&format!("id=eq.{}&select=id,name", client.app_id)).await.expect(200);
    assert!(one.header("content-type").starts_with("application/vnd.pgrst.object+json"));
    assert_eq!(names(&one.json()), ["id", "name"]);
    let none = ask("name=eq.nobody").await;
    assert_eq!((none.status, &none.json()["code"]), (406, &json!("PGRST116")));
    app.new_app(&owner, json!({})).await;
    assert_eq!(ask("status=eq.active").await.status, 406);
}

#[tokio::test]
async fn last_used_at_appears_once_the_app_was_used() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let (used, unused) = (app.new_app(&owner, json!({})).await, app.new_app(&owner, json!({})).await);
    app.clock.advance(TimeDelta::seconds(7));
    let used_at = app.clock.system().now();
    app.app_token(&used).await;
    app.credentials(&unused, "routix_x").await.expect(401);
    let app = app.restart().await;
    let last_used = async |id: &str| listed(&app, &owner, &format!("id=eq.{id}"), "last_used_at").await.remove(0);
    let shown: chrono::DateTime<chrono::Utc> = last_used(&used.app_id).await.as_str().unwrap().parse().unwrap();
    assert_eq!(shown, used_at);
    assert_eq!(last_used(&unused.app_id).await, Value::Null, "a failed guess is no use");
    assert_eq!(app.history(&owner, &used.app_id).await.len(), 1, "use is no event");
}
