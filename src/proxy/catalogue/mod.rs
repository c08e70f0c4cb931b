//! The catalogue: what the API proxy serves, declared once and as data.
//!
//! SQL, validation, scopes, OpenAPI and the documentation follow from it. The built-in one is Routix's; an operator may
//! put his own in its place. Deliberately absent: SQL (`records` writes it, per database) and requests (`phases`).

mod check;
mod error;
mod members;
mod model;
mod parse;
#[cfg(test)]
mod tests;

pub(in crate::proxy) use check::shown;
pub use error::{CatalogueError, Problem};
pub use members::{Purpose, read_members};
pub use model::{
    ApiVersion, Catalogue, Field, FieldType, FieldValue, Format, Identifier, Reference, Resource, Shape, ShapeField,
    ValueType,
};
