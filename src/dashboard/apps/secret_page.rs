//! The one page that shows a secret, in answer to the form that made it.
//!
//! It is found nowhere by itself: loading it again would send the form again, and that makes no second one.

use askama::Template;
use axum::response::Response;

use crate::commands::Secret;
use crate::dashboard::navigation::Section;
use crate::dashboard::person::Insider;
use crate::pages::{Frame, Stamp, forget_pages};

/// A secret that was just made.
pub(super) struct NewSecret<'a> {
    pub(super) app_name: &'a str,
    pub(super) client_id: &'a str,
    /// The path of the app.
    pub(super) app: String,
    pub(super) secret: &'a Secret,
    /// The secret that it replaces.
    pub(super) old: Option<OldSecret>,
}

pub(super) struct OldSecret {
    pub(super) last4: String,
    /// The end of the overlap; none when it stopped at once.
    pub(super) ends: Option<Stamp>,
}

#[derive(Template)]
#[template(path = "app_secret.html", config = ".askama.toml")]
struct SecretTemplate<'a> {
    frame: Frame<'a>,
    app_name: &'a str,
    client_id: &'a str,
    app: String,
    secret: &'a str,
    old: Option<OldSecret>,
}

pub(super) fn show(insider: &Insider, new: NewSecret<'_>) -> Response {
    let NewSecret { app_name, client_id, app, secret, old } = new;
    let secret = secret.expose();
    // Another language would be another page, and this one is shown once.
    let frame = insider.frame_at(Section::Apps, &app);
    let mut response = insider.page(&SecretTemplate { frame, app_name, client_id, app, secret, old });
    forget_pages(&mut response);
    response
}
