//! Reading in one round trip.

use std::time::Duration;

use deadpool_postgres::Object;
use futures_util::future::{join_all, join4};
use routix_projections::database::PostgresDatabase;
use tokio::time::timeout;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row, Statement as Prepared};

use crate::proxy::records::RecordError;
use crate::proxy::records::statement::Statement;
use crate::proxy::tenant::Tenant;

use super::error::broken_or_unavailable;

/// How long an answer may take before its connection is given up.
pub(super) const LIMIT: Duration = Duration::from_secs(10);
/// Statements kept ready on each connection: the shapes of a catalogue that are in use at a time. Each takes memory of the
/// server, and callers choose the shapes.
const STATEMENTS: usize = 256;

/// Whose rows the transaction may touch; gone with its end.
const CLAIMS: &str = "SELECT set_config('request.jwt.claims', $1, true), set_config('routix.branch_id', $2, true)";
/// All of its statements see one state.
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// What a tenant is for the database.
pub(super) struct Claims {
    claims: String,
    branch: String,
}

impl Claims {
    pub(super) fn of(tenant: &Tenant) -> Self {
        Self { claims: tenant.claims(), branch: tenant.branch_id().to_string() }
    }

    /// Begins a transaction with them, in one round trip.
    pub(super) async fn begin(&self, connection: &Object, begin: &str) -> Result<(), Error> {
        let claims = prepare(connection, CLAIMS).await?;
        let set = self.parameters();
        let (begun, claimed) =
            futures_util::future::join(connection.batch_execute(begin), connection.execute(&claims, &set)).await;
        begun.and(claimed.map(drop))
    }

    fn parameters(&self) -> [&(dyn ToSql + Sync); 2] {
        [&self.claims, &self.branch]
    }
}

pub(super) fn parameters<'a>(statement: &'a Statement<'_>) -> Vec<&'a (dyn ToSql + Sync)> {
    statement.values().iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

pub(super) async fn prepare(connection: &Object, text: &str) -> Result<Prepared, Error> {
    if connection.statement_cache.size() > STATEMENTS {
        connection.statement_cache.clear();
    }
    connection.prepare_cached(text).await
}

/// The rows of each statement, all of one state of the database.
///
/// Whoever stops waiting leaves the connection in order: once the first statement is on its way, so is the end of the
/// transaction.
pub(super) async fn rows<const N: usize>(
    connection: Object,
    tenant: &Tenant,
    statements: [&Statement<'_>; N],
) -> Result<[Vec<Row>; N], RecordError> {
    match timeout(LIMIT, together(&connection, &Claims::of(tenant), &statements)).await {
        Ok(rows) => {
            let rows: Vec<_> = rows.map_err(broken_or_unavailable)?;
            <[Vec<Row>; N]>::try_from(rows).map_err(|_other_number| RecordError::Broken("an answer is missing".into()))
        }
        Err(elapsed) => {
            PostgresDatabase::give_up(connection);
            Err(RecordError::Unavailable(Box::new(elapsed)))
        }
    }
}

/// Each part is sent when it is first asked whether it is ready, so the order here is the order on the wire.
async fn together(connection: &Object, claims: &Claims, statements: &[&Statement<'_>]) -> Result<Vec<Vec<Row>>, Error> {
    let set = prepare(connection, CLAIMS).await?;
    let mut prepared = Vec::with_capacity(statements.len());
    for statement in statements {
        prepared.push((prepare(connection, statement.as_str()).await?, parameters(statement)));
    }
    let claims = claims.parameters();
    let queries = prepared.iter().map(|(statement, values)| connection.query(statement, values));
    let (begun, claimed, rows, ended) = join4(
        connection.batch_execute(BEGIN),
        connection.execute(&set, &claims),
        join_all(queries),
        connection.batch_execute("COMMIT"),
    )
    .await;
    begun?;
    claimed?;
    let rows = rows.into_iter().collect::<Result<_, _>>()?;
    ended?;
    Ok(rows)
}
