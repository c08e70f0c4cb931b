//! `routix openapi`: the document that a server answers, without one.

use std::fs;

use serde_json::Value;

use crate::running::{Request, Server, routix, send};

const PUBLIC_URL: &str = "https://api.example.com";

#[test]
fn it_prints_what_a_server_with_the_same_settings_answers() {
    let folder = tempfile::tempdir().unwrap();
    let printed = routix(folder.path(), &["openapi", "--public-url", PUBLIC_URL]).done();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "it needs no data and makes none");
    routix(folder.path(), &["keys", "rotate"]).done();
    let server = Server::serve(folder.path());
    let answered = send(&server.host, &Request::new("GET", "/openapi.json"));
    assert_eq!((answered.status, answered.header("content-type")), (200, Some("application/json")));
    assert!(answered.text == printed, "the two differ");
    let document: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!((&document["openapi"], &document["servers"][0]["url"]), (&"3.1.0".into(), &PUBLIC_URL.into()));
}

#[test]
fn a_catalogue_of_ones_own_gives_its_own_document() {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = folder.path().join("catalogue.toml");
    let text = r#"
        [[resource]]
        name = "fuel_cards"
        table = "fuel_cards"
        description = "Cards for fuel."
        reading = "Read fuel cards."
        writing = "Create and update fuel cards."
        fields = [
          { name = "id", type = "uuid", version = "v1", description = "Id.", writable = false },
          { name = "number", type = "text", version = "v1", description = "What is on it.", required = true, max_length = 9, example = "7007-1234" },
          { name = "limit_litres", type = "integer", version = "v2", description = "A day.", minimum = 1, maximum = 999 },
        ]"#;
    fs::write(&catalogue, text).unwrap();
    let arguments = ["openapi", "--catalogue", catalogue.to_str().unwrap()];
    let document: Value = serde_json::from_str(&routix(folder.path(), &arguments).done()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let own: Vec<&str> =
        paths.keys().filter(|path| path.starts_with("/functions/v1/api/")).map(String::as_str).collect();
    let expected = [
        "v1/{branch}/fuel_cards",
        "v1/{branch}/fuel_cards/{id}",
        "v2/{branch}/fuel_cards",
        "v2/{branch}/fuel_cards/{id}",
    ];
    assert_eq!(own, expected.map(|end| format!("/functions/v1/api/{end}")));
    let schemas = &document["components"]["schemas"];
    assert_eq!(schemas["FuelCardsV1New"]["properties"]["number"]["maxLength"], 9);
    assert_eq!(schemas["FuelCardsV2New"]["properties"]["limit_litres"]["maximum"], 999);
    assert!(schemas["FuelCardsV1New"]["properties"].get("limit_litres").is_none());
    let scopes = &document["components"]["securitySchemes"]["appToken"]["flows"]["clientCredentials"]["scopes"];
    assert_eq!(scopes["routix:fuel_cards:write"], "Create and update fuel cards.");
    let example = &document["paths"]["/functions/v1/api/v1/{branch}/fuel_cards"]["post"]["requestBody"]["content"]["application/json"]
        ["examples"]["least"]["value"];
    assert_eq!(example["number"], "7007-1234");
}

#[test]
fn an_example_that_is_no_value_of_its_field_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = folder.path().join("catalogue.toml");
    let text = include_str!("../../../src/proxy/catalogue/catalogue.toml");
    fs::write(&catalogue, text.replace("example = \"ORD-2026-10001\"", "example = 5")).unwrap();
    let refusal = routix(folder.path(), &["openapi", "--catalogue", catalogue.to_str().unwrap()]).refusal();
    assert!(refusal.contains("order_number") && refusal.contains("example"), "{refusal}");
}
