//! Scopes in words.

use std::collections::BTreeMap;

use routix_domain::value::{Action, Scope, ScopeSet};

use super::Words;

/// What each scope lets an app do, as the catalogue says it; for scopes of which we have no words of our own.
pub type ScopeTexts = BTreeMap<Scope, String>;

/// What an app may do with one kind of record.
pub struct ScopeGroup {
    pub resource: String,
    pub abilities: Vec<Ability>,
}

/// One scope.
pub struct Ability {
    pub scope: Scope,
    pub text: String,
    /// Whether something can be changed with it.
    pub writes: bool,
}

/// The scopes in words, those of one kind of record together, in the order of the set.
pub fn groups(words: &Words, texts: &ScopeTexts, scopes: &ScopeSet) -> Vec<ScopeGroup> {
    let mut groups: Vec<(&str, ScopeGroup)> = Vec::new();
    for scope in scopes.iter() {
        let writes = scope.action() == Action::Write;
        let ability = Ability { scope: scope.clone(), text: text(words, texts, scope), writes };
        match groups.iter_mut().find(|(name, _)| *name == scope.resource()) {
            Some((_, group)) => group.abilities.push(ability),
            None => {
                let resource = words.find(&format!("resource-{}", scope.resource()));
                let resource = resource.unwrap_or_else(|| scope.resource().to_owned());
                groups.push((scope.resource(), ScopeGroup { resource, abilities: vec![ability] }));
            }
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// Our own words, or those with which an operator declared a resource of his own.
fn text(words: &Words, texts: &ScopeTexts, scope: &Scope) -> String {
    let key = format!("scope-{}-{}", scope.resource(), scope.action().as_str());
    words.find(&key).or_else(|| texts.get(scope).cloned()).unwrap_or_else(|| scope.to_string())
}
