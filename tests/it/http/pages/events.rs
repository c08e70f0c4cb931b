//! The audit log: who sees which events, in which order, filtered how, and as which files.

use std::fs::{self, File};

use chrono::TimeDelta;
use routix::evidence::{Kept, check_file};
use routix::keys::KeyFile;
use routix_domain::log::RecordedEvent;
use routix_domain::value::BranchRestriction;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::http::app::{Registered, TestApp};
use crate::http::browser::{Browser, Page};
use crate::http::html::unescape;
use crate::http::world::{Actor, origin};

/// A member of no consequence who looks after the service.
const OPERATOR: Actor = Actor::Viewer;

async fn start() -> TestApp {
    TestApp::start_with(|config| {
        config.operators = Some(format!("ops@other.example, {}", OPERATOR.email().to_uppercase()))
    })
    .await
}

async fn signed_in(app: &TestApp, actor: Actor) -> Browser {
    let browser = Browser::new(app);
    browser.sign_in(actor).await;
    browser
}

/// One app in each organization, the second's with a name of its own.
async fn two_apps(app: &TestApp) -> (Registered, Registered) {
    let own = app.new_app(&app.sign_in(Actor::Owner).await, json!({"name": "Own Sync"})).await;
    let foreign = app.new_app(&app.sign_in(Actor::Foreigner).await, json!({"name": "Foreign Sync"})).await;
    (own, foreign)
}

fn log_of(organization: Uuid) -> String {
    format!("/organizations/{organization}/events")
}

/// Whether an event is of the first organization, as far as a test makes any.
fn is_own(app: &TestApp, own: &Registered, event: &RecordedEvent) -> bool {
    event.aggregate_id == app.world.organization.to_string() || event.aggregate_id == own.app_id
}

/// The positions that a page of a log links to, in their order.
fn positions(page: &Page, log: &str) -> Vec<u64> {
    let start = format!("href=\"{log}/");
    let links = page.text.split(&start).skip(1).filter_map(|rest| rest.split('"').next());
    links.filter_map(|link| link.parse().ok()).collect()
}

/// Where the page of what is older is.
fn older(page: &Page) -> Option<String> {
    let (_, rest) = page.text.split_once("rel=\"next\" href=\"")?;
    rest.split_once('"').map(|(href, _)| unescape(href))
}

/// The positions on all pages, from the newest on.
async fn all_positions(browser: &Browser, log: &str, query: &str) -> Vec<u64> {
    let (mut found, mut next) = (Vec::new(), Some(format!("{log}{query}")));
    while let Some(path) = next {
        let page = browser.get(&path).await.expect(200);
        let of_page = positions(&page, log);
        assert!(of_page.len() <= 50, "{}", of_page.len());
        found.extend(of_page);
        next = older(&page);
    }
    found
}

#[tokio::test]
async fn an_organizations_log_is_for_its_owners_and_admins_and_the_whole_log_for_operators() {
    let app = start().await;
    let (own, _) = two_apps(&app).await;
    let events = app.events().await;
    let position = events.iter().find(|event| event.aggregate_id == own.app_id).unwrap().position;
    let log = log_of(app.world.organization);
    for (actor, own_log, whole_log) in [
        (Actor::Owner, 200, 404),
        (Actor::Admin, 200, 404),
        (Actor::Member, 403, 404),
        (Actor::Viewer, 403, 200),
        (Actor::Foreigner, 404, 404),
    ] {
        let browser = signed_in(&app, actor).await;
        for (log, status) in [(log.as_str(), own_log), ("/operator/events", whole_log)] {
            for path in ["".to_owned(), format!("/{position}"), "/export?format=csv".to_owned()] {
                let page = browser.get(&format!("{log}{path}")).await;
                assert_eq!(page.status, status, "{actor:?} {log}{path}");
                assert_eq!(page.text.contains("Own Sync"), status == 200, "{actor:?} {log}{path}");
            }
        }
    }
    let nobody = Browser::new(&app);
    for path in [log.as_str(), "/operator/events", "/operator/events/export?format=jsonl"] {
        assert!(nobody.get(path).await.expect(303).location().starts_with("/sign-in?"), "{path}");
    }
    let member = signed_in(&app, Actor::Member).await;
    member.get(&log).await.expect(403).expect_words("for owners and admins of the whole organization");
}

#[tokio::test]
async fn an_admin_of_some_branches_does_not_see_what_happened_to_all_of_them() {
    let app = start().await;
    let admin = (app.world.organization, Actor::Admin.id());
    let branches = BranchRestriction::Only(vec![app.world.branch.id]);
    app.commands.change_member(admin, None, Some(branches), &origin()).await.unwrap();
    let browser = signed_in(&app, Actor::Admin).await;
    browser.get(&log_of(app.world.organization)).await.expect(403);
    browser.get(&format!("{}/export?format=csv", log_of(app.world.organization))).await.expect(403);
}

#[tokio::test]
async fn an_event_of_another_organization_or_of_none_is_not_there_by_no_way() {
    let app = start().await;
    let (own, foreign) = two_apps(&app).await;
    let browser = signed_in(&app, Actor::Owner).await;
    let log = log_of(app.world.organization);
    let events = app.events().await;
    for event in &events {
        let status = if is_own(&app, &own, event) { 200 } else { 404 };
        let page = browser.get(&format!("{log}/{}", event.position)).await;
        assert_eq!(page.status, status, "{} {}", event.position, event.event_type);
    }
    assert!(events.iter().any(|event| event.aggregate_type == "reservation"), "what is of no organization was tried");
    let mut expected: Vec<u64> =
        events.iter().filter(|event| is_own(&app, &own, event)).map(|event| event.position).collect();
    expected.reverse();
    assert_eq!(all_positions(&browser, &log, "").await, expected);
    for query in [
        format!("?app={}", foreign.app_id),
        format!("?actor={}", Actor::Foreigner.id()),
        format!("?app={}&type=app.", foreign.app_id),
    ] {
        let page = browser.get(&format!("{log}{query}")).await.expect(200);
        assert!(positions(&page, &log).is_empty(), "{query}");
        page.expect_words("Nothing that was recorded fits");
        let file = browser.get(&format!("{log}/export{query}&format=cloudevents")).await.expect(200);
        assert_eq!(file.text, "", "{query}");
    }
    for format in ["csv", "cloudevents"] {
        let file = browser.get(&format!("{log}/export?format={format}")).await.expect(200);
        assert!(file.text.contains(&own.app_id), "{}", file.text);
        for stranger in [&foreign.app_id, &app.world.foreign_organization.to_string(), "reservation."] {
            assert!(!file.text.contains(stranger), "{stranger} in {}", file.text);
        }
    }
    browser.get(&format!("{log}/export?format=jsonl")).await.expect(400);
    for nowhere in ["0", "999999", "x", "-1", "18446744073709551616"] {
        browser.get(&format!("{log}/{nowhere}")).await.expect(404);
    }
}

#[tokio::test]
async fn the_pages_hold_every_event_once_while_the_log_grows() {
    let app = start().await;
    let (own, _) = two_apps(&app).await;
    let token = app.sign_in(Actor::Owner).await;
    for round in 0..120 {
        app.change(&token, &own.app_id, &json!({"name": format!("Sync {round}")})).await.expect(204);
    }
    let log = log_of(app.world.organization);
    let browser = signed_in(&app, Actor::Admin).await;
    let mut expected: Vec<u64> =
        app.events().await.iter().filter(|event| is_own(&app, &own, event)).map(|event| event.position).collect();
    expected.reverse();
    let first = browser.get(&log).await.expect(200);
    assert_eq!(positions(&first, &log), expected[..50]);
    app.change(&token, &own.app_id, &json!({"name": "In between"})).await.expect(204);
    let mut found = positions(&first, &log);
    let mut next = older(&first);
    while let Some(path) = next {
        let page = browser.get(&path).await.expect(200);
        found.extend(positions(&page, &log));
        next = older(&page);
    }
    assert_eq!(found, expected);
    let operator = signed_in(&app, OPERATOR).await;
    let mut whole: Vec<u64> = app.events().await.iter().map(|event| event.position).collect();
    whole.reverse();
    assert_eq!(all_positions(&operator, "/operator/events", "").await, whole);
}

#[tokio::test]
async fn the_form_filters_by_what_who_which_app_when_and_in_which_request() {
    let app = start().await;
    let (own, _) = two_apps(&app).await;
    app.clock.advance(TimeDelta::days(2));
    let rotated = app.rotate(&app.sign_in(Actor::Admin).await, &json!({"oauth_app_id": own.app_id})).await.expect(200);
    let log = log_of(app.world.organization);
    let browser = signed_in(&app, Actor::Owner).await;
    let position = app.log("app.secret_rotated").await[0].position;
    let page = browser.get(&log).await.expect(200);
    for (field, value) in [
        ("type", "app.secret_rotated"),
        ("actor", &Actor::Admin.id().to_string()),
        ("from", "2026-03-03"),
        ("from", "2026-03-03T11:59:59Z"),
        ("request_id", rotated.header("x-request-id")),
    ] {
        let found = browser.submit(&page, "filter", &[(field, value)]).await.expect(200);
        assert_eq!(positions(&found, &log), [position], "{field} {value}");
        assert_eq!(found.field("filter", field), value);
        let file = browser.get(&format!("{log}/export?format=csv&{field}={value}")).await.expect(200);
        assert_eq!(file.text.lines().count(), 2, "{field}: {}", file.text);
    }
    let of_app = browser.submit(&page, "filter", &[("app", &own.app_id)]).await.expect(200);
    assert_eq!(positions(&of_app, &log).len(), 2);
    let before = browser.submit(&page, "filter", &[("app", &own.app_id), ("to", "2026-03-01")]).await.expect(200);
    assert_eq!(positions(&before, &log).len(), 1);
    let members = browser.submit(&page, "filter", &[("type", "organization.")]).await.expect(200);
    members.expect_words("Member added").expect_words("Person Viewer Jansen").expect_words("Branch Rotterdam");
}

#[tokio::test]
async fn a_fault_stands_beside_its_field_and_nothing_that_was_typed_is_lost() {
    let app = start().await;
    let operator = signed_in(&app, OPERATOR).await;
    let page = operator.get("/operator/events").await.expect(200);
    let long = "x".repeat(65);
    for (field, value, says) in [
        ("app", "moon", "Write the id of an app"),
        ("from", "yesterday", "Write a date such as"),
        ("to", "2026-02-30", "Write a date such as"),
        ("actor", &long, "longer than any id"),
        ("request_id", &long, "longer than the id of any request"),
        ("type", "moon.landed", "no such type"),
    ] {
        let typed = [("actor", "system"), (field, value)];
        let typed = if field == "actor" { &typed[1..] } else { &typed[..] };
        let refused = operator.submit(&page, "filter", typed).await.expect(400).expect_words(says);
        let described = format!("aria-invalid=\"true\" aria-describedby=\"{field}-fault\"");
        assert!(refused.text.contains(&described), "{field}: {}", refused.text);
        assert!(positions(&refused, "/operator/events").is_empty(), "{field}");
        if field != "type" {
            assert_eq!(refused.field("filter", field), value);
        }
        let query: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
        operator.get(&format!("/operator/events/export?format=csv&{field}={query}")).await.expect(400);
    }
    let swapped = [("from", "2026-03-02"), ("to", "2026-03-01")];
    operator.submit(&page, "filter", &swapped).await.expect(400).expect_words("The end is before the beginning");
    for broken in ["?before=x", "?type=%zz", "?type=a&type=b"] {
        operator.get(&format!("/operator/events{broken}")).await.expect(400);
    }
    operator.get("/operator/events/export").await.expect(400);
    operator.get("/operator/events/export?format=exe").await.expect(400);
}

#[tokio::test]
async fn an_event_is_shown_with_names_and_as_it_was_recorded_without_digests() {
    let app = start().await;
    let (own, _) = two_apps(&app).await;
    let registered =
        app.log("app.registered").await.into_iter().find(|event| event.aggregate_id == own.app_id).unwrap();
    let browser = signed_in(&app, Actor::Admin).await;
    let log = log_of(app.world.organization);
    let page = browser.get(&format!("{log}/{}", registered.position)).await.expect(200);
    let page = page.expect_words("App registered").expect_words("Owner Jansen").expect_words("Own Sync");
    let (_, json) = page.text.split_once("<pre class=\"code\" id=\"json\"").unwrap();
    let (_, json) = json.split_once('>').unwrap();
    let json: Value = serde_json::from_str(&unescape(json.split('<').next().unwrap())).unwrap();
    assert_eq!((&json["position"], &json["app_id"]), (&registered.position.into(), &own.app_id.clone().into()));
    let secret: Value = serde_json::from_str(&registered.payload).unwrap();
    let digest = secret["secret"]["sha256"].as_str().unwrap().to_owned();
    assert_eq!(json["data"]["secret"], json!({"last4": secret["secret"]["last4"]}));
    let history = format!("href=\"/organizations/{}/apps/{}/history\"", app.world.organization, own.app_id);
    assert!(page.text.contains(&history) && !page.text.contains(&digest), "{}", page.text);
    for format in ["csv", "cloudevents"] {
        let file = browser.get(&format!("{log}/export?format={format}")).await.expect(200);
        assert!(!file.text.contains(&digest), "{}", file.text);
    }
    let dutch = Browser::reading(&app, "nl");
    dutch.sign_in(Actor::Admin).await;
    dutch.get(&log).await.expect(200).expect_words("App geregistreerd").expect_words("ingelogd met een wachtwoord");
}

#[tokio::test]
async fn hostile_names_are_text() {
    let app = start().await;
    let name = "<script>alert(1)</script>";
    app.new_app(&app.sign_in(Actor::Owner).await, json!({"name": name})).await;
    let browser = signed_in(&app, Actor::Owner).await;
    let log = log_of(app.world.organization);
    let page = browser.get(&log).await.expect(200);
    assert!(page.words().contains(name) && !page.text.contains(name), "{}", page.text);
    let query: String = url::form_urlencoded::byte_serialize(b"\"><script>").collect();
    let page = browser.get(&format!("{log}?actor={query}")).await.expect(200);
    assert!(!page.text.contains("\"><script>"), "{}", page.text);
}

#[tokio::test]
async fn a_filtered_export_is_a_download_in_the_form_that_was_asked_for() {
    let app = start().await;
    let (own, _) = two_apps(&app).await;
    let browser = signed_in(&app, Actor::Owner).await;
    let log = log_of(app.world.organization);
    let csv = browser.get(&format!("{log}/export?format=csv&type=app.")).await.expect(200);
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(csv.header("content-disposition"), "attachment; filename=\"routix-events-2026-03-01.csv\"");
    assert_eq!(csv.header("cache-control"), "no-store");
    assert!(csv.text.starts_with("\u{feff}position,id,recorded_at,type,"), "{}", csv.text);
    assert_eq!(csv.text.lines().count(), 2);
    let lines = browser.get(&format!("{log}/export?format=cloudevents")).await.expect(200);
    let events: Vec<Value> = lines.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let expected: Vec<String> = app
        .events()
        .await
        .iter()
        .filter(|event| is_own(&app, &own, event))
        .map(|event| event.position.to_string())
        .collect();
    let found: Vec<&str> = events.iter().map(|event| event["position"].as_str().unwrap()).collect();
    assert_eq!(found, expected);
    let source = format!("/organizations/{}", app.world.organization);
    assert!(events.iter().all(|event| event["source"] == source.as_str()), "{events:?}");
}

#[tokio::test]
async fn the_whole_log_that_was_downloaded_is_good_without_the_service() {
    let app = start().await;
    two_apps(&app).await;
    let operator = signed_in(&app, OPERATOR).await;
    let page = operator.get("/operator/events").await.expect(200);
    assert!(page.text.contains("href=\"/operator/events/export?format=jsonl\""), "{}", page.text);
    operator.get("/operator/events/export?format=jsonl&type=app.").await.expect(400);
    let file = operator.get("/operator/events/export?format=jsonl").await.expect(200);
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"routix-events-2026-03-01.jsonl\"");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    fs::write(&path, &file.text).unwrap();
    // The checkpoint of the page and the public key are what somebody keeps elsewhere.
    let page = operator.get("/operator/events").await.expect(200);
    let (_, note) = page.text.split_once("id=\"checkpoint\">").unwrap();
    let note = unescape(note.split('<').next().unwrap());
    let keys = KeyFile::read_all(&app.keys_dir()).unwrap();
    let keys = keys.iter().filter_map(KeyFile::verifier_key).map(|key| key.parse().unwrap()).collect();
    let kept = Kept { keys, notes: vec![note], origin: None };
    let (report, about) = check_file(&mut File::open(&path).unwrap(), &kept, &mut |_, _| {}).unwrap();
    assert_eq!((report.verified.size, about.unvouched.len()), (app.events().await.len() as u64, 0));
    let broken = file.text.replacen("Own Sync", "Owm Sync", 1);
    fs::write(&path, broken).unwrap();
    assert!(check_file(&mut File::open(&path).unwrap(), &kept, &mut |_, _| {}).is_err(), "one letter was changed");
}
