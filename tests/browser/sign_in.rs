//! Signing in and out.

use crate::browser::{Browser, Person};
use crate::world::World;

#[test]
fn whoever_signs_in_comes_to_his_account_and_out_again() {
    let world = World::start();
    for person in [Person::ENGLISH, Person::WITHOUT_SCRIPTS] {
        let browser = Browser::of(person);
        browser.goto(&world.url("/account"));
        assert_eq!(browser.title(), "Sign in – Routix");
        world.sign_in(&browser, "OWNER");
        browser.reads("h1", "Your account");
        assert_eq!(browser.url(), world.url("/account"));
        assert!(browser.text("main").contains(world.fact("OWNER_EMAIL")));
        browser.click("#sign-out button");
        browser.reads("h1", "Sign in");
        browser.goto(&world.url("/account"));
        browser.reads("h1", "Sign in");
        browser.back();
        browser.reads("h1", "Sign in");
    }
}

#[test]
fn a_wrong_password_shows_what_is_wrong_and_keeps_the_address() {
    let world = World::start();
    let browser = Browser::of(Person::ENGLISH);
    browser.goto(&world.url("/sign-in?return_to=/account"));
    browser.fill("#email", world.fact("OWNER_EMAIL"));
    browser.fill("#password", "not the password");
    browser.click("#sign-in button");
    browser.reads(".problem h2", "There is a problem");
    assert!(browser.title().starts_with("There is a problem: "), "{}", browser.title());
    assert_eq!(browser.attribute("#email", "value").as_deref(), Some(world.fact("OWNER_EMAIL")));
    assert_eq!(browser.value("document.querySelector('#password').value"), "");
    assert_eq!(browser.attribute("#password", "aria-describedby").as_deref(), Some("problem"));
    assert_eq!(browser.focus(), "password");
    world.sign_in(&browser, "OWNER");
    browser.reads("h1", "Your account");
}

#[test]
fn a_page_that_needs_a_session_is_shown_after_signing_in() {
    let world = World::start();
    let browser = Browser::of(Person::ENGLISH);
    browser.goto(&world.url("/sign-in?return_to=https%3A%2F%2Felsewhere.example%2F"));
    world.sign_in(&browser, "ADMIN");
    browser.reads("h1", "OAuth apps");
    assert!(browser.url().starts_with(world.fact("URL")), "nobody is sent elsewhere: {}", browser.url());
}
