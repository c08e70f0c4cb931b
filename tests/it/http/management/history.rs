//! `GET /rest/v1/oauth_apps/{id}/events`: what happened to an app, and who did it.

use chrono::TimeDelta;
use reqwest::Method;
use routix::commands::consents::ConsentParties;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::http::app::{APPS, Registered, TestApp, text};
use crate::http::client::{answer, names};
use crate::http::world::{Actor, origin};

/// An app with four events: two of its owner, one of an admin, one of the command line.
async fn with_history() -> (TestApp, String, Registered) {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let admin = app.sign_in(Actor::Admin).await;
    let client = app.new_app(&owner, json!({})).await;
    let request = app.request(Method::PATCH, &format!("{APPS}?id=eq.{}", client.app_id)).bearer_auth(&admin);
    let renamed = request.header("x-request-id", "rename-0001").json(&json!({"name": "Renamed"}));
    assert_eq!(answer(renamed).await.header("x-request-id"), "rename-0001");
    app.rotate(&owner, &json!({"oauth_app_id": client.app_id, "overlap_seconds": 60.0})).await.expect(200);
    let app_id = client.app_id.parse().unwrap();
    app.commands.rotate_secret((app_id, None), 0, &origin()).await.unwrap();
    (app, owner, client)
}

#[tokio::test]
async fn events_say_who_what_and_when() {
    let (app, owner, client) = with_history().await;
    let events = app.history(&owner, &client.app_id).await;
    let column = |name: &str| events.iter().map(|event| event[name].clone()).collect::<Vec<_>>();
    let rotated = "app.secret_rotated";
    assert_eq!(column("type"), ["app.registered", "app.details_changed", rotated, rotated]);
    assert_eq!(column("sequence"), [1, 2, 3, 4]);
    assert_eq!(column("version"), ["1", "1", "1", "1"]);
    let now = json!(app.clock.system().now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true));
    assert_eq!(column("recorded_at"), vec![now; 4]);
    let positions: Vec<u64> = column("position").iter().map(|position| position.as_u64().unwrap()).collect();
    assert!(positions.is_sorted_by(|a, b| a < b));
    let user = |actor: Actor| json!({"kind": "user", "id": actor.id(), "name": actor.name()});
    let command_line = json!({"kind": "command_line", "id": "test", "name": "test"});
    assert_eq!(column("actor"), [user(Actor::Owner), user(Actor::Admin), user(Actor::Owner), command_line]);
    assert_eq!(column("request_id")[1], "rename-0001");
    assert_eq!(column("request_id")[3], Value::Null);
    assert_eq!(events[1]["data"]["name"], "Renamed");
    for event in &events {
        let contract = ["actor", "data", "id", "position", "recorded_at", "request_id", "sequence", "type", "version"];
        let names = names(event);
        assert!(contract.iter().all(|member| names.contains(&(*member).to_owned())), "{names:?}");
        assert!(text(&event["id"]).parse::<Uuid>().is_ok());
    }
}

#[tokio::test]
async fn no_event_shows_a_secret_or_its_digest() {
    let (app, owner, client) = with_history().await;
    let shown = app.get(&format!("{APPS}/{}/events", client.app_id), &owner).await.expect(200).text;
    assert!(!shown.contains("sha256") && !shown.contains("routix_") && !shown.contains("fingerprint"), "{shown}");
    assert!(!shown.contains(&routix::commands::digest(&client.secret)));
    assert!(shown.contains(&client.secret[43..]), "which one it was shows in its last four characters");
}

#[tokio::test]
async fn pages_follow_one_another() {
    let (app, owner, client) = with_history().await;
    let all = app.history(&owner, &client.app_id).await;
    let path = format!("{APPS}/{}/events", client.app_id);
    let mut walked = Vec::new();
    let mut after = 0;
    loop {
        let page = app.get(&format!("{path}?limit=3&after={after}"), &owner).await.expect(200).json();
        let page = page.as_array().unwrap().clone();
        assert!(page.len() <= 3);
        let Some(last) = page.last() else { break };
        after = last["position"].as_u64().unwrap();
        walked.extend(page);
    }
    assert_eq!(walked, all);
    for query in ["limit=0", "limit=1001", "limit=x", "after=-1", "after=1.5", "after=", "order=asc", "limit=1&limit=2"]
    {
        let refused = app.get(&format!("{path}?{query}"), &owner).await;
        assert_eq!(refused.failure(), (400, "invalid_request".to_owned()), "{query}");
    }
}

#[tokio::test]
async fn the_history_of_what_does_not_exist_is_404() {
    let (app, owner, client) = with_history().await;
    for id in ["00000000-0000-4000-8000-000000000000", &client.client_id, "x", "%00", "..%2f"] {
        let missing = app.get(&format!("{APPS}/{id}/events"), &owner).await;
        assert_eq!(missing.failure(), (404, "not_found".to_owned()), "{id}");
    }
}

#[tokio::test]
async fn every_kind_of_change_is_recorded_in_order() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let client = app.new_app(&owner, json!({})).await;
    for body in [
        json!({"redirect_uris": ["https://b.example/cb"]}),
        json!({"allowed_scopes": ["routix:accounts:read"]}),
        json!({"allowed_branch_ids": [app.world.branch.id]}),
        json!({"token_lifetime": "5m"}),
        json!({"refresh_authentication": "always"}),
        json!({"status": "revoked", "revoke_tokens": true}),
        json!({"status": "active"}),
    ] {
        app.change(&owner, &client.app_id, &body).await.expect(204);
    }
    let types: Vec<Value> =
        app.history(&owner, &client.app_id).await.into_iter().map(|mut event| event["type"].take()).collect();
    assert_eq!(
        types,
        [
            "app.registered",
            "app.redirect_uris_changed",
            "app.scopes_changed",
            "app.branch_restriction_changed",
            "app.token_lifetime_changed",
            "app.refresh_authentication_changed",
            "app.revoked",
            "app.tokens_cut_off",
            "app.reactivated",
        ]
    );
}

/// Consents of a member, who is known to the owner, and of the owner of another organization, who is not. Each withdraws
/// his own.
async fn with_consents(app: &TestApp, client: &Registered) -> [Uuid; 2] {
    let grants = [(Actor::Member, app.world.organization), (Actor::Foreigner, app.world.foreign_organization)];
    let mut ids = Vec::new();
    for (actor, organization_id) in grants {
        let parties = consent_of(client, actor, organization_id);
        let scopes = ["routix:orders:read".parse().unwrap()].into_iter().collect();
        app.commands.grant_consent(parties, scopes, &origin()).await.unwrap();
        let token = app.sign_in(actor).await;
        let path = format!("/rest/v1/oauth_client_authorizations?id=eq.{}", parties.consent_id());
        answer(app.request(Method::DELETE, &path).bearer_auth(&token)).await.expect(204);
        ids.push(parties.consent_id());
    }
    ids.try_into().unwrap()
}

fn consent_of(client: &Registered, actor: Actor, organization_id: Uuid) -> ConsentParties {
    ConsentParties { user_id: actor.id(), app_id: client.app_id.parse().unwrap(), organization_id }
}

#[tokio::test]
async fn consents_are_in_the_history_of_their_app_and_strangers_have_no_name() {
    let (app, owner, client) = with_history().await;
    let ids = with_consents(&app, &client).await;
    let events = app.history(&owner, &client.app_id).await;
    let positions: Vec<_> = events.iter().map(|event| event["position"].as_u64().unwrap()).collect();
    assert!(positions.is_sorted_by(|a, b| a < b), "{positions:?}");
    let consents = &events[4..];
    let types: Vec<_> = consents.iter().map(|event| text(&event["type"])).collect();
    assert_eq!(types, ["consent.granted", "consent.withdrawn", "consent.granted", "consent.withdrawn"]);
    let command_line = json!({"kind": "command_line", "id": "test", "name": "test"});
    let member = json!({"kind": "user", "id": Actor::Member.id(), "name": Actor::Member.name()});
    let stranger = json!({"kind": "user", "id": Actor::Foreigner.id(), "name": null});
    let actors: Vec<_> = consents.iter().map(|event| event["actor"].clone()).collect();
    assert_eq!(actors, [command_line.clone(), member, command_line, stranger]);
    for (event, (id, actor)) in
        [1, 3].map(|index| &consents[index]).into_iter().zip(ids.iter().zip([Actor::Member, Actor::Foreigner]))
    {
        assert_eq!((&event["data"]["consent_id"], &event["data"]["user_id"]), (&json!(id), &json!(actor.id())));
        assert_eq!((&event["sequence"], &event["data"]["withdrawals"]), (&json!(2), &json!(1)));
    }
    let path = format!("{APPS}/{}/events", client.app_id);
    let (mut walked, mut after) = (Vec::new(), 0);
    while let Some(event) = app.get(&format!("{path}?limit=1&after={after}"), &owner).await.expect(200).json().get(0) {
        after = event["position"].as_u64().unwrap();
        walked.push(event.clone());
    }
    assert_eq!(walked, events);
}

#[tokio::test]
async fn events_are_filtered_by_type_actor_and_time() {
    let (app, _, client) = with_history().await;
    app.clock.advance(TimeDelta::hours(1));
    let owner = app.sign_in(Actor::Owner).await;
    app.change(&owner, &client.app_id, &json!({"name": "Later"})).await.expect(204);
    let path = format!("{APPS}/{}/events", client.app_id);
    let sequences = async |query: &str| -> Vec<u64> {
        let rows = app.get(&format!("{path}?{query}"), &owner).await.expect(200).json();
        rows.as_array().unwrap().iter().map(|row| row["sequence"].as_u64().unwrap()).collect()
    };
    let admin = Actor::Admin.id();
    for (query, expected) in [
        ("type=app.secret_rotated", &[3, 4][..]),
        ("type=consent.granted", &[]),
        (&format!("actor={admin}"), &[2]),
        ("actor=test", &[4]),
        ("actor=nobody", &[]),
        ("from=2026-03-01T13:00:00Z", &[5]),
        ("from=2026-03-01T13:00:00.000001Z", &[]),
        ("to=2026-03-01T12:00:00Z", &[1, 2, 3, 4]),
        ("to=2026-03-01T13:00:00%2B01:00", &[1, 2, 3, 4]),
        ("to=2026-03-01T11:59:59.999999Z", &[]),
        ("type=app.details_changed&from=2026-03-01T12:30:00Z&limit=1&after=1", &[5]),
    ] {
        assert_eq!(sequences(query).await, expected, "{query}");
    }
    for (query, field) in [
        ("type=app.exploded", "type"),
        ("type=organization.created", "type"),
        ("from=2026-03-01", "from"),
        ("to=now", "to"),
        ("since=1", "since"),
    ] {
        let refused = app.get(&format!("{path}?{query}"), &owner).await;
        assert_eq!(refused.failure(), (400, "invalid_request".to_owned()), "{query}");
        assert_eq!(refused.faults()[0].0, field);
    }
}

#[tokio::test]
async fn an_unchanged_history_is_not_sent_again() {
    let (app, owner, client) = with_history().await;
    let path = format!("{APPS}/{}/events", client.app_id);
    let ask = async |path: &str, tag: &str| {
        answer(app.request(Method::GET, path).bearer_auth(&owner).header("if-none-match", tag)).await
    };
    let first = app.get(&path, &owner).await.expect(200);
    let tag = first.header("etag").to_owned();
    let newest = first.json()[3]["position"].as_u64().unwrap();
    assert!(tag.starts_with(&format!("\"{newest}-")) && tag.ends_with('"'), "{tag}");
    for known in [tag.clone(), format!("\"x\", {tag}"), format!("W/{tag}"), "*".to_owned()] {
        let same = ask(&path, &known).await.expect(304);
        assert_eq!((same.header("etag"), same.text.as_str()), (tag.as_str(), ""), "{known}");
        assert_eq!(same.header("cache-control"), first.header("cache-control"));
    }
    for other in ["\"x\"", "x", "", tag.trim_matches('"')] {
        assert_eq!(ask(&path, other).await.expect(200).header("etag"), tag, "{other}");
    }
    let page = ask(&format!("{path}?limit=1"), &tag).await.expect(200);
    assert_ne!(page.header("etag"), tag, "another page is another answer");
    app.change(&owner, &client.app_id, &json!({"name": "Later"})).await.expect(204);
    let later = ask(&path, &tag).await.expect(200);
    assert_eq!(later.json().as_array().unwrap().len(), 5);
    // Names are no part of the log, and still of the answer.
    let tag = later.header("etag").to_owned();
    forget(&app, Actor::Admin);
    let forgotten = ask(&path, &tag).await.expect(200);
    assert_eq!(forgotten.json()[1]["actor"]["name"], "a forgotten person");
}

/// Takes a person out of the identity database, as if he had never been in it.
fn forget(app: &TestApp, actor: Actor) {
    let gone = app.place.sql("identity", &format!("DELETE FROM users WHERE id = '{}' RETURNING id", actor.id()));
    assert_eq!(gone, [actor.id().to_string()]);
}
