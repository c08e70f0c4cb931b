//! A4, V4, V5: seven changes of state against six uses of what was given out before, a cell each. Whatever changed counts at
//! the next use, at each door alike.

use reqwest::Method;
use routix_domain::organization::Role;
use routix_domain::value::BranchRestriction;
use serde_json::{Value, json};

use super::flow::{CONSENTS, Scene, Tokens, code_for, exchange, refresh};
use crate::http::app::{DOOR, Registered, grant, text};
use crate::http::browser::{Browser, Page};
use crate::http::client::{Answer, answer};
use crate::http::code_flow::{Request, consent_page, signed_in};
use crate::http::world::{Actor, origin};

const READ: &str = "routix:accounts:read";
const BOTH: &str = "routix:accounts:read routix:accounts:write";
/// Whoever lets the app act for him, manages apps, and then loses what he had.
const PERSON: Actor = Actor::Admin;

#[derive(Clone, Copy, Debug)]
enum Change {
    ConsentWithdrawn,
    UserDisabled,
    MembershipLost,
    RoleLowered,
    AppRevokedAndCutOff,
    BranchClosed,
    ScopeTakenFromApp,
}

/// A status, and what is got (scopes, or where a browser is sent) or the error.
type Cell = (u16, &'static str);

struct Row {
    change: Change,
    /// An app's own token by client credentials; a user's by a code and by a refresh token; a write through the proxy with an
    /// access token; a rotation with a person's token; an approval on a consent page that was open.
    cells: [Cell; 6],
}

const INVALID_GRANT: Cell = (400, "invalid_grant");
const INVALID_CLIENT: Cell = (401, "invalid_client");
const DEAD: Cell = (401, "invalid_token");
/// A page that says why nothing was done.
const NOT_DONE: Cell = (400, "");
const DONE: Cell = (200, "");

/// An organization has no state that could be taken from it, so that the seventh change is that of a role.
#[rustfmt::skip]
const TABLE: [Row; 7] = [
    //                                     client credentials  code           refresh        proxy                        management          consent
    row(Change::ConsentWithdrawn,    [(200, BOTH),       INVALID_GRANT, INVALID_GRANT, DEAD,                        DONE,               (303, "code")]),
    row(Change::UserDisabled,        [(200, BOTH),       INVALID_GRANT, INVALID_GRANT, DEAD,                        DEAD,               (403, "")]),
    row(Change::MembershipLost,      [(200, BOTH),       INVALID_GRANT, INVALID_GRANT, DEAD,                        (404, "not_found"), NOT_DONE]),
    row(Change::RoleLowered,         [(200, BOTH),       (200, READ),   (200, READ),   (403, "insufficient_scope"), (403, "forbidden"), NOT_DONE]),
    row(Change::AppRevokedAndCutOff, [INVALID_CLIENT,    INVALID_CLIENT,INVALID_CLIENT,DEAD,                        DONE,               NOT_DONE]),
    row(Change::BranchClosed,        [(200, BOTH),       (200, BOTH),   (200, BOTH),   (404, "branch_not_found"),   DONE,               (303, "code")]),
    row(Change::ScopeTakenFromApp,   [(200, READ),       (200, READ),   (200, READ),   (403, "insufficient_scope"), DONE,               (303, "invalid_scope")]),
];

const fn row(change: Change, cells: [Cell; 6]) -> Row {
    Row { change, cells }
}

/// What was given out before the change.
struct Held {
    scene: Scene,
    browser: Browser,
    /// The person's own token, and an app whose secret is to be rotated with it.
    person: String,
    rotated: Registered,
    code: String,
    tokens: Tokens,
    page: Page,
}

impl Held {
    async fn of(change: Change) -> Self {
        let scene = Scene::with_app(json!({"allowed_scopes": BOTH.split(' ').collect::<Vec<_>>()})).await;
        let (browser, person) = (signed_in(&scene.app, PERSON).await, scene.app.sign_in(PERSON).await);
        let rotated = scene.other_client().await;
        let asked = [("scope", BOTH)];
        let tokens = scene.exchange(&code_for(&browser, &scene.client, &asked, None).await).await;
        let code = code_for(&browser, &scene.client, &asked, None).await;
        let page = consent_page(&browser, &Request::of(&scene.client).with("scope", BOTH)).await;
        let held = Self { scene, browser, person, rotated, code, tokens, page };
        held.happen(change).await;
        held
    }

    async fn happen(&self, change: Change) {
        let (app, world) = (&self.scene.app, &self.scene.app.world);
        let member = (world.organization, PERSON.id());
        match change {
            Change::ConsentWithdrawn => {
                let rows = app.get(&format!("{CONSENTS}?user_id=eq.{}", PERSON.id()), &self.person).await.json();
                let path = format!("{CONSENTS}?id=eq.{}", text(&rows[0]["id"]));
                answer(app.request(Method::DELETE, &path).bearer_auth(&self.person)).await.expect(204);
            }
            Change::UserDisabled => {
                assert!(app.identity.disable_user(PERSON.id(), app.clock.system().now()).await.unwrap());
            }
            Change::MembershipLost => app.commands.remove_member(member, &origin()).await.unwrap(),
            Change::RoleLowered => {
                let (role, branches) = (Some(Role::Viewer), Some(BranchRestriction::All));
                app.commands.change_member(member, role, branches, &origin()).await.unwrap();
            }
            Change::AppRevokedAndCutOff => {
                self.scene.change(json!({"status": "revoked", "revoke_tokens": true})).await;
            }
            Change::BranchClosed => app.close_branch(world.branch.id).await,
            Change::ScopeTakenFromApp => self.scene.change(json!({"allowed_scopes": [READ]})).await,
        }
    }

    /// Uses each of them, the consent last: it gives a new one.
    async fn use_all(&self) -> [(u16, String); 6] {
        let (scene, client) = (&self.scene, &self.scene.client);
        let own = answer(scene.app.post(DOOR).json(&grant(&client.client_id, &client.secret))).await;
        let code = scene.send(&exchange(client, &self.code)).await;
        let refreshed = scene.send(&refresh(client, &self.tokens.refresh)).await;
        let accounts = format!("/functions/v1/api/v1/{}/accounts", scene.app.world.branch.public_id);
        let account = json!({"company_name": "Acme Transport B.V."});
        let written = answer(scene.app.post(&accounts).bearer_auth(&self.tokens.access).json(&account)).await;
        let rotated = scene.app.rotate(&self.person, &json!({"oauth_app_id": self.rotated.app_id})).await;
        let consented = self.browser.submit(&self.page, "consent", &[("decision", "approve")]).await;
        [got(&own), got(&code), got(&refreshed), got(&written), got(&rotated), sent(&consented)]
    }
}

/// The scopes of tokens, or the error.
fn got(answer: &Answer) -> (u16, String) {
    let body = answer.json();
    let said = if answer.status < 300 { &body["scope"] } else { &body["error"] };
    (answer.status, said.as_str().unwrap_or_default().to_owned())
}

/// With what a browser is sent to the app, or to which page of ours.
fn sent(page: &Page) -> (u16, String) {
    let there = page.location().split_once('?').map_or(page.location(), |(path, _)| path).to_owned();
    let Ok(url) = url::Url::parse(page.location()) else { return (page.status, there) };
    let said = url.query_pairs().find_map(|(name, value)| match name.as_ref() {
        "code" => Some("code".to_owned()),
        "error" => Some(value.into_owned()),
        _ => None,
    });
    (page.status, said.unwrap_or_default())
}

#[tokio::test]
async fn a4_v4_v5_seven_changes_count_at_six_doors() {
    let mut wrong: Vec<Value> = Vec::new();
    for row in &TABLE {
        let found = Held::of(row.change).await.use_all().await;
        let expected = row.cells.map(|(status, said)| (status, said.to_owned()));
        if found != expected {
            wrong.push(json!([format!("{:?}", row.change), {"found": found, "expected": expected}]));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
