//! What the tests of the dashboard have in common: paths, apps that were registered at the API, and consents to them.

use serde_json::{Value, json};

use crate::http::app::{APPS, Registered, TestApp};
use crate::http::browser::Browser;
use crate::http::code_flow::{Request, approve, redeem, signed_in};
use crate::http::world::Actor;

/// A path of the organization of most people here.
pub(super) fn path(app: &TestApp, rest: &str) -> String {
    format!("/organizations/{}{rest}", app.world.organization)
}

/// The path of an app there.
pub(super) fn app_path(app: &TestApp, registered: &Registered, rest: &str) -> String {
    path(app, &format!("/apps/{}{rest}", registered.app_id))
}

/// An app that reads accounts and orders in every branch.
pub(super) async fn registered(app: &TestApp) -> Registered {
    app.new_app(&app.sign_in(Actor::Owner).await, json!({})).await
}

/// The apps of the organization, as the API shows them.
pub(super) async fn apps(app: &TestApp) -> Vec<Value> {
    let token = app.sign_in(Actor::Owner).await;
    app.get(APPS, &token).await.expect(200).json().as_array().unwrap().clone()
}

/// How many events there are.
pub(super) async fn head(app: &TestApp) -> usize {
    app.events().await.len()
}

/// Lets an app act for somebody; the access token that it gets.
pub(super) async fn consented(app: &TestApp, client: &Registered, actor: Actor) -> String {
    let browser: Browser = signed_in(app, actor).await;
    let code = approve(&browser, &Request::of(client)).await;
    let answer = redeem(app, client, &code, json!({})).await.expect(200);
    answer.json()["access_token"].as_str().unwrap().to_owned()
}
