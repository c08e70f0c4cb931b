//! What is asked of `token_validation` and `revoked_tokens`.

use std::sync::Arc;

use uuid::Uuid;

use super::{RevokedTokenRow, TokenValidation, ValidationRow};
use crate::projection::Projection as _;
use crate::read_db::{Moment, ReadDb, ReadError};
use crate::table::ColumnValue;

/// The app behind a `client_id`.
///
/// # Errors
/// [`ReadError`] when the read model does not answer.
pub async fn by_client_id(
    db: &ReadDb,
    moment: &Moment,
    client_id: Uuid,
) -> Result<Option<Arc<ValidationRow>>, ReadError> {
    let question = ("WHERE client_id = $1", vec![client_id.into_value()]);
    let found = db.kept((moment, TokenValidation.name()), question, first).await?;
    Ok((*found).clone())
}

fn first(rows: Vec<ValidationRow>) -> Option<Arc<ValidationRow>> {
    rows.into_iter().next().map(Arc::new)
}

/// Whether an app's token, one that we signed, was given back.
///
/// # Errors
/// [`ReadError`] when the read model does not answer.
pub async fn is_revoked(db: &ReadDb, moment: &Moment, token_id: Uuid) -> Result<bool, ReadError> {
    let question = ("WHERE token_id = $1", vec![token_id.into_value()]);
    db.kept_presence::<RevokedTokenRow>((moment, TokenValidation.name()), question).await
}

/// One app.
///
/// # Errors
/// [`ReadError`] when the read model does not answer.
pub async fn by_id(db: &ReadDb, moment: &Moment, app_id: Uuid) -> Result<Option<Arc<ValidationRow>>, ReadError> {
    let question = ("WHERE app_id = $1", vec![app_id.into_value()]);
    let found = db.kept((moment, TokenValidation.name()), question, first).await?;
    Ok((*found).clone())
}
