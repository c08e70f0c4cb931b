//! Who may do what to whose app.

use reqwest::Method;
use routix_domain::organization::Role;
use routix_domain::value::BranchRestriction;
use serde_json::json;

use crate::http::app::{APPS, REGISTER, ROTATE, Registered, TestApp, registration};
use crate::http::client::{Answer, answer};
use crate::http::world::{Actor, origin};

async fn with_client() -> (TestApp, Registered) {
    let app = TestApp::start().await;
    let client = app.new_app(&app.sign_in(Actor::Owner).await, json!({})).await;
    (app, client)
}

/// Registers, rotates and changes as this actor, one after the other.
async fn try_everything(app: &TestApp, client: &Registered, actor: Actor) -> [(u16, String); 3] {
    let token = app.sign_in(actor).await;
    let mut body = registration();
    body["organization_id"] = json!(app.world.organization);
    let outcome = |answer: Answer| {
        let error = if answer.status < 400 { String::new() } else { answer.failure().1 };
        (answer.status, error)
    };
    [
        outcome(app.register(&token, &body).await),
        outcome(app.rotate(&token, &json!({"oauth_app_id": client.app_id})).await),
        outcome(app.change(&token, &client.app_id, &json!({"name": format!("{actor:?}")})).await),
    ]
}

#[tokio::test]
async fn owners_and_admins_manage_and_members_and_viewers_do_not() {
    let (app, client) = with_client().await;
    let done = |status| (status, String::new());
    let forbidden = || (403, "forbidden".to_owned());
    for actor in [Actor::Owner, Actor::Admin] {
        assert_eq!(try_everything(&app, &client, actor).await, [done(201), done(200), done(204)], "{actor:?}");
    }
    for actor in [Actor::Member, Actor::Viewer] {
        assert_eq!(try_everything(&app, &client, actor).await, [forbidden(), forbidden(), forbidden()], "{actor:?}");
    }
    let owner = app.sign_in(Actor::Owner).await;
    let row = &app.get(&format!("{APPS}?id=eq.{}", client.app_id), &owner).await.expect(200).json()[0];
    assert_eq!(row["name"], "Admin", "the refused changes left no trace");
}

#[tokio::test]
async fn an_app_of_another_organization_does_not_exist() {
    let (app, client) = with_client().await;
    let foreigner = app.sign_in(Actor::Foreigner).await;
    let before = app.history(&app.sign_in(Actor::Owner).await, &client.app_id).await;
    let own = app.new_app(&foreigner, json!({"name": "Own"})).await;
    let rows = app.get(APPS, &foreigner).await.expect(200).json();
    assert_eq!(rows.as_array().unwrap().len(), 1);
    assert_eq!(rows[0]["id"], own.app_id.as_str());
    let one = format!("{APPS}?id=eq.{}", client.app_id);
    assert_eq!(app.get(&one, &foreigner).await.expect(200).json(), json!([]));
    assert_eq!(app.change(&foreigner, &client.app_id, &json!({"status": "revoked"})).await.expect(204).text, "");
    let request = app.request(Method::PATCH, &one).bearer_auth(&foreigner).header("prefer", "return=representation");
    assert_eq!(answer(request.json(&json!({"status": "revoked"}))).await.expect(200).json(), json!([]));
    let unknown = "00000000-0000-4000-8000-000000000000";
    for (foreign, unknown) in [
        (
            app.rotate(&foreigner, &json!({"oauth_app_id": client.app_id})).await,
            app.rotate(&foreigner, &json!({"oauth_app_id": unknown})).await,
        ),
        (
            app.get(&format!("{APPS}/{}/events", client.app_id), &foreigner).await,
            app.get(&format!("{APPS}/{unknown}/events"), &foreigner).await,
        ),
    ] {
        assert_eq!(foreign.failure(), (404, "not_found".to_owned()));
        assert_eq!(foreign.without_request_id(), unknown.without_request_id());
    }
    let mut body = registration();
    body["organization_id"] = json!(app.world.organization);
    assert_eq!(app.register(&foreigner, &body).await.failure(), (403, "forbidden".to_owned()));
    assert_eq!(app.history(&app.sign_in(Actor::Owner).await, &client.app_id).await, before, "nothing was written");
    app.credentials(&client, &client.secret).await.expect(200);
}

#[tokio::test]
async fn without_a_user_token_every_door_is_401() {
    let (app, client) = with_client().await;
    let events = format!("{APPS}/{}/events", client.app_id);
    for (method, path) in [
        (Method::POST, REGISTER),
        (Method::POST, ROTATE),
        (Method::GET, APPS),
        (Method::PATCH, APPS),
        (Method::GET, events.as_str()),
        (Method::GET, "/rest/v1/organizations"),
        (Method::GET, "/rest/v1/branches"),
        (Method::GET, "/auth/v1/user"),
        (Method::POST, "/auth/v1/logout"),
    ] {
        for token in [None, Some("x.y.z"), Some("routix_0000000000000000000000000000000000000000")] {
            let mut request = app.request(method.clone(), path).json(&json!({}));
            if let Some(token) = token {
                request = request.bearer_auth(token);
            }
            let refused = answer(request).await;
            assert_eq!(refused.failure(), (401, "invalid_token".to_owned()), "{method} {path} {token:?}");
            assert_eq!(refused.header("cache-control"), "no-store", "{method} {path}");
        }
    }
}

#[tokio::test]
async fn a_caller_sees_his_own_organizations_and_branches() {
    let app = TestApp::start().await;
    let world = app.world.clone();
    for (actor, role, organization, branches) in [
        (Actor::Owner, "owner", world.organization, vec![&world.branch, &world.other_branch]),
        (Actor::Viewer, "viewer", world.organization, vec![&world.branch, &world.other_branch]),
        (Actor::Foreigner, "owner", world.foreign_organization, vec![&world.foreign_branch]),
    ] {
        let token = app.sign_in(actor).await;
        let rows = app.get("/rest/v1/organizations", &token).await.expect(200).json();
        assert_eq!(rows.as_array().unwrap().len(), 1, "{actor:?}");
        assert_eq!((&rows[0]["id"], &rows[0]["role"]), (&json!(organization), &json!(role)), "{actor:?}");
        let rows = app.get("/rest/v1/branches?select=id,public_id,status&order=name", &token).await.expect(200).json();
        let expected: Vec<_> = branches
            .iter()
            .map(|branch| json!({"id": branch.id, "public_id": branch.public_id, "status": "open"}))
            .collect();
        assert_eq!(rows, json!(expected), "{actor:?}");
    }
}

/// What it would tell is whether there is such an app, and so, by trial, what is in it.
#[tokio::test]
async fn a_change_tells_nobody_what_is_in_an_app_that_he_does_not_manage() {
    let (app, client) = with_client().await;
    let branches = json!({"allowed_branch_ids": [app.world.other_branch.id]});
    app.new_app(&app.sign_in(Actor::Owner).await, branches).await;
    let limited = Some(BranchRestriction::Only(vec![app.world.branch.id]));
    let ids = (app.world.organization, Actor::Admin.id());
    app.commands.change_member(ids, Some(Role::Admin), limited, &origin()).await.unwrap();
    let last4 = &client.secret[client.secret.len() - 4..];
    let filters = |digits: &str| {
        [format!("client_secret_last4=eq.{digits}"), format!("id=eq.{}&client_secret_last4=eq.{digits}", client.app_id)]
    };
    for actor in [Actor::Viewer, Actor::Member, Actor::Admin] {
        let token = app.sign_in(actor).await;
        for (right, wrong) in filters(last4).iter().zip(&filters("zzzz")) {
            let mut answers = Vec::new();
            for filter in [right, wrong] {
                let request = app.request(Method::PATCH, &format!("{APPS}?{filter}")).bearer_auth(&token);
                let request = request.header("prefer", "count=exact").json(&json!({"description": "x"}));
                let answer = answer(request).await;
                answers.push((answer.status, answer.header("content-range").to_owned()));
            }
            assert_eq!(answers[0], answers[1], "{actor:?} {right}");
        }
    }
}
