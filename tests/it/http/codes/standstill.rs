//! V8, RV8: while what says that a grant has ended stands still, nothing is proven, nothing is promised and nothing spent.

use routix_projections::consents::Consents;
use routix_projections::members::Members;
use routix_projections::projection::Projection;

use super::flow::{INTROSPECT, REVOKE, Scene, about, bare, exchange, refresh};
use crate::http::client::{Answer, eventually};

fn assert_unavailable(answer: &Answer, what: &str) {
    assert_eq!(answer.failure(), (503, "temporarily_unavailable".to_owned()), "{what}");
    assert_eq!(answer.header("retry-after"), "1", "{what}");
    assert_eq!(answer.header("cache-control"), "no-store", "{what}");
}

async fn stands_still(projection: &'static dyn Projection) {
    let scene = Scene::start().await;
    scene.app.nodes.stay_on_one();
    let (code, tokens) = (scene.code().await, scene.tokens().await);
    let read = scene.app.place.read_db();
    assert!(read.pause(projection).await.unwrap());
    eventually("the standstill is noticed", async || scene.app.proxy_status(&tokens.access).await == 503).await;
    for body in [exchange(&scene.client, &code), refresh(&scene.client, &tokens.refresh), bare(&tokens.refresh)] {
        assert_unavailable(&scene.send(&body).await, &body.to_string());
    }
    for token in [&tokens.access, &tokens.refresh] {
        let shown = scene.post(INTROSPECT, &about(&scene.client, token)).await;
        assert_unavailable(&shown, "introspection");
    }
    assert_unavailable(&scene.post(REVOKE, &about(&scene.client, &tokens.access)).await, "revocation");
    assert!(read.resume(projection).await.unwrap());
    eventually("it goes on", async || scene.app.proxy_status(&tokens.access).await == 200).await;
    let tokens = scene.assert_lives(&tokens).await;
    scene.exchange(&code).await;
    scene.revoke(&tokens.access).await.expect(200);
    scene.assert_ended(&tokens).await;
}

#[tokio::test]
async fn v8_rv8_without_the_consents_every_door_is_503_and_a_retry_works() {
    stands_still(&Consents).await;
}

#[tokio::test]
async fn v8_rv8_without_the_members_every_door_is_503_and_a_retry_works() {
    stands_still(&Members).await;
}

#[tokio::test]
async fn v8_a_refresh_token_is_not_said_to_be_revoked_while_that_cannot_be_seen() {
    let scene = Scene::start().await;
    let tokens = scene.tokens().await;
    let read = scene.app.place.read_db();
    assert!(read.pause(&Consents).await.unwrap());
    eventually("the standstill is noticed", async || scene.app.proxy_status(&tokens.access).await == 503).await;
    assert_unavailable(&scene.revoke(&tokens.refresh).await, "revocation");
    assert_eq!(scene.ends().await.len(), 0);
    assert!(read.resume(&Consents).await.unwrap());
    eventually("it goes on", async || scene.app.proxy_status(&tokens.access).await == 200).await;
    scene.revoke(&tokens.refresh).await.expect(200);
    scene.assert_ended(&tokens).await;
}
