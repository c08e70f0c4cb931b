//! `POST /functions/v1/register-oauth-app` (contract, section 3; seed: setup guide, step 1).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use routix_domain::app::ClientType;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::caller::{Caller, within_branches};
use super::rest::apps::registered_app;
use super::{ManageError, Management};
use crate::app_fields::{Fields, new_app, uuid};
use crate::commands::register_app::{Idempotency, RegisteredApp};
use crate::hex;
use crate::http::{body, idempotency, json};

const MAX_BODY: usize = 256 * 1_024;
const SECRET_WARNING: &str = "Store the client_secret securely. It will not be shown again.";
const REPEATED_WARNING: &str = "This app was registered before with the same Idempotency-Key. Its client_secret was shown then; if it is lost, rotate it.";
const PUBLIC_WARNING: &str = "A public client has no client_secret; it proves itself with PKCE.";

pub(super) async fn register_oauth_app(
    State(management): State<Arc<Management>>,
    caller: Caller,
    request: Request,
) -> Result<Response, ManageError> {
    let (parts, body) = request.into_parts();
    let members = read_object(&parts.headers, body).await?;
    let key = idempotency::key(&parts.headers).map_err(|fault| ManageError::Invalid(vec![fault]))?;
    let fingerprint = fingerprint(&members);
    let named = members.get("organization_id").and_then(Value::as_str).and_then(uuid);
    // Who may not register learns nothing about what a registration needs.
    let member = caller.managed_organization(&management, named).await?;
    let idempotency = key.map(|key| Idempotency { owner: caller.user.user_id, key, request_fingerprint: fingerprint });
    let before = match &idempotency {
        Some(idempotency) => management.commands.registered_before(member.organization_id, idempotency).await?,
        None => None,
    };
    let registered = match before {
        Some(registered) => {
            within_branches(&member, &registered.app.details.allowed_branches)?;
            registered
        }
        None => {
            let organization_id = member.organization_id;
            let open_branches = management.open_branches(organization_id).await?;
            let within = (organization_id, open_branches.as_slice());
            let new = new_app(Fields::new(members), &management.scopes, within, idempotency)
                .map_err(|faults| ManageError::Invalid(faults.into_vec()))?;
            within_branches(&member, &new.allowed_branches)?;
            management.commands.register_app(new, &caller.origin(&management)).await?
        }
    };
    Ok(answer(&registered))
}

fn answer(registered: &RegisteredApp) -> Response {
    let warning = match (&registered.secret, registered.app.details.client_type) {
        (Some(_), _) => SECRET_WARNING,
        (None, ClientType::Confidential) => REPEATED_WARNING,
        (None, ClientType::Public) => PUBLIC_WARNING,
    };
    let mut app = registered_app(registered.app_id, &registered.app);
    if let (Some(secret), Some(app)) = (&registered.secret, app.as_object_mut()) {
        app.insert("client_secret".to_owned(), secret.expose().into());
    }
    let body = json!({"success": true, "app": app, "warning": warning});
    let mut response = (StatusCode::CREATED, Json(body)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if registered.repeated {
        let replayed = HeaderName::from_static("idempotency-replayed");
        response.headers_mut().insert(replayed, HeaderValue::from_static("true"));
    }
    response
}

/// The members of a JSON body.
pub(super) async fn read_object(
    headers: &HeaderMap,
    body: axum::body::Body,
) -> Result<serde_json::Map<String, Value>, ManageError> {
    body::require_json(headers)?;
    let bytes = body::read(body, MAX_BODY).await?;
    json::parse_object(&bytes).map_err(|error| crate::http::Failure::invalid_request(error.to_string()).into())
}

/// Equal for requests that say the same, whatever their order and spacing: members are sorted when they are written.
fn fingerprint(members: &serde_json::Map<String, Value>) -> String {
    let text = Value::Object(members.clone()).to_string();
    hex::encode(&Sha256::digest(text))
}
