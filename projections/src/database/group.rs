//! Group commit for SQLite: who comes while another's commit waits for the disk is committed together with all who do, and
//! the disk is waited for once.
//!
//! Each of several has a savepoint of his own, so that what he takes back is his alone, and nobody is answered before the
//! commit.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::sqlite::{SqliteSession, Writer};
use super::{DatabaseError, Session};

/// At most so many share a commit, so that the first of them does not wait for ever.
const MOST: usize = 256;

/// Somebody's work; what it returns tells him how it ended, once that is known.
/// Without a turn it was not begun, for this reason.
pub(super) type Job = Box<dyn FnOnce(Result<Turn<'_>, DatabaseError>) -> Answer + Send>;

/// A transaction to work in.
pub(super) struct Turn<'a> {
    connection: &'a Connection,
    /// Nobody else's work is in it.
    is_alone: bool,
}

type Answer = Box<dyn FnOnce(Result<(), DatabaseError>) + Send>;

/// Who waits to write.
#[derive(Default)]
pub(super) struct Queue(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    jobs: Vec<Job>,
    /// Whether somebody works it off.
    is_led: bool,
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Queue")
    }
}

/// Who works a queue off. However he ends, another can lead after him, and whoever still waits is told that nobody came.
pub(super) struct Leader {
    queue: Arc<Queue>,
    /// There was nothing left, and somebody else may lead already.
    done: bool,
}

impl Queue {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a job; whoever adds one while nobody works the queue off has to.
    pub(super) fn add(self: &Arc<Self>, job: Job) -> Option<Leader> {
        let mut waiting = self.waiting();
        waiting.jobs.push(job);
        let was_led = std::mem::replace(&mut waiting.is_led, true);
        (!was_led).then(|| Leader { queue: Arc::clone(self), done: false })
    }

    /// The next jobs; nobody leads any more when there are none.
    fn take(&self) -> Option<Vec<Job>> {
        let mut waiting = self.waiting();
        waiting.is_led = !waiting.jobs.is_empty();
        let most = waiting.jobs.len().min(MOST);
        waiting.is_led.then(|| waiting.jobs.drain(..most).collect())
    }
}

impl Leader {
    /// Commits all that wait, and all that come meanwhile.
    pub(super) fn work_off(mut self, writer: &Mutex<Writer>) {
        while let Some(jobs) = self.queue.take() {
            let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
            commit(&writer.connection, jobs);
            let Writer { connection, log } = &mut *writer;
            log.look(connection);
        }
        self.done = true;
    }
}

impl Drop for Leader {
    fn drop(&mut self) {
        if !self.done {
            *self.queue.waiting() = Waiting::default();
        }
    }
}

/// All in one transaction. When it fails as a whole, each of them failed.
fn commit(connection: &Connection, jobs: Vec<Job>) {
    let begun = connection.execute_batch("BEGIN IMMEDIATE").map_err(|error| error.to_string());
    let is_alone = jobs.len() == 1;
    let mut answers = Vec::with_capacity(jobs.len());
    for job in jobs {
        // A full disk ends the whole transaction: what came after it would be committed by itself, and what came before it
        // is gone.
        let begun = begun.as_ref().map_err(Clone::clone).and_then(|()| within(connection));
        answers.push(job(begun.map(|()| Turn { connection, is_alone }).map_err(DatabaseError::unavailable)));
    }
    let committed = begun.and_then(|()| within(connection)).and_then(|()| {
        connection.execute_batch("COMMIT").map_err(|error| {
            // If this fails too, the next BEGIN says so.
            let _rolled_back = connection.execute_batch("ROLLBACK");
            error.to_string()
        })
    });
    for answer in answers {
        answer(committed.clone().map_err(DatabaseError::unavailable));
    }
}

/// Whether there is a transaction still.
fn within(connection: &Connection) -> Result<(), String> {
    if connection.is_autocommit() { Err("the transaction was ended by a failure".to_owned()) } else { Ok(()) }
}

/// Work, and where its answer comes.
pub(super) fn job<T, E>(
    work: impl FnOnce(&mut dyn Session) -> Result<T, E> + Send + 'static,
) -> (Job, oneshot::Receiver<Result<T, E>>)
where
    T: Send + 'static,
    E: From<DatabaseError> + Send + 'static,
{
    let (sender, answer) = oneshot::channel();
    let job = move |turn: Result<Turn<'_>, DatabaseError>| -> Answer {
        let done = turn.map_err(E::from).and_then(|turn| whole_or_not_at_all(&turn, work));
        Box::new(move |committed| {
            // Whoever asked may have gone; what was written stands all the same.
            let _gone = sender.send(done.and_then(|done| committed.map(|()| done).map_err(E::from)));
        })
    };
    (Box::new(job), answer)
}

fn whole_or_not_at_all<T, E: From<DatabaseError>>(
    Turn { connection, is_alone }: &Turn<'_>,
    work: impl FnOnce(&mut dyn Session) -> Result<T, E>,
) -> Result<T, E> {
    // For a savepoint SQLite keeps every page as it was before; whoever is alone takes the transaction itself back.
    let (begin, keep, take_back) = match is_alone {
        true => ("", "", "ROLLBACK"),
        false => ("SAVEPOINT job", "RELEASE job", "ROLLBACK TO job; RELEASE job"),
    };
    connection.execute_batch(begin).map_err(DatabaseError::from)?;
    let done = catch_unwind(AssertUnwindSafe(|| work(&mut SqliteSession(connection))));
    let done = done.unwrap_or_else(|panic| Err(DatabaseError::panicked(&*panic).into()));
    match connection.execute_batch(if done.is_ok() { keep } else { take_back }) {
        Ok(()) => done,
        // The transaction is gone, and his work with it.
        Err(error) => done.and_then(|_| Err(DatabaseError::from(error).into())),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use super::*;
    use crate::database::Database;
    use crate::database::sqlite::SqliteDatabase;
    use crate::sqlite_file::{Durability, LogLength};

    type Told = oneshot::Receiver<Result<(), DatabaseError>>;

    fn table() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        let schema = "PRAGMA foreign_keys = ON; CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT;
            CREATE TABLE b (a INTEGER REFERENCES a DEFERRABLE INITIALLY DEFERRED) STRICT;";
        connection.execute_batch(schema).unwrap();
        connection
    }

    fn sql(statements: &'static str) -> (Job, Told) {
        job(move |session| session.batch(statements))
    }

    /// Commits all at once, and returns what each was told and what is in the table.
    fn committed<const N: usize>(connection: &Connection, all: [(Job, Told); N]) -> ([bool; N], Vec<i64>) {
        let (jobs, told): (Vec<Job>, Vec<Told>) = all.into_iter().unzip();
        commit(connection, jobs);
        assert!(connection.is_autocommit());
        let told: Vec<bool> = told.into_iter().map(|mut told| told.try_recv().unwrap().is_ok()).collect();
        let mut rows = connection.prepare("SELECT id FROM a ORDER BY id").unwrap();
        let rows = rows.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
        (told.try_into().unwrap(), rows)
    }

    #[test]
    fn who_fails_or_panics_takes_back_his_own_and_nobody_elses() {
        let fails = sql("INSERT INTO a VALUES (2); INSERT INTO a VALUES (1)");
        let panics = job(|session| {
            session.batch("INSERT INTO a VALUES (3)")?;
            panic!("a fault of ours")
        });
        let all = [sql("INSERT INTO a VALUES (1)"), fails, panics, sql("INSERT INTO a VALUES (4)")];
        assert_eq!(committed(&table(), all), ([true, false, false, true], vec![1, 4]));
    }

    #[test]
    fn who_is_alone_takes_back_all_that_he_did() {
        let table = table();
        let fails = sql("INSERT INTO a VALUES (2); INSERT INTO a VALUES (2)");
        assert_eq!(committed(&table, [fails]), ([false], vec![]));
        let panics = job(|session| {
            session.batch("INSERT INTO a VALUES (3)")?;
            panic!("a fault of ours")
        });
        assert_eq!(committed(&table, [panics]), ([false], vec![]));
        assert_eq!(committed(&table, [sql("INSERT INTO b VALUES (7)")]), ([false], vec![]));
        assert_eq!(committed(&table, [sql("INSERT INTO a VALUES (4); ROLLBACK")]), ([false], vec![]));
        assert_eq!(committed(&table, [sql("INSERT INTO a VALUES (5)")]), ([true], vec![5]));
    }

    #[test]
    fn when_the_commit_fails_all_are_told_so_and_nothing_is_there() {
        let all = [sql("INSERT INTO a VALUES (1)"), sql("INSERT INTO b VALUES (7)"), sql("INSERT INTO a VALUES (2)")];
        assert_eq!(committed(&table(), all), ([false; 3], vec![]));
    }

    #[test]
    fn when_the_transaction_ends_under_them_nobody_after_it_is_committed_by_himself() {
        let all = [sql("INSERT INTO a VALUES (1)"), sql("ROLLBACK"), sql("INSERT INTO a VALUES (2)")];
        assert_eq!(committed(&table(), all), ([false; 3], vec![]));
    }

    #[test]
    fn when_it_cannot_begin_each_is_told_why() {
        let folder = tempfile::tempdir().unwrap();
        let [one, other] = [(), ()].map(|()| Connection::open(folder.path().join("a.db")).unwrap());
        one.execute_batch("CREATE TABLE a (id INTEGER); BEGIN IMMEDIATE").unwrap();
        other.busy_timeout(Duration::ZERO).unwrap();
        let (job, mut told) = sql("INSERT INTO a VALUES (1)");
        commit(&other, vec![job]);
        let Err(DatabaseError::Unavailable(why)) = told.try_recv().unwrap() else { panic!("it was not refused") };
        assert!(why.to_string().contains("locked"), "{why}");
    }

    #[test]
    fn when_a_leader_goes_without_leading_those_who_wait_are_told_and_the_next_one_leads() {
        let queue = Arc::new(Queue::default());
        let (job, mut told) = sql("INSERT INTO a VALUES (1)");
        drop(queue.add(job).unwrap());
        assert!(told.try_recv().is_err_and(|error| error == oneshot::error::TryRecvError::Closed));
        let (job, mut told) = sql("INSERT INTO a VALUES (2)");
        let writer = Writer { connection: table(), log: LogLength::of(Path::new("in memory")) };
        queue.add(job).unwrap().work_off(&Mutex::new(writer));
        assert!(told.try_recv().unwrap().is_ok());
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn whoever_comes_is_served_once_and_answered_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let database = Database::Sqlite(SqliteDatabase::open(&path, Durability::Full).unwrap());
        database.write(|session| session.batch("CREATE TABLE a (id INTEGER)")).await.unwrap();
        let writers: Vec<_> = (0..400)
            .map(|number| {
                let database = database.clone();
                tokio::spawn(async move {
                    let insert = format!("INSERT INTO a VALUES ({number})");
                    database.write(move |session| session.batch(&insert)).await.unwrap();
                    let rows = format!("SELECT id FROM a WHERE id = {number}");
                    assert_eq!(database.select(&rows, &[]).await.unwrap().len(), 1);
                })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap();
        }
        assert_eq!(database.select("SELECT id FROM a", &[]).await.unwrap().len(), 400);
    }
}
