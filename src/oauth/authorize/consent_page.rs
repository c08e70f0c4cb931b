//! The consent page: who asks, for what, in whose name, and where the user is sent back to (OAuth 2.1, 7.9).

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use routix_domain::value::RedirectUri;
use routix_projections::app_list::{self, AppRow};
use routix_projections::members;

use super::checks::AuthorizationRequest;
use super::organizations::Choice;
use super::shown::Shown;
use crate::keys::Seal;
use crate::oauth::server::OAuthServer;
use crate::pages::scopes::{ScopeGroup, groups};
use crate::pages::{Frame, PageError, Visitor};

/// The path of the page, and of its form.
pub(in crate::oauth) const PATH: &str = "/auth/v1/oauth/authorize";

/// What was wrong with the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    None,
    /// None of the organizations that were offered was chosen.
    NoOrganization,
}

#[derive(Template)]
#[template(path = "consent.html", config = ".askama.toml")]
struct ConsentTemplate<'a> {
    frame: Frame<'a>,
    action: &'static str,
    request: String,
    app: &'a str,
    homepage: Option<&'a str>,
    registrar: String,
    registered_on: String,
    destination: Destination<'a>,
    /// Registered by an organization that is none of the user's.
    is_stranger: bool,
    email: &'a str,
    groups: Vec<ScopeGroup>,
    choices: &'a [Choice],
    problem: Problem,
}

/// Where the user is sent back to, as far as he can understand it.
enum Destination<'a> {
    Host(&'a str),
    /// A program on the computer in front of him; any program there can claim it.
    ThisComputer,
    /// An application that owns a scheme.
    Application(&'a str),
}

pub(super) async fn page(
    server: &OAuthServer,
    visitor: &Visitor,
    (request, shown): (&AuthorizationRequest, &Shown),
    (choices, problem): (&[Choice], Problem),
    status: StatusCode,
) -> Result<Response, PageError> {
    let session = visitor.session.as_ref().ok_or(PageError::StaleForm)?;
    let app = details(server, request).await?;
    let organization = members::organization(&server.access.read, app.organization_id).await?;
    let member = members::membership(&server.access.read, app.organization_id, session.user.id).await;
    let sealed = shown
        .seal(&server.access.keys.current(), Seal::ConsentForm)
        .map_err(|error| PageError::Internal(Box::new(error)))?;
    let template = ConsentTemplate {
        frame: Frame::at(visitor, &format!("{PATH}?{}", shown.query)),
        action: PATH,
        request: sealed,
        app: &app.name,
        homepage: app.homepage_url.as_deref(),
        registrar: organization.map(|organization| organization.name).unwrap_or_default(),
        registered_on: visitor.words.date(app.created_at),
        destination: destination(&request.back.uri),
        is_stranger: member?.is_none(),
        email: &session.user.email,
        groups: groups(&visitor.words, &visitor.pages.scope_texts, &request.scopes),
        choices,
        problem,
    };
    Ok(visitor.page(status, &template, Some(&request.back.uri.form_action())))
}

/// What there is to say of the app. It was found in another read model a moment ago; one that lacks it is only late.
async fn details(server: &OAuthServer, request: &AuthorizationRequest) -> Result<AppRow, PageError> {
    let found = app_list::by_id(&server.access.read, request.app.app_id).await?;
    found.ok_or_else(|| PageError::Unavailable("the app is not in app_list yet".into()))
}

fn destination(uri: &RedirectUri) -> Destination<'_> {
    match uri.host() {
        Some(_) if uri.is_loopback() => Destination::ThisComputer,
        Some(host) => Destination::Host(host),
        None => Destination::Application(uri.as_str().split(':').next().unwrap_or_default()),
    }
}
