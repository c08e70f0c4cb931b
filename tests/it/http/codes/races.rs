//! Many at once: one code, one refresh token, and the end of what they rest on.

use futures_util::future::{join, join_all};
use serde_json::{Value, json};

use super::flow::{Scene, Tokens, bare, exchange, invalid_client, invalid_grant, refresh};
use crate::http::app::{grant, text};
use crate::http::client::Answer;
use crate::support::{racers, races};

/// So many show one code or one refresh token at once.
const CALLERS: usize = 100;

fn given(answers: &[Answer]) -> Vec<Tokens> {
    answers.iter().filter(|answer| answer.status == 200).map(|answer| Tokens::of(answer.clone())).collect()
}

/// These requests at once.
async fn all<const N: usize>(scene: &Scene, bodies: [Value; N]) -> [Answer; N] {
    join_all(bodies.iter().map(|body| scene.send(body))).await.try_into().unwrap()
}

/// The same request from the callers of a round at once.
async fn together(scene: &Scene, body: Value, round: usize) -> Vec<Answer> {
    join_all((0..racers(round, CALLERS)).map(|_| scene.send(&body))).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r1_v6_v27_of_many_exchanges_of_one_code_one_succeeds_and_is_worth_nothing_then() {
    let scene = Scene::start().await;
    for round in 0..races() {
        let code = scene.code().await;
        let answers = together(&scene, exchange(&scene.client, &code), round).await;
        let tokens = given(&answers);
        assert_eq!(tokens.len(), 1, "round {round}");
        let refused = answers.iter().filter(|answer| answer.status != 200);
        assert!(refused.map(Answer::failure).all(|failure| failure == invalid_grant()), "round {round}");
        assert_eq!(scene.app.proxy_status(&tokens[0].access).await, 401, "round {round}");
        assert_eq!(scene.refresh(&tokens[0].refresh).await.failure(), invalid_grant(), "round {round}");
    }
    assert_eq!(scene.ends().await, vec!["code_replayed"; races()]);
    assert_eq!(scene.app.log("authorization.code_redeemed").await.len(), races());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_without_a_window_one_refresh_succeeds_and_the_reuse_ends_the_family_once() {
    let scene = Scene::start_with(|config| config.refresh_retry_seconds = 0, json!({})).await;
    for round in 0..races() {
        let first = scene.tokens().await;
        let answers = together(&scene, refresh(&scene.client, &first.refresh), round).await;
        let tokens = given(&answers);
        assert_eq!(tokens.len(), 1, "round {round}");
        let refused = answers.iter().filter(|answer| answer.status != 200);
        assert!(refused.map(Answer::failure).all(|failure| failure == invalid_grant()), "round {round}");
        for access in [&first.access, &tokens[0].access] {
            assert_eq!(scene.app.proxy_status(access).await, 401, "round {round}");
        }
        assert_eq!(scene.refresh(&tokens[0].refresh).await.failure(), invalid_grant(), "round {round}");
    }
    assert_eq!(scene.ends().await, vec!["refresh_token_reused"; races()]);
    assert_eq!(scene.app.log("authorization.refreshed").await.len(), races());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2g_within_the_window_all_get_the_same_refresh_token_by_one_event() {
    let scene = Scene::start_with(|config| config.refresh_retry_seconds = 10, json!({})).await;
    let mut families = Vec::with_capacity(races());
    for round in 0..races() {
        let first = scene.tokens().await;
        let answers = together(&scene, refresh(&scene.client, &first.refresh), round).await;
        let tokens = given(&answers);
        assert_eq!(tokens.len(), answers.len(), "round {round}");
        assert!(tokens.iter().all(|given| given.refresh == tokens[0].refresh), "round {round}");
        assert_eq!(scene.app.log("authorization.refreshed").await.len(), round + 1);
        families.push((first, tokens[0].clone()));
    }
    scene.app.clock.advance(chrono::TimeDelta::seconds(11));
    for (first, second) in families {
        let third = scene.assert_lives(&second).await;
        assert_eq!(scene.refresh(&first.refresh).await.failure(), invalid_grant());
        assert_eq!(scene.app.proxy_status(&third.access).await, 401);
    }
    assert_eq!(scene.ends().await, vec!["refresh_token_reused"; races()]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r5_no_code_or_refresh_is_taken_with_the_old_secret_once_the_rotation_is_answered() {
    let mut scene = Scene::start().await;
    for round in 0..races() {
        let (racing_code, late_code) = (scene.code().await, scene.code().await);
        let tokens = scene.tokens().await;
        let rotate = json!({"oauth_app_id": scene.client.app_id});
        let [racing, late, refreshed] = [
            exchange(&scene.client, &racing_code),
            exchange(&scene.client, &late_code),
            refresh(&scene.client, &tokens.refresh),
        ];
        let rotation = async {
            let rotated = scene.app.rotate(&scene.owner, &rotate).await.expect(200);
            let after = all(&scene, [late, refreshed, bare(&tokens.refresh)]).await;
            (text(&rotated.json()["client_secret"]), after)
        };
        let racing = scene.send(&racing);
        let (racing, (secret, after)) = join(racing, rotation).await;
        for answer in &after {
            assert_eq!(answer.failure(), invalid_client(), "round {round}");
        }
        assert!(racing.status == 200 || racing.failure() == invalid_client(), "round {round}: {}", racing.text);
        scene.client.secret = secret;
        scene.exchange(&late_code).await;
        // What was issued on the old secret in the race is a family of the old secret.
        if racing.status == 200 {
            assert_eq!(scene.bare_refresh(&Tokens::of(racing).refresh).await.failure(), invalid_client());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r6_no_token_is_given_once_the_revocation_is_answered() {
    let scene = Scene::start().await;
    let mut tokens = scene.tokens().await;
    for round in 0..races() {
        let (racing_code, late_code) = (scene.code().await, scene.code().await);
        let own = grant(&scene.client.client_id, &scene.client.secret);
        let refreshed = refresh(&scene.client, &tokens.refresh);
        let racing = all(&scene, [exchange(&scene.client, &racing_code), refreshed.clone(), own.clone()]);
        let revocation = async {
            scene.change(json!({"status": "revoked"})).await;
            all(&scene, [exchange(&scene.client, &late_code), refreshed.clone(), bare(&tokens.refresh), own.clone()])
                .await
        };
        let (racing, after) = join(racing, revocation).await;
        for answer in &after {
            assert_eq!(answer.failure(), invalid_client(), "round {round}");
        }
        let raced = racing.iter().all(|answer| answer.status == 200 || answer.failure() == invalid_client());
        assert!(raced, "round {round}");
        scene.change(json!({"status": "active"})).await;
        // Whether the racing refresh was answered or not, a retry finds the family alive.
        tokens = Tokens::of(scene.refresh(&tokens.refresh).await);
        scene.exchange(&late_code).await;
    }
    assert_eq!(scene.ends().await.len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_token_of_a_family_survives_the_revocation_that_it_raced() {
    let scene = Scene::start().await;
    for round in 0..races() {
        let first = scene.tokens().await;
        let racing = together(&scene, refresh(&scene.client, &first.refresh), round);
        let (racing, revoked) = join(racing, scene.revoke(&first.refresh)).await;
        revoked.expect(200);
        for tokens in given(&racing) {
            assert_eq!(scene.app.proxy_status(&tokens.access).await, 401, "round {round}");
            assert_eq!(scene.refresh(&tokens.refresh).await.failure(), invalid_grant(), "round {round}");
        }
    }
    assert_eq!(scene.ends().await, vec!["revoked"; races()]);
}
