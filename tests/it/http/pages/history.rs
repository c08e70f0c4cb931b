//! An app's history: the timeline, the state at a moment, the difference of two, and one event.

mod events;
mod filters;
mod moments;
mod readers;
mod timeline;

use chrono::TimeDelta;
use routix::commands::consents::ConsentParties;
use serde_json::json;
use uuid::Uuid;

use crate::http::app::{Registered, TestApp};
use crate::http::browser::Browser;
use crate::http::code_flow::signed_in;
use crate::http::world::{Actor, origin};

/// A service in which an app has a past: at noon the owner registers it; at one the admin gives it another name and other
/// scopes; at two the owner rotates its secret with half an hour of overlap; at three a member consents; at four the
/// admin revokes it and cuts off its tokens. Now it is five.
struct Lived {
    app: TestApp,
    client: Registered,
}

impl Lived {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let hour = || app.clock.advance(TimeDelta::hours(1));
        let owner = app.sign_in(Actor::Owner).await;
        let client = app.new_app(&owner, json!({})).await;
        hour();
        let admin = app.sign_in(Actor::Admin).await;
        let scopes = ["routix:orders:read", "routix:orders:write"];
        app.change(&admin, &client.app_id, &json!({"name": "Orders", "allowed_scopes": scopes})).await.expect(204);
        hour();
        let owner = app.sign_in(Actor::Owner).await;
        app.rotate(&owner, &json!({"oauth_app_id": client.app_id, "overlap_seconds": 1_800})).await.expect(200);
        hour();
        let lived = Self { app, client };
        lived.consent(Actor::Member, lived.app.world.organization).await;
        lived.app.clock.advance(TimeDelta::hours(1));
        let admin = lived.app.sign_in(Actor::Admin).await;
        let revoked = json!({"status": "revoked", "revoke_tokens": true});
        lived.app.change(&admin, &lived.client.app_id, &revoked).await.expect(204);
        lived.app.clock.advance(TimeDelta::hours(1));
        lived
    }

    /// Somebody lets the app read orders; the command line records it.
    async fn consent(&self, actor: Actor, organization_id: Uuid) {
        let app_id = self.client.app_id.parse().unwrap();
        let parties = ConsentParties { user_id: actor.id(), app_id, organization_id };
        let scopes = ["routix:orders:read".parse().unwrap()].into_iter().collect();
        self.app.commands.grant_consent(parties, scopes, &origin()).await.unwrap();
    }

    /// The path of a page of the app.
    fn path(&self, rest: &str) -> String {
        format!("/organizations/{}/apps/{}/{rest}", self.app.world.organization, self.client.app_id)
    }

    async fn browser(&self, actor: Actor) -> Browser {
        signed_in(&self.app, actor).await
    }

    async fn reading(&self, actor: Actor, language: &'static str) -> Browser {
        let browser = Browser::reading(&self.app, language);
        browser.sign_in(actor).await;
        browser
    }

    /// The positions of the app's events, as the API has them.
    async fn positions(&self) -> Vec<u64> {
        let token = self.app.sign_in(Actor::Owner).await;
        let events = self.app.history(&token, &self.client.app_id).await;
        events.iter().map(|event| event["position"].as_u64().unwrap()).collect()
    }
}

/// The places of some texts, which must follow one another in this order.
#[track_caller]
fn assert_in_order(words: &str, texts: &[&str]) {
    let mut rest = words;
    for text in texts {
        let (_, after) = rest.split_once(text).unwrap_or_else(|| panic!("no {text:?} behind the others: {words}"));
        rest = after;
    }
}
