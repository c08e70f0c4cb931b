//! The description of the API: every operation, as OpenAPI at `/openapi.json`, and for people at `/docs/api`.
//!
//! Resources, fields and scopes come from the catalogue that is served; every other operation is described in the file of its
//! kind: `tokens`, `people`, `consents`, `apps`, `history`, `discovery`. What surfaces refuse, and with which words, is in `refusal`.
//! Deliberately absent: the operations themselves, and pages that are no API.

mod apps;
mod consents;
mod describe;
mod discovery;
mod fields;
mod header;
mod history;
mod model;
mod page;
mod people;
mod records;
mod refusal;
mod schema;
mod serve;
mod tables;
mod tokens;
mod write;

pub use self::model::Description;
pub use self::serve::{Docs, Reference, pages, router};
