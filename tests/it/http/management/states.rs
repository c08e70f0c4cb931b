//! `GET /rest/v1/oauth_apps/{id}/state` and `…/diff`: what an app could do then.

use chrono::TimeDelta;
use reqwest::Method;
use routix::commands::consents::ConsentParties;
use serde_json::{Value, json};

use crate::http::app::{APPS, Registered, TestApp};
use crate::http::client::answer;
use crate::http::world::{Actor, origin};

/// At noon an app is registered; at one o'clock its secret is rotated, with an overlap of half an hour; at two a member
/// consents; at three an admin revokes the app; now it is four.
async fn with_a_life() -> (TestApp, String, Registered) {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let client = app.new_app(&owner, json!({})).await;
    let hour = || app.clock.advance(TimeDelta::hours(1));
    hour();
    let owner = app.sign_in(Actor::Owner).await;
    app.rotate(&owner, &json!({"oauth_app_id": client.app_id, "overlap_seconds": 1_800})).await.expect(200);
    hour();
    let (user_id, organization_id) = (Actor::Member.id(), app.world.organization);
    let parties = ConsentParties { user_id, app_id: client.app_id.parse().unwrap(), organization_id };
    let scopes = ["routix:orders:read".parse().unwrap()].into_iter().collect();
    app.commands.grant_consent(parties, scopes, &origin()).await.unwrap();
    hour();
    let admin = app.sign_in(Actor::Admin).await;
    app.change(&admin, &client.app_id, &json!({"status": "revoked"})).await.expect(204);
    hour();
    let owner = app.sign_in(Actor::Owner).await;
    (app, owner, client)
}

async fn ask(app: &TestApp, token: &str, client: &Registered, what: &str) -> Value {
    app.get(&format!("{APPS}/{}/{what}", client.app_id), token).await.expect(200).json()
}

/// The member of this name and id.
fn member<'a>(state: &'a Value, name: &str, id: Option<&str>) -> Option<&'a Value> {
    state["members"].as_array().unwrap().iter().find(|member| member["member"] == name && member["id"] == json!(id))
}

#[tokio::test]
async fn a_state_says_what_was_so_and_who_had_made_it_so() {
    let (app, owner, client) = with_a_life().await;
    let valid =
        |state: &Value| ["1", "2"].map(|id| member(state, "secret", Some(id)).map(|it| it["value"]["valid"].clone()));
    let noon = ask(&app, &owner, &client, "state?at=2026-03-01T12:00:00Z").await;
    assert_eq!((&noon["app_id"], &noon["client_id"]), (&json!(client.app_id), &json!(client.client_id)));
    assert_eq!(noon["as_of"]["recorded_until"], "2026-03-01T12:00:00.000000Z");
    assert_eq!((&noon["as_of"]["sequence"], valid(&noon)), (&json!(1), [Some(json!(true)), None]));
    let name = member(&noon, "name", None).unwrap();
    assert_eq!(name["value"], "My ERP Sync");
    let actor = json!({"kind": "user", "id": Actor::Owner.id(), "name": Actor::Owner.name()});
    assert_eq!((&name["since"]["actor"], &name["since"]["sequence"]), (&actor, &json!(1)));
    assert_eq!(name["since"]["recorded_at"], "2026-03-01T12:00:00.000000Z");
    assert!(name["since"]["position"].is_u64());

    for (query, both) in [
        ("at=2026-03-01T13:29:59.999999Z", [true, true]),
        ("at=2026-03-01T13:30:00Z", [false, true]),
        ("sequence=2", [true, true]),
        ("sequence=3", [false, true]),
        ("", [false, true]),
    ] {
        let state = ask(&app, &owner, &client, &format!("state?{query}")).await;
        assert_eq!(valid(&state), both.map(|valid| Some(json!(valid))), "{query}");
    }
    let now = ask(&app, &owner, &client, "state").await;
    assert_eq!(member(&now, "status", None).unwrap()["value"], "revoked");
    assert_eq!(member(&now, "status", None).unwrap()["since"]["actor"]["name"], json!(Actor::Admin.name()));
    let consents: Vec<_> = now["members"].as_array().unwrap().iter().filter(|it| it["member"] == "consent").collect();
    assert_eq!(consents.len(), 1);
    assert_eq!(consents[0]["value"]["user_id"], json!(Actor::Member.id()));
    assert_eq!(consents[0]["value"]["scopes"], json!(["routix:orders:read"]));
    // Nothing is known of later, and the day has not ended.
    for later in ["2027-01-01T00:00:00Z", "2026-03-01"] {
        assert_eq!(ask(&app, &owner, &client, &format!("state?at={later}")).await, now, "{later}");
    }
    let text = now.to_string();
    assert!(!text.contains("sha256") && !text.contains(&routix::commands::digest(&client.secret)), "{text}");
    assert!(text.contains(&client.secret[43..]));
}

#[tokio::test]
async fn a_difference_has_only_what_changed() {
    let (app, owner, client) = with_a_life().await;
    let changes = async |range: &str| -> Vec<(String, Value, Value)> {
        let found = ask(&app, &owner, &client, &format!("diff?{range}")).await["changes"].take();
        let one = |change: &Value| {
            (change["member"].as_str().unwrap().to_owned(), change["before"].clone(), change["after"].clone())
        };
        found.as_array().unwrap().iter().map(one).collect()
    };
    let names =
        async |range: &str| -> Vec<String> { changes(range).await.into_iter().map(|change| change.0).collect() };
    let status = ("status".to_owned(), json!("active"), json!("revoked"));
    assert_eq!(changes("from=2026-03-01T14:00:00Z&to=3").await, [status]);
    assert_eq!(names("from=1&to=2").await, ["secret", "secret"]);
    assert_eq!(names("from=1&to=2026-03-01").await, ["status", "secret", "secret", "consent"]);
    assert_eq!(names("from=2&to=2026-03-01T13:30:00Z").await, ["secret"], "the overlap ended by itself");
    assert_eq!(names("from=3&to=1").await, ["status", "secret", "secret", "consent"], "the other way round");
    assert_eq!(names("from=2&to=2").await, [""; 0]);
    let diff = ask(&app, &owner, &client, "diff?from=2&to=3").await;
    assert_eq!((&diff["from"]["sequence"], &diff["to"]["sequence"]), (&json!(2), &json!(3)));
    let revoked = diff["changes"].as_array().unwrap().iter().find(|it| it["member"] == "status").unwrap();
    assert_eq!(revoked["since"]["actor"]["name"], json!(Actor::Admin.name()));
}

#[tokio::test]
async fn what_cannot_be_answered_is_named() {
    let (app, owner, client) = with_a_life().await;
    let path = format!("{APPS}/{}", client.app_id);
    for (query, field) in [
        ("state?at=yesterday", "at"),
        ("state?at=1", "at"),
        ("state?sequence=x", "sequence"),
        ("state?sequence=2026-03-01", "sequence"),
        ("state?at=2026-03-01&sequence=1", "sequence"),
        ("state?position=1", "position"),
        ("diff", "from"),
        ("diff?from=1", "to"),
        ("diff?from=1&to=soon", "to"),
        ("diff?from=1&to=2&at=3", "at"),
    ] {
        let refused = app.get(&format!("{path}/{query}"), &owner).await;
        assert_eq!(refused.failure(), (400, "invalid_request".to_owned()), "{query}");
        assert_eq!(refused.faults()[0].0, field, "{query}");
    }
    for query in ["state?at=2026-03-01T11:59:59Z", "state?sequence=0", "state?sequence=4", "diff?from=0&to=1"] {
        let nothing = app.get(&format!("{path}/{query}"), &owner).await;
        assert_eq!(nothing.failure(), (404, "not_found".to_owned()), "{query}");
    }
}

#[tokio::test]
async fn only_who_manages_the_app_reads_its_past() {
    let (app, _, client) = with_a_life().await;
    for what in ["events", "state", "state?sequence=1", "diff?from=1&to=2"] {
        let path = format!("{APPS}/{}/{what}", client.app_id);
        for (actor, status, code) in
            [(Actor::Member, 403, "forbidden"), (Actor::Viewer, 403, "forbidden"), (Actor::Foreigner, 404, "not_found")]
        {
            let refused = app.get(&path, &app.sign_in(actor).await).await;
            assert_eq!(refused.failure(), (status, code.to_owned()), "{what} {actor:?}");
        }
        assert_eq!(answer(app.request(Method::GET, &path)).await.status, 401);
        app.get(&path, &app.sign_in(Actor::Admin).await).await.expect(200);
    }
}
