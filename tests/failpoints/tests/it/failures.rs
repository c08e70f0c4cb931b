//! F3 and V8: the store fails between what was decided and the answer. The answer is then a 503 with a time to come back
//! after, it gives nothing away that is not in the log, and whoever comes back is served.

use routix_test_ledger::{Kind, Outcome};
use routix_test_postgres::Scratch;

use crate::program::Program;

const ON_SQLITE: [&str; 5] =
    ["log.before_insert", "log.after_insert", "log.before_commit", "log.after_commit", "command.before_dispatch"];
const ON_POSTGRESQL: [&str; 3] = ["log.before_insert", "log.after_commit", "command.before_dispatch"];
/// At these it has happened, and nobody was told.
const DURABLE: [&str; 2] = ["log.after_commit", "command.before_dispatch"];

fn later() -> Outcome {
    Outcome::Info("503".to_owned())
}

/// Whether a second try of what has happened, unknown to who tries, succeeds. A code cannot be used twice.
fn may_come_again(kind: Kind) -> bool {
    kind != Kind::Exchanged
}

async fn fails_at(points: &[&str], scratch: Option<Scratch>) {
    let mut program = Program::start(scratch).await;
    for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::Created) {
        for point in points {
            assert!(program.writer.prepare(&program.host, kind).await, "{kind:?}");
            let before = program.site.events().len();
            program.set(point, "return");
            let outcome = program.writer.ask(&program.host, kind).await;
            program.set(point, "off");
            assert_eq!(outcome, later(), "{point} with {kind:?}");
            let grown = program.site.events().len() > before;
            assert_eq!(grown, DURABLE.contains(point), "{point} with {kind:?}");
            if may_come_again(kind) && program.writer.prepare(&program.host, kind).await {
                let outcome = program.writer.ask(&program.host, kind).await;
                assert!(matches!(outcome, Outcome::Ok(_)), "{point} with {kind:?}: {outcome:?}");
            }
        }
    }
    assert_eq!(program.faults().await, []);
    program.site.verify();
    program.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f3_nothing_leaves_that_is_not_stored_and_a_retry_is_served_on_sqlite() {
    fails_at(&ON_SQLITE, None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f3_nothing_leaves_that_is_not_stored_and_a_retry_is_served_on_postgresql() {
    fails_at(&ON_POSTGRESQL, Some(Scratch::new())).await;
}

/// The read models fail to take in what was recorded.
async fn fails_beside(scratch: Option<Scratch>) {
    const POINT: &str = "projection.between_rows_and_checkpoint";
    let mut program = Program::start(scratch).await;
    assert!(program.writer.prepare(&program.host, Kind::Refreshed).await);
    for kind in [Kind::Registered, Kind::Rotated, Kind::Revoked] {
        program.set(POINT, "return");
        assert_eq!(program.writer.ask(&program.host, kind).await, later(), "{kind:?}");
        program.set(POINT, "off");
        program.goes_on().await;
    }
    assert_eq!(program.faults().await, []);
    program.site.verify();
    program.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f3_no_secret_is_shown_that_is_not_in_effect_on_sqlite() {
    fails_beside(None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f3_no_secret_is_shown_that_is_not_in_effect_on_postgresql() {
    fails_beside(Some(Scratch::new())).await;
}

async fn fails_while_revoking(points: &[&str], scratch: Option<Scratch>) {
    let mut program = Program::start(scratch).await;
    for point in points {
        assert!(program.writer.prepare(&program.host, Kind::Refreshed).await);
        program.set(point, "return");
        assert_eq!(program.writer.give_back(&program.host).await, later(), "{point}");
        assert!(program.writer.is_active(&program.host).await != DURABLE.contains(point), "{point}");
        program.set(point, "off");
        let again = program.writer.give_back(&program.host).await;
        assert!(matches!(again, Outcome::Ok(_)), "{point}: {again:?}");
        assert!(!program.writer.is_active(&program.host).await, "{point}");
        program.writer.forget_family();
    }
    program.site.verify();
    program.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn v8_a_revocation_that_is_not_stored_is_not_acknowledged_and_a_retry_works_on_sqlite() {
    fails_while_revoking(&ON_SQLITE, None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn v8_a_revocation_that_is_not_stored_is_not_acknowledged_and_a_retry_works_on_postgresql() {
    fails_while_revoking(&ON_POSTGRESQL, Some(Scratch::new())).await;
}
