//! The app's state and its decisions.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::MAX_OVERLAP_SECONDS;
use super::command::{AppChange, AppCommand, StatusChange};
use super::event::{AppEvent, ClientType, Registration};
use crate::Decide;
use crate::value::{Fingerprint, RedirectUri, SecretGeneration, Secrets};

/// An app before and after its registration.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub enum App {
    #[default]
    Unregistered,
    Registered(Box<AppState>),
}

/// What is true of a registered app.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AppState {
    /// What was registered, with every later change written over it.
    pub details: Registration,
    pub status: Status,
    pub secrets: Secrets,
    /// Tokens of an earlier epoch are cut off.
    pub token_epoch: u32,
}

/// Whether the app gets tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Active,
    Revoked,
}

/// The rule that a command breaks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppError {
    #[error("no such app")]
    NotRegistered,
    /// The id is taken. With a fingerprint, the registration came from a request that can be repeated.
    #[error("the app is registered already")]
    AlreadyRegistered { request_fingerprint: Option<String> },
    #[error("a public client has no secret to rotate")]
    NoSecret,
    #[error("a confidential client needs a secret and a public client must not have one")]
    SecretDoesNotFitClientType,
    #[error("an overlap may last at most {MAX_OVERLAP_SECONDS} seconds")]
    OverlapTooLong,
    #[error("an own scheme in a redirect URI needs a public client")]
    OwnSchemeNeedsPublicClient,
    #[error("an app needs at least one redirect URI")]
    NoRedirectUri,
    #[error("an app needs at least one scope")]
    NoScope,
}

impl Decide for App {
    type Command = AppCommand;
    type Event = AppEvent;
    type Error = AppError;

    fn decide(&self, command: AppCommand) -> Result<Vec<AppEvent>, AppError> {
        match (self, command) {
            (Self::Unregistered, AppCommand::Register(registration)) => register(registration),
            (Self::Registered(app), AppCommand::Register(_)) => {
                Err(AppError::AlreadyRegistered { request_fingerprint: app.details.request_fingerprint.clone() })
            }
            (
                Self::Unregistered,
                AppCommand::Change(_)
                | AppCommand::RotateSecret { .. }
                | AppCommand::EndOverlap { .. }
                | AppCommand::RevokeToken { .. },
            ) => Err(AppError::NotRegistered),
            (Self::Registered(app), AppCommand::Change(change)) => app.change(*change),
            (Self::Registered(app), AppCommand::RotateSecret { secret, overlap_seconds, at }) => {
                app.rotate(secret, overlap_seconds, at)
            }
            (Self::Registered(app), AppCommand::EndOverlap { at }) => Ok(app.end_overlap(at)),
            (Self::Registered(_), AppCommand::RevokeToken { token_id, expires_at }) => {
                Ok(vec![AppEvent::TokenRevoked { token_id, expires_at }])
            }
        }
    }

    fn evolve(&mut self, event: AppEvent) {
        match self {
            Self::Unregistered => {
                if let AppEvent::Registered(registration) = event {
                    *self = Self::Registered(Box::new(AppState::of(*registration)));
                }
            }
            Self::Registered(app) => app.evolve(event),
        }
    }
}

fn register(registration: Box<Registration>) -> Result<Vec<AppEvent>, AppError> {
    let wants_secret = registration.client_type == ClientType::Confidential;
    if wants_secret != registration.secret.is_some() {
        return Err(AppError::SecretDoesNotFitClientType);
    }
    check_redirect_uris(&registration.redirect_uris, registration.client_type)?;
    if registration.allowed_scopes.is_empty() {
        return Err(AppError::NoScope);
    }
    Ok(vec![AppEvent::Registered(registration)])
}

fn check_redirect_uris(uris: &[RedirectUri], client_type: ClientType) -> Result<(), AppError> {
    if uris.is_empty() {
        return Err(AppError::NoRedirectUri);
    }
    if client_type == ClientType::Confidential && uris.iter().any(RedirectUri::has_own_scheme) {
        return Err(AppError::OwnSchemeNeedsPublicClient);
    }
    Ok(())
}

impl AppState {
    fn of(registration: Registration) -> Self {
        let secrets = Secrets::starting_with(registration.secret.clone(), registration.registered_at);
        Self { secrets, details: registration, status: Status::Active, token_epoch: 0 }
    }

    /// One event for each group of fields that really differs.
    fn change(&self, change: AppChange) -> Result<Vec<AppEvent>, AppError> {
        let now = &self.details;
        let mut events = Vec::new();
        let name = change.name.unwrap_or_else(|| now.name.clone());
        let description = change.description.unwrap_or_else(|| now.description.clone());
        let homepage_url = change.homepage_url.unwrap_or_else(|| now.homepage_url.clone());
        if (&name, &description, &homepage_url) != (&now.name, &now.description, &now.homepage_url) {
            events.push(AppEvent::DetailsChanged { name, description, homepage_url });
        }
        if let Some(redirect_uris) = change.redirect_uris.filter(|uris| *uris != now.redirect_uris) {
            check_redirect_uris(&redirect_uris, now.client_type)?;
            events.push(AppEvent::RedirectUrisChanged { redirect_uris });
        }
        if let Some(allowed_scopes) = change.allowed_scopes.filter(|scopes| *scopes != now.allowed_scopes) {
            if allowed_scopes.is_empty() {
                return Err(AppError::NoScope);
            }
            events.push(AppEvent::ScopesChanged { allowed_scopes });
        }
        if let Some(allowed_branches) = change.allowed_branches.filter(|branches| *branches != now.allowed_branches) {
            events.push(AppEvent::BranchRestrictionChanged { allowed_branches });
        }
        if let Some(token_lifetime) = change.token_lifetime.filter(|lifetime| *lifetime != now.token_lifetime) {
            events.push(AppEvent::TokenLifetimeChanged { token_lifetime });
        }
        if let Some(refresh_authentication) =
            change.refresh_authentication.filter(|mode| *mode != now.refresh_authentication)
        {
            events.push(AppEvent::RefreshAuthenticationChanged { refresh_authentication });
        }
        events.extend(change.status.map(|status| self.change_status(status)).unwrap_or_default());
        Ok(events)
    }

    fn change_status(&self, change: StatusChange) -> Vec<AppEvent> {
        let revoke = (self.status == Status::Active).then_some(AppEvent::Revoked {});
        match change {
            StatusChange::Revoke => revoke.into_iter().collect(),
            StatusChange::RevokeAndCutOff => {
                revoke.into_iter().chain([AppEvent::TokensCutOff { token_epoch: self.token_epoch + 1 }]).collect()
            }
            StatusChange::Reactivate if self.status == Status::Revoked => vec![AppEvent::Reactivated {}],
            StatusChange::Reactivate => Vec::new(),
        }
    }

    /// A revoked app's secret can be rotated: whoever revokes a leaked app wants a new secret before it works again.
    fn rotate(&self, secret: Fingerprint, overlap_seconds: u32, at: DateTime<Utc>) -> Result<Vec<AppEvent>, AppError> {
        let current = self.secrets.current().ok_or(AppError::NoSecret)?;
        if overlap_seconds > MAX_OVERLAP_SECONDS {
            return Err(AppError::OverlapTooLong);
        }
        let previous_valid_until = at + TimeDelta::seconds(overlap_seconds.into());
        let generation = current.generation + 1;
        Ok(vec![AppEvent::SecretRotated { generation, secret, rotated_at: at, previous_valid_until }])
    }

    fn end_overlap(&self, at: DateTime<Utc>) -> Vec<AppEvent> {
        if self.secrets.accepted_at(at).count() > 1 {
            vec![AppEvent::SecretOverlapEnded { ended_at: at }]
        } else {
            Vec::new()
        }
    }

    fn evolve(&mut self, event: AppEvent) {
        let details = &mut self.details;
        match event {
            // The first event made this state; decide lets no second one through.
            AppEvent::Registered(_) => {}
            AppEvent::DetailsChanged { name, description, homepage_url } => {
                (details.name, details.description, details.homepage_url) = (name, description, homepage_url);
            }
            AppEvent::RedirectUrisChanged { redirect_uris } => details.redirect_uris = redirect_uris,
            AppEvent::ScopesChanged { allowed_scopes } => details.allowed_scopes = allowed_scopes,
            AppEvent::BranchRestrictionChanged { allowed_branches } => details.allowed_branches = allowed_branches,
            AppEvent::TokenLifetimeChanged { token_lifetime } => details.token_lifetime = token_lifetime,
            AppEvent::RefreshAuthenticationChanged { refresh_authentication } => {
                details.refresh_authentication = refresh_authentication;
            }
            AppEvent::SecretRotated { generation, secret, rotated_at, previous_valid_until } => {
                self.secrets.rotate(SecretGeneration::new(generation, secret, rotated_at), previous_valid_until);
            }
            AppEvent::SecretOverlapEnded { ended_at } => self.secrets.end_overlaps(ended_at),
            AppEvent::Revoked {} => self.status = Status::Revoked,
            AppEvent::TokensCutOff { token_epoch } => self.token_epoch = token_epoch,
            AppEvent::Reactivated {} => self.status = Status::Active,
            // Decides nothing later; the read model keeps the list.
            AppEvent::TokenRevoked { .. } => {}
        }
    }
}
