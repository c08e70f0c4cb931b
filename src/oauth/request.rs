//! The parameters of a client's request, from a form or from JSON, each at most once.

use std::collections::BTreeMap;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::Value;

use super::error::OAuthError;
use crate::http::{Failure, body, json, pairs};

/// No token request is near this size.
const MAX_BODY: usize = 64 * 1_024;
/// Parameters that carry meaning or secrets and must not travel in a URL, where every log would keep them.
const NOT_IN_THE_URL: [&str; 10] = [
    "grant_type",
    "client_id",
    "client_secret",
    "client_assertion",
    "code",
    "code_verifier",
    "refresh_token",
    "scope",
    "access_token",
    "token",
];

/// A client's request with its parameters. An empty value counts as left out (RFC 6749, 3.1).
pub struct ClientRequest {
    parameters: BTreeMap<String, String>,
    /// The `Authorization` header, when it is not a bearer token: those are ignored here, because clients that share one
    /// header set over all calls send them.
    pub(super) authorization: Option<HeaderValue>,
}

impl ClientRequest {
    /// # Errors
    /// `415` for a body of another type; [`OAuthError::InvalidRequest`] for a malformed one, doubled parameters, or any of them in
    /// the URL.
    pub async fn read(request: Request) -> Result<Self, OAuthError> {
        let (parts, body) = request.into_parts();
        refuse_query(parts.uri.query().unwrap_or_default())?;
        let bytes = body::read(body, MAX_BODY).await.map_err(OAuthError::Body)?;
        let parameters = match body::media_type(&parts.headers).as_str() {
            "application/x-www-form-urlencoded" => {
                pairs::parse(&bytes).map_err(|error| OAuthError::InvalidRequest(error.to_string()))?
            }
            "application/json" => from_json(&bytes)?,
            // Nothing of no type is a request that lacks everything.
            "" if bytes.is_empty() => BTreeMap::new(),
            _ => return Err(OAuthError::Body(unsupported_type())),
        };
        Ok(Self { parameters, authorization: authorization(&parts.headers) })
    }

    /// The value of a parameter that may be left out.
    pub fn optional(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Whether it carries what proves a client, right or wrong.
    pub(super) fn names_a_secret(&self) -> bool {
        self.authorization.is_some() || self.optional("client_secret").is_some()
    }

    /// # Errors
    /// [`OAuthError::InvalidRequest`] when the parameter is missing.
    pub(super) fn required(&self, name: &str) -> Result<&str, OAuthError> {
        self.optional(name).ok_or_else(|| OAuthError::InvalidRequest(format!("the parameter '{name}' is missing")))
    }
}

fn unsupported_type() -> Failure {
    let description = "send the body as application/x-www-form-urlencoded or application/json";
    Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", description)
}

fn authorization(headers: &HeaderMap) -> Option<HeaderValue> {
    let value = headers.get(header::AUTHORIZATION)?;
    let scheme = value.as_bytes().split(|&b| b == b' ').next().unwrap_or_default();
    (!scheme.eq_ignore_ascii_case(b"bearer")).then(|| value.clone())
}

fn refuse_query(query: &str) -> Result<(), OAuthError> {
    let pairs = pairs::parse(query.as_bytes()).map_err(|error| OAuthError::InvalidRequest(error.to_string()))?;
    match NOT_IN_THE_URL.iter().find(|name| pairs.contains_key(**name)) {
        Some(name) => Err(OAuthError::InvalidRequest(format!("send '{name}' in the body, not in the URL"))),
        None => Ok(()),
    }
}

fn from_json(bytes: &[u8]) -> Result<BTreeMap<String, String>, OAuthError> {
    let members = json::parse_object(bytes).map_err(|error| OAuthError::InvalidRequest(error.to_string()))?;
    let mut parameters = BTreeMap::new();
    let mut faults = Vec::new();
    for (name, value) in members {
        match value {
            Value::String(text) => {
                parameters.insert(name, text);
            }
            Value::Null => {}
            // Members that this endpoint does not read are ignored, whatever they are.
            other if NOT_IN_THE_URL.contains(&name.as_str()) || name == "redirect_uri" || name == "resource" => {
                faults.push(json::wrong_type(&name, "a string", &other));
            }
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {}
        }
    }
    if faults.is_empty() { Ok(parameters) } else { Err(OAuthError::Body(Failure::invalid_fields(faults))) }
}
