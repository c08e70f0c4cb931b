//! Whether a file has what the catalogue declares.

use rusqlite::Connection;
use uuid::Uuid;

use crate::proxy::catalogue::{ApiVersion, Catalogue};
use crate::proxy::records::RecordError;
use crate::proxy::records::dialect::Dialect;
use crate::proxy::records::statement::{Statement, Table};
use crate::proxy::tenant::Tenant;

/// # Errors
/// [`RecordError::Broken`] with what SQLite says of the first statement that does not fit its table.
pub(super) fn check(
    connection: &Connection,
    dialect: &'static Dialect,
    catalogue: &Catalogue,
) -> Result<(), RecordError> {
    let nobody = Tenant::for_loading(Uuid::nil(), Uuid::nil());
    for resource in catalogue.resources() {
        let fields = resource.fields(ApiVersion::V2);
        let statement = Statement::select(dialect, &nobody, Table::Records(&resource.table), |columns| {
            let columns = columns.names(fields.iter()).text(", version, seq");
            resource.ready_v1.iter().fold(columns, |columns, ready| columns.text(", ").name(ready))
        });
        connection.prepare(statement.as_str()).map_err(|error| RecordError::Broken(Box::new(error)))?;
    }
    Ok(())
}
