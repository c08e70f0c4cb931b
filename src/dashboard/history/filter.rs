//! Which events of the timeline are wanted, as the address of the page says.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use routix_domain::app::AppEvent;
use routix_domain::consent::ConsentEvent;
use routix_domain::history::Entry;
use routix_domain::log::Actor;

use super::times::{Side, TimeField, time};
use crate::http::pairs;
use crate::pages::{PageError, Words};

/// What was asked, as it was typed and as it is meant.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter {
    pub(super) event_type: String,
    pub(super) actor: String,
    pub(super) from: TimeField,
    pub(super) to: TimeField,
    /// What is wrong with the type.
    pub(super) type_fault: Option<String>,
    /// Only events before this position: the page.
    pub(super) before: Option<u64>,
    /// The first of two points to compare.
    pub(super) compare: Option<String>,
    begin: Option<DateTime<Utc>>,
    end: Option<DateTime<Utc>>,
}

impl Filter {
    /// # Errors
    /// [`PageError::BadRequest`] for what nobody typed into a field of ours.
    pub(super) fn read(query: &str, words: &Words) -> Result<Self, PageError> {
        let mut pairs = pairs::parse(query.as_bytes())?;
        let mut text = |name: &str| pairs.remove(name).map(|text| text.trim().to_owned()).unwrap_or_default();
        let (event_type, actor) = (text("type"), text("actor"));
        let (from, begin) = moment(text("from"), Side::Begin, words);
        let (mut to, end) = moment(text("to"), Side::End, words);
        if begin.zip(end).is_some_and(|(begin, end)| end < begin) {
            to.fault = Some(words.get("history-end-before-begin"));
        }
        let type_fault = Some(words.get("history-unknown-type")).filter(|_| !is_known_type(&event_type));
        let before = position(&pairs, "before")?;
        let compare = pairs.remove("compare");
        Ok(Self { event_type, actor, from, to, type_fault, before, compare, begin, end })
    }

    pub(super) fn is_faulty(&self) -> bool {
        self.type_fault.is_some() || self.from.fault.is_some() || self.to.fault.is_some()
    }

    /// Whether it leaves anything out.
    pub(super) fn is_set(&self) -> bool {
        !(self.event_type.is_empty() && self.actor.is_empty() && self.from.value.is_empty() && self.to.value.is_empty())
    }

    pub(super) fn passes(&self, entry: &Entry) -> bool {
        let recorded_at = entry.place.recorded_at;
        (self.event_type.is_empty() || entry.event_type == self.event_type)
            && (self.actor.is_empty() || actor_value(&entry.place.actor) == self.actor)
            && self.begin.is_none_or(|begin| begin <= recorded_at)
            && self.end.is_none_or(|end| recorded_at <= end)
    }

    /// The same filter at another page and with another first point.
    pub(super) fn query(&self, before: Option<u64>, compare: Option<&str>) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in [
            ("type", self.event_type.as_str()),
            ("actor", &self.actor),
            ("from", &self.from.value),
            ("to", &self.to.value),
            ("before", &before.map(|before| before.to_string()).unwrap_or_default()),
            ("compare", compare.unwrap_or_default()),
        ] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        query.finish()
    }
}

/// As `actor` in an address: the id, or the kind of who has none.
pub(super) fn actor_value(actor: &Actor) -> String {
    actor.id().unwrap_or_else(|| actor.kind().to_owned())
}

/// The types of which an app's history has events.
pub(super) fn types() -> impl Iterator<Item = &'static str> {
    AppEvent::TYPES.iter().chain(ConsentEvent::TYPES).map(|(name, _)| *name)
}

/// What a type is called: in words, for those we know.
pub(super) fn type_name(words: &Words, event_type: &str) -> String {
    let key = format!("told-type-{}", event_type.replace(['.', '_'], "-"));
    words.find(&key).unwrap_or_else(|| event_type.to_owned())
}

fn is_known_type(text: &str) -> bool {
    text.is_empty() || types().any(|name| name == text)
}

fn moment(value: String, side: Side, words: &Words) -> (TimeField, Option<DateTime<Utc>>) {
    let found = time(&value, side);
    let fault = Some(words.get("history-no-time")).filter(|_| !value.is_empty() && found.is_none());
    (TimeField { value, fault }, found)
}

fn position(pairs: &BTreeMap<String, String>, name: &str) -> Result<Option<u64>, PageError> {
    let Some(text) = pairs.get(name).filter(|text| !text.is_empty()) else { return Ok(None) };
    text.parse().map(Some).map_err(|_| PageError::BadRequest)
}
