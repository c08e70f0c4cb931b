//! Whatever an app may ask for can be said.

use std::collections::BTreeSet;

use routix::pages::Words;
use routix::pages::language::Language;
use routix::proxy::catalogue::Catalogue;

#[test]
fn every_scope_and_every_resource_of_the_catalogue_has_words_in_both_languages() {
    let catalogue = Catalogue::built_in().unwrap();
    let scopes = catalogue.scopes();
    assert!(scopes.iter().count() >= 11, "{scopes}");
    for language in Language::ALL {
        let words = Words::new(language);
        let mut seen = BTreeSet::new();
        let mut check = |key: String| {
            let text = words.find(&key).unwrap_or_else(|| panic!("{language:?} has no text {key}"));
            assert!(!text.is_empty() && !text.contains("routix:") && text != key, "{language:?} {key}: {text}");
            assert!(seen.insert(text.clone()), "{language:?} says {text:?} twice");
        };
        for scope in scopes.iter() {
            check(format!("scope-{}-{}", scope.resource(), scope.action().as_str()));
        }
        for resource in catalogue.resources() {
            check(format!("resource-{}", resource.scope(routix_domain::value::Action::Read).resource()));
        }
    }
}

#[test]
fn the_languages_do_not_say_the_same_of_a_scope() {
    let scopes = Catalogue::built_in().unwrap().scopes();
    for scope in scopes.iter() {
        let key = format!("scope-{}-{}", scope.resource(), scope.action().as_str());
        let [english, dutch] = Language::ALL.map(|language| Words::new(language).find(&key));
        assert_ne!(english, dutch, "{key}");
    }
}
