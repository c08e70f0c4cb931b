//! A3: whoever asks for what is another's hears exactly what he hears of what never was: the same status, the same body but
//! for the request id, the same headers. In every operation that takes an id, in its path, its query or its body.

use std::collections::BTreeSet;

use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::app::{APPS, DOOR, REGISTER, ROTATE, Registered, TestApp, grant, registration, text};
use super::browser::{Browser, FROM_OUR_PAGE, Page};
use super::client::{Answer, answer};
use super::code_flow::{Request, VERIFIER, approve, redeem, signed_in};
use super::world::Actor;

const CONSENTS: &str = "/rest/v1/oauth_client_authorizations";
const GRANTS: &str = "/auth/v1/user/oauth/grants";
const NAMES: &str = "/auth/v1/oauth/authorizations";
/// An id that nothing has, and a public id.
const NOTHING: &str = "11111111-2222-4333-8444-555555555555";
const NOWHERE: &str = "ZZZZ9999";

/// What belongs to the other organization, and who asks for it from this one.
struct Scene {
    app: TestApp,
    owner: String,
    client: Registered,
    token: String,
    foreign: Registered,
    foreign_account: String,
    /// An account of the same organization, in a branch where it is not asked for.
    other_account: String,
    foreign_consent: String,
    foreign_refresh: String,
    foreign_code: String,
    foreign_name: String,
}

async fn account(app: &TestApp, token: &str, branch: &str) -> String {
    let path = format!("/functions/v1/api/v1/{branch}/accounts");
    let made = answer(app.post(&path).bearer_auth(token).json(&json!({"company_name": "Vos B.V."}))).await;
    text(&made.expect(201).json()["data"]["id"])
}

async fn name(app: &TestApp, token: &str, client: &Registered) -> String {
    let form = app.post(NAMES).bearer_auth(token).header("content-type", "application/x-www-form-urlencoded");
    text(&answer(form.body(Request::of(client).query())).await.expect(201).json()["authorization_id"])
}

impl Scene {
    async fn make() -> Self {
        let app = TestApp::start_with(|config| (config.api_rate_limit, config.failure_limit) = (0, 0)).await;
        let metadata = answer(app.request(Method::GET, "/.well-known/oauth-authorization-server")).await.json();
        let (owner, foreigner) = (app.sign_in(Actor::Owner).await, app.sign_in(Actor::Foreigner).await);
        let everything = || json!({"allowed_scopes": metadata["scopes_supported"]});
        let (client, foreign) = (app.new_app(&owner, everything()).await, app.new_app(&foreigner, everything()).await);
        let (token, foreign_token) = (app.app_token(&client).await, app.app_token(&foreign).await);
        let browser = signed_in(&app, Actor::Foreigner).await;
        let code = approve(&browser, &Request::of(&foreign)).await;
        let tokens = redeem(&app, &foreign, &code, json!({})).await.expect(200).json();
        let consents = app.get(CONSENTS, &foreigner).await.expect(200).json();
        Self {
            foreign_account: account(&app, &foreign_token, &app.world.foreign_branch.public_id).await,
            other_account: account(&app, &token, &app.world.other_branch.public_id).await,
            foreign_consent: text(&consents[0]["id"]),
            foreign_refresh: text(&tokens["refresh_token"]),
            foreign_code: approve(&browser, &Request::of(&foreign)).await,
            foreign_name: name(&app, &foreigner, &foreign).await,
            app,
            owner,
            client,
            token,
            foreign,
        }
    }

    /// Asks once for each of two ids, which stand where path and query have `{}` and the body has `@`.
    async fn alike(&self, (method, path): (&str, &str), (token, body): (&str, Value), [theirs, nobodys]: [&str; 2]) {
        let ask = |id: &str| {
            let request = self.app.request(method.parse().unwrap(), &path.replace("{}", id));
            let request = if token.is_empty() { request } else { request.bearer_auth(token) };
            let body = serde_json::from_str::<Value>(&body.to_string().replace("@", id)).unwrap();
            if body.is_null() { request } else { request.json(&body) }
        };
        self.same((method, path), [ask(theirs), ask(nobodys)], [theirs, nobodys]).await;
    }

    async fn same(&self, what: (&str, &str), [theirs, nobodys]: [RequestBuilder; 2], ids: [&str; 2]) {
        let found = [shown(answer(theirs).await, ids[0]), shown(answer(nobodys).await, ids[1])];
        assert_ne!(found[0].0, 401, "{what:?}: who asks is somebody");
        assert_eq!(found[0], found[1], "{what:?}");
    }
}

/// What is seen of an answer; the id that was asked for is no news.
fn shown(answer: Answer, id: &str) -> (u16, Vec<(String, String)>, String) {
    let text = match serde_json::from_str::<Value>(&answer.text) {
        Ok(mut body) => {
            body.as_object_mut().map(|members| members.remove("request_id"));
            body.to_string()
        }
        Err(_page) => answer.text.replace(answer.header("x-request-id"), "ID"),
    };
    (answer.status, headers(&answer.headers, id), text.replace(id, "ID"))
}

fn headers(headers: &HeaderMap, id: &str) -> Vec<(String, String)> {
    let told = headers.iter().filter(|(name, _)| !["date", "x-request-id"].contains(&name.as_str()));
    // The names of those who ask have their own length.
    let told = told.filter(|(name, _)| *name != "content-length");
    let mut told: Vec<_> =
        told.map(|(name, value)| (name.to_string(), value.to_str().unwrap().replace(id, "ID"))).collect();
    told.sort();
    told
}

/// The path without what stands for an id.
fn pattern(path: &str) -> String {
    path.replace("{}", "{id}")
}

#[tokio::test]
async fn a3_a_record_of_another_branch_is_as_unknown_as_none() {
    let scene = Scene::make().await;
    let document = answer(scene.app.request(Method::GET, "/openapi.json")).await.expect(200).json();
    let (own, foreign) = (&scene.app.world.branch.public_id, &scene.app.world.foreign_branch.public_id);
    let mut asked = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        if !path.starts_with("/functions/v1/api/") {
            continue;
        }
        for method in item.as_object().unwrap().keys().map(|method| method.to_uppercase()) {
            let body = if method == "GET" { Value::Null } else { json!({}) };
            let at = |branch: &str, id: &str| path.replace("{branch}", branch).replace("{id}", id);
            let branches = [foreign.as_str(), NOWHERE];
            let known = (method.as_str(), at("{}", NOTHING));
            scene.alike((known.0, &known.1), (&scene.token, body.clone()), branches).await;
            asked += 1;
            if path.ends_with("{id}") {
                for theirs in [&scene.foreign_account, &scene.other_account] {
                    let record = at(own, "{}");
                    scene.alike((&method, &record), (&scene.token, body.clone()), [theirs, NOTHING]).await;
                }
            }
        }
    }
    assert!(asked >= 40, "{asked}");
}

#[tokio::test]
async fn a3_a_body_that_names_anothers_record_says_no_more_than_one_that_names_none() {
    let scene = Scene::make().await;
    let base = format!("/functions/v1/api/v2/{}", scene.app.world.branch.public_id);
    for theirs in [&scene.foreign_account, &scene.other_account] {
        let line = json!([{"description": "x", "quantity": 1, "unit_price_cents": 1, "order_id": "@"}]);
        for (resource, body) in [
            ("orders", json!({"order_number": "1", "account_id": "@"})),
            ("invoices", json!({"invoice_number": "1", "account_id": "@"})),
            ("invoices", json!({"invoice_number": "1", "lines": line})),
        ] {
            let path = format!("{base}/{resource}");
            scene.alike(("POST", &path), (&scene.token, body), [theirs, NOTHING]).await;
        }
    }
    // A number that is taken in another branch is free in this one.
    let foreign = scene.app.app_token(&scene.foreign).await;
    let order = json!({"order_number": "O-1"});
    for (token, branch) in [(&foreign, &scene.app.world.foreign_branch), (&scene.token, &scene.app.world.branch)] {
        let path = format!("/functions/v1/api/v1/{}/orders", branch.public_id);
        answer(scene.app.post(&path).bearer_auth(token).json(&order)).await.expect(201);
    }
}

#[tokio::test]
async fn a3_an_app_or_a_consent_of_another_organization_is_as_unknown_as_none() {
    let scene = Scene::make().await;
    let (owner, nothing) = (scene.owner.as_str(), Value::Null);
    let app = [scene.foreign.app_id.as_str(), NOTHING];
    let mut asked = BTreeSet::new();
    for (method, path, body) in [
        ("GET", format!("{APPS}/{{}}/events"), nothing.clone()),
        ("GET", format!("{APPS}/{{}}/state?at=2026-03-01"), nothing.clone()),
        ("GET", format!("{APPS}/{{}}/diff?from=1&to=1"), nothing.clone()),
        ("GET", format!("{APPS}?id=eq.{{}}"), nothing.clone()),
        ("PATCH", format!("{APPS}?id=eq.{{}}"), json!({"description": "x"})),
        ("PATCH", format!("{APPS}?id=eq.{{}}"), json!({"moon": "x"})),
        ("PATCH", format!("{APPS}?id=eq.{{}}"), json!({"allowed_branch_ids": [NOTHING]})),
        ("POST", ROTATE.to_owned(), json!({"oauth_app_id": "@"})),
        ("POST", ROTATE.to_owned(), json!({"oauth_app_id": "@", "overlap_seconds": -1})),
        ("GET", format!("{CONSENTS}?oauth_app_id=eq.{{}}"), nothing.clone()),
    ] {
        scene.alike((method, &path), (owner, body), app).await;
        asked.insert(pattern(path.split('?').next().unwrap()));
    }
    let own = scene.app.get(&format!("{APPS}/{}/events", scene.client.app_id), owner).await;
    assert_eq!(own.status, 200, "what is his is known");
    let consent = [scene.foreign_consent.as_str(), NOTHING];
    for method in ["GET", "DELETE"] {
        scene.alike((method, &format!("{CONSENTS}?id=eq.{{}}")), (owner, nothing.clone()), consent).await;
    }
    let client = [scene.foreign.client_id.as_str(), NOTHING];
    scene.alike(("DELETE", &format!("{GRANTS}?client_id={{}}")), (owner, nothing.clone()), client).await;
    let organization = [scene.app.world.foreign_organization.to_string(), NOTHING.to_owned()];
    let organization = organization.each_ref().map(String::as_str);
    let mut registered = registration();
    registered["organization_id"] = json!("@");
    scene.alike(("POST", REGISTER), (owner, registered), organization).await;
    for table in [APPS, CONSENTS, "/rest/v1/branches", "/rest/v1/organizations"] {
        let column = if table.ends_with("organizations") { "id" } else { "organization_id" };
        scene.alike(("GET", &format!("{table}?{column}=eq.{{}}")), (owner, nothing.clone()), organization).await;
    }
    let branch = [scene.app.world.foreign_branch.id.to_string(), NOTHING.to_owned()];
    let branch = branch.each_ref().map(String::as_str);
    let mut registered = registration();
    registered["allowed_branch_ids"] = json!(["@"]);
    scene.alike(("POST", REGISTER), (owner, registered), branch).await;
    let own = format!("{APPS}?id=eq.{}", scene.client.app_id);
    scene.alike(("PATCH", &own), (owner, json!({"allowed_branch_ids": ["@"]})), branch).await;
    scene.alike(("GET", "/rest/v1/branches?id=eq.{}"), (owner, nothing), branch).await;
    let document = answer(scene.app.request(Method::GET, "/openapi.json")).await.expect(200).json();
    let with_id = |path: &&String| path.contains("{id}") && path.starts_with("/rest/");
    let described: BTreeSet<String> = document["paths"].as_object().unwrap().keys().filter(with_id).cloned().collect();
    assert!(described.is_subset(&asked), "{described:?} {asked:?}");
}

#[tokio::test]
async fn a3_a_code_a_token_and_an_authorization_of_somebody_else_are_as_unknown_as_none() {
    let scene = Scene::make().await;
    let client = &scene.client;
    let changed = |text: &str| {
        let (head, tail) = text.split_at(text.len() / 2);
        format!("{head}{}{}", if tail.starts_with('A') { 'B' } else { 'A' }, &tail[1..])
    };
    let own = |members: Value| {
        let mut body = grant(&client.client_id, &client.secret);
        body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        body
    };
    let (code, refresh) = (&scene.foreign_code, &scene.foreign_refresh);
    let exchange = own(json!({"grant_type": "authorization_code", "code": "@", "code_verifier": VERIFIER}));
    scene.alike(("POST", DOOR), ("", exchange), [code, &changed(code)]).await;
    let refreshed = own(json!({"grant_type": "refresh_token", "refresh_token": "@"}));
    scene.alike(("POST", DOOR), ("", refreshed), [refresh, &changed(refresh)]).await;
    for path in ["/auth/v1/oauth/introspect", "/auth/v1/oauth/revoke"] {
        for token in [refresh.clone(), scene.app.app_token(&scene.foreign).await] {
            scene.alike(("POST", path), ("", own(json!({"token": "@"}))), [&token, &changed(&token)]).await;
        }
    }
    let named = [scene.foreign_name.clone(), changed(&scene.foreign_name)];
    let named = named.each_ref().map(String::as_str);
    scene.alike(("GET", &format!("{NAMES}/{{}}")), (&scene.owner, Value::Null), named).await;
    for action in ["approve", "deny"] {
        let path = format!("{NAMES}/{{}}/consent");
        scene.alike(("POST", &path), (&scene.owner, json!({"action": action})), named).await;
    }
    let own_name = name(&scene.app, &scene.owner, client).await;
    let organization = [scene.app.world.foreign_organization.to_string(), NOTHING.to_owned()];
    let organization = organization.each_ref().map(String::as_str);
    let body = json!({"action": "approve", "organization_id": "@"});
    scene.alike(("POST", &format!("{NAMES}/{own_name}/consent")), (&scene.owner, body), organization).await;
    let answer = redeem(&scene.app, &scene.foreign, code, json!({})).await;
    assert_eq!(answer.status, 200, "nobody has spent it: {}", answer.text);
}

/// What a page shows, without what is its own in every answer.
fn seen(page: &Page, id: &str) -> (u16, Vec<(String, String)>, String) {
    let text = page.text.replace(page.header("x-request-id"), "REQUEST");
    (page.status, headers(&page.headers, id), text.replace(id, "ID"))
}

async fn pages_alike(browser: &Browser, path: &str, ids: [&str; 2]) {
    let [theirs, nobodys] = ids.map(|id| path.replace("{}", id));
    let (first, second) = (browser.get(&theirs).await, browser.get(&nobodys).await);
    assert_eq!(seen(&first, ids[0]), seen(&second, ids[1]), "{path}");
    let form = [("form_token", "x"), ("password", "x"), ("app_id", ids[0]), ("consent_id", ids[0])];
    let (first, second) = (
        browser.post(&theirs, &form, &FROM_OUR_PAGE).await,
        browser.post(&nobodys, &form.map(|(name, value)| (name, value.replace(ids[0], ids[1]))), &FROM_OUR_PAGE).await,
    );
    assert_eq!(seen(&first, ids[0]), seen(&second, ids[1]), "{path}");
}

#[tokio::test]
async fn a3_a_page_of_another_organization_is_as_unknown_as_none() {
    let scene = Scene::make().await;
    let browser = signed_in(&scene.app, Actor::Owner).await;
    let (own, foreign) = (scene.app.world.organization, scene.app.world.foreign_organization.to_string());
    let beginning = "/organizations/{}";
    for page in ["/apps", "/apps/new", "/consents", "/branches", "/members", "/events"] {
        pages_alike(&browser, &format!("{beginning}{page}"), [&foreign, NOTHING]).await;
    }
    let own_app = format!("{beginning}/apps/{}", scene.client.app_id);
    pages_alike(&browser, &own_app, [&foreign, NOTHING]).await;
    for act in ["", "/edit", "/rotate", "/revoke", "/reactivate", "/cut-off", "/history", "/state", "/consents"] {
        let page = format!("/organizations/{own}/apps/{{}}{act}");
        pages_alike(&browser, &page, [&scene.foreign.app_id, NOTHING]).await;
    }
    let foreigner = Actor::Foreigner.id().to_string();
    for act in ["", "/role", "/remove"] {
        let page = format!("/organizations/{own}/members/{{}}{act}");
        pages_alike(&browser, &page, [&foreigner, NOTHING]).await;
    }
}
