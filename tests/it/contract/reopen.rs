//! A log outlives the store that opened it, and its copy is a log.

use routix::system::System;
use routix_domain::log::EventFeed;

use super::StoreUnderTest;
use super::place::{append, is_conflict, log, sequences};

pub(crate) async fn a_reopened_log_goes_on<F: StoreUnderTest>() {
    let place = F::fresh();
    let before = {
        let store = place.open(&System::real());
        append(&store, "a", 1..=50).await.unwrap();
        log(&store).await
    };
    let store = place.open(&System::real());
    assert_eq!(log(&store).await, before);
    assert!(is_conflict(&append(&store, "a", [50]).await));
    append(&store, "a", [51]).await.unwrap();
    let after = log(&store).await;
    assert_eq!(after[..50], before);
    assert!(after[50].position > before[49].position);
}

pub(crate) async fn a_backup_holds_the_log_and_goes_on<F: StoreUnderTest>() {
    let place = F::fresh();
    let store = place.open(&System::real());
    append(&store, "a", 1..=50).await.unwrap();
    let copy = place.backup();
    append(&store, "a", [51]).await.unwrap();
    let restored = copy.open(&System::real());
    assert_eq!(log(&restored).await, log(&store).await[..50]);
    append(&restored, "a", [51]).await.unwrap();
    append(&restored, "b", [1]).await.unwrap();
    assert_eq!(sequences(&restored, "a").await.len(), 51);
    assert_eq!(restored.head().await.unwrap(), log(&restored).await[51].position);
    assert!(sequences(&store, "b").await.is_empty(), "the first log knows nothing of it");
}
