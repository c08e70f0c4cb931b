//! A service on SQLite in this process, and what is asked of it.

mod serve;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, header};
use http_body_util::BodyExt;
use routix::commands::{Origin, Passwords};
use routix::store::identity::NewUser;
use routix::wiring::Service;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;
use uuid::Uuid;

pub(crate) const DOOR: &str = "/functions/v1/oauth-token";
pub(crate) const APPS: &str = "/rest/v1/oauth_apps";
const PASSWORD: &str = "correct horse battery";

/// A request that can be sent again and again, and the status that it always gets.
pub(crate) struct Ask {
    method: Method,
    path: String,
    token: String,
    body: String,
    media_type: &'static str,
    pub(crate) status: u16,
}

impl Ask {
    pub(crate) fn post(path: &str, body: Value, status: u16) -> Self {
        Self::send(path, ("application/json", body.to_string()), status)
    }

    pub(crate) fn send(path: &str, (media_type, body): (&'static str, String), status: u16) -> Self {
        Self { method: Method::POST, path: path.to_owned(), token: String::new(), body, media_type, status }
    }

    pub(crate) fn get(path: String, token: &str, status: u16) -> Self {
        let (body, token) = (String::new(), token.to_owned());
        Self { method: Method::GET, path, token, body, media_type: "application/json", status }
    }

    pub(crate) fn request(&self) -> Request<Body> {
        let request = Request::builder().method(self.method.clone()).uri(&self.path).header(header::HOST, "localhost");
        let mut request = request.header(header::CONTENT_TYPE, self.media_type);
        if !self.token.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        }
        request.body(Body::from(self.body.clone())).unwrap()
    }
}

/// An organization that asks, and one that is asked about.
pub(crate) struct Scene {
    _folder: TempDir,
    /// Not run, but its stores have to stay.
    _service: Service,
    pub(crate) doors: Router,
    pub(crate) own: Tenant,
    pub(crate) foreign: Tenant,
    /// An app of `own` that is revoked.
    pub(crate) revoked: Value,
}

pub(crate) struct Tenant {
    pub(crate) owner: String,
    pub(crate) branch: String,
    /// As it was registered, with its secret.
    pub(crate) app: Value,
    pub(crate) token: String,
    pub(crate) account: String,
}

fn origin() -> Origin {
    Origin::command_line("timing".to_owned(), Uuid::from_u128(7))
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

pub(crate) fn grant(app: &Value, secret: &str) -> Value {
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
    let account = create(doors, (&accounts, &token), json!({"company_name": "Vos B.V."})).await;
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

/// Makes a record and returns its id.
pub(crate) async fn create(doors: &Router, (path, token): (&str, &str), record: Value) -> String {
    let create = Ask { token: token.to_owned(), ..Ask::post(path, record, 201) };
    text(&ask(doors, create).await["data"]["id"])
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
        let (folder, service) = serve::service().await;
        let doors = service.router(&Arc::new(service.stores.health()));
        let hash = Passwords::new(&service.stores.system).hash(PASSWORD.to_owned()).await.unwrap();
        let own = found(&service, &doors, ("own", &hash)).await;
        let foreign = found(&service, &doors, ("foreign", &hash)).await;
        let revoked = register(&doors, &own.owner).await;
        let path = format!("{APPS}?id=eq.{}", text(&revoked["id"]));
        let body = json!({"status": "revoked"});
        let revoke = Ask { method: Method::PATCH, token: own.owner.clone(), ..Ask::post(&path, body, 204) };
        ask(&doors, revoke).await;
        Self { _folder: folder, _service: service, doors, own, foreign, revoked }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> u16 {
        let answer = self.doors.clone().oneshot(request).await.unwrap();
        let status = answer.status().as_u16();
        answer.into_body().collect().await.unwrap();
        status
    }
}
