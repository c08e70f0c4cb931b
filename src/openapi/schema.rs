//! JSON Schema (2020-12), as far as the document needs it, with the members of an object in their own order.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};

/// What a value must be.
#[derive(Clone, Debug)]
pub struct Schema {
    pub kind: Kind,
    pub is_nullable: bool,
    pub description: String,
    pub default: Option<Value>,
}

#[derive(Clone, Debug)]
pub enum Kind {
    Any,
    Null,
    /// A schema of the document, by its name.
    Named(String),
    /// A schema of the document, of which a text member is one of these.
    Narrowed {
        name: &'static str,
        member: &'static str,
        values: Vec<String>,
    },
    Text(Text),
    Integer {
        minimum: Option<i64>,
        /// Wide enough for the largest that a query may name.
        maximum: Option<i128>,
    },
    Boolean,
    List {
        items: Box<Schema>,
        least: usize,
        most: Option<usize>,
    },
    Object {
        members: Vec<Member>,
        /// Whether members that are not named are taken, too.
        is_open: bool,
    },
    AnyOf(Vec<Schema>),
}

/// What a text must be.
#[derive(Clone, Debug, Default)]
pub struct Text {
    pub format: Option<&'static str>,
    pub pattern: Option<String>,
    pub values: Vec<String>,
    pub least: Option<usize>,
    pub most: Option<usize>,
}

/// A member of an object.
#[derive(Clone, Debug)]
pub struct Member {
    pub name: String,
    pub schema: Schema,
    pub is_required: bool,
}

impl Schema {
    pub(super) fn new(kind: Kind) -> Self {
        Self { kind, is_nullable: false, description: String::new(), default: None }
    }

    pub(super) fn named(name: impl Into<String>) -> Self {
        Self::new(Kind::Named(name.into()))
    }

    pub(super) fn text() -> Self {
        Self::new(Kind::Text(Text::default()))
    }

    pub(super) fn bounded(least: usize, most: usize) -> Self {
        Self::new(Kind::Text(Text { least: Some(least), most: Some(most), ..Text::default() }))
    }

    pub(super) fn format(format: &'static str) -> Self {
        Self::new(Kind::Text(Text { format: Some(format), ..Text::default() }))
    }

    pub(super) fn uuid() -> Self {
        Self::format("uuid")
    }

    pub(super) fn time() -> Self {
        Self::format("date-time")
    }

    pub(super) fn url() -> Self {
        Self::format("uri")
    }

    pub(super) fn pattern(pattern: impl Into<String>) -> Self {
        Self::new(Kind::Text(Text { pattern: Some(pattern.into()), ..Text::default() }))
    }

    pub(super) fn one_of<T: Into<String>>(values: impl IntoIterator<Item = T>) -> Self {
        let values = values.into_iter().map(Into::into).collect();
        Self::new(Kind::Text(Text { values, ..Text::default() }))
    }

    /// Within bounds; those of the type are none.
    pub(super) fn integer(minimum: i64, maximum: i64) -> Self {
        let minimum = Some(minimum).filter(|minimum| *minimum != i64::MIN);
        let maximum = Some(maximum).filter(|maximum| *maximum != i64::MAX).map(i128::from);
        Self::new(Kind::Integer { minimum, maximum })
    }

    /// A whole number up to the largest that is read.
    pub(super) fn count(maximum: u64) -> Self {
        Self::new(Kind::Integer { minimum: Some(0), maximum: Some(maximum.into()) })
    }

    pub(super) fn boolean() -> Self {
        Self::new(Kind::Boolean)
    }

    pub(super) fn any() -> Self {
        Self::new(Kind::Any)
    }

    pub(super) fn list(items: Self) -> Self {
        Self::new(Kind::List { items: Box::new(items), least: 0, most: None })
    }

    pub(super) fn list_of(items: Self, least: usize, most: usize) -> Self {
        Self::new(Kind::List { items: Box::new(items), least, most: Some(most) })
    }

    /// An object with these members and no others.
    pub(super) fn object(members: Vec<Member>) -> Self {
        Self::new(Kind::Object { members, is_open: false })
    }

    /// An object with these members and perhaps others.
    pub(super) fn open(members: Vec<Member>) -> Self {
        Self::new(Kind::Object { members, is_open: true })
    }

    pub(super) fn any_of(schemas: Vec<Self>) -> Self {
        Self::new(Kind::AnyOf(schemas))
    }

    #[must_use]
    pub(super) fn nullable(self) -> Self {
        Self { is_nullable: true, ..self }
    }

    #[must_use]
    pub(super) fn says(self, description: impl Into<String>) -> Self {
        Self { description: description.into(), ..self }
    }

    #[must_use]
    pub(super) fn or_else(self, default: impl Into<Value>) -> Self {
        Self { default: Some(default.into()), ..self }
    }
}

impl Member {
    pub(super) fn required(name: &str, schema: Schema) -> Self {
        Self { name: name.to_owned(), schema, is_required: true }
    }

    pub(super) fn optional(name: &str, schema: Schema) -> Self {
        Self { name: name.to_owned(), schema, is_required: false }
    }
}

impl Serialize for Schema {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match &self.kind {
            Kind::Any => {}
            Kind::Null => map.serialize_entry("type", "null")?,
            Kind::Named(name) => self.named_to(name, &mut map)?,
            Kind::Narrowed { name, member, values } => {
                let narrower = json!({"properties": {*member: {"enum": values}}});
                map.serialize_entry("allOf", &[json!({"$ref": reference(name)}), narrower])?;
            }
            Kind::Text(text) => self.text_to(text, &mut map)?,
            Kind::Integer { minimum, maximum } => {
                self.type_to("integer", &mut map)?;
                entry("minimum", minimum.as_ref(), &mut map)?;
                entry("maximum", maximum.as_ref(), &mut map)?;
            }
            Kind::Boolean => self.type_to("boolean", &mut map)?,
            Kind::List { items, least, most } => {
                self.type_to("array", &mut map)?;
                map.serialize_entry("items", items)?;
                entry("minItems", Some(least).filter(|least| **least > 0), &mut map)?;
                entry("maxItems", most.as_ref(), &mut map)?;
            }
            Kind::Object { members, is_open } => self.object_to(members, *is_open, &mut map)?,
            Kind::AnyOf(schemas) => map.serialize_entry("anyOf", schemas)?,
        }
        entry("description", Some(&self.description).filter(|text| !text.is_empty()), &mut map)?;
        entry("default", self.default.as_ref(), &mut map)?;
        map.end()
    }
}

impl Schema {
    fn type_to<M: SerializeMap>(&self, name: &str, map: &mut M) -> Result<(), M::Error> {
        match self.is_nullable {
            true => map.serialize_entry("type", &[name, "null"]),
            false => map.serialize_entry("type", name),
        }
    }

    fn named_to<M: SerializeMap>(&self, name: &str, map: &mut M) -> Result<(), M::Error> {
        match self.is_nullable {
            true => map.serialize_entry("anyOf", &[json!({"$ref": reference(name)}), json!({"type": "null"})]),
            false => map.serialize_entry("$ref", &reference(name)),
        }
    }

    fn text_to<M: SerializeMap>(&self, text: &Text, map: &mut M) -> Result<(), M::Error> {
        self.type_to("string", map)?;
        if !text.values.is_empty() {
            let mut values: Vec<Value> = text.values.iter().map(|value| json!(value)).collect();
            values.extend(self.is_nullable.then_some(Value::Null));
            map.serialize_entry("enum", &values)?;
        }
        entry("format", text.format.as_ref(), map)?;
        entry("pattern", text.pattern.as_ref(), map)?;
        entry("minLength", text.least.as_ref(), map)?;
        entry("maxLength", text.most.as_ref(), map)
    }

    fn object_to<M: SerializeMap>(&self, members: &[Member], is_open: bool, map: &mut M) -> Result<(), M::Error> {
        self.type_to("object", map)?;
        if !members.is_empty() {
            map.serialize_entry("properties", &Properties(members))?;
        }
        let required: Vec<&str> =
            members.iter().filter(|member| member.is_required).map(|member| member.name.as_str()).collect();
        entry("required", Some(&required).filter(|required| !required.is_empty()), map)?;
        map.serialize_entry("additionalProperties", &is_open)
    }
}

/// The members of an object by their names.
struct Properties<'a>(&'a [Member]);

impl Serialize for Properties<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|member| (&member.name, &member.schema)))
    }
}

/// Where a schema of the document is.
pub(super) fn reference(name: &str) -> String {
    format!("#/components/schemas/{name}")
}

/// The entry, if there is anything to say.
pub(super) fn entry<M: SerializeMap, T: Serialize + ?Sized>(
    name: &str,
    value: Option<&T>,
    map: &mut M,
) -> Result<(), M::Error> {
    value.map_or(Ok(()), |value| map.serialize_entry(name, value))
}
