//! What the domain says, in each language.

use routix_domain::history::{Key, Phrase, Sentence, Term};
use routix_domain::log::Actor;
use routix_domain::value::TokenLifetime;
use uuid::Uuid;

use super::filter::{type_name, types};
use super::telling::{Difference, Telling, ends_something};
use crate::history::{ActorNames, HistoryNames};
use crate::pages::Words;
use crate::pages::language::Language;
use crate::pages::scopes::ScopeTexts;

const ENGLISH: Words = Words { language: Language::English };
const DUTCH: Words = Words { language: Language::Dutch };

/// What the phrase of a key says when nobody in it has a name, in both languages.
fn said(key: Key, values: &[(&'static str, Term)]) -> [String; 2] {
    let sentence = Sentence(vec![Phrase { key, values: values.to_vec() }]);
    let texts = ScopeTexts::new();
    [&ENGLISH, &DUTCH].map(|words| {
        let telling = Telling::new(words, &texts, ActorNames::default(), &HistoryNames::default());
        telling.sentence(&sentence)
    })
}

fn difference(key: Key, before: Term, after: Term) -> Option<Difference> {
    let texts = ScopeTexts::new();
    let telling = Telling::new(&ENGLISH, &texts, ActorNames::default(), &HistoryNames::default());
    telling.difference(&Phrase { key, values: vec![("before", before), ("after", after)] })
}

fn texts(items: &[&str]) -> Term {
    Term::Texts(items.iter().map(|item| (*item).to_owned()).collect())
}

fn lines(items: &[&str]) -> Vec<String> {
    items.iter().map(|item| (*item).to_owned()).collect()
}

#[test]
fn every_sentence_of_the_domain_is_told_with_its_variables_in_both_languages() {
    for key in Key::ALL {
        let names: Vec<&str> = key.english().split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
        let marks: Vec<String> = names.iter().map(|name| format!("<{name}>")).collect();
        let values: Vec<(&str, &str)> = names.iter().copied().zip(marks.iter().map(String::as_str)).collect();
        for words in [ENGLISH, DUTCH] {
            let text = words.with(&format!("told-{}", key.name()), &values);
            let language = words.language;
            assert!(!text.starts_with("told-") && !text.contains('{'), "{language:?} {key:?}: {text}");
            assert_eq!(text.matches('<').count(), marks.len(), "{language:?} {key:?}: {text}");
            assert!(marks.iter().all(|mark| text.contains(mark)), "{language:?} {key:?}: {text}");
            let english = key.english().replace('{', "<").replace('}', ">");
            assert_eq!(text == english, language == Language::English, "{key:?}: {text}");
        }
    }
}

#[test]
fn every_type_of_event_has_a_name() {
    for name in types() {
        let [english, dutch] = [ENGLISH, DUTCH].map(|words| type_name(&words, name));
        assert!(english != name && dutch != name && english != dutch, "{name}: {english}, {dutch}");
    }
    assert_eq!(type_name(&ENGLISH, "app.exploded"), "app.exploded");
}

#[test]
fn values_are_told_in_the_language_of_the_sentence() {
    let values = [("before", Term::Text("1h".to_owned())), ("after", Term::Text("unlimited".to_owned()))];
    let [english, dutch] = said(Key::LifetimeChanged, &values);
    assert_eq!(english, "changed the lifetime of tokens from 1 hour to unlimited");
    assert_eq!(dutch, "heeft de levensduur van tokens gewijzigd van 1 uur in onbeperkt");
    let [english, dutch] =
        said(Key::ScopesAdded, &[("added", texts(&["routix:orders:write", "routix:toll_roads:read"]))]);
    assert_eq!(english, "changed the scopes: added Orders (write), routix:toll_roads:read");
    assert_eq!(dutch, "heeft de scopes gewijzigd: Orders (schrijven), routix:toll_roads:read toegevoegd");
    let time = "2026-03-01T12:00:00Z".parse().unwrap();
    let values = [("new", Term::Text("abcd".into())), ("old", Term::Text("0123".into())), ("until", Term::Time(time))];
    let [english, dutch] = said(Key::RotatedWithOverlap, &values);
    assert_eq!(english, "rotated the secret: …abcd replaces …0123, which works until 1 March 2026, 12:00 UTC");
    assert!(dutch.ends_with("…0123, dat werkt tot 1 maart 2026, 12:00 UTC"), "{dutch}");
    let id = Uuid::from_u128(7);
    let [english, _] = said(Key::BranchesChanged, &[("before", Term::Ids(vec![id])), ("after", Term::Ids(Vec::new()))]);
    assert_eq!(english, format!("changed the branches of the app from {id} to nothing"));
}

#[test]
fn a_value_is_no_template() {
    let [english, dutch] = said(Key::RedirectUrisAdded, &[("added", texts(&["https://a.example/{$x}"]))]);
    assert!(english.ends_with("added https://a.example/{$x}"), "{english}");
    assert!(dutch.contains("https://a.example/{$x}"), "{dutch}");
}

#[test]
fn a_difference_shows_what_stays_what_goes_and_what_comes() {
    let found = difference(
        Key::ScopesChanged,
        texts(&["routix:orders:read", "routix:accounts:read"]),
        texts(&["routix:orders:read", "routix:orders:write"]),
    );
    let expected = Difference {
        kept: lines(&["Orders: See transport orders and their stops"]),
        before: lines(&["Accounts: See customers, suppliers and carriers"]),
        after: lines(&["Orders: Add transport orders, and change them"]),
    };
    assert_eq!(found, Some(expected));
    let (a, b) = ("https://a.example/", "https://b.example/");
    let ordered = difference(Key::RedirectUrisOrdered, texts(&[a, b]), texts(&[b, a])).unwrap();
    assert_eq!((ordered.kept, ordered.before, ordered.after), (lines(&[]), lines(&[a, b]), lines(&[b, a])));
    assert_eq!(difference(Key::ScopesKept, texts(&["routix:orders:read"]), texts(&["routix:orders:read"])), None);
}

#[test]
fn no_branches_are_all_of_them_or_none_as_the_sentence_means() {
    let id = Uuid::from_u128(7);
    let (none, one) = (|| Term::Ids(Vec::new()), || Term::Ids(vec![id]));
    let sides = |key, before, after| difference(key, before, after).map(|found| (found.before, found.after)).unwrap();
    let (every, named) = (lines(&["Every branch, future ones too"]), lines(&[&id.to_string()]));
    assert_eq!(sides(Key::BranchesLimited, none(), one()), (every.clone(), named.clone()));
    assert_eq!(sides(Key::BranchesFreed, one(), none()), (named.clone(), every.clone()));
    assert_eq!(sides(Key::BranchesChanged, one(), none()), (named, lines(&["No branch"])));
    assert_eq!(sides(Key::BranchesLimited, none(), none()), (every, lines(&["No branch"])));
}

#[test]
fn what_ends_something_is_known() {
    let ends = |keys: &[Key]| {
        ends_something(&Sentence(keys.iter().map(|key| Phrase { key: *key, values: Vec::new() }).collect()))
    };
    assert!([Key::Revoked, Key::CutOff, Key::WithdrewFor].iter().all(|key| ends(&[*key])));
    assert!(ends(&[Key::RotatedAtOnce, Key::OverlapEnded]));
    assert!(!ends(&[Key::Registered]) && !ends(&[Key::Reactivated, Key::ScopesAdded]) && !ends(&[]));
}

#[test]
fn lifetimes_are_told_in_their_largest_unit() {
    let texts = ScopeTexts::new();
    for (lifetime, english, dutch) in [
        ("1m", "1 minute", "1 minuut"),
        ("59m", "59 minutes", "59 minuten"),
        ("60m", "1 hour", "1 uur"),
        ("1d", "1 day", "1 dag"),
        ("20y", "20 years", "20 jaar"),
        ("unlimited", "unlimited", "onbeperkt"),
    ] {
        let lifetime: TokenLifetime = lifetime.parse().unwrap();
        let told = [&ENGLISH, &DUTCH].map(|words| {
            Telling::new(words, &texts, ActorNames::default(), &HistoryNames::default()).lifetime(lifetime)
        });
        assert_eq!(told, [english, dutch]);
    }
}

#[test]
fn whoever_is_not_known_keeps_his_id() {
    let texts = ScopeTexts::new();
    let telling = Telling::new(&DUTCH, &texts, ActorNames::default(), &HistoryNames::default());
    let id = Uuid::from_u128(7);
    assert_eq!(telling.who(&Actor::User(id)), id.to_string());
    assert_eq!(telling.who(&Actor::CommandLine("deploy".into())), "deploy (opdrachtregel)");
    assert_eq!(telling.proof("passkey"), Some("passkey".to_owned()), "a way that is new is shown as it is");
    assert_eq!(telling.proof("command_line"), None);
}
