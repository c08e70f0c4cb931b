//! The person whom a recipe asks: he opens an address, signs in, approves, and is sent back.

use url::{Position, Url};

use crate::running::{Answer, Person, Request, send};
use crate::world::World;

const AUTHORIZE: &str = "/auth/v1/oauth/authorize";

fn get(url: &Url) -> Answer {
    send(&url[Position::BeforeHost..Position::AfterPort], &Request::new("GET", &url[Position::BeforePath..]))
}

/// Where the administrator of the demo is sent back to from this address.
pub(crate) fn approves(world: &World, address: &str) -> Url {
    let mut url: Url = address.parse().unwrap_or_else(|error| panic!("{error}: {address}"));
    // A site of the integrator's own sends him on.
    if url.path() != AUTHORIZE {
        url = get(&url).location();
    }
    let path = &url[Position::BeforePath..];
    let admin = (world.fact("ADMIN_EMAIL"), world.fact("ADMIN_PASSWORD"));
    Person::signed_in(world.host(), admin, path).approve(path)
}

/// Goes where he was sent, at a site that listens there.
pub(crate) fn arrives(url: &Url) {
    get(url);
}
