//! Who did it, how they were authenticated, and in which request.

use std::collections::HashMap;

use uuid::Uuid;

/// Who caused an event. People are named by id: their e-mail and name live outside the log.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Actor {
    User(Uuid),
    App(Uuid),
    /// Somebody at the command line of the server, by the name of the account there.
    CommandLine(String),
    /// routix itself, for instance when it loads the demo.
    System,
}

impl Actor {
    pub fn kind(&self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::App(_) => "app",
            Self::CommandLine(_) => "command_line",
            Self::System => "system",
        }
    }

    pub fn id(&self) -> Option<String> {
        match self {
            Self::User(id) | Self::App(id) => Some(id.to_string()),
            Self::CommandLine(account) => Some(account.clone()),
            Self::System => None,
        }
    }

    /// Reads back what [`Self::kind`] and [`Self::id`] say.
    pub fn from_parts(kind: &str, id: Option<&str>) -> Option<Self> {
        match (kind, id) {
            ("user", Some(id)) => id.parse().ok().map(Self::User),
            ("app", Some(id)) => id.parse().ok().map(Self::App),
            ("command_line", Some(account)) => Some(Self::CommandLine(account.to_owned())),
            ("system", None) => Some(Self::System),
            _ => None,
        }
    }
}

/// What is recorded beside the payload of every event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    pub actor: Actor,
    /// `password`, `client_secret`, `command_line` or `none`.
    pub authenticated_by: String,
    /// The request that asked for it, as in its `x-request-id`.
    pub request_id: Option<String>,
    /// What began it all: equal for every event that follows from one request or command.
    pub correlation_id: Uuid,
    /// What directly caused it: the id of the command.
    pub causation_id: Uuid,
    /// SHA-256 over a random salt, the address and the user agent. Salt and values are kept outside the log and can be
    /// deleted; while they exist, they can be proven to belong to this event.
    pub context_commitment: Option<String>,
}

impl Metadata {
    /// The form in which cqrs-es carries it.
    pub fn to_map(&self) -> HashMap<String, String> {
        let required = [
            ("actor_kind", Some(self.actor.kind().to_owned())),
            ("actor_id", self.actor.id()),
            ("authenticated_by", Some(self.authenticated_by.clone())),
            ("request_id", self.request_id.clone()),
            ("correlation_id", Some(self.correlation_id.to_string())),
            ("causation_id", Some(self.causation_id.to_string())),
            ("context_commitment", self.context_commitment.clone()),
        ];
        required.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }

    /// `None` when a member that every event has is missing or malformed.
    pub fn from_map(map: &HashMap<String, String>) -> Option<Self> {
        let text = |name: &str| map.get(name).map(String::as_str);
        Some(Self {
            actor: Actor::from_parts(text("actor_kind")?, text("actor_id"))?,
            authenticated_by: text("authenticated_by")?.to_owned(),
            request_id: text("request_id").map(str::to_owned),
            correlation_id: text("correlation_id")?.parse().ok()?,
            causation_id: text("causation_id")?.parse().ok()?,
            context_commitment: text("context_commitment").map(str::to_owned),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_survives_its_map() {
        let metadata = Metadata {
            actor: Actor::User(Uuid::from_u128(7)),
            authenticated_by: "password".into(),
            request_id: Some("r-1".into()),
            correlation_id: Uuid::from_u128(1),
            causation_id: Uuid::from_u128(2),
            context_commitment: Some("ab".into()),
        };
        assert_eq!(Metadata::from_map(&metadata.to_map()), Some(metadata.clone()));
        let system = Metadata { actor: Actor::System, request_id: None, context_commitment: None, ..metadata };
        assert_eq!(Metadata::from_map(&system.to_map()), Some(system));
    }

    #[test]
    fn a_missing_member_is_noticed() {
        assert_eq!(Metadata::from_map(&HashMap::new()), None);
    }
}
