//! What operators see and do, with a script and without.

use crate::browser::{Browser, Person};
use crate::gallery::show;
use crate::world::World;

const PROJECTIONS: &str = "/operator/projections";

/// Begins a rebuild and waits until the page says that it is done; without a script one has to look again.
fn rebuild(person: Person) {
    let world = World::start();
    let browser = Browser::of(person);
    world.sign_in_to_apps(&browser, "OWNER");
    browser.goto(&world.url(&format!("{PROJECTIONS}/app_list/rebuild")));
    browser.click("#act button");
    browser.text("[role=status]");
    for _ in 0..100 {
        if browser.text("#live-app_list").contains("Rebuilt: the new tables hold the log") {
            return;
        }
        if !person.has_scripts {
            browser.reload();
        }
    }
    panic!("{}", browser.text("#live-app_list"));
}

#[test]
fn a_rebuild_is_followed_on_the_page() {
    rebuild(Person::ENGLISH);
}

#[test]
fn a_rebuild_is_followed_without_a_script() {
    rebuild(Person::WITHOUT_SCRIPTS);
}

/// The pages of those who look after the service, and the audit log of an organization.
fn pages(person: Person) {
    let world = World::start();
    let browser = Browser::of(person);
    world.sign_in_to_apps(&browser, "OWNER");
    for (path, name) in [
        (PROJECTIONS.to_owned(), "projections"),
        (format!("{PROJECTIONS}/token_validation/rebuild"), "projection-rebuild"),
        (format!("{PROJECTIONS}/token_validation/pause"), "projection-pause"),
        ("/operator/events".to_owned(), "log"),
        ("/operator/events/1".to_owned(), "log-event"),
        (format!("/organizations/{}/events", world.fact("ORGANIZATION_ID")), "events"),
        (format!("/organizations/{}/events?from=never", world.fact("ORGANIZATION_ID")), "events-faults"),
        (format!("/organizations/{}/events?request_id=none", world.fact("ORGANIZATION_ID")), "events-none"),
    ] {
        browser.goto(&world.url(&path));
        browser.text("main h1");
        show(&browser, name);
    }
    browser.goto(&world.url(&format!("{PROJECTIONS}/app_history/pause")));
    browser.fill("#password", world.fact("OWNER_PASSWORD"));
    browser.click("#act button");
    browser.text("[role=status]");
    show(&browser, "projections-paused");
}

#[test]
fn the_pages_of_operators_in_english_fit_and_can_be_read() {
    pages(Person::ENGLISH);
}

#[test]
fn the_pages_of_operators_in_dutch_fit_and_can_be_read() {
    pages(Person::DUTCH);
}

#[test]
fn what_operators_see_does_not_exist_for_others() {
    let world = World::start();
    let browser = Browser::of(Person::ENGLISH);
    world.sign_in_to_apps(&browser, "ADMIN");
    assert_eq!(browser.count(".side a[href^='/operator']"), 0);
    for path in [PROJECTIONS, "/operator/events"] {
        browser.goto(&world.url(path));
        browser.reads("h1", "That did not work");
    }
}
