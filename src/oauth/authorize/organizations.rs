//! The organizations in which a user may let an app do what it asks for.

use routix_domain::value::ScopeSet;
use routix_projections::token_validation::ValidationRow;
use routix_projections::{ReadDb, ReadError, members};
use uuid::Uuid;

/// An organization to choose.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub(super) id: Uuid,
    pub(super) name: String,
}

/// Those of which he is a member and where his role reaches as far as the scopes do; the app's own first.
///
/// # Errors
/// [`ReadError`] when the read model does not answer.
pub(super) async fn grantable(
    read: &ReadDb,
    user_id: Uuid,
    app: &ValidationRow,
    scopes: &ScopeSet,
) -> Result<Vec<Choice>, ReadError> {
    let mut choices = Vec::new();
    for member in members::of_user(read, user_id).await? {
        if !scopes.is_subset(&member.role.grantable(scopes)) {
            continue;
        }
        if let Some(organization) = members::organization(read, member.organization_id).await? {
            choices.push(Choice { id: organization.organization_id, name: organization.name });
        }
    }
    choices.sort_by_key(|choice| choice.id != app.organization_id);
    Ok(choices)
}
