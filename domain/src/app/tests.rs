//! The rules of an app, one test each.

mod changes;
mod histories;
mod secrets;

use super::{App, AppChange, AppCommand, AppError, AppEvent, ClientType, RefreshAuthentication, Registration};
use crate::testing::{at, fingerprint, given, id, scopes};
use crate::value::{BranchRestriction, RedirectUri, ScopeSet, TokenLifetime};

fn registration() -> Registration {
    Registration {
        organization_id: id(1),
        client_id: id(2),
        client_type: ClientType::Confidential,
        name: "My ERP".into(),
        description: Some("Sends orders".into()),
        homepage_url: Some("https://myerp.com".into()),
        redirect_uris: vec![uri("https://myerp.com/callback")],
        allowed_scopes: scopes("routix:orders:read routix:orders:write"),
        allowed_branches: BranchRestriction::All,
        token_lifetime: TokenLifetime::default(),
        refresh_authentication: RefreshAuthentication::WhenRotated,
        secret: Some(fingerprint(1)),
        registered_at: at(0),
        request_fingerprint: None,
    }
}

fn public_registration() -> Registration {
    Registration { client_type: ClientType::Public, secret: None, ..registration() }
}

fn registered() -> AppEvent {
    AppEvent::Registered(Box::new(registration()))
}

fn public_registered() -> AppEvent {
    AppEvent::Registered(Box::new(public_registration()))
}

fn register(registration: Registration) -> AppCommand {
    AppCommand::Register(Box::new(registration))
}

fn change(change: AppChange) -> AppCommand {
    AppCommand::Change(Box::new(change))
}

fn rotate(secret: u32, overlap_seconds: u32, time: i64) -> AppCommand {
    AppCommand::RotateSecret { secret: fingerprint(secret), overlap_seconds, at: at(time) }
}

fn uri(text: &str) -> RedirectUri {
    RedirectUri::parse(text, true).unwrap()
}

fn new_app() -> [AppEvent; 0] {
    []
}

#[test]
fn a_registration_is_one_event_with_the_same_content() {
    assert_eq!(given::<App>(new_app()).when(register(registration())), Ok(vec![registered()]));
    assert_eq!(given::<App>(new_app()).when(register(public_registration())), Ok(vec![public_registered()]));
}

#[test]
fn an_app_is_registered_once() {
    let expected = Err(AppError::AlreadyRegistered { request_fingerprint: None });
    assert_eq!(given::<App>([registered()]).when(register(registration())), expected);
}

#[test]
fn a_second_registration_learns_the_fingerprint_of_the_first_request() {
    let first = Registration { request_fingerprint: Some("first".into()), ..registration() };
    let second = Registration { request_fingerprint: Some("second".into()), ..registration() };
    let expected = Err(AppError::AlreadyRegistered { request_fingerprint: Some("first".into()) });
    assert_eq!(given::<App>([AppEvent::Registered(Box::new(first))]).when(register(second)), expected);
}

#[test]
fn a_confidential_client_needs_a_secret() {
    let without = Registration { secret: None, ..registration() };
    let expected = Err(AppError::SecretDoesNotFitClientType);
    assert_eq!(given::<App>(new_app()).when(register(without)), expected);
}

#[test]
fn a_public_client_must_not_have_a_secret() {
    let with = Registration { secret: Some(fingerprint(1)), ..public_registration() };
    let expected = Err(AppError::SecretDoesNotFitClientType);
    assert_eq!(given::<App>(new_app()).when(register(with)), expected);
}

#[test]
fn an_app_is_registered_with_at_least_one_redirect_uri() {
    let without = Registration { redirect_uris: vec![], ..registration() };
    assert_eq!(given::<App>(new_app()).when(register(without)), Err(AppError::NoRedirectUri));
}

#[test]
fn an_app_is_registered_with_at_least_one_scope() {
    let without = Registration { allowed_scopes: ScopeSet::default(), ..registration() };
    assert_eq!(given::<App>(new_app()).when(register(without)), Err(AppError::NoScope));
}

#[test]
fn a_confidential_client_is_not_registered_with_an_own_scheme() {
    let redirect_uris = vec![uri("https://myerp.com/callback"), uri("com.example.app:/callback")];
    let own_scheme = Registration { redirect_uris, ..registration() };
    let expected = Err(AppError::OwnSchemeNeedsPublicClient);
    assert_eq!(given::<App>(new_app()).when(register(own_scheme)), expected);
}

#[test]
fn a_public_client_may_be_registered_with_an_own_scheme() {
    let public = Registration { redirect_uris: vec![uri("com.example.app:/callback")], ..public_registration() };
    let expected = Ok(vec![AppEvent::Registered(Box::new(public.clone()))]);
    assert_eq!(given::<App>(new_app()).when(register(public)), expected);
}

#[test]
fn nothing_can_be_asked_of_an_app_that_is_not_registered() {
    for command in [change(AppChange::default()), rotate(2, 0, 1), AppCommand::EndOverlap { at: at(1) }] {
        assert_eq!(given::<App>(new_app()).when(command), Err(AppError::NotRegistered));
    }
}

#[test]
fn a_fact_before_the_registration_leaves_the_app_unregistered() {
    assert!(matches!(given::<App>([AppEvent::Revoked {}]).state(), App::Unregistered));
}

#[test]
fn the_cqrs_handle_emits_what_decide_decides() {
    use cqrs_es::test::TestFramework;

    TestFramework::<App>::with(())
        .given(vec![registered()])
        .when(change(AppChange { status: Some(super::StatusChange::RevokeAndCutOff), ..AppChange::default() }))
        .then_expect_events(vec![AppEvent::Revoked {}, AppEvent::TokensCutOff { token_epoch: 1 }]);
    let refused = TestFramework::<App>::with(()).given_no_previous_events().when(rotate(2, 0, 1)).inspect_result();
    assert_eq!(refused, Err(AppError::NotRegistered));
}
