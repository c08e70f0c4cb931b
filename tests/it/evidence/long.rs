//! A log of many pages: what the live check, the export and its check make of it.
//!
//! `ROUTIX_TEST_EVENTS` is how many events. With `ROUTIX_TEST_KEEP`, a folder that is not there yet, the log stays there as a
//! data directory, for measuring: `time routix events verify --data-dir FOLDER`.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

use routix::evidence::check_file;

use super::place::Sealed;
use crate::support::{number, setting};
use routix_test_history::History;

/// Some pages and checkpoints of a thousand, and a part of one.
const EVENTS: u64 = 3_300;
/// Of this many events is each of the histories that follow one another in the log: one of all events would take long.
const HISTORY: usize = 10_000;

fn keep(place: &Sealed, folder: &Path) {
    fs::create_dir(folder).unwrap();
    place.copy_log(&folder.join("events.db"));
    let copied = Command::new("cp").arg("-rp").arg(place.keys()).arg(folder).status();
    assert!(copied.unwrap().success());
}

#[tokio::test]
async fn a_long_log_is_checked_alike_live_and_exported() {
    let events = usize::try_from(number("ROUTIX_TEST_EVENTS", EVENTS)).unwrap();
    let mut place = Sealed::of(41, &[]).await;
    for (begin, seed) in (0..events).step_by(HISTORY).zip(41..) {
        place.history = History::of(seed, 0);
        place.grow(HISTORY.min(events - begin)).await;
        place.sealer().seal_all().await.unwrap();
    }
    let live = place.check(&[]).await.unwrap();
    let head = place.head().await;
    assert_eq!((live.verified.size, live.verified.position, live.waiting), (head, head, 0));
    // At most a thousand events are under one checkpoint.
    assert!(live.checkpoints as u64 >= head / 1_000, "{}", live.checkpoints);
    let path = place.file("export.jsonl", &place.export().await);
    let (exported, _) = check_file(&mut File::open(path).unwrap(), &place.kept(&[]), &mut |_, _| {}).unwrap();
    assert_eq!((exported.verified, exported.checkpoints), (live.verified, live.checkpoints));
    if let Some(folder) = setting("ROUTIX_TEST_KEEP") {
        keep(&place, Path::new(&folder));
    }
}
