//! Somebody at the pages of the flow for users: signs in, and approves.

use url::Url;
use url::form_urlencoded::Serializer;

use super::script::Journey;
use crate::running::{Answer, Request, send};

/// The code with which the browser comes back to the app from the address where it was sent.
pub(super) fn code_of(journey: &Journey, address: &str) -> String {
    let address = Url::parse(address).unwrap();
    let path = format!("{}?{}", address.path(), address.query().unwrap());
    parameter(&approved(journey, &path), "code")
}

/// Where the browser goes when the admin has signed in and approved.
pub(super) fn approved(journey: &Journey, authorize: &str) -> Url {
    let host = &journey.server.host;
    let (email, password) = (journey.get("ROUTIX_ADMIN_EMAIL"), journey.get("ROUTIX_ADMIN_PASSWORD"));
    let signed_in = post(host, "/sign-in", "", &[("email", email), ("password", password), ("return_to", authorize)]);
    assert_eq!((signed_in.status, signed_in.header("location")), (303, Some(authorize)));
    let cookie = signed_in.header("set-cookie").and_then(|cookie| cookie.split(';').next()).unwrap().to_owned();
    let mut request = Request::new("GET", authorize);
    request.headers.push(("Cookie".to_owned(), cookie.clone()));
    let page = send(host, &request);
    let sealed = between(&page.text, "name=\"request\" value=\"", "\"");
    let organization = between(&page.text, "name=\"organization_id\" value=\"", "\"");
    let fields = [("request", sealed), ("organization_id", organization), ("decision", "approve")];
    let approved = post(host, "/auth/v1/oauth/authorize", &cookie, &fields);
    Url::parse(approved.header("location").unwrap()).unwrap()
}

/// A parameter of an address.
pub(super) fn parameter(address: &Url, name: &str) -> String {
    let found = address.query_pairs().find(|(found, _)| found == name);
    found.unwrap_or_else(|| panic!("no {name} in {address}")).1.into_owned()
}

/// A form from one of the service's own pages, with the session's cookie.
fn post(host: &str, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Answer {
    let mut request = Request::new("POST", path).form(&Serializer::new(String::new()).extend_pairs(fields).finish());
    for (name, value) in [("Sec-Fetch-Site", "same-origin"), ("Cookie", cookie)] {
        request.headers.push((name.to_owned(), value.to_owned()));
    }
    send(host, &request)
}

/// What stands between two texts.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split_once(before).and_then(|(_, rest)| rest.split_once(after)).unwrap_or_else(|| panic!("{before}: {text}")).0
}
