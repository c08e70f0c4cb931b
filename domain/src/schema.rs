//! The published JSON Schemas (draft 2020-12) of what is stored: one for each type and version of event, of its payload.
//!
//! They are written by hand and held to the Rust types by tests: every golden file and every event of a random history
//! validates. A schema describes stored events, so it is never narrowed; a new shape is a new version.

/// The schema of one version of one type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schema {
    pub event_type: &'static str,
    pub event_version: &'static str,
    /// JSON text.
    pub text: &'static str,
}

macro_rules! schema {
    ($event_type:literal, $event_version:literal) => {
        Schema {
            event_type: $event_type,
            event_version: $event_version,
            text: include_str!(concat!("../schemas/", $event_type, ".", $event_version, ".json")),
        }
    };
}

/// Every schema, in the order of types.
pub const SCHEMAS: &[Schema] = &[
    schema!("app.registered", "1"),
    schema!("app.details_changed", "1"),
    schema!("app.redirect_uris_changed", "1"),
    schema!("app.scopes_changed", "1"),
    schema!("app.branch_restriction_changed", "1"),
    schema!("app.token_lifetime_changed", "1"),
    schema!("app.refresh_authentication_changed", "1"),
    schema!("app.secret_rotated", "1"),
    schema!("app.secret_overlap_ended", "1"),
    schema!("app.revoked", "1"),
    schema!("app.tokens_cut_off", "1"),
    schema!("app.reactivated", "1"),
    schema!("app.token_revoked", "1"),
    schema!("authorization.denied", "1"),
    schema!("authorization.code_issued", "1"),
    schema!("authorization.code_refused", "1"),
    schema!("authorization.code_redeemed", "1"),
    schema!("authorization.refreshed", "1"),
    schema!("authorization.ended", "1"),
    schema!("consent.granted", "1"),
    schema!("consent.withdrawn", "1"),
    schema!("organization.created", "1"),
    schema!("organization.branch_opened", "1"),
    schema!("organization.branch_renamed", "1"),
    schema!("organization.branch_closed", "1"),
    schema!("organization.member_added", "1"),
    schema!("organization.member_changed", "1"),
    schema!("organization.member_removed", "1"),
    schema!("person.forgotten", "1"),
    schema!("projection.event_skipped", "1"),
    schema!("reservation.made", "1"),
    schema!("signing_key.published", "1"),
    schema!("signing_key.retired", "1"),
];

impl Schema {
    /// The file name under which it is published: `app.registered.v1.json`.
    pub fn name(&self) -> String {
        format!("{}.v{}.json", self.event_type, self.event_version)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::app::AppEvent;
    use crate::authorization::AuthorizationEvent;
    use crate::consent::ConsentEvent;
    use crate::organization::OrganizationEvent;
    use crate::person::PersonEvent;
    use crate::projection::ProjectionEvent;
    use crate::reservation::ReservationEvent;
    use crate::signing_key::SigningKeyEvent;

    #[test]
    fn every_type_that_is_written_has_a_schema() {
        let types = [
            AppEvent::TYPES,
            AuthorizationEvent::TYPES,
            ConsentEvent::TYPES,
            OrganizationEvent::TYPES,
            PersonEvent::TYPES,
            ProjectionEvent::TYPES,
            ReservationEvent::TYPES,
            SigningKeyEvent::TYPES,
        ];
        for (event_type, version) in types.concat() {
            let is = |schema: &&Schema| schema.event_type == event_type && schema.event_version == version;
            assert_eq!(SCHEMAS.iter().filter(is).count(), 1, "{event_type} {version}");
        }
        assert_eq!(SCHEMAS.len(), types.concat().len());
    }

    #[test]
    fn a_schema_says_what_it_is_of() {
        for schema in SCHEMAS {
            let json: Value = serde_json::from_str(schema.text).unwrap();
            assert_eq!(json["$id"], format!("/schemas/events/{}", schema.name()));
            assert_eq!(json["$schema"], "https://json-schema.org/draft/2020-12/schema");
            assert_eq!(json["properties"]["type"]["const"], schema.event_type);
            assert_eq!(json["additionalProperties"], false, "{}", schema.event_type);
            assert!(json["description"].as_str().is_some_and(|text| text.ends_with('.')));
        }
    }
}
