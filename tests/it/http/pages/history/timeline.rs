//! The timeline in words, page by page, and choosing two points of it.

use serde_json::json;

use super::{Lived, assert_in_order};
use crate::http::app::TestApp;
use crate::http::browser::Page;
use crate::http::code_flow::signed_in;
use crate::http::html::tags;
use crate::http::world::Actor;

/// Where the links whose text or label begins like this lead.
fn links(page: &Page, label: &str) -> Vec<String> {
    let of = |text: &str| text.split("</a>").next().unwrap_or_default().split_once('>').map(|it| it.1.to_owned());
    let anchors = page
        .text
        .split("<a ")
        .skip(1)
        .filter(|text| of(text).is_some_and(|found| found.trim_start_matches(['←', ' ']).starts_with(label)));
    anchors.map(|text| tags(&format!("<a {text}"))[0].get("href").unwrap().to_owned()).collect()
}

fn stops(page: &Page) -> usize {
    tags(&page.text).iter().filter(|tag| tag.get("class").is_some_and(|class| class == "meta links")).count()
}

#[tokio::test]
async fn every_event_is_told_in_english_newest_first() {
    let lived = Lived::new().await;
    let page = lived.browser(Actor::Owner).await.get(&lived.path("history")).await.expect(200);
    let words = page.words();
    let last4 = &lived.client.secret[43..];
    assert_in_order(
        &words,
        &[
            "History of Orders",
            "Everything that ever happened",
            "7 events",
            "Admin Jansen cut off every token that was out (cut-off 1) Access ended",
            "1 March 2026, 16:00 UTC · signed in with a password · from 127.0.0.1",
            "Admin Jansen revoked the app: no new tokens Access ended",
            "test (command line) recorded that Member Jansen consents to Orders (read) in One",
            "Owner Jansen rotated the secret: …",
            &format!("replaces …{last4}, which works until 1 March 2026, 14:30 UTC"),
            "Admin Jansen changed the scopes: added Orders (write); removed Accounts (read)",
            "Unchanged: Orders: See transport orders and their stops",
            "Before: Accounts: See customers, suppliers and carriers",
            "After: Orders: Add transport orders, and change them",
            "Admin Jansen renamed the app from “My ERP Sync” to “Orders”",
            "Before: My ERP Sync After: Orders",
            &format!(
                "registered the app “My ERP Sync” with the secret …{last4} and the scopes Accounts (read), Orders (read)"
            ),
        ],
    );
    assert_eq!((stops(&page), page.text.matches("<li class=\"danger\">").count()), (7, 2));
}

#[tokio::test]
async fn every_event_is_told_in_dutch() {
    let lived = Lived::new().await;
    let page = lived.reading(Actor::Owner, "nl").await.get(&lived.path("history")).await.expect(200);
    assert_in_order(
        &page.words(),
        &[
            "Geschiedenis van Orders",
            "7 gebeurtenissen",
            "Admin Jansen heeft elk uitgegeven token afgekapt (keer 1) Toegang beëindigd",
            "1 maart 2026, 16:00 UTC · ingelogd met een wachtwoord · vanaf 127.0.0.1",
            "Admin Jansen heeft de app ingetrokken: geen nieuwe tokens",
            "test (opdrachtregel) heeft vastgelegd dat Member Jansen in One toestemming geeft voor Orders (lezen)",
            "Owner Jansen heeft het secret vervangen: …",
            "dat werkt tot 1 maart 2026, 14:30 UTC",
            "Admin Jansen heeft de scopes gewijzigd: Orders (schrijven) toegevoegd; Relaties (lezen) verwijderd",
            "Eerst: Relaties: Klanten, leveranciers en vervoerders bekijken",
            "Daarna: Orders: Transportorders toevoegen en wijzigen",
            "Owner Jansen heeft de app “My ERP Sync” geregistreerd",
        ],
    );
}

#[tokio::test]
async fn fifty_events_are_on_a_page_and_the_others_on_its_neighbours() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let client = app.new_app(&owner, json!({})).await;
    for number in 1..=104 {
        app.change(&owner, &client.app_id, &json!({"name": format!("Name {number}")})).await.expect(204);
    }
    let browser = signed_in(&app, Actor::Viewer).await;
    let path = format!("/organizations/{}/apps/{}/history", app.world.organization, client.app_id);
    let first = browser.get(&path).await.expect(200).expect_words("105 events");
    assert_eq!((stops(&first), links(&first, "Newer").len()), (50, 0));
    assert_in_order(&first.words(), &["to “Name 104”", "to “Name 55”"]);
    let second = browser.get(&links(&first, "Older")[0]).await.expect(200);
    assert_eq!(stops(&second), 50);
    assert_in_order(&second.words(), &["to “Name 54”", "to “Name 5”"]);
    assert_eq!(links(&second, "Newer")[0], path, "the first page has no position in its address");
    let third = browser.get(&links(&second, "Older")[0]).await.expect(200);
    assert_eq!((stops(&third), links(&third, "Older").len()), (5, 0));
    assert_in_order(&third.words(), &["to “Name 4”", "registered the app “My ERP Sync”"]);
    let back = browser.get(&links(&third, "Newer")[0]).await.expect(200);
    assert_in_order(&back.words(), &["to “Name 54”", "to “Name 5”"]);
    for before in ["x", "-1", "1.5"] {
        browser.get(&format!("{path}?before={before}")).await.expect(400);
    }
    assert_eq!(stops(&browser.get(&format!("{path}?before=0")).await.expect(200)), 0);
}

#[tokio::test]
async fn two_points_are_chosen_one_after_the_other() {
    let lived = Lived::new().await;
    let browser = lived.browser(Actor::Owner).await;
    let page = browser.get(&lived.path("history?type=app.secret_rotated")).await.expect(200);
    let [begin] = <[String; 1]>::try_from(links(&page, "Compare")).unwrap();
    let chosen = browser.get(&begin).await.expect(200);
    assert_in_order(&chosen.words(), &["First point: 1 March 2026, 14:00 UTC", "1 event", "First point"]);
    assert_eq!(chosen.field("filter", "compare"), "4", "the filter does not lose it");
    let all = browser.submit(&chosen, "filter", &[("type", "")]).await.expect(200);
    let others = links(&all, "Compare with this");
    assert_eq!(others.len(), 6);
    let newest = browser.get(&others[0]).await.expect(200);
    assert_in_order(&newest.words(), &["Before 1 March 2026, 14:00", "After 1 March 2026, 16:00", "Status"]);
    let oldest = browser.get(others.last().unwrap()).await.expect(200);
    assert_in_order(&oldest.words(), &["Before 1 March 2026, 12:00", "After 1 March 2026, 14:00", "Name"]);
    let now = browser.get(&links(&all, "Compare with now")[0]).await.expect(200);
    now.expect_words("After 1 March 2026, 17:00 UTC");
    let stopped = browser.get(&links(&all, "Do not compare")[0]).await.expect(200);
    assert!(!stopped.words().contains("First point"), "{}", stopped.words());
    let unknown = browser.get(&lived.path("history?compare=99")).await.expect(200);
    assert_eq!(links(&unknown, "Compare…").len(), 7, "a point that is none is not chosen");
}

#[tokio::test]
async fn the_pages_of_an_app_have_tabs() {
    let lived = Lived::new().await;
    let browser = lived.browser(Actor::Viewer).await;
    for rest in ["history", "state", "diff?from=1&to=2"] {
        let page = browser.get(&lived.path(rest)).await.expect(200);
        assert_in_order(&page.words(), &["OAuth apps", "Overview", "History", "Consents"]);
        let tab = format!("<a href=\"{}\" aria-current=\"page\">History</a>", lived.path("history"));
        assert!(page.text.contains(&tab), "{}", page.text);
        assert_eq!(tags(&page.text).iter().filter(|tag| tag.name == "h1").count(), 1);
    }
}
