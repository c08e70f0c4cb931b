//! Somebody who asks, and holds every answer to what a bad day of the database may look like from outside.

use std::time::Duration;

use reqwest::header::RETRY_AFTER;
use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Value, json};

/// So long a client waits. Whoever makes him wait longer is not there.
const LIMIT: Duration = Duration::from_secs(15);
/// How long somebody waits who knows that it is slow today.
const PATIENCE: Duration = Duration::from_secs(60);

/// What no answer may say of the database.
const UNSAID: [&str; 8] = ["postgres", "127.0.0.1", "SELECT", "INSERT", "the-password", "sqlx", "os error", "/src/"];

/// A person, with his token.
#[derive(Clone)]
pub(super) struct Client {
    http: reqwest::Client,
    base: String,
    token: String,
}

#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) retry_after: Option<u32>,
    pub(super) text: String,
}

/// An app, as its registration answers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct App {
    pub(super) id: String,
    pub(super) client_id: String,
    pub(super) secret: String,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {}", self.text))
    }

    pub(super) fn at(&self, pointer: &str) -> String {
        let json = self.json();
        let found = json.pointer(pointer).and_then(Value::as_str);
        found.unwrap_or_else(|| panic!("no {pointer} in {}", self.text)).to_owned()
    }

    /// Whether it was done; if not, then because the database was away, and the caller is told so and nothing else.
    pub(super) fn is_done(&self) -> bool {
        if self.status.is_success() {
            return true;
        }
        assert_eq!(self.status, 503, "{self:?}");
        assert!(self.retry_after.is_some(), "{self:?}");
        assert!(self.json()["error"].is_string() && self.json()["request_id"].is_string(), "{self:?}");
        self.says_nothing_of_the_database();
        false
    }

    pub(super) fn says_nothing_of_the_database(&self) {
        assert!(UNSAID.iter().all(|unsaid| !self.text.contains(unsaid)), "{self:?}");
    }

    /// What it says, when it was done.
    pub(super) fn done(self) -> Self {
        assert!(self.is_done(), "{self:?}");
        self
    }
}

impl Client {
    /// Signs in at `host:port`.
    pub(super) async fn signed_in(host: &str, email: &str, password: &str) -> Self {
        let nobody = Self { http: http(LIMIT), base: format!("http://{host}"), token: String::new() };
        let url = nobody.url("/auth/v1/token?grant_type=password");
        let answer = nobody.ask(nobody.http.post(url).json(&json!({"email": email, "password": password}))).await;
        let token = answer.done().at("/access_token");
        Self { token, ..nobody }
    }

    /// The same person, who waits for longer.
    pub(super) fn patient(&self) -> Self {
        Self { http: http(PATIENCE), ..self.clone() }
    }

    /// The same person at another server.
    pub(super) fn at(&self, host: &str) -> Self {
        Self { base: format!("http://{host}"), ..self.clone() }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Sends a request, which must be answered in time.
    async fn ask(&self, request: RequestBuilder) -> Answer {
        self.try_ask(request).await.unwrap_or_else(|error| panic!("no answer: {error:?}"))
    }

    async fn try_ask(&self, request: RequestBuilder) -> reqwest::Result<Answer> {
        let response = request.send().await?;
        let header = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let retry_after = header.and_then(|seconds| seconds.parse().ok());
        Ok(Answer { status: response.status(), retry_after, text: response.text().await? })
    }

    /// Looks at one of the operators' doors.
    pub(super) async fn look(&self, path: &str) -> Answer {
        self.ask(self.http.get(self.url(path))).await
    }

    /// Asks for a token with an app's credentials.
    pub(super) async fn token(&self, app: &App) -> Answer {
        self.ask(self.token_request(app)).await
    }

    /// As [`Self::token`]; nothing when the server is not there any more.
    pub(super) async fn token_if_any(&self, app: &App) -> Option<Answer> {
        self.try_ask(self.token_request(app)).await.ok()
    }

    fn token_request(&self, app: &App) -> RequestBuilder {
        let form =
            [("grant_type", "client_credentials"), ("client_id", &app.client_id), ("client_secret", &app.secret)];
        self.http.post(self.url("/functions/v1/oauth-token")).form(&form)
    }

    /// Lists records as an app.
    pub(super) async fn list(&self, token: &str, branch: &str) -> Answer {
        let url = self.url(&format!("/functions/v1/api/v1/{branch}/accounts?limit=1"));
        self.ask(self.http.get(url).bearer_auth(token)).await
    }

    /// How many accounts have this name.
    pub(super) async fn accounts_named(&self, token: &str, (branch, company): (&str, &str)) -> u64 {
        let url = self.url(&format!("/functions/v1/api/v1/{branch}/accounts?company_name={company}"));
        let answer = self.ask(self.http.get(url).bearer_auth(token)).await.done();
        answer.json()["pagination"]["total"].as_u64().unwrap()
    }

    /// Makes a record as an app.
    pub(super) async fn create(&self, token: &str, (branch, company): (&str, &str)) -> Answer {
        let url = self.url(&format!("/functions/v1/api/v1/{branch}/accounts"));
        let request = self.http.post(url).bearer_auth(token).header("Idempotency-Key", company);
        self.ask(request.json(&json!({"company_name": company}))).await
    }

    /// Registers an app under a key.
    pub(super) async fn register(&self, key: &str) -> Answer {
        self.ask(self.registration(key)).await
    }

    /// As [`Self::register`]; nothing when the server is not there any more.
    pub(super) async fn register_if_any(&self, key: &str) -> Option<Answer> {
        self.try_ask(self.registration(key)).await.ok()
    }

    fn registration(&self, key: &str) -> RequestBuilder {
        let app = json!({
            "name": key,
            "redirect_uris": ["https://myerp.com/callback"],
            "allowed_scopes": ["routix:accounts:read", "routix:accounts:write"],
        });
        let request = self.http.post(self.url("/functions/v1/register-oauth-app")).bearer_auth(&self.token);
        request.header("Idempotency-Key", key).json(&app)
    }

    /// Registers an app on a good day.
    pub(super) async fn registered(&self, key: &str) -> App {
        app(&self.register(key).await.done())
    }

    /// Gives an app another secret, at once.
    pub(super) async fn rotate(&self, app: &App) -> Answer {
        let request = self.http.post(self.url("/functions/v1/rotate-oauth-secret")).bearer_auth(&self.token);
        self.ask(request.json(&json!({"oauth_app_id": app.id}))).await
    }

    /// How often an app's secret was rotated, as its history shows it.
    pub(super) async fn rotations(&self, app: &App) -> usize {
        let url = self.url(&format!("/rest/v1/oauth_apps/{}/events?type=app.secret_rotated&limit=1000", app.id));
        let answer = self.ask(self.http.get(url).bearer_auth(&self.token)).await.done();
        answer.json().as_array().unwrap().len()
    }

    /// The names and ids of all apps.
    pub(super) async fn apps(&self) -> Vec<(String, String)> {
        let request = self.http.get(self.url("/rest/v1/oauth_apps?select=name,id")).bearer_auth(&self.token);
        let apps = self.ask(request).await.done().json();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        apps.as_array().unwrap().iter().map(|app| (text(&app["name"]), text(&app["id"]))).collect()
    }

    /// The ids of all apps with this name.
    pub(super) async fn apps_named(&self, name: &str) -> Vec<String> {
        let apps = self.apps().await.into_iter();
        apps.filter(|(other, _)| other == name).map(|(_, id)| id).collect()
    }
}

/// Each request has a connection of its own.
fn http(limit: Duration) -> reqwest::Client {
    reqwest::Client::builder().timeout(limit).pool_max_idle_per_host(0).build().unwrap()
}

/// What a registration that showed a secret says.
pub(super) fn app(answer: &Answer) -> App {
    App { id: answer.at("/app/id"), client_id: answer.at("/app/client_id"), secret: answer.at("/app/client_secret") }
}
