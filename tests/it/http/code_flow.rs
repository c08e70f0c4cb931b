//! Authorization requests, the way through the consent page, and what the log has of it.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use url::Url;

use super::app::{Registered, TestApp};
use super::browser::{Browser, Page};
use super::client::{Answer, answer};
use super::world::Actor;

pub(crate) const AUTHORIZE: &str = "/auth/v1/oauth/authorize";
pub(crate) const TOKEN: &str = "/auth/v1/oauth/token";
/// The redirect URI of an app that `TestApp::new_app` makes.
pub(crate) const REDIRECT_URI: &str = "https://myerp.example/callback";
pub(crate) const SCOPE: &str = "routix:accounts:read routix:orders:read";
/// The pair of RFC 7636, appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// The parameters of an authorization request, in their order.
#[derive(Clone, Debug)]
pub(crate) struct Request(Vec<(String, String)>);

impl Request {
    /// A request with nothing wrong.
    pub(crate) fn of(client: &Registered) -> Self {
        let parameters = [
            ("response_type", "code"),
            ("client_id", client.client_id.as_str()),
            ("redirect_uri", REDIRECT_URI),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("scope", SCOPE),
            ("state", "xyz"),
        ];
        Self(parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).into())
    }

    /// With another value, in the place of the one it had.
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut changed = self.clone();
        match changed.0.iter_mut().find(|(found, _)| found == name) {
            Some((_, old)) => value.clone_into(old),
            None => return self.and(name, value),
        }
        changed
    }

    /// With a parameter more, whether it has one of this name or not.
    pub(crate) fn and(&self, name: &str, value: &str) -> Self {
        let mut changed = self.clone();
        changed.0.push((name.to_owned(), value.to_owned()));
        changed
    }

    pub(crate) fn without(&self, name: &str) -> Self {
        Self(self.0.iter().filter(|(found, _)| found != name).cloned().collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// The path to send a browser to.
    pub(crate) fn path(&self) -> String {
        format!("{AUTHORIZE}?{}", self.query())
    }

    /// The parameters as they are written in a URL, and in a form.
    pub(crate) fn query(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }
}

/// A service with an app of the first organization. `fields` say what differs from `TestApp::new_app`.
pub(crate) async fn start(fields: Value) -> (TestApp, Registered) {
    let app = TestApp::start_with(|config| config.failure_limit = 0).await;
    let client = app.new_app(&app.sign_in(Actor::Owner).await, fields).await;
    (app, client)
}

/// A browser in which somebody has signed in.
pub(crate) async fn signed_in(app: &TestApp, actor: Actor) -> Browser {
    let browser = Browser::new(app);
    browser.sign_in(actor).await;
    browser
}

/// The consent page of a request.
pub(crate) async fn consent_page(browser: &Browser, request: &Request) -> Page {
    browser.get(&request.path()).await.expect(200)
}

/// Answers a consent page, for the organization that is chosen there unless another is named.
pub(crate) async fn decide(browser: &Browser, page: &Page, decision: &str) -> Page {
    browser.submit(page, "consent", &[("decision", decision)]).await
}

/// Goes all the way with one organization to choose from, and returns the code.
pub(crate) async fn approve(browser: &Browser, request: &Request) -> String {
    let page = consent_page(browser, request).await;
    code(&decide(browser, &page, "approve").await)
}

/// The parameters with which a browser is sent to the client, each of which is there once.
pub(crate) fn returned(page: &Page) -> BTreeMap<String, String> {
    assert_eq!(page.status, 303, "{} {}", page.path, page.text);
    let url = Url::parse(page.location()).unwrap_or_else(|error| panic!("{error}: {:?}", page.location()));
    let mut parameters = BTreeMap::new();
    for (name, value) in url.query_pairs() {
        let before = parameters.insert(name.clone().into_owned(), value.into_owned());
        assert_eq!(before, None, "{name} is there twice: {}", page.location());
    }
    parameters
}

pub(crate) fn code(page: &Page) -> String {
    returned(page).remove("code").unwrap_or_else(|| panic!("no code: {}", page.location()))
}

/// The `error` of a redirect.
pub(crate) fn error(page: &Page) -> String {
    returned(page).remove("error").unwrap_or_else(|| panic!("no error: {}", page.location()))
}

/// Redeems a code, with what is changed or added. `null` leaves a parameter out.
pub(crate) async fn redeem(app: &TestApp, client: &Registered, code: &str, changes: Value) -> Answer {
    let mut body = json!({
        "grant_type": "authorization_code",
        "code": code,
        "code_verifier": VERIFIER,
        "client_id": client.client_id,
        "client_secret": client.secret,
    });
    let body_members = body.as_object_mut().unwrap();
    body_members.extend(changes.as_object().unwrap().clone());
    body_members.retain(|_, value| !value.is_null());
    answer(app.post(TOKEN).json(&body)).await
}

/// An event of a decision: its type, the stream it is on, and what it says.
#[derive(Clone, Debug)]
pub(crate) struct Decided {
    pub(crate) kind: String,
    pub(crate) stream: String,
    pub(crate) data: Value,
}

/// What the log has of authorizations and consents, oldest first.
pub(crate) fn decisions(app: &TestApp) -> Vec<Decided> {
    let object = if app.place.is_postgres() { "json_build_array" } else { "json_array" };
    let payload = if app.place.is_postgres() { "payload" } else { "json(payload)" };
    let rows = app.place.sql(
        "events",
        &format!(
            "SELECT CAST({object}(event_type, aggregate_id, {payload}) AS TEXT) FROM events
             WHERE aggregate_type IN ('authorization', 'consent') ORDER BY position"
        ),
    );
    let decided = |row: String| {
        let (kind, stream, data) = serde_json::from_str(&row).unwrap();
        Decided { kind, stream, data }
    };
    rows.into_iter().map(decided).collect()
}

/// The types of these events.
pub(crate) fn kinds(app: &TestApp) -> Vec<String> {
    decisions(app).into_iter().map(|decided| decided.kind).collect()
}
