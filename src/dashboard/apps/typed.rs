//! What stands in the form of an app: as it was typed, so that nothing of it is lost when something is wrong.

use std::collections::BTreeSet;

use routix_domain::app::{ClientType, RefreshAuthentication};
use routix_domain::value::{BranchRestriction, RedirectUri, TokenLifetime};
use routix_projections::app_list::AppRow;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::app_fields::uuid;
use crate::pages::{Form, PageError};

/// Room for as many redirect URIs as an app can have, as long as they can be.
pub(super) const MAX_FORM: usize = 512 * 1_024;
/// How the fields of ticks begin: `scope.routix:orders:read`, `branch.<uuid>`.
pub(super) const SCOPE: &str = "scope.";
pub(super) const BRANCH: &str = "branch.";

/// Whether the second of two was chosen; nothing is the first.
fn chosen(form: &Form, name: &str, [first, second]: [&str; 2]) -> Result<bool, PageError> {
    match form.get(name) {
        None => Ok(false),
        Some(value) if value == first => Ok(false),
        Some(value) if value == second => Ok(true),
        Some(_) => Err(PageError::BadRequest),
    }
}

/// The fields of the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Typed {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) homepage_url: String,
    /// One a line.
    pub(super) redirect_uris: String,
    pub(super) scopes: BTreeSet<String>,
    pub(super) every_branch: bool,
    pub(super) branches: BTreeSet<Uuid>,
    pub(super) token_lifetime: String,
    pub(super) is_public: bool,
    pub(super) always_authenticates: bool,
}

impl Typed {
    /// The form of a new app.
    pub(super) fn blank(every_branch: bool) -> Self {
        Self {
            name: String::new(),
            description: String::new(),
            homepage_url: String::new(),
            redirect_uris: String::new(),
            scopes: BTreeSet::new(),
            every_branch,
            branches: BTreeSet::new(),
            token_lifetime: TokenLifetime::default().to_string(),
            is_public: false,
            always_authenticates: false,
        }
    }

    /// The form of an app as it is.
    pub(super) fn of_app(app: &AppRow) -> Self {
        let uris: Vec<&str> = app.redirect_uris.iter().map(RedirectUri::as_str).collect();
        Self {
            name: app.name.clone(),
            description: app.description.clone().unwrap_or_default(),
            homepage_url: app.homepage_url.clone().unwrap_or_default(),
            redirect_uris: uris.join("\n"),
            scopes: app.allowed_scopes.iter().map(ToString::to_string).collect(),
            every_branch: app.allowed_branches.0 == BranchRestriction::All,
            branches: app.allowed_branches.to_list().into_iter().collect(),
            token_lifetime: app.token_lifetime.to_string(),
            is_public: app.client_type.0 == ClientType::Public,
            always_authenticates: app.refresh_authentication.0 == RefreshAuthentication::Always,
        }
    }

    /// What a browser sent.
    ///
    /// # Errors
    /// [`PageError::BadRequest`] for what our own form cannot send.
    pub(super) fn of_form(form: &Form) -> Result<Self, PageError> {
        let text = |name| form.required(name).map(str::to_owned);
        let ids: Option<BTreeSet<Uuid>> = form.beginning(BRANCH).map(uuid).collect();
        let every_branch = match form.required("branches")? {
            "every" => true,
            "only" => false,
            _ => return Err(PageError::BadRequest),
        };
        Ok(Self {
            name: text("name")?,
            description: text("description")?,
            homepage_url: text("homepage_url")?,
            redirect_uris: text("redirect_uris")?,
            scopes: form.beginning(SCOPE).map(str::to_owned).collect(),
            every_branch,
            branches: ids.ok_or(PageError::BadRequest)?,
            token_lifetime: text("token_lifetime")?,
            is_public: chosen(form, "client_type", ["confidential", "public"])?,
            always_authenticates: chosen(form, "refresh_authentication", ["when_rotated", "always"])?,
        })
    }

    /// The redirect URIs with the number of their line, counted from 1.
    pub(super) fn lines(&self) -> Vec<(usize, &str)> {
        let lines = self.redirect_uris.lines().enumerate();
        lines.map(|(index, line)| (index + 1, line.trim())).filter(|(_, line)| !line.is_empty()).collect()
    }

    /// Whether it asks for a list of branches and ticks none: that is no restriction at the API, and here a mistake.
    pub(super) fn names_no_branch(&self) -> bool {
        !self.every_branch && self.branches.is_empty()
    }

    /// The same as a body of the API, where space around a text is a fault and here a slip of the hand.
    pub(super) fn members(&self) -> Map<String, Value> {
        let uris: Vec<&str> = self.lines().into_iter().map(|(_, line)| line).collect();
        let branches: Vec<Uuid> = if self.every_branch { Vec::new() } else { self.branches.iter().copied().collect() };
        let members = json!({
            "name": self.name.trim(),
            "description": self.description.trim(),
            "homepage_url": self.homepage_url.trim(),
            "redirect_uris": uris,
            "allowed_scopes": self.scopes,
            "allowed_branch_ids": branches,
            "token_lifetime": self.token_lifetime,
            "client_type": if self.is_public { "public" } else { "confidential" },
            "refresh_authentication": if self.always_authenticates { "always" } else { "when_rotated" },
        });
        match members {
            Value::Object(members) => members,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
        }
    }
}
