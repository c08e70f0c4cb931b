//! Every page as people see it: light and dark, in both languages, wide and on a phone. The pictures are for looking at; what
//! a machine can tell is checked on the way.

use crate::app::{App, MANY_SCOPES, READ_ACCOUNTS};
use crate::axe::violations;
use crate::browser::{Browser, NARROW, Person, WIDE};
use crate::world::World;

/// Text that has no more than this against its ground is hard to read (WCAG 2.2, 1.4.3).
const LEAST_CONTRAST: f64 = 4.5;

/// The least contrast of a text on the page, and that text. No page draws text on a picture or on something translucent.
const CONTRAST: &str = "(() => {
    const parse = color => color.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
        .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const ground = e => {
        const color = parse(getComputedStyle(e).backgroundColor);
        return color.length === 4 && color[3] === 0 && e.parentElement ? ground(e.parentElement) : color;
    };
    const own = e => [...e.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
    return [...document.body.querySelectorAll('*')].filter(e => own(e) && e.getClientRects().length).map(e => {
        const [one, other] = [light(parse(getComputedStyle(e).color)), light(ground(e))];
        return [(Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05), e.textContent.trim()];
    }).sort((a, b) => a[0] - b[0])[0];
})()";

/// What is wrong with how a page is built, in the words of whoever has to mend it.
const FLAWS: &str = "(() => {
    const all = css => [...document.querySelectorAll(css)];
    const seen = e => e.getClientRects().length > 0;
    const levels = all('h1, h2, h3, h4').map(e => Number(e.tagName[1]));
    const targets = all('a, button, input').filter(e => seen(e) && e.type !== 'hidden' && !e.closest('p, dd, li, h2, h3'));
    const ids = all('[id]').map(e => e.id);
    const flaws = {
        'not one h1': levels.filter(level => level === 1).length !== 1,
        'a level of headings is left out': levels.some((level, i) => level > (levels[i - 1] ?? 0) + 1),
        'not one main': all('main').length !== 1,
        'no language': !document.documentElement.lang,
        'no title': !document.title.trim(),
        'an id twice': new Set(ids).size !== ids.length,
        'a field without a label': all('input:not([type=hidden]), select, textarea').some(e => !e.labels.length && !e.getAttribute('aria-label')),
        'a button without a name': all('button').some(e => !(e.getAttribute('aria-label') || e.textContent.trim())),
        'a description that is not there': all('[aria-describedby]').some(e => e.getAttribute('aria-describedby').trim().split(/\\s+/).some(id => !document.getElementById(id))),
        'smaller than a finger can hit': targets.some(e => e.getBoundingClientRect().height < 24),
    };
    return Object.keys(flaws).filter(flaw => flaws[flaw]).join('; ');
})()";

/// Pictures of the page that is open.
pub(crate) fn show(browser: &Browser, page: &str) {
    let language = browser.attribute("html", "lang").unwrap();
    assert_eq!(browser.value(FLAWS), "", "{page} in {language}");
    for (width, size) in [(WIDE, "wide"), (NARROW, "narrow")] {
        for (is_dark, scheme) in [(false, "light"), (true, "dark")] {
            browser.look(width, is_dark);
            let name = format!("{page}-{language}-{size}-{scheme}");
            browser.shot(&name);
            let needed = browser.value("document.documentElement.scrollWidth").as_u64().unwrap();
            assert!(needed <= u64::from(width), "{name} is {needed} pixels wide");
            let least = browser.value(CONTRAST);
            assert!(least[0].as_f64().unwrap() >= LEAST_CONTRAST, "{name}: {least}");
            assert_eq!(violations(browser), [""; 0], "{name}");
        }
    }
    browser.look(WIDE, false);
}

fn gallery(person: Person) {
    let world = World::start();
    let (app, foreign) = (App::own(&world), App::foreign(&world));
    let browser = Browser::of(person);
    browser.goto(&world.url("/sign-in?return_to=/account"));
    show(&browser, "sign-in");
    browser.fill("#email", world.fact("VIEWER_EMAIL"));
    browser.fill("#password", "wrong");
    browser.click("#sign-in button");
    browser.text(".problem");
    show(&browser, "sign-in-failed");
    browser.goto(&app.authorize_as("nobody", "https://a.example/", READ_ACCOUNTS));
    show(&browser, "error");

    world.sign_in_at(&browser, "VIEWER");
    show(&browser, "account");
    browser.goto(&app.authorize(MANY_SCOPES));
    browser.text("#consent");
    show(&browser, "consent-of-a-viewer");

    world.sign_in_at(&browser, "OWNER");
    for _ in 0..2 {
        world.user_token("OWNER");
    }
    browser.goto(&app.authorize(MANY_SCOPES));
    browser.text("#consent");
    show(&browser, "consent");
    browser.click("#consent button[value=approve]");
    browser.reads("h1", "You are back in the app");
    browser.goto(&world.url("/account"));
    browser.click("[aria-labelledby=sessions] > li:last-child button");
    browser.text("[role=status]");
    show(&browser, "account-with-an-app");
    world.join(foreign.own_claims()["organization_id"].as_str().unwrap(), "ADMIN", "member");
    world.sign_in_at(&browser, "ADMIN");
    browser.goto(&app.authorize(READ_ACCOUNTS));
    browser.click("#consent li:last-child input");
    show(&browser, "consent-of-two-organizations");
    world.sign_in_at(&browser, "OWNER");
    browser.goto(&foreign.authorize(READ_ACCOUNTS));
    browser.text("#consent");
    show(&browser, "consent-for-a-stranger");
}

#[test]
fn every_page_in_english_fits_and_can_be_read() {
    gallery(Person::ENGLISH);
}

#[test]
fn every_page_in_dutch_fits_and_can_be_read() {
    gallery(Person::DUTCH);
}
