//! The person whom a recipe asks: he opens an address, signs in, approves, and is sent back.

use url::Url;
use url::form_urlencoded::Serializer;

use crate::running::{Answer, Request, send};
use crate::world::World;

const AUTHORIZE: &str = "/auth/v1/oauth/authorize";

fn get(url: &Url, cookie: &str) -> Answer {
    let mut request = Request::new("GET", &url[url::Position::BeforePath..]);
    request.headers.push(("Cookie".to_owned(), cookie.to_owned()));
    send(&url[url::Position::BeforeHost..url::Position::AfterPort], &request)
}

/// A form of one of our pages.
fn post(world: &World, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Answer {
    let mut request = Request::new("POST", path).form(&Serializer::new(String::new()).extend_pairs(fields).finish());
    for (name, value) in [("Sec-Fetch-Site", "same-origin"), ("Cookie", cookie)] {
        request.headers.push((name.to_owned(), value.to_owned()));
    }
    send(world.host(), &request)
}

/// What stands between two texts.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split_once(before).and_then(|(_, rest)| rest.split_once(after)).unwrap_or_else(|| panic!("{before}: {text}")).0
}

fn location(answer: &Answer) -> Url {
    answer.header("location").unwrap_or_else(|| panic!("no redirect: {}", answer.text)).parse().unwrap()
}

/// Where the administrator of the demo is sent back to from this address.
pub(crate) fn approves(world: &World, address: &str) -> Url {
    let mut url: Url = address.parse().unwrap_or_else(|error| panic!("{error}: {address}"));
    // A site of the integrator's own sends him on.
    if url.path() != AUTHORIZE {
        url = location(&get(&url, ""));
    }
    let return_to = &url[url::Position::BeforePath..];
    let (email, password) = (world.fact("ADMIN_EMAIL"), world.fact("ADMIN_PASSWORD"));
    let signed_in = post(world, "/sign-in", "", &[("email", email), ("password", password), ("return_to", return_to)]);
    let cookie = signed_in.header("set-cookie").and_then(|cookie| cookie.split(';').next()).unwrap();
    let page = get(&url, cookie);
    let sealed = between(&page.text, "name=\"request\" value=\"", "\"");
    let organization = between(&page.text, "name=\"organization_id\" value=\"", "\"");
    let fields = [("request", sealed), ("organization_id", organization), ("decision", "approve")];
    location(&post(world, AUTHORIZE, cookie, &fields))
}

/// Goes where he was sent, at a site that listens there.
pub(crate) fn arrives(url: &Url) {
    get(url, "");
}
