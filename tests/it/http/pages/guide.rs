//! The guide for integrators, to everybody and to members.

use serde_json::json;

use crate::http::app::TestApp;
use crate::http::browser::Browser;
use crate::http::code_flow::signed_in;
use crate::http::html::{tags, unescape};
use crate::http::world::Actor;

const CHAPTERS: [&str; 12] = [
    "quick-start",
    "apps",
    "servers",
    "users",
    "calls",
    "lists",
    "retries",
    "versions",
    "secrets",
    "doors",
    "history",
    "errors",
];

/// The examples of a page, as they are copied.
fn examples(html: &str) -> Vec<String> {
    let found = html.split("<pre id=\"sample-").skip(1).map(|rest| rest.split_once("<code>").unwrap().1);
    found.map(|rest| unescape(rest.split("</code>").next().unwrap())).collect()
}

#[tokio::test]
async fn everybody_reads_every_chapter_in_both_languages() {
    let app = TestApp::start().await;
    for language in ["en", "nl"] {
        let browser = Browser::reading(&app, language);
        let index = browser.get("/docs").await.expect(200);
        for chapter in CHAPTERS {
            let path = format!("/docs/{chapter}");
            assert!(index.text.contains(&format!("<h2><a href=\"{path}\">")), "{chapter}");
            let page = browser.get(&path).await.expect(200);
            assert!(page.text.contains(&format!("<html lang=\"{language}\"")), "{chapter}");
            assert!(page.header("content-security-policy").starts_with("default-src 'none'; style-src 'self'"));
            assert!(!page.text.contains("<style") && !page.text.contains("style=\"") && !page.text.contains("onclick"));
            assert!(page.text.contains(&format!("aria-current=\"page\">{}", title(&page.text))), "{chapter}");
            let examples = examples(&page.text);
            assert!(!examples.is_empty(), "{chapter}");
            assert!(examples.iter().all(|example| !example.contains("$ROUTIX_URL")), "{chapter}");
        }
    }
    Browser::new(&app).get("/docs/nothing").await.expect(404);
}

fn title(html: &str) -> &str {
    html.split_once("<h1>").unwrap().1.split("</h1>").next().unwrap()
}

#[tokio::test]
async fn an_address_names_its_language_and_the_way_back_is_open() {
    let app = TestApp::start().await;
    let browser = Browser::reading(&app, "en");
    let page = browser.get("/docs/errors?language=nl").await.expect(200).expect_words("Oorzaak.");
    assert!(page.text.contains("<html lang=\"nl\""));
    assert!(page.text.contains("href=\"/docs/retries?language=nl#"), "links stay in the language");
    assert!(page.text.contains("/language?set=en&#38;return_to=%2Fdocs%2Ferrors\""), "and the switch leaves it");
    browser.get("/docs/errors").await.expect(200).expect_words("Cause.");
    browser.get("/docs?language=nl").await.expect(200).expect_words("Gids voor integratoren");
    browser.get("/docs/errors?language=tlh").await.expect(200).expect_words("Cause.");
}

#[tokio::test]
async fn examples_carry_the_readers_own_values_and_never_a_secret() {
    let app = TestApp::start().await;
    let stranger = Browser::new(&app).get("/docs/quick-start").await.expect(200).expect_words("Sign in to see");
    assert!(examples(&stranger.text)[0].contains("-d client_id=$CLIENT_ID \\\n"));
    let owner = signed_in(&app, Actor::Owner).await;
    let branches = [&app.world.branch.public_id, &app.world.other_branch.public_id];
    let without_app = owner.get("/docs/quick-start").await.expect(200);
    let call = examples(&without_app.text).into_iter().find(|example| example.contains("/accounts?limit")).unwrap();
    assert!(branches.iter().any(|branch| call.contains(&format!("/api/v1/{branch}/accounts"))), "{call}");

    let token = app.sign_in(Actor::Owner).await;
    let public = json!({"name": "Public", "client_type": "public", "redirect_uris": ["https://a.example/"]});
    app.new_app(&token, public).await;
    let limited = json!({"name": "Elsewhere", "allowed_branch_ids": [app.world.other_branch.id]});
    let registered = app.new_app(&token, limited).await;
    let page = owner.get("/docs/quick-start").await.expect(200).expect_words("the client ID of Elsewhere");
    let examples = examples(&page.text);
    assert!(examples[0].contains(&format!("-d client_id={} \\\n", registered.client_id)), "{}", examples[0]);
    assert!(examples[0].contains("-d client_secret=$ROUTIX_CLIENT_SECRET"), "{}", examples[0]);
    let other = &app.world.other_branch.public_id;
    assert!(examples.iter().any(|example| example.contains(&format!("/api/v1/{other}/accounts"))), "where it reaches");
    assert!(!page.text.contains("routix_"), "no secret");
    let foreigner = signed_in(&app, Actor::Foreigner).await.get("/docs/quick-start").await.expect(200);
    assert!(!foreigner.text.contains(&registered.client_id) && !foreigner.text.contains("Elsewhere"));
}

#[tokio::test]
async fn hostile_names_are_text() {
    let app = TestApp::start().await;
    let token = app.sign_in(Actor::Owner).await;
    let owner = signed_in(&app, Actor::Owner).await;
    app.new_app(&token, json!({"name": "A"})).await;
    let before = tags(&owner.get("/docs/quick-start").await.expect(200).text).len();
    let hostile = "\"><script>alert(1)</script>{{ 7 * 7 }} { $id } $BRANCH `x`";
    let apps: Vec<_> = super::desk::apps(&app).await;
    let id = apps[0]["id"].as_str().unwrap();
    app.change(&token, id, &json!({"name": hostile})).await;
    let page = owner.get("/docs/quick-start").await.expect(200);
    assert!(page.words().contains(hostile), "{}", page.words());
    assert_eq!(tags(&page.text).len(), before);
}
