//! Signing keys come and go without a refused token.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm as JwtAlgorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use reqwest::Method;
use routix::commands::signing_keys::KeyError;
use routix::keys::{Algorithm, KeyFile, KeyRing};
use serde_json::{Value, json};

use crate::http::app::{Registered, TestApp, publish_key};
use crate::http::client::{answer, eventually};
use crate::http::jwt;
use crate::http::world::Actor;

async fn kid_of_next_token(app: &TestApp, client: &Registered) -> String {
    let header = jwt::parts(&app.app_token(client).await).0;
    header["kid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_second_key_signs_after_its_lead_and_a_retired_one_dies() {
    let app = TestApp::start_with(|config| config.api_rate_limit = 0).await;
    let client = app.new_app(&app.sign_in(Actor::Owner).await, json!({"token_lifetime": "1d"})).await;
    let old = app.app_token(&client).await;
    let first = app.signing_keys().remove(0);
    let second = publish_key(&app.keys_dir(), &app.clock);
    assert_eq!(kid_of_next_token(&app, &client).await, first.kid, "published, and not yet active");

    app.clock.advance(TimeDelta::seconds(10));
    eventually("the second key signs", async || {
        assert_eq!(app.proxy_status(&old).await, 200, "no token is refused meanwhile");
        kid_of_next_token(&app, &client).await == second.kid
    })
    .await;
    let new = app.app_token(&client).await;
    assert_eq!([app.proxy_status(&old).await, app.proxy_status(&new).await], [200, 200]);

    first.remove(&app.keys_dir()).unwrap();
    eventually("the retired key's tokens die", async || app.proxy_status(&old).await == 401).await;
    assert_eq!(app.proxy_status(&new).await, 200);
    assert_eq!(kid_of_next_token(&app, &client).await, second.kid);
}

#[tokio::test]
async fn tokens_outlive_a_restart() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let client = app.new_app(&owner, json!({})).await;
    let token = app.app_token(&client).await;
    let app = app.restart().await;
    assert_eq!(app.proxy_status(&token).await, 200);
    app.get("/auth/v1/user", &owner).await.expect(200);
    app.credentials(&client, &client.secret).await.expect(200);
}

/// Publishes a key of another algorithm and waits until it signs.
async fn signing_with(app: &TestApp, client: &Registered, algorithm: Algorithm) -> KeyFile {
    let key = KeyRing::draft_of(&app.keys_dir(), &app.clock.system(), None, algorithm).unwrap();
    key.write(&app.keys_dir()).unwrap();
    app.clock.advance(TimeDelta::minutes(15));
    eventually("it signs", async || kid_of_next_token(app, client).await == key.kid).await;
    key
}

async fn document(app: &TestApp, path: &str) -> Value {
    answer(app.request(Method::GET, path)).await.expect(200).json()
}

#[tokio::test]
async fn who_has_the_key_set_verifies_without_asking_us() {
    for (algorithm, of_jwt) in [(Algorithm::EdDsa, JwtAlgorithm::EdDSA), (Algorithm::Es256, JwtAlgorithm::ES256)] {
        let app = TestApp::start_with(|config| config.api_rate_limit = 0).await;
        let client = app.new_app(&app.sign_in(Actor::Owner).await, json!({})).await;
        // A shared key is no public one.
        answer(app.request(Method::GET, "/.well-known/jwks.json")).await.expect(404);
        let metadata = document(&app, "/.well-known/oauth-authorization-server").await;
        assert_eq!(metadata.get("jwks_uri"), None, "only what works is named");

        let key = signing_with(&app, &client, algorithm).await;
        let metadata = document(&app, "/.well-known/oauth-authorization-server").await;
        assert_eq!(metadata["jwks_uri"], app.url("/.well-known/jwks.json"));
        let keys = document(&app, "/.well-known/jwks.json").await;
        assert!(keys["keys"][0].get("d").is_none(), "{keys}");
        let set: JwkSet = serde_json::from_value(keys).unwrap();
        let jwk = set.find(&key.kid).unwrap();
        let token = app.app_token(&client).await;
        let mut rules = Validation::new(of_jwt);
        rules.set_audience(&["authenticated"]);
        // The clock of the service stands still in a year of its own.
        rules.validate_exp = false;
        let claims = decode::<Value>(&token, &DecodingKey::from_jwk(jwk).unwrap(), &rules).unwrap().claims;
        assert_eq!(claims["oauth_client_id"], client.client_id.as_str());
        assert_eq!(app.proxy_status(&token).await, 200);
    }
}

#[tokio::test]
async fn the_public_half_signs_nothing() {
    let app = TestApp::start_with(|config| config.api_rate_limit = 0).await;
    let client = app.new_app(&app.sign_in(Actor::Owner).await, json!({})).await;
    let key = signing_with(&app, &client, Algorithm::EdDsa).await;
    let token = app.app_token(&client).await;
    assert_eq!(app.proxy_status(&token).await, 200);
    let claims = jwt::parts(&token).1;
    let jwk = document(&app, "/.well-known/jwks.json").await["keys"][0].clone();
    let x = jwk["x"].as_str().unwrap();
    // What is public, taken for a shared secret in each form in which it might be (RFC 8725, 2.1).
    for secret in [URL_SAFE_NO_PAD.decode(x).unwrap(), x.as_bytes().to_vec(), jwk.to_string().into_bytes()] {
        for algorithm in [JwtAlgorithm::HS256, JwtAlgorithm::HS384, JwtAlgorithm::HS512] {
            let header = Header { kid: Some(key.kid.clone()), ..Header::new(algorithm) };
            let forged = encode(&header, &claims, &EncodingKey::from_secret(&secret)).unwrap();
            assert_eq!(app.proxy_status(&forged).await, 401);
        }
    }
}

#[tokio::test]
async fn a_key_is_retired_when_nothing_that_it_signed_is_good_any_more() {
    let app = TestApp::start().await;
    let client = app.new_app(&app.sign_in(Actor::Owner).await, json!({})).await;
    let folder = app.keys_dir();
    let first = app.signing_keys().remove(0).kid;
    assert!(matches!(app.commands.check_retirable(&folder, &first).await, Err(KeyError::Last(_))));
    let second = signing_with(&app, &client, Algorithm::EdDsa).await.kid;
    assert!(matches!(app.commands.check_retirable(&folder, &second).await, Err(KeyError::Signs(_))));
    let refused = app.commands.check_retirable(&folder, &first).await;
    assert!(matches!(refused, Err(KeyError::TokensLive { .. })), "{refused:?}");
    app.clock.advance(TimeDelta::minutes(60));
    app.commands.check_retirable(&folder, &first).await.unwrap();
    let owner = app.sign_in(Actor::Owner).await;
    app.new_app(&owner, json!({"token_lifetime": "unlimited"})).await;
    let refused = app.commands.check_retirable(&folder, &first).await;
    assert!(matches!(refused, Err(KeyError::Endless(_))), "{refused:?}");
    let unknown = app.commands.check_retirable(&folder, "none").await;
    assert!(matches!(unknown, Err(KeyError::Unknown(_))), "{unknown:?}");
}
