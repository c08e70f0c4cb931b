//! A good request for each operation that `/openapi.json` describes.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::identities::{Identity, Tokens};
use crate::http::app::{DOORS, REGISTER, ROTATE, Registered, TestApp, grant, registration, text};
use crate::http::client::answer;
use crate::http::world::{Actor, PASSWORD};

const AUTHORIZATIONS: &str = "/auth/v1/oauth/authorizations";
const GRANTS: &str = "/auth/v1/user/oauth/grants";
pub(super) const CONSENTS: &str = "/rest/v1/oauth_client_authorizations";
const PROXY: &str = "/functions/v1/api/";
/// The name of one of the schemas.
const EVENT: &str = "app.registered.v1.json";
/// An id that nothing has.
const NOTHING: &str = "00000000-0000-4000-8000-000000000000";

pub(super) struct Caller<'a> {
    pub(super) app: &'a TestApp,
    document: Value,
    /// Whose authorizations and consents they are.
    owner: String,
    /// What managers may change, and with whose secret the doors are asked.
    managed: Registered,
    /// Whose secret managers may rotate.
    rotated: Registered,
    /// A record of each resource that can be written, by the path of its list.
    records: BTreeMap<String, String>,
    made: AtomicU32,
}

impl<'a> Caller<'a> {
    pub(super) async fn new(app: &'a TestApp, tokens: &Tokens) -> Self {
        let (token, owner) = (tokens.everything(), tokens.of(Identity::Owner).unwrap_or_default());
        let document = answer(app.request(Method::GET, "/openapi.json")).await.expect(200).json();
        let managed = app.new_app(&app.sign_in(Actor::Owner).await, json!({"name": "Managed"})).await;
        let rotated = app.new_app(&app.sign_in(Actor::Owner).await, json!({"name": "Rotated"})).await;
        let (records, made) = (BTreeMap::new(), AtomicU32::new(0));
        let mut caller = Self { app, document, owner, managed, rotated, records, made };
        for (method, path) in caller.operations() {
            if method == "POST" && path.starts_with(PROXY) {
                let created = answer(caller.request((&method, &path)).await.bearer_auth(&token)).await.expect(201);
                let id = created.json()["data"]["id"].as_str().unwrap().to_owned();
                caller.records.insert(path, id);
            }
        }
        caller
    }

    /// Method and path of every operation, in the order of their paths.
    pub(super) fn operations(&self) -> Vec<(String, String)> {
        let paths = self.document["paths"].as_object().unwrap();
        let mut all: Vec<(String, String)> = Vec::new();
        for (path, item) in paths {
            all.extend(item.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone())));
        }
        all.sort_by(|(a_method, a), (b_method, b)| (a, a_method).cmp(&(b, b_method)));
        all
    }

    /// The request, but for who sends it.
    pub(super) async fn request(&self, (method, path): (&str, &str)) -> RequestBuilder {
        let path_and_query = self.path((method, path)).await;
        let request = self.app.request(method.parse().unwrap(), &path_and_query).header("prefer", "count=exact");
        let body = self.body((method, path));
        if body.is_null() {
            request
        } else if path == AUTHORIZATIONS {
            request.form(&body)
        } else {
            request.json(&body)
        }
    }

    /// An authorization that the owner has named and not decided yet.
    async fn named(&self) -> String {
        let request = self.app.post(AUTHORIZATIONS).bearer_auth(&self.owner);
        let named = answer(request.form(&self.body(("POST", AUTHORIZATIONS)))).await.expect(201);
        text(&named.json()["authorization_id"])
    }

    /// The owner lets the app act for him, once more; the id of his consent.
    async fn consented(&self) -> String {
        let path = format!("{AUTHORIZATIONS}/{}/consent", self.named().await);
        let body = json!({"action": "approve"});
        answer(self.app.post(&path).bearer_auth(&self.owner).json(&body)).await.expect(200);
        let of_owner = format!("{CONSENTS}?user_id=eq.{}", Actor::Owner.id());
        text(&self.app.get(&of_owner, &self.owner).await.expect(200).json()[0]["id"])
    }

    async fn path(&self, (method, path): (&str, &str)) -> String {
        let (app, list) = (&self.managed.app_id, path.trim_end_matches("/{id}"));
        let id = match path {
            _ if path.starts_with("/rest/v1/oauth_apps/") => app.clone(),
            _ if path.starts_with(&format!("{AUTHORIZATIONS}/")) => self.named().await,
            _ => self.records.get(list).map_or(NOTHING, String::as_str).to_owned(),
        };
        let filled = path.replace("{branch}", &self.app.world.branch.public_id).replace("{id}", &id);
        let filled = filled.replace("{name}", EVENT);
        let query = match (method, path) {
            ("PATCH", "/rest/v1/oauth_apps") => format!("?id=eq.{app}"),
            ("DELETE", CONSENTS) => format!("?id=eq.{}", self.consented().await),
            ("DELETE", GRANTS) => {
                self.consented().await;
                format!("?client_id={}", self.managed.client_id)
            }
            (_, "/auth/v1/token") => "?grant_type=password".to_owned(),
            _ if path.ends_with("/diff") => "?from=1&to=1".to_owned(),
            _ => String::new(),
        };
        filled + &query
    }

    fn body(&self, (method, path): (&str, &str)) -> Value {
        let client = &self.managed;
        let ours = json!({"client_id": client.client_id, "client_secret": client.secret, "token": "nothing"});
        match (method, path) {
            (_, REGISTER) => registration(),
            (_, ROTATE) => json!({"oauth_app_id": self.rotated.app_id}),
            (_, "/auth/v1/token") => json!({"email": Actor::Owner.email(), "password": PASSWORD}),
            (_, AUTHORIZATIONS) => json!({
                "response_type": "code",
                "client_id": client.client_id,
                "redirect_uri": registration()["redirect_uris"][0],
                "scope": "routix:accounts:read",
                "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
                "code_challenge_method": "S256",
            }),
            (_, "/auth/v1/oauth/revoke" | "/auth/v1/oauth/introspect") => ours,
            (_, door) if DOORS.contains(&door) => grant(&client.client_id, &client.secret),
            ("PATCH", "/rest/v1/oauth_apps") => json!({"description": "changed"}),
            ("PATCH", _) => json!({}),
            ("POST", _) if path.starts_with(AUTHORIZATIONS) => json!({"action": "approve"}),
            ("POST", _) => self.least((method, path)),
            _ => Value::Null,
        }
    }

    /// As little as goes, with texts that nothing else has.
    fn least(&self, (method, path): (&str, &str)) -> Value {
        let operation = &self.document["paths"][path][method.to_lowercase()];
        let examples = &operation["requestBody"]["content"]["application/json"]["examples"];
        let mut body = examples["least"]["value"].clone();
        if !path.starts_with(PROXY) {
            return examples
                .as_object()
                .and_then(|all| all.values().next())
                .map_or(Value::Null, |one| one["value"].clone());
        }
        for value in body.as_object_mut().unwrap().values_mut().filter(|value| value.is_string()) {
            *value = format!("{}{}", value.as_str().unwrap(), self.made.fetch_add(1, Ordering::Relaxed)).into();
        }
        body
    }
}
