//! The ways between the pages of the description.

use crate::openapi::model::{Access, Description, Section};
use crate::pages::{Navigation, NavigationGroup, NavigationLink, Words};

/// Where the overview is.
pub(in crate::openapi) const PATH: &str = "/docs/api";

/// The ways from a page; `current` is the section that it shows.
pub(super) fn navigation(description: &Description, words: &Words, current: Option<&str>) -> Navigation {
    let overview =
        NavigationLink { name: words.get("api-overview"), href: PATH.to_owned(), is_current: current.is_none() };
    let link = |section: &Section| NavigationLink {
        name: name(section, words),
        href: path(&section.name),
        is_current: current == Some(section.name.as_str()),
    };
    let (records, doors): (Vec<&Section>, Vec<&Section>) =
        description.sections.iter().partition(|section| holds_records(section));
    let doors = std::iter::once(overview).chain(doors.into_iter().map(link)).collect();
    let group = |name: String, links| NavigationGroup { name, links };
    let records = records.into_iter().map(link).collect();
    let groups = vec![group(words.get("section-reference"), doors), group(words.get("api-records"), records)];
    Navigation { place: None, places: Vec::new(), groups }
}

/// The path of the page of a section.
pub(super) fn path(section: &str) -> String {
    format!("{PATH}/{section}")
}

/// A section of ours has a name in words; a resource is called as in the path.
pub(super) fn name(section: &Section, words: &Words) -> String {
    match section.name.as_str() {
        _ if holds_records(section) => section.name.clone(),
        "tokens" => words.get("api-tokens"),
        "people" => words.get("api-people"),
        "apps" => words.get("api-apps"),
        "history" => words.get("api-history"),
        "discovery" => words.get("api-discovery"),
        other => other.to_owned(),
    }
}

fn holds_records(section: &Section) -> bool {
    section.operations.iter().any(|operation| matches!(operation.access, Access::App(_)))
}
