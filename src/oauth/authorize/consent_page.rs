//! The consent page: who asks, for what, in whose name, and where the user is sent back to (OAuth 2.1, 7.9).

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use routix_domain::value::{Action, RedirectUri, Scope, ScopeSet};
use routix_projections::app_list::{self, AppRow};
use routix_projections::members;

use super::checks::AuthorizationRequest;
use super::organizations::Choice;
use super::shown::Shown;
use crate::oauth::server::OAuthServer;
use crate::pages::{Frame, PageError, Visitor, Words};

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

/// What the app may do with one kind of record.
struct ScopeGroup {
    resource: String,
    abilities: Vec<Ability>,
}

struct Ability {
    text: String,
    writes: bool,
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
    let organization = members::organization(&server.access.read, app.organization_id).await.map_err(unavailable)?;
    let member = members::membership(&server.access.read, app.organization_id, session.user.id).await;
    let sealed = shown.seal(&server.access.keys.current()).map_err(|error| PageError::Internal(Box::new(error)))?;
    let template = ConsentTemplate {
        frame: Frame::at(visitor, &format!("{PATH}?{}", shown.query)),
        action: PATH,
        request: sealed,
        app: &app.name,
        homepage: app.homepage_url.as_deref(),
        registrar: organization.map(|organization| organization.name).unwrap_or_default(),
        registered_on: visitor.words.date(app.created_at),
        destination: destination(&request.back.uri),
        is_stranger: member.map_err(unavailable)?.is_none(),
        email: &session.user.email,
        groups: groups(server, &visitor.words, &request.scopes),
        choices,
        problem,
    };
    Ok(visitor.page(status, &template, Some(&request.back.uri.form_action())))
}

/// What there is to say of the app. It was found in another read model a moment ago; one that lacks it is only late.
async fn details(server: &OAuthServer, request: &AuthorizationRequest) -> Result<AppRow, PageError> {
    let found = app_list::by_id(&server.access.read, request.app.app_id).await.map_err(unavailable)?;
    found.ok_or_else(|| PageError::Unavailable("the app is not in app_list yet".into()))
}

fn unavailable(error: routix_projections::ReadError) -> PageError {
    PageError::Unavailable(Box::new(error))
}

fn destination(uri: &RedirectUri) -> Destination<'_> {
    match uri.host() {
        Some("127.0.0.1" | "[::1]" | "localhost") => Destination::ThisComputer,
        Some(host) => Destination::Host(host),
        None => Destination::Application(uri.as_str().split(':').next().unwrap_or_default()),
    }
}

/// The scopes in words, those of one kind of record together, in the order in which they were asked for.
fn groups(server: &OAuthServer, words: &Words, scopes: &ScopeSet) -> Vec<ScopeGroup> {
    let mut groups: Vec<(&str, ScopeGroup)> = Vec::new();
    for scope in scopes.iter() {
        let ability = Ability { text: ability(server, words, scope), writes: scope.action() == Action::Write };
        match groups.iter_mut().find(|(name, _)| *name == scope.resource()) {
            Some((_, group)) => group.abilities.push(ability),
            None => {
                let resource = words.find(&format!("resource-{}", scope.resource()));
                let resource = resource.unwrap_or_else(|| scope.resource().to_owned());
                groups.push((scope.resource(), ScopeGroup { resource, abilities: vec![ability] }));
            }
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// Our own words, or those with which an operator declared a resource of his own.
fn ability(server: &OAuthServer, words: &Words, scope: &Scope) -> String {
    let key = format!("scope-{}-{}", scope.resource(), scope.action().as_str());
    let declared = || server.scope_texts.get(scope).cloned().unwrap_or_else(|| scope.to_string());
    words.find(&key).unwrap_or_else(declared)
}
