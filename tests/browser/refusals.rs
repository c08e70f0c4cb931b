//! Where neither the app nor the address is proven, nobody is sent anywhere.

use crate::app::{App, READ_ACCOUNTS};
use crate::browser::{Browser, Person};
use crate::world::World;

/// Opens it before and after signing in; the page says this, and the app hears nothing.
fn stays(url: impl Fn(&App<'_>) -> String, said: &str) {
    let world = World::start();
    let app = App::own(&world);
    let browser = Browser::of(Person::ENGLISH);
    let url = url(&app);
    for _is_signed_in in [false, true] {
        browser.goto(&url);
        browser.reads("h1", "That did not work");
        assert!(browser.text("main").contains(said), "{}", browser.text("main"));
        assert_eq!(browser.url(), url);
        assert!(browser.count("main a[href]") == 1 && browser.count("form[action*='//']") == 0);
        assert_eq!(app.listener.targets(), [""; 0], "the app is told nothing");
        browser.goto(&world.url("/sign-in?return_to=/account"));
        world.sign_in(&browser, "OWNER");
        browser.reads("h1", "Your account");
    }
}

#[test]
fn an_unknown_app_gets_nobody() {
    let unknown = "00000000-0000-4000-8000-000000000000";
    stays(
        |app| app.authorize_as(unknown, &app.listener.callback(), READ_ACCOUNTS),
        "The app that sent you here is not known.",
    );
}

#[test]
fn an_address_that_is_not_registered_gets_nobody() {
    for path in ["/elsewhere", "/callback/..", "/callback?more=1"] {
        stays(
            |app| app.authorize_as(app.client_id(), &format!("{}{path}", app.listener.origin), READ_ACCOUNTS),
            "an address that is not registered",
        );
    }
}
