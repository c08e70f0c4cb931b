//! When something of ours does not answer.

use routix_projections::consents::Consents;
use routix_projections::token_validation::TokenValidation;
use serde_json::json;

use crate::http::browser::Browser;
use crate::http::client::eventually;
use crate::http::code_flow::{
    REDIRECT_URI, Request, code, consent_page, decide, error, kinds, redeem, returned, signed_in, start,
};
use crate::http::world::Actor;

#[tokio::test]
async fn az23_before_the_redirect_uri_is_proven_an_outage_is_a_page() {
    let (app, client) = start(json!({})).await;
    let read = app.place.read_db();
    assert!(read.pause(&TokenValidation).await.unwrap());
    let browser = signed_in(&app, Actor::Member).await;
    let path = Request::of(&client).path();
    eventually("the standstill is noticed", async || browser.get(&path).await.status == 503).await;
    for browser in [browser, Browser::new(&app)] {
        let page = browser.get(&path).await.expect(503);
        assert_eq!((page.location(), page.header("retry-after"), page.header("cache-control")), ("", "1", "no-store"));
        page.expect_words("We cannot do this right now. Try again in a moment.");
    }
    assert!(read.resume(&TokenValidation).await.unwrap());
    let browser = Browser::new(&app);
    eventually("it goes on", async || browser.get(&path).await.status == 303).await;
}

#[tokio::test]
async fn az23_a_decision_that_cannot_be_recorded_is_temporarily_unavailable_to_the_client() {
    let (app, client) = start(json!({})).await;
    let browser = signed_in(&app, Actor::Member).await;
    let read = app.place.read_db();
    let page = consent_page(&browser, &Request::of(&client)).await;
    assert!(read.pause(&Consents).await.unwrap());
    eventually("the standstill is noticed", async || {
        let page = consent_page(&browser, &Request::of(&client)).await;
        error_or_none(&decide(&browser, &page, "deny").await) == "temporarily_unavailable"
    })
    .await;
    let before = kinds(&app);
    for decision in ["approve", "deny"] {
        let refused = decide(&browser, &page, decision).await;
        assert!(refused.location().starts_with(&format!("{REDIRECT_URI}?error=temporarily_unavailable&")));
        let parameters = returned(&refused);
        assert_eq!((parameters["state"].as_str(), parameters["iss"].as_str()), ("xyz", app.url("").as_str()));
    }
    assert_eq!(kinds(&app), before);
    assert!(read.resume(&Consents).await.unwrap());
    // The same form works as soon as it goes on.
    let mut sent = None;
    eventually("it goes on", async || {
        let answer = decide(&browser, &page, "approve").await;
        let went = returned(&answer).contains_key("code");
        sent = Some(answer);
        went
    })
    .await;
    redeem(&app, &client, &code(&sent.unwrap()), json!({})).await.expect(200);
}

fn error_or_none(page: &crate::http::browser::Page) -> String {
    returned(page).remove("error").unwrap_or_default()
}

/// Takes a table of a read model away, as a broken disk or a wrong restore would.
fn break_table(app: &crate::http::app::TestApp, name: &str) {
    let cascade = if app.place.is_postgres() { " CASCADE" } else { "" };
    app.place.sql("read", &format!("DROP VIEW {name}; DROP TABLE {name}__1{cascade}"));
}

#[tokio::test]
async fn az23_an_outage_after_the_redirect_uri_is_proven_is_told_to_the_client() {
    for table in ["members", "app_list"] {
        let (app, client) = start(json!({})).await;
        let browser = signed_in(&app, Actor::Member).await;
        let page = consent_page(&browser, &Request::of(&client)).await;
        break_table(&app, table);
        let refused = browser.get(&Request::of(&client).path()).await;
        assert_eq!(error(&refused), "temporarily_unavailable", "{table}");
        assert_eq!((&returned(&refused)["iss"], &returned(&refused)["state"]), (&app.url(""), &"xyz".to_owned()));
        if table == "members" {
            let refused = decide(&browser, &page, "approve").await;
            assert_eq!(error(&refused), "temporarily_unavailable", "{table}");
        }
        assert!(kinds(&app).is_empty());
    }
}
