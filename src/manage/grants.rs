//! `/auth/v1/user/oauth/grants`: the apps that the signed-in user lets act for him, in the manner of auth-js.
//!
//! The same consents as at `/rest/v1/oauth_client_authorizations`, but only one's own, and named by their client.

use std::sync::Arc;

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use routix_domain::value::Fault;
use routix_projections::{app_list, consents};
use serde_json::{Value, json};

use super::caller::Caller;
use super::rest::timestamp;
use super::{ManageError, Management};
use crate::app_fields::uuid;
use crate::http::{Failure, pairs};

pub(super) async fn list(State(management): State<Arc<Management>>, caller: Caller) -> Result<Response, ManageError> {
    let mut grants = Vec::new();
    for consent in consents::of_user(&management.read, caller.user.user_id).await? {
        // An app that another read model does not know yet is on the next list.
        let Some(app) = app_list::by_id(&management.read, consent.app_id).await? else { continue };
        grants.push(json!({
            "client": {
                "id": app.client_id,
                "name": app.name,
                // Texts in auth-js; there are no logos here.
                "uri": app.homepage_url.unwrap_or_default(),
                "logo_uri": "",
            },
            "organization_id": consent.organization_id,
            "scopes": consent.scopes.0,
            "granted_at": timestamp(consent.granted_at),
        }));
    }
    let mut response = Json(Value::Array(grants)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Withdraws the consents to a client, in whichever organizations. One that is interrupted is finished by sending it again.
pub(super) async fn withdraw(
    State(management): State<Arc<Management>>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, ManageError> {
    let pairs = pairs::parse(query.unwrap_or_default().as_bytes())
        .map_err(|error| Failure::invalid_request(error.to_string()))?;
    let client_id = pairs.get("client_id").and_then(|text| uuid(text));
    let fault = || Fault::new("client_id", "required", "say which client: ?client_id=UUID");
    let client_id = client_id.ok_or_else(|| ManageError::Invalid(vec![fault()]))?;
    let app = app_list::by_client_id(&management.read, client_id).await?.ok_or(ManageError::NotGranted)?;
    let mut own = consents::of_user(&management.read, caller.user.user_id).await?;
    own.retain(|consent| consent.app_id == app.app_id);
    if own.is_empty() {
        return Err(ManageError::NotGranted);
    }
    for consent in own {
        management.commands.withdraw_consent(consent.consent_id, &caller.origin(&management)).await?;
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}
