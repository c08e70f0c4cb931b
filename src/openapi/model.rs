//! What an API description is made of. It is written as OpenAPI in `write`, and as pages in `page`.

use serde_json::Value;

use super::header::Header;
use super::refusal::{Dialect, Refusal};
use super::schema::Schema;

/// Every operation of the service, with what it takes and answers.
#[derive(Debug)]
pub struct Description {
    /// Scheme and authority, without a slash at the end.
    pub public_url: String,
    pub sections: Vec<Section>,
    /// The schemas that have a name, in the order in which they are described.
    pub schemas: Vec<(String, Schema)>,
    /// Each scope with what it lets an app do.
    pub scopes: Vec<(String, String)>,
}

/// Operations that belong together.
#[derive(Debug)]
pub struct Section {
    /// Also the last segment of its page's path.
    pub name: String,
    pub description: String,
    pub operations: Vec<Operation>,
}

/// One method at one path.
#[derive(Debug)]
pub struct Operation {
    /// `<verb>_<resource>`
    pub id: String,
    pub method: Method,
    pub path: String,
    pub summary: String,
    /// Paragraphs of plain text, with code between backticks.
    pub description: String,
    pub access: Access,
    pub parameters: Vec<Parameter>,
    pub body: Option<Body>,
    pub answers: Vec<Answer>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
    Patch,
    Delete,
}

impl Method {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// What a request must prove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    Anyone,
    /// Who the client is, in the body or by HTTP Basic.
    Client,
    /// A person's token.
    User,
    /// An app's token with this scope.
    App(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Path,
    Query,
    Header,
}

impl Place {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Parameter {
    pub name: String,
    pub place: Place,
    pub is_required: bool,
    /// With its description.
    pub schema: Schema,
    pub example: Option<Value>,
}

impl Parameter {
    pub(super) fn path(name: &str, schema: Schema, example: &str) -> Self {
        let (name, example) = (name.to_owned(), Some(example.into()));
        Self { name, place: Place::Path, is_required: true, schema, example }
    }

    pub(super) fn query(name: &str, schema: Schema) -> Self {
        Self { name: name.to_owned(), place: Place::Query, is_required: false, schema, example: None }
    }

    pub(super) fn header(name: &str, schema: Schema) -> Self {
        Self { name: name.to_owned(), place: Place::Header, is_required: false, schema, example: None }
    }

    #[must_use]
    pub(super) fn required(self) -> Self {
        Self { is_required: true, ..self }
    }

    #[must_use]
    pub(super) fn like(self, example: impl Into<Value>) -> Self {
        Self { example: Some(example.into()), ..self }
    }
}

/// The body of a request.
#[derive(Debug)]
pub struct Body {
    /// The media types in which it may come.
    pub media_types: &'static [&'static str],
    pub schema: Schema,
    pub examples: Vec<Example>,
}

/// A value as it travels.
#[derive(Clone, Debug)]
pub struct Example {
    pub name: String,
    /// JSON text, with the members in their order; any other text is a string of JSON.
    pub json: String,
}

/// An answer of an operation.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub description: String,
    pub headers: Vec<Header>,
    pub content: Vec<Content>,
    /// What it refuses; empty for an answer that does what was asked.
    pub refusals: Vec<&'static Refusal>,
    /// Of an answer that is described once, for all operations that give it.
    pub name: Option<String>,
}

/// One form of the body of an answer.
#[derive(Clone, Debug)]
pub struct Content {
    pub media_type: &'static str,
    pub schema: Schema,
    pub examples: Vec<Example>,
}

impl Answer {
    pub(super) fn new(status: u16, description: impl Into<String>) -> Self {
        let (description, headers) = (description.into(), vec![Header::RequestId]);
        Self { status, description, headers, content: Vec::new(), refusals: Vec::new(), name: None }
    }

    #[must_use]
    pub(super) fn with(mut self, headers: &[Header]) -> Self {
        self.headers.extend_from_slice(headers);
        self
    }

    #[must_use]
    pub(super) fn json(self, schema: Schema, example: impl Into<String>) -> Self {
        self.of_type("application/json", schema, example)
    }

    #[must_use]
    pub(super) fn of_type(mut self, media_type: &'static str, schema: Schema, example: impl Into<String>) -> Self {
        let json: String = example.into();
        let examples = if json.is_empty() { Vec::new() } else { vec![Example { name: "answer".to_owned(), json }] };
        self.content.push(Content { media_type, schema, examples });
        self
    }
}

impl Operation {
    pub(super) fn new(id: impl Into<String>, (method, path): (Method, &str), summary: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            method,
            path: path.to_owned(),
            summary: summary.into(),
            description: String::new(),
            access: Access::Anyone,
            parameters: Vec::new(),
            body: None,
            answers: Vec::new(),
        }
    }

    #[must_use]
    pub(super) fn says(self, description: impl Into<String>) -> Self {
        Self { description: description.into(), ..self }
    }

    #[must_use]
    pub(super) fn by(self, access: Access) -> Self {
        Self { access, ..self }
    }

    #[must_use]
    pub(super) fn takes(mut self, parameters: impl IntoIterator<Item = Parameter>) -> Self {
        self.parameters.extend(parameters);
        self
    }

    #[must_use]
    pub(super) fn body(self, media_types: &'static [&'static str], schema: Schema, examples: &[(&str, &str)]) -> Self {
        let example = |(name, json): &(&str, &str)| Example { name: (*name).to_owned(), json: (*json).to_owned() };
        let examples = examples.iter().map(example).collect();
        Self { body: Some(Body { media_types, schema, examples }), ..self }
    }

    #[must_use]
    pub(super) fn answers(mut self, answer: Answer) -> Self {
        self.answers.push(answer);
        self
    }

    /// The refusals of the operation, and after them what every operation may answer.
    #[must_use]
    pub(super) fn refuses(mut self, dialect: Dialect, refusals: &[&'static Refusal]) -> Self {
        for refusal in refusals {
            match self.answers.iter_mut().find(|answer| answer.status == refusal.status && !answer.refusals.is_empty())
            {
                Some(answer) => answer.refusals.push(refusal),
                None => self.answers.push(refusal.answer()),
            }
        }
        for answer in self.answers.iter_mut().filter(|answer| !answer.refusals.is_empty()) {
            // Its own first: they are what a caller looks for.
            answer.refusals.sort_by_key(|refusal| refusal.is_common());
            dialect.complete(answer);
        }
        let known: Vec<u16> = self.answers.iter().map(|answer| answer.status).collect();
        self.answers.extend(dialect.common().into_iter().filter(|answer| !known.contains(&answer.status)));
        self.answers.sort_by_key(|answer| answer.status);
        self
    }
}
