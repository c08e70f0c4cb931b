//! `POST /sign-out`.

use axum::extract::Request;
use axum::http::header;
use axum::response::Response;

use crate::pages::frame::SIGN_OUT;
use crate::pages::visitor::SIGN_IN;
use crate::pages::{Form, PageError, Visitor, forget_pages, see_other};

/// Ends the session and takes its cookie away. Whoever is out already only has a cookie to lose.
pub(super) async fn submit(visitor: Visitor, request: Request) -> Response {
    visitor.answer(sign_out(&visitor, request).await)
}

async fn sign_out(visitor: &Visitor, request: Request) -> Result<Response, PageError> {
    let form = Form::read(visitor, request).await?;
    if visitor.session.is_some() {
        let session = form.session(visitor, SIGN_OUT)?;
        visitor.pages.sign_in.sessions.sign_out(session.id).await?;
    }
    let mut response = see_other(SIGN_IN);
    let cookie = visitor.pages.cookies.clear_session();
    response.headers_mut().extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
    forget_pages(&mut response);
    Ok(response)
}
