//! Making, swapping and dropping the tables of a generation.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::generation::{self, Generation, State};
use super::{ReadDb, ReadError};
use crate::projection::Projection;
use crate::table::{ColumnKind, Table};

impl ReadDb {
    /// Makes the first generation of a projection that has none, and drops tables that a crash left behind.
    ///
    /// Returns the live generation; its version may be another one than the projection's, which then wants a rebuild.
    ///
    /// # Errors
    /// [`ReadError`] when the database does not answer.
    pub async fn prepare(&self, projection: &'static dyn Projection, now: i64) -> Result<Generation, ReadError> {
        self.write(move |connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            drop_orphans(&transaction, projection)?;
            let live = match generation::live(&transaction, projection.name())? {
                Some(live) => live,
                None => {
                    let first = create(&transaction, projection, State::Live, now)?;
                    point_views_at(&transaction, projection, first.number)?;
                    first
                }
            };
            transaction.commit()?;
            Ok(live)
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
        self.write(move |connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let mut resumed = None;
            for begun in generation::all(&transaction, projection.name())? {
                if begun.state != purpose {
                    continue;
                }
                if purpose == State::Building && begun.version == projection.version() {
                    resumed = Some(begun);
                } else {
                    drop_generation(&transaction, projection, begun.number)?;
                }
            }
            let building = match resumed {
                Some(building) => building,
                None => create(&transaction, projection, purpose, now)?,
            };
            transaction.commit()?;
            Ok(building)
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
        let swapped = self
            .write(move |connection| {
                let name = projection.name();
                let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
                let built = generation::numbered(&transaction, name, number)?.ok_or(ReadError::BuildGone)?;
                if built.is_read() {
                    return Ok(true);
                }
                let live = generation::live(&transaction, name)?;
                if live.is_some_and(|live| live.position > built.position && live.position <= log_end) {
                    return Ok(false);
                }
                point_views_at(&transaction, projection, number)?;
                transaction.execute("DELETE FROM projections WHERE name = ?1 AND generation <> ?2", (name, number))?;
                transaction.execute(
                    "UPDATE projections SET state = 'live', error = NULL, error_position = NULL WHERE name = ?1",
                    [name],
                )?;
                transaction.commit()?;
                Ok(true)
            })
            .await?;
        if swapped {
            // In a transaction of its own: dropping large tables must not hold up the swap. In one all the same, because a
            // generation that another process is just making has tables and a note at once, or neither.
            self.write(move |connection| {
                let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
                drop_orphans(&transaction, projection)?;
                Ok(transaction.commit()?)
            })
            .await?;
        }
        Ok(swapped)
    }

    /// Drops a build that nobody reads. One that went live in the meantime stays.
    pub(crate) async fn drop_build(&self, projection: &'static dyn Projection, number: i64) -> Result<(), ReadError> {
        self.write(move |connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let build = generation::numbered(&transaction, projection.name(), number)?;
            if build.is_some_and(|build| matches!(build.state, State::Building | State::Verifying)) {
                drop_generation(&transaction, projection, number)?;
            }
            Ok(transaction.commit()?)
        })
        .await
    }
}

/// The name of a table of one generation.
pub(super) fn physical(table: &Table, number: i64) -> String {
    format!("{}__{number}", table.name)
}

fn create(
    transaction: &Transaction<'_>,
    projection: &dyn Projection,
    state: State,
    now: i64,
) -> Result<Generation, ReadError> {
    let name = projection.name();
    // Beyond every number that there was, whatever became of it: whoever still has an old one finds nothing under it.
    let number: i64 = transaction.query_row(
        "INSERT INTO projection_controls (name, newest_generation)
         SELECT ?1, coalesce(max(generation), 0) + 1 FROM projections WHERE name = ?1
         ON CONFLICT (name) DO UPDATE SET
             newest_generation = max(newest_generation + 1, excluded.newest_generation)
         RETURNING newest_generation",
        [name],
        |row| row.get(0),
    )?;
    for table in projection.tables() {
        transaction.execute_batch(&create_table(table, number))?;
    }
    transaction.execute(
        "INSERT INTO projections (name, generation, version, state, position, updated_at) VALUES (?1, ?2, ?3, ?4, 0, ?5)",
        (name, number, projection.version(), state.as_str(), now),
    )?;
    let version = projection.version();
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

fn create_table(table: &Table, number: i64) -> String {
    let physical = physical(table, number);
    let columns: Vec<String> = table
        .columns
        .iter()
        .map(|column| {
            let kind = match column.kind {
                ColumnKind::Integer => "INTEGER",
                ColumnKind::Text => "TEXT",
                ColumnKind::Bytes => "BLOB",
            };
            format!("{} {kind}{}", column.name, if column.nullable { "" } else { " NOT NULL" })
        })
        .collect();
    let key: Vec<&str> = table.key_columns().iter().map(|column| column.name).collect();
    let mut sql = format!(
        "CREATE TABLE {physical} ({}, PRIMARY KEY ({})) STRICT, WITHOUT ROWID;\n",
        columns.join(", "),
        key.join(", ")
    );
    for index in table.indexes {
        sql += &format!("CREATE INDEX {physical}__{} ON {physical} ({});\n", index.join("_"), index.join(", "));
    }
    sql
}

fn point_views_at(transaction: &Transaction<'_>, projection: &dyn Projection, number: i64) -> Result<(), ReadError> {
    for table in projection.tables() {
        let (view, physical) = (table.name, physical(table, number));
        transaction.execute_batch(&format!(
            "DROP VIEW IF EXISTS {view}; CREATE VIEW {view} AS SELECT {} FROM {physical}",
            table.column_list()
        ))?;
    }
    Ok(())
}

fn drop_generation(connection: &Connection, projection: &dyn Projection, number: i64) -> Result<(), ReadError> {
    connection.execute("DELETE FROM projections WHERE name = ?1 AND generation = ?2", (projection.name(), number))?;
    drop_orphans(connection, projection)
}

/// Drops the tables of this projection whose generation is not noted: what a swap or a crash left behind.
fn drop_orphans(connection: &Connection, projection: &dyn Projection) -> Result<(), ReadError> {
    let kept: Vec<i64> =
        generation::all(connection, projection.name())?.into_iter().map(|generation| generation.number).collect();
    for table in projection.tables() {
        let prefix = format!("{}__", table.name);
        let tables: Vec<String> = connection
            .prepare_cached("SELECT name FROM sqlite_master WHERE type = 'table'")?
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let orphans = tables.into_iter().filter(|name| {
            let number = name.strip_prefix(&prefix).and_then(|number| number.parse::<i64>().ok());
            number.is_some_and(|number| !kept.contains(&number))
        });
        for orphan in orphans {
            connection.execute_batch(&format!("DROP TABLE {orphan}"))?;
        }
    }
    Ok(())
}
