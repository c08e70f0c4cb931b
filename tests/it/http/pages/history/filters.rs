//! Which events the timeline shows, and what cannot be asked.

use super::Lived;
use crate::http::html::tags;
use crate::http::world::Actor;

const TOLD: [&str; 7] = [
    "registered the app",
    "renamed the app",
    "changed the scopes",
    "rotated the secret",
    "recorded that",
    "revoked the app",
    "cut off every token",
];

#[tokio::test]
async fn events_are_chosen_by_type_by_actor_and_by_time() {
    let lived = Lived::new().await;
    let browser = lived.browser(Actor::Viewer).await;
    let page = browser.get(&lived.path("history")).await.expect(200);
    let admin = Actor::Admin.id().to_string();
    for (values, expected) in [
        (&[("type", "app.secret_rotated")][..], &[3][..]),
        (&[("type", "consent.granted")], &[4]),
        (&[("actor", &admin)], &[1, 2, 5, 6]),
        (&[("actor", "test")], &[4]),
        (&[("actor", &admin), ("type", "app.revoked")], &[5]),
        (&[("from", "2026-03-01T14:00")], &[3, 4, 5, 6]),
        (&[("from", "2026-03-01T14:01")], &[4, 5, 6]),
        (&[("to", "2026-03-01T13:00")], &[0, 1, 2]),
        (&[("to", "2026-03-01T12:59")], &[0]),
        (&[("from", "2026-03-01"), ("to", "2026-03-01")], &[0, 1, 2, 3, 4, 5, 6]),
        (&[("from", "2026-03-01T14:00:00+01:00"), ("to", "2026-03-01T14:00:00.000000Z")], &[1, 2, 3]),
        (&[], &[0, 1, 2, 3, 4, 5, 6]),
    ] {
        let shown = browser.submit(&page, "filter", values).await.expect(200);
        let words = shown.words();
        let found: Vec<usize> = (0..TOLD.len()).filter(|index| words.contains(TOLD[*index])).collect();
        assert_eq!(found, expected, "{values:?}");
        for (name, value) in values {
            assert_eq!(shown.field("filter", name), *value, "what was asked stands in the form");
        }
    }
}

#[tokio::test]
async fn nothing_found_says_so() {
    let lived = Lived::new().await;
    let browser = lived.browser(Actor::Viewer).await;
    for query in ["from=2026-03-02", "type=app.reactivated", "actor=nobody"] {
        let page = browser.get(&lived.path(&format!("history?{query}"))).await.expect(200);
        page.expect_words("No event fits this filter").expect_words("Show everything");
    }
    let page = browser.get(&lived.path("history?actor=nobody")).await.expect(200);
    assert_eq!(page.field("filter", "actor"), "nobody");
}

#[tokio::test]
async fn a_fault_stands_beside_its_field_and_nothing_is_lost() {
    let lived = Lived::new().await;
    let browser = lived.browser(Actor::Owner).await;
    let admin = Actor::Admin.id();
    for (query, field, typed, message) in [
        ("from=yesterday", "from", "yesterday", "This is no time."),
        ("to=2026-02-30", "to", "2026-02-30", "This is no time."),
        ("from=2026-03-02&to=2026-03-01", "to", "2026-03-01", "This is before the beginning of the stretch."),
        ("type=app.exploded", "type", "app.exploded", "There is no event of this type."),
    ] {
        let page = browser.get(&lived.path(&format!("history?{query}&actor={admin}"))).await.expect(400);
        assert_eq!(page.field("filter", field), typed, "{query}");
        assert_eq!(page.field("filter", "actor"), admin.to_string(), "{query}");
        let all = tags(&page.text);
        let faulty: Vec<_> = all.iter().filter(|tag| tag.get("aria-invalid").is_some()).collect();
        assert_eq!(faulty.len(), 1, "{query}");
        assert_eq!(
            (faulty[0].get("id"), faulty[0].get("aria-describedby")),
            (Some(field), Some(&*format!("{field}-fault")))
        );
        assert!(all.iter().any(|tag| tag.get("id") == Some(&format!("{field}-fault"))), "{query}");
        let page = page.expect_words(message);
        assert!(page.text.contains("<title>There is a problem: "), "{query}");
        assert!(!page.words().contains("revoked the app"), "what it would let through is not known");
    }
    let dutch = lived.reading(Actor::Owner, "nl").await;
    dutch.get(&lived.path("history?from=x")).await.expect(400).expect_words("Dit is geen tijdstip.");
    browser.get(&lived.path("history?type=a&type=b")).await.expect(400);
    browser.get(&lived.path("history?type=%ff")).await.expect(400);
}
