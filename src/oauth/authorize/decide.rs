//! `POST /auth/v1/oauth/authorize`: the user has decided.
//!
//! The decision is recorded on the authorization's own stream first, where there is room for one; then the consent. If the
//! second does not happen, the code is worth nothing, and the same form can be sent again.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use routix_domain::authorization::{Authorization, AuthorizationError, CODE_LIFETIME, Grant};
use routix_domain::log::Actor;
use uuid::Uuid;

use super::checks::{self, AuthorizationRequest};
use super::consent_page::{self, PATH, Problem};
use super::organizations;
use super::refusal::{PageRefusal, RedirectRefusal, Refusal};
use super::shown::Shown;
use crate::commands::authorizations::AuthorizationFailure;
use crate::commands::consents::ConsentParties;
use crate::commands::{CommandError, Origin};
use crate::keys::Seal;
use crate::oauth::server::OAuthServer;
use crate::oauth::values;
use crate::pages::{Form, PageError, Visitor, error_page, see_other};
use crate::store::identity::BrowserSession;

pub(in crate::oauth) async fn decide(
    State(server): State<Arc<OAuthServer>>,
    visitor: Visitor,
    request: Request,
) -> Response {
    let decided = decided(&server, &visitor, request).await;
    visitor.answer(decided)
}

async fn decided(server: &OAuthServer, visitor: &Visitor, request: Request) -> Result<Response, PageError> {
    let form = Form::read(visitor, request).await?;
    let session = visitor.session.as_ref().ok_or(PageError::StaleForm)?;
    let sealed = form.required("request")?;
    let keys = server.access.keys.current();
    let shown = Shown::unseal(&keys, Seal::ConsentForm, sealed, session.id).ok_or(PageError::StaleForm)?;
    // Who took his time is asked again, with the page as it is now.
    if shown.is_too_old_at(server.access.system.now()) {
        return Ok(see_other(&format!("{PATH}?{}", shown.query)));
    }
    // Everything is looked at again: the app may have been revoked while the page was open.
    let request = match checks::check(server, &shown.query).await {
        Ok(request) => request,
        Err(refusal) => return Ok(refusal.into_response(visitor, server.issuer())),
    };
    // A request that left it out would now be sent to whatever is registered instead, which the user was not told.
    if request.back.uri != shown.redirect_uri {
        return Ok(Refusal::Page(PageRefusal::RedirectUri).into_response(visitor, server.issuer()));
    }
    let decided = match form.required("decision")? {
        "approve" => approve(server, visitor, (&request, &shown), form.get("organization_id")).await,
        "deny" => deny(server, visitor, session, (&request, &shown)).await,
        _ => Err(PageError::BadRequest),
    };
    Ok(request.back.answer(visitor, decided, server.issuer()))
}

async fn deny(
    server: &OAuthServer,
    visitor: &Visitor,
    session: &BrowserSession,
    (request, shown): (&AuthorizationRequest, &Shown),
) -> Result<Response, PageError> {
    let parties = (session.user.id, request.app.app_id);
    let by_user = origin(server, visitor, session);
    match server.commands.deny_authorization(shown.authorization_id, parties, &by_user).await {
        Ok(()) => Ok(request.back.refused(&RedirectRefusal::AccessDenied, server.issuer())),
        Err(error) => failed(visitor, error),
    }
}

async fn approve(
    server: &OAuthServer,
    visitor: &Visitor,
    (request, shown): (&AuthorizationRequest, &Shown),
    organization_id: Option<&str>,
) -> Result<Response, PageError> {
    let session = visitor.session.as_ref().ok_or(PageError::StaleForm)?;
    let choices = organizations::grantable(&server.access.read, session.user.id, &request.app, &request.scopes).await;
    let mut choices = choices.map_err(|error| PageError::Unavailable(Box::new(error)))?;
    // What was not shown is not chosen, and not offered either if the page is shown again.
    choices.retain(|choice| shown.organizations.contains(&choice.id));
    let chosen: Option<Uuid> = organization_id.and_then(|text| text.parse().ok());
    let chosen = chosen.filter(|id| choices.iter().any(|choice| choice.id == *id));
    let Some(organization_id) = chosen else {
        let offered = (choices.as_slice(), Problem::NoOrganization);
        return consent_page::page(server, visitor, (request, shown), offered, StatusCode::BAD_REQUEST).await;
    };
    let parties = ConsentParties { user_id: session.user.id, app_id: request.app.app_id, organization_id };
    let by_user = origin(server, visitor, session);
    match issue(server, (request, shown), parties, &by_user).await {
        Ok(Some(code)) => Ok(request.back.with_code(&code, server.issuer())),
        Ok(None) => Ok(error_page(visitor, StatusCode::CONFLICT, "authorize-decided")),
        Err(error) => failed(visitor, error),
    }
}

/// The code; `None` when the same form made it before and its minute is over.
///
/// # Errors
/// [`AuthorizationFailure`]
pub(super) async fn issue(
    server: &OAuthServer,
    (request, shown): (&AuthorizationRequest, &Shown),
    parties: ConsentParties,
    by_user: &Origin,
) -> Result<Option<String>, AuthorizationFailure> {
    let (commands, system) = (&server.commands, &server.access.system);
    let withdrawals = commands.consent(parties).await.map_err(CommandError::of_another)?.withdrawals();
    let grant = Grant {
        consent_id: parties.consent_id(),
        withdrawals,
        user_id: parties.user_id,
        app_id: parties.app_id,
        organization_id: parties.organization_id,
        scopes: request.scopes.clone(),
        redirect_uri: request.back.uri.clone(),
        code_challenge: request.code_challenge.clone(),
        resource: request.resource.clone(),
        token_epoch: u32::try_from(request.app.token_epoch).unwrap_or(u32::MAX),
        issued_at: system.now(),
    };
    let Authorization::Code { grant, .. } = commands.issue_code(shown.authorization_id, grant, by_user).await? else {
        return Ok(None);
    };
    // The form was sent again when its code had run out: to the client it would be worth nothing.
    if system.now() >= grant.issued_at + CODE_LIFETIME {
        return Ok(None);
    }
    commands.grant_consent(parties, request.scopes.clone(), by_user).await.map_err(CommandError::of_another)?;
    let keys = server.access.keys.current();
    Ok(Some(values::code(&keys, shown.authorization_id, grant.issued_at)))
}

/// What the person is told who had decided before; for all else the client is told.
fn failed(visitor: &Visitor, error: AuthorizationFailure) -> Result<Response, PageError> {
    if matches!(error, CommandError::Rejected(AuthorizationError::AlreadyDecided)) {
        return Ok(error_page(visitor, StatusCode::CONFLICT, "authorize-decided"));
    }
    Err(error.into())
}

/// The user, as the log names him.
fn origin(server: &OAuthServer, visitor: &Visitor, session: &BrowserSession) -> Origin {
    visitor.request.by(Actor::User(session.user.id), "password", server.access.system.ordered_id())
}
