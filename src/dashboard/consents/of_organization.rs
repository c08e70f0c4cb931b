//! `GET /organizations/{organization_id}/consents`: by person. `POST …/withdraw`: one of them.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, Request, State};
use axum::response::Response;
use routix_projections::consents;

use super::rows::{self, ConsentLine, WITHDRAW};
use crate::dashboard::Dashboard;
use crate::dashboard::navigation::Section;
use crate::dashboard::person::Insider;
use crate::http::pairs;
use crate::pages::{Form, Frame, PageError, see_other};

#[derive(Template)]
#[template(path = "consents.html", config = ".askama.toml")]
struct ConsentsTemplate<'a> {
    frame: Frame<'a>,
    people: Vec<PersonConsents>,
    manages: bool,
    is_done: bool,
    action: String,
    form_token: String,
}

/// What one person lets apps do.
struct PersonConsents {
    name: String,
    consents: Vec<ConsentLine>,
}

pub(super) async fn show(
    State(dashboard): State<Arc<Dashboard>>,
    insider: Insider,
    RawQuery(query): RawQuery,
) -> Response {
    insider.visitor().answer(page(&dashboard, &insider, query.as_deref()).await)
}

async fn page(dashboard: &Dashboard, insider: &Insider, query: Option<&str>) -> Result<Response, PageError> {
    let query = pairs::parse(query.unwrap_or_default().as_bytes())?;
    let given = consents::of_organization(&dashboard.read, insider.organization.organization_id).await?;
    let template = ConsentsTemplate {
        // Without what was just done: another language does not say it again.
        frame: insider.frame_at(Section::Consents, &insider.path("/consents")),
        people: by_person(rows::lines(dashboard, insider, given).await?),
        manages: insider.manages(),
        is_done: query.contains_key("done"),
        action: insider.path("/consents/withdraw"),
        form_token: insider.visitor().form_token(WITHDRAW),
    };
    Ok(insider.page(&template))
}

/// In the order of the names; two people of one name stay two.
fn by_person(mut lines: Vec<ConsentLine>) -> Vec<PersonConsents> {
    lines.sort_by(|one, other| (&one.person, one.user_id).cmp(&(&other.person, other.user_id)));
    let mut people: Vec<PersonConsents> = Vec::new();
    for line in lines {
        let same =
            people.last_mut().filter(|person| person.consents.last().map(|last| last.user_id) == Some(line.user_id));
        match same {
            Some(person) => person.consents.push(line),
            None => people.push(PersonConsents { name: line.person.clone(), consents: vec![line] }),
        }
    }
    people
}

pub(super) async fn withdraw(State(dashboard): State<Arc<Dashboard>>, insider: Insider, request: Request) -> Response {
    insider.visitor().answer(withdraw_one(&dashboard, &insider, request).await)
}

async fn withdraw_one(dashboard: &Dashboard, insider: &Insider, request: Request) -> Result<Response, PageError> {
    let form = Form::read(insider.visitor(), request).await?;
    rows::withdraw(dashboard, insider, &form, None).await?;
    Ok(see_other(&insider.path("/consents?done=withdrawn")))
}
