//! Many at once: one key for an app or a record, one version of a record, and two owners who want each other gone.

use futures_util::future::{join, join_all};
use reqwest::Method;
use routix::commands::CommandError;
use routix_domain::organization::{OrganizationError, Role};
use routix_domain::value::BranchRestriction;
use serde_json::{Value, json};
use uuid::Uuid;

use super::app::{APPS, REGISTER, TestApp, registration};
use super::client::{Answer, answer};
use super::world::{Actor, origin};
use crate::support::{racers, races};

/// So many send one key.
const CALLERS: usize = 100;

/// A service, a user token of its owner, and a token of an app that makes records.
async fn start() -> (TestApp, String, String) {
    let app = TestApp::start_with(|config| (config.api_rate_limit, config.failure_limit) = (0, 0)).await;
    let owner = app.sign_in(Actor::Owner).await;
    let scopes = json!({"allowed_scopes": ["routix:accounts:read", "routix:accounts:write"]});
    let client = app.new_app(&owner, scopes).await;
    let token = app.app_token(&client).await;
    (app, owner, token)
}

fn accounts(app: &TestApp) -> String {
    format!("/functions/v1/api/v1/{}/accounts", app.world.branch.public_id)
}

async fn create(app: &TestApp, token: &str, name: &str) -> Answer {
    let request = app.post(&accounts(app)).bearer_auth(token).header("idempotency-key", name);
    answer(request.json(&json!({"company_name": name}))).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r7_of_many_creates_with_one_key_one_makes_the_record_and_all_show_it() {
    let (app, _, token) = start().await;
    for round in 0..races() {
        let name = format!("company-{round}");
        let answers = join_all((0..racers(round, CALLERS)).map(|_| create(&app, &token, &name))).await;
        assert!(answers.iter().all(|answer| (answer.status, &answer.text) == (201, &answers[0].text)), "round {round}");
    }
    let listed = app.get(&accounts(&app), &token).await.expect(200).json();
    assert_eq!(listed["pagination"]["total"], races());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r7_of_many_registrations_with_one_key_one_makes_the_app_and_one_shows_its_secret() {
    let (app, owner, _) = start().await;
    for round in 0..races() {
        let register = async || {
            let request = app.post(REGISTER).bearer_auth(&owner).header("idempotency-key", round);
            answer(request.json(&registration())).await
        };
        let answers = join_all((0..racers(round, CALLERS)).map(|_| register())).await;
        let mut apps: Vec<Value> = answers.into_iter().map(|answer| answer.expect(201).json()["app"].take()).collect();
        let secrets = apps.iter_mut().filter_map(|app| app.as_object_mut()?.remove("client_secret"));
        assert_eq!(secrets.count(), 1, "round {round}");
        assert!(apps.iter().all(|app| *app == apps[0]), "round {round}");
        assert_eq!(app.history(&owner, apps[0]["id"].as_str().unwrap()).await.len(), 1, "round {round}");
    }
    // One of them makes the records. A page would end at the thousandth.
    let counted =
        app.request(Method::GET, &format!("{APPS}?limit=1")).bearer_auth(&owner).header("prefer", "count=exact");
    assert_eq!(answer(counted).await.header("content-range"), format!("0-0/{}", races() + 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r9_of_two_changes_to_one_version_one_is_made() {
    let (app, _, token) = start().await;
    let made = create(&app, &token, "bakker").await.expect(201).json();
    let path = format!("{}/{}", accounts(&app), made["data"]["id"].as_str().unwrap());
    for round in 1..=races() {
        let change = async |phone: &str| {
            let request = app.request(Method::PATCH, &path).bearer_auth(&token);
            let request = request.header("if-match", format!("\"{round}\"")).json(&json!({"phone": phone}));
            answer(request).await
        };
        let answers: [Answer; 2] = join(change("1"), change("2")).await.into();
        let mut statuses = answers.each_ref().map(|answer| answer.status);
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412], "round {round}");
        let kept = if answers[0].status == 200 { "1" } else { "2" };
        let shown = app.get(&path, &token).await.expect(200);
        assert_eq!(shown.json()["data"]["phone"], kept, "round {round}");
        assert_eq!(shown.header("etag"), format!("\"{}\"", round + 1));
    }
}

/// Takes the ownership of somebody away: by his membership, or by his role.
async fn depose(app: &TestApp, user_id: Uuid, wholly: bool) -> Result<(), CommandError<OrganizationError>> {
    let member = (app.world.organization, user_id);
    if wholly {
        return app.commands.remove_member(member, &origin()).await;
    }
    app.commands.change_member(member, Some(Role::Viewer), None, &origin()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r10_two_owners_who_depose_each_other_leave_one() {
    let app = TestApp::start().await;
    let organization = app.world.organization;
    let [one, two] = [Actor::Owner, Actor::Admin].map(Actor::id);
    app.commands.change_member((organization, two), Some(Role::Owner), None, &origin()).await.unwrap();
    for round in 0..races() {
        let (wholly, also) = (round % 2 == 0, round % 3 == 0);
        let outcomes: [_; 2] = join(depose(&app, one, wholly), depose(&app, two, also)).await.into();
        let gone = match outcomes {
            [Ok(()), Err(CommandError::Rejected(OrganizationError::LastOwner))] => (one, wholly),
            [Err(CommandError::Rejected(OrganizationError::LastOwner)), Ok(())] => (two, also),
            other => panic!("round {round}: {other:?}"),
        };
        let member = (organization, gone.0);
        let back = if gone.1 {
            app.commands.add_member(member, Role::Owner, BranchRestriction::All, &origin()).await
        } else {
            app.commands.change_member(member, Some(Role::Owner), None, &origin()).await
        };
        back.unwrap();
    }
}
