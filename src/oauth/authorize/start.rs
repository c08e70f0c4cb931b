//! `GET /auth/v1/oauth/authorize`: from the request to the consent page.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::checks::{self, AuthorizationRequest};
use super::consent_page::{self, Problem};
use super::organizations;
use super::shown::Shown;
use crate::oauth::server::OAuthServer;
use crate::pages::{PageError, Visitor};
use crate::store::identity::BrowserSession;

pub(in crate::oauth) async fn start(
    State(server): State<Arc<OAuthServer>>,
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let request = match checks::check(&server, &query).await {
        Ok(request) => request,
        Err(refusal) => return refusal.into_response(&visitor, server.issuer()),
    };
    let Some(session) = &visitor.session else { return visitor.sign_in_first() };
    let page = ask(&server, &visitor, session, (&request, query)).await;
    request.back.answer(&visitor, page, server.issuer())
}

async fn ask(
    server: &OAuthServer,
    visitor: &Visitor,
    session: &BrowserSession,
    (request, query): (&AuthorizationRequest, String),
) -> Result<Response, PageError> {
    let choices = organizations::grantable(&server.access.read, session.user.id, &request.app, &request.scopes).await;
    let choices = choices.map_err(|error| PageError::Unavailable(Box::new(error)))?;
    let shown = Shown {
        authorization_id: server.access.system.id(),
        session_id: session.id,
        query,
        redirect_uri: request.back.uri.clone(),
        organizations: choices.iter().map(|choice| choice.id).collect(),
        shown_at: server.access.system.now(),
    };
    consent_page::page(server, visitor, (request, &shown), (&choices, Problem::None), StatusCode::OK).await
}
