//! One event as it was recorded.

use serde_json::Value;

use super::{Lived, assert_in_order};
use crate::http::app::APPS;
use crate::http::browser::Page;
use crate::http::html::{tags, unescape};
use crate::http::world::Actor;

/// The text of the element with this id.
fn text_of(page: &Page, id: &str) -> String {
    let (_, after) = page.text.split_once(&format!("id=\"{id}\"")).unwrap_or_else(|| panic!("no {id}: {}", page.text));
    unescape(after.split_once('>').unwrap().1.split('<').next().unwrap())
}

#[tokio::test]
async fn an_event_is_shown_as_the_api_has_it() {
    let lived = Lived::new().await;
    let browser = lived.browser(Actor::Owner).await;
    let token = lived.app.sign_in(Actor::Owner).await;
    let events = lived.app.get(&format!("{APPS}/{}/events", lived.client.app_id), &token).await.expect(200).json();
    for event in events.as_array().unwrap() {
        let page = browser.get(&lived.path(&format!("events/{}", event["position"]))).await.expect(200);
        let raw: Value = serde_json::from_str(&text_of(&page, "raw")).unwrap();
        assert_eq!(raw, *event);
        assert!(!page.text.contains("sha256") && !page.text.contains("fingerprint"), "{}", page.text);
        let words = page.words();
        for said in ["id", "type"].map(|name| event[name].as_str().unwrap()) {
            assert!(words.contains(said), "{said}: {words}");
        }
    }
    let rotation = browser.get(&lived.path(&format!("events/{}", events[3]["position"]))).await.expect(200);
    let request_id = events[3]["request_id"].as_str().unwrap();
    assert_in_order(
        &rotation.words(),
        &[
            "Owner Jansen rotated the secret",
            "Recorded 1 March 2026, 14:00 UTC ( 2026-03-01T14:00:00.000000Z )",
            "Authentication signed in with a password",
            "Address and device 127.0.0.1",
            &format!("Position in the log {}", events[3]["position"]),
            "Number in its stream 4",
            "app.secret_rotated , 1",
            request_id,
            "As it was recorded",
        ],
    );
}

#[tokio::test]
async fn an_event_leads_to_its_neighbours_and_says_how_to_check_it() {
    let lived = Lived::new().await;
    let browser = lived.browser(Actor::Viewer).await;
    let positions = lived.positions().await;
    for (index, position) in positions.iter().enumerate() {
        let page = browser.get(&lived.path(&format!("events/{position}"))).await.expect(200);
        let leads_to = |index: Option<usize>| {
            index.and_then(|index| positions.get(index)).map(|position| lived.path(&format!("events/{position}")))
        };
        let links = tags(&page.text);
        let link = |rel: &str| links.iter().find(|tag| tag.get("rel") == Some(rel)).and_then(|tag| tag.get("href"));
        assert_eq!(link("prev"), leads_to(index.checked_sub(1)).as_deref());
        assert_eq!(link("next"), leads_to(Some(index + 1)).as_deref());
        let check = text_of(&page, "check");
        assert!(check.starts_with(&format!("routix events prove {position} > event-{position}.json\n")), "{check}");
    }
}

#[tokio::test]
async fn what_is_no_event_of_the_app_is_not_found() {
    let lived = Lived::new().await;
    let browser = lived.browser(Actor::Owner).await;
    let first = lived.positions().await[0];
    for position in ["0", "x", "-1", "99999999", "99999999999999999999999", &(first - 1).to_string()] {
        browser.get(&lived.path(&format!("events/{position}"))).await.expect(404);
    }
}

#[tokio::test]
async fn a_sealed_event_is_shown_with_the_newest_checkpoint() {
    let lived = Lived::new().await;
    let first = lived.positions().await[0];
    let Lived { app, client } = lived;
    // A stop seals what is there.
    let lived = Lived { app: app.restart().await, client };
    let browser = lived.browser(Actor::Viewer).await;
    let page = browser.get(&lived.path(&format!("events/{first}"))).await.expect(200);
    let page = page.expect_words("This event is sealed under the newest checkpoint");
    let note = text_of(&page, "checkpoint");
    assert!(note.contains("\n\n— "), "a signed note: {note}");
}
