//! Two servers on one database, one of which is killed.

use super::client::App;
use super::house::House;
use crate::support::until;

const KILLS: usize = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_under_load_does_not_hold_the_other_one_back() {
    let house = House::new().await;
    let staying = house.serve();
    let owner = house.owner(&staying).await;
    let read = owner.registered("Reading").await;
    let mut rotated = owner.registered("Rotating").await;
    for round in 0..KILLS {
        let killed = house.serve();
        let there = owner.at(&killed.host);
        // Its followers are at work when it ends.
        let registering = tokio::spawn({
            let there = there.clone();
            async move {
                let mut number = 0;
                while there.register_if_any(&format!("round-{round}-number-{number}")).await.is_some() {
                    number += 1;
                }
                number
            }
        });
        let reading = tokio::spawn({
            let (there, read) = (there.clone(), read.clone());
            async move { while there.token_if_any(&read).await.is_some_and(|answer| answer.is_done()) {} }
        });
        let first = format!("round-{round}-number-5");
        until("it is at work", async || !owner.apps_named(&first).await.is_empty()).await;
        killed.kill();
        let mut secret = String::new();
        until("the other one answers for a change", async || {
            owner.token(&read).await.done();
            let answer = owner.rotate(&rotated).await;
            let is_done = answer.is_done();
            if is_done {
                secret = answer.at("/client_secret");
            }
            is_done
        })
        .await;
        assert_eq!(owner.token(&rotated).await.status, 401);
        rotated = App { secret, ..rotated };
        owner.token(&rotated).await.done();
        reading.await.unwrap();
        for number in 0..registering.await.unwrap() {
            let name = format!("round-{round}-number-{number}");
            until("what was answered there is here", async || owner.apps_named(&name).await.len() == 1).await;
        }
    }
    house.verify();
    staying.stop();
}
