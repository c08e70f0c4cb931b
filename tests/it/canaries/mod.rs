//! Every secret of a day is a canary: afterwards all that the program and its databases have written is searched for it, as it
//! is, in hex, in Base64 and URL-encoded, and for any twelve bytes of it. None may be found where it was not handed over.

mod day;
mod place;
mod search;

use self::day::Day;
use self::place::Place;
use self::search::Search;

/// More than this is in the least of days.
const KINDS: usize = 20;

fn x1_nothing_is_found(place: &Place) {
    let server = place.start();
    let mut day = Day::begin(place, &server);
    day.of_a_user();
    day.of_an_app();
    day.of_consents();
    day.of_mistakes();
    day.of_operators();
    let (canaries, mut written) = day.end();
    assert!(canaries.len() >= KINDS, "{canaries:?}");
    written.extend(place.of_process(&server));
    // While it runs, what was written ahead is still in files of its own.
    written.extend(place.files());
    written.extend(place.stopped(server));
    written.extend(place.files());
    let search = Search::of(&canaries);
    let mut found: Vec<String> = written.iter().flat_map(|(name, bytes)| search.hits(name, bytes)).collect();
    // A PostgreSQL that is told to write down what it is asked for does so.
    found.retain(|hit| !(hit.starts_with("what was looked up in") && hit.ends_with("/server.log")));
    assert_eq!(found, Vec::<String>::new());
    for (canary, value) in &canaries {
        // Or else nothing above means anything: the same files, with one of them in it.
        let planted = format!("{{\"message\":\"{value}\"}}");
        assert!(search.hits("a log", planted.as_bytes()).contains(&format!("{canary} in a log")), "{canary}");
    }
}

#[test]
fn x1_on_sqlite_no_secret_of_a_day_is_written_anywhere() {
    x1_nothing_is_found(&Place::sqlite());
}

#[test]
fn x1_on_postgres_no_secret_of_a_day_is_written_anywhere() {
    x1_nothing_is_found(&Place::postgres());
}
