//! R3: however many answers to one page race, one decision is recorded, and every answer is consistent with it.

use std::collections::BTreeMap;

use futures_util::future::{join, join_all};
use routix_domain::organization::Role;
use routix_domain::value::BranchRestriction;
use serde_json::{Value, json};

use crate::http::app::{Registered, TestApp};
use crate::http::browser::{Browser, Page};
use crate::http::code_flow::{
    Decided, Request, code, consent_page, decide, decisions, redeem, returned, signed_in, start,
};
use crate::http::world::{Actor, origin};
use crate::support::races;

/// What a browser was told: a code, a refusal, or that it had answered before.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Told {
    Code(String),
    Denied,
    Answered,
}

fn told(page: &Page) -> Told {
    if page.status == 409 {
        assert_eq!(page.location(), "");
        return Told::Answered;
    }
    let parameters = returned(page);
    match (parameters.get("code"), parameters.get("error").map(String::as_str)) {
        (Some(code), None) => Told::Code(code.clone()),
        (None, Some("access_denied")) => Told::Denied,
        other => panic!("{other:?}: {}", page.location()),
    }
}

/// The decisions so far, each the only one of its authorization, in their order.
fn recorded(app: &TestApp) -> Vec<Decided> {
    let all: Vec<Decided> =
        decisions(app).into_iter().filter(|decided| decided.kind.starts_with("authorization.")).collect();
    let mut streams: BTreeMap<&str, usize> = BTreeMap::new();
    for decided in &all {
        *streams.entry(decided.stream.as_str()).or_default() += 1;
    }
    assert!(streams.values().all(|count| *count == 1), "one page, one decision");
    all
}

async fn member(fields: Value) -> (TestApp, Registered, Browser) {
    let (app, client) = start(fields).await;
    let both = (app.world.foreign_organization, Actor::Member.id());
    app.commands.add_member(both, Role::Member, BranchRestriction::All, &origin()).await.unwrap();
    let browser = signed_in(&app, Actor::Member).await;
    (app, client, browser)
}

async fn choose(browser: &Browser, page: &Page, organization: &str) -> Page {
    browser.submit(page, "consent", &[("organization_id", organization), ("decision", "approve")]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r3_of_yes_and_no_at_once_one_is_recorded() {
    let (app, client, browser) = member(json!({})).await;
    let one = app.world.organization.to_string();
    let mut counts = [0, 0];
    for round in 0..races() {
        let page = consent_page(&browser, &Request::of(&client)).await;
        let (yes, no) = if round % 2 == 0 {
            join(choose(&browser, &page, &one), decide(&browser, &page, "deny")).await
        } else {
            let (no, yes) = join(decide(&browser, &page, "deny"), choose(&browser, &page, &one)).await;
            (yes, no)
        };
        let all = recorded(&app);
        assert_eq!(all.len(), round + 1);
        match (told(&yes), told(&no)) {
            (Told::Code(_), Told::Answered) => {
                assert_eq!(all[round].kind, "authorization.code_issued");
                counts[0] += 1;
            }
            (Told::Answered, Told::Denied) => {
                assert_eq!(all[round].kind, "authorization.denied");
                counts[1] += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    let consents = decisions(&app).iter().filter(|decided| decided.kind == "consent.granted").count();
    assert_eq!(consents, usize::from(counts[0] > 0), "a refusal grants nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r3_of_yes_twice_at_once_both_get_the_same_code() {
    let (app, client, browser) = member(json!({})).await;
    let one = app.world.organization.to_string();
    for round in 0..races() {
        let page = consent_page(&browser, &Request::of(&client)).await;
        let (first, second) = join(choose(&browser, &page, &one), choose(&browser, &page, &one)).await;
        assert_eq!(told(&first), told(&second));
        let all = recorded(&app);
        assert_eq!((all.len(), all[round].kind.as_str()), (round + 1, "authorization.code_issued"));
        redeem_once(&app, &client, &code(&first)).await;
    }
}

/// Redeems a code without leaving an event on the stream that `recorded` would count.
async fn redeem_once(app: &TestApp, client: &Registered, code: &str) {
    let wrong = redeem(app, client, code, json!({"client_secret": "routix_x"})).await;
    assert_eq!(wrong.failure(), (401, "invalid_client".to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r3_of_two_organizations_at_once_one_is_bound() {
    let (app, client, browser) = member(json!({})).await;
    let (one, two) = (app.world.organization.to_string(), app.world.foreign_organization.to_string());
    for round in 0..races() {
        let page = consent_page(&browser, &Request::of(&client)).await;
        let (first, second) = if round % 2 == 0 {
            join(choose(&browser, &page, &one), choose(&browser, &page, &two)).await
        } else {
            let (second, first) = join(choose(&browser, &page, &two), choose(&browser, &page, &one)).await;
            (first, second)
        };
        let all = recorded(&app);
        assert_eq!((all.len(), all[round].kind.as_str()), (round + 1, "authorization.code_issued"));
        let bound = match (told(&first), told(&second)) {
            (Told::Code(_), Told::Answered) => &one,
            (Told::Answered, Told::Code(_)) => &two,
            other => panic!("{other:?}"),
        };
        assert_eq!(all[round].data["organization_id"], json!(bound));
    }
    let mut bound: Vec<Value> = recorded(&app).iter().map(|decided| decided.data["organization_id"].clone()).collect();
    bound.sort_by_key(Value::to_string);
    bound.dedup();
    let consents = decisions(&app).iter().filter(|decided| decided.kind == "consent.granted").count();
    assert_eq!(consents, bound.len(), "a consent for each organization that was bound, and for no other");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r3_of_many_answers_from_two_people_only_his_count_who_saw_the_page() {
    let (app, client, browser) = member(json!({})).await;
    let stranger = signed_in(&app, Actor::Admin).await;
    let one = app.world.organization.to_string();
    for round in 0..races() {
        let page = consent_page(&browser, &Request::of(&client)).await;
        let mine = join_all((0..4).map(|_| choose(&browser, &page, &one)));
        let theirs =
            join_all((0..4).map(|at| {
                let (stranger, page, one) = (&stranger, &page, &one);
                async move {
                    if at % 2 == 0 { choose(stranger, page, one).await } else { decide(stranger, page, "deny").await }
                }
            }));
        let (mine, theirs) = join(mine, theirs).await;
        assert!(theirs.iter().all(|page| page.status == 403));
        let first = told(&mine[0]);
        assert!(matches!(first, Told::Code(_)) && mine.iter().all(|page| told(page) == first), "{first:?}");
        let all = recorded(&app);
        assert_eq!(all.len(), round + 1);
        assert_eq!(all[round].data["user_id"], json!(Actor::Member.id()));
    }
}
