//! Scopes, `routix:<resource>:<read|write>`, and ordered sets of them (seed: API integration, "Scopes").

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize, Serializer};

use super::Fault;

/// What a scope lets an app do with a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    Read,
    Write,
}

impl Action {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

/// One scope. Which resources exist is the catalogue's knowledge; here only the form is judged.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Scope {
    resource: String,
    action: Action,
}

impl Scope {
    pub fn new(resource: impl Into<String>, action: Action) -> Self {
        Self { resource: resource.into(), action }
    }

    pub fn resource(&self) -> &str {
        &self.resource
    }

    pub fn action(&self) -> Action {
        self.action
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The text is not `routix:<resource>:<read|write>`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a scope looks like routix:<resource>:read or routix:<resource>:write")]
pub struct MalformedScope;

impl FromStr for Scope {
    type Err = MalformedScope;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.split(':');
        let (Some("routix"), Some(resource), Some(action), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(MalformedScope);
        };
        let named = !resource.is_empty()
            && resource.len() <= 64
            && resource.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        let action = match action {
            "read" => Action::Read,
            "write" => Action::Write,
            _ => return Err(MalformedScope),
        };
        if named { Ok(Self::new(resource, action)) } else { Err(MalformedScope) }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Every token says it of each scope: piece by piece, which is faster than a format.
        for piece in ["routix:", &self.resource, ":", self.action.as_str()] {
            f.write_str(piece)?;
        }
        Ok(())
    }
}

impl TryFrom<String> for Scope {
    type Error = MalformedScope;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// Scopes in the order in which they were given, each once.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ScopeSet(Vec<Scope>);

impl ScopeSet {
    pub fn contains(&self, scope: &Scope) -> bool {
        self.0.contains(scope)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Scope> {
        self.0.iter()
    }

    pub fn is_subset(&self, other: &Self) -> bool {
        self.iter().all(|scope| other.contains(scope))
    }

    /// The scopes of `self` that `other` holds too.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.iter().filter(|scope| other.contains(scope)).cloned().collect()
    }

    /// The value of an OAuth `scope` parameter: scopes between single spaces (RFC 6749, 3.3).
    ///
    /// # Errors
    /// [`MalformedScope`] when a part is no scope.
    pub fn parse_parameter(value: &str) -> Result<Self, MalformedScope> {
        value.split(' ').filter(|part| !part.is_empty()).map(str::parse).collect()
    }

    /// A list of scopes in a request body, judged against the scopes that exist.
    ///
    /// # Errors
    /// One fault an entry that is malformed or unknown, named by index; one for an empty list.
    pub fn parse_list(field: &str, values: &[String], known: &Self) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut set = Self::default();
        for (index, value) in values.iter().enumerate() {
            match value.parse::<Scope>() {
                Ok(scope) if known.contains(&scope) => set.insert(scope),
                Ok(_) | Err(MalformedScope) => faults.push(Fault::new(
                    format!("{field}[{index}]"),
                    "unknown_scope",
                    format!("no such scope; there are {known}"),
                )),
            }
        }
        if values.is_empty() {
            faults.push(Fault::new(field, "required", "name at least one scope"));
        }
        if faults.is_empty() { Ok(set) } else { Err(faults) }
    }

    fn insert(&mut self, scope: Scope) {
        if !self.contains(&scope) {
            self.0.push(scope);
        }
    }
}

/// Sets are equal when they hold the same scopes, whatever their order.
impl PartialEq for ScopeSet {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.is_subset(other)
    }
}

impl Eq for ScopeSet {}

impl FromIterator<Scope> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        let mut set = Self::default();
        scopes.into_iter().for_each(|scope| set.insert(scope));
        set
    }
}

/// The OAuth `scope` parameter.
impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, scope) in self.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            write!(f, "{scope}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_survives_its_text() {
        for (text, resource, action) in [
            ("routix:accounts:read", "accounts", Action::Read),
            ("routix:order_lines2:write", "order_lines2", Action::Write),
        ] {
            let scope: Scope = text.parse().unwrap();
            assert_eq!((scope.resource(), scope.action(), scope.to_string().as_str()), (resource, action, text));
        }
    }

    #[test]
    fn malformed_scopes_are_refused() {
        for text in [
            "",
            "routix",
            "routix:accounts",
            "routix:accounts:delete",
            "routix::read",
            "ROUTIX:accounts:read",
            "routix:accounts:read:x",
            "routix:Accounts:read",
            "routix:acc ounts:read",
            "other:accounts:read",
        ] {
            assert_eq!(text.parse::<Scope>(), Err(MalformedScope), "{text}");
        }
    }

    #[test]
    fn two_sets_share_what_both_hold() {
        let set = |text: &str| ScopeSet::parse_parameter(text).unwrap();
        let (one, other) = (set("routix:a:read routix:b:read"), set("routix:b:read routix:b:write"));
        assert_eq!(one.intersection(&other), set("routix:b:read"));
        assert!(one.intersection(&set("")).is_empty());
    }

    #[test]
    fn a_parameter_keeps_the_order_and_drops_doubles() {
        let set = ScopeSet::parse_parameter("routix:orders:read  routix:accounts:read routix:orders:read").unwrap();
        assert_eq!(set.to_string(), "routix:orders:read routix:accounts:read");
    }

    #[test]
    fn every_unknown_entry_of_a_list_is_named() {
        let known = ScopeSet::parse_parameter("routix:orders:read").unwrap();
        let values = ["routix:orders:read", "routix:moon:read", "x"].map(String::from);
        let faults = ScopeSet::parse_list("allowed_scopes", &values, &known).unwrap_err();
        let fields: Vec<_> = faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields, ["allowed_scopes[1]", "allowed_scopes[2]"]);
    }
}
