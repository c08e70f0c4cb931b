//! The description as an OpenAPI 3.1 document.

use std::collections::BTreeMap;

use serde::ser::{Error, Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::header::Header;
use super::model::{Access, Answer, Body, Content, Description, Example, Operation, Parameter, Section};
use super::schema::{Schema, entry};

const ABOUT: &str = "Apps get tokens, for themselves or for a person who agrees, and read and write the records of the branches \
    of an organization. People manage the apps. Every answer has `x-request-id`; every error is JSON with `error`, \
    `error_description` and `request_id`. `HEAD` goes wherever `GET` does, and every `405` names in `Allow` what goes.";

impl Serialize for Description {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("openapi", "3.1.0")?;
        let license = json!({"name": "Apache License 2.0", "identifier": env!("CARGO_PKG_LICENSE")});
        map.serialize_entry(
            "info",
            &Entries(&[
                ("title", json!("Routix")),
                ("version", json!(env!("CARGO_PKG_VERSION"))),
                ("description", json!(ABOUT)),
                ("license", license),
            ]),
        )?;
        map.serialize_entry("servers", &[json!({"url": self.public_url})])?;
        map.serialize_entry("tags", &self.sections.iter().map(tag).collect::<Vec<_>>())?;
        map.serialize_entry("paths", &self.paths())?;
        map.serialize_entry("components", &Components(self))?;
        map.end()
    }
}

fn tag(section: &Section) -> Value {
    json!({"name": section.name, "description": section.description})
}

/// Members in their order.
struct Entries<'a, K: Serialize, V: Serialize>(&'a [(K, V)]);

impl<K: Serialize, V: Serialize> Serialize for Entries<'_, K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// The operations of a path, by method.
struct PathItem<'a>(Vec<(&'a Section, &'a Operation)>);

impl Serialize for PathItem<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let method = |operation: &Operation| operation.method.as_str().to_ascii_lowercase();
        serializer.collect_map(
            self.0.iter().map(|(section, operation)| (method(operation), WithTag(&section.name, operation))),
        )
    }
}

struct Paths<'a>(Vec<(&'a str, PathItem<'a>)>);

impl Serialize for Paths<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(path, item)| (path, item)))
    }
}

impl Description {
    fn paths(&self) -> Paths<'_> {
        let mut paths: Vec<(&str, PathItem<'_>)> = Vec::new();
        for section in &self.sections {
            for operation in &section.operations {
                match paths.iter_mut().find(|(path, _)| *path == operation.path) {
                    Some((_, item)) => item.0.push((section, operation)),
                    None => paths.push((&operation.path, PathItem(vec![(section, operation)]))),
                }
            }
        }
        Paths(paths)
    }
}

/// An operation and the section that it belongs to.
struct WithTag<'a>(&'a str, &'a Operation);

impl Serialize for WithTag<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(tag, operation) = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("operationId", &operation.id)?;
        map.serialize_entry("tags", &[tag])?;
        map.serialize_entry("summary", &operation.summary)?;
        entry("description", Some(&operation.description).filter(|text| !text.is_empty()), &mut map)?;
        map.serialize_entry("security", &security(&operation.access))?;
        entry("parameters", Some(&operation.parameters).filter(|list| !list.is_empty()), &mut map)?;
        entry("requestBody", operation.body.as_ref(), &mut map)?;
        map.serialize_entry("responses", &Answers(&operation.answers))?;
        map.end()
    }
}

fn security(access: &Access) -> Value {
    match access {
        Access::Anyone => json!([]),
        // In the body, which no scheme describes, or by Basic.
        Access::Client => json!([{}, {"clientBasic": []}]),
        Access::User => json!([{"userToken": []}]),
        Access::App(scope) => json!([{"appToken": [scope]}]),
    }
}

impl Serialize for Parameter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", &self.name)?;
        map.serialize_entry("in", self.place.as_str())?;
        entry("required", Some(&true).filter(|_| self.is_required), &mut map)?;
        map.serialize_entry("description", &self.schema.description)?;
        map.serialize_entry("schema", &self.schema.clone().says(""))?;
        entry("example", self.example.as_ref(), &mut map)?;
        map.end()
    }
}

impl Serialize for Body {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("required", &true)?;
        let form = MediaType { schema: &self.schema, examples: &self.examples };
        let content: BTreeMap<&str, &MediaType<'_>> = self.media_types.iter().map(|name| (*name, &form)).collect();
        map.serialize_entry("content", &content)?;
        map.end()
    }
}

struct MediaType<'a> {
    schema: &'a Schema,
    examples: &'a [Example],
}

impl Serialize for MediaType<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("schema", self.schema)?;
        entry("examples", Some(&Examples(self.examples)).filter(|_| !self.examples.is_empty()), &mut map)?;
        map.end()
    }
}

struct Examples<'a>(&'a [Example]);

impl Serialize for Examples<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for example in self.0 {
            let value = RawValue::from_string(example.json.clone()).map_err(S::Error::custom)?;
            map.serialize_entry(&example.name, &BTreeMap::from([("value", value)]))?;
        }
        map.end()
    }
}

struct Answers<'a>(&'a [Answer]);

impl Serialize for Answers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for answer in self.0 {
            let status = answer.status.to_string();
            match &answer.name {
                Some(name) => {
                    let place = format!("#/components/responses/{name}");
                    map.serialize_entry(&status, &json!({"$ref": place}))?;
                }
                None => map.serialize_entry(&status, answer)?,
            }
        }
        map.end()
    }
}

impl Serialize for Answer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("description", &self.description)?;
        let place = |header: &Header| json!({"$ref": format!("#/components/headers/{}", header.key())});
        let headers: Vec<(&str, Value)> = self.headers.iter().map(|header| (header.name(), place(header))).collect();
        map.serialize_entry("headers", &Entries(&headers))?;
        let media_type = |content: &'_ Content| (content.media_type, content.clone());
        let content: Vec<(&str, Content)> = self.content.iter().map(media_type).collect();
        entry("content", Some(&Entries(&content)).filter(|_| !content.is_empty()), &mut map)?;
        map.end()
    }
}

impl Serialize for Content {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        MediaType { schema: &self.schema, examples: &self.examples }.serialize(serializer)
    }
}

struct Components<'a>(&'a Description);

impl Serialize for Components<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("schemas", &Entries(&self.0.schemas))?;
        let operations = self.0.sections.iter().flat_map(|section| &section.operations);
        let answers = operations.flat_map(|operation| &operation.answers);
        let shared: BTreeMap<&str, &Answer> =
            answers.filter_map(|answer| Some((answer.name.as_deref()?, answer))).collect();
        map.serialize_entry("responses", &shared)?;
        map.serialize_entry("headers", &Entries(&Header::ALL.map(|header| (header.key(), header))))?;
        map.serialize_entry("securitySchemes", &self.0.schemes())?;
        map.end()
    }
}

impl Serialize for Header {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("description", self.description())?;
        entry("required", Some(&true).filter(|_| self.is_required()), &mut map)?;
        map.serialize_entry("schema", &self.schema())?;
        map.serialize_entry("example", self.example())?;
        map.end()
    }
}

impl Description {
    fn schemes(&self) -> Value {
        let url = |path: &str| format!("{}{path}", self.public_url);
        let scopes: BTreeMap<&str, &str> =
            self.scopes.iter().map(|(scope, says)| (scope.as_str(), says.as_str())).collect();
        let token = url("/auth/v1/oauth/token");
        json!({
            "appToken": {
                "type": "oauth2",
                "description": "An app's token: for the API proxy.",
                "flows": {
                    "clientCredentials": {"tokenUrl": token, "scopes": scopes},
                    "authorizationCode": {
                        "authorizationUrl": url("/auth/v1/oauth/authorize"),
                        "tokenUrl": token,
                        "refreshUrl": token,
                        "scopes": scopes,
                    },
                },
            },
            "userToken": {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "JWT",
                "description": "A person's token, from `POST /auth/v1/token`: for managing apps.",
            },
            "clientBasic": {
                "type": "http",
                "scheme": "basic",
                "description": "`client_id` and `client_secret`, each form-encoded or as it is.",
            },
        })
    }
}
