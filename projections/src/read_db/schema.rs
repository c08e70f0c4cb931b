//! Making, swapping and dropping the tables of a generation.

use std::time::Duration;

use super::generation::{self, Generation, State};
use super::{ReadDb, ReadError};
use crate::database::{DatabaseError, Session};
use crate::projection::Projection;
use crate::table::Table;
use crate::values;

/// How long a swap, or the end of an old table, waits for those who are reading. Readers who come meanwhile wait too.
const READERS: Duration = Duration::from_millis(250);

impl ReadDb {
    /// Makes the first generation of a projection that has none, and drops tables that a crash left behind.
    ///
    /// Returns the live generation; its version may be another one than the projection's, which then wants a rebuild.
    ///
    /// # Errors
    /// [`ReadError`] when the database does not answer.
    pub async fn prepare(&self, projection: &'static dyn Projection, now: i64) -> Result<Generation, ReadError> {
        self.change(projection, move |session, newest| {
            if let Some(live) = generation::live(session, projection.name())? {
                return Ok(live);
            }
            let first = create(session, projection, (newest + 1, State::Live), now)?;
            point_views_at(session, projection, first.number)?;
            Ok(first)
        })
        .await
    }

    /// The generation to fill for `purpose`: a rebuild goes on where an interrupted one stopped, a verification begins
    /// anew.
    pub(crate) async fn begin_build(
        &self,
        projection: &'static dyn Projection,
        purpose: State,
        now: i64,
    ) -> Result<Generation, ReadError> {
        self.change(projection, move |session, newest| {
            let mut resumed = None;
            for begun in generation::all(session, projection.name())? {
                if begun.state != purpose {
                    continue;
                }
                if purpose == State::Building && begun.version == projection.version() {
                    resumed = Some(begun);
                } else {
                    generation::forget(session, projection.name(), begun.number)?;
                }
            }
            match resumed {
                Some(building) => Ok(building),
                None => create(session, projection, (newest + 1, purpose), now),
            }
        })
        .await
    }

    /// Makes `number` the live generation and drops the one before, if it has come at least as far. `false` when the live
    /// one went on in the meantime: catch up and ask again. Unless it stands beyond `log_end`, where the log has nothing.
    pub(crate) async fn swap(
        &self,
        projection: &'static dyn Projection,
        number: i64,
        log_end: u64,
    ) -> Result<bool, ReadError> {
        self.change(projection, move |session, _newest| {
            let name = projection.name();
            generation::hold_all(session, name)?;
            let built = generation::numbered(session, name, number)?.ok_or(ReadError::BuildGone)?;
            if built.is_read() {
                return Ok(true);
            }
            let live = generation::live(session, name)?;
            if live.is_some_and(|live| live.position > built.position && live.position <= log_end) {
                return Ok(false);
            }
            point_views_at(session, projection, number)?;
            let forget_others = "DELETE FROM projections WHERE name = $1 AND generation <> $2";
            session.execute(forget_others, &values![name.to_owned(), number])?;
            #[cfg(feature = "failpoints")]
            fail::fail_point!("projection.mid_swap", |_| Err(ReadError::BuildGone));
            let go_live = "UPDATE projections SET state = 'live', error = NULL, error_position = NULL WHERE name = $1";
            session.execute(go_live, &values![name.to_owned()])?;
            Ok(true)
        })
        .await
    }

    /// Drops a build that nobody reads. One that went live in the meantime stays.
    pub(crate) async fn drop_build(&self, projection: &'static dyn Projection, number: i64) -> Result<(), ReadError> {
        self.change(projection, move |session, _newest| {
            let build = generation::hold_numbered(session, projection.name(), number)?;
            if build.is_some_and(|build| matches!(build.state, State::Building | State::Verifying)) {
                generation::forget(session, projection.name(), number)?;
            }
            Ok(())
        })
        .await
    }

    /// Changes which generations there are, alone; `work` gets the newest number that there was. Then drops the tables of
    /// those that are no more.
    async fn change<T: Send + 'static>(
        &self,
        projection: &'static dyn Projection,
        work: impl FnOnce(&mut dyn Session, i64) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, ReadError> {
        let (done, orphans) = self
            .database
            .write(move |session| {
                let newest = generation::hold_projection(session, projection.name())?;
                let done = work(session, newest)?;
                Ok::<_, ReadError>((done, orphans(session, projection)?))
            })
            .await?;
        for orphan in orphans {
            self.drop_table(orphan).await;
        }
        Ok(done)
    }

    /// Drops a table, in a transaction of its own: large ones take their time. One that somebody is still looking at stays,
    /// and so does one that cannot be dropped for another reason; the next change finds it again.
    async fn drop_table(&self, table: String) {
        let drop = format!("DROP TABLE IF EXISTS {table}");
        let dropped = self.database.write(move |session| {
            session.wait_at_most(READERS)?;
            session.batch(&drop)
        });
        if let Err(error) = dropped.await {
            tracing::info!(table, ?error, "an old table of a read model stays for now");
        }
    }
}

/// The name of a table of one generation.
pub(super) fn physical(table: &Table, number: i64) -> String {
    format!("{}__{number}", table.name)
}

/// Makes a generation. Its number is beyond every one that there was, whatever became of it: whoever still has an old one
/// finds nothing under it.
fn create(
    session: &mut dyn Session,
    projection: &dyn Projection,
    (number, state): (i64, State),
    now: i64,
) -> Result<Generation, ReadError> {
    let (name, version) = (projection.name().to_owned(), projection.version());
    let give_out = "UPDATE projection_controls SET newest_generation = $2 WHERE name = $1";
    session.execute(give_out, &values![name.clone(), number])?;
    for table in projection.tables() {
        session.create_table(&physical(table, number), table)?;
    }
    session.execute(
        "INSERT INTO projections (name, generation, version, state, position, updated_at) VALUES ($1, $2, $3, $4, 0, $5)",
        &values![name, number, version, state.as_str().to_owned(), now],
    )?;
    Ok(Generation {
        number,
        version,
        state,
        position: 0,
        mark: None,
        error: None,
        error_position: None,
        updated_at: now,
    })
}

fn point_views_at(session: &mut dyn Session, projection: &dyn Projection, number: i64) -> Result<(), DatabaseError> {
    session.wait_at_most(READERS)?;
    for table in projection.tables() {
        let (view, physical) = (table.name, physical(table, number));
        session.batch(&format!(
            "DROP VIEW IF EXISTS {view}; CREATE VIEW {view} AS SELECT {} FROM {physical}",
            table.column_list()
        ))?;
    }
    Ok(())
}

/// The tables of this projection whose generation is not noted: what a swap or a crash left behind.
fn orphans(session: &mut dyn Session, projection: &dyn Projection) -> Result<Vec<String>, DatabaseError> {
    let tables = session.table_names()?;
    let kept: Vec<i64> = generation::all(session, projection.name())?.iter().map(|kept| kept.number).collect();
    let is_orphan = |name: &String| {
        let number = |table: &Table| name.strip_prefix(table.name)?.strip_prefix("__")?.parse::<i64>().ok();
        projection.tables().iter().filter_map(number).any(|number| !kept.contains(&number))
    };
    Ok(tables.into_iter().filter(is_orphan).collect())
}
