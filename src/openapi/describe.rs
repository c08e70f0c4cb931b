//! The whole description, from the catalogue and the public URL.

use routix_domain::value::Scope;

use super::model::Description;
use super::schema::Schema;
use super::{apps, consents, discovery, history, people, records, refusal, tokens};
use crate::proxy::catalogue::Catalogue;

impl Description {
    /// Every operation. `public_url` is scheme and authority, without a slash at the end.
    ///
    /// A surface that gets another operation gets a line for it in its own file here; a test compares both.
    pub fn new(catalogue: &Catalogue, public_url: &str) -> Self {
        let text = |scope: &Scope| Some((scope.to_string(), catalogue.describe(scope)?.to_owned()));
        let scopes: Vec<(String, String)> = catalogue.scopes().iter().filter_map(text).collect();
        let mut sections = vec![tokens::section()];
        sections.extend(records::sections(catalogue));
        sections.extend([people::section(), consents::section(), apps::section(), history::section()]);
        sections.push(discovery::section(public_url, &scopes));
        let mut schemas: Vec<(String, Schema)> = refusal::schemas();
        schemas.extend(tokens::schemas());
        schemas.extend(records::schemas(catalogue));
        schemas.extend(people::schemas());
        schemas.extend(consents::schemas());
        schemas.extend(apps::schemas(&scopes));
        schemas.extend(history::schemas());
        schemas.extend(discovery::schemas());
        Self { public_url: public_url.to_owned(), sections, schemas, scopes }
    }

    /// The OpenAPI document: what `/openapi.json` answers and `routix openapi` prints.
    ///
    /// # Errors
    /// That an example is no JSON, which tests rule out.
    pub fn document(&self) -> Result<String, serde_json::Error> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        Ok(text)
    }
}
