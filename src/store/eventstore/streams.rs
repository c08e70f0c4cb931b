//! The names of streams.

use cqrs_es::Aggregate;
use routix_domain::app::App;
use routix_domain::authorization::Authorization;
use routix_domain::consent::Consent;
use routix_domain::organization::Organization;
use routix_domain::person::Person;
use routix_domain::projection::ProjectionSkips;
use routix_domain::reservation::Reservation;
use routix_domain::signing_key::SigningKey;

/// Ours, by the names of their streams. A server has streams of its own, named `$…`, and may have those of other
/// applications.
const TYPES: [&str; 8] = [
    App::TYPE,
    Authorization::TYPE,
    Consent::TYPE,
    Organization::TYPE,
    Person::TYPE,
    ProjectionSkips::TYPE,
    Reservation::TYPE,
    SigningKey::TYPE,
];

/// The streams of one log.
pub(super) struct Streams {
    namespace: String,
}

impl Streams {
    pub(super) fn within(namespace: &str) -> Self {
        Self { namespace: namespace.to_owned() }
    }

    pub(super) fn name(&self, aggregate_type: &str, aggregate_id: &str) -> String {
        format!("{}{aggregate_type}-{aggregate_id}", self.namespace)
    }

    /// Aggregate type and id, or `None` for a stream of somebody else. A type has no dash, an id may.
    pub(super) fn parse<'a>(&self, name: &'a str) -> Option<(&'a str, &'a str)> {
        let (aggregate_type, aggregate_id) = name.strip_prefix(&self.namespace)?.split_once('-')?;
        TYPES.contains(&aggregate_type).then_some((aggregate_type, aggregate_id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_whose_stream_it_is() {
        let streams = Streams::within("");
        assert_eq!(streams.name("app", "a-b"), "app-a-b");
        assert_eq!(streams.parse("app-a-b"), Some(("app", "a-b")));
        assert_eq!(streams.parse("app-"), Some(("app", "")));
        for foreign in ["$settings", "$$app-a", "$ce-app", "order-1", "app", "apps-1", "App-1", ""] {
            assert_eq!(streams.parse(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn a_namespace_is_in_front_of_every_name() {
        let streams = Streams::within("test7.");
        assert_eq!(streams.name("app", "a"), "test7.app-a");
        assert_eq!(streams.parse("test7.app-a"), Some(("app", "a")));
        for foreign in ["app-a", "test8.app-a", "test7.order-1"] {
            assert_eq!(streams.parse(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn every_type_that_has_events_is_known() {
        let golden = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/domain/golden")).unwrap();
        let mut seen = Vec::new();
        for file in golden {
            let name = file.unwrap().file_name().into_string().unwrap();
            let aggregate_type = name.split('.').next().unwrap().to_owned();
            assert!(TYPES.contains(&aggregate_type.as_str()), "{name}");
            seen.push(aggregate_type);
        }
        assert!(TYPES.iter().all(|known| seen.iter().any(|seen| seen == known) && !known.contains('-')));
    }
}
