//! From an event and what was before it to a sentence.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::sentence::{Key, Phrase, Sentence, Term};
use super::so_far::SoFar;
use super::timeline::{Entry, What};
use crate::app::{AppEvent, AppState, RefreshAuthentication, Registration};
use crate::consent::ConsentEvent;
use crate::log::Actor;
use crate::value::{Acceptance, BranchRestriction, Fingerprint, RedirectUri, ScopeSet, SecretGeneration};

/// What an event did, given what was `before` it.
pub fn describe(entry: &Entry, before: &SoFar) -> Sentence {
    match &entry.what {
        What::App(AppEvent::Registered(registration)) => one(registered(registration)),
        What::App(event) => match before.app() {
            Some(app) => of_app(event, app),
            // A stream begins with its registration; a part of one still has its names.
            None => Sentence(Vec::new()),
        },
        What::Consent { consent_id, event } => one(of_consent(event, before.consent(*consent_id), &entry.place.actor)),
    }
}

fn one(phrase: Phrase) -> Sentence {
    Sentence(vec![phrase])
}

fn phrase<const N: usize>(key: Key, values: [(&'static str, Term); N]) -> Phrase {
    Phrase { key, values: values.into() }
}

fn registered(registration: &Registration) -> Phrase {
    let name = ("name", Term::Text(registration.name.clone()));
    let scopes = ("scopes", scopes(registration.allowed_scopes.iter().map(ToString::to_string)));
    match &registration.secret {
        Some(secret) => phrase(Key::Registered, [name, scopes, ("last4", Term::Text(secret.last4.clone()))]),
        None => phrase(Key::RegisteredPublic, [name, scopes]),
    }
}

fn of_app(event: &AppEvent, app: &AppState) -> Sentence {
    let details = &app.details;
    match event {
        AppEvent::Registered(registration) => one(registered(registration)),
        AppEvent::DetailsChanged { name, description, homepage_url } => {
            details_changed(details, name, (description.as_ref(), homepage_url.as_ref()))
        }
        AppEvent::RedirectUrisChanged { redirect_uris } => {
            one(redirect_uris_changed(&details.redirect_uris, redirect_uris))
        }
        AppEvent::ScopesChanged { allowed_scopes } => one(scopes_changed(&details.allowed_scopes, allowed_scopes)),
        AppEvent::BranchRestrictionChanged { allowed_branches } => {
            one(branches_changed(&details.allowed_branches, allowed_branches))
        }
        AppEvent::TokenLifetimeChanged { token_lifetime } => {
            let [before, after] = [details.token_lifetime, *token_lifetime].map(|it| Term::Text(it.to_string()));
            one(phrase(Key::LifetimeChanged, [("before", before), ("after", after)]))
        }
        AppEvent::RefreshAuthenticationChanged { refresh_authentication } => one(match refresh_authentication {
            RefreshAuthentication::Always => phrase(Key::RefreshAlways, []),
            RefreshAuthentication::WhenRotated => phrase(Key::RefreshWhenRotated, []),
        }),
        AppEvent::SecretRotated { secret, rotated_at, previous_valid_until, .. } => {
            rotated(app, secret, (*rotated_at, *previous_valid_until))
        }
        AppEvent::SecretOverlapEnded { ended_at } => one(overlap_ended(app, *ended_at)),
        AppEvent::Revoked {} => one(phrase(Key::Revoked, [])),
        AppEvent::TokensCutOff { token_epoch } => {
            one(phrase(Key::CutOff, [("count", Term::Number((*token_epoch).into()))]))
        }
        AppEvent::Reactivated {} => one(phrase(Key::Reactivated, [])),
        AppEvent::TokenRevoked { token_id, .. } => {
            one(phrase(Key::TokenRevoked, [("token", Term::Text(token_id.to_string()))]))
        }
    }
}

fn details_changed(
    before: &Registration,
    name: &str,
    (description, homepage_url): (Option<&String>, Option<&String>),
) -> Sentence {
    let text = |text: Option<&String>| Term::Text(text.cloned().unwrap_or_default());
    let mut phrases = Vec::new();
    if before.name != name {
        let values = [("before", Term::Text(before.name.clone())), ("after", Term::Text(name.to_owned()))];
        phrases.push(phrase(Key::Renamed, values));
    }
    let old = before.description.as_ref();
    if old != description {
        let key = if description.is_some() { Key::DescriptionSet } else { Key::DescriptionRemoved };
        phrases.push(phrase(key, [("before", text(old)), ("after", text(description))]));
    }
    let old = before.homepage_url.as_ref();
    if old != homepage_url {
        let key = if homepage_url.is_some() { Key::HomepageSet } else { Key::HomepageRemoved };
        phrases.push(phrase(key, [("before", text(old)), ("after", text(homepage_url))]));
    }
    if phrases.is_empty() {
        phrases.push(phrase(Key::DetailsKept, []));
    }
    Sentence(phrases)
}

/// The four values of a list that has changed: what came, what went, all of before and all of after.
fn list_values(before: &[String], after: &[String]) -> ((bool, bool), [(&'static str, Term); 4]) {
    let without = |all: &[String], others: &[String]| -> Vec<String> {
        all.iter().filter(|item| !others.contains(item)).cloned().collect()
    };
    let (added, removed) = (without(after, before), without(before, after));
    let both = (!added.is_empty(), !removed.is_empty());
    let values = [("added", added), ("removed", removed), ("before", before.to_vec()), ("after", after.to_vec())];
    (both, values.map(|(name, texts)| (name, Term::Texts(texts))))
}

fn redirect_uris_changed(before: &[RedirectUri], after: &[RedirectUri]) -> Phrase {
    let [before, after] = [before, after].map(|uris| uris.iter().map(ToString::to_string).collect::<Vec<_>>());
    let (both, values) = list_values(&before, &after);
    let key = match both {
        (true, true) => Key::RedirectUrisChanged,
        (true, false) => Key::RedirectUrisAdded,
        (false, true) => Key::RedirectUrisRemoved,
        (false, false) => Key::RedirectUrisOrdered,
    };
    phrase(key, values)
}

fn scopes_changed(before: &ScopeSet, after: &ScopeSet) -> Phrase {
    let [before, after] = [before, after].map(|set| set.iter().map(ToString::to_string).collect::<Vec<_>>());
    let (both, values) = list_values(&before, &after);
    let key = match both {
        (true, true) => Key::ScopesChanged,
        (true, false) => Key::ScopesAdded,
        (false, true) => Key::ScopesRemoved,
        (false, false) => Key::ScopesKept,
    };
    phrase(key, values)
}

fn branches_changed(before: &BranchRestriction, after: &BranchRestriction) -> Phrase {
    let key = match (before, after) {
        (BranchRestriction::All, BranchRestriction::Only(_)) => Key::BranchesLimited,
        (_, BranchRestriction::All) => Key::BranchesFreed,
        (BranchRestriction::Only(_), BranchRestriction::Only(_)) => Key::BranchesChanged,
    };
    phrase(key, [("before", Term::Ids(before.to_list())), ("after", Term::Ids(after.to_list()))])
}

fn rotated(app: &AppState, secret: &Fingerprint, (at, until): (DateTime<Utc>, DateTime<Utc>)) -> Sentence {
    let last4 = |secret: &SecretGeneration| Term::Text(secret.fingerprint.last4.clone());
    let new = ("new", Term::Text(secret.last4.clone()));
    let old = ("old", app.secrets.current().map_or(Term::Text(String::new()), last4));
    let mut phrases = vec![if until > at {
        phrase(Key::RotatedWithOverlap, [new, old, ("until", Term::Time(until))])
    } else {
        phrase(Key::RotatedAtOnce, [new, old])
    }];
    // At most two secrets work at a time, so a third one that still did ends here.
    phrases.extend(overlapping(app, at).map(|older| phrase(Key::OverlapEnded, [("old", last4(older))])));
    Sentence(phrases)
}

fn overlap_ended(app: &AppState, at: DateTime<Utc>) -> Phrase {
    match overlapping(app, at) {
        Some(old) => phrase(Key::OverlapEnded, [("old", Term::Text(old.fingerprint.last4.clone()))]),
        None => phrase(Key::NoOverlapEnded, []),
    }
}

/// The old secret that still works at a time.
fn overlapping(app: &AppState, at: DateTime<Utc>) -> Option<&SecretGeneration> {
    app.secrets.iter().find(|secret| matches!(secret.acceptance, Acceptance::Until(end) if at < end))
}

fn of_consent(event: &ConsentEvent, before: Option<(Uuid, Option<&ScopeSet>)>, actor: &Actor) -> Phrase {
    let is_own = |user_id: Uuid| *actor == Actor::User(user_id);
    match event {
        ConsentEvent::Granted { user_id, organization_id, scopes: granted, .. } => {
            let (user, organization) = (("user", Term::Id(*user_id)), ("organization", Term::Id(*organization_id)));
            let all = ("scopes", scopes(granted.iter().map(ToString::to_string)));
            let Some(old) = before.and_then(|(_, scopes)| scopes) else {
                let key = if is_own(*user_id) { Key::Consented } else { Key::ConsentedFor };
                return phrase(key, [user, organization, all]);
            };
            let more = granted.iter().filter(|scope| !old.contains(scope)).map(ToString::to_string);
            let key = if is_own(*user_id) { Key::ConsentGrown } else { Key::ConsentGrownFor };
            phrase(key, [user, organization, all, ("added", scopes(more))])
        }
        ConsentEvent::Withdrawn { .. } => {
            let (user_id, old) = before.unwrap_or_default();
            let key = if is_own(user_id) { Key::Withdrew } else { Key::WithdrewFor };
            let old = old.into_iter().flat_map(ScopeSet::iter).map(ToString::to_string);
            phrase(key, [("user", Term::Id(user_id)), ("scopes", scopes(old))])
        }
    }
}

fn scopes(texts: impl Iterator<Item = String>) -> Term {
    Term::Texts(texts.collect())
}
