//! The transaction of a write, used from a thread that may block. Dropped without a commit, nothing of it stays.

use deadpool_postgres::Object;
use routix_projections::database::PostgresDatabase;
use sha2::{Digest, Sha256};
use tokio::runtime::Handle;
use tokio::time::timeout;
use tokio_postgres::{Error, Row};
use uuid::Uuid;

use crate::proxy::records::dialect::Dialect;
use crate::proxy::records::object::Columns;
use crate::proxy::records::statement::Statement;
use crate::proxy::records::transaction::{Answer, Transaction};
use crate::proxy::records::{RecordError, Retry, Stored, Target, reading};
use crate::proxy::tenant::Tenant;

use super::error::{broken_or_unavailable, of_write};
use super::read::{Claims, LIMIT, parameters, prepare};

pub(super) struct PostgresTransaction {
    /// `None` once it is not known to be in order.
    connection: Option<Object>,
    handle: Handle,
    dialect: &'static Dialect,
}

impl PostgresTransaction {
    pub(super) fn begin(
        connection: Object,
        handle: Handle,
        dialect: &'static Dialect,
        tenant: &Tenant,
    ) -> Result<Self, RecordError> {
        let mut transaction = Self { connection: Some(connection), handle, dialect };
        let claims = Claims::of(tenant);
        transaction.run(async |connection| claims.begin(connection, "BEGIN").await)?;
        Ok(transaction)
    }

    pub(super) fn commit(mut self) -> Result<(), RecordError> {
        self.run(async |connection| connection.batch_execute("COMMIT").await)?;
        drop(self.connection.take());
        Ok(())
    }

    fn run<T>(&mut self, work: impl AsyncFnOnce(&Object) -> Result<T, Error>) -> Result<T, RecordError> {
        let gone = || RecordError::Unavailable("the connection was given up".into());
        let connection = self.connection.take().ok_or_else(gone)?;
        match self.handle.block_on(async { timeout(LIMIT, work(&connection)).await }) {
            Ok(done) => {
                self.connection = Some(connection);
                done.map_err(of_write)
            }
            Err(elapsed) => {
                PostgresDatabase::give_up(connection);
                Err(RecordError::Unavailable(Box::new(elapsed)))
            }
        }
    }

    fn first(&mut self, statement: &Statement<'_>) -> Result<Option<Row>, RecordError> {
        self.run(async |connection| {
            let prepared = prepare(connection, statement.as_str()).await?;
            connection.query_opt(&prepared, &parameters(statement)).await
        })
    }
}

impl Drop for PostgresTransaction {
    fn drop(&mut self) {
        if self.connection.is_some()
            && self.run(async |connection| connection.batch_execute("ROLLBACK").await).is_err()
            && let Some(connection) = self.connection.take()
        {
            drop(Object::take(connection));
        }
    }
}

impl Transaction for PostgresTransaction {
    fn dialect(&self) -> &'static Dialect {
        self.dialect
    }

    fn execute(&mut self, statement: &Statement<'_>) -> Result<(), RecordError> {
        let changed = self.run(async |connection| {
            let prepared = prepare(connection, statement.as_str()).await?;
            connection.execute(&prepared, &parameters(statement)).await
        });
        changed.map(drop)
    }

    fn exists(&mut self, statement: &Statement<'_>) -> Result<bool, RecordError> {
        let rows = self.run(async |connection| {
            let prepared = prepare(connection, statement.as_str()).await?;
            connection.query(&prepared, &parameters(statement)).await
        })?;
        Ok(!rows.is_empty())
    }

    fn record(&mut self, target: &Target, id: Uuid) -> Result<Option<Stored>, RecordError> {
        let statement =
            reading::record(Statement::of(self.dialect, &target.tenant), target, id).text(self.dialect.for_update);
        self.first(&statement)?.map(|row| stored(target, id, &row)).transpose()
    }

    fn answer(&mut self, statement: &Statement<'_>) -> Result<Option<Answer>, RecordError> {
        let Some(row) = self.first(statement)? else { return Ok(None) };
        let read = || {
            let (id, version, body) = (row.try_get(1)?, row.try_get(2)?, row.try_get::<_, String>(3)?);
            let record = Stored { id, version, object: body.into_bytes() };
            Ok(Answer { fingerprint: row.try_get(0)?, record })
        };
        read().map(Some).map_err(broken_or_unavailable)
    }

    /// Two with one key are one behind the other; two others that share a number by chance are too, and no harm is done.
    fn wait_for(&mut self, target: &Target, retry: &Retry) -> Result<(), RecordError> {
        let hash = Sha256::new().chain_update(target.tenant.organization_id()).chain_update(target.tenant.branch_id());
        let hash = hash.chain_update(retry.app_id).chain_update(&retry.route).chain_update([0]);
        let hash: [u8; 32] = hash.chain_update(&retry.key).finalize().into();
        let number = hash.iter().take(8).fold(0_i64, |number, byte| (number << 8) | i64::from(*byte));
        self.run(async |connection| {
            let prepared = prepare(connection, "SELECT pg_advisory_xact_lock($1)").await?;
            connection.query_opt(&prepared, &[&number]).await
        })
        .map(drop)
    }
}

pub(super) fn stored(target: &Target, id: Uuid, row: &Row) -> Result<Stored, RecordError> {
    let version = row.try_get(0).map_err(broken_or_unavailable)?;
    let mut object = Vec::with_capacity(512);
    Columns::of(target).push(&mut object, row, 1)?;
    Ok(Stored { id, version, object })
}
