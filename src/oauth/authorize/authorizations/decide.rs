//! `POST /auth/v1/oauth/authorizations/{id}/consent`: the person says yes or no.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use routix_domain::value::Fault;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::super::checks::AuthorizationRequest;
use super::super::decide::issue;
use super::super::organizations::Choice;
use super::super::refusal::RedirectRefusal;
use super::super::shown::Shown;
use super::details::{answer, looked_at_again, not_offered};
use super::error::AuthorizationsError;
use super::person::Person;
use super::unseal;
use crate::commands::consents::ConsentParties;
use crate::http::{Failure, body, json};
use crate::oauth::server::OAuthServer;

const MAX_BODY: usize = 4 * 1_024;

/// Answers where to send the browser, whatever was decided.
pub(in crate::oauth) async fn consent(
    State(server): State<Arc<OAuthServer>>,
    person: Person,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response, Failure> {
    let (parts, body) = request.into_parts();
    body::require_json(&parts.headers)?;
    let bytes = body::read(body, MAX_BODY).await?;
    let members = json::parse_object(&bytes).map_err(|error| Failure::invalid_request(error.to_string()))?;
    let redirect_url = decided(&server, &person, &name, &members).await?;
    Ok(answer(StatusCode::OK, &json!({"redirect_url": redirect_url})))
}

async fn decided(
    server: &OAuthServer,
    person: &Person,
    name: &str,
    members: &Map<String, Value>,
) -> Result<String, AuthorizationsError> {
    let shown = unseal(server, name, person)?;
    let (request, choices) = looked_at_again(server, person, &shown).await?;
    let by_person = person.origin(server);
    match members.get("action").and_then(Value::as_str) {
        Some("approve") => {
            let organization_id = chosen(&shown, &choices, members.get("organization_id"))?;
            let parties = ConsentParties { user_id: person.user.user_id, app_id: request.app.app_id, organization_id };
            let code = issue(server, (&request, &shown), parties, &by_person).await?;
            let code = code.ok_or(AuthorizationsError::AlreadyDecided)?;
            Ok(request.back.location_with_code(&code, server.issuer()))
        }
        Some("deny") => deny(server, person, (&request, &shown)).await,
        Some(_) | None => {
            Err(AuthorizationsError::Invalid(vec![Fault::new("action", "invalid_value", "must be approve or deny")]))
        }
    }
}

async fn deny(
    server: &OAuthServer,
    person: &Person,
    (request, shown): (&AuthorizationRequest, &Shown),
) -> Result<String, AuthorizationsError> {
    let parties = (person.user.user_id, request.app.app_id);
    server.commands.deny_authorization(shown.authorization_id, parties, &person.origin(server)).await?;
    Ok(request.back.location_refused(&RedirectRefusal::AccessDenied, server.issuer()))
}

/// The organization that is bound: the one named, or the only one that was offered.
fn chosen(shown: &Shown, choices: &[Choice], named: Option<&Value>) -> Result<Uuid, AuthorizationsError> {
    let id = match (named, shown.organizations.as_slice()) {
        (Some(Value::String(text)), _) => text.parse().ok(),
        (None | Some(Value::Null), [only]) => Some(*only),
        (None | Some(Value::Null), _) => {
            let message = "you belong to several organizations; say in which one";
            let fault = Fault::new("organization_id", "required", message);
            return Err(AuthorizationsError::Invalid(vec![fault]));
        }
        (Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)), _) => None,
    };
    let offered = id.filter(|id| choices.iter().any(|choice| choice.id == *id));
    offered.ok_or_else(|| AuthorizationsError::Invalid(vec![not_offered()]))
}
