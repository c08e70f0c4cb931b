//! `GET …/members/{user_id}`: one member. `POST …/role` and `…/remove`: another role, or none.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use routix_domain::organization::{OrganizationError, Role};
use routix_projections::members::{self, MemberRow};

use super::list::branch_names;
use super::{may_change, role_meaning, role_words, roles};
use crate::app_fields::uuid;
use crate::commands::CommandError;
use crate::commands::members::MemberSeen;
use crate::dashboard::Dashboard;
use crate::dashboard::confirm::{self, Problem};
use crate::dashboard::navigation::Section;
use crate::dashboard::person::Insider;
use crate::pages::{Form, Frame, PageError, see_other};

#[derive(Template)]
#[template(path = "member.html", config = ".askama.toml")]
struct MemberTemplate<'a> {
    frame: Frame<'a>,
    name: String,
    email: String,
    path: String,
    back: String,
    role: &'static str,
    choices: Vec<RoleChoice>,
    branches: Option<String>,
    role_problem: Option<MemberProblem>,
    remove_problem: Option<MemberProblem>,
    role_token: String,
    remove_token: String,
    user_name: &'a str,
}

struct RoleChoice {
    value: &'static str,
    name: String,
    meaning: String,
    is_chosen: bool,
}

/// Why a member was not changed.
#[derive(Clone, Copy, Debug)]
enum MemberProblem {
    Confirm(Problem),
    LastOwner,
}

impl MemberProblem {
    fn words(self) -> &'static str {
        match self {
            Self::Confirm(problem) => problem.words(),
            Self::LastOwner => "member-last-owner",
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Self::Confirm(problem) => problem.status(),
            Self::LastOwner => StatusCode::CONFLICT,
        }
    }
}

/// What is done to a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    ChangeRole,
    Remove,
}

impl Act {
    /// The purpose of its form.
    fn purpose(self) -> &'static str {
        match self {
            Self::ChangeRole => "change role",
            Self::Remove => "remove member",
        }
    }
}

type Named = Path<(String, String)>;
type Shared = State<Arc<Dashboard>>;

pub(super) async fn show(State(dashboard): Shared, insider: Insider, Path((_, user_id)): Named) -> Response {
    insider.visitor().answer(page(&dashboard, &insider, &user_id, None).await)
}

/// A member that one may change.
///
/// # Errors
/// [`PageError::Forbidden`] for who may not, [`PageError::NotFound`] for who is no member.
async fn changeable(dashboard: &Dashboard, insider: &Insider, user_id: &str) -> Result<MemberRow, PageError> {
    insider.must_manage()?;
    let user_id = uuid(user_id).ok_or(PageError::NotFound)?;
    let found = members::membership(&dashboard.read, insider.organization.organization_id, user_id).await?;
    let member = found.ok_or(PageError::NotFound)?;
    if may_change(insider, &member) { Ok(member) } else { Err(PageError::Forbidden) }
}

async fn page(
    dashboard: &Dashboard,
    insider: &Insider,
    user_id: &str,
    problem: Option<(Act, MemberProblem)>,
) -> Result<Response, PageError> {
    let member = changeable(dashboard, insider, user_id).await?;
    let visitor = insider.visitor();
    let words = &visitor.words;
    let user = dashboard.identity.user(member.user_id).await?;
    let path = insider.path(&format!("/members/{}", member.user_id));
    let choice = |role: Role| RoleChoice {
        value: role.as_str(),
        name: words.get(role_words(role)),
        meaning: words.get(role_meaning(role)),
        is_chosen: role == member.role.0,
    };
    let problem_of = |act: Act| problem.filter(|(of, _)| *of == act).map(|(_, problem)| problem);
    let template = MemberTemplate {
        frame: insider.frame_at(Section::Members, &path),
        name: user.as_ref().map_or_else(|| words.get("person-forgotten"), |user| user.name.clone()),
        email: user.map(|user| user.email).unwrap_or_default(),
        back: insider.path("/members"),
        role: member.role.as_str(),
        choices: roles(insider).into_iter().map(choice).collect(),
        branches: branch_names(dashboard, &member).await?,
        role_problem: problem_of(Act::ChangeRole),
        remove_problem: problem_of(Act::Remove),
        role_token: visitor.form_token(Act::ChangeRole.purpose()),
        remove_token: visitor.form_token(Act::Remove.purpose()),
        user_name: &insider.person.session.user.email,
        path,
    };
    let status = problem.map_or(StatusCode::OK, |(_, problem)| problem.status());
    Ok(visitor.dashboard_page(status, &template))
}

pub(super) async fn change_role(dashboard: Shared, insider: Insider, named: Named, request: Request) -> Response {
    submit(dashboard, insider, named, (Act::ChangeRole, request)).await
}

pub(super) async fn remove(dashboard: Shared, insider: Insider, named: Named, request: Request) -> Response {
    submit(dashboard, insider, named, (Act::Remove, request)).await
}

async fn submit(
    State(dashboard): Shared,
    insider: Insider,
    Path((_, user_id)): Named,
    (act, request): (Act, Request),
) -> Response {
    insider.visitor().answer(change((&dashboard, &insider), &user_id, act, request).await)
}

async fn change(
    (dashboard, insider): (&Dashboard, &Insider),
    user_id: &str,
    act: Act,
    request: Request,
) -> Result<Response, PageError> {
    let form = Form::read(insider.visitor(), request).await?;
    form.session(insider.visitor(), act.purpose())?;
    let member = changeable(dashboard, insider, user_id).await?;
    let again = |problem| page(dashboard, insider, user_id, Some((act, problem)));
    if form.required("seen")? != member.role.as_str() {
        return again(MemberProblem::Confirm(Problem::Changed)).await;
    }
    if let Err(problem) = confirm::password(&insider.person, &form).await? {
        return again(MemberProblem::Confirm(problem)).await;
    }
    let seen = MemberSeen { by: insider.person.session.user.id, role: member.role.0 };
    let (ids, origin) = ((member.organization_id, member.user_id), insider.person.origin(dashboard));
    let outcome = match act {
        Act::Remove => dashboard.commands.remove_member_as(ids, seen, &origin).await,
        Act::ChangeRole => {
            let wanted = form.required("role")?;
            let role = roles(insider).into_iter().find(|role| role.as_str() == wanted).ok_or(PageError::BadRequest)?;
            dashboard.commands.change_role_as(ids, seen, role, &origin).await
        }
    };
    match outcome {
        Ok(()) => Ok(see_other(&insider.path("/members"))),
        Err(CommandError::Rejected(OrganizationError::LastOwner)) => again(MemberProblem::LastOwner).await,
        Err(CommandError::Conflict) => again(MemberProblem::Confirm(Problem::Changed)).await,
        // Somebody else was faster: there is nobody to change any more.
        Err(CommandError::Rejected(OrganizationError::NotAMember)) => Ok(see_other(&insider.path("/members"))),
        Err(error) => Err(error.into()),
    }
}
