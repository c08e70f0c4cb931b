//! How much may be asked: of an app, of an organization, and of a node that has too much to do.

use std::time::{Duration, Instant};

use axum::http::{Method, header};
use chrono::TimeDelta;
use serde_json::json;
use tokio::task::JoinSet;

use super::app::{DOOR, TestApp, grant};
use super::client::{Answer, answer, eventually};
use super::world::Actor;

fn standing(answer: &Answer) -> (u16, &str, &str) {
    (answer.status, answer.header("ratelimit-policy"), answer.header("ratelimit"))
}

/// The token of a new app of somebody's organization.
async fn token_of(app: &TestApp, owner: &str, name: &str) -> String {
    app.app_token(&app.new_app(owner, json!({"name": name})).await).await
}

#[tokio::test]
async fn an_app_that_has_used_up_its_requests_costs_no_other_any() {
    let app = TestApp::start_with(|config| config.api_rate_limit = 2).await;
    let owner = app.sign_in(Actor::Owner).await;
    let (first, second) = (token_of(&app, &owner, "First").await, token_of(&app, &owner, "Second").await);
    let branch = app.world.branch.public_id.clone();
    let policy = "\"default\";q=2;w=60";
    for (status, state) in [(200, "r=1"), (200, "r=0"), (429, "r=0"), (429, "r=0")] {
        let answer = app.accounts(&first, &branch).await;
        assert_eq!(standing(&answer), (status, policy, &*format!("\"default\";{state};t=60")));
    }
    let refused = app.accounts(&first, &branch).await;
    assert_eq!((refused.failure(), refused.header("retry-after")), ((429, "rate_limited".to_owned()), "60"));
    assert_eq!(standing(&app.accounts(&second, &branch).await), (200, policy, "\"default\";r=1;t=60"));
    app.clock.advance(TimeDelta::seconds(60));
    assert_eq!(app.proxy_status(&first).await, 200);
}

#[tokio::test]
async fn the_apps_of_an_organization_share_a_limit_and_cost_no_other_organization_any() {
    let app =
        TestApp::start_with(|config| (config.api_rate_limit, config.organization_rate_limit) = (2, Some(3))).await;
    let owner = app.sign_in(Actor::Owner).await;
    let (first, second) = (token_of(&app, &owner, "First").await, token_of(&app, &owner, "Second").await);
    let foreign = token_of(&app, &app.sign_in(Actor::Foreigner).await, "Foreign").await;
    let branch = app.world.branch.public_id.clone();
    let of_app = "\"default\";q=2;w=60";
    let of_organization = "\"organization\";q=3;w=60";
    // Whichever is nearer to its end is told. What the app has no right to takes nothing from the organization.
    for (token, expected) in [
        (&first, (200, of_app, "\"default\";r=1;t=60")),
        (&first, (200, of_app, "\"default\";r=0;t=60")),
        (&first, (429, of_app, "\"default\";r=0;t=60")),
        (&second, (200, of_organization, "\"organization\";r=0;t=60")),
        (&second, (429, of_organization, "\"organization\";r=0;t=60")),
    ] {
        assert_eq!(standing(&app.accounts(token, &branch).await), expected);
    }
    let own = app.accounts(&foreign, &app.world.foreign_branch.public_id).await;
    assert_eq!(standing(&own), (200, of_app, "\"default\";r=1;t=60"));
    app.clock.advance(TimeDelta::seconds(60));
    assert_eq!(app.proxy_status(&second).await, 200);
}

#[tokio::test]
async fn a_good_token_is_one_of_ours_that_has_not_expired() {
    let app = TestApp::start().await;
    let client = app.new_app(&app.sign_in(Actor::Owner).await, json!({"token_lifetime": "1h"})).await;
    let token = app.app_token(&client).await;
    let vouches = |values: &[String]| {
        let headers = values.iter().map(|value| (header::AUTHORIZATION, value.parse().unwrap())).collect();
        app.access.vouches_for(&headers)
    };
    let bearer = |token: &str| format!("Bearer {token}");
    assert!(vouches(&[bearer(&token)]) && vouches(&[bearer(&app.sign_in(Actor::Viewer).await)]));
    let (head, signature) = token.rsplit_once('.').unwrap();
    let forged = format!("{head}.{}", signature.chars().rev().collect::<String>());
    for values in
        [&[][..], &[bearer(&forged)], &[bearer("")], &[format!("Basic {token}")], &[bearer(&token), bearer(&token)]]
    {
        assert!(!vouches(values), "{values:?}");
    }
    app.clock.advance(TimeDelta::seconds(3_600));
    assert!(!vouches(&[bearer(&token)]));
}

/// Keeps a thread of the runtime from everything else for longer than a request may wait, again and again.
async fn hog() {
    loop {
        let began = Instant::now();
        while began.elapsed() < Duration::from_millis(100) {
            std::hint::spin_loop();
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_with_too_much_to_do_says_so_at_once_and_is_itself_again_soon() {
    let app = TestApp::start_with(|config| config.shed_after_ms = 50).await;
    let client = app.new_app(&app.sign_in(Actor::Owner).await, json!({})).await;
    let token = app.app_token(&client).await;
    assert_eq!(app.proxy_status(&token).await, 200);
    let mut hogs = JoinSet::new();
    for _ in 0..4 {
        hogs.spawn(hog());
    }
    let busy = (503, "temporarily_unavailable".to_owned());
    eventually("a stranger is refused", async || {
        let refused = answer(app.post(DOOR).json(&grant(&client.client_id, "routix_x"))).await;
        refused.status == 503 && refused.failure() == busy && refused.header("retry-after") == "1"
    })
    .await;
    // A good token is no help against what no refusal makes less.
    eventually("everybody is refused", async || app.proxy_status(&token).await == 503).await;
    assert_eq!(answer(app.request(Method::GET, "/healthz")).await.status, 200);
    hogs.shutdown().await;
    eventually("nobody is refused", async || app.proxy_status(&token).await == 200).await;
    let tokens = async || app.credentials(&client, &client.secret).await.status == 200;
    eventually("strangers are let in", tokens).await;
}
