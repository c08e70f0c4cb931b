//! One way to fail: every surface turns its error into a [`Failure`], and the edge renders it.
//!
//! A handler does not know the request id and does not log. It answers with a [`Failure`]; the outermost layer writes the
//! body in the dialect of the door that was used, adds the request id, and logs the cause once with its whole chain.

use std::error::Error;
use std::sync::Arc;

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use routix_domain::value::Fault;
use serde_json::{Map, Value, json};

use super::dialect::{Dialect, PostgrestCode};

/// So many faults are listed, and so many fields named in the sentence: an answer must not be larger than the request that
/// provoked it.
const MAX_FAULTS: usize = 100;
const MAX_NAMED: usize = 10;

/// What went wrong, in the words of the contract.
#[derive(Clone, Debug)]
pub struct Failure {
    pub status: StatusCode,
    /// The `error` member: a stable word.
    pub code: &'static str,
    /// The `error_description` member: one English sentence, ASCII, for a developer.
    pub description: String,
    /// The `errors` member, when fields are at fault.
    pub faults: Vec<Fault>,
    /// To put on the answer. A list and not a map, so that a failure is small enough to be an ordinary error.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The `code` for PostgREST's clients, where it is another word than `error`.
    pub postgrest_code: Option<PostgrestCode>,
    cause: Option<Arc<dyn Error + Send + Sync>>,
}

impl Failure {
    pub fn new(status: StatusCode, code: &'static str, description: impl Into<String>) -> Self {
        let description = description.into();
        Self { status, code, description, faults: Vec::new(), headers: Vec::new(), postgrest_code: None, cause: None }
    }

    /// `400 invalid_request` that names every field at fault.
    pub fn invalid_fields(faults: Vec<Fault>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", fields_at_fault(&faults)).with_faults(faults)
    }

    /// Lists the faults, as far as an answer has room for them.
    #[must_use]
    pub fn with_faults(mut self, faults: Vec<Fault>) -> Self {
        self.faults.extend(faults.into_iter().take(MAX_FAULTS));
        self
    }

    /// `400 invalid_request` without a field to name.
    pub fn invalid_request(description: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", description)
    }

    /// `503` with `Retry-After`: the store did not answer; nothing is known to have changed.
    pub fn unavailable(cause: impl Error + Send + Sync + 'static) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", "try again in a moment")
            .header(header::RETRY_AFTER, HeaderValue::from_static("1"))
            .caused_by(cause)
    }

    /// `500`: a fault of ours. The caller learns nothing but the request id.
    pub fn internal(cause: impl Error + Send + Sync + 'static) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "server_error", "the server met a fault of its own")
            .caused_by(cause)
    }

    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    #[must_use]
    pub fn caused_by(mut self, cause: impl Error + Send + Sync + 'static) -> Self {
        self.cause = Some(Arc::new(cause));
        self
    }

    /// The cause and what is behind it, for the log; never for a caller.
    pub fn cause_chain(&self) -> Option<String> {
        let first = self.cause.as_deref()?;
        let mut text = first.to_string();
        let mut next = first.source();
        while let Some(cause) = next {
            text.push_str(": ");
            text.push_str(&cause.to_string());
            next = cause.source();
        }
        Some(text)
    }

    /// The body in a dialect.
    pub fn body(&self, dialect: Dialect, request_id: &str) -> Value {
        let description = ascii(&self.description);
        let mut body = Map::new();
        body.insert("error".into(), self.code.into());
        body.insert("error_description".into(), description.as_str().into());
        body.insert("request_id".into(), request_id.into());
        if !self.faults.is_empty() {
            body.insert("errors".into(), json!(self.faults));
        }
        dialect.extend(&mut body, self, &description);
        Value::Object(body)
    }
}

/// A sentence with the names of the first of them.
pub fn fields_at_fault(faults: &[Fault]) -> String {
    let named: Vec<&str> = faults.iter().take(MAX_NAMED).map(|fault| fault.field.as_str()).collect();
    let more = faults.len().saturating_sub(MAX_NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("invalid: {}{more}", named.join(", "))
}

/// RFC 6749, 5.2 allows `%x20-21 / %x23-5B / %x5D-7E` in an error description.
fn ascii(text: &str) -> String {
    text.chars().map(|c| if matches!(c, ' '..='~') && c != '"' && c != '\\' { c } else { '\'' }).collect()
}

/// The response without its body: the edge finds the failure in the extensions and renders it.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        for (name, value) in self.headers.clone() {
            response.headers_mut().append(name, value);
        }
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_door_has_its_dialect() {
        let failure = Failure::invalid_fields(vec![Fault::new("name", "required", "is missing")]);
        let plain = failure.body(Dialect::OAuth, "r1");
        assert_eq!(plain["error"], "invalid_request");
        assert_eq!(plain["errors"][0]["field"], "name");
        assert_eq!(plain.get("code"), None);
        let rest = failure.body(Dialect::Rest, "r1");
        assert_eq!((&rest["message"], &rest["details"]), (&json!("invalid: name"), &json!("name: is missing")));
        let named = Failure { postgrest_code: Some(PostgrestCode::Query), ..failure.clone() }.body(Dialect::Rest, "r1");
        assert_eq!((&named["code"], &named["error"]), (&json!("PGRST100"), &json!("invalid_request")));
        assert_eq!(failure.body(Dialect::Auth { dated: false }, "r1")["code"], 400);
        assert_eq!(failure.body(Dialect::Auth { dated: true }, "r1")["code"], "invalid_request");
    }

    #[test]
    fn a_description_keeps_to_the_characters_of_the_rfc() {
        let failure = Failure::invalid_request("a \"quoted\" \u{e9} \\ text");
        assert_eq!(failure.body(Dialect::OAuth, "r1")["error_description"], "a 'quoted' ' ' text");
    }

    #[test]
    fn a_flood_of_faults_is_cut_and_counted() {
        let faults = (0..5_000).map(|n| Fault::new(format!("f{n}"), "unknown_field", "no such field here")).collect();
        let failure = Failure::invalid_fields(faults);
        assert_eq!(failure.faults.len(), 100);
        assert!(failure.description.ends_with("f9 and 4990 more"), "{}", failure.description);
    }

    #[test]
    fn the_cause_is_logged_and_not_shown() {
        let failure = Failure::internal(std::io::Error::other("disk at /secret/path"));
        assert_eq!(failure.cause_chain().as_deref(), Some("disk at /secret/path"));
        assert!(!failure.body(Dialect::OAuth, "r1").to_string().contains("secret"));
    }
}
