//! The decision on a page that was shown: once, by the one who saw it, and on what is true when he decides.

use chrono::TimeDelta;
use serde_json::json;

use crate::http::browser::{Browser, FROM_OUR_PAGE, Page};
use crate::http::code_flow::{
    AUTHORIZE, REDIRECT_URI, Request, SCOPE, code, consent_page, decide, error, kinds, redeem, returned, signed_in,
    start,
};
use crate::http::html::tags;
use crate::http::world::{Actor, PASSWORD, origin};

/// What the form of a page would send.
fn fields(page: &Page, decision: &str) -> Vec<(String, String)> {
    let mut fields = page.form("consent").fields;
    fields.push(("decision".to_owned(), decision.to_owned()));
    fields
}

#[tokio::test]
async fn a_form_that_is_sent_twice_gives_the_same_answer() {
    let (app, client) = start(json!({})).await;
    let browser = signed_in(&app, Actor::Member).await;
    let page = consent_page(&browser, &Request::of(&client)).await;
    let first = decide(&browser, &page, "approve").await;
    app.clock.advance(TimeDelta::seconds(5));
    let second = decide(&browser, &page, "approve").await;
    assert_eq!(first.location(), second.location());
    assert_eq!(kinds(&app), ["authorization.code_issued", "consent.granted"]);
    redeem(&app, &client, &code(&second), json!({})).await.expect(200);
    let page = consent_page(&browser, &Request::of(&client)).await;
    let first = decide(&browser, &page, "deny").await;
    let second = decide(&browser, &page, "deny").await;
    assert_eq!(first.location(), second.location());
    assert_eq!(kinds(&app).iter().filter(|kind| *kind == "authorization.denied").count(), 1);
}

#[tokio::test]
async fn a_form_that_is_sent_again_leads_back_only_while_its_code_lives() {
    let (app, client) = start(json!({})).await;
    let browser = signed_in(&app, Actor::Member).await;
    let page = consent_page(&browser, &Request::of(&client)).await;
    let first = decide(&browser, &page, "approve").await.expect(303);
    app.clock.advance(TimeDelta::seconds(59));
    assert_eq!(decide(&browser, &page, "approve").await.expect(303).location(), first.location());
    app.clock.advance(TimeDelta::seconds(1));
    let late = decide(&browser, &page, "approve").await.expect(409);
    assert_eq!(late.location(), "");
    late.expect_words("You have answered this request already.");
    assert_eq!(kinds(&app), ["authorization.code_issued", "consent.granted"]);
}

#[tokio::test]
async fn a_decision_is_not_changed_by_going_back() {
    let (app, client) = start(json!({})).await;
    let browser = signed_in(&app, Actor::Member).await;
    for (first, second) in [("approve", "deny"), ("deny", "approve")] {
        let page = consent_page(&browser, &Request::of(&client)).await;
        let decided = decide(&browser, &page, first).await.expect(303);
        let before = kinds(&app);
        let refused = decide(&browser, &page, second).await.expect(409);
        assert_eq!(refused.location(), "");
        refused.expect_words("You have answered this request already.");
        assert_eq!(kinds(&app), before);
        assert_eq!(returned(&decided).contains_key("code"), first == "approve");
    }
}

#[tokio::test]
async fn a_form_whose_code_was_used_gives_no_other_code() {
    let (app, client) = start(json!({})).await;
    let browser = signed_in(&app, Actor::Member).await;
    let page = consent_page(&browser, &Request::of(&client)).await;
    let code = code(&decide(&browser, &page, "approve").await);
    redeem(&app, &client, &code, json!({})).await.expect(200);
    let before = kinds(&app);
    decide(&browser, &page, "approve").await.expect(409);
    decide(&browser, &page, "deny").await.expect(409);
    assert_eq!(kinds(&app), before);
}

#[tokio::test]
async fn b1_v7_the_form_of_another_session_is_refused() {
    let (app, client) = start(json!({})).await;
    let mine = signed_in(&app, Actor::Member).await;
    let page = consent_page(&mine, &Request::of(&client)).await;
    let (same_person, other_person) = (signed_in(&app, Actor::Member).await, signed_in(&app, Actor::Admin).await);
    for browser in [&same_person, &other_person, &Browser::new(&app)] {
        for decision in ["approve", "deny"] {
            let refused = browser.post(AUTHORIZE, &fields(&page, decision), &FROM_OUR_PAGE).await.expect(403);
            assert_eq!(refused.location(), "");
            refused.expect_words("This form belongs to another session, so nothing was done.");
        }
    }
    assert!(kinds(&app).is_empty());
    code(&decide(&mine, &page, "approve").await);
}

#[tokio::test]
async fn b1_a_form_shown_before_a_new_sign_in_is_refused() {
    let (app, client) = start(json!({})).await;
    let browser = signed_in(&app, Actor::Member).await;
    let page = consent_page(&browser, &Request::of(&client)).await;
    browser.sign_in(Actor::Admin).await;
    decide(&browser, &page, "approve").await.expect(403);
    browser.sign_in(Actor::Member).await;
    decide(&browser, &page, "approve").await.expect(403);
    let out = browser.get("/account").await.expect(200);
    browser.submit(&out, "sign-out", &[]).await.expect(303);
    decide(&browser, &page, "deny").await.expect(403);
    assert!(kinds(&app).is_empty());
}

#[tokio::test]
async fn after_ten_minutes_the_question_is_put_again() {
    let (app, client) = start(json!({})).await;
    let browser = signed_in(&app, Actor::Member).await;
    let page = consent_page(&browser, &Request::of(&client)).await;
    app.clock.advance(TimeDelta::minutes(10));
    for decision in ["approve", "deny"] {
        let again = decide(&browser, &page, decision).await.expect(303);
        assert_eq!(again.location(), Request::of(&client).path());
        browser.get(again.location()).await.expect(200);
    }
    assert!(kinds(&app).is_empty());
    let page = consent_page(&browser, &Request::of(&client)).await;
    app.clock.advance(TimeDelta::milliseconds(599_999));
    let sent = decide(&browser, &page, "approve").await;
    // The code's minute begins with the decision.
    redeem(&app, &client, &code(&sent), json!({})).await.expect(200);
}

#[tokio::test]
async fn a_page_shown_again_for_want_of_a_choice_does_not_live_longer() {
    let (app, client) = start(json!({})).await;
    let browser = signed_in(&app, Actor::Member).await;
    let page = consent_page(&browser, &Request::of(&client)).await;
    app.clock.advance(TimeDelta::minutes(9));
    let sealed = page.field("consent", "request");
    let no_choice = [("request", sealed.as_str()), ("decision", "approve")];
    let again = browser.post(AUTHORIZE, &no_choice, &FROM_OUR_PAGE).await.expect(400);
    app.clock.advance(TimeDelta::minutes(1));
    decide(&browser, &again, "approve").await.expect(303);
    assert!(kinds(&app).is_empty());
}

#[tokio::test]
async fn az29_b1_a_tampered_or_truncated_request_is_refused() {
    let (app, client) = start(json!({})).await;
    let browser = signed_in(&app, Actor::Member).await;
    let page = consent_page(&browser, &Request::of(&client)).await;
    let sealed = page.field("consent", "request");
    let mut forged: Vec<String> = (0..sealed.len()).step_by(7).map(|end| sealed[..end].to_owned()).collect();
    forged.extend((0..sealed.len()).step_by(5).map(|at| {
        let other = if &sealed[at..=at] == "A" { "B" } else { "A" };
        format!("{}{other}{}", &sealed[..at], &sealed[at + 1..])
    }));
    forged.extend(["=", "A", " ", "\0", "\n"].map(|tail| format!("{sealed}{tail}")));
    let form_token = page.field("sign-out", "form_token");
    forged.extend([form_token.clone(), format!("f1.{}", &form_token[3..]), format!(" {sealed}"), "{}".to_owned()]);
    for text in forged {
        for decision in ["approve", "deny"] {
            let mut fields = fields(&page, decision);
            fields[0].1.clone_from(&text);
            let refused = browser.post(AUTHORIZE, &fields, &FROM_OUR_PAGE).await;
            assert_eq!((refused.status, refused.location()), (403, ""), "{text}");
        }
    }
    assert!(kinds(&app).is_empty());
    // And it is for nothing else: it does not sign out.
    browser.post("/sign-out", &[("form_token", sealed.as_str())], &FROM_OUR_PAGE).await.expect(403);
    code(&decide(&browser, &page, "approve").await);
}

#[tokio::test]
async fn az29_the_request_that_was_shown_is_decided_whatever_else_the_form_says() {
    let (app, client) = start(json!({"redirect_uris": [REDIRECT_URI, "https://myerp.example/other"]})).await;
    let browser = signed_in(&app, Actor::Member).await;
    let page = consent_page(&browser, &Request::of(&client).with("scope", "routix:orders:read")).await;
    let mut fields = fields(&page, "approve");
    for (name, value) in [
        ("scope", SCOPE),
        ("redirect_uri", "https://myerp.example/other"),
        ("client_id", "x"),
        ("state", "evil"),
        ("code_challenge", "x"),
    ] {
        fields.push((name.to_owned(), value.to_owned()));
    }
    let path = Request::of(&client).with("redirect_uri", "https://myerp.example/other").path();
    let sent = browser.post(&path, &fields, &FROM_OUR_PAGE).await.expect(303);
    assert!(sent.location().starts_with(&format!("{REDIRECT_URI}?code=")), "{}", sent.location());
    assert_eq!(returned(&sent)["state"], "xyz");
    let token = redeem(&app, &client, &code(&sent), json!({})).await.expect(200).json();
    assert_eq!(token["scope"], "routix:orders:read");
}

#[tokio::test]
async fn a_user_who_was_removed_or_locked_out_meanwhile_decides_nothing() {
    let (app, client) = start(json!({})).await;
    let browser = signed_in(&app, Actor::Member).await;
    let page = consent_page(&browser, &Request::of(&client)).await;
    app.commands.remove_member((app.world.organization, Actor::Member.id()), &origin()).await.unwrap();
    decide(&browser, &page, "approve").await.expect(400).expect_words("There is no organization");
    assert!(kinds(&app).is_empty());
    let browser = signed_in(&app, Actor::Admin).await;
    let page = consent_page(&browser, &Request::of(&client)).await;
    app.identity.disable_user(Actor::Admin.id(), app.clock.system().now()).await.unwrap();
    for decision in ["approve", "deny"] {
        let refused = decide(&browser, &page, decision).await.expect(403);
        assert_eq!(refused.location(), "");
    }
    let asked = browser.get(&Request::of(&client).path()).await.expect(303);
    assert!(asked.location().starts_with("/sign-in?"), "{}", asked.location());
    assert!(kinds(&app).is_empty());
}

#[tokio::test]
async fn row16_an_app_that_was_revoked_meanwhile_gets_nothing() {
    let (app, client) = start(json!({})).await;
    let owner = app.sign_in(Actor::Owner).await;
    let browser = signed_in(&app, Actor::Member).await;
    for revocation in [json!({"status": "revoked"}), json!({"status": "revoked", "revoke_tokens": true})] {
        let page = consent_page(&browser, &Request::of(&client)).await;
        app.change(&owner, &client.app_id, &revocation).await.expect(204);
        for decision in ["approve", "deny"] {
            let refused = decide(&browser, &page, decision).await.expect(400);
            assert_eq!(refused.location(), "");
            refused.expect_words("is blocked at the moment");
        }
        assert!(kinds(&app).is_empty());
        app.change(&owner, &client.app_id, &json!({"status": "active"})).await.expect(204);
    }
}

#[tokio::test]
async fn scopes_that_the_app_lost_meanwhile_are_not_allowed() {
    let (app, client) = start(json!({})).await;
    let owner = app.sign_in(Actor::Owner).await;
    let browser = signed_in(&app, Actor::Member).await;
    let page = consent_page(&browser, &Request::of(&client)).await;
    app.change(&owner, &client.app_id, &json!({"allowed_scopes": ["routix:orders:read"]})).await.expect(204);
    for decision in ["approve", "deny"] {
        assert_eq!(error(&decide(&browser, &page, decision).await), "invalid_scope");
    }
    assert!(kinds(&app).is_empty());
}

#[tokio::test]
async fn a_redirect_uri_that_was_removed_meanwhile_is_not_gone_to() {
    let (app, client) = start(json!({})).await;
    let owner = app.sign_in(Actor::Owner).await;
    let browser = signed_in(&app, Actor::Member).await;
    let page = consent_page(&browser, &Request::of(&client)).await;
    app.change(&owner, &client.app_id, &json!({"redirect_uris": ["https://myerp.example/new"]})).await.expect(204);
    for decision in ["approve", "deny"] {
        let refused = decide(&browser, &page, decision).await.expect(400);
        assert_eq!(refused.location(), "");
        refused.expect_words("its redirect_uri is not registered");
    }
    assert!(kinds(&app).is_empty());
}

#[tokio::test]
async fn a_form_survives_a_restart_of_the_service() {
    let (app, client) = start(json!({})).await;
    let first = signed_in(&app, Actor::Member).await;
    let page = consent_page(&first, &Request::of(&client)).await;
    let cookie = first.cookie("routix_session").unwrap();
    let app = app.restart().await;
    let browser = Browser::new(&app);
    browser.set_cookie("routix_session", &cookie);
    let sent = browser.post(AUTHORIZE, &fields(&page, "approve"), &FROM_OUR_PAGE).await.expect(303);
    redeem(&app, &client, &code(&sent), json!({})).await.expect(200);
}

#[tokio::test]
async fn the_decision_stands_whatever_the_language_of_the_page() {
    let (app, client) = start(json!({})).await;
    let browser = Browser::reading(&app, "nl");
    let sign_in = browser.get("/sign-in").await.expect(200);
    browser.sign_in_at(&sign_in, Actor::Member.email(), PASSWORD).await.expect(303);
    let page = consent_page(&browser, &Request::of(&client)).await;
    let buttons = tags(&page.text);
    let values: Vec<_> = buttons.iter().filter(|tag| tag.name == "button").filter_map(|tag| tag.get("value")).collect();
    assert_eq!(values, ["approve", "deny"]);
    decide(&browser, &page, "approve").await.expect(303);
    decide(&browser, &page, "deny").await.expect(409).expect_words("Je hebt dit verzoek al beantwoord.");
}

#[tokio::test]
async fn a_redirect_uri_that_was_left_out_and_changed_meanwhile_leads_to_the_one_that_was_shown_or_nowhere() {
    let (app, client) = start(json!({})).await;
    let owner = app.sign_in(Actor::Owner).await;
    let browser = signed_in(&app, Actor::Member).await;
    let page = consent_page(&browser, &Request::of(&client).without("redirect_uri")).await;
    let page = page.expect_words("Sends you back to myerp.example");
    app.change(&owner, &client.app_id, &json!({"redirect_uris": ["https://elsewhere.example/"]})).await.expect(204);
    for decision in ["approve", "deny"] {
        let answer = decide(&browser, &page, decision).await;
        assert_eq!(answer.location(), "", "the page named another host");
    }
    assert!(kinds(&app).is_empty());
}
