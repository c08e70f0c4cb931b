//! The way to a code, and what a code is worth.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use routix_domain::organization::Role;
use routix_domain::value::BranchRestriction;
use serde_json::json;

use crate::http::app::{TestApp, text};
use crate::http::browser::Browser;
use crate::http::code_flow::{
    CHALLENGE, REDIRECT_URI, Request, approve, code, consent_page, decide, decisions, kinds, redeem, returned,
    signed_in, start,
};
use crate::http::jwt;
use crate::http::world::{Actor, PASSWORD, origin};

#[tokio::test]
async fn az24_somebody_who_is_not_signed_in_signs_in_first_and_comes_back() {
    let (app, client) = start(json!({})).await;
    let browser = Browser::new(&app);
    let path = Request::of(&client).path();
    let asked = browser.get(&path).await.expect(303);
    assert!(asked.location().starts_with("/sign-in?return_to="), "{}", asked.location());
    let sign_in = browser.follow(&asked).await.expect(200);
    assert_eq!(sign_in.field("sign-in", "return_to"), path);
    let refused = browser.sign_in_at(&sign_in, Actor::Member.email(), "wrong horse battery").await.expect(401);
    let back = browser.sign_in_at(&refused, Actor::Member.email(), PASSWORD).await.expect(303);
    assert_eq!(back.location(), path);
    let page = browser.follow(&back).await.expect(200);
    let sent = decide(&browser, &page, "approve").await;
    redeem(&app, &client, &code(&sent), json!({})).await.expect(200);
}

#[tokio::test]
async fn az8_row23_the_only_redirect_uri_may_be_left_out() {
    let (app, client) = start(json!({})).await;
    let browser = signed_in(&app, Actor::Member).await;
    let request = Request::of(&client);
    for request in [request.without("redirect_uri"), request.with("redirect_uri", "")] {
        let page = consent_page(&browser, &request).await;
        let sent = decide(&browser, &page, "approve").await;
        assert!(sent.location().starts_with(&format!("{REDIRECT_URI}?code=")), "{}", sent.location());
        redeem(&app, &client, &code(&sent), json!({"redirect_uri": REDIRECT_URI})).await.expect(200);
    }
}

#[tokio::test]
async fn az4_e12_h10_a_loopback_address_may_have_any_port() {
    for (registered, others) in [
        ("http://127.0.0.1/cb", ["http://[::1]/cb", "http://localhost/cb", "https://127.0.0.1/cb"]),
        ("http://[::1]:3000/cb", ["http://127.0.0.1:3000/cb", "http://localhost:3000/cb", "http://[::]:3000/cb"]),
        ("http://localhost/cb", ["http://127.0.0.1/cb", "http://localhost./cb", "http://localhost/cb/"]),
    ] {
        let (app, client) = start(json!({"redirect_uris": [registered], "client_type": "public"})).await;
        let browser = signed_in(&app, Actor::Member).await;
        let (host, _) = registered.rsplit_once('/').unwrap();
        let host = host.strip_suffix(":3000").unwrap_or(host);
        for port in ["", ":1", ":80", ":3000", ":51204", ":65535"] {
            let request = Request::of(&client).with("redirect_uri", &format!("{host}{port}/cb"));
            let page = consent_page(&browser, &request).await;
            let sent = decide(&browser, &page, "approve").await;
            assert!(sent.location().starts_with(&format!("{host}{port}/cb?code=")), "{}", sent.location());
            let public = json!({"client_secret": null, "redirect_uri": format!("{host}{port}/cb")});
            redeem(&app, &client, &code(&sent), public).await.expect(200);
        }
        for other in others {
            let refused = browser.get(&Request::of(&client).with("redirect_uri", other).path()).await.expect(400);
            assert_eq!(refused.location(), "", "{registered} {other}");
        }
    }
}

#[tokio::test]
async fn az16_e3_unknown_parameters_are_ignored() {
    let (app, client) = start(json!({})).await;
    let browser = signed_in(&app, Actor::Member).await;
    let request = Request::of(&client)
        .and("nonce", "n")
        .and("response_mode", "fragment")
        .and("display", "popup")
        .and("max_age", "0")
        .and("login_hint", "owner@one.example")
        .and("request", "eyJ9.e30.")
        .and("request_uri", "https://evil.example/request")
        .and("organization_id", &app.world.foreign_organization.to_string())
        .and("decision", "approve")
        .and("\u{1f69a}", "\u{0}");
    let page = consent_page(&browser, &request).await;
    assert!(kinds(&app).is_empty(), "nothing is approved by asking");
    let sent = decide(&browser, &page, "approve").await;
    assert!(sent.location().starts_with(&format!("{REDIRECT_URI}?code=")), "{}", sent.location());
    assert_eq!(returned(&sent).keys().collect::<Vec<_>>(), ["code", "iss", "state"]);
}

#[tokio::test]
async fn az25_h12_4_12_every_way_on_is_303() {
    let (app, client) = start(json!({})).await;
    let browser = Browser::new(&app);
    let request = Request::of(&client);
    let asked = browser.get(&request.path()).await;
    let page = browser.follow(&asked).await;
    let back = browser.sign_in_at(&page, Actor::Member.email(), PASSWORD).await;
    let page = browser.follow(&back).await;
    let approved = decide(&browser, &page, "approve").await;
    let page = consent_page(&browser, &request).await;
    let denied = decide(&browser, &page, "deny").await;
    let refused = browser.get(&request.without("scope").path()).await;
    for way in [asked, back, approved, denied, refused] {
        assert_eq!(way.status, 303, "{} {}", way.path, way.location());
        assert_eq!((way.header("cache-control"), way.header("referrer-policy")), ("no-store", "no-referrer"));
        assert_eq!(way.text, "");
    }
}

#[tokio::test]
async fn az22_row26_who_denies_is_sent_back_without_a_code_and_without_a_consent() {
    let (app, client) = start(json!({})).await;
    let browser = signed_in(&app, Actor::Member).await;
    let page = consent_page(&browser, &Request::of(&client)).await;
    let denied = decide(&browser, &page, "deny").await;
    let parameters = returned(&denied);
    assert_eq!(parameters.keys().collect::<Vec<_>>(), ["error", "error_description", "iss", "state"]);
    assert_eq!((parameters["error"].as_str(), parameters["state"].as_str()), ("access_denied", "xyz"));
    assert!(denied.location().starts_with(&format!("{REDIRECT_URI}?error=access_denied&")));
    let recorded = decisions(&app);
    assert_eq!(kinds(&app), ["authorization.denied"]);
    assert_eq!(recorded[0].data["user_id"], json!(Actor::Member.id()));
    assert_eq!(recorded[0].data["app_id"], json!(client.app_id));
    let token = app.sign_in(Actor::Member).await;
    assert_eq!(app.get("/rest/v1/oauth_client_authorizations", &token).await.expect(200).json(), json!([]));
}

#[tokio::test]
async fn az30_the_same_request_is_asked_again_every_time() {
    for client_type in ["confidential", "public"] {
        let (app, client) = start(json!({"client_type": client_type})).await;
        let browser = signed_in(&app, Actor::Member).await;
        let request = Request::of(&client);
        let first = approve(&browser, &request).await;
        let page = browser.get(&request.path()).await.expect(200).expect_words("Allow My ERP Sync?");
        assert_eq!(page.location(), "");
        let second = code(&decide(&browser, &page, "approve").await);
        assert_ne!(first, second);
        // One consent, and a decision each time.
        assert_eq!(kinds(&app), ["authorization.code_issued", "consent.granted", "authorization.code_issued"]);
    }
}

#[tokio::test]
async fn az34_4_3_a_code_lives_for_60_seconds_and_works_once() {
    let (app, client) = start(json!({})).await;
    let browser = signed_in(&app, Actor::Member).await;
    let invalid = (400, "invalid_grant".to_owned());
    let late = approve(&browser, &Request::of(&client)).await;
    app.clock.advance(TimeDelta::seconds(60));
    assert_eq!(redeem(&app, &client, &late, json!({})).await.failure(), invalid);
    let in_time = approve(&browser, &Request::of(&client)).await;
    app.clock.advance(TimeDelta::milliseconds(59_999));
    redeem(&app, &client, &in_time, json!({})).await.expect(200);
    assert_eq!(redeem(&app, &client, &in_time, json!({})).await.failure(), invalid);
}

#[tokio::test]
async fn az34_a_code_is_bound_to_client_challenge_and_redirect_uri() {
    let (app, client) = start(json!({"redirect_uris": [REDIRECT_URI, "https://myerp.example/other"]})).await;
    let owner = app.sign_in(Actor::Owner).await;
    let other = app.new_app(&owner, json!({"redirect_uris": [REDIRECT_URI]})).await;
    let browser = signed_in(&app, Actor::Member).await;
    let code = approve(&browser, &Request::of(&client)).await;
    for wrong in [
        json!({"client_id": other.client_id, "client_secret": other.secret}),
        json!({"code_verifier": "x".repeat(43)}),
        json!({"redirect_uri": "https://myerp.example/other"}),
        json!({"redirect_uri": format!("{REDIRECT_URI}/")}),
    ] {
        let refused = redeem(&app, &client, &code, wrong.clone()).await;
        assert_eq!(refused.failure(), (400, "invalid_grant".to_owned()), "{wrong}");
    }
    redeem(&app, &client, &code, json!({"redirect_uri": REDIRECT_URI})).await.expect(200);
}

#[tokio::test]
async fn az34_a_code_is_bound_to_user_organization_scopes_and_resource() {
    let (app, client) = start(json!({})).await;
    let both = (app.world.foreign_organization, Actor::Member.id());
    app.commands.add_member(both, Role::Member, BranchRestriction::All, &origin()).await.unwrap();
    let browser = signed_in(&app, Actor::Member).await;
    let resource = app.url("");
    let request = Request::of(&client).with("scope", "routix:orders:read").and("resource", &resource);
    for organization in [app.world.organization, app.world.foreign_organization] {
        let page = consent_page(&browser, &request).await;
        let chosen = [("organization_id", organization.to_string()), ("decision", "approve".to_owned())];
        let chosen = chosen.each_ref().map(|(name, value)| (*name, value.as_str()));
        let code = code(&browser.submit(&page, "consent", &chosen).await);
        let token = redeem(&app, &client, &code, json!({})).await.expect(200).json();
        let claims = jwt::claims(&text(&token["access_token"]));
        assert_eq!((&claims["sub"], &claims["aud"]), (&json!(Actor::Member.id()), &json!(resource)));
        assert_eq!(claims["organization_id"], json!(organization));
        assert_eq!(claims["oauth_scopes"], json!(["routix:orders:read"]));
    }
}

#[tokio::test]
async fn az34_the_log_says_to_what_a_code_is_bound_and_not_the_code() {
    let (app, client) = start(json!({})).await;
    let browser = signed_in(&app, Actor::Member).await;
    let code = approve(&browser, &Request::of(&client)).await;
    let [issued, granted] = <[_; 2]>::try_from(decisions(&app)).unwrap();
    assert_eq!((issued.kind.as_str(), granted.kind.as_str()), ("authorization.code_issued", "consent.granted"));
    for (name, value) in [
        ("user_id", json!(Actor::Member.id())),
        ("app_id", json!(client.app_id)),
        ("organization_id", json!(app.world.organization)),
        ("consent_id", json!(granted.stream)),
        ("redirect_uri", json!(REDIRECT_URI)),
        ("code_challenge", json!(CHALLENGE)),
        ("scopes", json!(["routix:accounts:read", "routix:orders:read"])),
    ] {
        assert_eq!(issued.data[name], value, "{name}");
    }
    assert_eq!(app.place.traces(&code), Vec::<String>::new());
}

#[tokio::test]
async fn az34_v19_a_code_cannot_be_guessed_shortened_or_changed() {
    let (app, client) = start(json!({})).await;
    let browser = signed_in(&app, Actor::Member).await;
    let mut codes = BTreeSet::new();
    for _ in 0..50 {
        assert!(codes.insert(approve(&browser, &Request::of(&client)).await));
    }
    let code = codes.pop_last().unwrap();
    // 122 random bits of an id, and 256 of a MAC that nobody makes without the key.
    assert!(code.len() >= 3 + (16 + 32) * 4 / 3, "{code}");
    let mut forged: Vec<String> = (1..code.len()).map(|end| code[..end].to_owned()).collect();
    forged.extend((3..code.len()).map(|at| {
        let other = if &code[at..=at] == "A" { "B" } else { "A" };
        format!("{}{other}{}", &code[..at], &code[at + 1..])
    }));
    forged.extend(["=", "A", " ", "\0", "%00"].map(|tail| format!("{code}{tail}")));
    forged.extend(["v1.", "f1.", "t1.", "C1."].map(|kind| format!("{kind}{}", &code[3..])));
    for text in forged {
        let refused = redeem(&app, &client, &text, json!({})).await;
        assert_eq!(refused.failure(), (400, "invalid_grant".to_owned()), "{text}");
    }
    redeem(&app, &client, &code, json!({})).await.expect(200);
}

#[tokio::test]
async fn h13_4_5_the_holder_still_succeeds_after_somebody_else_has_tried() {
    let (app, client) = start(json!({})).await;
    let browser = signed_in(&app, Actor::Member).await;
    let code = approve(&browser, &Request::of(&client)).await;
    let app: &TestApp = &app;
    redeem(app, &client, &code, json!({"code_verifier": "y".repeat(64)})).await.expect(400);
    redeem(app, &client, &code, json!({"code_verifier": null})).await.expect(400);
    redeem(app, &client, &code, json!({})).await.expect(200);
}

#[tokio::test]
async fn az24_what_a_client_writes_without_escaping_survives_the_sign_in_page() {
    let (app, client) = start(json!({"redirect_uris": ["http://[::1]/cb"]})).await;
    let path = Request::of(&client).without("redirect_uri").without("state").path();
    // What browsers leave as it is in a query (WHATWG URL, query percent-encode set).
    for raw in ["{%22a%22:[1]}", "a|b", "a^b", "a`b", "a\\b", "[a]"] {
        let browser = Browser::new(&app);
        let asked = browser.get(&format!("{path}&redirect_uri=http://[::1]:4711/cb&state={raw}")).await.expect(303);
        let sign_in = browser.follow(&asked).await.expect(200);
        let back = browser.sign_in_at(&sign_in, Actor::Member.email(), PASSWORD).await.expect(303);
        let page = browser.follow(&back).await.expect(200);
        let switch = browser.get("/language?set=en").await.expect(303);
        assert_eq!(switch.location(), "/");
        let sent = decide(&browser, &page, "approve").await;
        assert!(sent.location().starts_with("http://[::1]:4711/cb?code="), "{}", sent.location());
        assert_eq!(returned(&sent)["state"], raw.replace("%22", "\""));
    }
}

#[tokio::test]
async fn the_consent_page_can_be_read_in_the_other_language_whatever_the_request_carries() {
    let (app, client) = start(json!({})).await;
    let browser = signed_in(&app, Actor::Member).await;
    let path = Request::of(&client).with("state", "a&b=c#d").path();
    for path in [path.clone(), format!("{path}&raw={{[|]}}")] {
        let page = browser.get(&path).await.expect(200);
        let tags = crate::http::html::tags(&page.text);
        let link = tags.iter().find(|tag| tag.get("hreflang") == Some("nl")).unwrap();
        let switched = browser.get(link.get("href").unwrap()).await.expect(303);
        let dutch = browser.follow(&switched).await.expect(200).expect_words("My ERP Sync toestaan?");
        assert_eq!(returned(&decide(&browser, &dutch, "approve").await)["state"], "a&b=c#d");
        browser.get("/language?set=en").await.expect(303);
    }
}
