//! A rebuild of the real program that is interrupted at random points, by Ctrl-C and as by a power cut: the tables that are
//! read stay as they were, byte by byte, and the next rebuild succeeds without help.
//!
//! `ROUTIX_TEST_INTERRUPTIONS` is how many, `ROUTIX_TEST_SEED` the seed of log and chance.

use std::path::Path;

use cqrs_es::persist::SerializedEvent;
use routix::store::sqlite::SqliteEventStore;
use routix::system::System;
use routix_projections::projection::{Projection, all};
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};

use crate::operations::place::append_to;
use crate::running::{Server, command, routix, until};
use crate::support::{Dice, number};
use routix_test_history::History;

const INTERRUPTIONS: u64 = 20;
const EVENTS: usize = 10_000;

/// A data directory with a log of this length, and read models that hold it.
fn filled(data: &Path, seed: u64) {
    routix(data, &["migrate"]).done();
    let appends: Vec<Vec<SerializedEvent>> = History::of(seed, EVENTS).appends;
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = SqliteEventStore::open(&data.join("events.db"), &System::real()).unwrap();
        append_to(&store, &appends).await;
    });
    // A command beside a server follows the log before it answers.
    routix(data, &["app", "list", "--format", "jsonl"]).done();
}

fn read_models(data: &Path) -> Connection {
    Connection::open_with_flags(data.join("read.db"), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
}

/// Every row that readers see, of every projection.
fn dump(read: &Connection) -> Vec<Vec<Value>> {
    let mut rows = Vec::new();
    for table in all().into_iter().flat_map(Projection::tables) {
        let sql = ["SELECT ", &table.column_list(), " FROM ", table.name, " ORDER BY ", &table.key_list()].concat();
        let mut statement = read.prepare(&sql).unwrap();
        let columns = statement.column_count();
        let row =
            |row: &rusqlite::Row<'_>| (0..columns).map(|column| row.get(column)).collect::<Result<Vec<Value>, _>>();
        rows.extend(statement.query_map([], row).unwrap().map(Result::unwrap));
    }
    rows
}

/// How far the build of a projection is; `None` when there is none.
fn built(read: &Connection, name: &str) -> Option<u64> {
    let sql = "SELECT position FROM projections WHERE name = ?1 AND state = 'building'";
    read.query_row(sql, [name], |row| row.get(0)).ok()
}

#[test]
fn a_rebuild_that_is_interrupted_anywhere_leaves_the_live_tables_and_the_next_one_succeeds() {
    let mut dice = Dice::seeded(number("ROUTIX_TEST_SEED", 61));
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path(), dice.roll());
    let read = read_models(folder.path());
    let live = dump(&read);
    assert!(live.len() > EVENTS / 2, "{} rows", live.len());
    let head: u64 = read.query_row("SELECT max(position) FROM projections", [], |row| row.get(0)).unwrap();
    let mut interrupted = 0;
    while interrupted < number("ROUTIX_TEST_INTERRUPTIONS", INTERRUPTIONS) {
        let name = dice.pick(&all()).name();
        let (point, signal) = (dice.below(head), *dice.pick(&["INT", "KILL"]));
        let mut rebuild = Server::spawn(command(folder.path(), &["projections", "rebuild", name]));
        until("it is so far", || {
            let is_there = built(&read, name).is_some_and(|position| position >= point);
            (is_there || rebuild.has_ended()).then_some(())
        });
        if !rebuild.has_ended() {
            rebuild.signal(signal);
        }
        let ran = rebuild.ended();
        interrupted += u64::from(ran.code != Some(0));
        assert_eq!(dump(&read), live, "{name} at {point} by {signal}: {ran:?}");
        // Half of them meet what the one before has left.
        if dice.below(2) == 0 {
            let next = routix(folder.path(), &["projections", "rebuild", name]);
            assert_eq!(next.code, Some(0), "{name} at {point} by {signal}: {next:?}");
            assert_eq!((dump(&read), built(&read, name)), (live.clone(), None), "{name} at {point} by {signal}");
        }
    }
    routix(folder.path(), &["projections", "rebuild", "--all"]).done();
    assert_eq!(dump(&read), live);
    let verified = routix(folder.path(), &["projections", "verify"]);
    assert_eq!(verified.code, Some(0), "{verified:?}");
}
