//! The operators' page of projections.

use axum::http::StatusCode;
use routix::commands::Origin;
use routix_projections::projection;
use serde_json::json;

use crate::http::app::TestApp;
use crate::http::browser::{Browser, FROM_OUR_PAGE, Page};
use crate::http::client::eventually;
use crate::http::world::{Actor, PASSWORD};

const PROJECTIONS: &str = "/operator/projections";
const OPERATOR: Actor = Actor::Member;

async fn start() -> (TestApp, Browser) {
    let app = TestApp::start_with(|config| config.operators = Some(OPERATOR.email().to_owned())).await;
    // What runs in the background of a node, and what its followers have noticed, it alone knows at once.
    app.nodes.stay_on_one();
    let browser = Browser::new(&app);
    browser.sign_in(OPERATOR).await;
    (app, browser)
}

/// The part of the page about one projection, as text.
fn section(page: &Page, name: &str) -> String {
    let (_, rest) = page.text.split_once(&format!("id=\"live-{name}\"")).unwrap();
    let html = rest.split_once("</section>").unwrap().0;
    let texts = html.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text);
    texts.collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Looks until the page says this of a projection.
async fn says(browser: &Browser, name: &str, what: &str) -> Page {
    let mut last = None;
    eventually(what, async || {
        let page = browser.get(PROJECTIONS).await.expect(200);
        let is_said = section(&page, name).contains(what);
        last = Some(page);
        is_said
    })
    .await;
    last.unwrap()
}

async fn act(browser: &Browser, name: &str, act: &str) -> Page {
    let page = browser.get(&format!("{PROJECTIONS}/{name}/{act}")).await.expect(200);
    // Only a pause asks for it.
    let password = page.form("act").names.iter().any(|name| name == "password").then_some(("password", PASSWORD));
    let done = browser.submit(&page, "act", password.as_slice()).await.expect(303);
    browser.follow(&done).await.expect(200)
}

#[tokio::test]
async fn the_page_is_there_for_operators_only() {
    let (app, operator) = start().await;
    let page = operator.get(PROJECTIONS).await.expect(200);
    for projection in projection::all() {
        assert!(section(&page, projection.name()).contains("Follows the log"), "{}", projection.name());
    }
    let paths =
        [PROJECTIONS.to_owned(), format!("{PROJECTIONS}/members/pause"), format!("{PROJECTIONS}/members/rebuild")];
    for actor in [Actor::Owner, Actor::Admin, Actor::Viewer, Actor::Foreigner] {
        let browser = Browser::new(&app);
        browser.sign_in(actor).await;
        for path in &paths {
            browser.get(path).await.expect(404);
        }
        // Not even with the token of a right form.
        let token = operator.get(&paths[1]).await.expect(200).field("act", "form_token");
        browser.post(&paths[1], &[("form_token", token)], &FROM_OUR_PAGE).await.expect(404);
        assert!(!browser.get("/account").await.expect(200).text.contains(PROJECTIONS), "{actor:?}");
    }
    let nobody = Browser::new(&app);
    nobody.get(PROJECTIONS).await.expect(303);
    for nowhere in ["moon/pause", "members/moon", "members/PAUSE"] {
        operator.get(&format!("{PROJECTIONS}/{nowhere}")).await.expect(404);
    }
}

#[tokio::test]
async fn a_paused_projection_stops_what_rests_on_it_until_it_is_resumed() {
    let (app, browser) = start().await;
    let client = app.new_app(&app.sign_in(Actor::Owner).await, json!({})).await;
    app.app_token(&client).await;
    let before = browser.get(&format!("{PROJECTIONS}/token_validation/pause")).await.expect(200);
    let before = before.expect_words("All token doors and the API answer 503").expect_words("/readyz answers 503");
    app.app_token(&client).await;
    browser
        .submit(&before, "act", &[("password", "wrong")])
        .await
        .expect(403)
        .expect_words("This is not your password.");
    browser.get(PROJECTIONS).await.expect(200).expect_words("Follows the log");
    let page = act(&browser, "token_validation", "pause").await.expect_words("token_validation is paused until");
    assert!(section(&page, "token_validation").contains("Paused"), "{}", page.text);
    eventually("the doors are closed", async || {
        app.credentials(&client, &client.secret).await.status == StatusCode::SERVICE_UNAVAILABLE
    })
    .await;
    let page = says(&browser, "token_validation", "paused by an operator").await;
    let done = browser.submit(&page, "resume-token_validation", &[]).await.expect(303);
    browser.follow(&done).await.expect(200).expect_words("token_validation goes on");
    eventually("the doors are open", async || app.credentials(&client, &client.secret).await.status == 200).await;
    let page = says(&browser, "token_validation", "Follows the log").await;
    assert!(!page.text.contains("resume-token_validation"), "{}", page.text);
}

#[tokio::test]
async fn tables_that_were_changed_by_hand_are_found_and_a_rebuild_makes_them_equal() {
    let (app, browser) = start().await;
    let client = app.new_app(&app.sign_in(Actor::Owner).await, json!({})).await;
    app.place.sql("read", &format!("UPDATE app_list__1 SET name = 'Changed' WHERE app_id = '{}'", client.app_id));
    let verify = async |what| {
        let page = browser.get(PROJECTIONS).await.expect(200);
        let begun = browser.submit(&page, "verify-app_list", &[]).await.expect(303);
        browser.follow(&begun).await.expect(200).expect_words("The verification of app_list has begun");
        says(&browser, "app_list", what).await
    };
    let page = verify("The tables are not what the log says").await;
    let section = section(&page, "app_list");
    assert!(section.contains("column name") && !section.contains("Changed"), "{section}");
    let told = browser.get(&format!("{PROJECTIONS}/app_list/rebuild")).await.expect(200);
    told.expect_words("Everybody reads and writes as before meanwhile");
    act(&browser, "app_list", "rebuild").await.expect_words("The rebuild of app_list has begun");
    let page = says(&browser, "app_list", "Rebuilt: the new tables hold the log").await;
    assert!(page.text.contains("role=\"status\">app_list: Rebuilt"), "{}", page.text);
    verify("Verified: all").await;
    let list = app.get("/rest/v1/oauth_apps", &app.sign_in(Actor::Owner).await).await.expect(200).json();
    assert_eq!(list[0]["name"], "My ERP Sync");
}

#[tokio::test]
async fn tables_of_another_version_are_left_to_their_server() {
    let (app, browser) = start().await;
    app.place.sql("read", "UPDATE projections SET version = 9 WHERE name = 'branches'");
    let page = browser.get(PROJECTIONS).await.expect(200);
    assert!(section(&page, "branches").contains("9, while this server writes 1"), "{}", page.text);
    let refused = browser.get(&format!("{PROJECTIONS}/branches/rebuild")).await.expect(200);
    assert!(!refused.text.contains("id=\"act\""), "{}", refused.text);
    let refused = refused.expect_words("They belong to the servers of their version");
    let token = browser.get(&format!("{PROJECTIONS}/members/rebuild")).await.expect(200).field("act", "form_token");
    let done = browser.post(&refused.path, &[("form_token", token)], &FROM_OUR_PAGE).await.expect(303);
    browser.follow(&done).await.expect(200).expect_words("Nothing was done with branches");
    let page = browser.get(PROJECTIONS).await.expect(200);
    assert!(section(&page, "branches").contains("9, while this server writes 1"), "{}", page.text);
}

#[tokio::test]
async fn a_stopped_projection_says_where_and_why_and_is_tried_again() {
    let (app, browser) = start().await;
    let stop = "UPDATE projections SET state = 'stopped', error = 'no such <branch>', error_position = 3
         WHERE name = 'app_history'";
    app.place.sql("read", stop);
    let page = says(&browser, "app_history", "At position 3: no such &#60;branch&#62;").await;
    assert!(section(&page, "app_history").contains("Stands still"), "{}", page.text);
    let done = browser.submit(&page, "retry-app_history", &[]).await.expect(303);
    browser.follow(&done).await.expect(200).expect_words("app_history tries its event again");
    says(&browser, "app_history", "Follows the log").await;
}

#[tokio::test]
async fn a_skipped_event_is_shown_with_who_decided_it_when_and_why() {
    let (app, browser) = start().await;
    let stop = "UPDATE projections SET state = 'stopped', error = 'no such branch', error_position = 3
         WHERE name = 'branches'";
    app.place.sql("read", stop);
    let commands = &app.commands;
    let origin = Origin::command_line("ann".to_owned(), uuid::Uuid::from_u128(1));
    let reason = "Written by hand: <b>no branch</b>".to_owned();
    let projection = projection::named("branches").unwrap();
    commands.skip_event(projection, reason, &origin).await.unwrap();
    let said = "Passes the event at position 3, as ann (command line) decided: Written by hand: &#60;b&#62;no branch";
    let page = says(&browser, "branches", said).await;
    assert!(section(&page, "branches").contains(" UTC"), "{}", page.text);
    assert!(!section(&page, "members").contains("Passes"), "{}", page.text);
    // The log says it too, for auditors.
    browser
        .get("/operator/events?type=projection.event_skipped")
        .await
        .expect(200)
        .expect_words("Event skipped by a projection");
}

#[tokio::test]
async fn a_build_of_another_process_is_shown() {
    let (app, browser) = start().await;
    let build = "INSERT INTO projections (name, generation, version, state, position, updated_at)
         VALUES ('members', 7, 1, 'building', 2, 1772366400000000)";
    app.place.sql("read", build);
    let page = browser.get(PROJECTIONS).await.expect(200);
    let section = section(&page, "members");
    assert!(section.contains("Another process is rebuilding it, or was interrupted: 2 of"), "{section}");
    assert!(section.contains("1 March 2026, 12:00 UTC"), "{section}");
    assert!(page.text.contains("data-live") && page.text.contains(">Look again<"), "{}", page.text);
}

#[tokio::test]
async fn a_forged_form_changes_nothing() {
    let (app, browser) = start().await;
    let path = format!("{PROJECTIONS}/members/pause");
    let right = browser.get(&path).await.expect(200).field("act", "form_token");
    let of_rebuild =
        browser.get(&format!("{PROJECTIONS}/members/rebuild")).await.expect(200).field("act", "form_token");
    let other = Browser::new(&app);
    other.sign_in(OPERATOR).await;
    let of_another = other.get(&path).await.expect(200).field("act", "form_token");
    for token in [String::new(), "x".to_owned(), right[1..].to_owned(), of_rebuild, of_another] {
        browser.post(&path, &[("form_token", token)], &FROM_OUR_PAGE).await.expect(403);
    }
    for headers in [vec![], vec![("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")]] {
        browser.post(&path, &[("form_token", right.as_str())], &headers).await.expect(403);
    }
    for act in ["rebuild", "verify", "resume", "retry"] {
        let path = format!("{PROJECTIONS}/members/{act}");
        browser.post(&path, &[("form_token", right.as_str())], &FROM_OUR_PAGE).await.expect(403);
    }
    browser.get(&format!("{PROJECTIONS}/members/verify")).await.expect(303);
    let page = browser.get(PROJECTIONS).await.expect(200);
    let section = section(&page, "members");
    assert!(section.contains("Follows the log") && !section.contains("Verified"), "{section}");
    assert!(!page.text.contains("data-live"), "{}", page.text);
}
