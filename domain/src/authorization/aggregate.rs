//! The authorization's state and its decisions.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::event::{AuthorizationEvent, EndReason, Grant};
use super::{CODE_LIFETIME, FAMILY_IDLE, FAMILY_LIFETIME, MAX_REFUSALS};
use crate::Decide;
use crate::value::CodeChallenge;

/// A decision of the user; after a yes a code, then a family of refresh tokens, then nothing.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub enum Authorization {
    #[default]
    Undecided,
    Denied,
    Code {
        grant: Box<Grant>,
        refusals: u32,
    },
    Family(Box<Family>),
    Ended {
        grant: Box<Grant>,
        reason: EndReason,
    },
}

/// A family of refresh tokens: one is current.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Family {
    pub grant: Grant,
    /// The refresh token of this generation is the current one.
    pub generation: u32,
    pub redeemed_at: DateTime<Utc>,
    pub refreshed_at: DateTime<Utc>,
    pub secret_generation: Option<u32>,
}

#[derive(Clone, Debug)]
pub enum AuthorizationCommand {
    /// The user said yes.
    Issue(Box<Grant>),
    /// The user said no.
    Deny {
        user_id: Uuid,
        app_id: Uuid,
    },
    Redeem(Box<Redemption>),
    Refresh(Refresh),
    /// The client gives the family back.
    Revoke {
        app_id: Uuid,
    },
}

/// What a client presents with a code. It has proven itself to be `app_id`.
#[derive(Clone, Debug)]
pub struct Redemption {
    pub app_id: Uuid,
    pub secret_generation: Option<u32>,
    /// Compared when it is sent; OAuth 2.1 no longer asks for it.
    pub redirect_uri: Option<String>,
    /// The S256 challenge of the verifier that was sent.
    pub challenge: CodeChallenge,
    pub at: DateTime<Utc>,
}

/// What is known of a presented refresh token. Its MAC was right.
#[derive(Clone, Copy, Debug)]
pub struct Refresh {
    /// The client, as far as it authenticated: the seeds' refresh request carries no authentication.
    pub app_id: Option<Uuid>,
    pub generation: u32,
    /// For how long the newest rotation may be asked for again.
    pub retry: TimeDelta,
    pub at: DateTime<Utc>,
}

/// The rule that a command breaks. To a client all of them are `invalid_grant`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthorizationError {
    #[error("there is no such code or refresh token")]
    Unknown,
    #[error("the user has decided already")]
    AlreadyDecided,
    #[error("the code or refresh token belongs to another client")]
    OtherClient,
    #[error("the redirect URI or the verifier does not belong to the code")]
    DoesNotFit,
    #[error("the code or refresh token has expired")]
    Expired,
    #[error("the code has not been redeemed")]
    NotRedeemed,
    #[error("the authorization has ended")]
    Ended,
}

impl Authorization {
    /// What the code was bound to, whatever became of it; `None` before it was issued.
    pub fn grant(&self) -> Option<&Grant> {
        match self {
            Self::Undecided | Self::Denied => None,
            Self::Code { grant, .. } | Self::Ended { grant, .. } => Some(grant),
            Self::Family(family) => Some(&family.grant),
        }
    }
}

impl Decide for Authorization {
    type Command = AuthorizationCommand;
    type Event = AuthorizationEvent;
    type Error = AuthorizationError;

    fn decide(&self, command: AuthorizationCommand) -> Result<Vec<AuthorizationEvent>, AuthorizationError> {
        match command {
            AuthorizationCommand::Issue(grant) => match self {
                Self::Undecided => Ok(vec![AuthorizationEvent::CodeIssued(grant)]),
                // The same form was sent twice: the code that it made is still the answer.
                Self::Code { grant: issued, .. } if issued.is_same_decision(&grant) => Ok(Vec::new()),
                Self::Denied | Self::Code { .. } | Self::Family(_) | Self::Ended { .. } => {
                    Err(AuthorizationError::AlreadyDecided)
                }
            },
            AuthorizationCommand::Deny { user_id, app_id } => match self {
                Self::Undecided => Ok(vec![AuthorizationEvent::Denied { user_id, app_id }]),
                Self::Denied => Ok(Vec::new()),
                Self::Code { .. } | Self::Family(_) | Self::Ended { .. } => Err(AuthorizationError::AlreadyDecided),
            },
            AuthorizationCommand::Redeem(redemption) => self.redeem(&redemption),
            AuthorizationCommand::Refresh(refresh) => match self {
                Self::Family(family) => family.refresh(refresh),
                Self::Undecided | Self::Denied => Err(AuthorizationError::Unknown),
                Self::Code { .. } => Err(AuthorizationError::NotRedeemed),
                Self::Ended { .. } => Err(AuthorizationError::Ended),
            },
            AuthorizationCommand::Revoke { app_id } => match self {
                Self::Undecided | Self::Denied => Err(AuthorizationError::Unknown),
                Self::Code { grant, .. } if grant.app_id != app_id => Err(AuthorizationError::OtherClient),
                Self::Family(family) if family.grant.app_id != app_id => Err(AuthorizationError::OtherClient),
                Self::Ended { grant, .. } if grant.app_id != app_id => Err(AuthorizationError::OtherClient),
                Self::Code { .. } | Self::Family(_) => ended(EndReason::Revoked),
                Self::Ended { .. } => Ok(Vec::new()),
            },
        }
    }

    fn evolve(&mut self, event: AuthorizationEvent) {
        *self = match (std::mem::take(self), event) {
            (Self::Undecided, AuthorizationEvent::CodeIssued(grant)) => Self::Code { grant, refusals: 0 },
            (Self::Undecided, AuthorizationEvent::Denied { .. }) => Self::Denied,
            (Self::Code { grant, .. }, AuthorizationEvent::CodeRefused { refusals }) => Self::Code { grant, refusals },
            (Self::Code { grant, .. }, AuthorizationEvent::CodeRedeemed { redeemed_at, secret_generation }) => {
                Self::Family(Box::new(Family {
                    grant: *grant,
                    generation: 1,
                    redeemed_at,
                    refreshed_at: redeemed_at,
                    secret_generation,
                }))
            }
            (Self::Family(family), AuthorizationEvent::Refreshed { generation, refreshed_at }) => {
                Self::Family(Box::new(Family { generation, refreshed_at, ..*family }))
            }
            (Self::Code { grant, .. }, AuthorizationEvent::Ended { reason }) => Self::Ended { grant, reason },
            (Self::Family(family), AuthorizationEvent::Ended { reason }) => {
                Self::Ended { grant: Box::new(family.grant), reason }
            }
            // decide lets nothing else through.
            (unchanged, _) => unchanged,
        };
    }
}

impl Authorization {
    /// Everything is judged before it is asked whether the code was used: only a replay that is otherwise valid ends what
    /// the first use gave, so that nobody can end it with the code alone (OAuth 2.1, 7.5.2).
    fn redeem(&self, redemption: &Redemption) -> Result<Vec<AuthorizationEvent>, AuthorizationError> {
        let grant = self.grant().ok_or(AuthorizationError::Unknown)?;
        if redemption.at >= grant.issued_at + CODE_LIFETIME {
            return Err(AuthorizationError::Expired);
        }
        // Another client's tries are not counted: with the code alone nobody ends it.
        if redemption.app_id != grant.app_id {
            return Err(AuthorizationError::OtherClient);
        }
        let fits = redemption.challenge == grant.code_challenge
            && redemption.redirect_uri.as_deref().is_none_or(|uri| uri == grant.redirect_uri.as_str());
        match self {
            Self::Code { refusals, .. } if !fits => Ok(refused(refusals + 1)),
            _ if !fits => Err(AuthorizationError::DoesNotFit),
            Self::Code { .. } => Ok(vec![AuthorizationEvent::CodeRedeemed {
                redeemed_at: redemption.at,
                secret_generation: redemption.secret_generation,
            }]),
            Self::Family(_) => ended(EndReason::CodeReplayed),
            Self::Ended { .. } => Err(AuthorizationError::Ended),
            Self::Undecided | Self::Denied => Err(AuthorizationError::Unknown),
        }
    }
}

fn refused(refusals: u32) -> Vec<AuthorizationEvent> {
    let ends = refusals >= MAX_REFUSALS;
    let end = ends.then_some(AuthorizationEvent::Ended { reason: EndReason::TooManyRefusals });
    [AuthorizationEvent::CodeRefused { refusals }].into_iter().chain(end).collect()
}

fn ended(reason: EndReason) -> Result<Vec<AuthorizationEvent>, AuthorizationError> {
    Ok(vec![AuthorizationEvent::Ended { reason }])
}

impl Family {
    /// When the family ends if nothing else ends it before.
    pub fn expires_at(&self) -> DateTime<Utc> {
        (self.redeemed_at + FAMILY_LIFETIME).min(self.refreshed_at + FAMILY_IDLE)
    }

    /// Whose token it is comes before everything: another client's old token must not end the owner's family.
    fn refresh(&self, refresh: Refresh) -> Result<Vec<AuthorizationEvent>, AuthorizationError> {
        if refresh.app_id.is_some_and(|app_id| app_id != self.grant.app_id) {
            return Err(AuthorizationError::OtherClient);
        }
        if refresh.at >= self.expires_at() {
            return Err(AuthorizationError::Expired);
        }
        if refresh.generation == self.generation {
            let generation = self.generation + 1;
            return Ok(vec![AuthorizationEvent::Refreshed { generation, refreshed_at: refresh.at }]);
        }
        let is_retry = refresh.generation.checked_add(1) == Some(self.generation)
            && refresh.at - self.refreshed_at <= refresh.retry
            && refresh.retry > TimeDelta::zero();
        // The answer to the newest rotation was lost, or two tabs raced: the caller gets the same successor again.
        if is_retry { Ok(Vec::new()) } else { ended(EndReason::RefreshTokenReused) }
    }
}
