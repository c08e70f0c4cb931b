//! A service on SQLite in this process, and what is asked of it.

use std::cell::Cell;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, header};
use http_body_util::BodyExt;
use routix::commands::{Origin, Passwords};
use routix::config::Config;
use routix::keys::{KeyRing, Origin as KeyOrigin};
use routix::store::identity::NewUser;
use routix::system::System;
use routix::wiring::{Service, Stores};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;
use uuid::Uuid;

const DOOR: &str = "/functions/v1/oauth-token";
const APPS: &str = "/rest/v1/oauth_apps";
const PASSWORD: &str = "correct horse battery";
const NOTHING: &str = "11111111-2222-4333-8444-555555555555";

/// A request that can be sent again and again, and the status that it always gets.
pub(crate) struct Ask {
    method: Method,
    path: String,
    token: String,
    body: Value,
    pub(crate) status: u16,
}

impl Ask {
    fn post(path: &str, body: Value, status: u16) -> Self {
        Self { method: Method::POST, path: path.to_owned(), token: String::new(), body, status }
    }

    fn get(path: String, token: &str, status: u16) -> Self {
        Self { method: Method::GET, path, token: token.to_owned(), body: Value::Null, status }
    }

    pub(crate) fn request(&self) -> Request<Body> {
        let request = Request::builder().method(self.method.clone()).uri(&self.path).header(header::HOST, "localhost");
        let request = request.header(header::CONTENT_TYPE, "application/json");
        let request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        let body = if self.body.is_null() { Body::empty() } else { Body::from(self.body.to_string()) };
        let mut request = request.body(body).unwrap();
        if self.token.is_empty() {
            request.headers_mut().remove(header::AUTHORIZATION);
        }
        request
    }
}

/// An organization that asks, and one that is asked about.
pub(crate) struct Scene {
    _folder: TempDir,
    /// Not run, but its stores have to stay.
    _service: Service,
    doors: Router,
    coin: Cell<u64>,
    own: Tenant,
    foreign: Tenant,
    revoked: Value,
}

struct Tenant {
    owner: String,
    branch: String,
    /// As it was registered, with its secret.
    app: Value,
    token: String,
    account: String,
}

fn origin() -> Origin {
    Origin::command_line("timing".to_owned(), Uuid::from_u128(7))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

fn grant(app: &Value, secret: &str) -> Value {
    json!({"grant_type": "client_credentials", "client_id": app["client_id"], "client_secret": secret})
}

async fn found(service: &Service, doors: &Router, (name, password_hash): (&str, &str)) -> Tenant {
    let (stores, system) = (&service.stores, &service.stores.system);
    let (owner, organization) = (system.id(), system.id());
    let email = format!("{name}@timing.example");
    let (named, password_hash) = (name.to_owned(), password_hash.to_owned());
    let user = NewUser { id: owner, email: email.clone(), name: named.clone(), password_hash };
    stores.identity.create_user(user, system.now()).await.unwrap().unwrap();
    stores.commands.create_organization(organization, (named.clone(), owner), &origin()).await.unwrap();
    let branch = stores.commands.open_branch(organization, system.id(), (named, None), &origin()).await.unwrap();
    let branch = branch.public_id.to_string();
    let signed_in = json!({"email": email, "password": PASSWORD});
    let owner =
        text(&ask(doors, Ask::post("/auth/v1/token?grant_type=password", signed_in, 200)).await["access_token"]);
    let app = register(doors, &owner).await;
    let token = grant(&app, &text(&app["client_secret"]));
    let token = text(&ask(doors, Ask::post(DOOR, token, 200)).await["access_token"]);
    let accounts = format!("/functions/v1/api/v1/{branch}/accounts");
    let account = Ask { token: token.clone(), ..Ask::post(&accounts, json!({"company_name": "Vos B.V."}), 201) };
    let account = text(&ask(doors, account).await["data"]["id"]);
    Tenant { owner, branch, app, token, account }
}

async fn register(doors: &Router, owner: &str) -> Value {
    let body = json!({
        "name": "Timing",
        "redirect_uris": ["https://timing.example/callback"],
        "allowed_scopes": ["routix:accounts:read", "routix:accounts:write"],
    });
    let register = Ask::post("/functions/v1/register-oauth-app", body, 201);
    ask(doors, Ask { token: owner.to_owned(), ..register }).await["app"].take()
}

/// The body of an answer.
async fn ask(doors: &Router, ask: Ask) -> Value {
    let answer = doors.clone().oneshot(ask.request()).await.unwrap();
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(status, ask.status, "{}: {body:?}", ask.path);
    if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() }
}

impl Scene {
    pub(crate) async fn make() -> Self {
        let (folder, system) = (tempfile::tempdir().unwrap(), System::real());
        let config = Config {
            data_dir: folder.path().to_owned(),
            listen: ([127, 0, 0, 1], 0).into(),
            api_rate_limit: 0,
            failure_limit: 0,
            ..Config::default()
        };
        let key = KeyRing::draft(&config.keys_dir(), &system, Some(KeyOrigin::Production)).unwrap();
        key.write(&config.keys_dir()).unwrap();
        let stores = Stores::open(&config, &system).await.unwrap();
        let lock = Service::lock(&config).unwrap();
        let service = Service::bind(&config, stores, lock).await.unwrap();
        let doors = service.router(&Arc::new(service.stores.health()));
        let hash = Passwords::new(&system).hash(PASSWORD.to_owned()).await.unwrap();
        let own = found(&service, &doors, ("own", &hash)).await;
        let foreign = found(&service, &doors, ("foreign", &hash)).await;
        let revoked = register(&doors, &own.owner).await;
        let path = format!("{APPS}?id=eq.{}", text(&revoked["id"]));
        let body = json!({"status": "revoked"});
        let revoke = Ask { method: Method::PATCH, token: own.owner.clone(), ..Ask::post(&path, body, 204) };
        ask(&doors, revoke).await;
        let coin = Cell::new(system.id().as_u64_pair().1);
        Self { _folder: folder, _service: service, doors, coin, own, foreign, revoked }
    }

    /// Pairs of requests that must be answered alike.
    pub(crate) fn questions(&self) -> Vec<(&'static str, Ask, Ask)> {
        let secret = text(&self.own.app["client_secret"]);
        let other = |character: &str| if character == "a" { "b" } else { "a" };
        let (beginning, last) = secret.split_at(secret.len() - 1);
        let first = &secret["routix_".len()..="routix_".len()];
        let first_wrong = format!("routix_{}{}", other(first), &secret["routix_".len() + 1..]);
        let last_wrong = format!("{beginning}{}", other(last));
        let refused = |app: &Value, secret: &str| Ask::post(DOOR, grant(app, secret), 401);
        let nobody = json!({"client_id": NOTHING});
        let sign_in = |email: &str| {
            let body = json!({"email": email, "password": "wrong horse battery"});
            Ask::post("/auth/v1/token?grant_type=password", body, 400)
        };
        let record = |id: &str| {
            Ask::get(format!("/functions/v1/api/v1/{}/accounts/{id}", self.own.branch), &self.own.token, 404)
        };
        let branch = |id: &str| Ask::get(format!("/functions/v1/api/v1/{id}/accounts"), &self.own.token, 404);
        let state = |id: &str| Ask::get(format!("{APPS}/{id}/state?sequence=1"), &self.own.owner, 404);
        let foreign_app = text(&self.foreign.app["id"]);
        let app = &self.own.app;
        vec![
            ("the same wrong secret twice (control)", refused(app, &last_wrong), refused(app, &last_wrong)),
            (
                "the first or the last character of a secret wrong",
                refused(app, &first_wrong),
                refused(app, &last_wrong),
            ),
            (
                "a wrong secret, of an active app or a revoked one",
                refused(app, &last_wrong),
                refused(&self.revoked, &last_wrong),
            ),
            ("a secret that nobody has, or no such client", refused(app, &last_wrong), refused(&nobody, &last_wrong)),
            ("a neighbour's record, or nobody's", record(&self.foreign.account), record(NOTHING)),
            ("a neighbour's branch, or nobody's", branch(&self.foreign.branch), branch("ZZZZ9999")),
            ("the state of a neighbour's app, or of none", state(&foreign_app), state(NOTHING)),
            (
                "sign-in with a wrong password, or an unknown address",
                sign_in("own@timing.example"),
                sign_in("not@timing.example"),
            ),
        ]
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> u16 {
        let answer = self.doors.clone().oneshot(request).await.unwrap();
        let status = answer.status().as_u16();
        answer.into_body().collect().await.unwrap();
        status
    }

    /// SplitMix64, a bit at a time.
    pub(crate) fn chance(&self) -> bool {
        let state = self.coin.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.coin.set(state);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed ^ (mixed >> 27)) & 1 == 1
    }
}
