//! Schemas as tables: a line a member, with its type in the words of JSON Schema.

use super::text::{Piece, pieces};
use crate::openapi::model::{Description, Operation, Parameter};
use crate::openapi::schema::{Kind, Member, Schema, Text};

const MOST_VALUES: usize = 20;

/// A name, what it may be, and what it means.
pub(super) struct Row {
    pub(super) name: String,
    /// Where a parameter stands.
    pub(super) place: Option<&'static str>,
    pub(super) kind: Type,
    pub(super) is_required: bool,
    pub(super) meaning: Vec<Piece>,
}

/// What a value may be; `object` is the name of a schema of the document.
pub(super) struct Type {
    pub(super) words: String,
    pub(super) object: Option<String>,
    pub(super) values: Vec<String>,
}

/// A schema of the document, as a table.
pub(super) struct Object {
    pub(super) name: String,
    pub(super) meaning: Vec<Piece>,
    pub(super) rows: Vec<Row>,
    /// Any one of these instead.
    pub(super) choices: Vec<Type>,
}

pub(super) fn of_parameter(parameter: &Parameter) -> Row {
    Row {
        name: parameter.name.clone(),
        place: Some(parameter.place.as_str()),
        kind: kind(&parameter.schema),
        is_required: parameter.is_required,
        meaning: pieces(&parameter.schema.description),
    }
}

/// The rows of an object that has no name.
pub(super) fn rows(schema: &Schema) -> Vec<Row> {
    let mut rows = Vec::new();
    push_rows("", schema, &mut rows);
    // Where all are, it need not be said of each.
    if rows.iter().all(|row| row.is_required) {
        rows.iter_mut().for_each(|row| row.is_required = false);
    }
    rows
}

/// Members of objects within are named by their way: `stops[].city`.
fn push_rows(before: &str, schema: &Schema, rows: &mut Vec<Row>) {
    let Kind::Object { members, .. } = &schema.kind else { return };
    for Member { name, schema, is_required } in members {
        let name = format!("{before}{name}");
        let meaning = pieces(&schema.description);
        rows.push(Row { name: name.clone(), place: None, kind: kind(schema), is_required: *is_required, meaning });
        if let Kind::List { items, .. } = &schema.kind {
            push_rows(&format!("{name}[]."), items, rows);
        } else {
            push_rows(&format!("{name}."), schema, rows);
        }
    }
}

pub(super) fn object((name, schema): &(String, Schema)) -> Object {
    let variants = if let Kind::AnyOf(schemas) = &schema.kind { schemas.as_slice() } else { &[] };
    // Variants without a name of their own differ in a few members; the last has all of them.
    let rows = rows(variants.last().unwrap_or(schema));
    let choices = match (&schema.kind, rows.is_empty()) {
        (Kind::Text(_), _) => vec![kind(schema)],
        (_, true) => variants.iter().map(kind).collect(),
        (_, false) => Vec::new(),
    };
    Object { name: name.clone(), meaning: pieces(&schema.description), rows, choices }
}

pub(super) fn kind(schema: &Schema) -> Type {
    let mut found = plain(schema);
    if schema.is_nullable {
        found.words.push_str(" | null");
    }
    found
}

fn plain(schema: &Schema) -> Type {
    let words = |words: String| Type { words, object: None, values: Vec::new() };
    match &schema.kind {
        Kind::Any => words("any".to_owned()),
        Kind::Null => words("null".to_owned()),
        Kind::Named(name) => Type { object: Some(name.clone()), ..words(String::new()) },
        Kind::Narrowed { name, .. } => Type { object: Some((*name).to_owned()), ..words(String::new()) },
        // More than a glance takes in are told by the description.
        Kind::Text(text) if text.values.len() > MOST_VALUES => words(text_words(text)),
        Kind::Text(text) => Type { values: text.values.clone(), ..words(text_words(text)) },
        Kind::Integer { minimum, maximum } => words(format!("integer{}", range(*minimum, *maximum))),
        Kind::Boolean => words("boolean".to_owned()),
        Kind::List { items, .. } => {
            let items = plain(items);
            Type { words: format!("array of {}", items.words), ..items }
        }
        Kind::Object { .. } => words("object".to_owned()),
        Kind::AnyOf(schemas) => {
            // That a text may be empty goes without saying.
            let is_empty = |schema: &Schema| matches!(&schema.kind, Kind::Text(text) if text.values == [""]);
            let all: Vec<String> =
                schemas.iter().filter(|schema| !is_empty(schema)).map(|schema| plain(schema).words).collect();
            words(all.join(" | "))
        }
    }
}

fn text_words(text: &Text) -> String {
    let mut words = String::from("string");
    if let Some(format) = text.format {
        words.push_str(&format!(" ({format})"));
    }
    if let Some(most) = text.most {
        words.push_str(&format!(", ≤ {most}"));
    }
    words
}

fn range(minimum: Option<i64>, maximum: Option<i128>) -> String {
    match (minimum, maximum) {
        (Some(minimum), None) => format!(", ≥ {minimum}"),
        (Some(0), Some(most)) if most >= i64::MAX.into() => ", ≥ 0".to_owned(),
        (Some(minimum), Some(maximum)) => format!(", {minimum} – {maximum}"),
        (None, Some(maximum)) => format!(", ≤ {maximum}"),
        (None, None) => String::new(),
    }
}

/// The objects that operations speak of, with those within them, in the order of the document.
pub(super) fn used<'a>(description: &'a Description, operations: &[Operation]) -> Vec<&'a (String, Schema)> {
    let mut names: Vec<String> = Vec::new();
    for operation in operations {
        let bodies = operation.body.iter().map(|body| &body.schema);
        let contents = operation.answers.iter().filter(|answer| answer.refusals.is_empty());
        let answers = contents.flat_map(|answer| &answer.content).map(|content| &content.schema);
        bodies.chain(answers).for_each(|schema| names_in(schema, &mut names));
    }
    let mut known = 0;
    while known < names.len() {
        if let Some((_, schema)) = description.schemas.iter().find(|(name, _)| *name == names[known]) {
            names_in(schema, &mut names);
        }
        known += 1;
    }
    description.schemas.iter().filter(|(name, _)| names.contains(name)).collect()
}

fn names_in(schema: &Schema, names: &mut Vec<String>) {
    match &schema.kind {
        Kind::Named(name) if !names.contains(name) => names.push(name.clone()),
        Kind::List { items, .. } => names_in(items, names),
        Kind::Object { members, .. } => members.iter().for_each(|member| names_in(&member.schema, names)),
        Kind::AnyOf(schemas) => schemas.iter().for_each(|schema| names_in(schema, names)),
        Kind::Any
        | Kind::Null
        | Kind::Named(_)
        | Kind::Narrowed { .. }
        | Kind::Text(_)
        | Kind::Integer { .. }
        | Kind::Boolean => {}
    }
}
