//! People sign in, go on with their session, and leave (contract, section 2).

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::app::{APPS, REGISTER, ROTATE, TestApp, text};
use super::client::{answer, names};
use super::jwt;
use super::world::{Actor, PASSWORD, origin};

const SIGN_IN: &str = "/auth/v1/token?grant_type=password";

async fn session(app: &TestApp, actor: Actor) -> (String, String) {
    let answer = app.password(actor.email(), PASSWORD).await.expect(200).json();
    (text(&answer["access_token"]), text(&answer["refresh_token"]))
}

#[tokio::test]
async fn a_password_gives_a_session() {
    let app = TestApp::start().await;
    let answer = app.password(Actor::Admin.email(), PASSWORD).await.expect(200);
    assert_eq!(answer.header("cache-control"), "no-store");
    let body = answer.json();
    assert_eq!(names(&body), ["access_token", "expires_in", "refresh_token", "token_type", "user"]);
    assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("bearer"), &json!(3_600)));
    assert_eq!(body["user"]["id"], json!(Actor::Admin.id()));
    assert_eq!(body["user"]["email"], Actor::Admin.email());
    let claims = jwt::claims(&text(&body["access_token"]));
    assert_eq!(
        (&claims["sub"], &claims["aud"], &claims["role"]),
        (&json!(Actor::Admin.id()), &json!("authenticated"), &json!("authenticated"))
    );
    assert_eq!(claims.get("oauth_client_id"), None);
    let user = app.get("/auth/v1/user", &text(&body["access_token"])).await.expect(200);
    assert_eq!(user.json(), body["user"]);
    assert!(!answer.text.contains("argon2") && !user.text.contains("password"));
}

#[tokio::test]
async fn v26_a_wrong_password_an_unknown_address_and_a_disabled_user_read_the_same() {
    let app = TestApp::start().await;
    app.identity.disable_user(Actor::Member.id(), app.clock.system().now()).await.unwrap();
    let wrong = app.password(Actor::Owner.email(), "wrong horse battery").await;
    assert_eq!(wrong.failure(), (400, "invalid_grant".to_owned()));
    assert!(wrong.json()["error_description"].is_string());
    for (email, password) in [
        ("nobody@one.example", PASSWORD),
        (Actor::Member.email(), PASSWORD),
        (Actor::Owner.email(), "Correct horse battery"),
        (Actor::Owner.email(), "correct horse battery "),
        ("\u{0}", "x"),
    ] {
        let refused = app.password(email, password).await;
        assert_eq!(refused.status, 400, "{email}");
        assert_eq!(refused.without_request_id(), wrong.without_request_id(), "{email}");
    }
}

#[tokio::test]
async fn missing_fields_and_grant_types_are_named() {
    let app = TestApp::start().await;
    let none = answer(app.post(SIGN_IN).json(&json!({}))).await.expect(400);
    let required = |field: &str| (field.to_owned(), "required".to_owned());
    assert_eq!(none.faults(), [required("email"), required("password")]);
    let typed = answer(app.post(SIGN_IN).json(&json!({"email": 1, "password": ""}))).await.expect(400);
    assert_eq!(typed.faults(), [required("email"), required("password")]);
    let body = json!({"email": Actor::Owner.email(), "password": PASSWORD});
    let untyped = answer(app.post("/auth/v1/token").json(&body)).await;
    assert_eq!(untyped.failure(), (400, "invalid_request".to_owned()));
    let other = answer(app.post("/auth/v1/token?grant_type=magic").json(&body)).await;
    assert_eq!(other.failure(), (400, "unsupported_grant_type".to_owned()));
    let doubled = answer(app.post("/auth/v1/token?grant_type=password&grant_type=password").json(&body)).await;
    assert_eq!(doubled.failure(), (400, "invalid_request".to_owned()));
    let in_the_url = format!("{SIGN_IN}&email={}&password=correct+horse+battery", Actor::Owner.email());
    let refused = answer(app.post(&in_the_url).json(&json!({}))).await;
    assert_eq!(refused.failure(), (400, "invalid_request".to_owned()));
    let plain = answer(app.post(SIGN_IN).header("content-type", "text/plain").body(body.to_string())).await;
    assert_eq!(plain.failure(), (415, "unsupported_media_type".to_owned()));
    let huge = json!({"email": "a".repeat(17 * 1_024), "password": "x"});
    assert_eq!(answer(app.post(SIGN_IN).json(&huge)).await.failure(), (413, "payload_too_large".to_owned()));
}

#[tokio::test]
async fn e21_what_supabase_clients_send_besides_is_ignored() {
    let app = TestApp::start().await;
    let body = json!({
        "email": Actor::Owner.email(), "password": PASSWORD, "gotrue_meta_security": {"captcha_token": null}, "data": [1],
    });
    let request =
        app.post(SIGN_IN).header("apikey", "anon").bearer_auth("anon").header("x-client-info", "supabase-js/2");
    let token = text(&answer(request.json(&body)).await.expect(200).json()["access_token"]);
    let request = app.request(reqwest::Method::GET, APPS).header("apikey", "anon").bearer_auth(&token);
    assert_eq!(answer(request).await.expect(200).json(), json!([]));
}

#[tokio::test]
async fn an_address_signs_in_however_it_is_spelled_in_case() {
    let app = TestApp::start().await;
    app.password("Owner@ONE.example", PASSWORD).await.expect(200);
}

#[tokio::test]
async fn guesses_at_once_are_limited_like_guesses_in_a_row() {
    let app = TestApp::start_with(|config| config.failure_limit = 3).await;
    let guesses = join_all((0..40).map(|_| app.password(Actor::Owner.email(), "wrong wrong wrong"))).await;
    let tried = guesses.iter().filter(|answer| answer.status == 400).count();
    let cores = std::thread::available_parallelism().unwrap().get();
    // A failure is counted a moment after its turn is over, so two rounds may still be under way.
    assert!((3..=3 + 2 * cores).contains(&tried), "{tried} of 40 were tried");
    // So many at once are more than may wait, and who did not get a place is told to come again.
    assert!(guesses.iter().all(|answer| matches!(answer.status, 400 | 429 | 503)));
    assert!(
        guesses.iter().filter(|answer| answer.status != 400).all(|answer| !answer.header("retry-after").is_empty())
    );
}

#[tokio::test]
async fn right_passwords_at_once_are_no_failures() {
    let app = TestApp::start_with(|config| config.failure_limit = 3).await;
    let signed_in = join_all((0..20).map(|_| app.password(Actor::Owner.email(), PASSWORD))).await;
    assert!(signed_in.iter().all(|answer| answer.status == 200));
}

#[tokio::test]
async fn failed_sign_ins_are_limited_for_each_address_and_network() {
    let app = TestApp::start_with(|config| config.failure_limit = 3).await;
    for email in ["owner@one.example", "OWNER@one.example", " owner@ONE.example "] {
        app.password(email, "wrong horse battery").await.expect(400);
    }
    let refused = app.password(Actor::Owner.email(), PASSWORD).await;
    assert_eq!(refused.failure(), (429, "rate_limited".to_owned()));
    assert_eq!(refused.header("retry-after"), "60");
    app.password(Actor::Admin.email(), PASSWORD).await.expect(200);
    let body = json!({"email": Actor::Owner.email(), "password": PASSWORD});
    answer(app.post_from([127, 0, 0, 2], SIGN_IN).json(&body)).await.expect(200);
    app.clock.advance(TimeDelta::seconds(60));
    app.password(Actor::Owner.email(), PASSWORD).await.expect(200);
}

#[tokio::test]
async fn h16_a_refresh_rotates_and_its_retry_gives_the_same_token_again() {
    let app = TestApp::start().await;
    let (first_access, first) = session(&app, Actor::Owner).await;
    let rotated = app.refresh(&first).await.expect(200);
    assert_eq!(rotated.header("cache-control"), "no-store");
    let second = text(&rotated.json()["refresh_token"]);
    assert_ne!(first, second);
    app.clock.advance(TimeDelta::seconds(30));
    assert_eq!(text(&app.refresh(&first).await.expect(200).json()["refresh_token"]), second);
    let third = text(&app.refresh(&second).await.expect(200).json()["refresh_token"]);
    assert_ne!(second, third);
    let access = text(&app.refresh(&third).await.expect(200).json()["access_token"]);
    app.get("/auth/v1/user", &access).await.expect(200);
    app.get("/auth/v1/user", &first_access).await.expect(200);
}

#[tokio::test]
async fn h14_the_use_of_an_old_refresh_token_ends_the_session_and_its_tokens() {
    let app = TestApp::start().await;
    let (_, first) = session(&app, Actor::Owner).await;
    let (other_access, other_refresh) = session(&app, Actor::Owner).await;
    let rotated = app.refresh(&first).await.expect(200).json();
    app.clock.advance(TimeDelta::seconds(31));
    let access = text(&rotated["access_token"]);
    app.get("/auth/v1/user", &access).await.expect(200);
    assert_eq!(app.refresh(&first).await.failure(), (400, "invalid_grant".to_owned()));
    assert_eq!(app.refresh(&text(&rotated["refresh_token"])).await.failure(), (400, "invalid_grant".to_owned()));
    assert_eq!(app.get("/auth/v1/user", &access).await.failure(), (401, "invalid_token".to_owned()));
    app.get("/auth/v1/user", &other_access).await.expect(200);
    app.refresh(&other_refresh).await.expect(200);
}

#[tokio::test]
async fn a_token_two_rotations_old_ends_the_session_even_at_once() {
    let app = TestApp::start().await;
    let (_, first) = session(&app, Actor::Owner).await;
    let second = text(&app.refresh(&first).await.expect(200).json()["refresh_token"]);
    let third = text(&app.refresh(&second).await.expect(200).json()["refresh_token"]);
    app.refresh(&first).await.expect(400);
    app.refresh(&third).await.expect(400);
}

#[tokio::test]
async fn twenty_refreshes_at_once_give_one_successor() {
    let app = TestApp::start().await;
    let (_, first) = session(&app, Actor::Owner).await;
    let answers = join_all((0..20).map(|_| app.refresh(&first))).await;
    let tokens: std::collections::BTreeSet<String> =
        answers.into_iter().map(|answer| text(&answer.expect(200).json()["refresh_token"])).collect();
    assert_eq!(tokens.len(), 1);
}

#[tokio::test]
async fn a_forged_refresh_token_is_refused_and_ends_nothing() {
    let app = TestApp::start().await;
    let (access, refresh) = session(&app, Actor::Owner).await;
    let mut forged: Vec<String> = (0..refresh.len()).map(|end| refresh[..end].to_owned()).collect();
    forged.extend([format!("{refresh}A"), format!("{refresh}="), "s1.".to_owned(), "x".to_owned(), access.clone()]);
    for token in forged.iter().filter(|token| !token.is_empty()) {
        assert_eq!(app.refresh(token).await.failure(), (400, "invalid_grant".to_owned()), "{token}");
    }
    app.get("/auth/v1/user", &access).await.expect(200);
    app.refresh(&refresh).await.expect(200);
}

#[tokio::test]
async fn logout_ends_the_session_and_its_access_token_at_once() {
    let app = TestApp::start().await;
    let (access, refresh) = session(&app, Actor::Owner).await;
    let (other, _) = session(&app, Actor::Owner).await;
    let left = answer(app.post("/auth/v1/logout?scope=local").bearer_auth(&access)).await.expect(204);
    assert_eq!(left.text, "");
    assert_eq!(app.get("/auth/v1/user", &access).await.failure(), (401, "invalid_token".to_owned()));
    assert_eq!(app.get(APPS, &access).await.failure(), (401, "invalid_token".to_owned()));
    assert_eq!(app.accounts(&access, &app.world.branch.public_id).await.status, 401);
    assert_eq!(app.refresh(&refresh).await.failure(), (400, "invalid_grant".to_owned()));
    app.get("/auth/v1/user", &other).await.expect(200);
    answer(app.post("/auth/v1/logout")).await.expect(401);
}

#[tokio::test]
async fn an_access_token_lives_an_hour_and_a_session_half_a_day() {
    let app = TestApp::start().await;
    let (access, refresh) = session(&app, Actor::Owner).await;
    app.clock.advance(TimeDelta::seconds(3_599));
    app.get("/auth/v1/user", &access).await.expect(200);
    app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(app.get("/auth/v1/user", &access).await.failure(), (401, "invalid_token".to_owned()));
    app.clock.advance(TimeDelta::hours(10));
    let rotated = app.refresh(&refresh).await.expect(200).json();
    app.clock.advance(TimeDelta::hours(1));
    assert_eq!(app.refresh(&text(&rotated["refresh_token"])).await.failure(), (400, "invalid_grant".to_owned()));
    app.get("/auth/v1/user", &text(&rotated["access_token"])).await.expect(401);
}

#[tokio::test]
async fn a4_a_disabled_user_is_out_at_once() {
    let app = TestApp::start().await;
    let (access, refresh) = session(&app, Actor::Admin).await;
    app.identity.disable_user(Actor::Admin.id(), app.clock.system().now()).await.unwrap();
    assert_eq!(app.get(APPS, &access).await.failure(), (401, "invalid_token".to_owned()));
    assert_eq!(app.refresh(&refresh).await.failure(), (400, "invalid_grant".to_owned()));
}

#[tokio::test]
async fn a4_a_lost_membership_or_role_counts_from_the_next_request() {
    let app = TestApp::start().await;
    let admin = app.sign_in(Actor::Admin).await;
    let client = app.new_app(&admin, json!({})).await;
    let member = (app.world.organization, Actor::Admin.id());
    let viewer = routix_domain::organization::Role::Viewer;
    app.commands.change_member(member, Some(viewer), None, &origin()).await.unwrap();
    let refused = app.change(&admin, &client.app_id, &json!({"name": "X"})).await;
    assert_eq!(refused.failure(), (403, "forbidden".to_owned()));
    app.commands.remove_member(member, &origin()).await.unwrap();
    assert_eq!(app.get(APPS, &admin).await.expect(200).json(), json!([]));
    let rotate = json!({"oauth_app_id": client.app_id});
    assert_eq!(app.rotate(&admin, &rotate).await.failure(), (404, "not_found".to_owned()));
}

#[tokio::test]
async fn an_app_token_manages_nothing() {
    let app = TestApp::start().await;
    let client = app.new_app(&app.sign_in(Actor::Owner).await, json!({})).await;
    let token = app.app_token(&client).await;
    let events = format!("{APPS}/{}/events", client.app_id);
    let one = format!("{APPS}?id=eq.{}", client.app_id);
    for (method, path) in [
        ("GET", "/auth/v1/user"),
        ("POST", "/auth/v1/logout"),
        ("POST", REGISTER),
        ("POST", ROTATE),
        ("GET", APPS),
        ("PATCH", &one),
        ("GET", &events),
        ("GET", "/rest/v1/organizations"),
        ("GET", "/rest/v1/branches"),
    ] {
        let request = app.request(method.parse().unwrap(), path).bearer_auth(&token);
        let refused = answer(request.json(&Value::Null)).await;
        assert_eq!(refused.failure(), (403, "invalid_token_type".to_owned()), "{method} {path}");
        let anonymous = answer(app.request(method.parse().unwrap(), path).json(&Value::Null)).await;
        assert_eq!(anonymous.failure(), (401, "invalid_token".to_owned()), "{method} {path}");
        assert!(anonymous.header("www-authenticate").starts_with("Bearer"), "{method} {path}");
    }
}
