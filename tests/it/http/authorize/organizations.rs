//! In which organization a user allows an app.

use routix_domain::organization::Role;
use routix_domain::value::BranchRestriction;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::http::app::{Registered, TestApp, text};
use crate::http::browser::{Browser, Page};
use crate::http::code_flow::{
    Request, approve, code, consent_page, decide, decisions, error, kinds, redeem, signed_in, start,
};
use crate::http::html::tags;
use crate::http::jwt;
use crate::http::world::{Actor, origin};

const WRITE: &str = "routix:orders:write";

/// An app with a scope that writes, and a member of both organizations.
async fn two_organizations(foreign_role: Role) -> (TestApp, Registered, Browser) {
    let (app, client) = start(json!({"allowed_scopes": ["routix:orders:read", WRITE]})).await;
    let member = (app.world.foreign_organization, Actor::Member.id());
    app.commands.add_member(member, foreign_role, BranchRestriction::All, &origin()).await.unwrap();
    let browser = signed_in(&app, Actor::Member).await;
    (app, client, browser)
}

async fn choose(browser: &Browser, page: &Page, organization: Uuid) -> Page {
    let id = organization.to_string();
    browser.submit(page, "consent", &[("organization_id", &id), ("decision", "approve")]).await
}

async fn claims(app: &TestApp, client: &Registered, code: &str) -> Value {
    jwt::claims(&text(&redeem(app, client, code, json!({})).await.expect(200).json()["access_token"]))
}

/// The organizations to choose from, in their order.
fn offered(page: &Page) -> Vec<String> {
    let tags = tags(&page.text);
    let choices = tags.iter().filter(|tag| tag.get("name") == Some("organization_id"));
    choices.map(|tag| tag.get("value").unwrap().to_owned()).collect()
}

fn read(client: &Registered) -> Request {
    Request::of(client).with("scope", "routix:orders:read")
}

#[tokio::test]
async fn row27_the_only_organization_is_shown_and_bound() {
    let (app, client) = start(json!({})).await;
    let browser = signed_in(&app, Actor::Member).await;
    let page = consent_page(&browser, &Request::of(&client)).await.expect_words("For organization One");
    assert_eq!(offered(&page), [app.world.organization.to_string()]);
    let code = code(&decide(&browser, &page, "approve").await);
    assert_eq!(claims(&app, &client, &code).await["organization_id"], json!(app.world.organization));
}

#[tokio::test]
async fn row27_of_several_none_is_chosen_before_the_user_chooses() {
    let (app, client, browser) = two_organizations(Role::Member).await;
    let page = consent_page(&browser, &read(&client)).await.expect_words("For which organization?");
    let both = [app.world.organization.to_string(), app.world.foreign_organization.to_string()];
    assert_eq!(offered(&page), both, "the app's own comes first");
    let checked = tags(&page.text).iter().filter(|tag| tag.get("checked").is_some()).count();
    assert_eq!(checked, 0);
    let again = decide(&browser, &page, "approve").await.expect(400);
    let again = again.expect_words("Choose the organization for which you want to allow this.");
    assert!(again.header("content-security-policy").contains("form-action 'self' https://myerp.example;"));
    assert!(kinds(&app).is_empty());
    let chosen = choose(&browser, &again, app.world.foreign_organization).await;
    let claims = claims(&app, &client, &code(&chosen)).await;
    assert_eq!(claims["organization_id"], json!(app.world.foreign_organization));
    // Without a choice one can still deny.
    let page = consent_page(&browser, &read(&client)).await;
    assert_eq!(error(&decide(&browser, &page, "deny").await), "access_denied");
}

#[tokio::test]
async fn row27_each_tab_binds_the_organization_that_was_chosen_in_it() {
    let (app, client, browser) = two_organizations(Role::Member).await;
    let (one, two) = (app.world.organization, app.world.foreign_organization);
    let first = consent_page(&browser, &read(&client)).await;
    let second = consent_page(&browser, &read(&client)).await;
    let of_second = code(&choose(&browser, &second, two).await);
    let of_first = code(&choose(&browser, &first, one).await);
    assert_eq!(claims(&app, &client, &of_first).await["organization_id"], json!(one));
    assert_eq!(claims(&app, &client, &of_second).await["organization_id"], json!(two));
    let granted: Vec<Value> = decisions(&app)
        .into_iter()
        .filter(|decided| decided.kind == "consent.granted")
        .map(|decided| decided.data["organization_id"].clone())
        .collect();
    assert_eq!(granted, [json!(two), json!(one)], "each organization has its own consent");
}

#[tokio::test]
async fn row27_an_organization_that_was_not_shown_is_refused() {
    let (app, client) = start(json!({})).await;
    let browser = signed_in(&app, Actor::Member).await;
    let shown = consent_page(&browser, &Request::of(&client)).await;
    let sealed = shown.field("consent", "request");
    for other in [
        app.world.foreign_organization.to_string(),
        Uuid::nil().to_string(),
        client.app_id.clone(),
        String::new(),
        "One".to_owned(),
        format!("{}x", app.world.organization),
        "<script>".to_owned(),
    ] {
        let fields = [("request", sealed.as_str()), ("organization_id", &other), ("decision", "approve")];
        let refused =
            browser.post(crate::http::code_flow::AUTHORIZE, &fields, &crate::http::browser::FROM_OUR_PAGE).await;
        let refused = refused.expect(400).expect_words("Choose the organization");
        assert_eq!(offered(&refused), [app.world.organization.to_string()], "{other}");
    }
    assert!(kinds(&app).is_empty());
    redeem(&app, &client, &code(&decide(&browser, &shown, "approve").await), json!({})).await.expect(200);
}

#[tokio::test]
async fn row27_an_organization_that_was_left_meanwhile_is_refused() {
    let (app, client, browser) = two_organizations(Role::Member).await;
    let page = consent_page(&browser, &read(&client)).await;
    let left = (app.world.foreign_organization, Actor::Member.id());
    app.commands.remove_member(left, &origin()).await.unwrap();
    let refused = choose(&browser, &page, app.world.foreign_organization).await.expect(400);
    assert_eq!(offered(&refused), [app.world.organization.to_string()]);
    assert!(kinds(&app).is_empty());
    code(&choose(&browser, &page, app.world.organization).await);
}

#[tokio::test]
async fn row27_who_is_in_no_organization_can_only_go_back() {
    let (app, client) = start(json!({})).await;
    let member = (app.world.organization, Actor::Member.id());
    app.commands.remove_member(member, &origin()).await.unwrap();
    let browser = signed_in(&app, Actor::Member).await;
    let page = consent_page(&browser, &Request::of(&client)).await;
    let page = page.expect_words("There is no organization in which you may allow this.");
    assert_eq!(page.text.matches("value=\"approve\"").count(), 0);
    let fields = [
        ("request", page.field("consent", "request")),
        ("organization_id", app.world.organization.to_string()),
        ("decision", "approve".to_owned()),
    ];
    browser.post(crate::http::code_flow::AUTHORIZE, &fields, &crate::http::browser::FROM_OUR_PAGE).await.expect(400);
    assert!(kinds(&app).is_empty());
    assert_eq!(error(&decide(&browser, &page, "deny").await), "access_denied");
    assert_eq!(kinds(&app), ["authorization.denied"]);
}

#[tokio::test]
async fn row28_every_role_allows_what_reads_and_all_but_viewers_what_writes() {
    let (app, client) = start(json!({"allowed_scopes": ["routix:orders:read", WRITE]})).await;
    for actor in [Actor::Owner, Actor::Admin, Actor::Member, Actor::Viewer] {
        let browser = signed_in(&app, actor).await;
        let code = approve(&browser, &read(&client)).await;
        assert_eq!(claims(&app, &client, &code).await["sub"], json!(actor.id()));
        for scope in [WRITE.to_owned(), format!("routix:orders:read {WRITE}")] {
            let page = consent_page(&browser, &Request::of(&client).with("scope", &scope)).await;
            let expected = if actor == Actor::Viewer { vec![] } else { vec![app.world.organization.to_string()] };
            assert_eq!(offered(&page), expected, "{actor:?} {scope}");
        }
    }
}

#[tokio::test]
async fn row28_only_organizations_where_the_role_reaches_are_offered() {
    let (app, client, browser) = two_organizations(Role::Viewer).await;
    let page = consent_page(&browser, &Request::of(&client).with("scope", WRITE)).await;
    assert_eq!(offered(&page), [app.world.organization.to_string()]);
    let page = consent_page(&browser, &read(&client)).await;
    assert_eq!(offered(&page).len(), 2);
}

#[tokio::test]
async fn row28_who_became_a_viewer_meanwhile_cannot_allow_what_writes() {
    let (app, client) = start(json!({"allowed_scopes": [WRITE]})).await;
    let browser = signed_in(&app, Actor::Member).await;
    let page = consent_page(&browser, &Request::of(&client).with("scope", WRITE)).await;
    let member = (app.world.organization, Actor::Member.id());
    app.commands.change_member(member, Some(Role::Viewer), None, &origin()).await.unwrap();
    let refused = decide(&browser, &page, "approve").await.expect(400);
    refused.expect_words("There is no organization in which you may allow this.");
    assert!(kinds(&app).is_empty());
}

#[tokio::test]
async fn row27_an_organization_joined_since_is_not_offered_by_the_old_page() {
    let (app, client) = start(json!({})).await;
    let browser = signed_in(&app, Actor::Member).await;
    let old = consent_page(&browser, &Request::of(&client)).await;
    let member = (app.world.foreign_organization, Actor::Member.id());
    app.commands.add_member(member, Role::Member, BranchRestriction::All, &origin()).await.unwrap();
    let refused = choose(&browser, &old, app.world.foreign_organization).await.expect(400);
    assert_eq!(offered(&refused), [app.world.organization.to_string()], "what is offered can be chosen");
    assert!(kinds(&app).is_empty());
    code(&choose(&browser, &refused, app.world.organization).await);
}
