//! `POST /account/password`: another password for oneself.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header;
use axum::response::Response;

use super::Dashboard;
use super::account;
use super::confirm;
use super::person::Person;
use crate::commands::PasswordError;
use crate::commands::users::UserError;
use crate::pages::visitor::SIGN_IN;
use crate::pages::{Form, PageError, forget_pages, see_other};

/// The purpose of the form.
pub(super) const CHANGE_PASSWORD: &str = "change password";

/// Replaces the password and ends every session, this one too: whoever knew the old one is out.
pub(super) async fn submit(State(dashboard): State<Arc<Dashboard>>, person: Person, request: Request) -> Response {
    person.visitor.answer(change(&dashboard, &person, request).await)
}

async fn change(dashboard: &Dashboard, person: &Person, request: Request) -> Result<Response, PageError> {
    let form = Form::read(&person.visitor, request).await?;
    form.session(&person.visitor, CHANGE_PASSWORD)?;
    let new = form.required("new_password")?.to_owned();
    if let Err(problem) = confirm::password(person, &form).await? {
        return account::again(dashboard, person, (problem.words(), problem.status())).await;
    }
    match dashboard.users.set_password(person.session.user.id, new).await {
        Ok(()) => Ok(signed_out(person)),
        Err(UserError::Invalid(_)) => {
            account::again(dashboard, person, ("password-length", axum::http::StatusCode::BAD_REQUEST)).await
        }
        Err(UserError::Identity(error)) => Err(error.into()),
        Err(error @ UserError::Password(PasswordError::Busy)) => Err(PageError::Unavailable(Box::new(error))),
        Err(error @ (UserError::EmailTaken(_) | UserError::Password(_))) => Err(PageError::Internal(Box::new(error))),
    }
}

fn signed_out(person: &Person) -> Response {
    let mut response = see_other(&format!("{SIGN_IN}?done=password"));
    let cookie = person.visitor.pages.cookies.clear_session();
    response.headers_mut().extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
    forget_pages(&mut response);
    response
}
