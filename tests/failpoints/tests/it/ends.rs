//! F2: the program is ended at each point, by each kind of command, and started again. What was not answered has happened
//! as a whole or not at all, and before the commit of its events it has not.

use routix_test_ledger::{Kind, Outcome, number};
use routix_test_postgres::Scratch;

use crate::program::Program;

/// Before its events are durable, and after: what is asked for has happened only in the second case.
const BEFORE: [&str; 3] = ["log.before_insert", "log.after_insert", "log.before_commit"];
const AFTER: [&str; 4] = ["log.after_commit", "log.before_answer", "command.before_dispatch", BESIDE];
/// Where a read model is brought up to date.
const BESIDE: &str = "projection.between_rows_and_checkpoint";

/// How often at each point with each kind.
fn ends() -> usize {
    usize::try_from(number("ROUTIX_TEST_ENDS", 2)).unwrap()
}

/// The commands whose effect is in the log.
fn kinds() -> impl Iterator<Item = Kind> {
    Kind::ALL.into_iter().filter(|kind| *kind != Kind::Created)
}

async fn ends_at(points: &[(&str, bool)], scratch: Option<Scratch>) {
    let mut program = Program::start(scratch).await;
    for kind in kinds() {
        for (point, is_durable) in points.iter().flat_map(|point| vec![point; ends()]) {
            assert!(program.writer.prepare(&program.host, kind).await, "{kind:?}");
            let before = program.site.events().len();
            program.set(point, "panic");
            let outcome = program.writer.ask(&program.host, kind).await;
            let is_silence = matches!(&outcome, Outcome::Info(why) if why.starts_with("no answer"));
            // No answer waits for a read model that has nothing to do with it.
            let is_beside = *point == BESIDE && matches!(outcome, Outcome::Ok(_));
            assert!(is_silence || is_beside, "{point} with {kind:?}: {outcome:?}");
            program.restart_ended(point);
            let grown = program.site.events().len() > before;
            assert_eq!(grown, *is_durable, "{point} with {kind:?}");
            let again = program.writer.ask_again(&program.host).await;
            assert!(matches!(again, None | Some(Outcome::Ok(_))), "{point} with {kind:?}: {again:?}");
        }
        program.site.verify();
    }
    assert_eq!(program.faults().await, []);
    program.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f2_ended_at_any_point_with_any_command_it_loses_and_doubles_nothing_on_sqlite() {
    let before = BEFORE.map(|point| (point, false));
    ends_at(&[&before[..], &AFTER.map(|point| (point, true))].concat(), None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f2_ended_at_any_point_with_any_command_it_loses_and_doubles_nothing_on_postgresql() {
    // What comes between the insert and the commit is postgres-es's; the line is cut there among the faults of the line.
    let points = [&[(BEFORE[0], false)][..], &AFTER.map(|point| (point, true))].concat();
    ends_at(&points, Some(Scratch::new())).await;
}

/// A rebuild and a seal that end in the middle, after each kind of command.
async fn ends_beside(scratch: Option<Scratch>) {
    let mut program = Program::start(scratch).await;
    for kind in kinds() {
        assert!(program.writer.prepare(&program.host, kind).await);
        let outcome = program.writer.ask(&program.host, kind).await;
        assert!(matches!(outcome, Outcome::Ok(_)), "{kind:?}: {outcome:?}");
        let rebuild = ["projections", "rebuild", "token_validation"];
        // The server may have sealed it a moment ago.
        while !program.ends_beside(&["events", "export", "--out", "-"], "evidence.mid_checkpoint") {
            program.writer.ask(&program.host, Kind::Registered).await;
        }
        assert!(program.ends_beside(&rebuild, "projection.mid_swap"));
        program.site.verify();
        program.site.routix(&rebuild).done();
    }
    assert_eq!(program.faults().await, []);
    program.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f2_a_swap_or_a_checkpoint_that_ends_in_the_middle_leaves_what_was_there_on_sqlite() {
    ends_beside(None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f2_a_swap_or_a_checkpoint_that_ends_in_the_middle_leaves_what_was_there_on_postgresql() {
    ends_beside(Some(Scratch::new())).await;
}
