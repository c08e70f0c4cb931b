//! Naming an authorization, and what there is to say of it.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use routix_domain::value::Fault;
use routix_projections::app_list;
use serde_json::{Value, json};

use super::super::checks::{self, AuthorizationRequest};
use super::super::organizations::{self, Choice};
use super::super::shown::Shown;
use super::error::AuthorizationsError;
use super::person::Person;
use super::{MAX_NAME, MAX_QUERY, seal, unseal};
use crate::history::timestamp;
use crate::http::{Failure, body, pairs};
use crate::oauth::server::OAuthServer;

/// `POST /auth/v1/oauth/authorizations`: an authorization request as it came to the front end, as a form. With
/// `organization_id` beside it, the decision is about that organization.
pub(in crate::oauth) async fn create(
    State(server): State<Arc<OAuthServer>>,
    person: Person,
    request: Request,
) -> Result<Response, Failure> {
    let (parts, body) = request.into_parts();
    if body::media_type(&parts.headers) != "application/x-www-form-urlencoded" {
        let description = "send the authorization request as application/x-www-form-urlencoded";
        return Err(Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", description));
    }
    let query = String::from_utf8(body::read(body, MAX_QUERY).await?);
    let query = query.map_err(|_| Failure::invalid_request("the form is not UTF-8"))?;
    Ok(created(&server, &person, query).await?)
}

async fn created(server: &OAuthServer, person: &Person, query: String) -> Result<Response, AuthorizationsError> {
    let request = checks::check(server, &query).await?;
    let mut choices = grantable(server, person, &request).await?;
    // The checks have read it, so it can be read.
    let pairs = pairs::parse(query.as_bytes()).unwrap_or_default();
    if let Some(named) = pairs.get("organization_id") {
        choices.retain(|choice| choice.id.to_string() == *named);
        if choices.is_empty() {
            return Err(AuthorizationsError::Invalid(vec![not_offered()]));
        }
    }
    if choices.is_empty() {
        return Err(AuthorizationsError::NotGrantable);
    }
    let shown = Shown {
        authorization_id: server.access.system.id(),
        session_id: person.user.session_id,
        query,
        redirect_uri: request.back.uri.clone(),
        organizations: choices.iter().map(|choice| choice.id).collect(),
        shown_at: server.access.system.now(),
    };
    let name = seal(&shown, &server.access.keys.current())?;
    if name.len() > MAX_NAME {
        return Err(AuthorizationsError::TooLong);
    }
    let body = details(server, person, (&request, &shown), (&name, &choices)).await?;
    Ok(answer(StatusCode::CREATED, &body))
}

/// `GET /auth/v1/oauth/authorizations/{id}`
pub(in crate::oauth) async fn show(
    State(server): State<Arc<OAuthServer>>,
    person: Person,
    Path(name): Path<String>,
) -> Result<Response, Failure> {
    let shown = unseal(&server, &name, &person)?;
    let (request, choices) = looked_at_again(&server, &person, &shown).await?;
    let body = details(&server, &person, (&request, &shown), (&name, &choices)).await?;
    Ok(answer(StatusCode::OK, &body))
}

/// The request as it stands now, and what is left of the organizations that were offered: much may have changed since.
///
/// # Errors
/// [`AuthorizationsError`]
pub(super) async fn looked_at_again(
    server: &OAuthServer,
    person: &Person,
    shown: &Shown,
) -> Result<(AuthorizationRequest, Vec<Choice>), AuthorizationsError> {
    let request = checks::check(server, &shown.query).await?;
    // A request that left it out would now be sent to whatever is registered instead, which the person was not told.
    if request.back.uri != shown.redirect_uri {
        return Err(AuthorizationsError::NotFound);
    }
    let mut choices = grantable(server, person, &request).await?;
    choices.retain(|choice| shown.organizations.contains(&choice.id));
    Ok((request, choices))
}

async fn grantable(
    server: &OAuthServer,
    person: &Person,
    request: &AuthorizationRequest,
) -> Result<Vec<Choice>, AuthorizationsError> {
    let read = &server.access.read;
    Ok(organizations::grantable(read, person.user.user_id, &request.app, &request.scopes).await?)
}

async fn details(
    server: &OAuthServer,
    person: &Person,
    (request, shown): (&AuthorizationRequest, &Shown),
    (name, choices): (&str, &[Choice]),
) -> Result<Value, AuthorizationsError> {
    let app = app_list::by_id(&server.access.read, request.app.app_id).await?.ok_or(AuthorizationsError::NotFound)?;
    let user = server.access.identity.user(person.user.user_id).await?.ok_or(AuthorizationsError::InvalidToken)?;
    let organizations: Vec<Value> =
        choices.iter().map(|choice| json!({"id": choice.id, "name": choice.name})).collect();
    Ok(json!({
        "authorization_id": name,
        "redirect_uri": request.back.uri.as_str(),
        "client": {
            "id": app.client_id,
            "name": app.name,
            // Texts in auth-js; there are no logos here.
            "uri": app.homepage_url.unwrap_or_default(),
            "logo_uri": "",
        },
        "user": {"id": user.id, "email": user.email},
        "scope": request.scopes.to_string(),
        "organizations": organizations,
        "expires_at": timestamp(shown.expires_at()),
    }))
}

/// The fault of an organization that is none of those to choose from.
pub(super) fn not_offered() -> Fault {
    Fault::new("organization_id", "invalid_value", "is none of the organizations in which you may let the app do this")
}

pub(super) fn answer(status: StatusCode, body: &Value) -> Response {
    let mut response = (status, Json(body)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
