//! What a record names, itself or inside a list, must be a record of the same branch.

use serde_json::Value;

use crate::proxy::catalogue::{ApiVersion, Field, FieldValue, Identifier, Shape};

use super::transaction::Transaction;
use super::writing::other_record;
use super::{RecordError, Target};

/// An id that a value names, with its place as a fault shows it and the table where it has to be.
struct Named<'a> {
    at: String,
    table: &'a Identifier,
    id: FieldValue,
}

/// Another branch's record is as unknown as one that never was.
pub(super) fn check(
    transaction: &mut dyn Transaction,
    target: &Target,
    values: &[(usize, FieldValue)],
) -> Result<(), RecordError> {
    let fields = target.resource.fields(ApiVersion::V2);
    let mut unknown = Vec::new();
    for (place, value) in values {
        // The first field of every resource is its id.
        let (Some(field), Some(id)) = (fields.get(*place), fields.first()) else { continue };
        for named in named(field, value)? {
            if !other_record(transaction, target, (named.table, &id.name, &named.id), None)? {
                unknown.push(named.at);
            }
        }
    }
    if unknown.is_empty() { Ok(()) } else { Err(RecordError::UnknownReference { fields: unknown }) }
}

fn named<'a>(field: &'a Field, value: &FieldValue) -> Result<Vec<Named<'a>>, RecordError> {
    if let (FieldValue::Text(_), Some(reference)) = (value, &field.references) {
        return Ok(vec![Named { at: field.name.to_string(), table: &reference.table, id: value.clone() }]);
    }
    let (FieldValue::Json(json), Some(shape)) = (value, &field.value.shape) else { return Ok(Vec::new()) };
    if shape.fields.iter().all(|member| member.references.is_none()) {
        return Ok(Vec::new());
    }
    let parsed: Value = serde_json::from_str(json).map_err(|error| RecordError::Broken(Box::new(error)))?;
    let Some(items) = parsed.as_array() else { return Ok(members(shape, field.name.as_str(), &parsed)) };
    let items = items.iter().enumerate();
    Ok(items.flat_map(|(index, item)| members(shape, &format!("{}[{index}]", field.name), item)).collect())
}

fn members<'a>(shape: &'a Shape, at: &str, item: &Value) -> Vec<Named<'a>> {
    let named = shape.fields.iter().filter_map(|member| {
        let id = item.get(member.name.as_str())?.as_str()?;
        let table = &member.references.as_ref()?.table;
        Some(Named { at: format!("{at}.{}", member.name), table, id: FieldValue::Text(id.to_owned()) })
    });
    named.collect()
}
