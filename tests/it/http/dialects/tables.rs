//! E16 to E20: `/rest/v1`.

use reqwest::Method;
use serde_json::{Value, json};

use crate::http::app::{APPS, TestApp};
use crate::http::client::{Answer, answer, names};
use crate::http::world::Actor;

const OBJECT: (&str, &str) = ("accept", "application/vnd.pgrst.object+json");
const REPRESENTATION: (&str, &str) = ("prefer", "return=representation");
const COUNT: (&str, &str) = ("prefer", "count=exact");

async fn ask(app: &TestApp, (method, path): (Method, &str), token: &str, headers: &[(&str, &str)]) -> Answer {
    let request = app.request(method, path).bearer_auth(token);
    answer(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
}

async fn patch(app: &TestApp, query: &str, token: &str, headers: &[(&str, &str)]) -> Answer {
    let request = app.request(Method::PATCH, &format!("{APPS}?{query}")).bearer_auth(token);
    let request = request.json(&json!({"description": headers.len().to_string()}));
    answer(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
}

/// A service with apps of these names, in this order, and the owner's token.
async fn with_apps(names: &[&str]) -> (TestApp, String) {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    for name in names {
        app.new_app(&owner, json!({"name": name})).await;
        app.clock.advance(chrono::TimeDelta::minutes(1));
    }
    (app, owner)
}

#[tokio::test]
async fn e16_a_change_answers_nothing_a_list_or_an_object() {
    let (app, owner) = with_apps(&["Alpha"]).await;
    for headers in [&[][..], &[("prefer", "return=minimal")], &[("prefer", "count=exact, return=minimal")]] {
        let changed = patch(&app, "name=eq.Alpha", &owner, headers).await.expect(204);
        assert_eq!(changed.text, "", "{headers:?}");
    }
    let list = patch(&app, "name=eq.Alpha&select=name", &owner, &[REPRESENTATION]).await.expect(200);
    assert_eq!(list.json(), json!([{"name": "Alpha"}]));
    let object = patch(&app, "name=eq.Alpha", &owner, &[REPRESENTATION, OBJECT]).await.expect(200);
    assert_eq!((&object.json()["name"], &object.json()["description"]), (&json!("Alpha"), &json!("2")));
    assert!(object.header("content-type").starts_with("application/vnd.pgrst.object+json"));
    let none = patch(&app, "name=eq.Nobody", &owner, &[REPRESENTATION, OBJECT]).await.expect(406);
    assert_eq!((&none.json()["code"], &none.json()["details"]), (&json!("PGRST116"), &Value::Null));
    let counted = patch(&app, "name=eq.Alpha", &owner, &[("prefer", "return=representation,count=exact")]).await;
    assert_eq!(counted.expect(200).header("content-range"), "0-0/1");
    assert_eq!(patch(&app, "name=eq.Nobody", &owner, &[COUNT]).await.expect(204).header("content-range"), "*/0");
}

#[tokio::test]
async fn e17_an_exact_count_is_in_content_range_also_of_a_head() {
    let (app, owner) = with_apps(&["Alpha", "Bravo", "Charlie"]).await;
    for (query, headers, range) in [
        ("", &[COUNT][..], "0-2/3"),
        ("limit=2", &[COUNT], "0-1/3"),
        ("limit=2&offset=2", &[COUNT], "2-2/3"),
        ("offset=9", &[COUNT], "*/3"),
        ("limit=0", &[COUNT], "*/3"),
        ("name=eq.Bravo", &[COUNT], "0-0/1"),
        ("name=eq.Nobody", &[COUNT], "*/0"),
        ("", &[], "0-2/*"),
        ("limit=1", &[("prefer", "count=planned")], "0-0/*"),
        ("offset=9", &[], "*/*"),
        ("", &[("range", "1-1"), ("range-unit", "items"), COUNT], "1-1/3"),
    ] {
        for method in [Method::GET, Method::HEAD] {
            let path = format!("{APPS}?{query}");
            let answered = ask(&app, (method.clone(), &path), &owner, headers).await.expect(200);
            assert_eq!(answered.header("content-range"), range, "{method} {query} {headers:?}");
        }
    }
    let refused = ask(&app, (Method::GET, APPS), &owner, &[("range", "5-2")]).await.expect(416);
    assert_eq!(refused.json()["code"], "PGRST103");
}

#[tokio::test]
async fn e18_the_operators_that_are_offered_filter_and_all_others_are_refused() {
    let (app, owner) = with_apps(&["Alpha", "Bravo", "Charlie 100%"]).await;
    patch(&app, "name=eq.Bravo", &owner, &[]).await.expect(204);
    let listed = async |query: &str| {
        let path = format!("{APPS}?select=name&order=created_at&{query}");
        let rows = app.get(&path, &owner).await.expect(200).json();
        let names = rows.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().chars().next().unwrap());
        names.collect::<String>()
    };
    for (query, expected) in [
        ("name=eq.Alpha", "A"),
        ("name=neq.Alpha", "BC"),
        ("name=in.(Alpha,%22Bravo%22)", "AB"),
        ("name=ilike.%25A%25", "ABC"),
        ("name=ilike.*lph*", "A"),
        ("name=ilike.*100%5C%25", "C"),
        ("name=not.ilike.b*", "AC"),
        ("description=is.null", "AC"),
        ("description=not.is.null", "B"),
        ("sequence=gt.1", "B"),
        ("sequence=lte.1", "AC"),
        ("created_at=gte.2026-03-01T12:01:00Z", "BC"),
        ("created_at=gte.2026-03-01T12:01:00Z&created_at=lt.2026-03-01T12:02:00Z", "B"),
        ("created_at=gt.2026-03-01T13:00:00%2B01:00", "BC"),
        ("or=(name.eq.Alpha,and(status.eq.active,description.not.is.null))", "AB"),
        ("not.or=(name.eq.Alpha,name.eq.Bravo)", "C"),
        ("last_used_at=is.null", "ABC"),
    ] {
        assert_eq!(listed(query).await, expected, "{query}");
    }
    for query in [
        "name=like.A*",
        "name=match.a",
        "name=fts.a",
        "allowed_scopes=cs.{routix:orders:read}",
        "allowed_scopes=eq.x",
        "name=eq",
        "name=",
        "name->>x=eq.1",
        "client_secret_hash=eq.x",
        "or=(client_secret_hash.eq.x)",
        "or=()",
        "and=name.eq.Alpha",
        "sequence=gt.one",
        "created_at=lt.noon",
        "status=is.true",
        "select=name,secrets(*)",
        "order=name.up",
        "name=eq.%ff",
    ] {
        let refused = app.get(&format!("{APPS}?{query}"), &owner).await;
        assert_eq!(refused.failure(), (400, "invalid_request".to_owned()), "{query}");
        assert_eq!(refused.json()["code"], "PGRST100", "{query}");
        assert!(!refused.faults().is_empty() && refused.json()["details"].is_string(), "{query}");
    }
}

#[tokio::test]
async fn e19_a_change_without_a_filter_changes_nothing() {
    let (app, owner) = with_apps(&["Alpha"]).await;
    for query in ["", "select=id", "limit=1&order=name"] {
        let refused = patch(&app, query, &owner, &[]).await;
        assert_eq!(refused.failure(), (400, "invalid_request".to_owned()), "{query}");
        assert_eq!(refused.json()["code"], "21000", "{query}");
    }
    let consents = "/rest/v1/oauth_client_authorizations";
    let refused = ask(&app, (Method::DELETE, consents), &owner, &[]).await;
    assert_eq!((refused.failure(), &refused.json()["code"]), ((400, "invalid_request".to_owned()), &json!("21000")));
    let rows = app.get(&format!("{APPS}?select=description,sequence"), &owner).await.expect(200).json();
    assert_eq!(rows, json!([{"description": null, "sequence": 1}]));
}

#[tokio::test]
async fn e20_a_good_field_beside_a_bad_one_is_not_written() {
    let (app, owner) = with_apps(&["Alpha"]).await;
    let id = app.get(APPS, &owner).await.expect(200).json()[0]["id"].as_str().unwrap().to_owned();
    for (field, code) in [
        ("client_secret_hash", "unknown_field"),
        ("client_id", "read_only"),
        ("organization_id", "read_only"),
        ("client_secret_last4", "read_only"),
    ] {
        let refused = app.change(&owner, &id, &json!({"status": "revoked", field: "x"})).await.expect(400);
        assert_eq!(refused.faults(), [(field.to_owned(), code.to_owned())]);
    }
    let rows = app.get(&format!("{APPS}?select=status,sequence"), &owner).await.expect(200).json();
    assert_eq!(rows, json!([{"status": "active", "sequence": 1}]));
}

#[tokio::test]
async fn failures_have_every_member_that_clients_of_postgrest_read() {
    let (app, owner) = with_apps(&[]).await;
    for (path, token, status, error, code) in [
        ("/rest/v1/nothing", owner.as_str(), 404, "not_found", "PGRST205"),
        ("/rest/v1/oauth_apps/", &owner, 404, "not_found", "PGRST205"),
        (APPS, "x.y.z", 401, "invalid_token", "PGRST301"),
        (APPS, "", 401, "invalid_token", "PGRST301"),
    ] {
        let failed = app.get(path, token).await;
        assert_eq!(failed.failure(), (status, error.to_owned()), "{path}");
        let body = failed.json();
        let members = ["code", "details", "error", "error_description", "hint", "message", "request_id"];
        assert_eq!(names(&body), members, "{path}");
        assert_eq!((&body["code"], &body["message"]), (&json!(code), &body["error_description"]), "{path}");
    }
}
