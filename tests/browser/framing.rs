//! No page of ours can be put in a frame, where somebody else's page would lie over it.

use crate::app::{App, READ_ACCOUNTS};
use crate::browser::{Browser, Person};
use crate::listener::Listener;
use crate::world::World;

#[test]
fn a_frame_shows_nothing_of_our_pages() {
    let world = World::start();
    let app = App::own(&world);
    let framed =
        [world.url("/sign-in"), world.url("/account"), app.authorize(READ_ACCOUNTS), world.organization("/apps/new")];
    let frames = framed.map(|url| format!("<iframe src='{url}'></iframe>")).join("");
    let attacker = Listener::with_pages(&[("/frames", &frames), ("/inner", "inner"), ("/own", "<iframe src=/inner>")]);
    let browser = Browser::of(Person::ENGLISH);
    browser.goto(&format!("{}/own", attacker.origin));
    assert_eq!(browser.frame_texts(), ["inner"], "a frame is read where there is something in it");

    browser.goto(&world.url("/sign-in?return_to=/account"));
    world.sign_in(&browser, "OWNER");
    browser.reads("h1", "Your account");
    assert_eq!(browser.complaints(), [""; 0]);
    browser.goto(&format!("{}/frames", attacker.origin));
    for text in browser.frame_texts() {
        assert!(!text.contains("Routix") && !text.contains("vandenberg"), "{text}");
    }
    let complaints = browser.complaints();
    let refused = complaints.iter().filter(|text| text.contains("frame-ancestors")).count();
    assert_eq!(refused, 4, "{complaints:?}");
}
