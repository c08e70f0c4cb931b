//! `GET /rest/v1/oauth_apps/{id}/events`: what happened to an app, and who did it.

use reqwest::Method;
use serde_json::{Value, json};

use crate::http::app::{APPS, Registered, TestApp, text};
use crate::http::client::{answer, names};
use crate::http::world::Actor;

/// An app with four events: two of its owner, one of an admin, one of the command line.
async fn with_history() -> (TestApp, String, Registered) {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let admin = app.sign_in(Actor::Admin).await;
    let client = app.new_app(&owner, json!({})).await;
    let request = app.request(Method::PATCH, &format!("{APPS}?id=eq.{}", client.app_id)).bearer_auth(&admin);
    let renamed = request.header("x-request-id", "rename-0001").json(&json!({"name": "Renamed"}));
    assert_eq!(answer(renamed).await.header("x-request-id"), "rename-0001");
    app.rotate(&owner, &json!({"oauth_app_id": client.app_id, "overlap_seconds": 60})).await.expect(200);
    let app_id = client.app_id.parse().unwrap();
    app.commands.rotate_secret(app_id, 0, &crate::http::world::origin()).await.unwrap();
    (app, owner, client)
}

#[tokio::test]
async fn events_say_who_what_and_when() {
    let (app, owner, client) = with_history().await;
    let events = app.history(&owner, &client.app_id).await;
    let column = |name: &str| events.iter().map(|event| event[name].clone()).collect::<Vec<_>>();
    let rotated = "app.secret_rotated";
    assert_eq!(column("type"), ["app.registered", "app.details_changed", rotated, rotated]);
    assert_eq!(column("sequence"), [1, 2, 3, 4]);
    assert_eq!(column("version"), ["1", "1", "1", "1"]);
    let now = json!(app.clock.system().now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true));
    assert_eq!(column("recorded_at"), vec![now; 4]);
    let positions: Vec<u64> = column("position").iter().map(|position| position.as_u64().unwrap()).collect();
    assert!(positions.is_sorted_by(|a, b| a < b));
    let user = |actor: Actor| json!({"kind": "user", "id": actor.id(), "name": actor.name()});
    let command_line = json!({"kind": "command_line", "id": "test", "name": "test"});
    assert_eq!(column("actor"), [user(Actor::Owner), user(Actor::Admin), user(Actor::Owner), command_line]);
    assert_eq!(column("request_id")[1], "rename-0001");
    assert_eq!(column("request_id")[3], Value::Null);
    assert_eq!(events[1]["data"]["name"], "Renamed");
    for event in &events {
        let contract = ["actor", "data", "id", "position", "recorded_at", "request_id", "sequence", "type", "version"];
        let names = names(event);
        assert!(contract.iter().all(|member| names.contains(&(*member).to_owned())), "{names:?}");
        assert!(text(&event["id"]).parse::<uuid::Uuid>().is_ok());
    }
}

#[tokio::test]
async fn no_event_shows_a_secret_or_its_digest() {
    let (app, owner, client) = with_history().await;
    let shown = app.get(&format!("{APPS}/{}/events", client.app_id), &owner).await.expect(200).text;
    assert!(!shown.contains("sha256") && !shown.contains("routix_") && !shown.contains("fingerprint"), "{shown}");
    assert!(!shown.contains(&routix::commands::digest(&client.secret)));
    assert!(shown.contains(&client.secret[43..]), "which one it was shows in its last four characters");
}

#[tokio::test]
async fn pages_follow_one_another() {
    let (app, owner, client) = with_history().await;
    let all = app.history(&owner, &client.app_id).await;
    let path = format!("{APPS}/{}/events", client.app_id);
    let mut walked = Vec::new();
    let mut after = 0;
    loop {
        let page = app.get(&format!("{path}?limit=3&after={after}"), &owner).await.expect(200).json();
        let page = page.as_array().unwrap().clone();
        assert!(page.len() <= 3);
        let Some(last) = page.last() else { break };
        after = last["position"].as_u64().unwrap();
        walked.extend(page);
    }
    assert_eq!(walked, all);
    for query in ["limit=0", "limit=1001", "limit=x", "after=-1", "after=1.5", "after=", "order=asc", "limit=1&limit=2"]
    {
        let refused = app.get(&format!("{path}?{query}"), &owner).await;
        assert_eq!(refused.failure(), (400, "invalid_request".to_owned()), "{query}");
    }
}

#[tokio::test]
async fn the_history_of_what_does_not_exist_is_404() {
    let (app, owner, client) = with_history().await;
    for id in ["00000000-0000-4000-8000-000000000000", &client.client_id, "x", "%00", "..%2f"] {
        let missing = app.get(&format!("{APPS}/{id}/events"), &owner).await;
        assert_eq!(missing.failure(), (404, "not_found".to_owned()), "{id}");
    }
}

#[tokio::test]
async fn every_kind_of_change_is_recorded_in_order() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let client = app.new_app(&owner, json!({})).await;
    for body in [
        json!({"redirect_uris": ["https://b.example/cb"]}),
        json!({"allowed_scopes": ["routix:accounts:read"]}),
        json!({"allowed_branch_ids": [app.world.branch.id]}),
        json!({"token_lifetime": "5m"}),
        json!({"refresh_authentication": "always"}),
        json!({"status": "revoked", "revoke_tokens": true}),
        json!({"status": "active"}),
    ] {
        app.change(&owner, &client.app_id, &body).await.expect(204);
    }
    let types: Vec<Value> =
        app.history(&owner, &client.app_id).await.into_iter().map(|mut event| event["type"].take()).collect();
    assert_eq!(
        types,
        [
            "app.registered",
            "app.redirect_uris_changed",
            "app.scopes_changed",
            "app.branch_restriction_changed",
            "app.token_lifetime_changed",
            "app.refresh_authentication_changed",
            "app.revoked",
            "app.tokens_cut_off",
            "app.reactivated",
        ]
    );
}
