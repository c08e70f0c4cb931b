//! The guide for integrators as people see it, and what it does with a script and without.

use crate::browser::{Browser, Person};
use crate::gallery::show;
use crate::world::World;

fn pictures(person: Person) {
    let world = World::start();
    let browser = Browser::of(person);
    browser.goto(&world.url("/docs"));
    browser.text("main h1");
    show(&browser, "guide");
    for chapter in ["quick-start", "users", "errors"] {
        browser.goto(&world.url(&format!("/docs/{chapter}")));
        browser.text("main h1");
        show(&browser, &format!("guide-{chapter}"));
    }
}

#[test]
fn the_guide_in_english_fits_and_can_be_read() {
    pictures(Person::ENGLISH);
}

#[test]
fn the_guide_in_dutch_fits_and_can_be_read() {
    pictures(Person::DUTCH);
}
