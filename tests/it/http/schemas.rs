//! The published schemas, as a program fetches them.

use reqwest::Method;
use routix_domain::schema::SCHEMAS;

use super::app::TestApp;
use super::client::answer;

#[tokio::test]
async fn every_schema_is_served_as_it_is_and_may_be_kept() {
    let app = TestApp::start().await;
    let index = answer(app.request(Method::GET, "/schemas/")).await;
    let listed = index.json()["events"].as_array().unwrap().clone();
    assert_eq!((index.status, listed.len()), (200, SCHEMAS.len()));
    for (line, schema) in listed.iter().zip(SCHEMAS) {
        assert_eq!((&line["type"], &line["version"]), (&schema.event_type.into(), &schema.event_version.into()));
        let url = line["url"].as_str().unwrap();
        let found = answer(app.request(Method::GET, url)).await;
        assert_eq!((found.status, found.json()), (200, serde_json::from_str(schema.text).unwrap()), "{url}");
        assert_eq!(found.header("content-type"), "application/schema+json");
        assert!(found.header("cache-control").starts_with("public, max-age="));
        let tag = found.header("etag").to_owned();
        for known in [tag.clone(), format!("\"x\", W/{tag}"), "*".to_owned()] {
            let again = answer(app.request(Method::GET, url).header("if-none-match", &known)).await;
            assert_eq!((again.status, again.header("etag")), (304, tag.as_str()), "{known}");
        }
        let changed = answer(app.request(Method::GET, url).header("if-none-match", "\"x\"")).await;
        assert_eq!(changed.status, 200);
    }
    for nowhere in ["/schemas/events/app.exploded.v1.json", "/schemas/events/app.registered.v2.json", "/schemas/x"] {
        let missing = answer(app.request(Method::GET, nowhere)).await;
        assert_eq!(missing.failure(), (404, "not_found".to_owned()), "{nowhere}");
    }
}
