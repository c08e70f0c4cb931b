//! Where client or redirect URI are not proven: a page here, and nobody is sent anywhere.

use reqwest::Method;
use serde_json::json;

use crate::http::app::TestApp;
use crate::http::browser::{Browser, Page};
use crate::http::client::answer;
use crate::http::code_flow::{AUTHORIZE, REDIRECT_URI, Request, kinds, signed_in, start};
use crate::http::html::tags;
use crate::http::world::Actor;

const UNKNOWN_APP: &str = "its client_id is not registered";
const BAD_URI: &str = "its redirect_uri is not registered";

/// An error page without a way out to where the request wanted to go.
fn assert_stays(page: &Page, words: &str) {
    assert_eq!((page.status, page.header("location")), (400, ""), "{}", page.path);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8", "{}", page.path);
    assert!(page.words().contains(words), "no {words:?} at {}: {}", page.path, page.words());
    for tag in tags(&page.text) {
        for name in ["href", "action", "src", "content", "formaction"] {
            let value = tag.get(name).unwrap_or_default();
            assert!(!value.contains("http") && !value.contains("//"), "{tag:?} at {}", page.path);
        }
        assert!(tag.get("http-equiv").is_none(), "{tag:?}");
    }
}

/// Signed in or not, the answer is the same.
async fn both(app: &TestApp, requests: &[Request], words: &str) {
    for browser in [Browser::new(app), signed_in(app, Actor::Owner).await] {
        for request in requests {
            assert_stays(&browser.get(&request.path()).await, words);
        }
    }
    assert!(kinds(app).is_empty());
}

#[tokio::test]
async fn az1_a_missing_or_unknown_client_gets_a_page() {
    let (app, client) = start(json!({})).await;
    let request = Request::of(&client);
    let mut requests = vec![request.without("client_id"), request.with("client_id", "")];
    for client_id in [
        uuid::Uuid::nil().to_string(),
        client.app_id.clone(),
        format!("{}x", client.client_id),
        format!(" {}", client.client_id),
        format!("{} ", client.client_id),
        format!("{}\0", client.client_id),
        client.client_id[..35].to_owned(),
        "https://client.example/metadata.json".to_owned(),
        "' OR 1=1 --".to_owned(),
        "\u{ff11}".repeat(36),
        "a".repeat(3_000),
    ] {
        requests.push(request.with("client_id", &client_id));
    }
    both(&app, &requests, UNKNOWN_APP).await;
}

#[tokio::test]
async fn az17_a_doubled_client_gets_a_page_even_if_both_are_the_same() {
    let (app, client) = start(json!({})).await;
    let request = Request::of(&client);
    let other = uuid::Uuid::nil().to_string();
    let doubled = [client.client_id.as_str(), other.as_str(), ""].map(|second| request.and("client_id", second));
    both(&app, &doubled, UNKNOWN_APP).await;
    let spelled = format!("{}&client%5Fid={}", request.path(), client.client_id);
    assert_stays(&Browser::new(&app).get(&spelled).await, UNKNOWN_APP);
}

#[tokio::test]
async fn az2_an_unregistered_or_malformed_redirect_uri_gets_a_page() {
    let (app, client) = start(json!({})).await;
    let request = Request::of(&client);
    let requests = [
        "https://evil.example/callback",
        "https://myerp.example/callback#x",
        "https://myerp.example/callback#",
        "https://myerp.example/",
        "https://myerp.example/callback/../callback",
        "/callback",
        "callback",
        "//myerp.example/callback",
        "https://",
        "javascript:alert(1)",
        "data:text/html,x",
        "urn:ietf:wg:oauth:2.0:oob",
        " https://myerp.example/callback",
        "\u{0}",
    ]
    .map(|uri| request.with("redirect_uri", uri));
    both(&app, &requests, BAD_URI).await;
}

#[tokio::test]
async fn az2_a_redirect_uri_may_not_be_left_out_where_there_are_several() {
    let (app, client) = start(json!({"redirect_uris": [REDIRECT_URI, "https://myerp.example/other"]})).await;
    let request = Request::of(&client);
    both(&app, &[request.without("redirect_uri"), request.with("redirect_uri", "")], BAD_URI).await;
}

#[tokio::test]
async fn az17_a_doubled_redirect_uri_gets_a_page_even_if_both_are_registered() {
    let (app, client) = start(json!({"redirect_uris": [REDIRECT_URI, "https://myerp.example/other"]})).await;
    let request = Request::of(&client);
    let requests = [REDIRECT_URI, "https://myerp.example/other", "https://evil.example/", ""]
        .map(|second| request.and("redirect_uri", second));
    both(&app, &requests, BAD_URI).await;
}

#[tokio::test]
async fn az3_the_redirect_uri_is_compared_as_text() {
    let (app, client) = start(json!({"redirect_uris": ["https://myerp.example/cb?b=2&a=%7e"]})).await;
    let request = Request::of(&client);
    let requests = [
        "https://myerp.example/cb?a=%7e&b=2",
        "https://myerp.example/cb?b=2&a=%7E",
        "https://myerp.example/cb?b=2&a=~",
        "https://myerp.example/cb?b=2&a=%7e&",
        "https://myerp.example/cb?b=2",
        "https://myerp.example/cb",
        "https://MYERP.example/cb?b=2&a=%7e",
        "HTTPS://myerp.example/cb?b=2&a=%7e",
        "https://myerp.example:443/cb?b=2&a=%7e",
        "https://myerp.example./cb?b=2&a=%7e",
        "https://myerp.example//cb?b=2&a=%7e",
        "https://*.example/cb?b=2&a=%7e",
    ]
    .map(|uri| request.with("redirect_uri", uri));
    both(&app, &requests, BAD_URI).await;
}

#[tokio::test]
async fn az21_row16_a_revoked_app_gets_a_page() {
    let (app, client) = start(json!({})).await;
    let owner = app.sign_in(Actor::Owner).await;
    let request = Request::of(&client);
    app.change(&owner, &client.app_id, &json!({"status": "revoked"})).await.expect(204);
    // Not even the redirect that another fault would get.
    let requests = [request.clone(), request.without("scope"), request.with("redirect_uri", "https://evil.example/")];
    both(&app, &requests, "is blocked at the moment").await;
    app.change(&owner, &client.app_id, &json!({"status": "active"})).await.expect(204);
    signed_in(&app, Actor::Owner).await.get(&request.path()).await.expect(200);
}

#[tokio::test]
async fn the_client_is_judged_before_the_redirect_uri_and_both_before_all_else() {
    let (app, client) = start(json!({})).await;
    let nothing_right = Request::of(&client).without("response_type").with("scope", "x").with("code_challenge", "x");
    let browser = Browser::new(&app);
    let unknown = nothing_right.with("client_id", "x").with("redirect_uri", "https://evil.example/");
    assert_stays(&browser.get(&unknown.path()).await, UNKNOWN_APP);
    let unregistered = nothing_right.with("redirect_uri", "https://evil.example/");
    assert_stays(&browser.get(&unregistered.path()).await, BAD_URI);
}

#[tokio::test]
async fn a_query_that_cannot_be_read_gets_a_page() {
    let (app, client) = start(json!({})).await;
    let path = Request::of(&client).path();
    let browser = Browser::new(&app);
    for tail in ["&x=%", "&x=%f", "&x=%zz", "&x=%ff", "&x=%c3%28", "&%=1", &format!("&x={}", "a".repeat(8_000))] {
        assert_stays(&browser.get(&format!("{path}{tail}")).await, "a request that cannot be read");
    }
    for nothing in [AUTHORIZE.to_owned(), format!("{AUTHORIZE}?"), format!("{AUTHORIZE}?&&&")] {
        assert_stays(&browser.get(&nothing).await, UNKNOWN_APP);
    }
}

#[tokio::test]
async fn the_page_is_in_the_readers_language_and_a_head_request_has_its_headers() {
    let (app, client) = start(json!({})).await;
    let path = Request::of(&client).without("client_id").path();
    let page = Browser::reading(&app, "nl").get(&path).await.expect(400);
    page.expect_words("Laat de maker weten dat de client_id niet is geregistreerd");
    let head = answer(app.request(Method::HEAD, &path)).await;
    assert_eq!((head.status, head.text.as_str(), head.header("cache-control")), (400, "", "no-store"));
}
