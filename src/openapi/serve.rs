//! `GET /openapi.json`, and the way to the pages.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;

use super::model::Description;
use super::page;
use crate::http::document::Document;
use crate::pages::{HasPages, Pages};

/// It changes with the version of routix and with its catalogue.
const CACHE: &str = "public, max-age=300";

/// The description, and its document as it is sent.
pub struct Reference {
    pub(super) description: Description,
    document: Document,
}

impl Reference {
    /// # Errors
    /// As [`Description::document`].
    pub fn new(description: Description) -> Result<Self, serde_json::Error> {
        let document = Document::new("application/json", CACHE, description.document()?);
        Ok(Self { description, document })
    }
}

/// What the doors work with.
pub struct Docs {
    pub pages: Arc<Pages>,
    pub reference: Arc<Reference>,
}

impl HasPages for Arc<Docs> {
    fn pages(&self) -> &Arc<Pages> {
        &self.pages
    }
}

/// The document, for programs.
pub fn router(docs: Arc<Docs>) -> Router {
    Router::new().route("/openapi.json", get(document)).with_state(docs)
}

/// The same for people.
pub fn pages(docs: Arc<Docs>) -> Router {
    Router::new()
        .route("/docs/api", get(page::overview))
        .route("/docs/api/{section}", get(page::section))
        .with_state(docs)
}

async fn document(State(docs): State<Arc<Docs>>, headers: HeaderMap) -> Response {
    docs.reference.document.answer(&headers)
}
