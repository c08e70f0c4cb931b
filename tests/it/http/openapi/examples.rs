//! Every example is what its schema says.

use serde_json::{Value, json};

use super::document::Document;
use crate::http::app::TestApp;

/// Each example of a body or an answer, with its schema and where it stands.
fn examples<'a>(document: &'a Document, content: &'a Value, at: &str) -> Vec<(String, &'a Value, &'a Value)> {
    let types = content.as_object().into_iter().flatten();
    let all = types.flat_map(|(media_type, described)| {
        let named = described["examples"].as_object().into_iter().flatten();
        let schema = document.resolved(&described["schema"]);
        named.map(move |(name, example)| (format!("{media_type} {name}"), schema, &example["value"]))
    });
    all.map(|(name, schema, value)| (format!("{at} {name}"), schema, value)).collect()
}

#[tokio::test]
async fn every_example_is_what_its_schema_says() {
    let document = Document::of(&TestApp::start().await).await;
    let mut all = Vec::new();
    for (method, path, operation) in document.operations() {
        let at = format!("{method} {path}");
        all.extend(examples(&document, &operation["requestBody"]["content"], &at));
        for (status, answer) in operation["responses"].as_object().unwrap() {
            let content = &document.resolved(answer)["content"];
            all.extend(examples(&document, content, &format!("{at} {status}")));
        }
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = format!("{at} {}", parameter["name"]);
            all.extend(parameter.get("example").map(|value| (name, &parameter["schema"], value)));
        }
    }
    assert!(all.len() > 400, "{}", all.len());
    // The same error of many operations is one.
    all.sort_by_key(|(_, schema, value)| (schema.to_string(), value.to_string()));
    all.dedup_by_key(|(_, schema, value)| (schema.to_string(), value.to_string()));
    for (at, schema, value) in all {
        document.fits(schema, value).unwrap_or_else(|error| panic!("{at}: {error}\n{value}"));
    }
}

#[tokio::test]
async fn every_operation_says_who_may_and_what_it_refuses() {
    let document = Document::of(&TestApp::start().await).await;
    let mut ids = Vec::new();
    for (method, path, operation) in document.operations() {
        let at = format!("{method} {path}");
        ids.push(operation["operationId"].as_str().unwrap());
        let answers = operation["responses"].as_object().unwrap();
        for status in ["400", "405", "408", "414", "500", "503"] {
            assert!(answers.contains_key(status), "{at} {status}");
        }
        let needs_token = operation["security"].to_string().contains("Token");
        assert_eq!(needs_token, answers.contains_key("403") && answers.contains_key("401"), "{at}");
        assert!(!operation["summary"].as_str().unwrap().is_empty(), "{at}");
        for (status, answer) in answers {
            let answer = document.resolved(answer);
            assert_eq!(answer["headers"]["x-request-id"]["$ref"], "#/components/headers/RequestId", "{at} {status}");
            assert!(!answer["description"].as_str().unwrap().is_empty(), "{at} {status}");
        }
    }
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "each id is one operation's");
}

/// A gateway that holds requests to the description must let those of the guide pass.
#[tokio::test]
async fn filters_as_people_write_them_are_described() {
    let document = Document::of(&TestApp::start().await).await;
    let parameters = document.operation("GET", "/rest/v1/oauth_apps")["parameters"].as_array().unwrap();
    let fits = |name: &str, value: &str| {
        let mut all = parameters.iter().map(|parameter| document.resolved(parameter));
        let parameter = all.find(|parameter| parameter["name"] == name).unwrap_or_else(|| panic!("no {name}"));
        document.fits(&parameter["schema"], &json!(value)).is_ok()
    };
    for (name, value) in [
        ("or", "(status.eq.revoked,last_used_at.is.null)"),
        ("and", "(sequence.gte.3,created_at.lt.2026-03-01T12:00:00Z,name.not.ilike.*erp*)"),
        ("name", "ilike.*erp*"),
        ("name", "in.(\"Smit, Transport\",ERP)"),
        ("status", "in.(active,revoked)"),
        ("redirect_uris", "not.is.null"),
        ("order", "last_used_at.desc.nullslast,name"),
    ] {
        assert!(fits(name, value), "{name}={value}");
    }
    for (name, value) in
        [("or", "(moon.eq.1)"), ("sequence", "eq.one"), ("redirect_uris", "eq.x"), ("status", "active")]
    {
        assert!(!fits(name, value), "{name}={value}");
    }
}
