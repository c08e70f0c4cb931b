//! What somebody sends who means harm.

use reqwest::Method;
use url::Url;

use crate::http::app::TestApp;
use crate::http::browser::{Browser, FROM_OUR_PAGE};
use crate::http::client::answer;
use crate::http::html::tags;
use crate::http::world::{Actor, PASSWORD};

const MARKUP: [&str; 5] = [
    "\"><script>alert(1)</script>",
    "' autofocus onfocus=alert(1) x='",
    "<img src=x onerror=alert(1)>",
    "{{ 7 * 7 }} { $email } &lt;b&gt;",
    "</title><svg onload=alert(1)>",
];

#[tokio::test]
async fn markup_comes_back_as_text() {
    let app = TestApp::start_with(|config| config.failure_limit = 0).await;
    let browser = Browser::new(&app);
    let page = browser.get("/sign-in").await.expect(200);
    let count = tags(&page.text).len();
    for markup in MARKUP {
        let refused = browser.sign_in_at(&page, markup, "wrong horse battery").await.expect(401);
        assert_eq!(refused.field("sign-in", "email"), markup);
        // The problem takes the place of the introduction: a box, its heading and its sentence for one sentence.
        assert_eq!(tags(&refused.text).len(), count + 4, "{}", refused.text);
        let query: String = url::form_urlencoded::byte_serialize(markup.as_bytes()).collect();
        let shown = browser.get(&format!("/sign-in?return_to={query}")).await.expect(200);
        assert_eq!(shown.field("sign-in", "return_to"), "/");
        assert_eq!(tags(&shown.text).len(), count, "{}", shown.text);
    }
}

#[tokio::test]
async fn a_hostile_user_agent_is_shown_as_text() {
    let app = TestApp::start().await;
    let body = serde_json::json!({"email": Actor::Owner.email(), "password": PASSWORD});
    let request = app.post("/auth/v1/token?grant_type=password").header("user-agent", MARKUP[0]);
    answer(request.json(&body)).await.expect(200);
    let browser = Browser::new(&app);
    browser.sign_in(Actor::Owner).await;
    let page = browser.get("/account").await.expect(200);
    assert!(page.words().contains(MARKUP[0]) && !page.text.contains("<script>"), "{}", page.text);
}

#[tokio::test]
async fn nobody_is_sent_off_this_site() {
    let app = TestApp::start().await;
    let here = Url::parse(&app.url("/sign-in")).unwrap();
    let browser = Browser::new(&app);
    for elsewhere in [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/account",
        "https:evil.example",
        "javascript:alert(1)",
        "\t//evil.example",
        "/\t/evil.example",
        "/\r\nlocation: https://evil.example",
        "/..//evil.example",
        "evil.example",
    ] {
        let fields = [("email", Actor::Owner.email()), ("password", PASSWORD), ("return_to", elsewhere)];
        let signed_in = browser.post("/sign-in", &fields, &FROM_OUR_PAGE).await.expect(303);
        let query: String = url::form_urlencoded::byte_serialize(elsewhere.as_bytes()).collect();
        let switched = browser.get(&format!("/language?set=nl&return_to={query}")).await.expect(303);
        for page in [signed_in, switched] {
            assert_eq!(here.join(page.location()).unwrap().origin(), here.origin(), "{elsewhere:?}");
        }
    }
    let fields = [("email", Actor::Owner.email()), ("password", PASSWORD), ("return_to", "/oauth/x?a=b%26c")];
    let signed_in = browser.post("/sign-in", &fields, &FROM_OUR_PAGE).await.expect(303);
    assert_eq!(signed_in.location(), "/oauth/x?a=b%26c");
}

#[tokio::test]
async fn a_form_is_read_strictly() {
    let app = TestApp::start().await;
    let send = async |content_type: &str, body: String| {
        let request = app.post("/sign-in").header("content-type", content_type).header("sec-fetch-site", "same-origin");
        answer(request.body(body)).await
    };
    const FORM: &str = "application/x-www-form-urlencoded";
    for body in
        ["email=a&password=b&email=c", "email=a&password=%zz", "email=a", "password=a", "email=%ff&password=b", ""]
    {
        let refused = send(FORM, body.to_owned()).await.expect(400);
        assert!(refused.text.contains("cannot be read"), "{body}: {}", refused.text);
    }
    send("application/json", "{\"email\":\"a\",\"password\":\"b\"}".to_owned()).await.expect(400);
    send("text/plain", "email=a&password=b".to_owned()).await.expect(400);
    send(FORM, format!("email={}&password=b", "a".repeat(17 * 1_024))).await.expect(413);
    for path in ["/sign-in?return_to=/a&return_to=/b", "/sign-in?return_to=%zz", "/language?set=nl&set=en", "/language"]
    {
        let refused = answer(app.request(Method::GET, path)).await.expect(400);
        assert_eq!(refused.header("content-type"), "text/html; charset=utf-8", "{path}");
    }
}
