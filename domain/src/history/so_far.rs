//! The fold: an app and its consents after some of their events, and which event last changed what.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::then::{AppThen, AsOf, ConsentThen, Member, MemberThen, MemberValue, SecretThen};
use super::timeline::{Entry, Since, What};
use crate::Decide;
use crate::app::{App, AppEvent, AppState};
use crate::consent::{Consent, ConsentEvent};
use crate::value::{Acceptance, ScopeSet, SecretGeneration};

/// What is known of an app after the events that were added.
#[derive(Clone, Debug, Default)]
pub struct SoFar {
    app: App,
    revoked_tokens: u32,
    consents: BTreeMap<Uuid, ConsentSoFar>,
    /// Also of consents that have ended: what ended them.
    since: BTreeMap<Member, Since>,
    newest: Option<Since>,
    sequence: u64,
}

#[derive(Clone, Debug)]
struct ConsentSoFar {
    user_id: Uuid,
    organization_id: Uuid,
    granted_at: DateTime<Utc>,
    consent: Consent,
}

impl SoFar {
    /// Takes in the next event of the timeline.
    pub fn add(&mut self, entry: &Entry) {
        match &entry.what {
            What::App(event) => self.add_app(entry, event),
            What::Consent { consent_id, event } => self.add_consent(entry, *consent_id, event),
        }
        self.newest = Some(entry.place.clone());
    }

    /// The app, once it is registered.
    pub(super) fn app(&self) -> Option<&AppState> {
        match &self.app {
            App::Registered(app) => Some(app),
            App::Unregistered => None,
        }
    }

    /// Who gave a consent, and to what while it is in force.
    pub(super) fn consent(&self, consent_id: Uuid) -> Option<(Uuid, Option<&ScopeSet>)> {
        self.consents.get(&consent_id).map(|known| (known.user_id, known.consent.scopes()))
    }

    /// The state, with secrets judged at `time`, or else when the last event was recorded. `None` before the app is
    /// registered.
    pub(super) fn then(&self, app_id: Uuid, time: Option<DateTime<Utc>>) -> Option<AppThen> {
        let (app, newest) = (self.app()?, self.newest.as_ref()?);
        let time = time.unwrap_or(newest.recorded_at);
        let with_since = |(member, value)| Some(MemberThen { member, value, since: self.since.get(&member)?.clone() });
        let own = self.members(|secret| secret.is_accepted_at(time)).into_iter().filter_map(with_since);
        let mut consents: Vec<_> = self.consents_in_force().filter_map(with_since).collect();
        consents.sort_by_key(|consent| consent.since.position);
        let in_force = |member: &Member| consents.iter().any(|consent| consent.member == *member);
        let consents_known = self.consents.keys().map(|id| Member::Consent(*id));
        let ended = consents_known
            .filter(|member| !in_force(member))
            .filter_map(|member| Some((member, self.since.get(&member)?.clone())))
            .collect();
        Some(AppThen {
            app_id,
            organization_id: app.details.organization_id,
            client_id: app.details.client_id,
            as_of: AsOf { time, position: newest.position, sequence: self.sequence },
            members: own.chain(consents.clone()).collect(),
            ended,
        })
    }

    fn add_app(&mut self, entry: &Entry, event: &AppEvent) {
        // The end of an overlap that has passed by itself is no news, so only what was decided is compared.
        let is_current = |secret: &SecretGeneration| secret.acceptance == Acceptance::Current;
        let before = self.members(is_current);
        self.app.evolve(event.clone());
        self.sequence = entry.place.sequence;
        if let AppEvent::TokenRevoked { .. } = event {
            self.revoked_tokens += 1;
        }
        for (member, value) in self.members(is_current) {
            if before.get(&member) != Some(&value) {
                self.since.insert(member, entry.place.clone());
            }
        }
    }

    fn add_consent(&mut self, entry: &Entry, consent_id: Uuid, event: &ConsentEvent) {
        if let ConsentEvent::Granted { user_id, organization_id, .. } = event {
            let (user_id, organization_id, granted_at) = (*user_id, *organization_id, entry.place.recorded_at);
            let fresh = || ConsentSoFar { user_id, organization_id, granted_at, consent: Consent::default() };
            self.consents.entry(consent_id).or_insert_with(fresh);
        }
        // The timeline has no withdrawal of a consent that it does not know.
        let Some(known) = self.consents.get_mut(&consent_id) else { return };
        let before = known.consent.scopes().cloned();
        known.consent.evolve(event.clone());
        if before.is_none() {
            known.granted_at = entry.place.recorded_at;
        }
        if known.consent.scopes() != before.as_ref() {
            self.since.insert(Member::Consent(consent_id), entry.place.clone());
        }
    }

    /// The app's own members; `valid` judges a secret.
    fn members(&self, valid: impl Fn(&SecretGeneration) -> bool) -> BTreeMap<Member, MemberValue> {
        let Some(app) = self.app() else { return BTreeMap::new() };
        let details = &app.details;
        let secrets = app.secrets.iter().map(|secret| {
            let ends_at = match secret.acceptance {
                Acceptance::Current => None,
                Acceptance::Until(end) | Acceptance::Ended(end) => Some(end),
            };
            let (last4, created_at) = (secret.fingerprint.last4.clone(), secret.created_at);
            let then = SecretThen { last4, created_at, ends_at, valid: valid(secret) };
            (Member::Secret(secret.generation), MemberValue::Secret(then))
        });
        [
            (Member::Name, MemberValue::Text(Some(details.name.clone()))),
            (Member::Description, MemberValue::Text(details.description.clone())),
            (Member::HomepageUrl, MemberValue::Text(details.homepage_url.clone())),
            (Member::ClientType, MemberValue::ClientType(details.client_type)),
            (Member::RedirectUris, MemberValue::RedirectUris(details.redirect_uris.clone())),
            (Member::AllowedScopes, MemberValue::Scopes(details.allowed_scopes.clone())),
            (Member::AllowedBranches, MemberValue::Branches(details.allowed_branches.clone())),
            (Member::Status, MemberValue::Status(app.status)),
            (Member::TokenLifetime, MemberValue::Lifetime(details.token_lifetime)),
            (Member::RefreshAuthentication, MemberValue::RefreshAuthentication(details.refresh_authentication)),
            (Member::TokenEpoch, MemberValue::Count(app.token_epoch)),
            (Member::RevokedTokens, MemberValue::Count(self.revoked_tokens)),
        ]
        .into_iter()
        .chain(secrets)
        .collect()
    }

    fn consents_in_force(&self) -> impl Iterator<Item = (Member, MemberValue)> {
        self.consents.iter().filter_map(|(id, known)| {
            let then = ConsentThen {
                user_id: known.user_id,
                organization_id: known.organization_id,
                scopes: known.consent.scopes()?.clone(),
                granted_at: known.granted_at,
            };
            Some((Member::Consent(*id), MemberValue::Consent(then)))
        })
    }
}
