//! The state of an app at a moment, member by member.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::sentence::{Names, time};
use super::timeline::Since;
use crate::app::{ClientType, RefreshAuthentication, Status};
use crate::value::{BranchRestriction, RedirectUri, ScopeSet, TokenLifetime};

/// What an app was and could do at a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct AppThen {
    pub app_id: Uuid,
    pub organization_id: Uuid,
    pub client_id: Uuid,
    pub as_of: AsOf,
    /// In the order of [`Member`]; consents oldest first.
    pub members: Vec<MemberThen>,
    /// What ended each consent that was in force before.
    pub(super) ended: BTreeMap<Member, Since>,
}

/// The moment of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AsOf {
    /// The time at which secrets are judged: the one asked for, else that of the last event.
    pub time: DateTime<Utc>,
    /// The last event that counts.
    pub position: u64,
    /// The last event of the app's own stream.
    pub sequence: u64,
}

/// One member of the state and who made it so.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberThen {
    pub member: Member,
    pub value: MemberValue,
    pub since: Since,
}

/// What can differ from one moment to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Member {
    Name,
    Description,
    HomepageUrl,
    ClientType,
    RedirectUris,
    AllowedScopes,
    AllowedBranches,
    Status,
    TokenLifetime,
    RefreshAuthentication,
    /// One generation of the secret.
    Secret(u32),
    /// How often the tokens were cut off.
    TokenEpoch,
    /// How many single tokens were given back.
    RevokedTokens,
    /// A user's consent that is in force.
    Consent(Uuid),
}

impl Member {
    /// The name in data, the same as in the events.
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Description => "description",
            Self::HomepageUrl => "homepage_url",
            Self::ClientType => "client_type",
            Self::RedirectUris => "redirect_uris",
            Self::AllowedScopes => "allowed_scopes",
            Self::AllowedBranches => "allowed_branches",
            Self::Status => "status",
            Self::TokenLifetime => "token_lifetime",
            Self::RefreshAuthentication => "refresh_authentication",
            Self::Secret(_) => "secret",
            Self::TokenEpoch => "token_epoch",
            Self::RevokedTokens => "revoked_tokens",
            Self::Consent(_) => "consent",
        }
    }

    /// Which one it is, where there are several of its name.
    pub fn id(self) -> Option<String> {
        match self {
            Self::Secret(generation) => Some(generation.to_string()),
            Self::Consent(id) => Some(id.to_string()),
            Self::Name
            | Self::Description
            | Self::HomepageUrl
            | Self::ClientType
            | Self::RedirectUris
            | Self::AllowedScopes
            | Self::AllowedBranches
            | Self::Status
            | Self::TokenLifetime
            | Self::RefreshAuthentication
            | Self::TokenEpoch
            | Self::RevokedTokens => None,
        }
    }
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        self.id().map_or(Ok(()), |id| write!(f, " {id}"))
    }
}

/// The value of a member, written in data as the events write it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum MemberValue {
    Text(Option<String>),
    ClientType(ClientType),
    RedirectUris(Vec<RedirectUri>),
    Scopes(ScopeSet),
    Branches(BranchRestriction),
    Status(Status),
    Lifetime(TokenLifetime),
    RefreshAuthentication(RefreshAuthentication),
    Count(u32),
    Secret(SecretThen),
    Consent(ConsentThen),
}

/// A secret, known by its last four characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SecretThen {
    pub last4: String,
    pub created_at: DateTime<Utc>,
    /// When it stops or has stopped working, as far as that was decided.
    pub ends_at: Option<DateTime<Utc>>,
    /// Whether it was accepted at the moment. A revoked app gets no token with it all the same.
    pub valid: bool,
}

/// A consent that is in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConsentThen {
    pub user_id: Uuid,
    pub organization_id: Uuid,
    pub scopes: ScopeSet,
    /// When it began; it may have grown since.
    pub granted_at: DateTime<Utc>,
}

impl AppThen {
    /// A member, unless there was none of it.
    pub fn get(&self, member: Member) -> Option<&MemberThen> {
        self.members.iter().find(|found| found.member == member)
    }
}

impl MemberValue {
    /// The value in plain English.
    pub fn english(&self, names: &Names) -> String {
        match self {
            Self::Text(text) => text.clone().unwrap_or_else(|| "not set".to_owned()),
            Self::ClientType(ClientType::Confidential) => "confidential".to_owned(),
            Self::ClientType(ClientType::Public) => "public".to_owned(),
            Self::RedirectUris(uris) => uris.iter().map(RedirectUri::as_str).collect::<Vec<_>>().join(", "),
            Self::Scopes(scopes) => scope_list(scopes),
            Self::Branches(BranchRestriction::All) => "every branch, future ones too".to_owned(),
            Self::Branches(BranchRestriction::Only(ids)) if ids.is_empty() => "no branch".to_owned(),
            Self::Branches(BranchRestriction::Only(ids)) => {
                ids.iter().map(|id| names.of(*id)).collect::<Vec<_>>().join(", ")
            }
            Self::Status(Status::Active) => "active".to_owned(),
            Self::Status(Status::Revoked) => "revoked".to_owned(),
            Self::Lifetime(lifetime) => lifetime.to_string(),
            Self::RefreshAuthentication(RefreshAuthentication::WhenRotated) => "when the secret was rotated".to_owned(),
            Self::RefreshAuthentication(RefreshAuthentication::Always) => "always".to_owned(),
            Self::Count(count) => count.to_string(),
            Self::Secret(secret) => secret.english(),
            Self::Consent(consent) => {
                let (user, organization) = (names.of(consent.user_id), names.of(consent.organization_id));
                let since = time(consent.granted_at);
                format!("{user} in {organization}, since {since}: {}", scope_list(&consent.scopes))
            }
        }
    }
}

impl SecretThen {
    fn english(&self) -> String {
        let state = match (self.valid, self.ends_at) {
            (true, None) => "valid".to_owned(),
            (true, Some(end)) => format!("valid until {}", time(end)),
            (false, Some(end)) => format!("not valid, ended {}", time(end)),
            (false, None) => "not valid".to_owned(),
        };
        format!("…{} {state}", self.last4)
    }
}

fn scope_list(scopes: &ScopeSet) -> String {
    scopes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
