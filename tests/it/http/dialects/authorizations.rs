//! The consent of auth-js: an authorization under its name, decided by whoever holds the user token.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use futures_util::future::join_all;
use reqwest::Method;
use routix_domain::organization::Role;
use routix_domain::value::BranchRestriction;
use serde_json::{Value, json};
use url::Url;

use crate::http::app::{Registered, TestApp, text};
use crate::http::client::{Answer, answer};
use crate::http::code_flow::{Request, SCOPE, TOKEN, consent_page, decide, decisions, kinds, redeem, signed_in, start};
use crate::http::world::{Actor, origin};

const NAMES: &str = "/auth/v1/oauth/authorizations";
const GRANTS: &str = "/auth/v1/user/oauth/grants";

async fn create(app: &TestApp, token: &str, form: String) -> Answer {
    let request = app.post(NAMES).bearer_auth(token);
    answer(request.header("content-type", "application/x-www-form-urlencoded").body(form)).await
}

/// The name of the usual request.
async fn name(app: &TestApp, token: &str, client: &Registered) -> String {
    text(&create(app, token, Request::of(client).query()).await.expect(201).json()["authorization_id"])
}

async fn consent(app: &TestApp, token: &str, name: &str, body: Value) -> Answer {
    answer(app.post(&format!("{NAMES}/{name}/consent")).bearer_auth(token).json(&body)).await
}

/// Where the browser is sent, and with what.
fn sent(answer: &Answer) -> (String, BTreeMap<String, String>) {
    let mut url: Url = text(&answer.json()["redirect_url"]).parse().unwrap();
    let parameters = url.query_pairs().into_owned().collect();
    url.set_query(None);
    (url.to_string(), parameters)
}

#[tokio::test]
async fn a_front_end_of_ones_own_shows_a_request_and_approves_it() {
    let (app, client) = start(json!({"homepage_url": "https://myerp.example"})).await;
    let member = app.sign_in(Actor::Member).await;
    let created = create(&app, &member, Request::of(&client).query()).await.expect(201);
    let name = text(&created.json()["authorization_id"]);
    let shown = app.get(&format!("{NAMES}/{name}"), &member).await.expect(200);
    assert_eq!((shown.json(), shown.header("cache-control")), (created.json(), "no-store"));
    let expected = json!({
        "authorization_id": name,
        "redirect_uri": "https://myerp.example/callback",
        "client": {"id": client.client_id, "name": "My ERP Sync", "uri": "https://myerp.example", "logo_uri": ""},
        "user": {"id": Actor::Member.id(), "email": Actor::Member.email()},
        "scope": SCOPE,
        "organizations": [{"id": app.world.organization, "name": "One"}],
        "expires_at": "2026-03-01T12:10:00.000000Z",
    });
    assert_eq!(shown.json(), expected);
    assert!(kinds(&app).is_empty(), "nothing is stored before the decision");
    let approved = consent(&app, &member, &name, json!({"action": "approve"})).await.expect(200);
    let (uri, parameters) = sent(&approved);
    assert_eq!(uri, "https://myerp.example/callback");
    assert_eq!((parameters["state"].as_str(), parameters["iss"].as_str()), ("xyz", app.url("").as_str()));
    let tokens = redeem(&app, &client, &parameters["code"], json!({})).await.expect(200).json();
    assert_eq!(app.proxy_status(&text(&tokens["access_token"])).await, 200);
    assert_eq!(kinds(&app)[..2], ["authorization.code_issued", "consent.granted"]);
}

#[tokio::test]
async fn a_refusal_is_a_redirect_and_one_authorization_is_decided_once() {
    let (app, client) = start(json!({})).await;
    let member = app.sign_in(Actor::Member).await;
    let denied = name(&app, &member, &client).await;
    let (_, parameters) = sent(&consent(&app, &member, &denied, json!({"action": "deny"})).await.expect(200));
    assert_eq!((parameters["error"].as_str(), parameters["state"].as_str()), ("access_denied", "xyz"));
    let late = consent(&app, &member, &denied, json!({"action": "approve"})).await;
    assert_eq!(late.failure(), (409, "conflict".to_owned()));
    assert_eq!(late.json()["error_code"], "conflict");
    let approved = name(&app, &member, &client).await;
    let first = consent(&app, &member, &approved, json!({"action": "approve"})).await.expect(200);
    let again = consent(&app, &member, &approved, json!({"action": "approve"})).await.expect(200);
    assert_eq!(first.json(), again.json(), "an answer that was lost can be asked for again");
    let late = consent(&app, &member, &approved, json!({"action": "deny"})).await;
    assert_eq!(late.failure(), (409, "conflict".to_owned()));
}

#[tokio::test]
async fn of_racing_decisions_one_counts() {
    let (app, client) = start(json!({})).await;
    let member = app.sign_in(Actor::Member).await;
    let name = name(&app, &member, &client).await;
    let decide = |action| consent(&app, &member, &name, json!({"action": action}));
    let racing = (0..10).map(|n| decide(if n % 2 == 0 { "approve" } else { "deny" }));
    let answers = join_all(racing).await;
    assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 409)), "{answers:?}");
    let urls: BTreeSet<String> = answers
        .iter()
        .filter(|answer| answer.status == 200)
        .map(|answer| text(&answer.json()["redirect_url"]))
        .collect();
    assert_eq!(urls.len(), 1, "{urls:?}");
    let decided: Vec<String> = kinds(&app).into_iter().filter(|kind| kind.starts_with("authorization.")).collect();
    assert_eq!(decided.len(), 1, "{decided:?}");
}

#[tokio::test]
async fn a_name_is_of_one_session_and_of_nobody_else() {
    let (app, client) = start(json!({})).await;
    let (member, again) = (app.sign_in(Actor::Member).await, app.sign_in(Actor::Member).await);
    let owner = app.sign_in(Actor::Owner).await;
    let named = name(&app, &member, &client).await;
    let page = consent_page(&signed_in(&app, Actor::Member).await, &Request::of(&client)).await;
    let of_a_form = page.field("consent", "request");
    // In the middle: the last character of Base64 may hold bits that nothing reads.
    let (head, tail) = named.split_at(named.len() / 2);
    let changed = format!("{head}{}{}", if tail.starts_with('A') { 'B' } else { 'A' }, &tail[1..]);
    let unknown = consent(&app, &member, "a1.x", json!({"action": "approve"})).await;
    assert_eq!(unknown.failure(), (404, "not_found".to_owned()));
    for (token, name) in [(&owner, &named), (&again, &named), (&member, &of_a_form), (&member, &changed)] {
        for action in ["approve", "deny"] {
            let refused = consent(&app, token, name, json!({"action": action})).await;
            assert_eq!(refused.status, 404, "{name}");
            assert_eq!(refused.without_request_id(), unknown.without_request_id(), "{name}");
        }
        assert_eq!(app.get(&format!("{NAMES}/{name}"), token).await.status, 404, "{name}");
    }
    let form = signed_in(&app, Actor::Member).await;
    let page = consent_page(&form, &Request::of(&client)).await;
    let posted = form.submit(&page, "consent", &[("request", &named), ("decision", "approve")]).await;
    assert_eq!(posted.status, 403, "and it is no form of the consent page");
    assert!(kinds(&app).is_empty());
    consent(&app, &member, &named, json!({"action": "approve"})).await.expect(200);
}

#[tokio::test]
async fn a_name_is_good_for_ten_minutes_and_as_long_as_the_session() {
    let (app, client) = start(json!({})).await;
    let member = app.sign_in(Actor::Member).await;
    let named = name(&app, &member, &client).await;
    app.clock.advance(TimeDelta::seconds(599));
    app.get(&format!("{NAMES}/{named}"), &member).await.expect(200);
    app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(consent(&app, &member, &named, json!({"action": "approve"})).await.status, 404);
    let named = name(&app, &member, &client).await;
    answer(app.post("/auth/v1/logout").bearer_auth(&member)).await.expect(204);
    assert_eq!(consent(&app, &member, &named, json!({"action": "approve"})).await.status, 401);
    assert!(kinds(&app).is_empty());
}

#[tokio::test]
async fn a_redirect_uri_that_was_left_out_and_changed_since_ends_the_name() {
    let (app, client) = start(json!({})).await;
    let (owner, member) = (app.sign_in(Actor::Owner).await, app.sign_in(Actor::Member).await);
    let form = Request::of(&client).without("redirect_uri").query();
    let named = text(&create(&app, &member, form).await.expect(201).json()["authorization_id"]);
    app.get(&format!("{NAMES}/{named}"), &member).await.expect(200);
    app.change(&owner, &client.app_id, &json!({"redirect_uris": ["https://elsewhere.example/"]})).await.expect(204);
    for action in ["approve", "deny"] {
        assert_eq!(consent(&app, &member, &named, json!({"action": action})).await.status, 404, "{action}");
    }
    app.get(&format!("{NAMES}/{named}"), &member).await.expect(404);
    assert!(kinds(&app).is_empty());
}

#[tokio::test]
async fn a_request_whose_name_would_not_fit_into_a_path_is_too_large() {
    let (app, client) = start(json!({})).await;
    let member = app.sign_in(Actor::Member).await;
    // A quotation mark is two bytes where the query is kept.
    for (filler, count, status) in [("a", 4_500, 201), ("a", 5_000, 413), ("\"", 1_500, 201), ("\"", 3_500, 413)] {
        let form = format!("{}&ignored={}", Request::of(&client).query(), filler.repeat(count));
        let created = create(&app, &member, form).await.expect(status);
        if status == 201 {
            let named = text(&created.json()["authorization_id"]);
            app.get(&format!("{NAMES}/{named}"), &member).await.expect(200);
        } else {
            assert_eq!(created.failure(), (413, "payload_too_large".to_owned()));
        }
    }
}

#[tokio::test]
async fn who_belongs_to_several_organizations_says_which() {
    let (app, client) = start(json!({})).await;
    let (one, two) = (app.world.organization, app.world.foreign_organization);
    app.commands.add_member((two, Actor::Member.id()), Role::Member, BranchRestriction::All, &origin()).await.unwrap();
    let member = app.sign_in(Actor::Member).await;
    let named = name(&app, &member, &client).await;
    let fault = |code: &str| [("organization_id".to_owned(), code.to_owned())];
    for (organization, code) in [
        (json!(null), "required"),
        (json!("00000000-0000-4000-8000-000000000000"), "invalid_value"),
        (json!(7), "invalid_value"),
    ] {
        let refused =
            consent(&app, &member, &named, json!({"action": "approve", "organization_id": organization})).await;
        assert_eq!((refused.status, refused.faults()), (400, fault(code).to_vec()), "{organization}");
    }
    assert!(kinds(&app).is_empty());
    let body = json!({"action": "approve", "organization_id": two});
    consent(&app, &member, &named, body).await.expect(200);
    let form = Request::of(&client).and("organization_id", &one.to_string()).query();
    let created = create(&app, &member, form).await.expect(201).json();
    assert_eq!(created["organizations"], json!([{"id": one, "name": "One"}]));
    consent(&app, &member, &text(&created["authorization_id"]), json!({"action": "approve"})).await.expect(200);
    let bound: Vec<Value> =
        decisions(&app).into_iter().filter_map(|decided| decided.data.get("organization_id").cloned()).collect();
    assert!(bound.contains(&json!(one)) && bound.contains(&json!(two)), "{bound:?}");
    let foreign = Request::of(&client).and("organization_id", "00000000-0000-4000-8000-000000000000").query();
    assert_eq!(create(&app, &member, foreign).await.expect(400).faults(), fault("invalid_value"));
}

#[tokio::test]
async fn cookies_decide_nothing() {
    let (app, client) = start(json!({})).await;
    let member = app.sign_in(Actor::Member).await;
    let named = name(&app, &member, &client).await;
    let browser = signed_in(&app, Actor::Member).await;
    let session = browser.cookie("routix_session").map(|value| format!("routix_session={value}"));
    let session = session.unwrap_or_else(|| panic!("no session cookie"));
    for (method, path) in [
        (Method::POST, NAMES.to_owned()),
        (Method::GET, format!("{NAMES}/{named}")),
        (Method::POST, format!("{NAMES}/{named}/consent")),
        (Method::GET, GRANTS.to_owned()),
        (Method::DELETE, format!("{GRANTS}?client_id={}", client.client_id)),
    ] {
        let request = app.request(method.clone(), &path).header("cookie", &session).header("origin", app.url(""));
        let refused = answer(request.json(&json!({"action": "approve"}))).await;
        assert_eq!(refused.failure(), (401, "invalid_token".to_owned()), "{method} {path}");
    }
    assert!(kinds(&app).is_empty());
}

#[tokio::test]
async fn only_people_decide_and_only_what_they_may() {
    let scopes = ["routix:accounts:read", "routix:orders:read", "routix:accounts:write"];
    let (app, client) = start(json!({"allowed_scopes": scopes})).await;
    let app_token = app.app_token(&client).await;
    let form = Request::of(&client).query();
    assert_eq!(create(&app, &app_token, form.clone()).await.failure(), (403, "invalid_token_type".to_owned()));
    let viewer = app.sign_in(Actor::Viewer).await;
    let writes = Request::of(&client).with("scope", "routix:accounts:write").query();
    assert_eq!(create(&app, &viewer, writes).await.failure(), (403, "forbidden".to_owned()));
    for (form, error) in [
        (Request::of(&client).with("client_id", "x").query(), "invalid_request"),
        (Request::of(&client).with("redirect_uri", "https://evil.example/").query(), "invalid_request"),
        (Request::of(&client).with("scope", "routix:vehicles:read").query(), "invalid_scope"),
        (Request::of(&client).with("code_challenge_method", "plain").query(), "invalid_request"),
        (Request::of(&client).with("response_type", "token").query(), "unsupported_response_type"),
        (Request::of(&client).and("state", "again").query(), "invalid_request"),
        (String::new(), "invalid_request"),
    ] {
        let refused = create(&app, &viewer, form.clone()).await;
        assert_eq!((refused.failure(), refused.header("location")), ((400, error.to_owned()), ""), "{form}");
    }
    let json = answer(app.post(NAMES).bearer_auth(&viewer).json(&json!({}))).await;
    assert_eq!(json.failure(), (415, "unsupported_media_type".to_owned()));
    let named = name(&app, &viewer, &client).await;
    for body in [json!({}), json!({"action": "maybe"}), json!({"action": true})] {
        let refused = consent(&app, &viewer, &named, body).await;
        assert_eq!(refused.faults(), [("action".to_owned(), "invalid_value".to_owned())]);
    }
    let owner = app.sign_in(Actor::Owner).await;
    app.change(&owner, &client.app_id, &json!({"status": "revoked"})).await.expect(204);
    assert_eq!(consent(&app, &viewer, &named, json!({"action": "approve"})).await.status, 400, "revoked meanwhile");
    assert!(kinds(&app).is_empty());
}

#[tokio::test]
async fn grants_are_listed_and_withdrawn_by_client() {
    let (app, client) = start(json!({})).await;
    let member = app.sign_in(Actor::Member).await;
    assert_eq!(app.get(GRANTS, &member).await.expect(200).json(), json!([]));
    let browser = signed_in(&app, Actor::Member).await;
    let page = consent_page(&browser, &Request::of(&client)).await;
    let code = crate::http::code_flow::code(&decide(&browser, &page, "approve").await);
    let tokens = redeem(&app, &client, &code, json!({})).await.expect(200).json();
    let granted = json!([{
        "client": {"id": client.client_id, "name": "My ERP Sync", "uri": "", "logo_uri": ""},
        "organization_id": app.world.organization,
        "scopes": ["routix:accounts:read", "routix:orders:read"],
        "granted_at": "2026-03-01T12:00:00.000000Z",
    }]);
    assert_eq!(app.get(GRANTS, &member).await.expect(200).json(), granted);
    let withdraw = async |token: &str, query: &str| {
        answer(app.request(Method::DELETE, &format!("{GRANTS}{query}")).bearer_auth(token)).await
    };
    let query = format!("?client_id={}", client.client_id);
    let owner = app.sign_in(Actor::Owner).await;
    assert_eq!(withdraw(&owner, &query).await.failure(), (404, "not_found".to_owned()), "another's is not his");
    assert_eq!(withdraw(&member, "").await.faults(), [("client_id".to_owned(), "required".to_owned())]);
    assert_eq!(withdraw(&member, &query).await.expect(204).text, "");
    assert_eq!(withdraw(&member, &query).await.status, 404);
    assert_eq!(app.get(GRANTS, &member).await.expect(200).json(), json!([]));
    let refresh = json!({"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]});
    assert_eq!(answer(app.post(TOKEN).json(&refresh)).await.status, 400);
    assert_eq!(app.proxy_status(&text(&tokens["access_token"])).await, 401);
}
