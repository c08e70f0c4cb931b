//! T1, V13, V17: the one property that may never fail. Whoever asks, whatever he asks for and in whatever order: he sees,
//! counts, orders and changes what is his, and nothing else.
//!
//! Five organizations with twelve branches, forty apps with real tokens and ten thousand records stand behind the real
//! doors; a model in memory says what each of many random requests must be answered. Apps lose and get scopes and branches
//! on the way, so that an answer by what was true before is found too.
//!
//! `ROUTIX_TENANT_REQUESTS` is how many requests are made (10000000 for the long campaign), `ROUTIX_TENANT_SEED` the seed of
//! a run that failed.

mod management;
mod model;
mod reads;
mod scene;
mod sending;
mod writes;

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use routix::system::System;

use model::Model;
use scene::Scene;
use sending::{Planned, send_all};

use crate::support::{Dice, number};

/// How many requests are made of each database.
const REQUESTS: u64 = 50_000;
/// Reads that are sent together.
const READS: usize = 96;
/// Writes that are sent together, each to other records.
const WRITES: usize = 8;

/// One round: reads of what stands still, then writes that do not touch each other, then a change to one app.
async fn round(model: &mut Model) -> u64 {
    let reads: Vec<Planned> = (0..READS).map(|_| model.read()).collect();
    let (mut sent, mut next_pages) = (reads.len(), Vec::new());
    for (planned, answer) in send_all(&model.scene, reads).await {
        planned.expected.check(&planned.what, &answer);
        next_pages.extend(model.next_page(&planned, &answer));
    }
    sent += next_pages.len();
    for (planned, answer) in send_all(&model.scene, next_pages).await {
        planned.expected.check(&planned.what, &answer);
    }
    let (writes, change) = (model.writes(WRITES), model.change_of_app());
    for batch in [writes, vec![change]] {
        sent += batch.len();
        for (planned, answer) in send_all(&model.scene, batch).await {
            planned.expected.check(&planned.what, &answer);
            model.happened(planned.effect, &answer);
        }
    }
    sent as u64
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t1_no_request_reaches_a_neighbour() {
    let seed = number("ROUTIX_TENANT_SEED", System::real().id().as_u64_pair().1);
    let requests = number("ROUTIX_TENANT_REQUESTS", REQUESTS);
    let run = async {
        let mut model = Model::new(Scene::make(Dice::seeded(seed)).await).await;
        let mut sent = 0;
        while sent < requests {
            sent += round(&mut model).await;
        }
        for planned in model.everything() {
            let answers = send_all(&model.scene, vec![planned]).await;
            answers.iter().for_each(|(planned, answer)| planned.expected.check(&planned.what, answer));
        }
    };
    let done = AssertUnwindSafe(run).catch_unwind().await;
    assert!(done.is_ok(), "this was a request of the run with ROUTIX_TENANT_SEED={seed}");
}
