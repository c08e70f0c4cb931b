//! What is routed is described, and what is described is routed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use reqwest::Method;
use serde_json::json;

use super::document::Document;
use crate::http::app::TestApp;
use crate::http::client::answer;
use crate::http::world::Actor;

/// Folders whose routes are pages, and no API.
const PAGES: [&str; 2] = ["src/dashboard", "src/pages"];
/// Routes that are no operations of their own, and why.
const OTHERS: [(&str, &str); 7] = [
    ("/functions/v1/api/{*rest}", "each resource of the catalogue is described by itself"),
    ("/api/{*rest}", "the same, by a shorter path"),
    ("/.well-known/oauth-protected-resource/{*path}", "the one path that exists is described"),
    ("/schemas/", "the same as /schemas"),
    ("/metrics", "text for Prometheus, where operators alone can reach it"),
    ("/docs/api", "a page"),
    ("/docs/api/{section}", "a page"),
];

/// A path with the examples of its parameters.
fn filled(document: &Document, method: &str, path: &str) -> String {
    let mut filled = path.to_owned();
    for parameter in document.operation(method, path)["parameters"].as_array().into_iter().flatten() {
        let name = format!("{{{}}}", parameter["name"].as_str().unwrap());
        filled = filled.replace(&name, parameter["example"].as_str().unwrap_or_default());
    }
    filled
}

#[tokio::test]
async fn every_path_takes_the_methods_that_are_described_and_no_others() {
    let app = TestApp::start().await;
    let document = Document::of(&app).await;
    let client = app.new_app(&app.sign_in(Actor::Owner).await, json!({})).await;
    let token = app.app_token(&client).await;
    let paths: BTreeSet<&str> = document.operations().into_iter().map(|(_, path, _)| path).collect();
    for path in paths {
        let operations = document.operations();
        let described: BTreeSet<String> =
            operations.into_iter().filter(|(_, own, _)| *own == path).map(|(method, ..)| method).collect();
        let filled = filled(&document, described.first().unwrap(), path);
        for method in [Method::TRACE, Method::OPTIONS, Method::PUT] {
            let refused = answer(app.request(method.clone(), &filled).bearer_auth(&token)).await;
            assert_eq!(refused.failure(), (405, "method_not_allowed".to_owned()), "{method} {filled}");
            let mut allowed: BTreeSet<String> =
                refused.header("allow").split(',').map(|method| method.trim().to_owned()).collect();
            assert_eq!(allowed.remove("HEAD"), allowed.contains("GET"), "{filled}: HEAD goes wherever GET does");
            assert_eq!(allowed, described, "{filled}");
        }
    }
}

#[tokio::test]
async fn head_answers_as_get_without_a_body() {
    let app = TestApp::start().await;
    let document = Document::of(&app).await;
    let owner = app.sign_in(Actor::Owner).await;
    let mut count = 0;
    for (method, path, operation) in document.operations() {
        if method != "GET" || operation["security"].to_string().contains("appToken") {
            continue;
        }
        let path = filled(&document, &method, path);
        let get = answer(app.request(Method::GET, &path).bearer_auth(&owner)).await;
        let head = answer(app.request(Method::HEAD, &path).bearer_auth(&owner)).await;
        assert_eq!((head.status, head.text.as_str()), (get.status, ""), "{path}");
        assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
        count += 1;
    }
    assert!(count > 10, "{count}");
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => sources(&path, found),
            false => found.push(path),
        }
    }
}

/// The first argument of every `.route(`: a literal, or a constant that one of the sources of its folder declares.
fn routes(texts: &[(String, String)]) -> Vec<String> {
    let mut found = Vec::new();
    for (folder, text) in texts {
        for (at, call) in text.match_indices(".route(") {
            let argument = text[at + call.len()..].split(',').next().unwrap().trim();
            // Something else is asked what its route is.
            if argument.starts_with(')') {
                continue;
            }
            found.push(match argument.strip_prefix('"') {
                Some(literal) => literal.trim_end_matches('"').to_owned(),
                None => constant(texts, folder, argument.rsplit("::").next().unwrap()),
            });
        }
    }
    found
}

fn constant(texts: &[(String, String)], folder: &str, name: &str) -> String {
    let declared = format!("const {name}: &str = \"");
    let own = texts.iter().filter(|(other, _)| other == folder);
    let values: Vec<&str> = own.filter_map(|(_, text)| text.split_once(&declared)?.1.split('"').next()).collect();
    assert_eq!(values.len(), 1, "{name} in {folder}: {values:?}");
    values[0].to_owned()
}

#[tokio::test]
async fn every_route_of_the_program_is_described() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    let texts: Vec<(String, String)> = files
        .into_iter()
        .filter(|file| file.extension().is_some_and(|ending| ending == "rs"))
        .map(|file| {
            let path = file.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            let folder = path.split('/').take(2).collect::<Vec<_>>().join("/");
            (folder, fs::read_to_string(&file).unwrap())
        })
        .filter(|(folder, _)| !PAGES.contains(&folder.as_str()))
        .collect();
    let document = Document::of(&TestApp::start().await).await;
    let described: BTreeSet<&str> = document.operations().into_iter().map(|(_, path, _)| path).collect();
    let routes = routes(&texts);
    assert!(routes.len() > 25, "{routes:?}");
    for route in &routes {
        let is_other = OTHERS.iter().any(|(other, _)| other == route);
        assert!(is_other != described.contains(route.as_str()), "{route} is not described");
    }
    for (other, _) in OTHERS {
        assert!(routes.iter().any(|route| route == other), "{other} is no route any more");
    }
}

#[test]
fn the_scan_of_routes_finds_literals_and_constants() {
    let text =
        r#"const PLACE: &str = "/a/b"; fn f() { Router::new().route("/x/{id}", get(x)).route(own::PLACE, get(y)) }"#;
    assert_eq!(routes(&[("src/a".to_owned(), text.to_owned())]), ["/x/{id}", "/a/b"]);
}
