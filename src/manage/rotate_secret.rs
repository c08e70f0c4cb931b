//! `POST /functions/v1/rotate-oauth-secret` (contract, section 3; seed: setup guide, step 5).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use routix_domain::app::MAX_OVERLAP_SECONDS;
use serde_json::json;

use super::caller::Caller;
use super::register_app::read_object;
use super::{ManageError, Management};
use crate::app_fields::Fields;

pub(super) async fn rotate_oauth_secret(
    State(management): State<Arc<Management>>,
    caller: Caller,
    request: Request,
) -> Result<Response, ManageError> {
    let (parts, body) = request.into_parts();
    let mut fields = Fields::new(read_object(&parts.headers, body).await?);
    let had_id = fields.has("oauth_app_id");
    let app_id = fields.uuid("oauth_app_id");
    let app_id = fields.required("oauth_app_id", app_id, had_id);
    let overlap_seconds = fields.number("overlap_seconds", MAX_OVERLAP_SECONDS).unwrap_or_default();
    let faults = fields.finish(&[]);
    let Some(app_id) = app_id.filter(|_| faults.is_empty()) else {
        return Err(ManageError::Invalid(faults.into_vec()));
    };
    caller.managed_app(&management, app_id).await?;
    let secret =
        management.commands.rotate_secret((app_id, None), overlap_seconds, &caller.origin(&management)).await?;
    let body = json!({
        "success": true,
        "client_secret": secret.expose(),
        "client_secret_last4": secret.fingerprint().last4,
        "warning": "Store the client_secret securely. It will not be shown again.",
    });
    let mut response = Json(body).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
