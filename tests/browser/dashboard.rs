//! An app from its registration to its end, as an administrator lives it: in both languages, with a script and without.

use std::process::Command;

use crate::app::READ_ACCOUNTS;
use crate::browser::{Browser, Person};
use crate::running::{Answer, Request, send};
use crate::world::World;

const SECRET: &str = "#client-secret";
const STORED: &str = "main a.button";

/// What the pages call things, in one language.
struct Told {
    person: Person,
    apps: &'static str,
    secret: &'static str,
    revoked: &'static str,
    history: [&'static str; 4],
}

const ENGLISH: Told = Told {
    person: Person::ENGLISH,
    apps: "OAuth apps",
    secret: "Store this secret now",
    revoked: "Revoked. The app gets no new tokens.",
    history: ["registered the app", "rotated the secret", "ended the overlap", "revoked the app"],
};
const DUTCH: Told = Told {
    person: Person::DUTCH,
    apps: "OAuth-apps",
    secret: "Bewaar dit secret nu",
    revoked: "Ingetrokken. De app krijgt geen nieuwe tokens.",
    history: [
        "heeft de app “BI export” geregistreerd",
        "heeft het secret vervangen",
        "heeft de overlap beëindigd",
        "heeft de app ingetrokken",
    ],
};

/// An app's credentials, as somebody who is sitting there notes them.
struct Credentials {
    client_id: String,
    secret: String,
}

impl Credentials {
    fn shown(browser: &Browser, client_id: String) -> Self {
        Self { client_id, secret: browser.text(SECRET) }
    }

    fn token(&self, world: &World) -> Answer {
        let form = format!("grant_type=client_credentials&client_id={}&client_secret={}", self.client_id, self.secret);
        send(&world.server.host, &Request::new("POST", "/functions/v1/oauth-token").form(&form))
    }
}

/// Runs the commands of the quick start in a shell, as they stand on the page of the app, and returns what they print.
fn quick_start(browser: &Browser, secret: &str) -> String {
    let lines = ["#quick-1", "#quick-2", "#quick-3"].map(|id| browser.text(id)).join("\necho\n");
    let mut shell = Command::new("bash");
    shell.arg("-euc").arg(lines).env("ROUTIX_CLIENT_SECRET", secret);
    let ran = shell.output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap()
}

fn register(browser: &Browser, name: &str) {
    browser.click(".head a.button");
    browser.fill("#name", name);
    browser.fill("#redirect_uris", "https://bi.example/callback");
    browser.click(&format!("input[name='scope.{READ_ACCOUNTS}']"));
    browser.click("#new-app button[type=submit]");
}

fn life_of_an_app(told: &Told) {
    let world = World::start();
    let browser = Browser::of(told.person);
    world.sign_in_to_apps(&browser, "OWNER");
    browser.reads("h1", told.apps);
    register(&browser, "BI export");
    browser.reads("h1", told.secret);
    let first = Credentials::shown(&browser, browser.text("#client-id"));
    if told.person.has_scripts {
        let label = browser.text("[data-copy=client-secret]");
        browser.click("[data-copy=client-secret]");
        assert_ne!(browser.text("[data-copy=client-secret]"), label, "it says that it has copied");
    } else {
        assert_eq!(browser.value("document.querySelector('[data-copy]').hidden"), true);
    }
    browser.click(STORED);
    browser.reads("h1", "BI export");
    let app = browser.url();

    let printed = quick_start(&browser, &first.secret);
    assert!(printed.contains("\"pagination\"") && printed.contains("\"active\":true"), "{printed}");

    browser.click("a[href$='/rotate']");
    browser.click("input[value='3600']");
    browser.fill("#password", world.fact("OWNER_PASSWORD"));
    browser.click("#rotate button");
    browser.reads("h1", told.secret);
    let second = Credentials::shown(&browser, first.client_id.clone());
    assert_ne!(first.secret, second.secret);
    assert_eq!((first.token(&world).status, second.token(&world).status), (200, 200), "both work for an hour");
    browser.click(STORED);
    browser.click("#end-overlap button");
    browser.text("[role=status]");
    assert_eq!((first.token(&world).status, second.token(&world).status), (401, 200));

    browser.click("a[href$='/revoke']");
    browser.fill("#password", world.fact("OWNER_PASSWORD"));
    browser.click("#revoke button");
    browser.reads("[role=status]", told.revoked);
    assert_eq!(second.token(&world).status, 401);

    browser.goto(&format!("{app}/history"));
    let history = browser.text("main");
    for words in told.history {
        assert!(history.contains(words), "{words}: {history}");
    }
    assert!(history.contains("Ann van den Berg"), "{history}");
    for secret in [&first.secret, &second.secret] {
        assert!(!history.contains(secret.as_str()));
    }
}

#[test]
fn an_app_lives_and_ends_in_english() {
    life_of_an_app(&ENGLISH);
}

#[test]
fn an_app_lives_and_ends_in_dutch() {
    life_of_an_app(&DUTCH);
}

#[test]
fn an_app_lives_and_ends_without_a_script() {
    life_of_an_app(&Told { person: Person::WITHOUT_SCRIPTS, ..ENGLISH });
}

#[test]
fn a_secret_is_gone_after_its_page() {
    let world = World::start();
    let browser = Browser::of(Person::ENGLISH);
    world.sign_in_to_apps(&browser, "OWNER");
    register(&browser, "Shown once");
    let secret = browser.text(SECRET);
    browser.reload();
    browser.reads("h1", "Shown once");
    assert!(browser.text("[role=status]").starts_with("This form had registered the app already."));
    assert_eq!(browser.count(SECRET), 0, "not by loading it again");
    browser.goto(&world.organization("/apps"));
    register(&browser, "Shown once more");
    let secret = [secret, browser.text(SECRET)];
    browser.click(STORED);
    browser.reads("h1", "Shown once more");
    for _ in 0..2 {
        let page = browser.value("document.documentElement.outerHTML");
        assert!(!secret.iter().any(|secret| page.as_str().unwrap().contains(secret)), "nor by going back");
        browser.back();
    }
}

#[test]
fn nothing_is_left_to_go_back_to_after_signing_out() {
    let world = World::start();
    let browser = Browser::of(Person::ENGLISH);
    world.sign_in_to_apps(&browser, "OWNER");
    browser.click(".list a");
    browser.reads("h1", "My ERP Sync");
    browser.click("#sign-out button");
    browser.reads("h1", "Sign in");
    for _ in 0..3 {
        browser.back();
        browser.reads("h1", "Sign in");
    }
}

#[test]
fn a_link_out_gives_no_hold_on_our_page() {
    let world = World::start();
    let browser = Browser::of(Person::ENGLISH);
    world.sign_in_to_apps(&browser, "OWNER");
    browser.click(".list a");
    browser.reads("h1", "My ERP Sync");
    let held = browser.value(
        "[...document.querySelectorAll('a[target=_blank]')].filter(a => !a.relList.contains('noopener')).length",
    );
    assert_eq!(held, 0);
    assert!(browser.count("a[target=_blank]") > 0, "there is one");
}

#[test]
fn the_list_shows_what_is_typed() {
    let world = World::start();
    let browser = Browser::of(Person::ENGLISH);
    world.sign_in_to_apps(&browser, "OWNER");
    for name in ["Zeta", "Omega"] {
        register(&browser, name);
        browser.text(SECRET);
        browser.goto(&world.organization("/apps"));
    }
    browser.fill("#filter", "oMeg");
    let shown = "[...document.querySelectorAll('#apps > li')].filter(e => !e.hidden).map(e => e.querySelector('h2').textContent)";
    assert_eq!(browser.value(shown), serde_json::json!(["Omega"]));
}

#[test]
fn colours_are_chosen_and_stay() {
    let world = World::start();
    let browser = Browser::of(Person::ENGLISH);
    world.sign_in_to_apps(&browser, "OWNER");
    let ground = "getComputedStyle(document.body).backgroundColor";
    let light = browser.value(ground);
    browser.click("footer a[href*='theme?set=dark']");
    assert_ne!(browser.value(ground), light);
    assert_eq!(browser.attribute("html", "data-theme").as_deref(), Some("dark"));
    browser.goto(&world.url("/account"));
    assert_ne!(browser.value(ground), light, "on every page");
    browser.click("footer a[href*='theme?set=light']");
    assert_eq!(browser.value(ground), light);
}
