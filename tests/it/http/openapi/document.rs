//! The document as a client reads it, with a validator that is not ours.

use boon::{Compiler, Schemas};
use reqwest::Method;
use serde_json::Value;

use crate::http::app::TestApp;
use crate::http::client::{Answer, answer};

const URL: &str = "https://api.example.com/openapi.json";

pub(super) struct Document {
    pub(super) value: Value,
}

/// Method, path with its parameters, and what is said of it.
pub(super) type Operation<'a> = (String, &'a str, &'a Value);

impl Document {
    pub(super) async fn of(app: &TestApp) -> Self {
        let answer = answer(app.request(Method::GET, "/openapi.json")).await.expect(200);
        assert_eq!(answer.header("content-type"), "application/json");
        Self { value: answer.json() }
    }

    pub(super) fn operations(&self) -> Vec<Operation<'_>> {
        let paths = self.value["paths"].as_object().unwrap().iter();
        let all = paths.flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().iter();
            methods.map(move |(method, operation)| (method.to_uppercase(), path.as_str(), operation))
        });
        all.collect()
    }

    pub(super) fn operation(&self, method: &str, path: &str) -> &Value {
        let found = &self.value["paths"][path][method.to_lowercase()];
        assert!(found.is_object(), "{method} {path} is not described");
        found
    }

    /// What stands at the place that a reference names, or the value itself.
    pub(super) fn resolved<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(place) => self.value.pointer(place.trim_start_matches('#')).unwrap(),
            None => value,
        }
    }

    /// Whether a value is what a schema of the document says.
    pub(super) fn fits(&self, schema: &Value, value: &Value) -> Result<(), String> {
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.enable_format_assertions();
        // The schema stands beside the components that it refers to.
        let root = serde_json::json!({"components": self.value["components"], "allOf": [schema]});
        compiler.add_resource(URL, root).unwrap();
        let index = compiler.compile(URL, &mut schemas).unwrap_or_else(|error| panic!("{schema}: {error:#}"));
        schemas.validate(value, index).map_err(|error| format!("{error:#}"))
    }

    /// Holds an answer to what is said of the operation that gave it: status, headers, type and body.
    pub(super) fn check(&self, (method, path): (&str, &str), answer: &Answer) {
        let at = format!("{method} {path} {}", answer.status);
        let described = &self.operation(method, path)["responses"][answer.status.to_string()];
        assert!(described.is_object(), "{at} is not described: {}", answer.text);
        let described = self.resolved(described);
        for (name, header) in described["headers"].as_object().unwrap() {
            let is_there = !answer.header(name).is_empty();
            let is_required = self.resolved(header)["required"] == true;
            assert!(is_there || !is_required, "{at}: {name}");
        }
        let content_type = answer.header("content-type");
        let Some(content) = described.get("content") else {
            assert_eq!(answer.text, "", "{at}");
            return;
        };
        let schema = &content[content_type]["schema"];
        assert!(schema.is_object(), "{at}: {content_type}");
        self.fits(schema, &answer.json()).unwrap_or_else(|error| panic!("{at}: {error}\n{}", answer.text));
    }
}
