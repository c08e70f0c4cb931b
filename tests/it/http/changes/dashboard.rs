//! What owners and operators do in the dashboard.

use routix_domain::log::Actor as LogActor;

use super::{Ask, Round};
use crate::http::browser::{Browser, Page};
use crate::http::code_flow::{Request, approve, signed_in};
use crate::http::world::{Actor, PASSWORD};

const SESSIONS: &str = "passwords and sessions are not in the log, so that a person can be forgotten";
const READ_MODELS: &str = "what becomes of read models is no fact of anybody's; the security log has it";
const CONFIRM: (&str, &str) = ("password", PASSWORD);

/// An owner at his pages.
struct Desk<'a> {
    round: &'a Round,
    browser: Browser,
}

fn filled(page: &Page, form: &str, values: &[(&str, &str)]) -> (String, Vec<(String, String)>) {
    let form = page.form(form);
    let mut fields = form.fields;
    fields.retain(|(name, _)| !values.iter().any(|(found, _)| found == name));
    fields.extend(values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    (form.action, fields)
}

impl Desk<'_> {
    /// Sends a form of a page of the organization; `door` is the path as the source writes it, behind the organization.
    async fn changes(&self, (door, page): (&str, &str), form: &str, values: &[(&str, &str)]) {
        let organization = self.round.app.world.organization;
        let page = self.browser.get(&format!("/organizations/{organization}{page}")).await.expect(200);
        let (action, fields) = filled(&page, form, values);
        let door = format!("\"/organizations/{{organization_id}}{door}\"");
        let ask = Ask::Form(&self.browser, &action, fields);
        self.round.changes(("POST", &door), LogActor::User(Actor::Owner.id()), ask).await;
    }

    /// The same on a page of the app.
    async fn changes_app(&self, (door, page): (&str, &str), form: &str, values: &[(&str, &str)]) {
        let (door, page) = (format!("/apps/{{app_id}}{door}"), format!("/apps/{}{page}", self.round.client.app_id));
        self.changes((&door, &page), form, values).await;
    }

    /// Somebody lets the app act for him.
    async fn consent(&self) {
        let member = signed_in(&self.round.app, Actor::Member).await;
        approve(&member, &Request::of(&self.round.client)).await;
    }
}

pub(super) async fn pages(round: &Round) {
    let desk = Desk { round, browser: signed_in(&round.app, Actor::Owner).await };
    // Whatever was done to it before, it is active and its secret can be rotated.
    let body = serde_json::json!({"status": "active"});
    round.app.change(&round.owner, &round.client.app_id, &body).await.expect(204);
    apps(&desk).await;
    let member = format!("/members/{}", Actor::Viewer.id());
    desk.changes(("/members/{user_id}/role", &member), "role", &[("role", "member"), CONFIRM]).await;
    desk.changes(("/members/{user_id}/remove", &member), "remove", &[CONFIRM]).await;
    let page = desk.browser.get("/operator/projections").await.expect(200);
    let verify = "/operator/projections/members/verify";
    let ask = Ask::Form(&desk.browser, verify, page.form(verify).fields);
    round.records_nothing(("POST", "\"/operator/projections/{name}/{act}\""), READ_MODELS, ask).await;
    let page = desk.browser.get("/account").await.expect(200);
    let (action, fields) = filled(&page, "change-password", &[CONFIRM, ("new_password", "four words in a row")]);
    let ask = Ask::Form(&desk.browser, &action, fields);
    round.records_nothing(("POST", "\"/account/password\""), SESSIONS, ask).await;
}

async fn apps(desk: &Desk<'_>) {
    let new = [("name", "BI"), ("redirect_uris", "https://bi.example/callback"), ("scope.routix:orders:read", "on")];
    desk.changes(("/apps/new", "/apps/new"), "new-app", &new).await;
    desk.changes_app(("/edit", "/edit"), "edit-app", &[("description", "Changed on a page")]).await;
    desk.changes_app(("/rotate", "/rotate"), "rotate", &[("overlap", "3600"), CONFIRM]).await;
    desk.changes_app(("/end-overlap", ""), "end-overlap", &[]).await;
    let organization = format!("/organizations/{}", desk.round.app.world.organization);
    desk.consent().await;
    desk.changes(("/consents/withdraw", "/consents"), &format!("{organization}/consents/withdraw"), &[]).await;
    desk.consent().await;
    let of_app = format!("{organization}/apps/{}/consents/withdraw", desk.round.client.app_id);
    desk.changes_app(("/consents/withdraw", "/consents"), &of_app, &[]).await;
    desk.consent().await;
    let all = "/consents/withdraw-all";
    desk.changes_app((all, all), "withdraw-all", &[CONFIRM]).await;
    desk.changes_app(("/revoke", "/revoke"), "revoke", &[CONFIRM]).await;
    desk.changes_app(("/reactivate", "/reactivate"), "reactivate", &[CONFIRM]).await;
    desk.changes_app(("/cut-off", "/cut-off"), "cut-off", &[CONFIRM]).await;
}
