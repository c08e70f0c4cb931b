//! `GET /`: to the apps of one's first organization.

use axum::response::Response;

use super::person::{Person, organization_path};
use crate::pages::see_other;

pub(super) async fn show(person: Person) -> Response {
    match person.places.first() {
        Some((_, organization)) => see_other(&organization_path(organization.organization_id, "/apps")),
        None => see_other("/account"),
    }
}
