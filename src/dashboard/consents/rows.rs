//! Consents as they are shown, and which of them one sees and may withdraw.

use routix_domain::log::Actor;
use routix_domain::value::BranchRestriction;
use routix_projections::app_list::{self, AppRow};
use routix_projections::consents::{self, ConsentRow};
use uuid::Uuid;

use crate::dashboard::Dashboard;
use crate::dashboard::person::Insider;
use crate::pages::scopes::{ScopeGroup, groups};
use crate::pages::{Form, PageError, Stamp};

/// The purpose of the forms that withdraw one.
pub(super) const WITHDRAW: &str = "withdraw a consent";

/// A consent as it is shown.
pub(super) struct ConsentLine {
    pub(super) consent_id: Uuid,
    pub(super) user_id: Uuid,
    pub(super) person: String,
    pub(super) app: String,
    /// The page of the app, when it is one of this organization.
    pub(super) app_href: Option<String>,
    pub(super) groups: Vec<ScopeGroup>,
    pub(super) granted: Stamp,
}

/// Everybody sees his own; owners and admins see those of others too, as far as their branches go: who is limited to some
/// sees only what an app does there.
fn sees(insider: &Insider, consent: &ConsentRow, app: Option<&AppRow>) -> bool {
    if consent.organization_id != insider.organization.organization_id {
        return false;
    }
    let is_own = consent.user_id == insider.person.session.user.id;
    let reach = match app {
        Some(app) if app.organization_id == consent.organization_id => &app.allowed_branches.0,
        Some(_) | None => &BranchRestriction::All,
    };
    is_own || insider.manages() && insider.member.branches.covers(reach)
}

/// Those of `given` that he sees.
pub(super) async fn lines(
    dashboard: &Dashboard,
    insider: &Insider,
    given: Vec<ConsentRow>,
) -> Result<Vec<ConsentLine>, PageError> {
    let mut lines = Vec::new();
    for consent in given {
        let app = app_list::by_id(&dashboard.read, consent.app_id).await?;
        if sees(insider, &consent, app.as_ref()) {
            lines.push(line(dashboard, insider, &consent, app).await?);
        }
    }
    Ok(lines)
}

async fn line(
    dashboard: &Dashboard,
    insider: &Insider,
    consent: &ConsentRow,
    app: Option<AppRow>,
) -> Result<ConsentLine, PageError> {
    let visitor = insider.visitor();
    let user = Actor::User(consent.user_id);
    let names = dashboard.history.actor_names(&[&user], &insider.sight()).await?;
    let own = app.as_ref().filter(|app| insider.sees(app)).map(|app| insider.app_path(app.app_id, ""));
    Ok(ConsentLine {
        consent_id: consent.consent_id,
        user_id: consent.user_id,
        person: names.of(&user).map_or_else(|| consent.user_id.to_string(), str::to_owned),
        // A read model that is late must not hide a consent from who may want to withdraw it.
        app: app.map_or_else(|| consent.app_id.to_string(), |app| app.name),
        app_href: own,
        groups: groups(&visitor.words, &visitor.pages.scope_texts, &consent.scopes),
        granted: visitor.words.moment(consent.granted_at),
    })
}

/// Withdraws the consent that a form names, on the page of an app only one to it. One that is gone is what was wanted.
///
/// # Errors
/// [`PageError::NotFound`] for one that he does not see.
pub(super) async fn withdraw(
    dashboard: &Dashboard,
    insider: &Insider,
    form: &Form,
    of: Option<&AppRow>,
) -> Result<(), PageError> {
    form.session(insider.visitor(), WITHDRAW)?;
    let id: Uuid = form.required("consent_id")?.parse().map_err(|_| PageError::BadRequest)?;
    let Some(consent) = consents::by_id(&dashboard.read, id).await? else { return Ok(()) };
    let app = app_list::by_id(&dashboard.read, consent.app_id).await?;
    let is_of_this = of.is_none_or(|of| of.app_id == consent.app_id);
    if !is_of_this || !sees(insider, &consent, app.as_ref()) {
        return Err(PageError::NotFound);
    }
    dashboard.commands.withdraw_consent(id, &insider.person.origin(dashboard)).await?;
    Ok(())
}
