//! `state` and the registered query: what a client gave comes back as it gave it.

use serde_json::json;

use crate::http::browser::{Browser, Page};
use crate::http::code_flow::{REDIRECT_URI, Request, approve, consent_page, decide, returned, signed_in, start};
use crate::http::world::Actor;

fn nasty() -> Vec<String> {
    let texts = [
        "a&b=c&code=evil&iss=https://evil.example",
        "a%26b%3Dc",
        "%",
        "%zz%00",
        "a+b c  d ",
        "%2B+%20",
        "\u{e9}\u{1f69a}\u{202e}\u{0}\u{7f}",
        "e\u{301}\u{e9}",
        "{\"return_to\":\"/a?b=c#d\"}",
        "[1]|{2}^`\\'",
        "<script>alert(1)</script>",
        "\r\nset-cookie: a=b\r\n\r\n",
        "\t \n",
        "=&=&#;,?/:@!$'()*",
        "eyJhbGciOiJIUzI1NiJ9.e30.-_~",
        "0",
        "null",
    ];
    let mut texts: Vec<String> = texts.map(str::to_owned).into();
    texts.extend(["x".repeat(2_048), "\u{e9}".repeat(1_024), "&%+ ".repeat(512)]);
    texts
}

/// The state as it stands in the location, decoded in the strictest way: percent escapes and nothing else.
fn state(page: &Page) -> String {
    let (_, rest) = page.location().split_once("&state=").unwrap_or_else(|| panic!("no state: {}", page.location()));
    let raw = rest.split('&').next().unwrap();
    let unreserved = |b: u8| b.is_ascii_alphanumeric() || b"-._~%".contains(&b);
    assert!(raw.bytes().all(unreserved), "{raw}");
    // A plus sign would be read in two ways; there is none, so both readers agree.
    let decoded = url::form_urlencoded::parse(format!("s={raw}").as_bytes()).next().unwrap().1.into_owned();
    assert_eq!(returned(page)["state"], decoded);
    decoded
}

#[tokio::test]
async fn az19_e13_state_comes_back_byte_for_byte_in_success_and_error() {
    let (app, client) = start(json!({})).await;
    let request = Request::of(&client);
    let browser = signed_in(&app, Actor::Owner).await;
    for text in nasty() {
        let request = request.with("state", &text);
        let page = consent_page(&browser, &request).await;
        assert_eq!(state(&decide(&browser, &page, "approve").await), text);
        let page = consent_page(&browser, &request).await;
        let denied = decide(&browser, &page, "deny").await;
        assert_eq!((state(&denied), returned(&denied)["error"].as_str()), (text.clone(), "access_denied"));
        let refused = Browser::new(&app).get(&request.without("scope").path()).await;
        assert_eq!(state(&refused), text);
    }
}

#[tokio::test]
async fn az19_state_survives_the_way_over_the_sign_in_page() {
    let (app, client) = start(json!({})).await;
    for text in nasty() {
        let browser = Browser::new(&app);
        let asked = browser.get(&Request::of(&client).with("state", &text).path()).await.expect(303);
        let sign_in = browser.follow(&asked).await.expect(200);
        let signed_in = browser.sign_in_at(&sign_in, Actor::Owner.email(), crate::http::world::PASSWORD).await;
        let page = browser.follow(&signed_in.expect(303)).await.expect(200);
        assert_eq!(state(&decide(&browser, &page, "approve").await), text);
    }
}

#[tokio::test]
async fn row25_state_has_no_least_length_and_may_be_left_out() {
    let (app, client) = start(json!({})).await;
    let browser = signed_in(&app, Actor::Owner).await;
    let request = Request::of(&client);
    let page = consent_page(&browser, &request.with("state", "a")).await;
    assert_eq!(state(&decide(&browser, &page, "approve").await), "a");
    for request in [request.without("state"), request.with("state", "")] {
        let page = consent_page(&browser, &request).await;
        let parameters = returned(&decide(&browser, &page, "approve").await);
        assert_eq!(parameters.keys().collect::<Vec<_>>(), ["code", "iss"]);
    }
}

#[tokio::test]
async fn row25_a_state_over_2048_bytes_is_invalid_request_and_not_carried() {
    let (app, client) = start(json!({})).await;
    for text in ["x".repeat(2_049), format!("{}x", "\u{e9}".repeat(1_024)), "x".repeat(5_000)] {
        let refused = Browser::new(&app).get(&Request::of(&client).with("state", &text).path()).await;
        let parameters = returned(&refused);
        assert_eq!((parameters["error"].as_str(), parameters.get("state")), ("invalid_request", None));
        assert!(refused.location().len() < 500, "{}", refused.location());
    }
}

#[tokio::test]
async fn e14_the_registered_query_is_kept_in_its_order_and_spelling() {
    let uris = [
        "https://myerp.example/cb?tenant=1",
        "https://myerp.example/cb?z=1&a=2&z=1",
        "https://myerp.example/cb?a=%7e%2F+x&b",
        "https://myerp.example/cb?",
        "https://myerp.example/cb?a=1&",
        "https://myerp.example",
        "https://myerp.example/%7euser/;v=1,2/(cb)",
    ];
    let (app, client) = start(json!({"redirect_uris": uris})).await;
    let browser = signed_in(&app, Actor::Owner).await;
    for uri in uris {
        let request = Request::of(&client).with("redirect_uri", uri);
        let page = consent_page(&browser, &request).await;
        let sent = decide(&browser, &page, "approve").await.expect(303);
        let tail = sent.location().strip_prefix(uri).unwrap_or_else(|| panic!("{uri}: {}", sent.location()));
        let separator = match uri.split_once('?') {
            None => "?",
            Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
            Some(_) => "&",
        };
        assert!(
            tail.starts_with(&format!("{separator}code=")) && tail.contains("&state=xyz&iss=http%3A%2F%2F"),
            "{}",
            sent.location()
        );
    }
}

#[tokio::test]
async fn e13_a_plus_and_an_escaped_space_are_the_same_between_scopes() {
    let (app, client) = start(json!({})).await;
    let browser = signed_in(&app, Actor::Owner).await;
    let path = Request::of(&client).without("scope").path();
    for scope in [
        "routix:accounts:read+routix:orders:read",
        "routix:accounts:read%20routix:orders:read",
        "routix%3Aaccounts%3Aread%20%20routix%3Aorders%3Aread+",
        "routix:orders:read+routix:accounts:read+routix:orders:read",
    ] {
        let page = browser.get(&format!("{path}&scope={scope}")).await.expect(200);
        let words = page.words();
        for ability in ["See customers, suppliers and carriers", "See transport orders and their stops"] {
            assert_eq!(words.matches(ability).count(), 1, "{scope}: {words}");
        }
    }
}

#[tokio::test]
async fn az20_h11_4_4_the_issuer_is_the_metadatas_in_success_and_error() {
    for public_url in [None, Some("https://api.example.com"), Some("https://api.example.com:8443")] {
        let app = crate::http::app::TestApp::start_with(|config| {
            config.public_url = public_url.map(str::to_owned);
        })
        .await;
        let client = app.new_app(&app.sign_in(Actor::Owner).await, json!({})).await;
        let metadata = app.get("/.well-known/oauth-authorization-server", "").await.expect(200).json();
        assert_eq!(metadata["authorization_response_iss_parameter_supported"], true);
        let issuer = metadata["issuer"].as_str().unwrap();
        assert_eq!(issuer, public_url.map_or_else(|| app.url(""), str::to_owned));
        assert_eq!(metadata["authorization_endpoint"], format!("{issuer}{}", crate::http::code_flow::AUTHORIZE));
        let browser = signed_in(&app, Actor::Owner).await;
        let request = Request::of(&client);
        let page = consent_page(&browser, &request).await;
        let approved = decide(&browser, &page, "approve").await;
        let page = consent_page(&browser, &request).await;
        let denied = decide(&browser, &page, "deny").await;
        let refused = browser.get(&request.without("scope").path()).await;
        for sent in [approved, denied, refused] {
            assert_eq!(returned(&sent)["iss"], issuer);
            assert!(sent.location().starts_with(REDIRECT_URI));
        }
    }
}

#[tokio::test]
async fn v15_forwarded_headers_change_no_issuer() {
    let (app, client) = start(json!({})).await;
    let path = Request::of(&client).without("scope").path();
    let mut request = app.request(reqwest::Method::GET, &path);
    for (name, value) in [
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-port", "444"),
        ("forwarded", "host=evil.example;proto=https"),
        ("x-original-url", "/evil"),
        ("x-rewrite-url", "/evil"),
    ] {
        request = request.header(name, value);
    }
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let response = client.execute(request.build().unwrap()).await.unwrap();
    let location = response.headers()["location"].to_str().unwrap().to_owned();
    assert!(location.ends_with(&format!("&iss=http%3A%2F%2F{}", app.address.to_string().replace(':', "%3A"))));
}

#[tokio::test]
async fn a_code_needs_no_state_to_be_redeemed() {
    let (app, client) = start(json!({})).await;
    let browser = signed_in(&app, Actor::Owner).await;
    let code = approve(&browser, &Request::of(&client).without("state")).await;
    crate::http::code_flow::redeem(&app, &client, &code, json!({})).await.expect(200);
}
