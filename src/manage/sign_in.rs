//! `POST /auth/v1/token`: a person signs in, or goes on with his session (contract, section 2).

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use routix_domain::value::Fault;
use serde_json::{Map, Value, json};

use super::user::user_json;
use super::{ManageError, Management};
use crate::commands::sessions::SignedIn;
use crate::http::origin::RequestOrigin;
use crate::http::{Failure, body, json, pairs};

const MAX_BODY: usize = 16 * 1_024;

pub(super) async fn token(
    State(management): State<Arc<Management>>,
    origin: RequestOrigin,
    request: Request,
) -> Result<Response, ManageError> {
    let (parts, body) = request.into_parts();
    let query = pairs::parse(parts.uri.query().unwrap_or_default().as_bytes()).map_err(invalid)?;
    let bytes = body::read(body, MAX_BODY).await?;
    // Members that nobody knows are ignored here: supabase-js sends some of its own.
    let members = if body::media_type(&parts.headers) == "application/x-www-form-urlencoded" {
        let pairs: BTreeMap<String, String> = pairs::parse(&bytes).map_err(invalid)?;
        pairs.into_iter().map(|(name, value)| (name, Value::String(value))).collect()
    } else {
        body::require_json(&parts.headers)?;
        json::parse_object(&bytes).map_err(invalid)?
    };
    let (in_url, in_body) = (query.get("grant_type").cloned(), text(&members, "grant_type"));
    if in_url.is_some() && in_body.is_some() && in_url != in_body {
        return Err(invalid("the URL and the body name two grant types"));
    }
    let grant_type = in_url.or(in_body);
    let signed_in = match grant_type.as_deref() {
        Some("password") => password(&management, &origin, &members).await?,
        Some("refresh_token") => {
            let [refresh_token] = required(&members, ["refresh_token"])?;
            management.sign_in.refresh(&refresh_token, &origin).await?
        }
        Some(_) => return Err(ManageError::UnsupportedGrantType),
        None => {
            return Err(ManageError::Invalid(vec![Fault::new("grant_type", "required", "password or refresh_token")]));
        }
    };
    answer(&management, &signed_in).await
}

async fn password(
    management: &Management,
    origin: &RequestOrigin,
    members: &Map<String, Value>,
) -> Result<SignedIn, ManageError> {
    let [email, password] = required(members, ["email", "password"])?;
    Ok(management.sign_in.api(&email, password, origin).await?)
}

async fn answer(management: &Management, signed_in: &SignedIn) -> Result<Response, ManageError> {
    let SignedIn { user, session, refresh_token } = signed_in;
    let token = management.access.issue_to_user(user.id, session.id)?;
    let body = json!({
        "access_token": token.access_token,
        "token_type": "bearer",
        "expires_in": token.expires_in,
        "refresh_token": refresh_token,
        "user": user_json(management, user).await?,
    });
    let mut response = Json(body).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn invalid(error: impl std::fmt::Display) -> ManageError {
    Failure::invalid_request(error.to_string()).into()
}

fn text(members: &Map<String, Value>, name: &str) -> Option<String> {
    members.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// The named members, or a fault for each that is not there as a text.
fn required<const N: usize>(members: &Map<String, Value>, names: [&str; N]) -> Result<[String; N], ManageError> {
    let missing: Vec<Fault> = names
        .iter()
        .filter(|name| text(members, name).is_none_or(|text| text.is_empty()))
        .map(|name| Fault::new(*name, "required", "must be a text"))
        .collect();
    if missing.is_empty() {
        Ok(names.map(|name| text(members, name).unwrap_or_default()))
    } else {
        Err(ManageError::Invalid(missing))
    }
}
