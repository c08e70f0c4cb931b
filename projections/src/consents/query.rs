//! What is asked of `consents` and `ended_authorizations`.

use std::sync::Arc;

use uuid::Uuid;

use super::{ConsentRow, Consents, EndedAuthorizationRow};
use crate::projection::Projection as _;
use crate::read_db::{Moment, ReadDb, ReadError};
use crate::table::ColumnValue;

/// One consent, in force or withdrawn.
///
/// # Errors
/// [`ReadError`] when the read model does not answer.
pub async fn by_id(db: &ReadDb, consent_id: Uuid) -> Result<Option<ConsentRow>, ReadError> {
    db.select_one("WHERE consent_id = $1", vec![consent_id.into_value()]).await
}

/// As [`by_id`], at a moment.
///
/// # Errors
/// [`ReadError`] when the read model does not answer.
pub async fn by_id_at(db: &ReadDb, moment: &Moment, consent_id: Uuid) -> Result<Option<Arc<ConsentRow>>, ReadError> {
    let question = ("WHERE consent_id = $1", vec![consent_id.into_value()]);
    let found = db.kept((moment, Consents.name()), question, first).await?;
    Ok((*found).clone())
}

fn first(rows: Vec<ConsentRow>) -> Option<Arc<ConsentRow>> {
    rows.into_iter().next().map(Arc::new)
}

/// The consents of a user that are in force, oldest first.
///
/// # Errors
/// [`ReadError`] when the read model does not answer.
pub async fn of_user(db: &ReadDb, user_id: Uuid) -> Result<Vec<ConsentRow>, ReadError> {
    let tail = "WHERE user_id = $1 AND withdrawn_at IS NULL ORDER BY granted_at, consent_id";
    db.select(tail, vec![user_id.into_value()]).await
}

/// The consents in an organization that are in force, oldest first.
///
/// # Errors
/// [`ReadError`] when the read model does not answer.
pub async fn of_organization(db: &ReadDb, organization_id: Uuid) -> Result<Vec<ConsentRow>, ReadError> {
    let tail = "WHERE organization_id = $1 AND withdrawn_at IS NULL ORDER BY granted_at, consent_id";
    db.select(tail, vec![organization_id.into_value()]).await
}

/// The consents to an app that are in force, oldest first.
///
/// # Errors
/// [`ReadError`] when the read model does not answer.
pub async fn of_app(db: &ReadDb, app_id: Uuid) -> Result<Vec<ConsentRow>, ReadError> {
    let tail = "WHERE app_id = $1 AND withdrawn_at IS NULL ORDER BY granted_at, consent_id";
    db.select(tail, vec![app_id.into_value()]).await
}

/// Every consent that there ever was to an app, withdrawn ones too.
///
/// # Errors
/// [`ReadError`] when the read model does not answer.
pub async fn ever_of_app(db: &ReadDb, app_id: Uuid) -> Result<Vec<ConsentRow>, ReadError> {
    db.select("WHERE app_id = $1 ORDER BY consent_id", vec![app_id.into_value()]).await
}

/// Whether an authorization of ours has ended before its time.
///
/// # Errors
/// [`ReadError`] when the read model does not answer.
pub async fn has_ended(db: &ReadDb, moment: &Moment, authorization_id: Uuid) -> Result<bool, ReadError> {
    let question = ("WHERE authorization_id = $1", vec![authorization_id.into_value()]);
    db.kept_presence::<EndedAuthorizationRow>((moment, Consents.name()), question).await
}
