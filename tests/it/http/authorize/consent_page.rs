//! What the consent page shows (OAuth 2.1, 7.9).

use serde_json::json;

use crate::http::app::TestApp;
use crate::http::browser::{Browser, Page};
use crate::http::code_flow::{Request, consent_page, signed_in, start};
use crate::http::html::tags;
use crate::http::world::Actor;

const SCOPES: [&str; 3] = ["routix:orders:write", "routix:accounts:read", "routix:orders:read"];

async fn dutch(app: &TestApp, actor: Actor) -> Browser {
    let browser = Browser::reading(app, "nl");
    browser.sign_in(actor).await;
    browser
}

fn assert_in_order(page: &Page, texts: &[&str]) {
    let words = page.words();
    let mut rest = words.as_str();
    for text in texts {
        let (_, after) = rest.split_once(text).unwrap_or_else(|| panic!("no {text:?} in {rest:?} of {words:?}"));
        rest = after;
    }
}

#[tokio::test]
async fn az31_4_7_it_says_who_asks_for_what_in_whose_name_and_where_it_leads() {
    let fields = json!({
        "name": "Planbord", "homepage_url": "https://planbord.example/over?a=1&b=2", "allowed_scopes": SCOPES,
        "redirect_uris": ["https://app.planbord.example:8443/cb?tenant=1"], "description": "plans trips",
    });
    let (app, client) = start(fields).await;
    let request = Request::of(&client)
        .with("scope", &SCOPES.join(" "))
        .with("redirect_uri", "https://app.planbord.example:8443/cb?tenant=1");
    let page = consent_page(&signed_in(&app, Actor::Admin).await, &request).await;
    assert_in_order(
        &page,
        &[
            "Allow Planbord?",
            "Planbord asks to use Routix as admin@one.example.",
            "Orders",
            "Add transport orders, and change them",
            "can change",
            "See transport orders and their stops",
            "Accounts",
            "See customers, suppliers and carriers",
            "Homepage https://planbord.example/over?a=1&b=2",
            "Registered by One, on 1 March 2026",
            "Sends you back to app.planbord.example",
            "For organization One",
            "Allow",
            "Do not allow",
        ],
    );
    let page = consent_page(&dutch(&app, Actor::Admin).await, &request).await;
    assert!(page.text.contains("<html lang=\"nl\""));
    assert_in_order(
        &page,
        &[
            "Planbord toestaan?",
            "Planbord wil Routix gebruiken als admin@one.example.",
            "Orders",
            "Transportorders toevoegen en wijzigen",
            "kan wijzigen",
            "Transportorders en hun stops bekijken",
            "Relaties",
            "Klanten, leveranciers en vervoerders bekijken",
            "Website https://planbord.example/over?a=1&b=2",
            "Geregistreerd door One, op 1 maart 2026",
            "Stuurt je terug naar app.planbord.example",
            "Voor organisatie One",
            "Toestaan",
            "Niet toestaan",
        ],
    );
}

#[tokio::test]
async fn az31_only_what_writes_is_marked_and_each_resource_has_one_heading() {
    let (app, client) = start(json!({"allowed_scopes": SCOPES})).await;
    let browser = signed_in(&app, Actor::Admin).await;
    for (scope, writes, headings) in [
        (SCOPES.join(" "), 1, 2),
        ("routix:orders:read routix:accounts:read".to_owned(), 0, 2),
        ("routix:orders:write".to_owned(), 1, 1),
    ] {
        let page = consent_page(&browser, &Request::of(&client).with("scope", &scope)).await;
        assert_eq!(page.words().matches("can change").count(), writes, "{scope}");
        assert_eq!(page.text.matches("<span class=\"badge writes\">can change</span>").count(), writes, "{scope}");
        assert_eq!(tags(&page.text).iter().filter(|tag| tag.name == "h2").count(), headings, "{scope}");
    }
}

#[tokio::test]
async fn az31_only_the_scopes_that_are_asked_for_are_shown() {
    let (app, client) = start(json!({"allowed_scopes": SCOPES})).await;
    let browser = signed_in(&app, Actor::Admin).await;
    let page = consent_page(&browser, &Request::of(&client).with("scope", "routix:accounts:read")).await;
    assert!(page.words().contains("See customers") && !page.words().contains("transport orders"), "{}", page.words());
}

#[tokio::test]
async fn az31_a_program_on_this_computer_is_named_as_such() {
    for (uri, english, dutch_words) in [
        ("http://127.0.0.1/cb", "a program on this computer", "een programma op deze computer"),
        ("http://[::1]:8080/cb", "a program on this computer", "een programma op deze computer"),
        ("http://localhost/cb", "a program on this computer", "een programma op deze computer"),
        (
            "com.example.app:/cb",
            "the application that owns \u{201c}com.example.app\u{201d}",
            "\u{201c}com.example.app\u{201d} bij hoort",
        ),
    ] {
        let (app, client) = start(json!({"redirect_uris": [uri], "client_type": "public"})).await;
        let request = Request::of(&client).with("redirect_uri", uri);
        let page = consent_page(&signed_in(&app, Actor::Member).await, &request).await;
        page.expect_words(english).expect_words("Allow it only if you have just started My ERP Sync yourself.");
        consent_page(&dutch(&app, Actor::Member).await, &request).await.expect_words(dutch_words);
    }
}

#[tokio::test]
async fn az31_an_app_of_another_organization_is_called_unknown() {
    let (app, client) = start(json!({})).await;
    let page = consent_page(&signed_in(&app, Actor::Foreigner).await, &Request::of(&client)).await;
    let page = page.expect_words("This app belongs to another organization, One.").expect_words("For organization Two");
    page.expect_words("Registered by One, on 1 March 2026");
    let page = consent_page(&signed_in(&app, Actor::Member).await, &Request::of(&client)).await;
    assert!(!page.words().contains("belongs to another organization"), "{}", page.words());
}

#[tokio::test]
async fn az31_the_homepage_leads_to_the_web_or_is_left_out() {
    let (app, client) = start(json!({})).await;
    let browser = signed_in(&app, Actor::Owner).await;
    let page = consent_page(&browser, &Request::of(&client)).await;
    assert!(!page.words().contains("Homepage"), "{}", page.words());
    let owner = app.sign_in(Actor::Owner).await;
    for hostile in ["javascript:alert(1)", "data:text/html,x", "//evil.example", "x"] {
        let refused = app.change(&owner, &client.app_id, &json!({"homepage_url": hostile})).await;
        assert_eq!(refused.status, 400, "{hostile}");
    }
    app.change(&owner, &client.app_id, &json!({"homepage_url": "https://myerp.example/"})).await.expect(204);
    let page = consent_page(&browser, &Request::of(&client)).await;
    let tags = tags(&page.text);
    let link = tags.iter().find(|tag| tag.get("href") == Some("https://myerp.example/")).unwrap();
    assert!(link.get("rel").unwrap().contains("noopener") && link.get("rel").unwrap().contains("noreferrer"));
}

#[tokio::test]
async fn az31_denying_is_as_easy_as_allowing() {
    let (app, client) = start(json!({})).await;
    let page = consent_page(&signed_in(&app, Actor::Member).await, &Request::of(&client)).await;
    let tags = tags(&page.text);
    let decisions: Vec<&str> = tags
        .iter()
        .filter(|tag| tag.name == "button" && tag.get("name") == Some("decision"))
        .map(|tag| tag.get("value").unwrap())
        .collect();
    assert_eq!(decisions, ["approve", "deny"]);
    let form = page.form("consent");
    assert_eq!((form.method.as_str(), form.action.as_str()), ("post", "/auth/v1/oauth/authorize"));
    assert!(!form.fields.iter().any(|(name, _)| name == "decision"), "nothing is decided before a button is pressed");
}

#[tokio::test]
async fn az31_a_change_of_the_app_is_seen_on_the_next_page() {
    let (app, client) = start(json!({})).await;
    let browser = signed_in(&app, Actor::Member).await;
    let owner = app.sign_in(Actor::Owner).await;
    app.change(&owner, &client.app_id, &json!({"name": "Renamed"})).await.expect(204);
    consent_page(&browser, &Request::of(&client)).await.expect_words("Allow Renamed?");
}
