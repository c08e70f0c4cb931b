//! A new app, and a change to one.

use routix_domain::app::{AppChange, ClientType, StatusChange};
use routix_domain::value::{Faults, ScopeSet};
use uuid::Uuid;

use super::fields::Fields;
use crate::commands::register_app::{Idempotency, NewApp};

/// What a registration says, for an organization with these open branches.
///
/// # Errors
/// Every fault, by field.
pub fn new_app(
    mut fields: Fields,
    known: &ScopeSet,
    (organization_id, open_branches): (Uuid, &[Uuid]),
    idempotency: Option<Idempotency>,
) -> Result<NewApp, Faults> {
    fields.uuid("organization_id");
    let client_type = fields.client_type().unwrap_or_default();
    let had = ["name", "redirect_uris", "allowed_scopes"].map(|field| fields.has(field));
    let name = fields.name();
    let description = fields.description().flatten();
    let homepage_url = fields.homepage_url().flatten();
    let redirect_uris = fields.redirect_uris(client_type);
    let allowed_scopes = fields.allowed_scopes(known);
    let allowed_branches = fields.allowed_branches(Some(open_branches)).unwrap_or_default();
    let token_lifetime = fields.token_lifetime().unwrap_or_default();
    let refresh_authentication = fields.refresh_authentication().unwrap_or_default();
    let name = fields.required("name", name, had[0]);
    let redirect_uris = fields.required("redirect_uris", redirect_uris, had[1]);
    let allowed_scopes = fields.required("allowed_scopes", allowed_scopes, had[2]);
    let faults = fields.finish(&["id", "client_id", "client_secret", "status", "created_at"]);
    match (name, redirect_uris, allowed_scopes) {
        (Some(name), Some(redirect_uris), Some(allowed_scopes)) if faults.is_empty() => Ok(NewApp {
            organization_id,
            name,
            description,
            homepage_url,
            redirect_uris,
            allowed_scopes,
            allowed_branches,
            token_lifetime,
            client_type,
            refresh_authentication,
            idempotency,
        }),
        _ => Err(faults),
    }
}

/// What a change says, for an app of this client type. Without `open_branches`, branches are judged by their form only. The
/// faults, and what nobody asked for, stay in `fields`.
pub fn read_change(
    fields: &mut Fields,
    known: &ScopeSet,
    client_type: ClientType,
    open_branches: Option<&[Uuid]>,
) -> AppChange {
    AppChange {
        name: fields.name(),
        description: fields.description(),
        homepage_url: fields.homepage_url(),
        redirect_uris: fields.redirect_uris(client_type),
        allowed_scopes: fields.allowed_scopes(known),
        allowed_branches: fields.allowed_branches(open_branches),
        token_lifetime: fields.token_lifetime(),
        refresh_authentication: fields.refresh_authentication(),
        status: read_status(fields),
    }
}

fn read_status(fields: &mut Fields) -> Option<StatusChange> {
    let cut_off = fields.boolean("revoke_tokens");
    let status = fields.not_null("status");
    match (status.as_deref(), cut_off) {
        (Some("revoked"), Some(true)) => Some(StatusChange::RevokeAndCutOff),
        (Some("revoked"), Some(false) | None) => Some(StatusChange::Revoke),
        (Some("active"), None) => Some(StatusChange::Reactivate),
        (Some("active"), Some(_)) | (None, Some(_)) => {
            fields.faults.add("revoke_tokens", "invalid_value", "goes with \"status\":\"revoked\" only");
            None
        }
        (Some(_), _) => {
            fields.faults.add("status", "invalid_value", "must be active or revoked");
            None
        }
        (None, None) => None,
    }
}
