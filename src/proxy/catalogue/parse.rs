//! From TOML to a catalogue that can be trusted: every name fit for SQL, every reference known, v1 before v2.

use std::sync::Arc;

use routix_domain::value::{Action, Faults, Scope};
use serde::Deserialize;

use super::error::{CatalogueError, Problem};
use super::model::{
    ApiVersion, Catalogue, Field, FieldType, Format, Identifier, Reference, Resource, Shape, ShapeField, ValueType,
};

const BUILT_IN: &str = include_str!("catalogue.toml");
/// Query names of the list, and columns that say whose a row is.
const RESERVED: [&str; 10] = [
    "cursor",
    "limit",
    "offset",
    "order",
    "access_token",
    "organization_id",
    "branch_id",
    "seq",
    "version",
    "v1_object",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CatalogueText {
    #[serde(default)]
    resource: Vec<ResourceText>,
    #[serde(default)]
    shape: Vec<ShapeText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ResourceText {
    name: String,
    table: String,
    description: String,
    reading: String,
    writing: Option<String>,
    ready_v1: Option<String>,
    fields: Vec<FieldText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ShapeText {
    name: String,
    fields: Vec<FieldText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldText {
    name: String,
    #[serde(rename = "type")]
    kind: KindText,
    version: Option<VersionText>,
    #[serde(default)]
    description: String,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    filterable: bool,
    writable: Option<bool>,
    #[serde(default)]
    unique: bool,
    default: Option<toml::Value>,
    example: Option<toml::Value>,
    #[serde(default)]
    values: Vec<String>,
    max_length: Option<usize>,
    #[serde(default)]
    lines: bool,
    format: Option<FormatText>,
    minimum: Option<i64>,
    maximum: Option<i64>,
    max_items: Option<usize>,
    references: Option<String>,
    shape: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum KindText {
    Text,
    Integer,
    Boolean,
    Date,
    Timestamp,
    Uuid,
    List,
    Object,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum VersionText {
    V1,
    V2,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum FormatText {
    Email,
    Country,
}

impl Catalogue {
    /// Routix's own seven resources.
    ///
    /// # Errors
    /// None that a released program can meet: a test parses the file that is built in.
    pub fn built_in() -> Result<Self, CatalogueError> {
        Self::parse(BUILT_IN)
    }

    /// # Errors
    /// [`CatalogueError`] with the resource and the field at fault.
    pub fn parse(text: &str) -> Result<Self, CatalogueError> {
        let text: CatalogueText = toml::from_str(text).map_err(CatalogueError::Syntax)?;
        if text.resource.is_empty() {
            return Err(CatalogueError::Empty);
        }
        let tables = text.resource.iter().map(|resource| (resource.name.clone(), resource.table.clone())).collect();
        let mut known = Declared { shapes: Vec::new(), tables };
        known.shapes = text.shape.into_iter().map(|declared| shape(declared, &known)).collect::<Result<_, _>>()?;
        let mut resources: Vec<Arc<Resource>> = Vec::with_capacity(text.resource.len());
        for declared in text.resource {
            let made = resource(declared, &known)?;
            if resources.iter().any(|other| other.name == made.name || other.table == made.table) {
                return Err(at_resource(made.name.as_str(), Problem::Doubled));
            }
            resources.push(Arc::new(made));
        }
        Ok(Self { resources })
    }
}

/// What a field may refer to.
struct Declared {
    shapes: Vec<Arc<Shape>>,
    /// Resources with their tables, as they are spelled.
    tables: Vec<(String, String)>,
}

impl Declared {
    fn reference(&self, text: &FieldText, kind: FieldType) -> Result<Option<Reference>, Problem> {
        let Some(to) = &text.references else { return Ok(None) };
        let found = self.tables.iter().find(|(name, _)| name == to && kind == FieldType::Uuid);
        let (resource, table) = found.ok_or(Problem::Reference)?;
        let name = |name| Identifier::new(name).ok_or(Problem::Reference);
        Ok(Some(Reference { resource: name(resource)?, table: name(table)? }))
    }
}

fn at_resource(resource: &str, problem: Problem) -> CatalogueError {
    CatalogueError::Resource { resource: resource.to_owned(), problem }
}

fn at_field(resource: &str, field: &str, problem: Problem) -> CatalogueError {
    CatalogueError::Field { resource: resource.to_owned(), field: field.to_owned(), problem }
}

fn shape(text: ShapeText, known: &Declared) -> Result<Arc<Shape>, CatalogueError> {
    let mut fields: Vec<ShapeField> = Vec::with_capacity(text.fields.len());
    for declared in text.fields {
        let at = |problem| CatalogueError::Shape { shape: text.name.clone(), field: declared.name.clone(), problem };
        let name = Identifier::new(&declared.name).ok_or_else(|| at(Problem::Name))?;
        if fields.iter().any(|other| other.name == name) {
            return Err(at(Problem::Doubled));
        }
        let value = value_type(&declared, &[]).map_err(at)?;
        if value.kind == FieldType::Object || declared.shape.is_some() {
            return Err(at(Problem::Nested));
        }
        let references = known.reference(&declared, value.kind).map_err(at)?;
        let (description, required) = (declared.description, declared.required);
        fields.push(ShapeField { name, description, required, value, references });
    }
    let at = |problem| CatalogueError::Shape { shape: text.name.clone(), field: String::new(), problem };
    let name = Identifier::new(&text.name).ok_or_else(|| at(Problem::Name))?;
    Ok(Arc::new(Shape { name, fields }))
}

fn resource(text: ResourceText, known: &Declared) -> Result<Resource, CatalogueError> {
    let at = |problem| at_resource(&text.name, problem);
    let name = Identifier::new(&text.name).ok_or_else(|| at(Problem::Name))?;
    let table = Identifier::new(&text.table).ok_or_else(|| at(Problem::Name))?;
    let ready_v1 = match &text.ready_v1 {
        Some(column) => Some(Identifier::new(column).ok_or_else(|| at(Problem::Name))?),
        None => None,
    };
    let mut fields: Vec<Field> = Vec::with_capacity(text.fields.len());
    for declared in text.fields {
        let at = |problem| at_field(&text.name, &declared.name, problem);
        let made = field(&declared, known, text.writing.is_some()).map_err(at)?;
        if fields.iter().any(|other| other.name == made.name) {
            return Err(at(Problem::Doubled));
        }
        if fields.last().is_some_and(|last| last.since > made.since) {
            return Err(at(Problem::Order));
        }
        fields.push(made);
    }
    if !fields.first().is_some_and(|first| first.name.as_str() == "id" && first.since == ApiVersion::V1) {
        return Err(at(Problem::FirstField));
    }
    let v1_count = fields.iter().filter(|field| field.since == ApiVersion::V1).count();
    let read_scope = Scope::new(name.as_str(), Action::Read);
    let write_scope = Scope::new(name.as_str(), Action::Write);
    let (description, reading, writing) = (text.description, text.reading, text.writing);
    Ok(Resource { name, table, description, reading, writing, ready_v1, fields, v1_count, read_scope, write_scope })
}

fn field(text: &FieldText, known: &Declared, writable: bool) -> Result<Field, Problem> {
    let name = Identifier::new(&text.name).ok_or(Problem::Name)?;
    if RESERVED.contains(&name.as_str()) {
        return Err(Problem::Reserved);
    }
    let value = value_type(text, &known.shapes)?;
    if (text.filterable || text.unique) && !value.kind.is_comparable() {
        return Err(Problem::NotComparable);
    }
    let references = known.reference(text, value.kind)?;
    let mut field = Field {
        name,
        description: text.description.clone(),
        since: match text.version {
            Some(VersionText::V1) => ApiVersion::V1,
            Some(VersionText::V2) | None => ApiVersion::V2,
        },
        value,
        required: text.required,
        filterable: text.filterable,
        writable: writable && text.writable.unwrap_or(true),
        unique: text.unique,
        default: None,
        references,
    };
    let kind = if field.name.as_str() == "id" { FieldType::Uuid } else { FieldType::Timestamp };
    if field.is_system() && (field.writable || field.required || field.value.kind != kind) {
        return Err(Problem::System);
    }
    if field.required && field.since > ApiVersion::V1 {
        return Err(Problem::RequiredLate);
    }
    if let Some(default) = &text.default {
        let json = serde_json::to_value(default).map_err(|_not_json| Problem::Default)?;
        let mut faults = Faults::default();
        field.default = Some(field.value.check(&text.name, &json, &mut faults).ok_or(Problem::Default)?);
    }
    Ok(field)
}

fn value_type(text: &FieldText, shapes: &[Arc<Shape>]) -> Result<ValueType, Problem> {
    let kind = match text.kind {
        KindText::Text => FieldType::Text,
        KindText::Integer => FieldType::Integer,
        KindText::Boolean => FieldType::Boolean,
        KindText::Date => FieldType::Date,
        KindText::Timestamp => FieldType::Timestamp,
        KindText::Uuid => FieldType::Uuid,
        KindText::List => FieldType::List,
        KindText::Object => FieldType::Object,
    };
    let shape = match &text.shape {
        Some(name) => Some(shapes.iter().find(|shape| shape.name.as_str() == name).ok_or(Problem::Shape)?.clone()),
        None => None,
    };
    let described = match kind {
        FieldType::Object => shape.is_some(),
        FieldType::List => shape.is_some() || !text.values.is_empty(),
        FieldType::Text
        | FieldType::Integer
        | FieldType::Boolean
        | FieldType::Date
        | FieldType::Timestamp
        | FieldType::Uuid => shape.is_none(),
    };
    if !described {
        return Err(Problem::Shape);
    }
    let mut value = ValueType {
        kind,
        values: text.values.clone(),
        max_length: text.max_length.unwrap_or(200),
        lines: text.lines,
        format: text.format.map(|format| match format {
            FormatText::Email => Format::Email,
            FormatText::Country => Format::Country,
        }),
        minimum: text.minimum.unwrap_or(i64::MIN),
        maximum: text.maximum.unwrap_or(i64::MAX),
        max_items: text.max_items.unwrap_or(100),
        shape,
        example: None,
    };
    if let Some(example) = &text.example {
        let json = serde_json::to_value(example).map_err(|_not_json| Problem::Example)?;
        value.check(&text.name, &json, &mut Faults::default()).ok_or(Problem::Example)?;
        value.example = Some(json);
    }
    Ok(value)
}
