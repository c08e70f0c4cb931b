//! The catalogue's types. They exist only as a whole that was checked: see `parse`.

use std::fmt;
use std::sync::Arc;

use routix_domain::value::{Action, Scope, ScopeSet};
use serde_json::Value;

/// A name that may stand in SQL: `[a-z_][a-z0-9_]*`, at most 63 characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identifier(Box<str>);

impl Identifier {
    /// `None` when the name has any other character.
    pub fn new(name: &str) -> Option<Self> {
        let starts = name.bytes().next().is_some_and(|b| b.is_ascii_lowercase() || b == b'_');
        let goes_on = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        (starts && goes_on && name.len() <= 63).then(|| Self(name.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A version of the API: a set of fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ApiVersion {
    /// Fixed for ever.
    V1,
    /// A superset of v1 that may grow.
    V2,
}

impl ApiVersion {
    pub const ALL: [Self; 2] = [Self::V1, Self::V2];

    pub fn from_segment(segment: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.as_str() == segment)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::V1 => "v1",
            Self::V2 => "v2",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldType {
    Text,
    Integer,
    Boolean,
    /// `YYYY-MM-DD`.
    Date,
    /// RFC 3339, kept and shown in UTC with whole seconds.
    Timestamp,
    Uuid,
    /// Named values, or objects of one shape.
    List,
    /// One object of a shape.
    Object,
}

impl FieldType {
    /// The name in the catalogue and in the lock file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Timestamp => "timestamp",
            Self::Uuid => "uuid",
            Self::List => "list",
            Self::Object => "object",
        }
    }

    /// Whether two values have an order, so that rows can be filtered and sorted by it.
    pub fn is_comparable(self) -> bool {
        match self {
            Self::Text | Self::Integer | Self::Boolean | Self::Date | Self::Timestamp | Self::Uuid => true,
            Self::List | Self::Object => false,
        }
    }
}

/// A form that a text must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Email,
    /// ISO 3166-1 alpha-2.
    Country,
}

/// What a value may be.
#[derive(Clone, Debug)]
pub struct ValueType {
    pub kind: FieldType,
    /// The values of a text, or of the items of a list; empty when any will do.
    pub values: Vec<String>,
    pub max_length: usize,
    /// Whether a text may have line breaks.
    pub lines: bool,
    pub format: Option<Format>,
    pub minimum: i64,
    pub maximum: i64,
    pub max_items: usize,
    pub shape: Option<Arc<Shape>>,
    /// A value as records have it, for descriptions of the API.
    pub example: Option<Value>,
}

/// The members of an object, or of each object of a list.
#[derive(Debug)]
pub struct Shape {
    pub name: Identifier,
    pub fields: Vec<ShapeField>,
}

#[derive(Debug)]
pub struct ShapeField {
    pub name: Identifier,
    pub description: String,
    pub required: bool,
    pub value: ValueType,
    /// As for a field of a resource.
    pub references: Option<Reference>,
}

/// A value that was checked, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldValue {
    Null,
    Boolean(bool),
    Integer(i64),
    /// Text, dates, timestamps and uuids.
    Text(String),
    /// A list or an object, as JSON text with the members in the order of its shape.
    Json(String),
}

#[derive(Debug)]
pub struct Field {
    /// Member, query name and column in one.
    pub name: Identifier,
    pub description: String,
    pub since: ApiVersion,
    pub value: ValueType,
    /// Must be given on create, and can never be cleared.
    pub required: bool,
    pub filterable: bool,
    pub writable: bool,
    /// No two records of a branch share a value.
    pub unique: bool,
    pub default: Option<FieldValue>,
    /// The resource whose record, in the same branch, the value names.
    pub references: Option<Reference>,
}

/// Where the record is that a value names.
#[derive(Clone, Debug)]
pub struct Reference {
    pub resource: Identifier,
    pub table: Identifier,
}

impl Field {
    /// Columns that the proxy fills in, not the caller.
    pub fn is_system(&self) -> bool {
        matches!(self.name.as_str(), "id" | "created_at" | "updated_at")
    }

    pub fn is_nullable(&self) -> bool {
        !self.required && self.default.is_none() && !self.is_system()
    }
}

#[derive(Debug)]
pub struct Resource {
    pub name: Identifier,
    pub table: Identifier,
    pub description: String,
    /// What the reading scope lets an app do, for a person.
    pub reading: String,
    /// What the writing scope lets an app do; `None` for a resource that nobody writes through the API.
    pub writing: Option<String>,
    /// A column that holds the v1 object as JSON text.
    pub ready_v1: Option<Identifier>,
    pub(super) fields: Vec<Field>,
    pub(super) v1_count: usize,
    pub(super) read_scope: Scope,
    pub(super) write_scope: Scope,
}

impl Resource {
    /// The fields of a version, in the order of the answers: those of v1 come first.
    pub fn fields(&self, version: ApiVersion) -> &[Field] {
        match version {
            ApiVersion::V1 => self.fields.get(..self.v1_count).unwrap_or(&self.fields),
            ApiVersion::V2 => &self.fields,
        }
    }

    /// A field of a version and its place.
    pub fn field(&self, version: ApiVersion, name: &str) -> Option<(usize, &Field)> {
        self.fields(version).iter().enumerate().find(|(_, field)| field.name.as_str() == name)
    }

    pub fn is_writable(&self) -> bool {
        self.writing.is_some()
    }

    pub fn scope(&self, action: Action) -> &Scope {
        match action {
            Action::Read => &self.read_scope,
            Action::Write => &self.write_scope,
        }
    }
}

/// Every resource, in the order of the file.
#[derive(Clone, Debug)]
pub struct Catalogue {
    pub(super) resources: Vec<Arc<Resource>>,
}

impl Catalogue {
    pub fn resources(&self) -> &[Arc<Resource>] {
        &self.resources
    }

    pub fn resource(&self, name: &str) -> Option<&Arc<Resource>> {
        self.resources.iter().find(|resource| resource.name.as_str() == name)
    }

    /// Every scope that exists: reading for each resource, writing where it can be written.
    pub fn scopes(&self) -> ScopeSet {
        let scopes = self.resources.iter().flat_map(|resource| {
            let write = resource.is_writable().then(|| resource.write_scope.clone());
            std::iter::once(resource.read_scope.clone()).chain(write)
        });
        scopes.collect()
    }

    /// What a scope lets an app do, for a person; `None` for a scope that does not exist.
    pub fn describe(&self, scope: &Scope) -> Option<&str> {
        let resource = self.resource(scope.resource())?;
        match scope.action() {
            Action::Read => Some(&resource.reading),
            Action::Write => resource.writing.as_deref(),
        }
    }
}
