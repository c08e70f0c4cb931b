//! The harness does what the other tests believe of it.

use crate::browser::{Browser, NARROW, Person, WIDE};
use crate::listener::Listener;
use crate::world::World;

const SCRIPTED: &str = "<title>before</title><p id=text>before</p><script>
    document.title = 'after'; document.getElementById('text').textContent = 'after';</script>";

#[test]
fn chromium_reads_the_health_of_the_real_program() {
    let world = World::start();
    let browser = Browser::of(Person::ENGLISH);
    browser.goto(&world.url("/healthz"));
    assert!(browser.text("body").contains("ok"), "{}", browser.text("body"));
}

#[test]
fn scripts_run_and_do_not_run() {
    let app = Listener::with_pages(&[("/scripted", SCRIPTED)]);
    for (person, text) in [(Person::ENGLISH, "after"), (Person::WITHOUT_SCRIPTS, "before")] {
        let browser = Browser::of(person);
        browser.goto(&format!("{}/scripted", app.origin));
        assert_eq!(browser.text("#text"), text, "{person:?}");
        assert_eq!(browser.title(), text, "{person:?}");
    }
}

#[test]
fn a_person_sends_the_languages_he_reads() {
    let app = Listener::start();
    let browser = Browser::of(Person::DUTCH);
    browser.goto(&app.callback());
    let languages = &app.asked_for("/callback").headers["accept-language"];
    assert!(languages.starts_with("nl"), "{languages}");
}

#[test]
fn width_and_scheme_are_what_was_asked_for() {
    let page = "<style>@media (prefers-color-scheme: dark) { p { color: rgb(1, 2, 3) } }</style><p>text</p>";
    let app = Listener::with_pages(&[("/page", page)]);
    let browser = Browser::of(Person::ENGLISH);
    browser.goto(&format!("{}/page", app.origin));
    for (width, is_dark) in [(WIDE, false), (NARROW, true), (NARROW, false), (WIDE, true)] {
        browser.look(width, is_dark);
        assert_eq!(browser.value("innerWidth"), width);
        let color = browser.value("getComputedStyle(document.querySelector('p')).color");
        assert_eq!(color == "rgb(1, 2, 3)", is_dark, "{color}");
    }
}

#[test]
fn a_breach_of_the_security_policy_is_a_complaint() {
    let breach = "<meta http-equiv=Content-Security-Policy content=\"script-src 'none'\"><script>1</script>";
    let app = Listener::with_pages(&[("/breach", breach)]);
    let browser = Browser::of(Person::ENGLISH);
    browser.goto(&app.callback());
    assert_eq!(browser.complaints(), [""; 0]);
    browser.goto(&format!("{}/breach", app.origin));
    let complaints = browser.complaints();
    assert!(complaints.iter().any(|text| text.contains("Content Security Policy")), "{complaints:?}");
}
