//! Somebody in a browser: signs in, opens pages, and sends their forms.

use url::Url;
use url::form_urlencoded::Serializer;

use super::http::{Answer, Request, send};

const AUTHORIZE: &str = "/auth/v1/oauth/authorize";

/// Somebody who has signed in.
pub(crate) struct Person {
    host: String,
    /// `name=value`, of the session.
    pub(crate) cookie: String,
}

impl Person {
    /// Signs in at `host:port`, on the way to a path.
    pub(crate) fn signed_in(host: &str, (email, password): (&str, &str), path: &str) -> Self {
        let nobody = Self { host: host.to_owned(), cookie: String::new() };
        let answer = nobody.submit("/sign-in", &[("email", email), ("password", password), ("return_to", path)]);
        assert_eq!((answer.status, answer.header("location")), (303, Some(path)), "{}", answer.text);
        let cookie = answer.header("set-cookie").and_then(|cookie| cookie.split(';').next()).unwrap();
        Self { cookie: cookie.to_owned(), ..nobody }
    }

    pub(crate) fn open(&self, path: &str) -> Answer {
        let mut request = Request::new("GET", path);
        request.headers.push(("Cookie".to_owned(), self.cookie.clone()));
        send(&self.host, &request)
    }

    /// Sends a form of one of the service's own pages.
    pub(crate) fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut request = Request::new("POST", path).form(&body);
        for (name, value) in [("Sec-Fetch-Site", "same-origin"), ("Cookie", &self.cookie)] {
            request.headers.push((name.to_owned(), value.to_owned()));
        }
        send(&self.host, &request)
    }

    /// Approves what an app asks for at a path; where the browser goes then.
    pub(crate) fn approve(&self, path: &str) -> Url {
        let page = self.open(path);
        let sealed = between(&page.text, "name=\"request\" value=\"", "\"");
        let organization = between(&page.text, "name=\"organization_id\" value=\"", "\"");
        let fields = [("request", sealed), ("organization_id", organization), ("decision", "approve")];
        self.submit(AUTHORIZE, &fields).location()
    }
}

/// A parameter of an address.
pub(crate) fn parameter(address: &Url, name: &str) -> String {
    let found = address.query_pairs().find(|(found, _)| found == name);
    found.unwrap_or_else(|| panic!("no {name} in {address}")).1.into_owned()
}

/// What stands between two texts.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split_once(before).and_then(|(_, rest)| rest.split_once(after)).unwrap_or_else(|| panic!("{before}: {text}")).0
}
