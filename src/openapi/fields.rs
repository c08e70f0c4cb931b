//! Fields of the catalogue as schemas and as examples, for what is read and for what is written.

use serde_json::{Value, json};

use super::schema::{Kind, Member, Schema, Text};
use crate::proxy::catalogue::{Field, FieldType, FieldValue, Format, Purpose, Shape, ShapeField, ValueType};

/// What a text that people see must not hold, as the server judges it (`routix_domain::value::text`).
const FORBIDDEN: &str = "\\u0000-\\u0008\\u000B-\\u001F\\u007F-\\u009F\\u00AD\\u034F\\u061C\\u115F\\u1160\\u17B4\\u17B5\\u180B-\\u180E\
    \\u200B\\u200E\\u200F\\u2028-\\u202E\\u2060-\\u206F\\u2800\\u3164\\uFEFF\\uFFA0\\uFFF9-\\uFFFB\\uFFFE\\uFFFF\u{E0000}-\u{E007F}";
const EMAIL: &str = "^[^\\s@]+@[^\\s@]+\\.[^\\s@]+$";
const UUID: &str = "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$";

/// One line of text that people see, of at most so many characters.
pub(super) fn line(most: usize) -> Schema {
    visible(most, "\\t\\n")
}

fn visible(most: usize, more: &str) -> Schema {
    let pattern = Some(format!("^[^\\s{FORBIDDEN}]([^{more}{FORBIDDEN}]*[^\\s{FORBIDDEN}])?$"));
    Schema::new(Kind::Text(Text { pattern, least: Some(1), most: Some(most), ..Text::default() }))
}

/// Which of the two directions a value travels.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Answer,
    Request,
}

/// A field in an answer, where it always is.
pub(super) fn answered(field: &Field) -> Member {
    let schema = described(value(&field.value, Direction::Answer), field);
    Member::required(field.name.as_str(), if field.is_nullable() { schema.nullable() } else { schema })
}

/// The value of a field in a query, where only what some record could have is taken.
pub(super) fn filter(field: &Field) -> Schema {
    match field.value.kind {
        FieldType::Text if field.value.values.is_empty() => {
            Schema::new(Kind::Text(Text { pattern: Some("^[^\\u0000]+$".to_owned()), ..Text::default() }))
        }
        // The bounds are those of what is written; a filter may ask for any number.
        FieldType::Integer => Schema::integer(i64::MIN, i64::MAX),
        FieldType::Text
        | FieldType::Boolean
        | FieldType::Date
        | FieldType::Timestamp
        | FieldType::Uuid
        | FieldType::List
        | FieldType::Object => value(&field.value, Direction::Request),
    }
}

/// A field in the body of a write.
pub(super) fn written(field: &Field, purpose: Purpose) -> Member {
    let mut schema = described(value(&field.value, Direction::Request), field);
    if field.is_nullable() {
        schema = schema.nullable();
    }
    let creates = purpose == Purpose::Create;
    if let Some(default) = field.default.as_ref().filter(|_| creates) {
        schema = schema.or_else(json_of(default));
    }
    Member { name: field.name.to_string(), schema, is_required: creates && field.required }
}

fn described(schema: Schema, field: &Field) -> Schema {
    let mut text = field.description.clone();
    if let Some(reference) = &field.references {
        text.push_str(&format!(" The id of a record of {} of the same branch.", reference.resource));
    }
    if field.unique {
        text.push_str(" Unique in the branch.");
    }
    schema.says(text)
}

fn value(value: &ValueType, direction: Direction) -> Schema {
    match value.kind {
        FieldType::Text => text(value, direction),
        FieldType::Integer => Schema::integer(value.minimum, value.maximum),
        FieldType::Boolean => Schema::boolean(),
        FieldType::Date => Schema::format("date"),
        FieldType::Timestamp => Schema::time(),
        FieldType::Uuid => match direction {
            Direction::Answer => Schema::uuid(),
            Direction::Request => {
                let pattern = Some(UUID.to_owned());
                Schema::new(Kind::Text(Text { format: Some("uuid"), pattern, ..Text::default() }))
            }
        },
        FieldType::List => Schema::list_of(item(value, direction), 0, value.max_items),
        FieldType::Object => item(value, direction),
    }
}

fn text(value: &ValueType, direction: Direction) -> Schema {
    if !value.values.is_empty() {
        return Schema::one_of(value.values.clone());
    }
    // What an operator's table holds already may be of another form than what is written through the API.
    if direction == Direction::Answer {
        return Schema::text();
    }
    match value.format {
        None if value.lines => visible(value.max_length, ""),
        None => line(value.max_length),
        Some(Format::Email) => Schema::new(Kind::Text(Text {
            format: Some("email"),
            pattern: Some(EMAIL.to_owned()),
            most: Some(value.max_length),
            ..Text::default()
        })),
        Some(Format::Country) => Schema::pattern("^[A-Z]{2}$"),
    }
}

fn item(value: &ValueType, direction: Direction) -> Schema {
    let Some(shape) = &value.shape else { return text(value, direction) };
    Schema::object(shape.fields.iter().map(|field| shape_member(field, direction)).collect())
}

fn shape_member(field: &ShapeField, direction: Direction) -> Member {
    let mut schema = value(&field.value, direction).says(&field.description);
    if !field.required {
        schema = schema.nullable();
    }
    let is_required = field.required || direction == Direction::Answer;
    Member { name: field.name.to_string(), schema, is_required }
}

fn json_of(value: &FieldValue) -> Value {
    match value {
        FieldValue::Null => Value::Null,
        FieldValue::Boolean(value) => json!(value),
        FieldValue::Integer(value) => json!(value),
        FieldValue::Text(text) => json!(text),
        FieldValue::Json(text) => serde_json::from_str(text).unwrap_or_default(),
    }
}

/// The object of a record with these fields, as JSON text in their order.
pub(super) fn example<'a>(fields: impl IntoIterator<Item = &'a Field>) -> String {
    let members: Vec<String> = fields
        .into_iter()
        .map(|field| format!("\"{}\":{}", field.name, example_of(&field.value, field.default.as_ref())))
        .collect();
    format!("{{{}}}", members.join(","))
}

/// The example that the catalogue gives, or a value that would do.
fn example_of(value: &ValueType, default: Option<&FieldValue>) -> String {
    if let Some(example) = &value.example {
        return example.to_string();
    }
    if let Some(default) = default {
        return json_of(default).to_string();
    }
    let first = || value.values.first().map_or_else(|| json!("Text"), |first| json!(first));
    match value.kind {
        FieldType::Text => match value.format {
            None => first().to_string(),
            Some(Format::Email) => json!("info@acmetransport.nl").to_string(),
            Some(Format::Country) => json!("NL").to_string(),
        },
        FieldType::Integer => value.minimum.max(0).min(value.maximum).to_string(),
        FieldType::Boolean => "false".to_owned(),
        FieldType::Date => json!("2026-01-05").to_string(),
        FieldType::Timestamp => json!("2026-01-05T08:00:00Z").to_string(),
        FieldType::Uuid => json!("550e8400-e29b-41d4-a716-446655440000").to_string(),
        FieldType::List => match &value.shape {
            Some(shape) => format!("[{}]", example_of_shape(shape)),
            None => json!([first()]).to_string(),
        },
        FieldType::Object => value.shape.as_deref().map_or_else(|| "{}".to_owned(), example_of_shape),
    }
}

fn example_of_shape(shape: &Shape) -> String {
    let members: Vec<String> =
        shape.fields.iter().map(|field| format!("\"{}\":{}", field.name, example_of(&field.value, None))).collect();
    format!("{{{}}}", members.join(","))
}
