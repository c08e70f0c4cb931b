//! The line is cut while a commit of events is on its way: what became of it is found out, and not guessed.

use super::client::{App, app};
use super::house::House;
use super::link::Cut;
use crate::support::{number, until};

const CUTS: u64 = 20;

fn cut(number: u64) -> Cut {
    match number % 3 {
        0 => Cut::Done,
        1 => Cut::Sent,
        _ => Cut::Before,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f7_a_registration_whose_commit_was_not_answered_makes_one_app_and_a_retry_finds_it() {
    let house = House::new().await;
    let server = house.serve();
    let owner = house.owner(&server).await;
    for number in 0..number("ROUTIX_TEST_CUTS", CUTS) {
        let (cut, key) = (cut(number), format!("number-{number}"));
        house.link.cut_next(cut);
        let first = owner.register(&key).await;
        assert!(house.link.is_cut());
        // There is a connection to ask on: nothing has to stay open.
        assert!(first.is_done(), "{cut:?}: {first:?}");
        let registered = app(&first);
        let retried = owner.register(&key).await.done();
        assert_eq!(retried.at("/app/id"), registered.id, "{cut:?}");
        assert_eq!(retried.json().pointer("/app/client_secret"), None);
        owner.token(&registered).await.done();
        until("the app is in the list", async || owner.apps_named(&key).await == [registered.id.clone()]).await;
    }
    house.verify();
    server.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f7_a_rotation_whose_commit_was_not_answered_happens_once() {
    let house = House::new().await;
    let server = house.serve();
    let owner = house.owner(&server).await;
    let (mut old, mut done) = (owner.registered("Rotating").await, 0);
    for number in 0..number("ROUTIX_TEST_CUTS", CUTS).div_ceil(4) {
        let cut = cut(number);
        house.link.cut_next(cut);
        let answer = owner.rotate(&old).await;
        assert!(house.link.is_cut());
        assert!(answer.is_done(), "{cut:?}: {answer:?}");
        let new = App { secret: answer.at("/client_secret"), ..old.clone() };
        assert_eq!(owner.token(&old).await.status, 401, "{cut:?}");
        owner.token(&new).await.done();
        until("its history tells of it", async || owner.rotations(&new).await > done).await;
        done += 1;
        assert_eq!(owner.rotations(&new).await, done, "{cut:?}");
        old = new;
    }
    house.verify();
    server.stop();
}
