//! `GET /openapi.json`.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;

use super::model::Description;
use crate::http::document::Document;

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

pub fn router(reference: Arc<Reference>) -> Router {
    Router::new().route("/openapi.json", get(document)).with_state(reference)
}

async fn document(State(reference): State<Arc<Reference>>, headers: HeaderMap) -> Response {
    reference.document.answer(&headers)
}
