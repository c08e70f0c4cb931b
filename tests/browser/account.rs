//! One's own account and sessions.

use serde_json::json;

use crate::browser::{Browser, Person};
use crate::running::{Request, send};
use crate::world::World;

/// Signs in as a program does.
pub(crate) fn sign_in_by_api(world: &World, who: &str) {
    let body = json!({
        "email": world.fact(&format!("{who}_EMAIL")),
        "password": world.fact(&format!("{who}_PASSWORD")),
    });
    let request = Request::new("POST", "/auth/v1/token?grant_type=password").json(&body);
    assert_eq!(send(&world.server.host, &request).status, 200);
}

#[test]
fn ones_other_sessions_can_be_ended_one_by_one_and_together() {
    let world = World::start();
    for _ in 0..3 {
        sign_in_by_api(&world, "OWNER");
    }
    let browser = Browser::of(Person::ENGLISH);
    browser.goto(&world.url("/sign-in"));
    world.sign_in(&browser, "OWNER");
    browser.reads("h1", "Your account");
    assert_eq!(browser.count(".rows > li"), 4);
    assert!(browser.text(".rows > li:first-child h3").contains("this session"));
    assert_eq!(browser.count(".rows > li:first-child form"), 0, "one does not end the session in which one is");

    browser.click(".rows > li:last-child button");
    browser.reads("[role=status]", "The session has ended.");
    assert_eq!(browser.count(".rows > li"), 3);

    browser.click("#end-others button");
    browser.reads("[role=status]", "All your other sessions have ended.");
    assert_eq!(browser.count(".rows > li"), 1);
    assert_eq!(browser.count("#end-others"), 0);
}
