//! The owner of an organization, who commands it and approves at its pages.

use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use url::Url;
use url::form_urlencoded::Serializer;

use crate::command::{Command, challenge};
use crate::door;

/// The redirect URI of every app.
pub const CALLBACK: &str = "https://erp.example/callback";
const SCOPES: &str = "routix:accounts:read routix:accounts:write";
const AUTHORIZE: &str = "/auth/v1/oauth/authorize";
const TOKEN: &str = "/auth/v1/oauth/token";

/// An app, and the secret that it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct App {
    pub(crate) id: String,
    pub(crate) client_id: String,
    pub(crate) secret: String,
}

impl App {
    /// The app of a registration that showed its secret.
    pub(crate) fn of(answer: &Value) -> Option<Self> {
        let text = |pointer: &str| answer.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let (id, client_id) = (text("/app/id")?, text("/app/client_id")?);
        Some(Self { id, client_id, secret: text("/app/client_secret")? })
    }
}

/// An app, and the codes that a person's approvals have given it, with their verifiers.
#[derive(Clone, Debug)]
pub struct Approved {
    pub client_id: String,
    pub secret: String,
    pub codes: Vec<(String, String)>,
}

/// Somebody who has signed in, over the API and at the pages, and holds a token of an app to make records with.
#[derive(Clone, Debug)]
pub struct Person {
    http: Client,
    token: String,
    cookie: String,
    branch: String,
    records_token: String,
}

/// How he gets there.
pub(crate) type Host<'a> = &'a str;

impl Person {
    /// Signs in at `host:port`. `branch` is where he makes records.
    ///
    /// # Panics
    /// When that does not work.
    pub async fn signed_in(host: &str, (email, password): (&str, &str), branch: &str) -> Self {
        let http = door::client();
        let url = format!("http://{host}/auth/v1/token?grant_type=password");
        let answer = door::send(http.post(url).json(&json!({"email": email, "password": password}))).await;
        let token = answer.answer().map(|answer| text(answer, "access_token")).unwrap_or_else(|| panic!("{answer:?}"));
        let fields = [("email", email), ("password", password), ("return_to", "/account")];
        let request = http.post(format!("http://{host}/sign-in")).header("Sec-Fetch-Site", "same-origin");
        let page = request.form(&fields).send().await.unwrap();
        let cookie = page.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        let mut person = Self { http, token, cookie, branch: branch.to_owned(), records_token: String::new() };
        let command = Command::Register { name: "Records".to_owned() };
        let made = door::send(person.request(host, &command)).await;
        let app = made.answer().and_then(App::of).unwrap_or_else(|| panic!("{made:?}"));
        let given = door::send(person.credentials(host, &app)).await;
        let given = given.answer().unwrap_or_else(|| panic!("{given:?}"));
        person.records_token = text(given, "access_token");
        person
    }

    /// His own token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The token that he makes records with.
    pub fn records_token(&self) -> &str {
        &self.records_token
    }

    /// Registers an app under a name that is new, and approves it so many times.
    ///
    /// # Panics
    /// When that does not work.
    pub async fn approved(&self, host: &str, (name, many): (&str, usize)) -> Approved {
        let made = door::send(self.request(host, &Command::Register { name: name.to_owned() })).await;
        let app = made.answer().and_then(App::of).unwrap_or_else(|| panic!("{made:?}"));
        let mut codes = Vec::with_capacity(many);
        for number in 0..many {
            let verifier = format!("{number:043}");
            let approval = self.approval(host, &app, &challenge(&verifier)).await.unwrap();
            let answer = door::send(approval).await;
            let code = answer.answer().and_then(code).unwrap_or_else(|| panic!("{answer:?}"));
            codes.push((code, verifier));
        }
        Approved { client_id: app.client_id, secret: app.secret, codes }
    }

    /// The request of a command that needs nothing but itself.
    pub(crate) fn request(&self, host: Host<'_>, command: &Command) -> RequestBuilder {
        match command {
            Command::Register { name } => self.registration(host, name, CALLBACK),
            Command::Rotate { app_id } => {
                let body = json!({"oauth_app_id": app_id});
                self.post(host, "/functions/v1/rotate-oauth-secret").json(&body)
            }
            Command::Revoke { app_id } => self.change(host, app_id, &json!({"status": "revoked"})),
            Command::Change { app_id, description } => self.change(host, app_id, &json!({"description": description})),
            Command::Create { name } => {
                let path = format!("/functions/v1/api/v1/{}/accounts", self.branch);
                let request = self.http.post(format!("http://{host}{path}")).bearer_auth(&self.records_token);
                request.header("Idempotency-Key", name).json(&json!({"company_name": name}))
            }
            Command::Consent { .. } | Command::Exchange { .. } | Command::Refresh { .. } => {
                panic!("{command:?} needs more than itself")
            }
        }
    }

    pub(crate) fn registration(&self, host: Host<'_>, name: &str, callback: &str) -> RequestBuilder {
        let scopes: Vec<&str> = SCOPES.split(' ').collect();
        let app = json!({"name": name, "redirect_uris": [callback], "allowed_scopes": scopes});
        self.post(host, "/functions/v1/register-oauth-app").header("Idempotency-Key", name).json(&app)
    }

    fn post(&self, host: Host<'_>, path: &str) -> RequestBuilder {
        self.http.post(format!("http://{host}{path}")).bearer_auth(&self.token)
    }

    fn change(&self, host: Host<'_>, app_id: &str, change: &Value) -> RequestBuilder {
        let url = format!("http://{host}/rest/v1/oauth_apps?id=eq.{app_id}");
        self.http.patch(url).bearer_auth(&self.token).json(change)
    }

    pub(crate) fn credentials(&self, host: Host<'_>, app: &App) -> RequestBuilder {
        self.token_request(host, app, &[("grant_type", "client_credentials")])
    }

    fn token_request(&self, host: Host<'_>, app: &App, fields: &[(&str, &str)]) -> RequestBuilder {
        let client = [("client_id", app.client_id.as_str()), ("client_secret", app.secret.as_str())];
        let fields: Vec<_> = client.into_iter().chain(fields.iter().copied()).collect();
        self.http.post(format!("http://{host}{TOKEN}")).form(&fields)
    }

    pub(crate) fn exchange(&self, host: Host<'_>, app: &App, (code, verifier): (&str, &str)) -> RequestBuilder {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("code_verifier", verifier),
            ("redirect_uri", CALLBACK),
        ];
        self.token_request(host, app, &fields)
    }

    pub(crate) fn refresh(&self, host: Host<'_>, app: &App, token: &str) -> RequestBuilder {
        self.token_request(host, app, &[("grant_type", "refresh_token"), ("refresh_token", token)])
    }

    /// A request about a token of the app, at one of the doors for that.
    pub(crate) fn about_token(&self, (host, path): (Host<'_>, &str), app: &App, token: &str) -> RequestBuilder {
        let fields = [("client_id", &app.client_id), ("client_secret", &app.secret), ("token", &token.to_owned())];
        self.http.post(format!("http://{host}{path}")).form(&fields)
    }

    /// Opens the consent page for an app; the request that approves, when it was shown.
    pub(crate) async fn approval(&self, host: Host<'_>, app: &App, challenge: &str) -> Option<RequestBuilder> {
        let fields = [
            ("response_type", "code"),
            ("client_id", app.client_id.as_str()),
            ("redirect_uri", CALLBACK),
            ("scope", SCOPES),
            ("state", "af0ifjsldkj"),
            ("code_challenge", challenge),
            ("code_challenge_method", "S256"),
        ];
        let query = Serializer::new(String::new()).extend_pairs(fields).finish();
        let page = self.http.get(format!("http://{host}{AUTHORIZE}?{query}")).header("Cookie", &self.cookie);
        let shown = door::send(page.header("Sec-Fetch-Site", "none")).await;
        let shown = text(shown.answer()?, "text");
        let sealed = between(&shown, "name=\"request\" value=\"", "\"")?;
        let organization = between(&shown, "name=\"organization_id\" value=\"", "\"")?;
        let fields = [("request", sealed), ("organization_id", organization), ("decision", "approve")];
        let request = self.http.post(format!("http://{host}{AUTHORIZE}")).header("Cookie", &self.cookie);
        Some(request.header("Sec-Fetch-Site", "same-origin").form(&fields))
    }

    /// The names of all records that there are.
    ///
    /// # Panics
    /// When they cannot be listed.
    pub async fn records(&self, host: &str) -> Vec<String> {
        let mut names = Vec::new();
        loop {
            let path = format!("/functions/v1/api/v1/{}/accounts?limit=100&order=id", self.branch);
            let url = format!("http://{host}{path}&offset={}", names.len());
            let page = door::send(self.http.get(url).bearer_auth(&self.records_token)).await;
            let page = page.answer().unwrap_or_else(|| panic!("{page:?}"));
            let found = page["data"].as_array().unwrap();
            if found.is_empty() {
                return names;
            }
            names.extend(found.iter().map(|record| text(record, "company_name")));
        }
    }
}

/// The code with which an approval leads back to the app.
pub(crate) fn code(answer: &Value) -> Option<String> {
    let location = Url::parse(answer["location"].as_str()?).ok()?;
    location.query_pairs().find(|(name, _)| name == "code").map(|(_, code)| code.into_owned())
}

pub(crate) fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}")).to_owned()
}

/// What stands between two texts.
fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.split_once(before).and_then(|(_, rest)| rest.split_once(after)).map(|(found, _)| found)
}
