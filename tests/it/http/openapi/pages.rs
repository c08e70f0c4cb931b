//! The description as people read it.

use std::collections::BTreeSet;

use super::document::Document;
use crate::http::app::TestApp;
use crate::http::browser::Browser;
use crate::http::html::tags;

/// The ids of a page, and the places within the description to which it links.
fn ids_and_links(html: &str) -> (BTreeSet<String>, Vec<String>) {
    let tags = tags(html);
    let ids = tags.iter().filter_map(|tag| tag.get("id").map(str::to_owned)).collect();
    let hrefs = tags.iter().filter(|tag| tag.name == "a").filter_map(|tag| tag.get("href").map(str::to_owned));
    (ids, hrefs.filter(|href| href.starts_with("/docs/api") || href.starts_with('#')).collect())
}

#[tokio::test]
async fn every_operation_has_a_place_that_can_be_linked_to() {
    let app = TestApp::start().await;
    let document = Document::of(&app).await;
    let browser = Browser::new(&app);
    let overview = browser.get("/docs/api").await.expect(200);
    let (_, links) = ids_and_links(&overview.text);
    for (method, path, operation) in document.operations() {
        let (id, section) = (operation["operationId"].as_str().unwrap(), operation["tags"][0].as_str().unwrap());
        let link = format!("/docs/api/{section}#{id}");
        assert!(links.contains(&link), "{method} {path}: {link}");
        let page = browser.get(&format!("/docs/api/{section}")).await.expect(200);
        let (ids, links) = ids_and_links(&page.text);
        assert!(ids.contains(id) && ids.contains(&format!("{id}-curl")), "{link}");
        assert!(page.text.contains(&format!("<code>{path}</code>")), "{link}");
        for own in links.iter().filter_map(|link| link.strip_prefix('#')) {
            assert!(ids.contains(own), "{section}: nothing is at #{own}");
        }
    }
}

#[tokio::test]
async fn the_pages_are_there_for_everybody_in_his_language_and_run_no_foreign_script() {
    let app = TestApp::start().await;
    let browser = Browser::new(&app);
    let page = browser.get("/docs/api/orders").await.expect(200);
    assert!(page.header("content-security-policy").starts_with("default-src 'none'; style-src 'self';"));
    let foreign = tags(&page.text).into_iter().filter(|tag| tag.name == "script" || tag.name == "link");
    let sources: Vec<String> =
        foreign.filter_map(|tag| tag.get("src").or(tag.get("href")).map(str::to_owned)).collect();
    assert!(sources.iter().all(|source| source.starts_with("/assets/") || source == "data:,"), "{sources:?}");
    browser.get("/docs/api/nothing").await.expect(404);
    browser.get("/language?set=nl&return_to=/docs/api/orders").await.expect(303);
    let dutch = browser.get("/docs/api/orders").await.expect(200);
    assert!(dutch.text.contains("<html lang=\"nl\"") && dutch.text.contains("Antwoorden"));
}
