//! Dutch for whoever reads Dutch, and another language without losing the page.

use crate::app::{App, READ_ACCOUNTS};
use crate::browser::{Browser, Person};
use crate::world::World;

const ENGLISH: &str = "footer a[lang=en]";
const DUTCH: &str = "footer a[lang=nl]";

fn language(browser: &Browser) -> String {
    browser.attribute("html", "lang").unwrap()
}

#[test]
fn whoever_reads_dutch_is_asked_in_dutch() {
    let world = World::start();
    let app = App::own(&world);
    let browser = Browser::of(Person::DUTCH);
    browser.goto(&app.authorize(READ_ACCOUNTS));
    assert_eq!((browser.title().as_str(), language(&browser).as_str()), ("Inloggen – Routix", "nl"));
    world.sign_in(&browser, "OWNER");
    browser.reads("h1", "My ERP Sync toestaan?");
    assert_eq!(language(&browser), "nl");
    assert!(browser.text("main").contains("Klanten, leveranciers en vervoerders bekijken"));
    browser.reads("#consent button[value=deny]", "Niet toestaan");
    browser.click("#consent button[value=approve]");
    browser.reads("h1", "You are back in the app");
    assert!(!app.code().is_empty());
}

#[test]
fn another_language_keeps_the_page_and_stays() {
    let world = World::start();
    let app = App::own(&world);
    let browser = Browser::of(Person::ENGLISH);
    browser.goto(&app.authorize(READ_ACCOUNTS));
    browser.click(DUTCH);
    browser.reads("h1", "Inloggen");
    world.sign_in(&browser, "OWNER");
    browser.reads("h1", "My ERP Sync toestaan?");
    let dutch = browser.url();
    browser.click(ENGLISH);
    browser.reads("h1", "Allow My ERP Sync?");
    assert_eq!(browser.url(), dutch, "the same page");
    assert_eq!(browser.attribute(ENGLISH, "aria-current").as_deref(), Some("true"));
    browser.goto(&world.url("/account"));
    browser.click(DUTCH);
    browser.reads("h1", "Je account");
    assert_eq!(browser.url(), world.url("/account"));
}
