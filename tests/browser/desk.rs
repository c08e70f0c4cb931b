//! Every page of the dashboard as people see it, with something to see on each.

use crate::app::{App, MANY_SCOPES, READ_ACCOUNTS};
use crate::browser::{Browser, Person};
use crate::gallery::show;
use crate::world::World;

/// Opens a page of the organization and takes its pictures.
fn open(world: &World, browser: &Browser, path: &str, name: &str) {
    browser.goto(&world.organization(path));
    browser.text("main h1");
    show(browser, name);
}

/// An app of which much can be told, and a consent to it.
fn furnish(world: &World, browser: &Browser) {
    let app = App::own(world);
    browser.goto(&app.authorize(MANY_SCOPES));
    world.sign_in(browser, "OWNER");
    browser.click("#consent button[value=approve]");
    browser.reads("h1", "You are back in the app");
    app.token();
    assert_eq!(app.own_claims()["oauth_branch_ids"], serde_json::json!([]));
}

fn apps(person: Person) {
    let world = World::start();
    let browser = Browser::of(person);
    furnish(&world, &browser);
    let app = format!("/apps/{}", world.fact("APP_ID"));
    open(&world, &browser, "/apps", "apps");
    open(&world, &browser, "/apps/new", "app-new");
    browser.fill("#redirect_uris", "https://bi.example/callback\n\nhttp://bi.example/callback");
    browser.click("#new-app button[type=submit]");
    browser.text("#faults");
    show(&browser, "app-new-faults");
    browser.fill("#name", "BI export");
    browser.fill("#redirect_uris", "https://bi.example/callback");
    browser.click(&format!("input[name='scope.{READ_ACCOUNTS}']"));
    browser.click("#token_lifetime option[value=unlimited]");
    browser.click("input[name=branches][value=only]");
    browser.click(".indent .tick:last-child input");
    browser.click("#new-app button[type=submit]");
    browser.text("#client-secret");
    show(&browser, "app-secret");
    browser.click("main a.button");
    browser.text("#secrets");
    show(&browser, "app-unlimited");

    open(&world, &browser, &format!("{app}/edit"), "app-edit");
    open(&world, &browser, &format!("{app}/rotate"), "app-rotate");
    browser.click("input[value='86400']");
    browser.fill("#password", "wrong");
    browser.click("#rotate button");
    browser.text(".problem");
    show(&browser, "app-rotate-refused");
    browser.fill("#password", world.fact("OWNER_PASSWORD"));
    browser.click("#rotate button");
    browser.text("#client-secret");
    show(&browser, "app-rotated");
    open(&world, &browser, &app, "app");
    for what in ["revoke", "cut-off"] {
        open(&world, &browser, &format!("{app}/{what}"), &format!("app-{what}"));
    }
    browser.fill("#password", world.fact("OWNER_PASSWORD"));
    browser.click("#cut-off button");
    browser.text("[role=status]");
    show(&browser, "app-revoked");
    open(&world, &browser, &format!("{app}/reactivate"), "app-reactivate");
    open(&world, &browser, &format!("{app}/consents"), "app-consents");
    open(&world, &browser, &format!("{app}/consents/withdraw-all"), "app-withdraw-all");
    history(&world, &browser, &app);
}

/// What is told of an app that has seen all this.
fn history(world: &World, browser: &Browser, app: &str) {
    open(world, browser, &format!("{app}/history"), "history");
    open(world, browser, &format!("{app}/history?compare=1"), "history-compare");
    open(world, browser, &format!("{app}/history?from=never&type=nothing"), "history-faults");
    open(world, browser, &format!("{app}/state?sequence=2"), "state");
    open(world, browser, &format!("{app}/state?at=2001-01-01"), "state-too-early");
    open(world, browser, &format!("{app}/diff?from=1&to=3"), "diff");
    browser.goto(&world.organization(&format!("{app}/history")));
    browser.click(".way > li:last-child a[href*='/events/']");
    browser.text("main pre");
    show(browser, "event");
}

fn organization(person: Person) {
    let world = World::start();
    let browser = Browser::of(person);
    furnish(&world, &browser);
    let foreign = App::foreign(&world).own_claims()["organization_id"].as_str().unwrap().to_owned();
    world.join(&foreign, "OWNER", "viewer");
    for path in ["consents", "branches", "members"] {
        open(&world, &browser, &format!("/{path}"), path);
    }
    browser.click(".list a.button");
    browser.text("#role");
    show(&browser, "member");
    for (path, name) in [("/docs/api", "api"), ("/docs/api/orders", "api-orders"), ("/docs/api/tokens", "api-tokens")] {
        browser.goto(&world.url(path));
        browser.text("main h1");
        show(&browser, name);
    }
    browser.goto(&world.organization("/apps"));
    browser.click(".switch summary");
    show(&browser, "organizations");
    browser.click(".switch li:last-child a");
    browser.text("main h1");
    show(&browser, "apps-of-a-viewer");
    browser.goto(&world.url("/organizations/00000000-0000-4000-8000-000000000000/apps"));
    browser.text("main h1");
    show(&browser, "nothing-here");
}

#[test]
fn the_pages_of_apps_in_english_fit_and_can_be_read() {
    apps(Person::ENGLISH);
}

#[test]
fn the_pages_of_apps_in_dutch_fit_and_can_be_read() {
    apps(Person::DUTCH);
}

#[test]
fn the_pages_of_an_organization_in_english_fit_and_can_be_read() {
    organization(Person::ENGLISH);
}

#[test]
fn the_pages_of_an_organization_in_dutch_fit_and_can_be_read() {
    organization(Person::DUTCH);
}
