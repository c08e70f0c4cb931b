//! The members of a request's body against the fields of a resource: every fault at once, or the values to write.

use routix_domain::value::Faults;
use serde_json::{Map, Value};

use crate::http::json::unknown_field;

use super::check::shown;
use super::model::{ApiVersion, FieldValue, Resource};

/// What the members are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Required fields must be there, defaults fill in the rest.
    Create,
    /// Only what is named changes.
    Change,
    /// A create that may write what the API only reads.
    Load,
}

/// The values to write, each with its field's place in the resource.
///
/// # Errors
/// Every member that is unknown, read-only, of the wrong type or form, and every required field that is missing.
pub fn read_members(
    resource: &Resource,
    version: ApiVersion,
    members: &Map<String, Value>,
    purpose: Purpose,
) -> Result<Vec<(usize, FieldValue)>, Faults> {
    let mut faults = Faults::default();
    for name in members.keys() {
        match resource.field(version, name) {
            None => faults.push(unknown_field(&shown(name))),
            Some((_, field)) if field.is_system() || !(field.writable || purpose == Purpose::Load) => {
                faults.add(name, "read_only", "cannot be written");
            }
            Some(_) => {}
        }
    }
    let mut values = Vec::with_capacity(members.len());
    for (place, field) in resource.fields(ApiVersion::V2).iter().enumerate() {
        let name = field.name.as_str();
        let given = members.get(name).filter(|_| field.since <= version);
        match given {
            Some(Value::Null) if field.is_nullable() => values.push((place, FieldValue::Null)),
            // A member that cannot be written has its fault already.
            Some(Value::Null) if !field.is_system() => faults.add(name, "required", "cannot be null"),
            Some(_) if field.is_system() => {}
            Some(value) => values.extend(field.value.check(name, value, &mut faults).map(|value| (place, value))),
            None if purpose == Purpose::Change => {}
            None if field.required && field.since <= version => faults.add(name, "required", "is missing"),
            None => values.extend(field.default.clone().map(|value| (place, value))),
        }
    }
    faults.or(values)
}
