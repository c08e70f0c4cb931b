//! The security log: what is in it after each kind of failure, and what never is.

use chrono::{DateTime, TimeDelta};
use routix::access::{About, SecurityLog};
use routix::http::origin::RequestOrigin;
use routix::store::identity::{RequestContext, SecurityKind, SecurityRow};
use serde_json::json;
use uuid::Uuid;

use super::app::{Registered, TestApp, text};
use super::browser::Browser;
use super::client::answer;
use super::code_flow::{Request, TOKEN, approve, redeem, signed_in, start};
use super::world::{Actor, PASSWORD, origin};

/// Stops the service, which writes down what it has, and starts it again.
async fn rows(app: TestApp) -> (TestApp, Vec<SecurityRow>) {
    let app = app.restart().await;
    let rows = app.identity.security_rows(DateTime::UNIX_EPOCH, None, 100).await.unwrap();
    (app, rows)
}

/// Kind, detail, client, user, and how often; sorted.
type Told = (&'static str, String, Option<Uuid>, Option<Uuid>, u64);

fn told(rows: &[SecurityRow]) -> Vec<Told> {
    let of = |row: &SecurityRow| (row.kind.as_str(), row.detail.clone(), row.client_id, row.user_id, row.count);
    let mut told: Vec<Told> = rows.iter().map(of).collect();
    told.sort();
    told
}

fn client_id(client: &Registered) -> Option<Uuid> {
    Some(client.client_id.parse().unwrap())
}

#[tokio::test]
async fn failed_sign_ins_are_counted_and_so_is_the_limit() {
    let app = TestApp::start_with(|config| config.failure_limit = 2).await;
    for _ in 0..3 {
        app.password(Actor::Owner.email(), "wrong password").await;
    }
    app.password("nobody@one.example", "wrong password").await.expect(400);
    app.identity.disable_user(Actor::Admin.id(), app.clock.system().now()).await.unwrap();
    app.password(Actor::Admin.email(), PASSWORD).await.expect(400);
    let now = app.clock.system().now();
    let (_app, rows) = rows(app).await;
    let sign_in = |detail: &str, user: Option<Actor>, count| {
        ("sign_in_failed", detail.to_owned(), None, user.map(Actor::id), count)
    };
    assert_eq!(
        told(&rows),
        [
            ("limit_exceeded", "sign_in".to_owned(), None, None, 1),
            sign_in("locked_out", Some(Actor::Admin), 1),
            sign_in("unknown_email", None, 1),
            sign_in("wrong_password", Some(Actor::Owner), 2),
        ]
    );
    for row in rows {
        assert_eq!((row.first_at, row.last_at, row.address.as_deref()), (now, now, Some("127.0.0.1")));
        assert!(row.request_id.is_some_and(|id| id.len() >= 8));
    }
}

#[tokio::test]
async fn failures_of_clients_and_too_many_requests_name_the_client() {
    let app = TestApp::start_with(|config| (config.failure_limit, config.api_rate_limit) = (1, 1)).await;
    let client = app.new_app(&app.sign_in(Actor::Owner).await, json!({})).await;
    let token = app.app_token(&client).await;
    for status in [200, 429] {
        assert_eq!(app.proxy_status(&token).await, status);
    }
    for status in [401, 429] {
        app.credentials(&client, "routix_wrong").await.expect(status);
    }
    let stranger = Registered { client_id: Uuid::from_u128(9).to_string(), ..client.clone() };
    app.credentials(&stranger, &client.secret).await.expect(401);
    let (_app, rows) = rows(app).await;
    let named = client_id(&client);
    assert_eq!(
        told(&rows),
        [
            ("client_authentication_failed", "unknown_client".to_owned(), None, None, 1),
            ("client_authentication_failed", "wrong_secret".to_owned(), named, None, 2),
            ("limit_exceeded", "api_requests".to_owned(), named, None, 1),
            ("limit_exceeded", "client_authentication".to_owned(), named, None, 1),
        ]
    );
}

#[tokio::test]
async fn a_refused_form_names_who_was_signed_in() {
    let app = TestApp::start().await;
    let browser = Browser::new(&app);
    browser.post("/sign-in", &[("email", "x")], &[("sec-fetch-site", "cross-site")]).await.expect(403);
    browser.sign_in(Actor::Owner).await;
    browser.post("/sign-out", &[("form_token", "x")], &super::browser::FROM_OUR_PAGE).await.expect(403);
    let (_app, rows) = rows(app).await;
    let owner = Some(Actor::Owner.id());
    let expected = [("cross_site", None), ("stale_form", owner)];
    assert_eq!(told(&rows), expected.map(|(detail, user)| ("form_refused", detail.to_owned(), None, user, 1)));
}

#[tokio::test]
async fn what_is_used_twice_names_client_and_person_and_is_nowhere_itself() {
    let (app, client) = start(json!({})).await;
    let other = app.new_app(&app.sign_in(Actor::Owner).await, json!({"name": "Other"})).await;
    let browser = signed_in(&app, Actor::Member).await;
    let first = approve(&browser, &Request::of(&client)).await;
    redeem(&app, &client, &first, json!({})).await.expect(200);
    redeem(&app, &client, &first, json!({})).await.expect(400);
    let second = approve(&browser, &Request::of(&client)).await;
    let tokens = redeem(&app, &client, &second, json!({})).await.expect(200).json();
    let (token, access) = (text(&tokens["refresh_token"]), text(&tokens["access_token"]));
    for token in [&token, &access] {
        let foreign = json!({"client_id": other.client_id, "client_secret": other.secret, "token": token});
        answer(app.post("/auth/v1/oauth/revoke").json(&foreign)).await.expect(200);
    }
    let refresh = json!({
        "grant_type": "refresh_token", "refresh_token": token,
        "client_id": client.client_id, "client_secret": client.secret,
    });
    answer(app.post(TOKEN).json(&refresh)).await.expect(200);
    let own = text(&app.password(Actor::Owner.email(), PASSWORD).await.expect(200).json()["refresh_token"]);
    app.refresh(&own).await.expect(200);
    app.clock.advance(TimeDelta::minutes(2));
    answer(app.post(TOKEN).json(&refresh)).await.expect(400);
    app.refresh(&own).await.expect(400);
    let (_app, rows) = rows(app).await;
    let (named, member) = (client_id(&client), Some(Actor::Member.id()));
    let reused = "refresh_token_reused".to_owned();
    assert_eq!(
        told(&rows),
        [
            ("authorization_ended", "code_replayed".to_owned(), named, member, 1),
            ("authorization_ended", reused.clone(), named, member, 1),
            ("foreign_revocation", "access_token".to_owned(), client_id(&other), None, 1),
            ("foreign_revocation", "authorization".to_owned(), client_id(&other), None, 1),
            ("session_ended", reused, None, Some(Actor::Owner.id()), 1),
        ]
    );
    let shown = format!("{rows:?}");
    for secret in [&first, &second, &token, &access, &own, &client.secret, &other.secret] {
        assert!(!shown.contains(secret.as_str()), "{shown}");
    }
    assert!(!shown.contains('@') && !shown.contains(PASSWORD), "{shown}");
}

#[tokio::test]
async fn what_is_not_written_yet_of_a_forgotten_person_is_not_written_at_all() {
    let app = TestApp::start().await;
    app.password(Actor::Admin.email(), "wrong password").await.expect(400);
    app.password("nobody@one.example", "wrong password").await.expect(400);
    app.commands.forget_person(Actor::Admin.id(), &origin()).await.unwrap();
    let (_app, rows) = rows(app).await;
    assert_eq!(told(&rows), [("sign_in_failed", "unknown_email".to_owned(), None, None, 1)]);
}

#[tokio::test]
async fn it_is_no_part_of_the_log_and_can_be_switched_off() {
    let app = TestApp::start_with(|config| config.security_log_days = 0).await;
    let head = app.events().await.len();
    app.password(Actor::Owner.email(), "wrong password").await.expect(400);
    assert_eq!(app.events().await.len(), head);
    let (app, rows) = rows(app).await;
    assert_eq!(rows, []);
    assert_eq!(app.identity.security_rows(DateTime::UNIX_EPOCH, Some(SecurityKind::Dropped), 1).await.unwrap(), []);
}

#[tokio::test]
async fn nothing_is_lost_while_the_database_does_not_answer() {
    let app = TestApp::start().await;
    let log = SecurityLog::new(&app.clock.system(), 90);
    let (request_id, address) = ("request-1".to_owned(), [192, 0, 2, 1].into());
    let origin = RequestOrigin { request_id, address, context: RequestContext::default() };
    app.place.sql("identity", "ALTER TABLE security_log RENAME TO elsewhere");
    for _ in 0..2 {
        log.record(SecurityKind::FormRefused, &origin, About::default());
        assert!(log.flush(&app.identity).await.is_err());
        app.clock.advance(TimeDelta::minutes(5));
    }
    app.place.sql("identity", "ALTER TABLE elsewhere RENAME TO security_log");
    log.record(SecurityKind::FormRefused, &origin, About::default());
    log.flush(&app.identity).await.unwrap();
    log.flush(&app.identity).await.unwrap();
    let rows = app.identity.security_rows(DateTime::UNIX_EPOCH, None, 100).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.count).collect::<Vec<_>>(), [1, 1, 1], "{rows:?}");
}
