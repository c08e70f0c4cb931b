//! Real answers are what is described, and the examples are like them.

use reqwest::Method;
use serde_json::{Value, json};

use super::document::Document;
use crate::http::app::{DOORS, REGISTER, ROTATE, TestApp, grant, registration, text};
use crate::http::client::{Answer, answer, names};
use crate::http::world::Actor;

/// Every scope, so that every resource can be read and written.
async fn all_scopes(app: &TestApp) -> Value {
    let metadata = answer(app.request(Method::GET, "/.well-known/oauth-authorization-server")).await.json();
    metadata["scopes_supported"].clone()
}

/// Checks the answer, and that the example has the same members.
fn check_like(document: &Document, operation: (&str, &str), answer: &Answer) {
    document.check(operation, answer);
    let (method, path) = operation;
    let described = &document.operation(method, path)["responses"][answer.status.to_string()];
    let content = &document.resolved(described)["content"][answer.header("content-type")];
    let example = content["examples"].as_object().unwrap().values().next().unwrap();
    let (mut real, mut example) = (answer.json(), example["value"].clone());
    for value in [&mut real, &mut example] {
        if value.is_array() {
            *value = value[0].take();
        }
    }
    assert_eq!(names(&example), names(&real), "{method} {path}");
}

#[tokio::test]
async fn the_doors_for_tokens_and_people_answer_as_described() {
    let app = TestApp::start().await;
    let document = Document::of(&app).await;
    let owner = app.sign_in(Actor::Owner).await;
    let client = app.new_app(&owner, json!({})).await;
    for door in DOORS {
        let granted = answer(app.post(door).json(&grant(&client.client_id, &client.secret))).await.expect(200);
        check_like(&document, ("POST", door), &granted);
        let refused = answer(app.post(door).json(&grant(&client.client_id, "wrong"))).await.expect(401);
        check_like(&document, ("POST", door), &refused);
        document.check(("POST", door), &answer(app.post(door).json(&json!({}))).await.expect(400));
    }
    let token = app.app_token(&client).await;
    for door in ["/auth/v1/oauth/introspect", "/auth/v1/oauth/revoke"] {
        let body = json!({"token": token, "client_id": client.client_id, "client_secret": client.secret});
        check_like(&document, ("POST", door), &answer(app.post(door).json(&body)).await.expect(200));
    }
    let sign_in = ("POST", "/auth/v1/token");
    check_like(&document, sign_in, &app.password(Actor::Owner.email(), crate::http::world::PASSWORD).await.expect(200));
    check_like(&document, sign_in, &app.password(Actor::Owner.email(), "wrong horse battery").await.expect(400));
    check_like(&document, ("GET", "/auth/v1/user"), &app.get("/auth/v1/user", &owner).await.expect(200));
    let nobody = app.get("/auth/v1/user", "x").await.expect(401);
    document.check(("GET", "/auth/v1/user"), &nobody);
    let out = answer(app.post("/auth/v1/logout").bearer_auth(&owner)).await.expect(204);
    document.check(("POST", "/auth/v1/logout"), &out);
}

#[tokio::test]
async fn the_doors_of_managers_answer_as_described() {
    let app = TestApp::start().await;
    let document = Document::of(&app).await;
    let owner = app.sign_in(Actor::Owner).await;
    let registered = app.register(&owner, &registration()).await.expect(201);
    check_like(&document, ("POST", REGISTER), &registered);
    check_like(&document, ("POST", REGISTER), &app.register(&owner, &json!({})).await.expect(400));
    let viewer = app.sign_in(Actor::Viewer).await;
    document.check(("POST", REGISTER), &app.register(&viewer, &registration()).await.expect(403));
    let id = text(&registered.json()["app"]["id"]);
    let rotated = app.rotate(&owner, &json!({"oauth_app_id": id})).await.expect(200);
    check_like(&document, ("POST", ROTATE), &rotated);
    document
        .check(("POST", ROTATE), &app.rotate(&owner, &json!({"oauth_app_id": Actor::Owner.id()})).await.expect(404));
    for table in ["oauth_apps", "organizations", "branches"] {
        let path = format!("/rest/v1/{table}");
        check_like(&document, ("GET", &path), &app.get(&path, &owner).await.expect(200));
        check_like(&document, ("GET", &path), &app.get(&format!("{path}?limit=x"), &owner).await.expect(400));
        document.check(("GET", &path), &app.get(&path, "x").await.expect(401));
        let one = app.request(Method::GET, &format!("{path}?limit=0")).bearer_auth(&owner);
        let one = answer(one.header("accept", "application/vnd.pgrst.object+json")).await.expect(406);
        document.check(("GET", &path), &one);
    }
    let consents = "/rest/v1/oauth_client_authorizations";
    document.check(("GET", consents), &app.get(consents, &owner).await.expect(200));
    document.check(
        ("PATCH", "/rest/v1/oauth_apps"),
        &app.change(&owner, &id, &json!({"status": "revoked"})).await.expect(204),
    );
    for (end, query) in [("events", ""), ("state", ""), ("diff", "?from=1&to=2")] {
        let path = format!("/rest/v1/oauth_apps/{id}/{end}{query}");
        let described = format!("/rest/v1/oauth_apps/{{id}}/{end}");
        check_like(&document, ("GET", &described), &app.get(&path, &owner).await.expect(200));
    }
}

#[tokio::test]
async fn every_resource_answers_as_described() {
    let app = TestApp::start().await;
    let document = Document::of(&app).await;
    let owner = app.sign_in(Actor::Owner).await;
    let scopes = all_scopes(&app).await;
    let client = app.new_app(&owner, json!({"allowed_scopes": scopes})).await;
    let token = app.app_token(&client).await;
    let branch = &app.world.branch.public_id;
    let mut made = 0;
    for (method, described, operation) in document.operations() {
        let path = described.replace("{branch}", branch);
        if !described.starts_with("/functions/v1/api/") || described.ends_with("{id}") || method != "POST" {
            continue;
        }
        // As little as goes: the whole example refers to records that are not there.
        let body = &operation["requestBody"]["content"]["application/json"]["examples"]["least"]["value"];
        let mut body = body.clone();
        for value in body.as_object_mut().unwrap().values_mut().filter(|value| value.is_string()) {
            *value = format!("{}{made}", value.as_str().unwrap()).into();
        }
        let created = answer(app.post(&path).bearer_auth(&token).json(&body)).await;
        check_like(&document, (&method, described), &created.clone().expect(201));
        let one = format!("{described}/{{id}}");
        let place = created.header("location").to_owned();
        check_like(&document, ("GET", &one), &app.get(&place, &token).await.expect(200));
        let known = app.request(Method::GET, &place).bearer_auth(&token).header("if-none-match", "*");
        document.check(("GET", &one), &answer(known).await.expect(304));
        let change = app.request(Method::PATCH, &place).bearer_auth(&token).json(&json!({}));
        document.check(("PATCH", &one), &answer(change).await.expect(200));
        let nothing = app.post(&path).bearer_auth(&token).json(&json!({"moon": 1}));
        check_like(&document, ("POST", described), &answer(nothing).await.expect(400));
        made += 1;
    }
    assert_eq!(made, 8, "four resources in two versions");
    for (method, described, _) in document.operations() {
        if described.starts_with("/functions/v1/api/") && method == "GET" && !described.ends_with("{id}") {
            let path = described.replace("{branch}", branch);
            document.check(("GET", described), &app.get(&path, &token).await.expect(200));
            document.check(("GET", described), &app.get(&path, &owner).await.expect(403));
            document.check(("GET", described), &app.get(&path, "x").await.expect(401));
            document.check(
                ("GET", described),
                &app.get(&described.replace("{branch}", "NOWHERE1"), &token).await.expect(404),
            );
        }
    }
}

#[tokio::test]
async fn what_programs_find_out_by_themselves_is_as_described() {
    let app = TestApp::start().await;
    let document = Document::of(&app).await;
    for path in [
        "/.well-known/oauth-authorization-server",
        "/.well-known/oauth-protected-resource",
        "/.well-known/oauth-protected-resource/functions/v1/api",
        "/schemas",
        "/healthz",
        "/readyz",
    ] {
        check_like(&document, ("GET", path), &answer(app.request(Method::GET, path)).await.expect(200));
    }
    let keys = "/.well-known/jwks.json";
    document.check(("GET", keys), &answer(app.request(Method::GET, keys)).await);
    let first = answer(app.request(Method::GET, "/openapi.json")).await.expect(200);
    document.check(("GET", "/openapi.json"), &first);
    let again = app.request(Method::GET, "/openapi.json").header("if-none-match", first.header("etag"));
    document.check(("GET", "/openapi.json"), &answer(again).await.expect(304));
    assert_eq!(document.value["servers"][0]["url"], json!(app.url("")));
}
