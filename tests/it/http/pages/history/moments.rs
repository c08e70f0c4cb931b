//! The state of an app at a moment, and what is different at two.

use super::{Lived, assert_in_order};
use crate::http::world::Actor;

#[tokio::test]
async fn a_state_says_what_the_app_could_do_and_who_had_made_it_so() {
    let lived = Lived::new().await;
    let browser = lived.browser(Actor::Viewer).await;
    let old = &lived.client.secret[43..];
    let page = browser.get(&lived.path("state?at=2026-03-01T14:00")).await.expect(200);
    assert_in_order(
        &page.words(),
        &[
            "Orders at 1 March 2026, 14:00 UTC",
            "Another moment (UTC)",
            "event 4 of the app",
            "What it could do",
            "Status Active since 1 March 2026, 12:00 UTC by Owner Jansen",
            "Scopes Orders See transport orders and their stops Add transport orders, and change them can change",
            "since 1 March 2026, 13:00 UTC by Admin Jansen",
            "Branches Every branch, future ones too",
            "Secrets",
            &format!("Secret ••••{old} Valid until 1 March 2026, 14:30 UTC"),
            "Secret ••••",
            "Valid since 1 March 2026, 14:00 UTC by Owner Jansen",
            "Nobody had consented to it.",
            "Name Orders since 1 March 2026, 13:00 UTC by Admin Jansen",
            "Redirect URIs https://myerp.example/callback",
            "Lifetime of tokens 1 hour",
        ],
    );
    assert_eq!(page.field("moment", "at"), "2026-03-01T14:00");
    let later = browser.submit(&page, "moment", &[("at", "2026-03-01T15:00")]).await.expect(200);
    assert_in_order(
        &later.words(),
        &[
            &format!("Secret ••••{old} Not valid ended 1 March 2026, 14:30 UTC"),
            "Consent of Member Jansen in One, since 1 March 2026, 15:00 UTC Orders See transport orders and their stops",
            "since 1 March 2026, 15:00 UTC by test (command line)",
        ],
    );
    let now = browser.get(&lived.path("state")).await.expect(200);
    assert_in_order(&now.words(), &["Orders at 1 March 2026, 17:00 UTC", "The app was revoked", "Status Revoked"]);
    let registered = browser.get(&lived.path("state?sequence=1")).await.expect(200);
    assert_in_order(&registered.words(), &["Accounts See customers", "Name My ERP Sync", "One event later"]);
    assert!(!registered.words().contains("One event earlier"));
    let future = browser.get(&lived.path("state?at=2027-01-01")).await.expect(200);
    future.expect_words("Orders at 1 March 2026, 17:00 UTC");
}

#[tokio::test]
async fn a_state_is_told_in_dutch() {
    let lived = Lived::new().await;
    let page = lived.reading(Actor::Owner, "nl").await.get(&lived.path("state?at=2026-03-01T15:00")).await.expect(200);
    assert_in_order(
        &page.words(),
        &[
            "Orders op 1 maart 2026, 15:00 UTC",
            "Status Actief sinds 1 maart 2026, 12:00 UTC door Owner Jansen",
            "Transportorders toevoegen en wijzigen",
            "Elke vestiging, ook toekomstige",
            "Niet geldig beëindigd op 1 maart 2026, 14:30 UTC",
            "Toestemming van Member Jansen in One, sinds 1 maart 2026, 15:00 UTC",
            "Omschrijving niet ingevuld",
            "Levensduur van tokens 1 uur",
        ],
    );
}

#[tokio::test]
async fn before_the_app_there_is_nothing_to_show() {
    let lived = Lived::new().await;
    let browser = lived.browser(Actor::Owner).await;
    let page = browser.get(&lived.path("state?at=2026-03-01T11:59")).await.expect(404);
    let page =
        page.expect_words("The app was not there").expect_words("At 1 March 2026, 11:59 UTC, the log had nothing");
    assert_eq!(page.field("moment", "at"), "2026-03-01T11:59");
    assert!(page.text.contains(&lived.path("state?sequence=1")), "the way to its beginning");
    for sequence in ["0", "7", "99"] {
        let page = browser.get(&lived.path(&format!("state?sequence={sequence}"))).await.expect(404);
        page.expect_words(&format!("The app has no event with the number {sequence}."));
    }
    let page = browser.get(&lived.path("state?at=soon")).await.expect(400).expect_words("This is no time.");
    assert_eq!(page.field("moment", "at"), "soon");
    browser.get(&lived.path("state?at=3")).await.expect(400).expect_words("This is no time.");
    browser.get(&lived.path("state?sequence=x")).await.expect(400);
    let dutch = lived.reading(Actor::Owner, "nl").await;
    dutch.get(&lived.path("state?at=2020-01-01")).await.expect(404).expect_words("De app was er niet");
}

#[tokio::test]
async fn a_difference_shows_only_what_changed_and_who_did_it() {
    let lived = Lived::new().await;
    let browser = lived.browser(Actor::Viewer).await;
    let page = browser.get(&lived.path("diff?from=1&to=3")).await.expect(200);
    assert_in_order(
        &page.words(),
        &[
            "What changed in Orders",
            "Before 1 March 2026, 12:00 UTC , event 1 of the app",
            "After 1 March 2026, 13:00 UTC , event 3 of the app",
            "2 things are different",
            "Name Before: My ERP Sync After: Orders since 1 March 2026, 13:00 UTC by Admin Jansen",
            "Scopes Unchanged: Orders: See transport orders and their stops",
            "Before: Accounts: See customers",
            "After: Orders: Add transport orders",
        ],
    );
    assert!(!page.words().contains("Redirect URIs"), "{}", page.words());
    let page = browser.submit(&page, "moments", &[("from", "3"), ("to", "2026-03-01")]).await.expect(200);
    assert_in_order(
        &page.words(),
        &["Status Before: Active After: Revoked", "Secret ••••", "Consent of Member Jansen", "After: in One"],
    );
    let page = browser.get(&lived.path("diff?from=2026-03-01T15:10&to=2026-03-01T15:20")).await.expect(200);
    let page = page.expect_words("Nothing is different");
    assert_eq!(page.field("moments", "to"), "2026-03-01T15:20");
    let one = browser.get(&lived.path("diff?from=4&to=2026-03-01T14:30")).await.expect(200);
    assert_in_order(
        &one.words(),
        &["1 thing is different", "Before: Valid", "After: Not valid", "After: ended 1 March 2026, 14:30"],
    );
}

#[tokio::test]
async fn a_difference_the_other_way_round_says_that_it_is() {
    let lived = Lived::new().await;
    let browser = lived.browser(Actor::Viewer).await;
    let page = browser.get(&lived.path("diff?from=3&to=1")).await.expect(200);
    let words = ["Before 1 March 2026, 13:00", "After 1 March 2026, 12:00", "reads backwards", "Before: Orders"];
    assert_in_order(&page.words(), &words);
    assert!(page.text.contains("diff?from=1&#38;to=3"), "the way to swap them: {}", page.text);
    let forwards = browser.get(&lived.path("diff?from=1&to=3")).await.expect(200);
    assert!(!forwards.words().contains("backwards"));
}

#[tokio::test]
async fn moments_that_are_none_are_said_beside_their_field() {
    let lived = Lived::new().await;
    let browser = lived.browser(Actor::Owner).await;
    for (query, status, messages) in [
        ("diff", 400, ["This is no moment.", "This is no moment."]),
        ("diff?from=1", 400, ["", "This is no moment."]),
        ("diff?from=soon&to=2", 400, ["This is no moment.", ""]),
        ("diff?from=0&to=2", 404, ["The app has no event with the number 0.", ""]),
        ("diff?from=1&to=99", 404, ["", "The app has no event with the number 99."]),
        ("diff?from=2026-02-28&to=1", 404, ["the log had nothing of this app yet", ""]),
    ] {
        let page = browser.get(&lived.path(query)).await.expect(status);
        for (field, message) in ["from", "to"].iter().zip(messages) {
            let fault =
                page.text.split_once(&format!("id=\"{field}-fault\">")).map(|it| it.1.split('<').next().unwrap());
            assert_eq!(fault.is_some(), !message.is_empty(), "{query} {field}");
            assert!(fault.unwrap_or_default().contains(message), "{query} {field}: {fault:?}");
        }
        assert!(!page.words().contains("is different"), "{query}");
    }
}
