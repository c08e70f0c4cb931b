//! Codes and refresh families: issue, deny, redeem, refresh, give back.
//!
//! An authorization decides on its own stream, because what it decides must happen once. What it refuses is often an event
//! too, so what became of a command is read from the events.

use routix_domain::authorization::{
    Authorization, AuthorizationCommand, AuthorizationError, AuthorizationEvent, EndReason, Family, Grant, Redemption,
    Refresh,
};
use uuid::Uuid;

use super::bus::{CommandError, Commands, Executed};
use super::origin::Origin;

/// A command to an authorization that did not succeed.
pub type AuthorizationFailure = CommandError<AuthorizationError>;

/// What came of a code or a refresh token that was presented.
#[derive(Clone, Debug)]
pub enum Presented {
    /// The family goes on; its current generation is the token to give.
    Accepted(Box<Family>),
    /// Not accepted, for the client's own fault or because it came too late. Nothing else changed.
    Refused,
    /// Not accepted, and everything that the authorization gave has ended now.
    Ended(EndReason),
}

impl Commands {
    /// The authorization as its stream has it now.
    ///
    /// # Errors
    /// [`CommandError`] when the stream cannot be read.
    pub async fn authorization(&self, id: Uuid) -> Result<Authorization, AuthorizationFailure> {
        self.load::<Authorization>(&id.to_string()).await
    }

    /// The same, or as it was when it was last seen here, if it fitted then: for what is judged before a command is sent,
    /// which decides on the stream as it is.
    ///
    /// # Errors
    /// [`CommandError`] when the stream cannot be read.
    pub async fn authorization_as_seen(
        &self,
        id: Uuid,
        fits: fn(&Authorization) -> bool,
    ) -> Result<Authorization, AuthorizationFailure> {
        match self.remembered_as(&id.to_string()).filter(fits) {
            Some(seen) => Ok(seen),
            None => self.authorization(id).await,
        }
    }

    /// Records that the user said yes. Saying so twice is the same as once; the state tells whether a code is out.
    ///
    /// # Errors
    /// [`AuthorizationError::AlreadyDecided`] inside when he decided otherwise before.
    pub async fn issue_code(
        &self,
        id: Uuid,
        grant: Grant,
        origin: &Origin,
    ) -> Result<Authorization, AuthorizationFailure> {
        let command = AuthorizationCommand::Issue(Box::new(grant));
        Ok(self.execute::<Authorization>(&id.to_string(), command, origin).await?.aggregate)
    }

    /// Records that the user said no.
    ///
    /// # Errors
    /// [`AuthorizationError::AlreadyDecided`] inside when he decided otherwise before.
    pub async fn deny_authorization(
        &self,
        id: Uuid,
        (user_id, app_id): (Uuid, Uuid),
        origin: &Origin,
    ) -> Result<(), AuthorizationFailure> {
        let command = AuthorizationCommand::Deny { user_id, app_id };
        self.execute::<Authorization>(&id.to_string(), command, origin).await.map(drop)
    }

    /// # Errors
    /// [`CommandError`] when it is not known what came of it.
    pub async fn redeem_code(
        &self,
        id: Uuid,
        redemption: Redemption,
        origin: &Origin,
    ) -> Result<Presented, AuthorizationFailure> {
        let command = AuthorizationCommand::Redeem(Box::new(redemption));
        presented(self.execute::<Authorization>(&id.to_string(), command, origin).await)
    }

    /// # Errors
    /// [`CommandError`] when it is not known what came of it.
    pub async fn refresh_authorization(
        &self,
        id: Uuid,
        refresh: Refresh,
        origin: &Origin,
    ) -> Result<Presented, AuthorizationFailure> {
        let command = AuthorizationCommand::Refresh(refresh);
        presented(self.execute::<Authorization>(&id.to_string(), command, origin).await)
    }

    /// The client gives back everything that the authorization gave it; `false` for another client's, or one that is not
    /// there, which is left as it is. Giving it back twice is the same as once.
    ///
    /// # Errors
    /// [`CommandError`] when it is not known what came of it.
    pub async fn revoke_authorization(
        &self,
        id: Uuid,
        app_id: Uuid,
        origin: &Origin,
    ) -> Result<bool, AuthorizationFailure> {
        let command = AuthorizationCommand::Revoke { app_id };
        match self.execute::<Authorization>(&id.to_string(), command, origin).await {
            Ok(_) => Ok(true),
            Err(CommandError::Rejected(rule)) => Ok(rule != AuthorizationError::OtherClient),
            Err(error) => Err(error),
        }
    }
}

fn presented(
    executed: Result<Executed<Authorization>, AuthorizationFailure>,
) -> Result<Presented, AuthorizationFailure> {
    let executed = match executed {
        Ok(executed) => executed,
        Err(CommandError::Rejected(_)) => return Ok(Presented::Refused),
        Err(error) => return Err(error),
    };
    let mut refused = false;
    for event in &executed.events {
        match &event.payload {
            AuthorizationEvent::Ended { reason } => return Ok(Presented::Ended(*reason)),
            AuthorizationEvent::CodeRefused { .. } => refused = true,
            AuthorizationEvent::Denied { .. }
            | AuthorizationEvent::CodeIssued(_)
            | AuthorizationEvent::CodeRedeemed { .. }
            | AuthorizationEvent::Refreshed { .. } => {}
        }
    }
    match executed.aggregate {
        Authorization::Family(family) if !refused => Ok(Presented::Accepted(family)),
        Authorization::Undecided
        | Authorization::Denied
        | Authorization::Code { .. }
        | Authorization::Family(_)
        | Authorization::Ended { .. } => Ok(Presented::Refused),
    }
}
