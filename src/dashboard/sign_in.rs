//! `GET` and `POST /sign-in`.

use askama::Template;
use axum::extract::{RawQuery, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;

use crate::access::SignInRefusal;
use crate::commands::PasswordError;
use crate::commands::sessions::SignInError;
use crate::http::pairs;
use crate::pages::local_path::{return_to, with_parameter};
use crate::pages::visitor::SIGN_IN;
use crate::pages::{Form, Frame, PageError, Visitor, see_other};

#[derive(Template)]
#[template(path = "sign_in.html", config = ".askama.toml")]
struct SignInTemplate<'a> {
    frame: Frame<'a>,
    problem: Option<String>,
    /// What was just done.
    done: Option<String>,
    email: &'a str,
    return_to: &'a str,
}

/// The form. Somebody who is signed in sees it too: he may want to be somebody else.
pub(super) async fn show(visitor: Visitor, RawQuery(query): RawQuery) -> Response {
    let query = pairs::parse(query.unwrap_or_default().as_bytes()).map_err(PageError::from);
    visitor.answer(query.map(|query| {
        let return_to = return_to(query.get("return_to").map(String::as_str));
        let is_new = query.get("done").is_some_and(|done| done == "password");
        let done = is_new.then(|| visitor.words.get("password-changed"));
        let (problem, email) = (None, "");
        let template = SignInTemplate { frame: Frame::of(&visitor), problem, done, email, return_to };
        visitor.page(StatusCode::OK, &template, None)
    }))
}

/// Begins a session and goes where the person wanted to go.
pub(super) async fn submit(visitor: Visitor, headers: HeaderMap, request: Request) -> Response {
    visitor.answer(sign_in(&visitor, &headers, request).await)
}

async fn sign_in(visitor: &Visitor, headers: &HeaderMap, request: Request) -> Result<Response, PageError> {
    let form = Form::read(visitor, request).await?;
    let (email, password) = (form.required("email")?, form.required("password")?.to_owned());
    let return_to = return_to(form.get("return_to"));
    let (pages, replaced) = (&visitor.pages, visitor.pages.cookies.session(headers));
    let refusal = match pages.sign_in.browser((email, password), replaced, &visitor.request).await {
        Ok(token) => {
            let mut response = see_other(return_to);
            let cookie = pages.cookies.set_session(token.expose());
            response.headers_mut().extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
            return Ok(response);
        }
        Err(refusal) => refusal,
    };
    let again = |status, problem| {
        let target = with_parameter(SIGN_IN, "return_to", return_to);
        let frame = Frame::at(visitor, &target);
        visitor.page(status, &SignInTemplate { frame, problem: Some(problem), done: None, email, return_to }, None)
    };
    match refusal {
        SignInRefusal::SignIn(SignInError::Refused { .. }) => {
            Ok(again(StatusCode::UNAUTHORIZED, visitor.words.get("sign-in-failed")))
        }
        SignInRefusal::TooManyFailures(budget) => {
            let mut response = again(StatusCode::TOO_MANY_REQUESTS, visitor.words.get("sign-in-too-many"));
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(budget.reset_seconds));
            Ok(response)
        }
        SignInRefusal::SignIn(SignInError::Password(error @ PasswordError::Busy)) => {
            Err(PageError::Unavailable(Box::new(error)))
        }
        SignInRefusal::SignIn(SignInError::Password(error @ (PasswordError::Failed | PasswordError::NotAdmitted))) => {
            Err(PageError::Internal(Box::new(error)))
        }
        SignInRefusal::SignIn(SignInError::Identity(error)) => Err(error.into()),
    }
}
