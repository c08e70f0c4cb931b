//! Somebody at the pages of the flow for users: signs in, and approves.

use url::Url;

use super::script::Journey;
use crate::running::{Person, parameter};

/// The code with which the browser comes back to the app from the address where it was sent.
pub(super) fn code_of(journey: &Journey, address: &str) -> String {
    let address = Url::parse(address).unwrap();
    let path = format!("{}?{}", address.path(), address.query().unwrap());
    parameter(&approved(journey, &path), "code")
}

/// Where the browser goes when the admin has signed in and approved.
pub(super) fn approved(journey: &Journey, authorize: &str) -> Url {
    signed_in(journey, "ADMIN", authorize).approve(authorize)
}

/// A page as somebody sees it who has signed in: `OWNER`, `ADMIN` or `VIEWER`.
pub(super) fn page_of(journey: &Journey, who: &str, path: &str) -> String {
    let page = signed_in(journey, who, path).open(path);
    assert_eq!(page.status, 200, "{}", page.text);
    page.text
}

/// Signs in on the way to a page.
fn signed_in(journey: &Journey, who: &str, path: &str) -> Person {
    let [email, password] = ["EMAIL", "PASSWORD"].map(|what| journey.get(&format!("ROUTIX_{who}_{what}")));
    Person::signed_in(&journey.server.host, (email, password), path)
}
