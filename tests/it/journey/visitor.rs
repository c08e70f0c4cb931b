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
    let cookie = signed_in(journey, "ADMIN", authorize);
    let page = get(host, authorize, &cookie);
    let sealed = between(&page.text, "name=\"request\" value=\"", "\"");
    let organization = between(&page.text, "name=\"organization_id\" value=\"", "\"");
    let fields = [("request", sealed), ("organization_id", organization), ("decision", "approve")];
    let approved = post(host, "/auth/v1/oauth/authorize", &cookie, &fields);
    Url::parse(approved.header("location").unwrap()).unwrap()
}

/// A page as somebody sees it who has signed in: `OWNER`, `ADMIN` or `VIEWER`.
pub(super) fn page_of(journey: &Journey, who: &str, path: &str) -> String {
    let page = get(&journey.server.host, path, &signed_in(journey, who, path));
    assert_eq!(page.status, 200, "{}", page.text);
    page.text
}

/// Signs in on the way to a page; the cookie of the session.
fn signed_in(journey: &Journey, who: &str, path: &str) -> String {
    let [email, password] = ["EMAIL", "PASSWORD"].map(|what| journey.get(&format!("ROUTIX_{who}_{what}")));
    let fields = [("email", email), ("password", password), ("return_to", path)];
    let answer = post(&journey.server.host, "/sign-in", "", &fields);
    assert_eq!((answer.status, answer.header("location")), (303, Some(path)));
    answer.header("set-cookie").and_then(|cookie| cookie.split(';').next()).unwrap().to_owned()
}

fn get(host: &str, path: &str, cookie: &str) -> Answer {
    let mut request = Request::new("GET", path);
    request.headers.push(("Cookie".to_owned(), cookie.to_owned()));
    send(host, &request)
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
