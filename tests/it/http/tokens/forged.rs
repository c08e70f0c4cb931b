//! Tokens that we did not make, or not like this, prove nothing.

use std::fs;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use routix::keys::KeyFile;
use serde_json::{Value, json};

use crate::http::app::{TestApp, text};
use crate::http::jwt;
use crate::http::world::Actor;

async fn with_token() -> (TestApp, String) {
    let app = TestApp::start_with(|config| config.api_rate_limit = 0).await;
    let client = app.new_app(&app.sign_in(Actor::Owner).await, json!({})).await;
    let token = app.app_token(&client).await;
    assert_eq!(app.proxy_status(&token).await, 200);
    (app, token)
}

fn signing_key(app: &TestApp) -> [u8; 32] {
    app.signing_keys()[0].secret().unwrap()
}

/// A malformed header is refused before the token is looked at.
async fn assert_refused(app: &TestApp, token: &str, what: &str) {
    let status = app.proxy_status(token).await;
    assert!(status == 401 || status == 400, "{what}: {status} for {token}");
    let answer = app.get("/auth/v1/user", token).await;
    assert!(answer.status == 401 || answer.status == 400, "{what}: {} for {token}", answer.text);
}

#[tokio::test]
async fn v19_every_prefix_suffix_and_flipped_bit_is_refused() {
    let (app, token) = with_token().await;
    for end in 0..token.len() {
        assert_eq!(app.proxy_status(&token[..end]).await, 401, "prefix of {end}");
    }
    for suffix in [".", "=", "A", "AA", ".x", "~"] {
        assert_refused(&app, &format!("{token}{suffix}"), "suffix").await;
    }
    let bits = token.len() * 8;
    for flip in 0..200 {
        let bit = flip * bits / 200;
        let mut bytes = token.clone().into_bytes();
        bytes[bit / 8] ^= 1 << (bit % 7);
        let Ok(flipped) = String::from_utf8(bytes) else { continue };
        if reqwest::header::HeaderValue::from_str(&flipped).is_ok() {
            assert_refused(&app, &flipped, "flipped bit").await;
        }
    }
}

#[tokio::test]
async fn v19_other_spellings_of_base64_are_refused() {
    let (app, token) = with_token().await;
    let parts: Vec<&str> = token.split('.').collect();
    let signature = URL_SAFE_NO_PAD.decode(parts[2]).unwrap();
    let signed = format!("{}.{}", parts[0], parts[1]);
    for other in [STANDARD.encode(&signature), URL_SAFE.encode(&signature), format!("{}=", parts[2])] {
        assert_refused(&app, &format!("{signed}.{other}"), "padding").await;
    }
    let standard = STANDARD_NO_PAD.encode(&signature);
    if standard != parts[2] {
        assert_refused(&app, &format!("{signed}.{standard}"), "alphabet").await;
    }
    // The last character of 32 bytes carries two bits that mean nothing: only one way to write them is right.
    let (head, last) = parts[2].split_at(parts[2].len() - 1);
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for other in alphabet.chars().filter(|other| !last.starts_with(*other)) {
        assert_refused(&app, &format!("{signed}.{head}{other}"), "last character").await;
    }
}

#[tokio::test]
async fn another_algorithm_is_refused_whatever_the_header_says() {
    let (app, token) = with_token().await;
    let (header, claims) = jwt::parts(&token);
    let key = signing_key(&app);
    for algorithm in ["none", "None", "NONE", "nOnE", "HS384", "HS512", "RS256", "ES256", "", "hs256"] {
        let mut header = header.clone();
        header["alg"] = algorithm.into();
        assert_refused(&app, &jwt::unsigned(&header, &claims), algorithm).await;
        assert_refused(&app, &jwt::sign(&header, &claims, &key), algorithm).await;
    }
    let mut without = header.clone();
    without.as_object_mut().unwrap().remove("alg");
    assert_refused(&app, &jwt::sign(&without, &claims, &key), "no alg").await;
    let resigned = jwt::sign(&header, &claims, &key);
    assert_eq!(app.proxy_status(&resigned).await, 200, "the forger's own work is right");
}

#[tokio::test]
async fn only_a_key_of_ours_signs_and_kid_is_a_name_and_no_path() {
    let (app, token) = with_token().await;
    let (header, claims) = jwt::parts(&token);
    let key = signing_key(&app);
    let empty: &[u8] = b"";
    for (kid, key) in [
        (json!("0000000000000000"), &key[..]),
        (json!("../signing"), &key[..]),
        (json!("../../../../dev/null"), empty),
        (json!("/dev/null"), empty),
        (json!(""), empty),
        (json!("' OR '1'='1"), &key[..]),
        (json!(null), &key[..]),
        (json!(7), &key[..]),
        (header["kid"].clone(), empty),
        (header["kid"].clone(), b"secret"),
    ] {
        let mut header = header.clone();
        header["kid"] = kid.clone();
        assert_refused(&app, &jwt::sign(&header, &claims, key), &kid.to_string()).await;
    }
    let refresh = KeyFile::read_all(&app.keys_dir()).unwrap().into_iter().find(|key| !key.signs()).unwrap();
    let mut with_refresh = header.clone();
    with_refresh["kid"] = refresh.kid.clone().into();
    assert_refused(&app, &jwt::sign(&with_refresh, &claims, &refresh.secret().unwrap()), "the refresh key").await;
    assert_refused(&app, &jwt::sign(&header, &claims, &refresh.secret().unwrap()), "the refresh key").await;
}

#[tokio::test]
async fn no_key_is_fetched_from_where_the_header_points() {
    let (app, token) = with_token().await;
    let (header, claims) = jwt::parts(&token);
    let theirs = [7_u8; 32];
    let path = app.keys_dir().join("theirs.jwk");
    fs::write(&path, URL_SAFE_NO_PAD.encode(theirs)).unwrap();
    let jwk = json!({"kty": "oct", "alg": "HS256", "k": URL_SAFE_NO_PAD.encode(theirs)});
    let place = format!("file://{}", path.display());
    for (name, value) in
        [("jku", json!(place)), ("x5u", json!("http://127.0.0.1:1/")), ("jwk", jwk), ("x5c", json!(["AAAA"]))]
    {
        let mut header = header.clone();
        header[name] = value;
        assert_refused(&app, &jwt::sign(&header, &claims, &theirs), name).await;
    }
}

/// Claims that are signed with the right key and still prove nothing.
fn faulty_claims(good: &Value, now: i64) -> Vec<(String, Value)> {
    let mut faulty = Vec::new();
    for name in ["aud", "iss", "sub", "role", "iat", "jti", "exp"] {
        let mut claims = good.clone();
        claims.as_object_mut().unwrap().remove(name);
        if name != "exp" {
            faulty.push((format!("no {name}"), claims));
        }
    }
    for (name, value) in [
        ("exp", json!("never")),
        ("exp", json!((now + 60).to_string())),
        ("exp", json!([now + 60])),
        ("exp", json!({})),
        ("exp", json!(true)),
        ("exp", json!(1e300)),
        ("exp", json!(-1)),
        ("exp", json!(0)),
        ("exp", json!(now)),
        ("exp", json!(now - 1)),
        ("iat", json!(now + 31)),
        ("iat", json!("now")),
        ("aud", json!("anon")),
        ("aud", json!([])),
        ("aud", json!(7)),
        ("iss", json!("https://evil.example")),
        ("iss", json!(["supabase"])),
        ("sub", json!("")),
        ("sub", json!(7)),
        ("jti", json!("1")),
        ("jti", json!("-1.00000000-0000-4000-8000-000000000000")),
        ("oauth_client_id", json!("00000000-0000-4000-8000-000000000000")),
        ("oauth_client_id", json!(null)),
        ("organization_id", json!("00000000-0000-4000-8000-000000000000")),
        ("oauth_scopes", json!("routix:accounts:read")),
    ] {
        let mut claims = good.clone();
        claims[name] = value.clone();
        faulty.push((format!("{name} {value}"), claims));
    }
    faulty
}

#[tokio::test]
async fn v29_claims_are_required_and_of_their_type() {
    let (app, token) = with_token().await;
    let (header, claims) = jwt::parts(&token);
    let now = app.clock.system().now().timestamp();
    let key = signing_key(&app);
    for (what, claims) in faulty_claims(&claims, now) {
        let token = jwt::sign(&header, &claims, &key);
        assert_eq!(app.proxy_status(&token).await, 401, "{what}");
    }
    let mut skewed = claims.clone();
    skewed["iat"] = json!(now + 30);
    assert_eq!(app.proxy_status(&jwt::sign(&header, &skewed, &key)).await, 200, "clocks differ a little");
}

#[tokio::test]
async fn a_persons_token_needs_an_end_and_an_open_session() {
    let (app, _) = with_token().await;
    let (header, claims) = jwt::parts(&app.sign_in(Actor::Viewer).await);
    let key = signing_key(&app);
    let resigned = jwt::sign(&header, &claims, &key);
    assert_eq!(text(&app.get("/auth/v1/user", &resigned).await.expect(200).json()["email"]), Actor::Viewer.email());
    for (name, value) in [
        ("exp", Value::Null),
        ("exp", json!("never")),
        ("session_id", Value::Null),
        ("session_id", json!("00000000-0000-4000-8000-000000000000")),
        ("sub", json!(Actor::Owner.id())),
    ] {
        let mut claims = claims.clone();
        claims[name] = value.clone();
        let answer = app.get("/auth/v1/user", &jwt::sign(&header, &claims, &key)).await;
        assert_eq!(answer.failure(), (401, "invalid_token".to_owned()), "{name} {value}");
    }
}
