//! Reading in one statement.

use std::time::Duration;

use deadpool_postgres::{ClientWrapper, Object};
use futures_util::future::join;
use routix_projections::database::PostgresDatabase;
use tokio::time::timeout;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row, Statement as Prepared};
use uuid::Uuid;

use crate::proxy::records::dialect::Dialect;
use crate::proxy::records::statement::{Param, Statement};
use crate::proxy::records::{ListQuery, RecordError, Target, reading};
use crate::proxy::tenant::Tenant;

use super::error::broken_or_unavailable;
use super::shared::Shared;

/// How long an answer may take before its connection is given up.
pub(super) const LIMIT: Duration = Duration::from_secs(10);
/// Statements kept ready on each connection: the shapes of a catalogue that are in use at a time. Each takes memory of the
/// server, and callers choose the shapes.
const STATEMENTS: usize = 256;

/// A page of at most so many rows, behind at most as many, is soon done.
const FEW: u32 = 100;

/// Whose rows the transaction of a write may touch; gone with its end.
const CLAIMS: &str = "SELECT set_config('request.jwt.claims', $1, true), set_config('routix.branch_id', $2, true)";

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
    pub(super) async fn begin(&self, connection: &ClientWrapper, begin: &str) -> Result<(), Error> {
        let claims = prepare(connection, CLAIMS).await?;
        let set: [&(dyn ToSql + Sync); 2] = [&self.claims, &self.branch];
        let (begun, claimed) = join(connection.batch_execute(begin), connection.execute(&claims, &set)).await;
        begun.and(claimed.map(drop))
    }
}

/// The number of all rows that fit, and beside it the rows of a page: place and columns. One row without a place when the page
/// has none.
pub(super) fn list<'a>(
    dialect: &'static Dialect,
    target: &'a Target,
    query: &'a ListQuery,
    claims: &'a str,
) -> Statement<'a> {
    let statement = claimed(dialect, target, claims);
    let statement = statement.text("SELECT counted.*, found.* FROM claimed LEFT JOIN LATERAL (");
    let statement = reading::total(statement, dialect, target, query).text(" LIMIT 1) AS counted ON true");
    let statement = statement.text(" LEFT JOIN LATERAL (");
    reading::page(statement, dialect, target, query).text(") AS found ON true")
}

/// The version and the columns of a record, if the branch has it.
pub(super) fn get<'a>(dialect: &'static Dialect, target: &Target, id: Uuid, claims: &'a str) -> Statement<'a> {
    let statement = claimed(dialect, target, claims).text("SELECT found.* FROM claimed CROSS JOIN LATERAL (");
    reading::record(statement, target, id).text(" LIMIT 1) AS found")
}

/// Sets whose rows may be seen, for the time of this statement, which is a transaction by itself. What follows is joined to
/// it so that it cannot be read before: each select names what this gives, and has a limit, so that it stays a select of its
/// own in the plan. Were it read before, there would be no claims, and so no rows.
fn claimed<'a>(dialect: &'static Dialect, target: &Target, claims: &'a str) -> Statement<'a> {
    let before =
        "WITH claimed AS MATERIALIZED (SELECT set_config('routix.branch_id', $2::uuid::text, true) IS NOT NULL AND
        set_config('request.jwt.claims', ";
    let statement = Statement::of(dialect, &target.tenant).after(before, " AND claimed.done");
    statement.bind(Param::Text(claims)).text("::text, true) IS NOT NULL AS done) ")
}

pub(super) fn parameters<'a>(statement: &'a Statement<'_>) -> Vec<&'a (dyn ToSql + Sync)> {
    statement.values().iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

pub(super) async fn prepare(connection: &ClientWrapper, text: &str) -> Result<Prepared, Error> {
    if connection.statement_cache.size() > STATEMENTS {
        connection.statement_cache.clear();
    }
    connection.prepare_cached(text).await
}

/// Whether those who share its connection may wait for it: it walks along an index, and not far.
pub(super) fn is_soon_done(query: &ListQuery) -> bool {
    // Behind a cursor, the offset only says how deep it is.
    let begins_near = query.after.is_some() || query.offset <= FEW;
    begins_near && query.filters.is_empty() && query.order.is_none() && query.limit <= FEW
}

/// Where a statement runs.
pub(super) enum Connection {
    Own(Object),
    Shared(Shared),
}

impl Connection {
    /// The rows of a statement. Whoever stops waiting leaves the connection in order: there is nothing but this statement.
    pub(super) async fn rows(self, statement: &Statement<'_>) -> Result<Vec<Row>, RecordError> {
        let asked = async {
            let connection = self.client();
            let prepared = prepare(connection, statement.as_str()).await?;
            connection.query(&prepared, &parameters(statement)).await
        };
        match timeout(LIMIT, asked).await {
            Ok(rows) => rows.map_err(broken_or_unavailable),
            Err(elapsed) => {
                match self {
                    Self::Own(connection) => PostgresDatabase::give_up(connection),
                    Self::Shared(shared) => shared.give_up(),
                }
                Err(RecordError::Unavailable(Box::new(elapsed)))
            }
        }
    }

    fn client(&self) -> &ClientWrapper {
        match self {
            Self::Own(connection) => connection,
            Self::Shared(shared) => shared.connection(),
        }
    }
}
