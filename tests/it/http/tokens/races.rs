//! Many at once: rotations, revocations and token requests.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::http::app::{Registered, TestApp, text};
use crate::http::world::Actor;
use crate::support::{racers, races};

fn count(history: &[Value], kind: &str) -> usize {
    history.iter().filter(|event| event["type"] == kind).count()
}

/// What the rotations of an app that raced have left behind.
async fn assert_one_works(app: &TestApp, owner: &str, client: &Registered, rotated: &[Value]) {
    let history = app.history(owner, &client.app_id).await;
    assert_eq!(count(&history, "app.secret_rotated"), rotated.len());
    let mut last4: Vec<String> = history.iter().skip(1).map(|event| text(&event["data"]["secret"]["last4"])).collect();
    let newest = last4.last().unwrap().clone();
    let mut answered: Vec<String> = rotated.iter().map(|answer| text(&answer["client_secret_last4"])).collect();
    last4.sort();
    answered.sort();
    assert_eq!(answered, last4);
    let mut working = Vec::new();
    for answer in rotated {
        let secret = text(&answer["client_secret"]);
        if app.credentials(client, &secret).await.status == 200 {
            working.push(secret);
        }
    }
    assert_eq!(working.len(), 1);
    assert!(working[0].ends_with(&newest));
    app.credentials(client, &client.secret).await.expect(401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r4_of_fifty_rotations_at_once_the_last_in_the_log_is_the_one_that_works() {
    let app = TestApp::start_with(|config| config.failure_limit = 0).await;
    let owner = app.sign_in(Actor::Owner).await;
    for round in 0..races() {
        let client = app.new_app(&owner, json!({})).await;
        let body = json!({"oauth_app_id": client.app_id});
        let answers = join_all((0..racers(round, 50)).map(|_| app.rotate(&owner, &body))).await;
        assert!(answers.iter().all(|answer| [200, 409].contains(&answer.status)), "round {round}");
        let rotated: Vec<Value> =
            answers.iter().filter(|answer| answer.status == 200).map(|answer| answer.json()).collect();
        assert!(!rotated.is_empty(), "round {round}");
        assert_one_works(&app, &owner, &client, &rotated).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r5_no_token_is_given_for_the_old_secret_once_the_rotation_is_answered() {
    let app = TestApp::start_with(|config| config.failure_limit = 0).await;
    let owner = app.sign_in(Actor::Owner).await;
    let client = app.new_app(&owner, json!({})).await;
    let mut secret = client.secret.clone();
    for _ in 0..races() {
        let racing = join_all((0..8).map(|_| app.credentials(&client, &secret)));
        let rotate = json!({"oauth_app_id": client.app_id});
        let rotation = async {
            let answer = app.rotate(&owner, &rotate).await.expect(200);
            let after = join_all((0..4).map(|_| app.credentials(&client, &secret))).await;
            (text(&answer.json()["client_secret"]), after)
        };
        let (racing, (next, after)) = futures_util::future::join(racing, rotation).await;
        assert!(racing.iter().all(|answer| [200, 401].contains(&answer.status)));
        assert!(after.iter().all(|answer| answer.status == 401), "a token for a rotated secret");
        secret = next;
    }
    app.credentials(&client, &secret).await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r6_no_token_that_raced_a_cut_off_survives_it() {
    let app = TestApp::start_with(|config| config.failure_limit = 0).await;
    let owner = app.sign_in(Actor::Owner).await;
    let client = app.new_app(&owner, json!({})).await;
    for _ in 0..races() {
        let racing = join_all((0..8).map(|_| app.credentials(&client, &client.secret)));
        let cut = json!({"status": "revoked", "revoke_tokens": true});
        let revocation = async {
            app.change(&owner, &client.app_id, &cut).await.expect(204);
            join_all((0..4).map(|_| app.credentials(&client, &client.secret))).await
        };
        let (racing, after) = futures_util::future::join(racing, revocation).await;
        assert!(after.iter().all(|answer| answer.status == 401), "a token for a revoked app");
        for answer in racing.iter().filter(|answer| answer.status == 200) {
            assert_eq!(app.proxy_status(&text(&answer.json()["access_token"])).await, 401);
        }
        app.change(&owner, &client.app_id, &json!({"status": "active"})).await.expect(204);
    }
    app.credentials(&client, &client.secret).await.expect(200);
}
