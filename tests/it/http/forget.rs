//! A person is forgotten: nothing of him works any more, nothing tells who he was, and everything that he did is still there.

use reqwest::{Client, Method, RequestBuilder};
use routix::commands::forget::ForgetError;
use routix::store::identity::NewUser;
use routix_domain::log::Actor as LogActor;
use serde_json::{Value, json};
use uuid::Uuid;

use super::app::{APPS, REGISTER, Registered, TestApp, text};
use super::browser::Browser;
use super::client::{Answer, answer};
use super::code_flow::{Request, TOKEN, approve, redeem, start};
use super::world::{Actor, PASSWORD, origin};

/// Nobody else comes from there, and with this.
const ADDRESS: [u8; 4] = [127, 11, 22, 33];
const AGENT: &str = "Nobody-Elses-Agent/7.31";

/// The program on the admin's own machine.
fn own(app: &TestApp, method: Method, path: &str) -> RequestBuilder {
    let client = Client::builder().local_address(std::net::IpAddr::from(ADDRESS)).user_agent(AGENT).build().unwrap();
    client.request(method, app.url(path))
}

/// An admin who is signed in everywhere and has let an app act for him.
struct Scene {
    app: TestApp,
    client: Registered,
    owner: String,
    browser: Browser,
    signed_in: Value,
    tokens: Value,
    code: String,
    made: String,
}

impl Scene {
    async fn start() -> Self {
        let (app, client) = start(json!({})).await;
        let owner = app.sign_in(Actor::Owner).await;
        let browser = Browser::new(&app);
        browser.sign_in(Actor::Admin).await;
        let code = approve(&browser, &Request::of(&client)).await;
        // The app runs on his own machine.
        let body = json!({
            "grant_type": "authorization_code", "code": code, "code_verifier": super::code_flow::VERIFIER,
            "client_id": client.client_id, "client_secret": client.secret,
        });
        let tokens = answer(own(&app, Method::POST, TOKEN).json(&body)).await.expect(200).json();
        let code = approve(&browser, &Request::of(&client)).await;
        let body = json!({"email": Actor::Admin.email(), "password": PASSWORD});
        let path = "/auth/v1/token?grant_type=password";
        let signed_in = answer(own(&app, Method::POST, path).json(&body)).await.expect(200).json();
        let token = text(&signed_in["access_token"]);
        let register = own(&app, Method::POST, REGISTER).bearer_auth(&token).json(&super::app::registration());
        let made = text(&answer(register).await.expect(201).json()["app"]["id"]);
        Self { app, client, owner, browser, signed_in, tokens, code, made }
    }

    async fn refresh(&self) -> Answer {
        let body = json!({
            "grant_type": "refresh_token", "refresh_token": self.tokens["refresh_token"],
            "client_id": self.client.client_id, "client_secret": self.client.secret,
        });
        answer(self.app.post(TOKEN).json(&body)).await
    }

    fn user_token(&self) -> String {
        text(&self.signed_in["access_token"])
    }
}

fn marks() -> [String; 4] {
    let address = ADDRESS.map(|part| part.to_string()).join(".");
    [Actor::Admin.email().to_owned(), Actor::Admin.name(), address, AGENT.to_owned()]
}

#[tokio::test]
async fn nothing_of_him_works_any_more() {
    let scene = Scene::start().await;
    let (app, admin) = (&scene.app, Actor::Admin);
    assert!(scene.browser.is_signed_in().await);
    let access = text(&scene.tokens["access_token"]);
    assert_eq!(app.proxy_status(&access).await, 200);
    app.commands.forget_person(admin.id(), &origin()).await.unwrap();
    assert_eq!(app.get("/auth/v1/user", &scene.user_token()).await.status, 401);
    assert_eq!(app.refresh(&text(&scene.signed_in["refresh_token"])).await.failure(), (400, "invalid_grant".into()));
    assert!(!scene.browser.is_signed_in().await);
    assert_eq!(app.proxy_status(&access).await, 401);
    assert_eq!(scene.refresh().await.failure(), (400, "invalid_grant".into()));
    assert_eq!(redeem(app, &scene.client, &scene.code, json!({})).await.failure(), (400, "invalid_grant".into()));
    assert_eq!(app.password(admin.email(), PASSWORD).await.failure(), (400, "invalid_grant".into()));
    assert!(app.get(APPS, &scene.owner).await.expect(200).text.contains(&scene.made), "what he made is still there");
}

#[tokio::test]
async fn no_file_tells_who_he_was() {
    let scene = Scene::start().await;
    for mark in marks() {
        assert!(!scene.app.place.traces(&mark).is_empty(), "{mark} is in no file before");
    }
    let forgotten = scene.app.commands.forget_person(Actor::Admin.id(), &origin()).await.unwrap();
    // Two codes, each with its consent; one use of a code; one app.
    assert!(forgotten.contexts >= 4 && forgotten.purged && !forgotten.before, "{forgotten:?}");
    for mark in marks() {
        assert_eq!(scene.app.place.traces(&mark), Vec::<String>::new(), "{mark}");
    }
    let Scene { app, .. } = scene;
    let app = app.restart().await;
    for mark in marks() {
        assert_eq!(app.place.traces(&mark), Vec::<String>::new(), "{mark}");
    }
}

#[tokio::test]
async fn the_log_keeps_what_he_did_and_says_who_had_him_forgotten() {
    let scene = Scene::start().await;
    let (app, admin) = (&scene.app, Actor::Admin);
    let before = app.events().await;
    app.commands.forget_person(admin.id(), &origin()).await.unwrap();
    let after = app.events().await;
    assert_eq!(after[..before.len()], before, "nothing that was recorded has changed");
    let types: Vec<&str> = after[before.len()..].iter().map(|event| event.event_type.as_str()).collect();
    assert_eq!(types, ["organization.member_removed", "consent.withdrawn", "person.forgotten"]);
    let last = after.last().unwrap();
    assert_eq!((last.aggregate_type.as_str(), &last.aggregate_id), ("person", &admin.id().to_string()));
    assert_eq!(last.metadata().unwrap().actor, LogActor::CommandLine("test".to_owned()));
    let history = app.history(&scene.owner, &scene.made).await;
    assert_eq!(history[0]["actor"], json!({"kind": "user", "id": admin.id(), "name": "a forgotten person"}));
    let others = before.iter().map(|event| event.metadata().unwrap());
    let others = others.filter(|metadata| metadata.actor == LogActor::User(Actor::Owner.id()));
    for commitment in others.filter_map(|metadata| metadata.context_commitment) {
        assert!(app.identity.context(&commitment).await.unwrap().is_some(), "the contexts of others are kept");
    }
}

#[tokio::test]
async fn forgetting_again_removes_what_came_after_and_records_nothing() {
    let scene = Scene::start().await;
    let (app, admin) = (&scene.app, Actor::Admin);
    app.commands.forget_person(admin.id(), &origin()).await.unwrap();
    let head = app.events().await.len();
    let again = app.commands.forget_person(admin.id(), &origin()).await.unwrap();
    assert_eq!((again.before, again.contexts, again.purged), (true, 0, true));
    assert_eq!(app.events().await.len(), head);
    assert!(app.commands.is_forgotten(admin.id()).await.unwrap());
    assert!(!app.commands.is_forgotten(Actor::Owner.id()).await.unwrap());
}

#[tokio::test]
async fn his_address_can_be_used_by_somebody_else() {
    let scene = Scene::start().await;
    let (app, admin) = (&scene.app, Actor::Admin);
    let password_hash = app.identity.user(admin.id()).await.unwrap().unwrap().password_hash;
    app.commands.forget_person(admin.id(), &origin()).await.unwrap();
    let (id, email) = (Uuid::from_u128(77), admin.email().to_owned());
    let user = NewUser { id, email, name: "Somebody Else".to_owned(), password_hash };
    app.identity.create_user(user, app.clock.system().now()).await.unwrap().unwrap();
    let user = app.password(admin.email(), PASSWORD).await.expect(200).json()["user"].take();
    assert_eq!((text(&user["id"]), &user["organizations"]), (id.to_string(), &json!([])));
    assert_eq!(app.get("/auth/v1/user", &scene.user_token()).await.status, 401, "the other one's token is not his");
}

#[tokio::test]
async fn the_last_owner_stays_and_is_told_of_which_organization() {
    let app = TestApp::start().await;
    let head = app.events().await.len();
    let error = app.commands.forget_person(Actor::Owner.id(), &origin()).await.unwrap_err();
    let organization = format!("One ({})", app.world.organization);
    assert!(matches!(&error, ForgetError::LastOwner(named) if *named == organization), "{error}");
    assert_eq!(app.events().await.len(), head);
    app.sign_in(Actor::Owner).await;
}
