//! Whether a file has what the catalogue declares.

use std::collections::BTreeSet;

use rusqlite::Connection;

use crate::proxy::catalogue::{ApiVersion, Catalogue, Resource};
use crate::proxy::records::RecordError;

/// What the catalogue speaks of is not there.
#[derive(Debug, thiserror::Error)]
enum Lacking {
    #[error("there is no table '{0}'")]
    Table(String),
    #[error("the table '{table}' has no column '{column}'")]
    Column { table: String, column: String },
}

/// # Errors
/// [`RecordError::Broken`] names the first table or column that is not there.
pub(super) fn check(connection: &Connection, catalogue: &Catalogue) -> Result<(), RecordError> {
    catalogue.resources().iter().try_for_each(|resource| check_table(connection, resource))
}

fn check_table(connection: &Connection, resource: &Resource) -> Result<(), RecordError> {
    let table = resource.table.as_str();
    // A statement would not tell: SQLite takes a quoted name that is no column for a text.
    let columns = columns(connection, table).map_err(|error| RecordError::Broken(Box::new(error)))?;
    if columns.is_empty() {
        return Err(RecordError::Broken(Box::new(Lacking::Table(table.to_owned()))));
    }
    let fields = resource.fields(ApiVersion::V2);
    let wanted = fields.iter().map(|field| field.name.as_str());
    let own = ["organization_id", "branch_id", "seq", "version"];
    match wanted.chain(own).find(|name| !columns.contains(*name)) {
        None => Ok(()),
        Some(column) => {
            let lacking = Lacking::Column { table: table.to_owned(), column: column.to_owned() };
            Err(RecordError::Broken(Box::new(lacking)))
        }
    }
}

/// The columns of a table; none when there is no such table. Those that SQLite computes are among them.
fn columns(connection: &Connection, table: &str) -> rusqlite::Result<BTreeSet<String>> {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_xinfo(?1)")?;
    statement.query_map([table], |row| row.get(0))?.collect()
}
