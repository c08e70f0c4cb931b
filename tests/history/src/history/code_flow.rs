//! Consents and authorizations of a random history.

use chrono::TimeDelta;
use routix_domain::app::AppCommand;
use routix_domain::authorization::{Authorization, AuthorizationCommand, CODE_LIFETIME, Grant, Redemption, Refresh};
use routix_domain::consent::{ConsentCommand, consent_id};
use routix_domain::value::CodeChallenge;
use uuid::Uuid;

use super::History;

impl History {
    /// A user consents, or takes it back.
    pub(super) fn change_consent(&mut self) {
        let Some((app_id, organization_id)) = self.any_app().zip(self.any_organization()) else { return };
        let (user_id, scopes) = (*self.dice.pick(&self.users), self.scopes());
        let granted = (self.dice.below(3) == 0).then(|| self.consents.pick(&mut self.dice)).flatten();
        let (id, command) = match granted {
            Some(id) => (id, ConsentCommand::Withdraw),
            None => {
                let id = consent_id(user_id, app_id, organization_id);
                (id, ConsentCommand::Grant { user_id, app_id, organization_id, scopes })
            }
        };
        let (mut consent, mut sequence) = self.consents.take(id);
        self.decide(&id.to_string(), (&mut consent, &mut sequence), command);
        self.consents.put(id, consent, sequence);
    }

    /// A code is issued or denied, used, misused, refreshed or given back.
    pub(super) fn use_authorization(&mut self) {
        let Some(app_id) = self.any_app() else { return };
        let known = (self.dice.below(4) != 0).then(|| self.authorizations.pick(&mut self.dice)).flatten();
        let fresh = known.is_none();
        let id = known.unwrap_or_else(|| self.dice.id());
        let (mut authorization, mut sequence) = self.authorizations.take(id);
        let owner = authorization.grant().map_or(app_id, |grant| grant.app_id);
        let command = match (fresh, self.dice.below(10)) {
            (true, 0) => AuthorizationCommand::Deny { user_id: self.users[0], app_id },
            (true, _) => AuthorizationCommand::Issue(Box::new(self.grant(app_id))),
            (false, 0) => AuthorizationCommand::Revoke { app_id: owner },
            (false, 1..=4) => {
                let challenge = challenge(if self.dice.below(3) == 0 { "x" } else { "c" });
                let (secret_generation, redirect_uri) = (Some(1), None);
                let at = authorization.grant().map_or(self.time, |grant| grant.issued_at + CODE_LIFETIME / 2);
                let redemption = Redemption { app_id: owner, secret_generation, redirect_uri, challenge, at };
                AuthorizationCommand::Redeem(Box::new(redemption))
            }
            (false, _) => {
                let current = match &authorization {
                    Authorization::Family(family) => family.generation,
                    Authorization::Undecided
                    | Authorization::Denied
                    | Authorization::Code { .. }
                    | Authorization::Ended { .. } => 1,
                };
                let generation = current.saturating_sub(u32::from(self.dice.below(6) == 0));
                let retry = TimeDelta::seconds(30);
                AuthorizationCommand::Refresh(Refresh { app_id: Some(owner), generation, retry, at: self.time })
            }
        };
        self.decide(&id.to_string(), (&mut authorization, &mut sequence), command);
        self.authorizations.put(id, authorization, sequence);
    }

    pub(super) fn revoke_token(&mut self) {
        let Some(id) = self.any_app() else { return };
        let (token_id, expires_at) = (self.dice.id(), (self.dice.below(2) == 0).then_some(self.time));
        self.app(id, AppCommand::RevokeToken { token_id, expires_at });
    }

    fn grant(&mut self, app_id: Uuid) -> Grant {
        let (user_id, organization_id) = (*self.dice.pick(&self.users), self.dice.id());
        Grant {
            consent_id: consent_id(user_id, app_id, organization_id),
            withdrawals: 0,
            user_id,
            app_id,
            organization_id,
            scopes: self.scopes(),
            redirect_uri: self.redirect_uri(),
            code_challenge: challenge("c"),
            resource: None,
            token_epoch: 0,
            issued_at: self.time,
        }
    }
}

fn challenge(letter: &str) -> CodeChallenge {
    CodeChallenge::parse(&letter.repeat(43)).unwrap()
}
