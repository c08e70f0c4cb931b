//! Sentences of the domain in the reader's language.

use routix_domain::history::{Key, Names, Phrase, Sentence, Term};
use routix_domain::log::Actor;
use routix_domain::value::{Action, Scope, ScopeSet, TokenLifetime};
use uuid::Uuid;

use crate::history::{ActorNames, Called, HistoryNames};
use crate::pages::Words;
use crate::pages::scopes::{ScopeTexts, groups};

const MINUTE: u32 = 60;
const HOUR: u32 = 60 * MINUTE;
const DAY: u32 = 24 * HOUR;
/// A year of 365.2425 days, rounded down.
const YEAR: u32 = 31_556_952;

/// The words of a reader, with the names of those in a history.
pub(super) struct Telling<'a> {
    pub(super) words: &'a Words,
    pub(super) texts: &'a ScopeTexts,
    actors: ActorNames,
    names: Names,
}

impl<'a> Telling<'a> {
    pub(super) fn new(words: &'a Words, texts: &'a ScopeTexts, actors: ActorNames, names: &HistoryNames) -> Self {
        let names = names.in_words(|called| {
            Some(match called {
                Called::Name(name) => name.clone(),
                Called::Forgotten => words.get("told-forgotten"),
                Called::HiddenPerson => words.get("told-outsider"),
                Called::HiddenOrganization => words.get("told-other-organization"),
            })
        });
        Self { words, texts, actors, names }
    }

    /// The name of somebody or something in a sentence, or its id.
    pub(super) fn name(&self, id: Uuid) -> String {
        self.names.of(id)
    }

    /// Who did it, as the beginning of a sentence.
    pub(super) fn who(&self, actor: &Actor) -> String {
        let id = actor.id().unwrap_or_default();
        let name = match self.actors.called(actor) {
            Some(Called::Name(name)) => name.clone(),
            Some(Called::Forgotten) => self.words.get("history-forgotten"),
            Some(Called::HiddenPerson | Called::HiddenOrganization) => {
                self.words.with("history-outsider", &[("id", &id)])
            }
            None => id,
        };
        match actor {
            Actor::User(_) | Actor::System => name,
            Actor::App(_) => self.words.with("history-app", &[("name", &name)]),
            Actor::CommandLine(_) => self.words.with("history-command-line", &[("name", &name)]),
        }
    }

    /// The name that data has beside an actor.
    pub(super) fn api_name(&self, actor: &Actor) -> Option<&str> {
        self.actors.of(actor)
    }

    /// How it was proven who did it; `None` where nothing had to be.
    pub(super) fn proof(&self, authenticated_by: &str) -> Option<String> {
        match authenticated_by {
            "password" => Some(self.words.get("history-by-password")),
            "client_secret" => Some(self.words.get("history-by-client-secret")),
            // That it was the command line is said with the name already, and routix itself needs no proof.
            "command_line" | "none" => None,
            other => Some(other.to_owned()),
        }
    }

    /// What was done, without who did it.
    pub(super) fn sentence(&self, sentence: &Sentence) -> String {
        sentence.0.iter().map(|phrase| self.phrase(phrase)).collect::<Vec<_>>().join("; ")
    }

    fn phrase(&self, phrase: &Phrase) -> String {
        let terms: Vec<(&str, String)> =
            phrase.values.iter().map(|(name, term)| (*name, self.term(phrase.key, term))).collect();
        let terms: Vec<(&str, &str)> = terms.iter().map(|(name, text)| (*name, text.as_str())).collect();
        self.words.with(&format!("told-{}", phrase.key.name()), &terms)
    }

    fn term(&self, key: Key, term: &Term) -> String {
        match term {
            Term::Text(text) if key == Key::LifetimeChanged => self.lifetime_text(text),
            Term::Text(text) => text.clone(),
            Term::Texts(texts) if is_about_redirect_uris(key) => self.list(texts.clone()),
            Term::Texts(texts) => self.list(texts.iter().map(|text| self.scope(text)).collect()),
            Term::Number(number) => number.to_string(),
            Term::Time(time) => self.words.moment(*time).text,
            Term::Id(id) => self.name(*id),
            Term::Ids(ids) => self.list(ids.iter().map(|id| self.name(*id)).collect()),
        }
    }

    fn list(&self, texts: Vec<String>) -> String {
        if texts.is_empty() { self.words.get("told-nothing") } else { texts.join(", ") }
    }

    /// A scope in a sentence: short. What is no scope of ours stays as it is.
    fn scope(&self, text: &str) -> String {
        let Ok(scope) = text.parse::<Scope>() else { return text.to_owned() };
        let Some(resource) = self.words.find(&format!("resource-{}", scope.resource())) else { return text.to_owned() };
        match scope.action() {
            Action::Read => self.words.with("told-scope-read", &[("resource", &resource)]),
            Action::Write => self.words.with("told-scope-write", &[("resource", &resource)]),
        }
    }

    /// What each of these scopes lets an app do, one line a scope.
    pub(super) fn scope_lines(&self, scopes: &ScopeSet) -> Vec<String> {
        let groups = groups(self.words, self.texts, scopes);
        let lines = groups.iter().flat_map(|group| {
            group.abilities.iter().map(move |ability| format!("{}: {}", group.resource, ability.text))
        });
        lines.collect()
    }

    pub(super) fn lifetime(&self, lifetime: TokenLifetime) -> String {
        let Some(seconds) = lifetime.seconds() else { return self.words.get("history-lifetime-unlimited") };
        let (key, unit) = match seconds {
            YEAR.. => ("history-lifetime-years", YEAR),
            DAY.. => ("history-lifetime-days", DAY),
            HOUR.. => ("history-lifetime-hours", HOUR),
            _ => ("history-lifetime-minutes", MINUTE),
        };
        self.words.with(key, &[("count", &(seconds / unit).to_string())])
    }

    fn lifetime_text(&self, text: &str) -> String {
        text.parse().map_or_else(|_| text.to_owned(), |lifetime| self.lifetime(lifetime))
    }

    /// What was before and what came after, where a sentence has both and they differ.
    pub(super) fn difference(&self, phrase: &Phrase) -> Option<Difference> {
        let lines = |name| Some(self.lines((phrase.key, name), phrase.get(name)?));
        let (before, after) = (lines("before")?, lines("after")?);
        (before != after).then(|| Difference::of(before, after))
    }

    fn lines(&self, (key, name): (Key, &str), term: &Term) -> Vec<String> {
        match term {
            Term::Text(text) if text.is_empty() => vec![self.words.get("history-not-set")],
            Term::Texts(texts) if !is_about_redirect_uris(key) => {
                self.scope_lines(&texts.iter().filter_map(|text| text.parse().ok()).collect())
            }
            Term::Texts(texts) => texts.clone(),
            Term::Ids(_) if matches!((key, name), (Key::BranchesLimited, "before") | (Key::BranchesFreed, "after")) => {
                vec![self.words.get("history-every-branch")]
            }
            Term::Ids(ids) if ids.is_empty() => vec![self.words.get("history-no-branch")],
            Term::Ids(ids) => ids.iter().map(|id| self.name(*id)).collect(),
            Term::Text(_) | Term::Number(_) | Term::Time(_) | Term::Id(_) => vec![self.term(key, term)],
        }
    }
}

fn is_about_redirect_uris(key: Key) -> bool {
    matches!(
        key,
        Key::RedirectUrisAdded | Key::RedirectUrisRemoved | Key::RedirectUrisChanged | Key::RedirectUrisOrdered
    )
}

/// Whether something worked before and does not work any more.
pub(super) fn ends_something(sentence: &Sentence) -> bool {
    sentence.0.iter().any(|phrase| {
        matches!(
            phrase.key,
            Key::Revoked | Key::CutOff | Key::TokenRevoked | Key::OverlapEnded | Key::Withdrew | Key::WithdrewFor
        )
    })
}

/// Two values line by line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Difference {
    /// In both.
    pub(super) kept: Vec<String>,
    pub(super) before: Vec<String>,
    pub(super) after: Vec<String>,
}

impl Difference {
    pub(super) fn of(before: Vec<String>, after: Vec<String>) -> Self {
        let without = |all: &[String], others: &[String]| -> Vec<String> {
            all.iter().filter(|line| !others.contains(line)).cloned().collect()
        };
        let (gone, new) = (without(&before, &after), without(&after, &before));
        if gone.is_empty() && new.is_empty() {
            // Only their order differs, which shows in all of them alone.
            return Self { kept: Vec::new(), before, after };
        }
        let kept = without(&before, &gone);
        Self { kept, before: gone, after: new }
    }
}
