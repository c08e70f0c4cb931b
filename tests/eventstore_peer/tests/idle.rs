//! What readers cost who wait for a server. In a program of its own, because it measures the whole process.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "what a test cannot set up fails the test")]

use std::time::{Duration, Instant};

use routix::store::eventstore::EventStoreDb;
use routix::system::System;
use routix_domain::log::EventFeed;
use routix_eventstore_peer::{Peer, ReadFault};
use tokio::task::JoinSet;

const READERS: usize = 8;
const MEASURED: Duration = Duration::from_secs(2);

/// The process's time on processors since it began. The system counts hundredths of a second.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields = stat.rsplit(')').next().unwrap().split_whitespace().skip(11).take(2);
    Duration::from_millis(10 * fields.map(|ticks| ticks.parse::<u64>().unwrap()).sum::<u64>())
}

/// The share of one processor that the process takes for a while.
async fn load() -> f64 {
    let (began, before) = (Instant::now(), processor_time());
    tokio::time::sleep(MEASURED).await;
    (processor_time() - before).as_secs_f64() / began.elapsed().as_secs_f64()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_at_rest_leave_the_processors_alone_whatever_the_server_does() {
    let mut peer = Peer::start().unwrap();
    let store = EventStoreDb::open(&peer.url(), &System::real()).unwrap();
    let mut readers = JoinSet::new();
    for _ in 0..READERS {
        let store = store.clone();
        readers.spawn(async move {
            loop {
                let behind = store.read_after(0, 10).await.map_or(u64::MAX, |page| page.next);
                store.wait(behind).await;
            }
        });
    }
    let quiet = load().await;
    peer.disturb_reads(vec![ReadFault::EndAfter(0); 10_000]);
    let ending = load().await;
    let ended = 10_000 - peer.faults_left();
    peer.stop();
    let away = load().await;
    assert!(ended > READERS, "{ended} reads were ended");
    for (what, load) in [("a quiet server", quiet), ("a server that ends every read", ending), ("no server", away)] {
        assert!(load < 0.5, "{what}: {load:.2} of a processor; {quiet:.2}, {ending:.2}, {away:.2}");
    }
}
