//! Every page that can be reached by following links, whatever there is by now: who may see it, and that none of its forms can
//! be forged.

use std::collections::{BTreeMap, BTreeSet};

use super::desk::{consented, head, path, registered};
use crate::http::app::TestApp;
use crate::http::browser::{Browser, FROM_OUR_PAGE, Page};
use crate::http::code_flow::signed_in;
use crate::http::html::{Form, forms, tags};
use crate::http::world::Actor;

/// Links that lead back to the same page.
const CHOICES: [&str; 2] = ["/language", "/theme"];
const MOST: usize = 300;

/// Every page that a person comes to from the start page.
async fn crawl(browser: &Browser) -> BTreeMap<String, Page> {
    let (mut found, mut waiting) = (BTreeMap::new(), vec!["/".to_owned()]);
    let mut seen = BTreeSet::new();
    while let Some(path) = waiting.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        assert!(seen.len() < MOST, "more pages than there should be: {seen:?}");
        let page = browser.get(&path).await;
        if page.status == 303 {
            waiting.push(page.location().to_owned());
            continue;
        }
        if page.header("content-type").starts_with("text/html") {
            let links = tags(&page.text).into_iter().filter(|tag| tag.name == "a");
            let hrefs = links.filter_map(|tag| tag.get("href").map(str::to_owned));
            let own = hrefs.filter(|href| href.starts_with('/') && !CHOICES.iter().any(|door| href.starts_with(door)));
            waiting.extend(own.map(|href| href.split('#').next().unwrap_or_default().to_owned()));
        }
        found.insert(path, page);
    }
    found
}

/// An app with a consent, so that there is something to see and to do everywhere.
async fn furnished() -> TestApp {
    let email = Actor::Owner.email().to_owned();
    let app = TestApp::start_with(|config| config.operators = Some(email)).await;
    let client = registered(&app).await;
    for actor in [Actor::Member, Actor::Viewer, Actor::Owner] {
        consented(&app, &client, actor).await;
    }
    app
}

fn posts(pages: &BTreeMap<String, Page>) -> Vec<Form> {
    let all = pages.values().filter(|page| page.header("content-type").starts_with("text/html"));
    all.flat_map(|page| forms(&page.text)).filter(|form| form.method.eq_ignore_ascii_case("post")).collect()
}

#[tokio::test]
async fn no_form_anywhere_can_be_forged() {
    let app = furnished().await;
    let owner = signed_in(&app, Actor::Owner).await;
    let other = signed_in(&app, Actor::Owner).await;
    let (pages, elsewhere) = (crawl(&owner).await, posts(&crawl(&other).await));
    let forms = posts(&pages);
    let actions: BTreeSet<&str> = forms.iter().map(|form| form.action.as_str()).collect();
    assert!(actions.len() >= 10, "{actions:?}");
    let before = head(&app).await;
    let own = app.url("");
    for form in &forms {
        for headers in [
            vec![],
            vec![("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")],
            vec![("sec-fetch-site", "same-site"), ("origin", own.as_str())],
            vec![("origin", "null")],
        ] {
            owner.post(&form.action, &form.fields, &headers).await.expect(403);
        }
        let tokens = [
            String::new(),
            "x".repeat(40),
            // Of the same form in another session, and of another form in this one.
            token_of(elsewhere.iter().find(|found| found.action == form.action).unwrap_or(form)),
            token_of(forms.iter().find(|found| token_of(found) != token_of(form)).unwrap()),
        ];
        for token in tokens.iter().filter(|token| **token != token_of(form)) {
            let mut fields = without_token(form);
            fields.push(("form_token".to_owned(), token.clone()));
            owner.post(&form.action, &fields, &FROM_OUR_PAGE).await.expect(403);
        }
        if form.action != "/sign-out" {
            owner.post(&form.action, &without_token(form), &FROM_OUR_PAGE).await.expect(403);
        }
    }
    assert_eq!(head(&app).await, before, "nothing happened");
    assert!(owner.is_signed_in().await);
}

/// A form that was kept from an earlier session, sent again by the same person in the same browser.
#[tokio::test]
async fn b1_no_form_of_a_session_that_has_ended_counts_in_the_next_one() {
    let app = furnished().await;
    let owner = signed_in(&app, Actor::Owner).await;
    let kept = posts(&crawl(&owner).await);
    let account = owner.get("/account").await.expect(200);
    owner.submit(&account, "/sign-out", &[]).await.expect(303);
    let before = head(&app).await;
    for form in kept.iter().filter(|form| form.action != "/sign-out") {
        let refused = owner.post(&form.action, &form.fields, &FROM_OUR_PAGE).await;
        assert!(matches!(refused.status, 303 | 403), "{}: {}", form.action, refused.status);
        assert!(refused.status == 403 || refused.location().starts_with("/sign-in"), "{}", refused.location());
    }
    owner.sign_in(Actor::Owner).await;
    for form in &kept {
        owner.post(&form.action, &form.fields, &FROM_OUR_PAGE).await.expect(403);
    }
    assert_eq!(head(&app).await, before, "nothing happened");
    assert!(owner.is_signed_in().await);
}

fn without_token(form: &Form) -> Vec<(String, String)> {
    form.fields.iter().filter(|(name, _)| name != "form_token").cloned().collect()
}

fn token_of(form: &Form) -> String {
    form.fields.iter().find(|(name, _)| name == "form_token").map(|(_, value)| value.clone()).unwrap_or_default()
}

#[tokio::test]
async fn every_page_is_whole_and_every_form_of_it_has_a_place_to_go_to() {
    let app = furnished().await;
    let owner = signed_in(&app, Actor::Owner).await;
    let pages = crawl(&owner).await;
    assert!(pages.len() >= 15, "{:?}", pages.keys());
    for (path, page) in &pages {
        assert_eq!(page.status, 200, "{path}");
        assert!(page.header("content-security-policy").contains("default-src 'none'") || !page.text.contains("<html"));
    }
}

#[tokio::test]
async fn who_only_sees_sees_and_can_change_nothing() {
    let app = furnished().await;
    let before = head(&app).await;
    let pages = crawl(&signed_in(&app, Actor::Owner).await).await;
    for actor in [Actor::Member, Actor::Viewer] {
        let person = signed_in(&app, actor).await;
        for path in pages.keys() {
            let page = person.get(path).await;
            let is_operators = path.starts_with("/operator/");
            let expected: &[u16] = if is_operators { &[404] } else { &[200, 403] };
            assert!(expected.contains(&page.status), "{actor:?} {path}: {}", page.status);
        }
        for form in posts(&pages).iter().filter(|form| form.action.contains(&app.world.organization.to_string())) {
            // With a token of his own where he has one for such a form; else the owner's, which is not his.
            let answer = person.post(&form.action, &form.fields, &FROM_OUR_PAGE).await;
            assert!(matches!(answer.status, 403 | 404), "{actor:?} {}: {}", form.action, answer.status);
        }
        let own: Vec<String> = posts(&crawl(&person).await).into_iter().map(|form| form.action).collect();
        let manages = |action: &&String| action.starts_with(&path(&app, "/")) && !action.contains("/consents/");
        assert_eq!(own.iter().find(manages), None, "{actor:?}");
    }
    assert_eq!(head(&app).await, before);
}

#[tokio::test]
async fn another_organization_does_not_exist() {
    let app = furnished().await;
    let before = head(&app).await;
    let pages = crawl(&signed_in(&app, Actor::Owner).await).await;
    let foreigner = signed_in(&app, Actor::Foreigner).await;
    let beginning = path(&app, "");
    let mut count = 0;
    for found in pages.keys().filter(|found| found.starts_with(&beginning) || found.starts_with("/operator/")) {
        foreigner.get(found).await.expect(404);
        // Nor do its apps under his own organization.
        let moved = found.replace(&app.world.organization.to_string(), &app.world.foreign_organization.to_string());
        if moved.contains("/apps/") && !moved.ends_with("/apps/new") {
            foreigner.get(&moved).await.expect(404);
            count += 1;
        }
    }
    assert!(count >= 5, "{count}");
    for form in posts(&pages).iter().filter(|form| form.action.starts_with(&beginning)) {
        foreigner.post(&form.action, &form.fields, &FROM_OUR_PAGE).await.expect(404);
    }
    for nobody in ["00000000-0000-4000-8000-000000000000", "x", "%00"] {
        foreigner.get(&format!("/organizations/{nobody}/apps")).await.expect(404);
    }
    assert_eq!(head(&app).await, before);
}
