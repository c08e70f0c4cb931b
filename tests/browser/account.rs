//! One's own account and sessions.

use crate::app::{App, READ_ACCOUNTS};
use crate::browser::{Browser, Person};
use crate::world::World;

#[test]
fn ones_other_sessions_can_be_ended_one_by_one_and_together() {
    let world = World::start();
    for _ in 0..3 {
        world.user_token("OWNER");
    }
    let browser = Browser::of(Person::ENGLISH);
    browser.goto(&world.url("/sign-in?return_to=/account"));
    world.sign_in(&browser, "OWNER");
    browser.reads("h1", "Your account");
    assert_eq!(browser.count("[aria-labelledby=sessions] > li"), 4);
    assert!(browser.text("[aria-labelledby=sessions] > li:first-child h3").contains("this session"));
    assert_eq!(
        browser.count("[aria-labelledby=sessions] > li:first-child form"),
        0,
        "one does not end the session in which one is"
    );

    browser.click("[aria-labelledby=sessions] > li:last-child button");
    browser.reads("[role=status]", "The session has ended.");
    assert_eq!(browser.count("[aria-labelledby=sessions] > li"), 3);

    browser.click("#end-others button");
    browser.reads("[role=status]", "All your other sessions have ended.");
    assert_eq!(browser.count("[aria-labelledby=sessions] > li"), 1);
    assert_eq!(browser.count("#end-others"), 0);
}

#[test]
fn an_app_that_is_withdrawn_can_do_nothing_any_more() {
    let world = World::start();
    let app = App::own(&world);
    let browser = Browser::of(Person::ENGLISH);
    browser.goto(&app.authorize(READ_ACCOUNTS));
    world.sign_in(&browser, "OWNER");
    browser.click("#consent button[value=approve]");
    let token = app.token();
    assert_eq!(app.accounts(&token, world.fact("BRANCH")).status, 200);

    browser.goto(&world.url("/account"));
    browser.reads("[aria-labelledby=apps] h3", "My ERP Sync");
    assert!(browser.text("[aria-labelledby=apps]").contains("Van den Berg Transport"));
    browser.click("[aria-labelledby=apps] button");
    browser.text("[role=status]");
    assert_eq!(browser.count("[aria-labelledby=apps]"), 0);
    assert_eq!(app.accounts(&token, world.fact("BRANCH")).status, 401);
}
