//! An app asks, a user decides, and the app has what he decided.

use serde_json::json;

use crate::app::{App, MANY_SCOPES, READ_ACCOUNTS};
use crate::browser::{Browser, Person};
use crate::listener::Listener;
use crate::running::{Request, payload, send, until};
use crate::world::World;

const ALLOW: &str = "#consent button[value=approve]";
const DENY: &str = "#consent button[value=deny]";

/// From the app to the consent page, and past signing in on the way.
fn ask(world: &World, app: &App<'_>, browser: &Browser, scope: &str) {
    browser.goto(&app.authorize(scope));
    world.sign_in(browser, "OWNER");
    browser.text("#consent");
}

#[test]
fn what_the_user_allows_is_what_the_app_can_do() {
    let world = World::start();
    for person in [Person::ENGLISH, Person::DUTCH, Person::WITHOUT_SCRIPTS] {
        let app = App::own(&world);
        let browser = Browser::of(person);
        ask(&world, &app, &browser, READ_ACCOUNTS);
        assert!(browser.text("h1").contains("My ERP Sync"), "{}", browser.text("h1"));
        assert!(browser.text("#consent").contains("Van den Berg Transport"));
        browser.click(ALLOW);
        browser.reads("h1", "You are back in the app");
        let token = app.token();
        let claims = payload(&token);
        assert_eq!(claims["oauth_scopes"], json!([READ_ACCOUNTS]));
        assert_eq!(claims["organization_id"], world.fact("ORGANIZATION_ID"));
        assert_ne!(app.accounts(&token, world.fact("BRANCH")).at("/pagination/total"), "0");
    }
}

#[test]
fn a_code_is_worth_something_once() {
    let world = World::start();
    let app = App::own(&world);
    let browser = Browser::of(Person::ENGLISH);
    ask(&world, &app, &browser, READ_ACCOUNTS);
    browser.click(ALLOW);
    let code = app.code();
    assert_eq!(app.redeem(&code).status, 200);
    let again = app.redeem(&code);
    assert_eq!((again.status, again.at("/error").as_str()), (400, "invalid_grant"));
}

#[test]
fn whoever_denies_goes_back_with_nothing() {
    let world = World::start();
    for person in [Person::ENGLISH, Person::WITHOUT_SCRIPTS] {
        let app = App::own(&world);
        let browser = Browser::of(person);
        ask(&world, &app, &browser, MANY_SCOPES);
        browser.click(DENY);
        browser.reads("h1", "You are back in the app");
        assert_eq!(app.error(), "access_denied");
    }
}

#[test]
fn a_user_of_two_organizations_says_for_which_one() {
    let world = World::start();
    let foreign = App::foreign(&world).own_claims()["organization_id"].as_str().unwrap().to_owned();
    world.join(&foreign, "OWNER", "member");
    let app = App::own(&world);
    let browser = Browser::of(Person::ENGLISH);
    ask(&world, &app, &browser, READ_ACCOUNTS);
    assert_eq!(browser.count("#consent input[type=radio]"), 2);
    assert_eq!(browser.count("#consent input[type=radio]:checked"), 0, "nothing is chosen for him");
    browser.click(ALLOW);
    assert!(browser.url().starts_with(world.fact("URL")), "the browser asks for the choice: {}", browser.url());
    browser.click(&format!("#consent input[value='{foreign}']"));
    browser.click(ALLOW);
    browser.reads("h1", "You are back in the app");
    let token = app.token();
    assert_eq!(payload(&token)["organization_id"], foreign.as_str());
    assert_eq!(app.accounts(&token, world.fact("FOREIGN_BRANCH")).status, 200);
    assert_eq!(app.accounts(&token, world.fact("BRANCH")).at("/error"), "branch_not_found");
}

#[test]
fn an_app_of_a_stranger_is_named_as_such() {
    let world = World::start();
    let app = App::foreign(&world);
    let browser = Browser::of(Person::ENGLISH);
    ask(&world, &app, &browser, READ_ACCOUNTS);
    assert!(browser.text("main").contains("This app belongs to another organization, Noorderlicht Logistiek."));
    browser.click(ALLOW);
    assert_eq!(payload(&app.token())["organization_id"], world.fact("ORGANIZATION_ID"), "his own, not the app's");
}

#[test]
fn a_page_that_was_answered_is_not_answered_again() {
    let world = World::start();
    let app = App::own(&world);
    let browser = Browser::of(Person::ENGLISH);
    ask(&world, &app, &browser, READ_ACCOUNTS);
    let page = browser.attribute("#consent input[name=request]", "value");
    browser.click(ALLOW);
    browser.reads("h1", "You are back in the app");
    app.token();
    browser.back();
    // Browsers differ in whether they show the page that they had or ask for a new one, which is a new decision.
    let is_kept = browser.attribute("#consent input[name=request]", "value") == page;
    browser.click(DENY);
    if is_kept {
        browser.reads(
            "main > p",
            "You have answered this request already. If you want to change your answer, start again in the app.",
        );
    } else {
        browser.reads("h1", "You are back in the app");
        assert!(browser.url().contains("error=access_denied"), "{}", browser.url());
    }
}

#[test]
fn an_application_with_a_scheme_of_its_own_is_called() {
    let world = World::start();
    let app = App::own(&world);
    let browser = Browser::of(Person::ENGLISH);
    browser.goto(&app.authorize_public("com.example.drivers:/callback"));
    world.sign_in(&browser, "OWNER");
    assert!(browser.text("main").contains("the application that owns “com.example.drivers”"));
    // Nothing here owns the scheme, so that the page stays; that the policy lets it go shows in the lack of complaints.
    browser.click(ALLOW);
    // Going on at once would take the form back.
    let (token, grants) = (world.user_token("OWNER"), Request::new("GET", "/auth/v1/user/oauth/grants"));
    let grants = grants.bearer(&token);
    until("the consent is there", || send(world.host(), &grants).text.contains("Routix for drivers").then_some(()));
    browser.goto(&world.url("/account"));
    browser.reads("[aria-labelledby=apps] h3", "Routix for drivers");
}

/// A policy has no words for such an address, so that it has to let the browser go there in another way.
#[test]
fn an_app_on_the_other_loopback_address_is_answered() {
    let world = World::start();
    let (app, listener) = (App::own(&world), Listener::on_ipv6());
    let browser = Browser::of(Person::ENGLISH);
    browser.goto(&app.authorize_public(&listener.callback()));
    world.sign_in(&browser, "OWNER");
    browser.click(ALLOW);
    browser.reads("h1", "You are back in the app");
    assert!(listener.brought_back().contains_key("code"));
}
