//! F10: the program is told to stop while many people send it commands.

use routix_test_ledger::{Crowd, Fault, Ledger, Line};
use routix_test_postgres::Scratch;

use super::site::Site;
use crate::support::{Dice, number};

const PEOPLE: usize = 32;
const STOPS: u64 = 3;

/// Whoever was not answered was not let in: that is a refusal, then.
fn as_refused(line: Line) -> Line {
    match line {
        Line::Info { id, why } => {
            assert!(why.starts_with("no answer"), "somebody was let in and not served: {why}");
            Line::Fail { id, status: 0 }
        }
        line @ (Line::Invoke { .. } | Line::Ok { .. } | Line::Fail { .. }) => line,
    }
}

async fn stops_under_load(site: Site, dice: &mut Dice) {
    let server = site.serve();
    let person = site.person(&server).await;
    let crowd = Crowd::new(PEOPLE, &person, Ledger::new(site.folder()), dice);
    crowd.go_to(&server.host);
    crowd.goes_on(100 + dice.below(200)).await;
    let ran = server.stop();
    assert!(!ran.stderr.contains("\"level\":\"ERROR\"") && !ran.stderr.contains("panicked"), "{}", ran.stderr);
    let lines = crowd.go_home().await.into_iter().map(as_refused);
    let server = site.serve();
    let mut faults = site.faults(&lines.collect::<Vec<_>>(), (&person, &server)).await;
    faults.retain(|fault| !matches!(fault, Fault::Refused(0, ..)));
    assert_eq!(faults, []);
    server.stop();
    site.verify();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f10_a_server_that_is_stopped_under_load_serves_everybody_whom_it_let_in() {
    let mut dice = Dice::seeded(number("ROUTIX_TEST_SEED", 10));
    for _ in 0..number("ROUTIX_TEST_STOPS", STOPS) {
        stops_under_load(Site::new(None), &mut dice).await;
        let scratch = Scratch::new();
        stops_under_load(Site::new(Some(scratch.url())), &mut dice).await;
    }
}
