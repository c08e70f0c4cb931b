//! What was read before and is still what the tables say.
//!
//! Every batch that changes a row of a projection's live tables changes the projection's stamp, in the same transaction, on
//! whichever node it happens. Whoever wants to know something takes the stamps of a [`Moment`] after he was asked, and what
//! was read under the same stamp is still true then: a secret that was rotated, or an app that was cut off, is seen by the
//! first request after it, on every node, as if nothing were kept.

use std::any::Any;
use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{ReadDb, ReadError};
use crate::database::{Database, DatabaseError, Row, Watched};
use crate::recent::Recent;
use crate::table::{TableRow, Value};

/// Two threads seldom meet in one of so many.
const SHARDS: usize = 16;
/// How many answers a shard keeps, and at most as many again.
const ANSWERS: usize = 1_024;

/// Which tables are live, and how often they were changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    generation: i64,
    changes: i64,
    /// 0, unless a node of the version before has moved the tables on, which counts no changes: then how far.
    uncounted: i64,
}

/// The stamp of each projection.
pub(super) type Stamps = HashMap<String, Stamp>;

/// A moment of the read models. Whoever asks for one after something was written gets one that comes after it too.
#[derive(Clone, Debug)]
pub struct Moment(Arc<Stamps>);

/// A question: the table, the statement behind it, and its values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Question(&'static str, &'static str, Vec<Value>);

#[derive(Clone, Debug)]
struct Answer {
    stamp: Stamp,
    made: Arc<dyn Any + Send + Sync>,
}

#[derive(Debug)]
pub(super) struct Kept {
    hasher: RandomState,
    shards: [Mutex<Recent<Question, Answer>>; SHARDS],
}

impl Default for Kept {
    fn default() -> Self {
        Self { hasher: RandomState::new(), shards: std::array::from_fn(|_| Mutex::new(Recent::new(ANSWERS))) }
    }
}

pub(super) fn watch(database: &Database) -> Watched<Stamps> {
    let sql = "SELECT name, generation, changes, CASE WHEN changes_position = position THEN 0 ELSE position END
         FROM projections WHERE state IN ('live', 'stopped')";
    Watched::new(database, sql.to_owned(), read)
}

fn read(rows: &[Row]) -> Result<Stamps, DatabaseError> {
    let stamp = |row: &Row| -> Result<Stamp, DatabaseError> {
        Ok(Stamp { generation: row.get(1)?, changes: row.get(2)?, uncounted: row.get(3)? })
    };
    rows.iter().map(|row| Ok((row.get(0)?, stamp(row)?))).collect()
}

impl Kept {
    fn shard(&self, question: &Question) -> MutexGuard<'_, Recent<Question, Answer>> {
        let place = usize::try_from(self.hasher.hash_one(question) % SHARDS as u64).unwrap_or_default();
        self.shards[place].lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, question: &Question, stamp: Stamp) -> Option<Arc<dyn Any + Send + Sync>> {
        let mut shard = self.shard(question);
        shard.get(question).filter(|answer| answer.stamp == stamp).map(|answer| Arc::clone(&answer.made))
    }

    fn keep(&self, question: Question, answer: Answer) {
        self.shard(&question).put(question, answer);
    }
}

impl ReadDb {
    /// The read models as they are now.
    ///
    /// # Errors
    /// [`ReadError`] when the database does not answer.
    pub async fn moment(&self) -> Result<Moment, ReadError> {
        Ok(Moment(self.stamps.now().await?))
    }

    /// What `make` makes of the rows of [`Self::select`], at this moment or after it. It is kept until a table of the
    /// projection changes; nothing is, where there are no rows, so that nobody fills the memory by asking for what is not.
    ///
    /// # Errors
    /// As [`Self::select`].
    pub(crate) async fn kept<T: TableRow, M: Send + Sync + 'static>(
        &self,
        at: (&Moment, &'static str),
        question: (&'static str, Vec<Value>),
        make: fn(Vec<T>) -> M,
    ) -> Result<Arc<M>, ReadError> {
        self.kept_if(|rows| !rows.is_empty(), at, question, make).await
    }

    /// Whether there is such a row, at this moment or after it. Kept either way: for what only we can name, as the id of a
    /// token that we signed.
    ///
    /// # Errors
    /// As [`Self::select`].
    pub(crate) async fn kept_presence<T: TableRow>(
        &self,
        at: (&Moment, &'static str),
        question: (&'static str, Vec<Value>),
    ) -> Result<bool, ReadError> {
        Ok(*self.kept_if(|_rows| true, at, question, |rows: Vec<T>| !rows.is_empty()).await?)
    }

    async fn kept_if<T: TableRow, M: Send + Sync + 'static>(
        &self,
        keeps: fn(&[T]) -> bool,
        (moment, projection): (&Moment, &'static str),
        (tail, parameters): (&'static str, Vec<Value>),
        make: fn(Vec<T>) -> M,
    ) -> Result<Arc<M>, ReadError> {
        let stamp = moment.0.get(projection).copied();
        let question = Question(T::TABLE.name, tail, parameters);
        let found = stamp.and_then(|stamp| self.kept.find(&question, stamp));
        if let Some(made) = found.and_then(|found| found.downcast().ok()) {
            return Ok(made);
        }
        let rows: Vec<T> = self.select(tail, question.2.clone()).await?;
        let is_kept = keeps(&rows);
        let made = Arc::new(make(rows));
        if let Some(stamp) = stamp.filter(|_| is_kept) {
            self.kept.keep(question, Answer { stamp, made: Arc::clone(&made) as Arc<dyn Any + Send + Sync> });
        }
        Ok(made)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(changes: i64) -> Answer {
        Answer { stamp: Stamp { generation: 1, changes, uncounted: 0 }, made: Arc::new(changes) }
    }

    #[test]
    fn what_was_read_under_another_stamp_is_not_found() {
        let kept = Kept::default();
        let question = Question("apps", "WHERE", Vec::new());
        kept.keep(question.clone(), answer(1));
        assert!(kept.find(&question, answer(2).stamp).is_none());
        assert!(kept.find(&question, answer(1).stamp).is_some());
    }
}
