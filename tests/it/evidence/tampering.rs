//! Every change of the live file behind the triggers' back is found, where it was made.

use routix::evidence::{Wrong, checkpoint_in};
use routix_domain::evidence::{Finding, NoteSigner};
use routix_domain::log::SealStore;

use super::place::Sealed;

const AT: u64 = 17;

/// The event and its hash are as if they had never been, and all indexes behind them close up.
const REMOVE_AT_AND_CLOSE_UP: &str = "PRAGMA ignore_check_constraints = 1;
    DELETE FROM events WHERE position = 17; DELETE FROM event_hashes WHERE position = 17;
    UPDATE event_hashes SET leaf_index = -leaf_index WHERE position > 17;
    UPDATE event_hashes SET leaf_index = -leaf_index - 1 WHERE position > 17";

#[tokio::test]
async fn a_log_that_nobody_touched_is_good() {
    for seed in 0..20 {
        let place = Sealed::new(seed).await;
        let report = place.check(&place.notes().await).await.unwrap();
        assert_eq!(report.verified.size, place.head().await);
        assert_eq!((report.first, report.waiting, report.checkpoints), (1, 0, 8));
        report.verified.require_sealed().unwrap();
    }
}

#[tokio::test]
async fn a_changed_event_is_found_at_its_position() {
    for change in [
        "UPDATE events SET payload = json_set(payload, '$.name', 'x') WHERE position = 17",
        "UPDATE events SET payload = '{' WHERE position = 17",
        "UPDATE events SET metadata = json_set(metadata, '$.actor_id', 'x') WHERE position = 17",
        "UPDATE events SET recorded_at = recorded_at + 1 WHERE position = 17",
        "UPDATE events SET recorded_at = 9223372036854775807 WHERE position = 17",
        "UPDATE events SET event_type = 'app.exploded' WHERE position = 17",
        "UPDATE events SET event_version = '2' WHERE position = 17",
        "UPDATE events SET aggregate_id = '00000000-0000-4000-8000-000000000000', sequence = 1 WHERE position = 17",
        "DELETE FROM events WHERE position = 17",
        "DELETE FROM event_hashes WHERE position = 17",
        "UPDATE event_hashes SET leaf = chain WHERE position = 17",
        "DELETE FROM event_hashes WHERE position = 17; DELETE FROM events WHERE position = 17",
        // Reordered: the rows of two events change places.
        "UPDATE events SET position = -1 WHERE position = 17; UPDATE events SET position = 17 WHERE position = 18;
         UPDATE events SET position = 18 WHERE position = -1",
        // Put in: another row where one was.
        "CREATE TEMP TABLE one AS SELECT * FROM events WHERE position = 17; DELETE FROM events WHERE position = 17;
         UPDATE one SET aggregate_id = 'forged', sequence = 1; INSERT INTO events SELECT * FROM one",
    ] {
        let place = Sealed::new(1).await;
        place.tamper(change);
        let wrong = place.check(&[]).await.unwrap_err();
        let span = wrong.span().unwrap();
        assert!(span.contains(AT) && span.last - span.first <= 1, "{change}: {wrong} {span:?}");
        assert_ne!(wrong.meaning(), "");
    }
}

#[tokio::test]
async fn a_row_with_everything_beside_it_that_was_made_anew_breaks_what_was_signed() {
    let place = Sealed::new(2).await;
    place.tamper(REMOVE_AT_AND_CLOSE_UP);
    let wrong = place.check(&[]).await.unwrap_err();
    assert!(wrong.span().unwrap().contains(AT), "{wrong}");
}

#[tokio::test]
async fn the_end_that_was_cut_off_is_found_with_an_older_checkpoint() {
    let place = Sealed::new(3).await;
    let (notes, head) = (place.notes().await, place.head().await);
    let gone = head - 5;
    place.tamper(&format!("DELETE FROM events WHERE position > {gone}"));
    assert!(matches!(place.check(&[]).await, Err(Wrong::WithoutEvent { position }) if position == gone + 1));
    place.tamper(&format!("DELETE FROM event_hashes WHERE position > {gone}"));
    let wrong = place.check(&[]).await.unwrap_err();
    assert!(matches!(wrong, Wrong::Log(Finding::CutOff { .. })) && wrong.span().unwrap().contains(head), "{wrong}");
    place.tamper(&format!("DELETE FROM checkpoints WHERE position > {gone}"));
    let wrong = place.check(&[]).await.unwrap_err();
    assert!(matches!(wrong, Wrong::Log(Finding::Unsealed { position, .. }) if position == gone), "{wrong}");
    let sealed = place.store.seals().sealed().await.unwrap().position();
    place.tamper(&format!("DELETE FROM events WHERE position > {sealed}"));
    place.tamper(&format!("DELETE FROM event_hashes WHERE position > {sealed}"));
    // Whoever removes all of it leaves a log that looks right, but for what was kept elsewhere.
    let shorter = place.check(&[]).await.unwrap();
    assert_eq!(shorter.verified.position, sealed);
    let wrong = place.check(&notes).await.unwrap_err();
    assert!(matches!(wrong, Wrong::Log(Finding::CutOff { .. })) && wrong.span().unwrap().contains(head), "{wrong}");
}

#[tokio::test]
async fn a_checkpoint_that_was_removed_is_found_when_it_was_the_newest_and_hides_nothing_otherwise() {
    let place = Sealed::new(15).await;
    let sizes: Vec<u64> = place.notes().await.iter().map(|note| checkpoint_in(note).unwrap().size).collect();
    place.tamper(&format!("DELETE FROM checkpoints WHERE size = {}", sizes[1]));
    let report = place.check(&[]).await.unwrap();
    assert_eq!((report.verified.size, report.checkpoints), (place.head().await, sizes.len() - 1));
    // A change that only the removed one's root would have shown is shown by the next one's.
    assert!(sizes[0] < AT && AT <= sizes[1], "{sizes:?}");
    place.tamper(REMOVE_AT_AND_CLOSE_UP);
    assert!(place.check(&[]).await.unwrap_err().span().unwrap().contains(AT));
    let place = Sealed::new(15).await;
    place.tamper("DELETE FROM checkpoints WHERE size = (SELECT max(size) FROM checkpoints)");
    let wrong = place.check(&[]).await.unwrap_err();
    assert!(matches!(wrong, Wrong::Log(Finding::Unsealed { .. })), "{wrong}");
    assert!(wrong.span().unwrap().contains(place.head().await) && wrong.meaning().contains("removed"), "{wrong}");
}

#[tokio::test]
async fn newest_hashes_that_were_removed_are_not_taken_for_events_that_wait() {
    let place = Sealed::new(4).await;
    let last = place.head().await;
    place.tamper(&format!("DELETE FROM event_hashes WHERE position >= {}", last - 2));
    assert!(matches!(place.check(&[]).await, Err(Wrong::WithoutHash { position }) if position == last - 2));
}

#[tokio::test]
async fn checkpoints_that_were_replaced_are_found() {
    for (change, found) in [
        ("UPDATE checkpoints SET note = (SELECT note FROM checkpoints ORDER BY size LIMIT 1)", "is one for"),
        ("UPDATE checkpoints SET note = replace(note, 'position ', 'position 1')", "does not fit"),
        ("UPDATE checkpoints SET note = 'nothing'", "cannot be read"),
        ("UPDATE checkpoints SET position = position + 1", "is one for"),
        ("UPDATE checkpoints SET frontier = x'0000000000000000'", "not the one that was signed"),
    ] {
        let place = Sealed::new(5).await;
        place.tamper(change);
        let wrong = place.check(&[]).await.unwrap_err().to_string();
        assert!(wrong.contains(found), "{change}: {wrong}");
    }
}

#[tokio::test]
async fn a_checkpoint_signed_by_somebody_else_is_not_believed() {
    let place = Sealed::new(6).await;
    let note = place.notes().await.pop().unwrap();
    let checkpoint = checkpoint_in(&note).unwrap();
    let own: routix_domain::evidence::VerifierKey = place.public_keys()[0].parse().unwrap();
    for name in [own.name(), "somebody-else"] {
        let foreign = checkpoint.sign(&[&NoteSigner::new(name, &[9; 32]).unwrap()]).unwrap().to_string();
        place.tamper(&format!("UPDATE checkpoints SET note = '{foreign}' WHERE size = {}", checkpoint.size));
        let wrong = place.check(&[]).await.unwrap_err();
        assert!(matches!(wrong, Wrong::Log(Finding::UnknownKey { .. })), "{name}: {wrong}");
    }
}

#[tokio::test]
async fn events_that_wait_for_their_seal_are_told_and_are_no_alarm() {
    let mut place = Sealed::new(7).await;
    let sealed = place.head().await;
    place.grow(70).await;
    let report = place.check(&[]).await.unwrap();
    assert_eq!((report.verified.position, report.waiting), (sealed, place.head().await - sealed));
    place.sealer().seal_all().await.unwrap();
    assert_eq!(place.check(&[]).await.unwrap().waiting, 0);
}
