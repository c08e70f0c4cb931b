//! Which state of an app a form showed, so that nobody acts on what is not so any more.

use routix_projections::app_list::AppRow;

use crate::pages::{Form, PageError};

/// The field that carries the sequence of the app.
const FIELD: &str = "seen";

/// The sequence of the app that the form showed.
///
/// # Errors
/// [`PageError::BadRequest`] for what our own form cannot send.
pub(super) fn of_form(form: &Form) -> Result<u64, PageError> {
    form.required(FIELD)?.parse().map_err(|_| PageError::BadRequest)
}

/// The page of an app that shows what has changed since.
pub(super) fn difference(seen: u64, app: &AppRow) -> String {
    format!("/diff?from={seen}&to={}", app.sequence)
}
