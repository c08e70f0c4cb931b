//! What is asked of a database is answered the same by both.

use std::time::Duration;

use routix_test_postgres::Scratch;
use tokio::task::JoinSet;

use super::*;
use crate::sqlite_file::Durability;
use crate::table::TableRow;
use crate::{table_row, values};

table_row! {
    struct Thing in "things" {
        key { name: String, number: i64 }
        columns { note: Option<String>, seal: Option<Vec<u8>>, done: bool }
        indexes [["note"]]
    }
}

/// Others use the same server.
const LONG: Duration = Duration::from_secs(60);

/// A database of each kind, and what goes away with the test.
struct Both {
    databases: [Database; 2],
    _folder: tempfile::TempDir,
    scratch: Scratch,
}

impl Both {
    async fn new() -> Self {
        let (folder, scratch) = (tempfile::tempdir().unwrap(), Scratch::new());
        scratch.sql("CREATE SCHEMA here");
        let url = PostgresUrl::parse(&scratch.url()).unwrap();
        let sqlite = SqliteDatabase::open(&folder.path().join("a.db"), Durability::Normal).unwrap();
        let databases = [Database::Sqlite(sqlite), Database::Postgres(PostgresDatabase::new(&url, "here", 4).unwrap())];
        for database in &databases {
            database.write(|session| session.create_table("things", &Thing::TABLE)).await.unwrap();
        }
        Self { databases, _folder: folder, scratch }
    }
}

fn thing(name: &str, number: i64, note: Option<&str>) -> Thing {
    let seal = note.map(|note| note.as_bytes().to_vec());
    Thing { name: name.to_owned(), number, note: note.map(str::to_owned), seal, done: number % 2 == 1 }
}

async fn write(database: &Database, things: Vec<Thing>) -> Result<(), DatabaseError> {
    database
        .write(move |session| {
            let rows: Vec<_> = things.into_iter().map(Thing::into_values).collect();
            session.write("things", &Thing::TABLE, &rows.iter().map(Vec::as_slice).collect::<Vec<_>>())
        })
        .await
}

async fn all(database: &Database) -> Vec<Thing> {
    let rows = database.select("SELECT name, number, note, seal, done FROM things ORDER BY name, number", &[]).await;
    rows.unwrap().into_iter().map(|row| Thing::from_values(row.0).unwrap()).collect()
}

#[tokio::test]
async fn rows_are_written_read_and_removed_in_bulk() {
    for database in &Both::new().await.databases {
        // Upper case sorts before lower case, whatever the system's language.
        let things = vec![thing("B", 1, Some("eins")), thing("a", 1, None), thing("a", 2, Some("\u{e9}\u{1F69A}"))];
        write(database, things.clone()).await.unwrap();
        assert_eq!(all(database).await, things);
        let changed = thing("a", 1, Some("two"));
        write(database, vec![changed.clone(), thing("z", -7, None)]).await.unwrap();
        let found = database
            .write(|session| {
                let keys = [values!["a".to_owned(), 1_i64], values!["nobody".to_owned(), 1_i64]];
                let keys: Vec<&[Value]> = keys.iter().map(<[Value; 2]>::as_slice).collect();
                let found = session.load("things", &Thing::TABLE, &keys)?;
                session.remove("things", &Thing::TABLE, &keys)?;
                Ok::<_, DatabaseError>(found)
            })
            .await
            .unwrap();
        assert_eq!(found, [Row(changed.into_values())]);
        let left = [things[0].clone(), things[2].clone(), thing("z", -7, None)];
        assert_eq!(all(database).await, left);
    }
}

#[tokio::test]
async fn a_row_that_is_updated_is_found_by_what_it_had_and_holds_what_is_new() {
    for database in &Both::new().await.databases {
        write(database, vec![thing("a", 1, Some("x")), thing("b", 1, Some("x"))]).await.unwrap();
        let changed = Thing { seal: Some(vec![7]), done: false, ..thing("a", 1, Some("x")) };
        let rows = [changed.clone().into_values()];
        let update = move |session: &mut dyn Session| {
            session.update("things", &Thing::TABLE, &rows.each_ref().map(Vec::as_slice))
        };
        database.write(update).await.unwrap();
        assert_eq!(all(database).await, [changed, thing("b", 1, Some("x"))]);
        let found = database.select("SELECT name FROM things WHERE note = 'x' ORDER BY name", &[]).await.unwrap();
        assert_eq!(found.len(), 2);
    }
}

#[tokio::test]
async fn values_are_bound_by_their_number() {
    for database in &Both::new().await.databases {
        write(database, vec![thing("a", 1, Some("x")), thing("b", 2, None)]).await.unwrap();
        let sql = "SELECT name FROM things WHERE note = $2 AND number = $1 AND done = $3 AND name <> $2";
        let rows = database.select(sql, &values![1_i64, "x".to_owned(), true]).await.unwrap();
        assert_eq!(rows, [Row(vec![Value::Text("a".to_owned())])]);
        let sql = "SELECT name FROM things WHERE number = $1 AND note = $2";
        for values in [values![1_i64].to_vec(), values![1_i64, "x".to_owned(), true].to_vec()] {
            let refused = database.select(sql, &values).await.unwrap_err();
            assert!(format!("{refused:?}").to_lowercase().contains("parameter"), "{refused:?}");
        }
    }
}

#[tokio::test]
async fn a_transaction_is_whole_or_not_at_all() {
    for database in &Both::new().await.databases {
        let failed: Result<(), DatabaseError> = database
            .write(|session| {
                let insert = "INSERT INTO things (name, number, done) VALUES ($1, $2, 0)";
                session.execute(insert, &values!["a".to_owned(), 1_i64])?;
                session.execute(insert, &values!["a".to_owned(), 1_i64]).map(drop)
            })
            .await;
        assert!(failed.unwrap_err().is_conflict());
        assert!(all(database).await.is_empty());
        // The connection is in order again.
        write(database, vec![thing("a", 1, None)]).await.unwrap();
    }
}

#[tokio::test]
async fn a_panic_takes_its_transaction_back_and_names_itself() {
    for database in &Both::new().await.databases {
        let panicked: Result<(), DatabaseError> = database
            .write(|session| {
                session.execute("INSERT INTO things (name, number, done) VALUES ('a', 1, 0)", &[])?;
                panic!("on purpose")
            })
            .await;
        assert!(matches!(panicked, Err(DatabaseError::Panicked(text)) if text == "on purpose"));
        assert!(all(database).await.is_empty());
        write(database, vec![thing("a", 1, None)]).await.unwrap();
    }
}

#[tokio::test]
async fn a_snapshot_stays_as_it_was() {
    for database in &Both::new().await.databases {
        write(database, vec![thing("a", 1, None)]).await.unwrap();
        let mut snapshot = database.snapshot().await.unwrap();
        write(database, vec![thing("b", 1, None)]).await.unwrap();
        let count = tokio::task::spawn_blocking(move || {
            snapshot.query_one("SELECT count(*) FROM things", &[])?.map_or(Ok(0), |row| row.get::<i64>(0))
        });
        assert_eq!(count.await.unwrap().unwrap(), 1);
        assert_eq!(all(database).await.len(), 2);
    }
}

#[tokio::test]
async fn a_snapshot_may_be_let_go_anywhere() {
    for database in &Both::new().await.databases {
        drop(database.snapshot().await.unwrap());
        write(database, vec![thing("a", 1, None)]).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_stands_still_too_long_gives_his_transaction_up() {
    let both = Both::new().await;
    let [_, postgres] = &both.databases;
    write(postgres, vec![thing("a", 1, None)]).await.unwrap();
    let (reached, go_on) = (tokio::sync::oneshot::channel(), std::sync::mpsc::channel::<()>());
    let (stuck, sender) = (postgres.clone(), reached.0);
    let stuck = tokio::spawn(async move {
        let work = move |session: &mut dyn Session| {
            session.give_up_when_idle(Duration::from_millis(50))?;
            session.execute("UPDATE things SET done = 0", &[])?;
            sender.send(()).unwrap();
            go_on.1.recv().unwrap();
            session.execute("UPDATE things SET done = 0", &[]).map(drop)
        };
        stuck.write(work).await
    });
    reached.1.await.unwrap();
    // It holds the row that this wants.
    write(postgres, vec![thing("a", 1, Some("mine"))]).await.unwrap();
    go_on.0.send(()).unwrap();
    assert!(matches!(stuck.await.unwrap(), Err(DatabaseError::Unavailable(_))));
    assert_eq!(all(postgres).await, [thing("a", 1, Some("mine"))]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_may_not_wait_is_told_that_others_hold_what_he_wants() {
    let both = Both::new().await;
    let [_, postgres] = &both.databases;
    let (reached, go_on) = (tokio::sync::oneshot::channel(), std::sync::mpsc::channel::<()>());
    let (holder, sender) = (postgres.clone(), reached.0);
    let holder = tokio::spawn(async move {
        let work = move |session: &mut dyn Session| {
            session.query("SELECT 1 FROM things", &[])?;
            sender.send(()).unwrap();
            go_on.1.recv().unwrap();
            Ok::<_, DatabaseError>(())
        };
        holder.write(work).await
    });
    reached.1.await.unwrap();
    let drop_it = |session: &mut dyn Session| {
        session.wait_at_most(Duration::from_millis(20))?;
        session.batch("DROP TABLE things")
    };
    assert!(matches!(postgres.write(drop_it).await, Err(DatabaseError::InUse(_))));
    go_on.0.send(()).unwrap();
    holder.await.unwrap().unwrap();
    assert_eq!(postgres.write(drop_it).await.map_err(|error| error.to_string()), Ok(()));
}

#[tokio::test]
async fn tables_are_listed_by_name() {
    for database in &Both::new().await.databases {
        let names = database.write(|session| session.table_names()).await.unwrap();
        assert_eq!(names, ["things"]);
    }
}

#[tokio::test]
async fn who_finds_no_database_is_told_so() {
    let url = PostgresUrl::parse("postgres://nobody:secret@127.0.0.1:1/nothing").unwrap();
    let database = Database::Postgres(PostgresDatabase::new(&url, "here", 1).unwrap());
    let error = database.select("SELECT 1", &[]).await.unwrap_err();
    assert!(matches!(error, DatabaseError::Unavailable(_)) && !format!("{error:?}").contains("secret"));
}

/// Adds a thing with the number after the last.
fn add_next(session: &mut dyn Session) -> Result<u64, DatabaseError> {
    session.lock("things")?;
    let last = session.query_one("SELECT number FROM things ORDER BY number DESC LIMIT 1", &[])?;
    let next = last.map_or(Ok(0), |row| row.get::<i64>(0))? + 1;
    session.execute("INSERT INTO things (name, number, done) VALUES ('a', $1, 0)", &values![next])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_is_held_by_one_transaction_at_a_time() {
    for database in &Both::new().await.databases {
        let mut tasks = JoinSet::new();
        for _ in 0..20 {
            let database = database.clone();
            tasks.spawn(async move { database.write(add_next).await });
        }
        let added: Vec<u64> = tasks.join_all().await.into_iter().map(Result::unwrap).collect();
        assert_eq!(added, [1; 20]);
        let numbers: Vec<i64> = all(database).await.into_iter().map(|thing| thing.number).collect();
        assert_eq!(numbers, (1..=20).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn what_is_deleted_is_gone_from_the_files_once_nobody_can_see_it_any_more() {
    let both = Both::new().await;
    let [_, Database::Postgres(postgres)] = &both.databases else { panic!("the second one is PostgreSQL") };
    let database = &both.databases[1];
    write(database, vec![thing("Erased", 1, None), thing("Kept", 1, None)]).await.unwrap();
    assert!(!both.scratch.files_with("erased").is_empty());
    let snapshot = database.snapshot().await.unwrap();
    database.write(|session| session.execute("DELETE FROM things WHERE name = 'Erased'", &[])).await.unwrap();
    let rewritten = async |wait| postgres.rewrite(&["things"], wait).await.unwrap();
    assert!(!rewritten(Duration::ZERO).await);
    assert!(!both.scratch.files_with("erased").is_empty());
    tokio::task::spawn_blocking(|| drop(snapshot)).await.unwrap();
    assert!(rewritten(LONG).await);
    assert_eq!(both.scratch.files_with("erased"), Vec::<String>::new());
    assert!(!both.scratch.files_with("kept").is_empty());
}

#[tokio::test]
async fn a_table_that_is_in_use_or_another_s_is_not_said_to_be_rewritten() {
    let both = Both::new().await;
    let [_, Database::Postgres(postgres)] = &both.databases else { panic!("the second one is PostgreSQL") };
    let rewritten = async |wait| postgres.rewrite(&["things"], wait).await.unwrap();
    let mut connection = postgres.connection().await.unwrap();
    let reading = connection.transaction().await.unwrap();
    reading.batch_execute("LOCK TABLE things IN ACCESS SHARE MODE").await.unwrap();
    assert!(!rewritten(Duration::from_millis(100)).await);
    reading.rollback().await.unwrap();
    assert!(rewritten(LONG).await);
    both.scratch.sql("CREATE ROLE a_stranger LOGIN; GRANT USAGE ON SCHEMA here TO a_stranger");
    let url = both.scratch.url().replace("routix@", "a_stranger@");
    let stranger = PostgresDatabase::new(&PostgresUrl::parse(&url).unwrap(), "here", 1).unwrap();
    let rewritten = stranger.rewrite(&["things"], LONG).await;
    drop(stranger);
    both.scratch.sql("DROP OWNED BY a_stranger; DROP ROLE a_stranger");
    assert!(!rewritten.unwrap());
}

#[tokio::test]
async fn a_connection_has_the_settings_that_were_given_instead_of_ours() {
    let scratch = Scratch::new();
    let url = PostgresUrl::parse(&scratch.url()).unwrap();
    let settings = [("role", "pg_monitor"), ("statement_timeout", "7s")];
    let database = Database::Postgres(PostgresDatabase::with_settings(&url, "here", 1, &settings).unwrap());
    let sql = "SELECT current_user::text || ' ' || current_setting('statement_timeout') || ' ' ||
        current_setting('plan_cache_mode')";
    let row = database.select_one(sql, &[]).await.unwrap().unwrap();
    assert_eq!(row.get::<String>(0).unwrap(), "pg_monitor 7s force_generic_plan");
}
