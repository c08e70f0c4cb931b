//! `GET /reference`: every call of the API proxy and every field, as the catalogue of this service has them.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::Dashboard;
use super::navigation::Section;
use super::person::Person;
use crate::pages::Frame;

/// A kind of record, as it is described to integrators.
#[derive(Clone, Debug)]
pub struct ReferenceResource {
    pub name: String,
    pub description: String,
    pub read_scope: String,
    /// None for what nobody writes through the API.
    pub write_scope: Option<String>,
    pub fields: Vec<ReferenceField>,
}

/// A field of a record.
#[derive(Clone, Debug)]
pub struct ReferenceField {
    pub name: String,
    pub description: String,
    pub kind: &'static str,
    /// The values that are offered; empty for any.
    pub values: Vec<String>,
    /// `v1` or `v2`: the first version that has it.
    pub since: &'static str,
    pub required: bool,
    pub filterable: bool,
    pub writable: bool,
}

#[derive(Template)]
#[template(path = "reference.html", config = ".askama.toml")]
struct ReferenceTemplate<'a> {
    frame: Frame<'a>,
    resources: &'a [ReferenceResource],
    url: &'a str,
}

pub(super) async fn show(State(dashboard): State<Arc<Dashboard>>, person: Person) -> Response {
    let frame = person.frame_at(Section::Reference, "/reference");
    let url = person.visitor.pages.origin.as_str();
    person.page(&ReferenceTemplate { frame, resources: &dashboard.reference, url })
}
