//! The recipes can fail: against a server that is wrong in one thing, those that rely on it do.

use crate::middleman::Change;
use crate::recipe::{Asks, Cooked, cook};
use crate::world::World;

fn cooked(change: Change, file: &str, asks: Asks) -> Cooked {
    cook(&World::behind(change), file, asks)
}

#[test]
fn a_middleman_that_changes_nothing_is_not_noticed() {
    for (file, asks) in [
        ("node/openid-client.mjs", Asks::Nobody),
        ("node/oauth4webapi.mjs", Asks::Lines),
        ("node/simple-oauth2.mjs", Asks::Nobody),
    ] {
        let cooked = cooked(Change::Nothing, file, asks);
        assert!(cooked.succeeded, "{file}: {} {}", cooked.printed, cooked.complaints);
    }
}

#[test]
fn problem_documents_hide_the_error_from_openid_client() {
    let cooked = cooked(Change::ProblemDocuments, "node/openid-client.mjs", Asks::Nobody);
    let last = cooked.printed.lines().last().unwrap_or_default();
    assert!(last.starts_with("refused") && last != "refused invalid_scope", "{cooked:?}");
}

#[test]
fn another_issuer_in_the_redirect_stops_oauth4webapi() {
    let cooked = cooked(Change::OtherIssuer, "node/oauth4webapi.mjs", Asks::Lines);
    assert!(!cooked.succeeded && cooked.complaints.contains("iss"), "{cooked:?}");
}

#[test]
fn a_revocation_without_a_body_stops_oauth4webapi_and_simple_oauth2() {
    for (file, asks, before) in
        [("node/oauth4webapi.mjs", Asks::Lines, "orders 200"), ("node/simple-oauth2.mjs", Asks::Nobody, "accounts 200")]
    {
        let cooked = cooked(Change::EmptyRevocation, file, asks);
        assert!(!cooked.succeeded && cooked.printed.lines().last() == Some(before), "{file}: {cooked:?}");
    }
}

#[test]
fn a_server_that_takes_basic_as_it_is_stops_clients_that_escape_it() {
    for (file, asks) in [("node/openid-client.mjs", Asks::Nobody), ("node/oauth4webapi.mjs", Asks::Lines)] {
        let cooked = cooked(Change::RawBasic, file, asks);
        assert!(!cooked.succeeded && !cooked.printed.contains("granted"), "{file}: {cooked:?}");
    }
}
