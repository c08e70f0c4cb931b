//! What of the log is asked for, as the query of a page or of an export.

use std::collections::BTreeMap;

use routix_domain::schema::SCHEMAS;
use routix_projections::app_list;

use super::auditor::Auditor;
use crate::app_fields::uuid;
use crate::dashboard::Dashboard;
use crate::evidence::{Filter, from_time, to_time};
use crate::http::pairs;
use crate::pages::PageError;

pub(super) const TYPE: &str = "type";
pub(super) const ACTOR: &str = "actor";
pub(super) const APP: &str = "app";
pub(super) const FROM: &str = "from";
pub(super) const TO: &str = "to";
pub(super) const REQUEST_ID: &str = "request_id";
/// The fields of the filter, in the order of the form.
const FIELDS: [&str; 6] = [TYPE, APP, ACTOR, FROM, TO, REQUEST_ID];
const BEFORE: &str = "before";
/// The longest id of a request, of an actor or of an account.
const LONGEST: usize = 64;

/// What is asked for.
pub(super) struct Asked {
    pub(super) filter: Filter,
    /// Only what is older than this position.
    pub(super) before: Option<u64>,
    /// The fields at fault, each with the key of the words that say why.
    pub(super) faults: BTreeMap<&'static str, &'static str>,
    texts: BTreeMap<&'static str, String>,
    others: BTreeMap<String, String>,
}

impl Asked {
    /// # Errors
    /// [`PageError::BadRequest`] for a query that cannot be read at all.
    pub(super) async fn read(dashboard: &Dashboard, auditor: &Auditor, query: &str) -> Result<Self, PageError> {
        let mut others = pairs::parse(query.as_bytes())?;
        let mut text =
            |name: &str| others.remove(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let texts: BTreeMap<_, _> = FIELDS.into_iter().filter_map(|name| Some((name, text(name)?))).collect();
        let before = text(BEFORE).map(|text| text.parse()).transpose().map_err(|_| PageError::BadRequest)?;
        let (filter, faults) = (auditor.everything(), BTreeMap::new());
        let mut asked = Self { filter, before, faults, texts, others };
        asked.read_filter();
        asked.read_app(dashboard, auditor).await?;
        Ok(asked)
    }

    /// What stands in a field; empty for nothing.
    pub(super) fn text(&self, field: &str) -> &str {
        self.texts.get(field).map(String::as_str).unwrap_or_default()
    }

    /// A parameter that is not of the filter.
    pub(super) fn other(&self, name: &str) -> Option<&str> {
        self.others.get(name).map(String::as_str)
    }

    /// Whether anything is left out.
    pub(super) fn is_filtered(&self) -> bool {
        !self.texts.is_empty()
    }

    /// A path with this filter and one more parameter.
    pub(super) fn at(&self, path: &str, more: Option<(&str, &str)>) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.texts.iter()).extend_pairs(more);
        let query = query.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    /// The same before a position.
    pub(super) fn before(&self, path: &str, position: u64) -> String {
        self.at(path, Some((BEFORE, &position.to_string())))
    }

    fn read_filter(&mut self) {
        let Self { filter, faults, texts, .. } = self;
        let get = |field| texts.get(field).map(String::as_str);
        if let Some(text) = get(TYPE) {
            filter.types = vec![text.to_owned()];
            if !is_type(text) {
                faults.insert(TYPE, "fault-events-type");
            }
        }
        if let Some(text) = get(FROM) {
            filter.from = from_time(text).map_err(|_| faults.insert(FROM, "fault-events-time")).ok();
        }
        if let Some(text) = get(TO) {
            filter.to = to_time(text).map_err(|_| faults.insert(TO, "fault-events-time")).ok();
        }
        if filter.from.zip(filter.to).is_some_and(|(from, to)| from > to) {
            faults.insert(TO, "fault-events-span");
        }
        for (field, fault) in [(ACTOR, "fault-events-actor"), (REQUEST_ID, "fault-events-request")] {
            if get(field).is_some_and(|text| text.chars().count() > LONGEST) {
                faults.insert(field, fault);
            }
        }
        filter.actor = get(ACTOR).map(str::to_owned);
        filter.request_id = get(REQUEST_ID).map(str::to_owned);
    }

    /// An app by its id; for operators also by its client id, which the events of consents do not know.
    async fn read_app(&mut self, dashboard: &Dashboard, auditor: &Auditor) -> Result<(), PageError> {
        let Some(text) = self.texts.get(APP) else { return Ok(()) };
        let id = uuid(text);
        self.filter.app = match (auditor, id) {
            (Auditor::Insider(_), id) => id,
            (Auditor::Operator(_), Some(id)) => {
                app_list::by_client_id(&dashboard.read, id).await?.map_or(Some(id), |app| Some(app.app_id))
            }
            (Auditor::Operator(_), None) => None,
        };
        if self.filter.app.is_none() {
            self.faults.insert(APP, "fault-events-app");
        }
        Ok(())
    }
}

/// A type of event, or the beginning of some with its dot.
fn is_type(text: &str) -> bool {
    SCHEMAS.iter().any(|schema| {
        schema.event_type == text || text.ends_with('.') && schema.event_type.split_inclusive('.').next() == Some(text)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_one_that_exists_or_the_beginning_of_some() {
        for text in ["app.registered", "app.", "signing_key.", "organization.member_added"] {
            assert!(is_type(text), "{text}");
        }
        for text in ["app", "app.reg", "app.registered.", "moon.", ".", "", "apps."] {
            assert!(!is_type(text), "{text}");
        }
    }
}
