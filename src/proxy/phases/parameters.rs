//! The query string: every name known, each once, every fault named and no value shown again.

use std::ops::RangeInclusive;

use routix_domain::value::{Fault, Faults};

use crate::http::pairs;
use crate::proxy::catalogue::{ApiVersion, Resource, shown};
use crate::proxy::error::ProxyError;
use crate::proxy::records::{ListQuery, Order};

const DEFAULT_LIMIT: u32 = 25;
const LARGEST_LIMIT: u32 = 100;
/// A database walks over every row that it passes over, while others wait; a cursor begins where it points to.
pub const LARGEST_OFFSET: u32 = 10_000;

/// Names and values in the order of the query.
pub(super) type Pairs = Vec<(String, String)>;

/// What a list is asked for.
pub(super) struct Asked {
    pub(super) query: ListQuery,
    /// The pairs that choose the rows and their order, for the links to other pages.
    pub(super) chosen: Pairs,
    /// Where it goes on, unread.
    pub(super) cursor: Option<String>,
}

/// A query string of a request that takes none.
pub(super) fn none(query: Option<&str>, faults: &mut Faults) {
    for (name, _) in read(query, faults) {
        faults.push(unknown(&name));
    }
}

pub(super) fn list(query: Option<&str>, resource: &Resource, version: ApiVersion) -> Result<Asked, ProxyError> {
    let mut list = ListQuery { limit: DEFAULT_LIMIT, offset: 0, after: None, order: None, filters: Vec::new() };
    let (mut chosen, mut cursor) = (Vec::new(), None);
    let mut faults = Faults::default();
    let pairs = read(query, &mut faults);
    if ["cursor", "offset"].iter().all(|one| pairs.iter().any(|(name, _)| name == one)) {
        faults.add(
            "cursor",
            "conflicting",
            "cannot be given together with offset: it says itself where the page begins",
        );
    }
    for (name, value) in pairs {
        match name.as_str() {
            "cursor" => cursor = Some(value),
            "limit" => list.limit = faults.keep(number("limit", &value, 1..=LARGEST_LIMIT, "")).unwrap_or_default(),
            "offset" => {
                let deeper = "; to go deeper, follow `next` as `cursor`";
                list.offset = faults.keep(number("offset", &value, 0..=LARGEST_OFFSET, deeper)).unwrap_or_default();
            }
            "order" => {
                list.order = faults.keep(order(&value, resource, version));
                chosen.push((name, value));
            }
            _ => match resource.field(version, &name).filter(|(_, field)| field.filterable) {
                Some((place, field)) => {
                    list.filters
                        .extend(faults.keep(field.value.check_query(&name, &value)).map(|value| (place, value)));
                    chosen.push((name, value));
                }
                None => faults.push(unknown(&name)),
            },
        }
    }
    // One shape of a filter is one prepared statement, however its parameters were arranged.
    list.filters.sort_by_key(|(place, _)| *place);
    Ok(faults.or(Asked { query: list, chosen, cursor })?)
}

pub(super) fn unknown_cursor() -> ProxyError {
    let message = "is none that this list gave; begin without it, and take `next` from the answer as it is";
    let mut faults = Faults::default();
    faults.add("cursor", "unknown_cursor", message);
    faults.into()
}

fn read(query: Option<&str>, faults: &mut Faults) -> Pairs {
    let mut read: Pairs = Vec::new();
    for pair in query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let Some(name) = pairs::decode(name.as_bytes()) else {
            faults.add("query", "malformed", "has a broken percent escape or is not UTF-8");
            continue;
        };
        let Some(value) = pairs::decode(value.as_bytes()) else {
            faults.add(shown(&name), "malformed", "has a broken percent escape or is not UTF-8");
            continue;
        };
        if read.iter().any(|(other, _)| *other == name) {
            faults.add(shown(&name), "doubled", "is given twice");
        } else {
            read.push((name, value));
        }
    }
    read
}

fn unknown(name: &str) -> Fault {
    Fault::new(shown(name), "unknown_parameter", "no such parameter here")
}

/// Digits and nothing else, within bounds.
fn number(name: &str, value: &str, bounds: RangeInclusive<u32>, advice: &str) -> Result<u32, Fault> {
    let digits = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
    let number = value.parse().ok().filter(|number| digits && bounds.contains(number));
    let (least, most) = (bounds.start(), bounds.end());
    let message = || format!("must be a whole number between {least} and {most}{advice}");
    number.ok_or_else(|| Fault::new(name, "out_of_range", message()))
}

/// `field`, `-field`, `field.asc` or `field.desc`.
fn order(value: &str, resource: &Resource, version: ApiVersion) -> Result<Order, Fault> {
    let (name, descending) = match (value.strip_prefix('-'), value.rsplit_once('.')) {
        (Some(name), _) => (name, true),
        (None, Some((name, "desc"))) => (name, true),
        (None, Some((name, "asc"))) => (name, false),
        (None, Some(_) | None) => (value, false),
    };
    let found = resource.field(version, name).filter(|(_, field)| field.value.kind.is_comparable());
    let fault =
        || Fault::new("order", "unknown_field", "must be a field of this version, as field, -field or field.desc");
    found.map(|(field, _)| Order { field, descending }).ok_or_else(fault)
}
