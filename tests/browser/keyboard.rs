//! With the keyboard alone.

use crate::app::{App, READ_ACCOUNTS};
use crate::browser::{Browser, ENTER, Person, SPACE, TAB};
use crate::world::World;

/// Presses Tab until it is there; what was passed on the way.
fn tab_to(browser: &Browser, wanted: &str) -> Vec<String> {
    let mut passed = Vec::new();
    while passed.len() < 60 {
        browser.press(TAB);
        let focus = browser.focus();
        if focus == wanted {
            assert_ne!(browser.value("getComputedStyle(document.activeElement).outlineStyle"), "none", "{wanted}");
            return passed;
        }
        passed.push(focus);
    }
    panic!("Tab does not lead to {wanted:?}, but to {passed:?}");
}

#[test]
fn an_app_is_allowed_without_a_mouse() {
    let world = World::start();
    let foreign = App::foreign(&world).own_claims()["organization_id"].as_str().unwrap().to_owned();
    world.join(&foreign, "OWNER", "member");
    let app = App::own(&world);
    let browser = Browser::of(Person::ENGLISH);
    browser.goto(&app.authorize(READ_ACCOUNTS));
    browser.reads("h1", "Sign in");
    assert_eq!(browser.focus(), "email", "one can begin to type");
    browser.press(world.fact("OWNER_EMAIL"));
    assert_eq!(tab_to(&browser, "password"), [""; 0]);
    browser.press(world.fact("OWNER_PASSWORD"));
    browser.press(ENTER);

    browser.reads("h1", "Allow My ERP Sync?");
    let passed = tab_to(&browser, "organization_id");
    assert_eq!(passed.first().map(String::as_str), Some("Skip to the content"), "{passed:?}");
    browser.press(SPACE);
    assert_eq!(browser.count("input:checked"), 1);
    assert_eq!(tab_to(&browser, "Allow"), [""; 0], "the next one after the choice");
    browser.press(ENTER);
    browser.reads("h1", "You are back in the app");
    assert!(!app.token().is_empty());
}

#[test]
fn the_frame_of_the_page_can_be_skipped() {
    let world = World::start();
    let browser = Browser::of(Person::ENGLISH);
    browser.goto(&world.url("/sign-in?return_to=/account"));
    world.sign_in(&browser, "OWNER");
    browser.reads("h1", "Your account");
    browser.press(TAB);
    assert_eq!(browser.focus(), "Skip to the content");
    assert!(browser.value("document.activeElement.getBoundingClientRect().left").as_f64().unwrap() >= 0.0, "seen");
    browser.press(ENTER);
    browser.press(TAB);
    assert_ne!(browser.focus(), "Your account", "the links of the frame are behind");
    assert_ne!(browser.focus(), "Sign out");
}

/// Presses Tab until it is there, and then Enter.
fn enter(browser: &Browser, wanted: &str) {
    tab_to(browser, wanted);
    browser.press(ENTER);
}

#[test]
fn an_app_is_registered_rotated_and_revoked_without_a_mouse() {
    let world = World::start();
    let browser = Browser::of(Person::ENGLISH);
    browser.goto(&world.url("/"));
    browser.reads("h1", "Sign in");
    browser.press(world.fact("OWNER_EMAIL"));
    tab_to(&browser, "password");
    browser.press(world.fact("OWNER_PASSWORD"));
    browser.press(ENTER);
    browser.reads("h1", "OAuth apps");
    enter(&browser, "New app");

    browser.reads("h1", "Register an app");
    tab_to(&browser, "name");
    browser.press("By hand");
    // A text area is known by its content, which is empty.
    tab_to(&browser, "client_type");
    browser.press(TAB);
    assert_eq!(browser.value("document.activeElement.name"), "redirect_uris");
    browser.press("https://hand.example/callback");
    tab_to(&browser, "scope.routix:orders:read");
    browser.press(SPACE);
    enter(&browser, "Register");

    browser.reads("h1", "Store this secret now");
    let secret = browser.text("#client-secret");
    tab_to(&browser, "Copy");
    enter(&browser, "I have stored it");
    browser.reads("h1", "By hand");
    enter(&browser, "Rotate the secret");
    browser.reads("h1", "Rotate the secret");
    tab_to(&browser, "password");
    browser.press(world.fact("OWNER_PASSWORD"));
    browser.press(ENTER);
    browser.reads("h1", "Store this secret now");
    assert_ne!(browser.text("#client-secret"), secret);
    enter(&browser, "I have stored it");

    browser.reads("h1", "By hand");
    enter(&browser, "Revoke…");
    browser.reads("h1", "Revoke the app");
    tab_to(&browser, "password");
    browser.press(world.fact("OWNER_PASSWORD"));
    enter(&browser, "Revoke");
    browser.reads("[role=status]", "Revoked. The app gets no new tokens.");
}
