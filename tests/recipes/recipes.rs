//! Every recipe does what it says.

use crate::recipe::{Asks, cook};
use crate::world::World;

fn assert_prints(file: &str, asks: Asks, expected: &[&str]) {
    let cooked = cook(&World::start(), file, asks);
    assert!(cooked.succeeded, "{file}: {} {}", cooked.printed, cooked.complaints);
    assert_eq!(cooked.printed.lines().collect::<Vec<_>>(), expected, "{file}: {}", cooked.complaints);
}

#[test]
fn curl_gets_a_token_and_counts_the_apps() {
    assert_prints("curl.sh", Asks::Nobody, &["accounts 200", "apps 0-0/1"]);
}

#[test]
fn oauth4webapi_goes_all_the_way_and_gives_its_tokens_back() {
    let expected = ["granted routix:orders:read", "orders 200", "active false"];
    assert_prints("node/oauth4webapi.mjs", Asks::Lines, &expected);
}

#[test]
fn openid_client_gets_what_the_app_holds_and_hears_what_it_does_not() {
    let expected = ["granted routix:orders:read", "orders 1", "refused invalid_scope"];
    assert_prints("node/openid-client.mjs", Asks::Nobody, &expected);
}

#[test]
fn simple_oauth2_gives_its_token_back() {
    assert_prints("node/simple-oauth2.mjs", Asks::Nobody, &["accounts 200", "afterwards 401"]);
}

#[test]
fn passport_oauth2_lets_a_user_sign_in() {
    assert_prints("node/passport-oauth2.mjs", Asks::Site, &["orders 200"]);
}

#[test]
fn supabase_js_registers_rotates_finds_and_revokes() {
    let expected = ["rotated true", "found 1 true", "revoked revoked", "failed 400 PGRST100"];
    assert_prints("node/supabase-js.mjs", Asks::Nobody, &expected);
}

#[test]
fn supabase_js_asks_for_consent_at_a_front_end_of_its_own() {
    let expected = [
        "asks for routix:orders:read as admin@vandenberg.example",
        "sent back with xyz",
        "grants 1 true",
        "withdrawn null",
    ];
    assert_prints("node/supabase-js-consent.mjs", Asks::Nobody, &expected);
}

#[test]
fn openapi_fetch_knows_every_path_parameter_and_field() {
    let expected = ["accounts active active", "refused invalid_request stauts"];
    assert_prints("node/openapi-fetch.sh", Asks::Nobody, &expected);
}

#[test]
fn authlib_goes_all_the_way_and_gives_its_token_back() {
    assert_prints("python/use_authlib.py", Asks::Lines, &["granted routix:orders:read", "orders 200", "revoked {}"]);
}

#[test]
fn requests_oauthlib_gets_the_scopes_it_asked_for() {
    let expected = ["granted routix:accounts:read routix:orders:read", "orders 200"];
    assert_prints("python/use_requests_oauthlib.py", Asks::Lines, &expected);
}

#[test]
fn httpx_oauth_refreshes_and_gives_its_token_back() {
    assert_prints("python/use_httpx_oauth.py", Asks::Lines, &["granted routix:orders:read", "revoked"]);
}

#[test]
fn supabase_py_registers_finds_and_revokes() {
    assert_prints("python/use_supabase.py", Asks::Nobody, &["found 1 True", "revoked revoked"]);
}
