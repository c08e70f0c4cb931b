//! The ways between the pages of the dashboard.

use routix_projections::members::OrganizationRow;

use super::person::{Person, organization_path};
use crate::pages::frame::GUIDE;
use crate::pages::{Navigation, NavigationGroup, NavigationLink};

/// What a page belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    Apps,
    Consents,
    Branches,
    Members,
    Events,
    Account,
    Projections,
    Log,
}

impl Section {
    /// Those of an organization, with the end of their path and the key of their name.
    const OF_ORGANIZATION: [(Self, &str, &str); 5] = [
        (Self::Apps, "/apps", "section-apps"),
        (Self::Consents, "/consents", "section-consents"),
        (Self::Branches, "/branches", "section-branches"),
        (Self::Members, "/members", "section-members"),
        (Self::Events, "/events", "section-events"),
    ];
    const OF_OPERATORS: [(Self, &str, &str); 2] = [
        (Self::Projections, "/operator/projections", "section-projections"),
        (Self::Log, "/operator/events", "section-log"),
    ];
}

/// The ways from a page of this section. Outside of an organization they lead into the first one.
pub(super) fn navigation(person: &Person, at: Option<&OrganizationRow>, section: Section) -> Navigation {
    let words = &person.visitor.words;
    let entry = |organization: &OrganizationRow| NavigationLink {
        name: organization.name.clone(),
        href: organization_path(organization.organization_id, "/apps"),
        is_current: at.is_some_and(|at| at.organization_id == organization.organization_id),
    };
    let places: Vec<_> = person.places.iter().map(|(_, organization)| entry(organization)).collect();
    let link = |(own, path, key): (Section, String, &str)| NavigationLink {
        name: words.get(key),
        href: path,
        is_current: own == section,
    };
    let mut groups = Vec::new();
    let organization = at.or_else(|| person.places.first().map(|(_, organization)| organization));
    if let Some(organization) = organization {
        let path = |rest: &str| organization_path(organization.organization_id, rest);
        let links = Section::OF_ORGANIZATION.map(|(own, rest, key)| link((own, path(rest), key)));
        groups.push(NavigationGroup { name: words.get("settings"), links: links.into() });
    }
    // Outside of the dashboard, because they are there for those, too, who are not signed in.
    let docs = [("guide-title", GUIDE), ("section-reference", "/docs/api")].map(|(key, href)| NavigationLink {
        name: words.get(key),
        href: href.to_owned(),
        is_current: false,
    });
    groups.push(NavigationGroup { name: words.get("integration"), links: docs.into() });
    if person.is_operator {
        let links = Section::OF_OPERATORS.map(|(own, path, key)| link((own, path.to_owned(), key)));
        groups.push(NavigationGroup { name: words.get("operators"), links: links.into() });
    }
    Navigation { place: at.map(|organization| organization.name.clone()), places, groups }
}
