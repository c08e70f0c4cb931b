//! What a client finds out by itself, and whether it is true.

use reqwest::Method;
use serde_json::{Value, json};

use super::flow::{INTROSPECT, REVOKE, Scene, Tokens, about, exchange, refresh};
use crate::http::app::{DOORS, TestApp, grant, text};
use crate::http::client::answer;

const SERVER: &str = "/.well-known/oauth-authorization-server";
const RESOURCE: &str = "/.well-known/oauth-protected-resource";

async fn document(app: &TestApp, path: &str) -> Value {
    let found = app.get(path, "").await.expect(200);
    assert_eq!(found.header("content-type"), "application/json");
    found.json()
}

#[tokio::test]
async fn md1_the_document_is_at_the_well_known_path_and_nowhere_else() {
    let app = TestApp::start().await;
    document(&app, SERVER).await;
    for path in ["/x", "/auth/v1", "/functions/v1/api", "/"] {
        app.get(&format!("{SERVER}{path}"), "").await.expect(404);
    }
}

#[tokio::test]
async fn md2_e8_the_issuer_is_the_public_url_as_it_is_written() {
    let app = TestApp::start().await;
    assert_eq!(document(&app, SERVER).await["issuer"], json!(app.url("")));
    let public_url = "https://id.example:8443";
    let app = TestApp::start_with(|config| config.public_url = Some(public_url.to_owned())).await;
    let found = document(&app, SERVER).await;
    assert_eq!(found["issuer"], public_url);
    let request = app.request(Method::GET, SERVER).header("host", "evil.example");
    let forwarded = request.header("x-forwarded-host", "evil.example").header("forwarded", "host=evil.example");
    assert_eq!(answer(forwarded).await.expect(200).json(), found, "nothing of it comes from the request");
}

#[tokio::test]
async fn md3_its_endpoints_are_there_and_do_what_they_are_named_for() {
    let scene = Scene::start().await;
    let found = document(&scene.app, SERVER).await;
    let path = |member: &str| text(&found[member]).strip_prefix(&scene.app.url("")).unwrap().to_owned();
    assert_eq!(found["response_types_supported"], json!(["code"]));
    assert_eq!(path("authorization_endpoint"), super::flow::AUTHORIZE);
    let tokens = Tokens::of(scene.post(&path("token_endpoint"), &exchange(&scene.client, &scene.code().await)).await);
    let introspected = scene.post(&path("introspection_endpoint"), &about(&scene.client, &tokens.access)).await;
    assert_eq!(introspected.expect(200).json()["active"], true);
    scene.post(&path("revocation_endpoint"), &about(&scene.client, &tokens.access)).await.expect(200);
    scene.assert_ended(&tokens).await;
}

#[tokio::test]
async fn md4_md5_pkce_and_iss_are_announced_and_kept() {
    let scene = Scene::start().await;
    let found = document(&scene.app, SERVER).await;
    assert_eq!(found["code_challenge_methods_supported"], json!(["S256"]));
    assert_eq!(found["authorization_response_iss_parameter_supported"], true);
    let path = format!("{}?client_id={}&response_type=code", super::flow::AUTHORIZE, scene.client.client_id);
    let refused = scene.browser.get(&path).await.expect(303);
    let location = url::Url::parse(refused.location()).unwrap();
    let iss = location.query_pairs().find(|(name, _)| name == "iss").unwrap().1.into_owned();
    assert_eq!(json!(iss), found["issuer"]);
}

#[tokio::test]
async fn md6_every_announced_way_to_authenticate_works_and_no_other_is_announced() {
    let scene = Scene::start().await;
    let found = document(&scene.app, SERVER).await;
    let all = json!(["client_secret_basic", "client_secret_post", "none"]);
    assert_eq!(found["token_endpoint_auth_methods_supported"], all);
    assert_eq!(found["revocation_endpoint_auth_methods_supported"], all);
    assert_eq!(
        found["introspection_endpoint_auth_methods_supported"],
        json!(["client_secret_basic", "client_secret_post"])
    );
    let public = scene.app.new_app(&scene.owner, json!({"client_type": "public"})).await;
    for (path, members, none) in [
        (DOORS[1], json!({"grant_type": "client_credentials"}), 400),
        (REVOKE, json!({"token": "x"}), 200),
        (INTROSPECT, json!({"token": "x"}), 401),
    ] {
        let (id, secret) = (&scene.client.client_id, &scene.client.secret);
        answer(scene.app.post(path).basic_auth(id, Some(secret)).form(&members)).await.expect(200);
        let body = super::flow::with(members.clone(), json!({"client_id": id, "client_secret": secret}));
        scene.post(path, &body).await.expect(200);
        let body = super::flow::with(members, json!({"client_id": public.client_id}));
        // A public client exists here; client credentials are not for it.
        scene.post(path, &body).await.expect(none);
    }
}

#[tokio::test]
async fn md7_nothing_is_listed_empty_and_every_listed_grant_works() {
    let scene = Scene::start().await;
    let found = document(&scene.app, SERVER).await;
    for (name, value) in found.as_object().unwrap() {
        assert!(!value.is_null() && value != &json!([]) && value != &json!(""), "{name}");
    }
    assert_eq!(found["grant_types_supported"], json!(["authorization_code", "refresh_token", "client_credentials"]));
    assert_eq!(found["response_modes_supported"], json!(["query"]));
    let tokens = Tokens::of(scene.send(&exchange(&scene.client, &scene.code().await)).await);
    Tokens::of(scene.send(&refresh(&scene.client, &tokens.refresh)).await);
    scene.send(&grant(&scene.client.client_id, &scene.client.secret)).await.expect(200);
    for grant_type in ["password", "implicit", "urn:ietf:params:oauth:grant-type:device_code", "Authorization_Code"] {
        let refused = scene.send(&json!({"grant_type": grant_type, "client_id": scene.client.client_id})).await;
        assert_eq!(refused.failure(), (400, "unsupported_grant_type".to_owned()), "{grant_type}");
    }
    assert!(found["scopes_supported"].as_array().unwrap().contains(&json!("routix:orders:write")));
}

#[tokio::test]
async fn md8_nobody_is_told_that_this_is_openid() {
    let app = TestApp::start().await;
    for path in ["/.well-known/openid-configuration", "/.well-known/jwks.json", "/auth/v1/.well-known/jwks.json"] {
        app.get(path, "").await.expect(404);
    }
    let found = document(&app, SERVER).await;
    for absent in ["jwks_uri", "userinfo_endpoint", "id_token_signing_alg_values_supported", "registration_endpoint"] {
        assert_eq!(found.get(absent), None, "{absent}");
    }
}

#[tokio::test]
async fn pr1_pr2_the_resource_names_this_server_and_its_scopes() {
    let app = TestApp::start().await;
    let server = document(&app, SERVER).await;
    for path in ["", "/functions/v1/api"] {
        let found = document(&app, &format!("{RESOURCE}{path}")).await;
        assert_eq!(found["resource"], json!(app.url(path)));
        assert_eq!(found["authorization_servers"], json!([server["issuer"]]));
        assert_eq!(found["scopes_supported"], server["scopes_supported"]);
        assert_eq!(found["bearer_methods_supported"], json!(["header"]));
    }
    assert_eq!(server["protected_resources"], json!([app.url("/functions/v1/api")]));
}

#[tokio::test]
async fn pr3_the_challenge_leads_to_the_document_and_the_document_to_a_token() {
    let scene = Scene::start().await;
    let refused = scene.app.accounts("x", &scene.app.world.branch.public_id).await.expect(401);
    let challenge = refused.header("www-authenticate");
    let (_, rest) = challenge.split_once("resource_metadata=\"").unwrap();
    let url = rest.split('"').next().unwrap();
    let found = document(&scene.app, url.strip_prefix(&scene.app.url("")).unwrap()).await;
    let resource = text(&found["resource"]);
    let tokens = scene.tokens_with(&[("resource", &resource)]).await;
    assert_eq!(scene.app.proxy_status(&tokens.access).await, 200);
}
