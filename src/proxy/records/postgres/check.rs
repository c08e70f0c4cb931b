//! Whether a database keeps branches apart by itself and has what the catalogue declares. Asked once, before anything is
//! served.

use deadpool_postgres::Object;
use routix_projections::database::{DatabaseError, PostgresDatabase};

use crate::proxy::catalogue::{ApiVersion, Catalogue, Resource};
use crate::proxy::records::dialect::POSTGRES;
use crate::proxy::records::statement::{Statement, Table};
use crate::proxy::tenant::Tenant;

use super::cells::fits;

/// Why records in PostgreSQL are not served.
#[derive(Debug, thiserror::Error)]
pub enum OpenRecordsError {
    #[error("the records' database does not answer")]
    Unavailable(#[source] DatabaseError),
    #[error("the records' database refused a question about itself")]
    Refused(#[from] tokio_postgres::Error),
    #[error("the role '{0}' may pass over row level security: ALTER ROLE {0} NOSUPERUSER NOBYPASSRLS")]
    RoleIsTooMighty(String),
    #[error("the schema '{schema}' has no table '{table}' that the role {role} may use")]
    NoTable { schema: String, table: String, role: &'static str },
    #[error("the role {role} owns the table '{table}' and could take its protection away: give it another owner")]
    Owned { table: String, role: &'static str },
    #[error(
        "the table '{0}' does not keep branches apart; as its owner: ALTER TABLE {0} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL \
         SECURITY; for a new one of your own: SELECT guard_records('{0}')"
    )]
    Unguarded(String),
    #[error("the table '{0}' shows rows to somebody without a token: look at its policies")]
    Open(String),
    #[error("the table '{0}' does not have the columns of the catalogue")]
    Columns(String, #[source] tokio_postgres::Error),
    #[error(
        "the column '{column}' of the table '{table}' is of the type {kind}, which cannot hold what the catalogue says"
    )]
    ColumnType { table: String, column: String, kind: String },
}

/// What the database says of a table.
struct Protection {
    guarded: bool,
    owned: bool,
}

pub(super) async fn check(database: &PostgresDatabase, catalogue: &Catalogue) -> Result<(), OpenRecordsError> {
    let connection = database.connection().await.map_err(OpenRecordsError::Unavailable)?;
    let mighty = "SELECT rolname::text FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls)";
    if let Some(row) = connection.query_opt(mighty, &[]).await? {
        return Err(OpenRecordsError::RoleIsTooMighty(row.try_get(0)?));
    }
    let own = ["record_counts", "idempotency_keys"];
    let tables = catalogue.resources().iter().map(|resource| resource.table.as_str());
    for table in own.into_iter().chain(tables) {
        check_protection(&connection, database.schema(), table).await?;
    }
    for resource in catalogue.resources() {
        check_policies(&connection, resource).await?;
        check_columns(&connection, resource).await?;
    }
    Ok(())
}

async fn check_protection(connection: &Object, schema: &str, table: &str) -> Result<(), OpenRecordsError> {
    let asked = "SELECT relrowsecurity AND relforcerowsecurity, pg_has_role(current_user, relowner, 'MEMBER')
        FROM pg_class WHERE relname = $1 AND relnamespace = to_regnamespace($2) AND relkind IN ('r', 'p')
        AND has_schema_privilege(relnamespace, 'USAGE') AND has_table_privilege(oid, 'SELECT')";
    let role = super::ROLE;
    let quoted = format!("\"{schema}\"");
    let row = connection.query_opt(asked, &[&table, &quoted]).await?;
    let found =
        row.map(|row| Ok::<_, tokio_postgres::Error>(Protection { guarded: row.try_get(0)?, owned: row.try_get(1)? }));
    match found.transpose()? {
        None => Err(OpenRecordsError::NoTable { schema: schema.to_owned(), table: table.to_owned(), role }),
        Some(Protection { owned: true, .. }) => Err(OpenRecordsError::Owned { table: table.to_owned(), role }),
        Some(Protection { guarded: false, .. }) => Err(OpenRecordsError::Unguarded(table.to_owned())),
        Some(Protection { guarded: true, owned: false }) => Ok(()),
    }
}

/// A policy that lets everybody through is not seen in its name, but in what it shows. One that fails without claims shows
/// nothing.
async fn check_policies(connection: &Object, resource: &Resource) -> Result<(), OpenRecordsError> {
    let anything = format!("SELECT 1 FROM \"{}\" LIMIT 1", resource.table);
    let shown = connection.query(&anything, &[]).await;
    if shown.is_ok_and(|rows| !rows.is_empty()) {
        return Err(OpenRecordsError::Open(resource.table.to_string()));
    }
    Ok(())
}

async fn check_columns(connection: &Object, resource: &Resource) -> Result<(), OpenRecordsError> {
    let fields = resource.fields(ApiVersion::V2);
    let nobody = Tenant::for_loading(uuid::Uuid::nil(), uuid::Uuid::nil());
    let statement = Statement::select(&POSTGRES, &nobody, Table::Records(&resource.table), |columns| {
        let columns = columns.names(fields.iter()).text(", version, seq");
        resource.ready_v1.iter().fold(columns, |columns, ready| columns.text(", ").name(ready))
    });
    let missing = |error| OpenRecordsError::Columns(resource.table.to_string(), error);
    let prepared = connection.prepare(statement.as_str()).await.map_err(missing)?;
    for (field, column) in fields.iter().zip(prepared.columns()) {
        if !fits(column.type_(), field.value.kind) {
            let (table, column, kind) =
                (resource.table.to_string(), field.name.to_string(), column.type_().to_string());
            return Err(OpenRecordsError::ColumnType { table, column, kind });
        }
    }
    Ok(())
}
