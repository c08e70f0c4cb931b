//! A request to every door.

use reqwest::Method;
use routix_domain::log::Actor as LogActor;
use serde_json::{Value, json};

use super::{Ask, Round};
use crate::http::app::{APPS, DOORS, REGISTER, ROTATE, grant, registration, text};
use crate::http::browser::{Browser, Page};
use crate::http::client::answer;
use crate::http::code_flow::{AUTHORIZE, Request, VERIFIER, approve, consent_page, redeem, signed_in};
use crate::http::world::{Actor, PASSWORD};

const CONSENTS: &str = "/rest/v1/oauth_client_authorizations";
const USER_TOKEN: &str = "/auth/v1/token";
const SESSIONS: &str = "sessions are kept outside the log, so that they can be forgotten with the person";
const ISSUED: &str =
    "issuing a token to an app for itself is no event: the log must not grow with traffic; use is counted";
const RECORDS: &str = "records are the operator's own data, and nothing that the access layer decides";

/// A path as the source writes it: in quotes.
fn quoted(path: &str) -> String {
    format!("\"{path}\"")
}

fn post<'a>(round: &Round, path: &str, body: &Value) -> Ask<'a> {
    Ask::api(round.app.post(path).json(body))
}

/// A body with the client's id and secret.
fn of_client(round: &Round, mut body: Value) -> Value {
    let object = body.as_object_mut().unwrap();
    object.insert("client_id".to_owned(), json!(round.client.client_id));
    object.insert("client_secret".to_owned(), json!(round.client.secret));
    body
}

/// The fields of a form, one of them changed or added.
fn fields(page: &Page, form: &str, name: &str, value: &str) -> Vec<(String, String)> {
    let mut fields = page.form(form).fields;
    fields.retain(|(found, _)| found != name);
    fields.push((name.to_owned(), value.to_owned()));
    fields
}

/// Codes and tokens of apps.
pub(super) async fn tokens(round: &Round) {
    let member = LogActor::User(Actor::Member.id());
    let browser = signed_in(&round.app, Actor::Member).await;
    let request = Request::of(&round.client);
    for decision in ["approve", "deny"] {
        let page = consent_page(&browser, &request).await;
        let ask = Ask::Form(&browser, AUTHORIZE, fields(&page, "consent", "decision", decision));
        round.changes(("POST", "authorize::PATH"), member.clone(), ask).await;
    }
    by_token(round, &request).await;
    for path in DOORS {
        let door = ("POST", &*quoted(path));
        let code = approve(&browser, &request).await;
        let exchange = json!({"grant_type": "authorization_code", "code": code, "code_verifier": VERIFIER});
        round.changes(door, round.by_client(), post(round, path, &of_client(round, exchange))).await;
        let refresh = json!({"grant_type": "refresh_token", "refresh_token": refresh_token(round, &browser).await});
        round.changes(door, round.by_client(), post(round, path, &of_client(round, refresh))).await;
        let credentials = grant(&round.client.client_id, &round.client.secret);
        round.records_nothing(door, ISSUED, post(round, path, &credentials)).await;
    }
    let path = "/auth/v1/oauth/introspect";
    let asked = of_client(round, json!({"token": refresh_token(round, &browser).await}));
    round.records_nothing(("POST", &quoted(path)), "asking changes nothing", post(round, path, &asked)).await;
    let path = "/auth/v1/oauth/revoke";
    for token in [refresh_token(round, &browser).await, round.app.app_token(&round.client).await] {
        let given_back = of_client(round, json!({"token": token}));
        round.changes(("POST", &quoted(path)), round.by_client(), post(round, path, &given_back)).await;
    }
}

/// The same decisions at a front end of one's own.
async fn by_token(round: &Round, request: &Request) {
    const NAMES: &str = "/auth/v1/oauth/authorizations";
    let token = round.app.sign_in(Actor::Member).await;
    let create = || {
        let form =
            round.app.post(NAMES).bearer_auth(&token).header("content-type", "application/x-www-form-urlencoded");
        form.body(request.query())
    };
    round.records_nothing(("POST", &quoted(NAMES)), "nothing is stored before the decision", Ask::api(create())).await;
    for action in ["approve", "deny"] {
        let name = text(&answer(create()).await.expect(201).json()["authorization_id"]);
        let path = format!("{NAMES}/{name}/consent");
        let ask = Ask::api(round.app.post(&path).bearer_auth(&token).json(&json!({"action": action})));
        let door = quoted(&format!("{NAMES}/{{id}}/consent"));
        round.changes(("POST", &door), LogActor::User(Actor::Member.id()), ask).await;
    }
    let grants = "/auth/v1/user/oauth/grants";
    let path = format!("{grants}?client_id={}", round.client.client_id);
    let ask = Ask::api(round.app.request(Method::DELETE, &path).bearer_auth(&token));
    round.changes(("DELETE", &quoted(grants)), LogActor::User(Actor::Member.id()), ask).await;
}

async fn refresh_token(round: &Round, browser: &Browser) -> String {
    let code = approve(browser, &Request::of(&round.client)).await;
    text(&redeem(&round.app, &round.client, &code, json!({})).await.expect(200).json()["refresh_token"])
}

/// People's own sessions at the API.
pub(super) async fn people(round: &Round) {
    let door = ("POST", &*quoted(USER_TOKEN));
    let credentials = json!({"email": Actor::Owner.email(), "password": PASSWORD});
    let ask = post(round, &format!("{USER_TOKEN}?grant_type=password"), &credentials);
    round.records_nothing(door, SESSIONS, ask).await;
    let signed_in = round.app.password(Actor::Owner.email(), PASSWORD).await.expect(200).json();
    let refresh = json!({"refresh_token": signed_in["refresh_token"]});
    let ask = post(round, &format!("{USER_TOKEN}?grant_type=refresh_token"), &refresh);
    round.records_nothing(door, SESSIONS, ask).await;
    let path = "/auth/v1/logout";
    let ask = Ask::api(round.app.post(path).bearer_auth(text(&signed_in["access_token"])));
    round.records_nothing(("POST", &quoted(path)), SESSIONS, ask).await;
}

/// Apps and consents.
pub(super) async fn management(round: &Round) {
    let owner = LogActor::User(Actor::Owner.id());
    let app = &round.app;
    let ask = Ask::api(app.post(REGISTER).bearer_auth(&round.owner).json(&registration()));
    round.changes(("POST", &quoted(REGISTER)), owner.clone(), ask).await;
    // An app of its own: the others here go on with the secret they have.
    let other = app.new_app(&round.owner, json!({"name": "To rotate"})).await;
    let ask = Ask::api(app.post(ROTATE).bearer_auth(&round.owner).json(&json!({"oauth_app_id": other.app_id})));
    round.changes(("POST", &quoted(ROTATE)), owner.clone(), ask).await;
    let path = format!("{APPS}?id=eq.{}", other.app_id);
    for body in [json!({"name": "Renamed"}), json!({"status": "revoked"}), json!({"status": "active"})] {
        let ask = Ask::api(app.request(Method::PATCH, &path).bearer_auth(&round.owner).json(&body));
        round.changes(("PATCH", &quoted(APPS)), owner.clone(), ask).await;
    }
    let member = app.sign_in(Actor::Member).await;
    let consents = app.get(CONSENTS, &member).await.expect(200).json();
    let path = format!("{CONSENTS}?id=eq.{}", text(&consents[0]["id"]));
    let ask = Ask::api(app.request(Method::DELETE, &path).bearer_auth(&member));
    round.changes(("DELETE", &quoted(CONSENTS)), LogActor::User(Actor::Member.id()), ask).await;
}

/// The API proxy.
pub(super) async fn records(round: &Round) {
    let token = round.app.app_token(&round.client).await;
    for prefix in ["/functions/v1/api", "/api"] {
        let written = format!("\"{prefix}/{{*rest}}\"");
        let accounts = format!("{prefix}/v1/{}/accounts", round.app.world.branch.public_id);
        let ask = |method: Method, path: &str| {
            let body = json!({"company_name": "Vos Transport B.V."});
            round.app.request(method, path).bearer_auth(&token).json(&body)
        };
        round.records_nothing(("POST", &written), RECORDS, Ask::api(ask(Method::POST, &accounts))).await;
        let id = text(&answer(ask(Method::POST, &accounts)).await.expect(201).json()["data"]["id"]);
        let one = format!("{accounts}/{id}");
        round.records_nothing(("PATCH", &written), RECORDS, Ask::api(ask(Method::PATCH, &one))).await;
        for method in [Method::PUT, Method::DELETE] {
            round.is_refused((method.as_str(), &written), Ask::api(ask(method.clone(), &one))).await;
        }
    }
}

/// What people do at pages.
pub(super) async fn pages(round: &Round) {
    let browser = Browser::new(&round.app);
    let page = browser.get("/sign-in").await.expect(200);
    let mut form = fields(&page, "sign-in", "email", Actor::Member.email());
    form.retain(|(name, _)| name != "password");
    form.push(("password".to_owned(), PASSWORD.to_owned()));
    round.records_nothing(("POST", "SIGN_IN"), SESSIONS, Ask::Form(&browser, "/sign-in", form)).await;
    approve(&browser, &Request::of(&round.client)).await;
    let page = browser.get("/account").await.expect(200);
    for path in ["/account/sessions/end", "/account/sessions/end-others"] {
        let ask = Ask::Form(&browser, path, page.form(path).fields);
        round.records_nothing(("POST", &quoted(path)), SESSIONS, ask).await;
    }
    let path = "/account/apps/withdraw";
    let ask = Ask::Form(&browser, path, page.form(path).fields);
    round.changes(("POST", &quoted(path)), LogActor::User(Actor::Member.id()), ask).await;
    let page = browser.get("/account").await.expect(200);
    let ask = Ask::Form(&browser, "/sign-out", page.form("/sign-out").fields);
    round.records_nothing(("POST", "\"/sign-out\""), SESSIONS, ask).await;
}
