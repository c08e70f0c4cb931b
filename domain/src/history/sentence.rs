//! Sentences as data: a key and named values, which each language puts into words, and the English words.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// What an event did: one phrase for most, several where one event did several things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence(pub Vec<Phrase>);

/// One thing that was done. A template of a language names the values in braces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    pub key: Key,
    pub values: Vec<(&'static str, Term)>,
}

/// A value in a phrase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    Text(String),
    Texts(Vec<String>),
    Number(u64),
    Time(DateTime<Utc>),
    /// Somebody or something with a name outside of the event.
    Id(Uuid),
    Ids(Vec<Uuid>),
}

/// Names of people, branches and organizations by their id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names(HashMap<Uuid, String>);

impl Names {
    pub fn insert(&mut self, id: Uuid, name: String) {
        self.0.insert(id, name);
    }

    pub fn get(&self, id: Uuid) -> Option<&str> {
        self.0.get(&id).map(String::as_str)
    }

    /// The name, or the id of what has none here.
    pub fn of(&self, id: Uuid) -> String {
        self.get(id).map_or_else(|| id.to_string(), str::to_owned)
    }
}

/// Declares the keys with their names and their English words.
macro_rules! keys {
    ($($key:ident => ($name:literal, $english:literal),)+) => {
        /// What can be said of an event.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Key { $($key),+ }

        impl Key {
            pub const ALL: &'static [Self] = &[$(Self::$key),+];

            /// The name under which a language keeps its template.
            pub fn name(self) -> &'static str {
                match self { $(Self::$key => $name),+ }
            }

            /// The English template, with the names of the values in braces.
            pub fn english(self) -> &'static str {
                match self { $(Self::$key => $english),+ }
            }
        }
    };
}

keys! {
    Registered => ("registered", "registered the app “{name}” with the secret …{last4} and the scopes {scopes}"),
    RegisteredPublic => ("registered-public", "registered the public app “{name}” with the scopes {scopes}"),
    Renamed => ("renamed", "renamed the app from “{before}” to “{after}”"),
    DescriptionSet => ("description-set", "changed the description"),
    DescriptionRemoved => ("description-removed", "removed the description"),
    HomepageSet => ("homepage-set", "set the homepage to {after}"),
    HomepageRemoved => ("homepage-removed", "removed the homepage, which was {before}"),
    DetailsKept => ("details-kept", "confirmed name, description and homepage"),
    RedirectUrisAdded => ("redirect-uris-added", "changed the redirect URIs: added {added}"),
    RedirectUrisRemoved => ("redirect-uris-removed", "changed the redirect URIs: removed {removed}"),
    RedirectUrisChanged => ("redirect-uris-changed", "changed the redirect URIs: added {added}; removed {removed}"),
    RedirectUrisOrdered => ("redirect-uris-ordered", "put the redirect URIs in another order: {after}"),
    ScopesAdded => ("scopes-added", "changed the scopes: added {added}"),
    ScopesRemoved => ("scopes-removed", "changed the scopes: removed {removed}"),
    ScopesChanged => ("scopes-changed", "changed the scopes: added {added}; removed {removed}"),
    ScopesKept => ("scopes-kept", "confirmed the scopes {after}"),
    BranchesLimited => ("branches-limited", "limited the app to {after}; before, it reached every branch"),
    BranchesFreed => ("branches-freed", "let the app reach every branch, future ones too; before, only {before}"),
    BranchesChanged => ("branches-changed", "changed the branches of the app from {before} to {after}"),
    LifetimeChanged => ("lifetime-changed", "changed the lifetime of tokens from {before} to {after}"),
    RefreshAlways => ("refresh-always", "asked for the secret at every refresh"),
    RefreshWhenRotated => ("refresh-when-rotated", "asked for the secret at a refresh only once it was rotated"),
    RotatedAtOnce => ("rotated-at-once", "rotated the secret: …{new} replaces …{old}, which stopped working"),
    RotatedWithOverlap =>
        ("rotated-with-overlap", "rotated the secret: …{new} replaces …{old}, which works until {until}"),
    OverlapEnded => ("overlap-ended", "ended the overlap: …{old} stopped working"),
    NoOverlapEnded => ("no-overlap-ended", "ended an overlap that was over"),
    Revoked => ("revoked", "revoked the app: no new tokens"),
    CutOff => ("cut-off", "cut off every token that was out (cut-off {count})"),
    Reactivated => ("reactivated", "reactivated the app"),
    TokenRevoked => ("token-revoked", "gave back the token {token}"),
    Consented => ("consented", "consented to {scopes} in {organization}"),
    ConsentedFor => ("consented-for", "recorded that {user} consents to {scopes} in {organization}"),
    ConsentGrown => ("consent-grown", "consented to more in {organization}: {added}"),
    ConsentGrownFor => ("consent-grown-for", "recorded that {user} consents to more in {organization}: {added}"),
    Withdrew => ("withdrew", "withdrew the consent to {scopes}"),
    WithdrewFor => ("withdrew-for", "withdrew the consent of {user} to {scopes}"),
}

impl Phrase {
    pub fn get(&self, name: &str) -> Option<&Term> {
        self.values.iter().find(|(found, _)| *found == name).map(|(_, term)| term)
    }

    /// The English words. What a value says is never read as a template.
    pub fn english(&self, names: &Names) -> String {
        let mut pieces = self.key.english().split('{');
        let mut text = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let (name, rest) = piece.split_once('}').unwrap_or((piece, ""));
            text += &self.get(name).map(|term| term.english(names)).unwrap_or_default();
            text += rest;
        }
        text
    }
}

impl Sentence {
    /// The English words, on one line.
    pub fn english(&self, names: &Names) -> String {
        self.0.iter().map(|phrase| phrase.english(names)).collect::<Vec<_>>().join("; ")
    }
}

impl Term {
    fn english(&self, names: &Names) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Texts(texts) => list(texts),
            Self::Number(number) => number.to_string(),
            Self::Time(moment) => time(*moment),
            Self::Id(id) => names.of(*id),
            Self::Ids(ids) => list(&ids.iter().map(|id| names.of(*id)).collect::<Vec<_>>()),
        }
    }
}

fn list(texts: &[String]) -> String {
    if texts.is_empty() { "nothing".to_owned() } else { texts.join(", ") }
}

/// A time for people, in UTC and saying so.
pub(super) fn time(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}
