//! S8, V11: SQL in whatever a request carries is a value or nothing. Where the database writes down what it is told, every
//! statement is one of ours.

use reqwest::Method;
use serde_json::json;

use crate::http::app::{APPS, TestApp};
use crate::http::client::{answer, eventually};
use crate::http::world::{Actor, PASSWORD};

/// In every payload, and in nothing else.
const MARK: &str = "zq7x";

/// The boundaries of sqlmap around what it tries, and what breaks filters of PostgREST.
fn payloads() -> Vec<String> {
    const OPENINGS: [&str; 11] = ["", "'", "\"", ")", "')", "\")", "'))", "%'", "`", "\\'", "']"];
    const TRIALS: [&str; 9] = [
        " AND 1=1",
        " OR 'zq7x'='zq7x",
        " UNION ALL SELECT NULL,NULL,NULL-- -",
        "; SELECT pg_sleep(5)--",
        "; DROP TABLE events--",
        " AND (SELECT 1 FROM pg_user)>0",
        " RLIKE sleep(5)",
        "||(SELECT name FROM sqlite_master)||",
        " ORDER BY 1--",
    ];
    let mut all: Vec<String> =
        OPENINGS.iter().flat_map(|opening| TRIALS.iter().map(move |trial| format!("{MARK}{opening}{trial}"))).collect();
    all.extend(
        [
            "/*", "*/", "--", "#", "$$", "$1", "?1", ":a", "@a", "\u{2019}", "\u{ff07}", "%", "_", "\0", "\u{bf}'",
            "0x27", "E'\\''",
        ]
        .map(|odd| format!("{MARK}{odd}")),
    );
    all
}

#[tokio::test]
async fn s8_no_text_of_a_caller_becomes_part_of_a_statement() {
    let app = TestApp::start_with(|config| {
        config.api_rate_limit = 0;
        config.failure_limit = 0;
    })
    .await;
    write_statements_down(&app).await;
    let owner = app.sign_in(Actor::Owner).await;
    let client = app.new_app(&owner, json!({})).await;
    let token = app.app_token(&client).await;
    let branch = &app.world.branch.public_id;
    let (events, count) = (app.events().await.len(), payloads().len());
    assert!(count > 100, "{count}");
    for payload in payloads() {
        let text: String = url::form_urlencoded::byte_serialize(payload.as_bytes()).collect();
        let path = text.replace('+', "%20");
        let accounts = format!("/functions/v1/api/v1/{branch}/accounts");
        for target in [
            format!("{accounts}?company_name={text}"),
            format!("{accounts}?{text}=1"),
            format!("{accounts}?order={text}"),
            format!("{accounts}?order=-{text}&limit={text}&offset={text}"),
            format!("{accounts}/{path}"),
            format!("/functions/v1/api/v1/{path}/accounts"),
            format!("/functions/v1/api/v1/{branch}/{path}"),
            format!("/functions/v1/api/{path}/{branch}/accounts"),
        ] {
            let got =
                answer(app.request(Method::GET, &target).bearer_auth(&token).header("if-none-match", "\"'zq7x\""))
                    .await;
            assert!(
                (400..500).contains(&got.status) || got.json()["pagination"]["total"] == 0,
                "{target}: {}",
                got.text
            );
        }
        for target in [
            format!("{APPS}?id=eq.{text}"),
            format!("{APPS}?name=ilike.{text}"),
            format!("{APPS}?name=in.({text})"),
            format!("{APPS}?or=(name.eq.{text},id.eq.{text})"),
            format!("{APPS}?select={text}"),
            format!("{APPS}?order={text}"),
            format!("{APPS}?{text}=eq.1"),
            format!("{APPS}/{path}/events?type={text}&actor={text}"),
            format!("{APPS}/{}/events?type={text}&after={text}", client.app_id),
            format!("{APPS}/{}/state?at={text}", client.app_id),
            format!("/rest/v1/branches?name=eq.{text}"),
            format!("/rest/v1/organizations?name=eq.{text}"),
            format!("/rest/v1/oauth_client_authorizations?id=eq.{text}"),
            format!("/schemas/events/{path}"),
        ] {
            let got =
                answer(app.request(Method::GET, &target).bearer_auth(&owner).header("prefer", "count=exact")).await;
            assert!((400..500).contains(&got.status) || got.text == "[]", "{target}: {} {}", got.status, got.text);
        }
        writes(&app, (&owner, &token), &payload).await;
    }
    assert_eq!(app.events().await.len(), events, "nothing was recorded");
    the_database_was_told_statements_of_ours(&app);
}

async fn writes(app: &TestApp, (owner, token): (&str, &str), payload: &str) {
    let header: String = payload.chars().filter(|c| matches!(c, ' '..='~')).collect();
    let sign_in = app.password(payload, "x").await;
    assert!((400..500).contains(&sign_in.status), "{payload}: {}", sign_in.text);
    for (path, token, body) in [
        (
            "/oauth2/token",
            token,
            json!({"grant_type": "client_credentials", "client_id": payload, "client_secret": payload}),
        ),
        (
            "/oauth2/token",
            token,
            json!({"grant_type": "refresh_token", "refresh_token": payload, "client_id": payload}),
        ),
        ("/functions/v1/rotate-oauth-secret", owner, json!({"oauth_app_id": payload})),
        (
            "/functions/v1/register-oauth-app",
            owner,
            json!({"name": "x", "redirect_uris": [payload], "allowed_scopes": [payload]}),
        ),
        ("/functions/v1/api/v1/RS2RDH3B/accounts", token, json!({payload: payload})),
    ] {
        let request =
            app.post(path).bearer_auth(token).header("idempotency-key", &header).header("user-agent", &header);
        let refused = answer(request.json(&body)).await;
        assert!((400..500).contains(&refused.status), "{path} {payload}: {}", refused.text);
    }
}

/// From here on PostgreSQL writes down what it is told; those who are connected have to come again for it.
async fn write_statements_down(app: &TestApp) {
    if !app.place.is_postgres() {
        return;
    }
    app.place.sql(
        "events",
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET log_statement = ''all''', current_database()); END $$;
         SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    eventually("every node has come again", async || {
        let mut statuses = Vec::new();
        for _ in 0..8 {
            statuses.push(app.password(Actor::Owner.email(), PASSWORD).await.status);
            statuses.push(answer(app.request(Method::GET, "/readyz")).await.status);
        }
        statuses.iter().all(|status| *status == 200)
    })
    .await;
}

/// PostgreSQL writes down each statement, and beside it the values of its parameters; `tests/with-postgres` has it begin each
/// line with the name of its database, because all tests write into one log.
fn the_database_was_told_statements_of_ours(app: &TestApp) {
    if !app.place.is_postgres() {
        return;
    }
    let read = "SELECT current_database()::text
                UNION ALL SELECT pg_read_file(current_setting('data_directory') || '/../server.log')";
    let read = app.place.sql("events", read);
    let (database, log) = (format!("] {} ", read[0]), read[1..].concat());
    let log: Vec<&str> = log.lines().filter(|line| line.contains(&database)).collect();
    let told: Vec<&&str> =
        log.iter().filter(|line| line.contains("LOG:  execute ") || line.contains("LOG:  statement: ")).collect();
    let values = log.iter().filter(|line| line.contains("parameters: ") && line.contains(MARK)).count();
    assert!(told.len() > 1_000 && values > 100, "{} statements, {values} with what was sent", told.len());
    for line in told {
        assert!(!line.contains(MARK), "{line}");
    }
    for line in log {
        assert!(!line.contains("ERROR:  syntax error"), "a statement was broken: {line}");
    }
}
