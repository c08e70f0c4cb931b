//! `GET /auth/v1/user` and `POST /auth/v1/logout` (contract, section 2).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use routix_projections::members;
use serde_json::{Value, json};

use super::caller::Caller;
use super::rest::timestamp;
use super::{ManageError, Management};
use crate::store::identity::User;

pub(super) async fn show(State(management): State<Arc<Management>>, caller: Caller) -> Result<Response, ManageError> {
    let user = management.identity.user(caller.user.user_id).await?.ok_or(ManageError::Unauthenticated)?;
    let mut response = Json(user_json(&management, &user).await?).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

pub(super) async fn logout(
    State(management): State<Arc<Management>>,
    caller: Caller,
) -> Result<StatusCode, ManageError> {
    management.sign_in.sessions.sign_out(caller.user.session_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A person with his organizations, in the form that Supabase's clients read.
pub(super) async fn user_json(management: &Management, user: &User) -> Result<Value, ManageError> {
    let mut organizations = Vec::new();
    for member in members::of_user(&management.read, user.id).await? {
        let organization = members::organization(&management.read, member.organization_id).await?;
        organizations.push(json!({
            "id": member.organization_id,
            "name": organization.map(|organization| organization.name),
            "role": member.role.as_str(),
        }));
    }
    Ok(json!({
        "id": user.id,
        "aud": "authenticated",
        "role": "authenticated",
        "email": user.email,
        "created_at": timestamp(user.created_at),
        "app_metadata": {},
        "user_metadata": {"name": user.name},
        "organizations": organizations,
    }))
}
