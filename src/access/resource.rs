//! The protected resource that tokens can be asked for (RFC 8707, RFC 9728).

use serde_json::{Value, json};

/// The path of the API proxy, which is the resource.
const PATH: &str = "/functions/v1/api";

/// This service as an issuer and as a resource, by its public URL.
#[derive(Clone, Debug)]
pub struct Resource {
    public_url: String,
}

impl Resource {
    pub fn new(public_url: &str) -> Self {
        Self { public_url: public_url.to_owned() }
    }

    /// The issuer of tokens that name a resource.
    pub fn issuer(&self) -> &str {
        &self.public_url
    }

    /// The resources that a request may name: the service, or its API.
    pub fn names(&self) -> [String; 2] {
        [self.public_url.clone(), format!("{}{PATH}", self.public_url)]
    }

    /// Where the API's metadata is, for the challenge of a `401`.
    pub fn metadata_url(&self) -> String {
        format!("{}/.well-known/oauth-protected-resource{PATH}", self.public_url)
    }

    /// The metadata of the resource at `path`; `None` when there is no resource (RFC 9728, 3).
    pub fn metadata(&self, path: &str, scopes: &[String]) -> Option<Value> {
        matches!(path, "" | PATH).then(|| {
            json!({
                "resource": format!("{}{path}", self.public_url),
                "authorization_servers": [self.public_url],
                "scopes_supported": scopes,
                "bearer_methods_supported": ["header"],
            })
        })
    }
}
