//! What is asked of `app_list`.

use uuid::Uuid;

use super::AppRow;
use crate::read_db::{ReadDb, ReadError};
use crate::table::ColumnValue;

/// One app.
///
/// # Errors
/// [`ReadError`] when the read model does not answer.
pub async fn by_id(db: &ReadDb, app_id: Uuid) -> Result<Option<AppRow>, ReadError> {
    db.select_one("WHERE app_id = $1", vec![app_id.into_value()]).await
}

/// The app with this id, if it is of this organization. Another organization's is not read at all: to look for it takes as
/// long as to look for one that never was.
///
/// # Errors
/// [`ReadError`] when the read model does not answer.
pub async fn in_organization(db: &ReadDb, organization_id: Uuid, app_id: Uuid) -> Result<Option<AppRow>, ReadError> {
    let values = vec![app_id.into_value(), organization_id.into_value()];
    db.select_one("WHERE app_id = $1 AND organization_id = $2", values).await
}

/// The app behind a client id.
///
/// # Errors
/// [`ReadError`] when the read model does not answer.
pub async fn by_client_id(db: &ReadDb, client_id: Uuid) -> Result<Option<AppRow>, ReadError> {
    db.select_one("WHERE client_id = $1", vec![client_id.into_value()]).await
}

/// The apps of an organization, oldest first.
///
/// # Errors
/// [`ReadError`] when the read model does not answer.
pub async fn of_organization(db: &ReadDb, organization_id: Uuid) -> Result<Vec<AppRow>, ReadError> {
    db.select("WHERE organization_id = $1 ORDER BY created_at, app_id", vec![organization_id.into_value()]).await
}
