//! What is asked of `token_validation` and `revoked_tokens`.

use uuid::Uuid;

use super::{RevokedTokenRow, ValidationRow};
use crate::read_db::{ReadDb, ReadError};
use crate::table::ColumnValue;

/// The app behind a `client_id`.
///
/// # Errors
/// [`ReadError`] when the read model does not answer.
pub async fn by_client_id(db: &ReadDb, client_id: Uuid) -> Result<Option<ValidationRow>, ReadError> {
    db.select_one("WHERE client_id = $1", vec![client_id.into_value()]).await
}

/// Whether an app's token was given back.
///
/// # Errors
/// [`ReadError`] when the read model does not answer.
pub async fn is_revoked(db: &ReadDb, token_id: Uuid) -> Result<bool, ReadError> {
    let found = db.select_one::<RevokedTokenRow>("WHERE token_id = $1", vec![token_id.into_value()]).await?;
    Ok(found.is_some())
}

/// One app.
///
/// # Errors
/// [`ReadError`] when the read model does not answer.
pub async fn by_id(db: &ReadDb, app_id: Uuid) -> Result<Option<ValidationRow>, ReadError> {
    db.select_one("WHERE app_id = $1", vec![app_id.into_value()]).await
}
