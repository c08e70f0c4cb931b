//! The transaction of a write. It holds the lock of the database from its first statement on, so that nobody comes in between.

use rusqlite::{Connection, OptionalExtension, params_from_iter};
use uuid::Uuid;

use crate::proxy::records::dialect::Dialect;
use crate::proxy::records::statement::Statement;
use crate::proxy::records::transaction::{Answer, Transaction};
use crate::proxy::records::{RecordError, Retry, Stored, Target};

use super::connections::broken_or_unavailable;
use super::read::{get, prepare};

pub(super) struct SqliteTransaction<'c> {
    pub(super) connection: &'c Connection,
    pub(super) dialect: &'static Dialect,
}

impl Transaction for SqliteTransaction<'_> {
    fn dialect(&self) -> &'static Dialect {
        self.dialect
    }

    fn execute(&mut self, statement: &Statement<'_>) -> Result<(), RecordError> {
        let mut prepared = prepare(self.connection, statement)?;
        prepared.execute(params_from_iter(statement.values())).map_err(broken_or_unavailable)?;
        Ok(())
    }

    fn exists(&mut self, statement: &Statement<'_>) -> Result<bool, RecordError> {
        let mut prepared = prepare(self.connection, statement)?;
        prepared.exists(params_from_iter(statement.values())).map_err(broken_or_unavailable)
    }

    fn record(&mut self, target: &Target, id: Uuid) -> Result<Option<Stored>, RecordError> {
        get(self.connection, self.dialect, target, id)
    }

    fn answer(&mut self, statement: &Statement<'_>) -> Result<Option<Answer>, RecordError> {
        let mut prepared = prepare(self.connection, statement)?;
        let row = prepared.query_row(params_from_iter(statement.values()), |row| {
            let body: String = row.get(3)?;
            Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, String>(1)?, row.get(2)?, body.into_bytes()))
        });
        let Some((fingerprint, id, version, object)) = row.optional().map_err(broken_or_unavailable)? else {
            return Ok(None);
        };
        let id = Uuid::parse_str(&id).map_err(|error| RecordError::Broken(Box::new(error)))?;
        Ok(Some(Answer { fingerprint, record: Stored { id, version, object } }))
    }

    fn wait_for(&mut self, _target: &Target, _retry: &Retry) -> Result<(), RecordError> {
        Ok(())
    }
}
