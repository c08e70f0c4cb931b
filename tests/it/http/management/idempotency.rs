//! `Idempotency-Key`: a registration that is sent again makes no second app.

use serde_json::{Value, json};

use crate::http::app::{APPS, REGISTER, TestApp, registration};
use crate::http::client::{Answer, answer};
use crate::http::world::Actor;

async fn register(app: &TestApp, token: &str, key: &str, body: &Value) -> Answer {
    answer(app.post(REGISTER).bearer_auth(token).header("idempotency-key", key).json(body)).await
}

async fn apps(app: &TestApp, token: &str) -> usize {
    app.get(APPS, token).await.expect(200).json().as_array().unwrap().len()
}

#[tokio::test]
async fn a_repeated_key_gives_the_same_app_without_its_secret() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let first = register(&app, &owner, "k-1", &registration()).await.expect(201);
    assert_eq!(first.header("idempotency-replayed"), "");
    let mut shown = first.json()["app"].clone();
    assert!(shown.as_object_mut().unwrap().remove("client_secret").is_some());
    for key in ["k-1", "\"k-1\""] {
        let again = register(&app, &owner, key, &registration()).await.expect(201);
        assert_eq!(again.json()["app"], shown, "{key}");
        assert_eq!(again.header("idempotency-replayed"), "true", "{key}");
        assert_eq!(again.header("cache-control"), "no-store", "{key}");
        assert!(!again.text.contains("\"client_secret\""), "{key}");
    }
    let app = app.restart().await;
    let again = register(&app, &owner, "k-1", &registration()).await.expect(201);
    assert_eq!(again.json()["app"], shown);
    assert_eq!(apps(&app, &owner).await, 1);
}

#[tokio::test]
async fn the_order_of_members_makes_no_other_request() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let send = async |body: &str| {
        let request = app.post(REGISTER).bearer_auth(&owner).header("idempotency-key", "k");
        answer(request.header("content-type", "application/json").body(body.to_owned())).await.expect(201)
    };
    let one = r#"{"name":"A","redirect_uris":["https://a.example/"],"allowed_scopes":["routix:accounts:read"]}"#;
    let two = r#"{ "allowed_scopes":["routix:accounts:read"],"redirect_uris":["https://a.example/"],"name":"\u0041" }"#;
    assert_eq!(send(one).await.json()["app"]["id"], send(two).await.json()["app"]["id"]);
}

#[tokio::test]
async fn another_body_is_refused_and_another_users_key_is_another_key() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let admin = app.sign_in(Actor::Admin).await;
    let first = register(&app, &owner, "k", &registration()).await.expect(201).json();
    let mut other = registration();
    other["name"] = "Other".into();
    let reused = register(&app, &owner, "k", &other).await;
    assert_eq!(reused.failure(), (422, "idempotency_key_reused".to_owned()));
    let theirs = register(&app, &admin, "k", &registration()).await.expect(201).json();
    assert_ne!(theirs["app"]["id"], first["app"]["id"]);
    assert!(theirs["app"]["client_secret"].is_string());
    assert_eq!(apps(&app, &owner).await, 2);
}

#[tokio::test]
async fn a_key_must_be_one_and_readable() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    for key in [String::new(), "\"\"".to_owned(), "k".repeat(256), "\u{e9}".to_owned()] {
        let refused = register(&app, &owner, &key, &registration()).await;
        assert_eq!(refused.failure(), (400, "invalid_request".to_owned()), "{key}");
        assert_eq!(refused.faults(), [("Idempotency-Key".to_owned(), "invalid_format".to_owned())], "{key}");
    }
    let two = app.post(REGISTER).bearer_auth(&owner).header("idempotency-key", "a").header("idempotency-key", "b");
    assert_eq!(answer(two.json(&registration())).await.failure(), (400, "invalid_request".to_owned()));
    register(&app, &owner, &"k".repeat(255), &registration()).await.expect(201);
    assert_eq!(apps(&app, &owner).await, 1);
}

#[tokio::test]
async fn a_refused_registration_does_not_use_its_key_up() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    register(&app, &owner, "k", &json!({"name": "x"})).await.expect(400);
    register(&app, &owner, "k", &registration()).await.expect(201);
}

#[tokio::test]
async fn a_repetition_is_answered_even_when_the_branch_was_closed_since() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let mut body = registration();
    body["allowed_branch_ids"] = json!([app.world.other_branch.id]);
    let first = register(&app, &owner, "k", &body).await.expect(201).json();
    app.close_branch(app.world.other_branch.id).await;
    let again = register(&app, &owner, "k", &body).await.expect(201).json();
    assert_eq!(again["app"]["id"], first["app"]["id"]);
}

#[tokio::test]
async fn a_key_that_comes_back_for_another_organization_is_another_request() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let member = (app.world.foreign_organization, Actor::Owner.id());
    let all = routix_domain::value::BranchRestriction::All;
    let role = routix_domain::organization::Role::Admin;
    app.commands.add_member(member, role, all, &crate::http::world::origin()).await.unwrap();
    let mut body = registration();
    body["organization_id"] = json!(app.world.organization);
    register(&app, &owner, "one", &body).await.expect(201);
    body["organization_id"] = json!(app.world.foreign_organization);
    let refused = register(&app, &owner, "one", &body).await;
    assert_eq!(refused.failure(), (422, "idempotency_key_reused".to_owned()));
}

#[tokio::test]
async fn who_has_moved_to_another_organization_does_not_get_the_app_of_the_first_again() {
    let app = TestApp::start().await;
    let admin = app.sign_in(Actor::Admin).await;
    let mut body = registration();
    body.as_object_mut().unwrap().remove("organization_id");
    register(&app, &admin, "one", &body).await.expect(201);
    let origin = crate::http::world::origin();
    app.commands.remove_member((app.world.organization, Actor::Admin.id()), &origin).await.unwrap();
    let member = (app.world.foreign_organization, Actor::Admin.id());
    let all = routix_domain::value::BranchRestriction::All;
    let role = routix_domain::organization::Role::Admin;
    app.commands.add_member(member, role, all, &origin).await.unwrap();
    let refused = register(&app, &admin, "one", &body).await;
    assert_eq!(refused.failure(), (422, "idempotency_key_reused".to_owned()));
}
