//! Changes of an app's details and of its status.

use super::*;
use crate::app::{AppState, Status, StatusChange};

fn status(status: StatusChange) -> AppCommand {
    change(AppChange { status: Some(status), ..AppChange::default() })
}

fn state(events: impl IntoIterator<Item = AppEvent>) -> AppState {
    match given::<App>(events).state() {
        App::Registered(state) => AppState::clone(state),
        App::Unregistered => panic!("the app is not registered"),
    }
}

#[test]
fn a_change_of_nothing_is_no_event() {
    assert_eq!(given::<App>([registered()]).when(change(AppChange::default())), Ok(vec![]));
}

#[test]
fn a_change_to_what_already_is_is_no_event() {
    let same = AppChange {
        name: Some("My ERP".into()),
        description: Some(Some("Sends orders".into())),
        homepage_url: Some(Some("https://myerp.com".into())),
        redirect_uris: Some(vec![uri("https://myerp.com/callback")]),
        allowed_scopes: Some(scopes("routix:orders:write routix:orders:read")),
        allowed_branches: Some(BranchRestriction::All),
        token_lifetime: Some(TokenLifetime::Seconds(3_600)),
        refresh_authentication: Some(RefreshAuthentication::WhenRotated),
        status: Some(StatusChange::Reactivate),
    };
    assert_eq!(given::<App>([registered()]).when(change(same)), Ok(vec![]));
}

#[test]
fn a_new_name_keeps_description_and_homepage() {
    let expected = AppEvent::DetailsChanged {
        name: "Our ERP".into(),
        description: Some("Sends orders".into()),
        homepage_url: Some("https://myerp.com".into()),
    };
    let renamed = change(AppChange { name: Some("Our ERP".into()), ..AppChange::default() });
    assert_eq!(given::<App>([registered()]).when(renamed), Ok(vec![expected]));
}

#[test]
fn a_description_and_a_homepage_can_be_taken_away() {
    let expected = AppEvent::DetailsChanged { name: "My ERP".into(), description: None, homepage_url: None };
    let bare = change(AppChange { description: Some(None), homepage_url: Some(None), ..AppChange::default() });
    assert_eq!(given::<App>([registered()]).when(bare), Ok(vec![expected]));
}

#[test]
fn every_group_of_fields_that_differs_is_an_event_of_its_own_in_a_fixed_order() {
    let everything = AppChange {
        name: Some("Our ERP".into()),
        description: None,
        homepage_url: None,
        redirect_uris: Some(vec![uri("https://our.example/cb")]),
        allowed_scopes: Some(scopes("routix:orders:read")),
        allowed_branches: Some(BranchRestriction::Only(vec![id(9)])),
        token_lifetime: Some(TokenLifetime::Unlimited),
        refresh_authentication: Some(RefreshAuthentication::Always),
        status: Some(StatusChange::RevokeAndCutOff),
    };
    let expected = vec![
        AppEvent::DetailsChanged {
            name: "Our ERP".into(),
            description: Some("Sends orders".into()),
            homepage_url: Some("https://myerp.com".into()),
        },
        AppEvent::RedirectUrisChanged { redirect_uris: vec![uri("https://our.example/cb")] },
        AppEvent::ScopesChanged { allowed_scopes: scopes("routix:orders:read") },
        AppEvent::BranchRestrictionChanged { allowed_branches: BranchRestriction::Only(vec![id(9)]) },
        AppEvent::TokenLifetimeChanged { token_lifetime: TokenLifetime::Unlimited },
        AppEvent::RefreshAuthenticationChanged { refresh_authentication: RefreshAuthentication::Always },
        AppEvent::Revoked {},
        AppEvent::TokensCutOff { token_epoch: 1 },
    ];
    assert_eq!(given::<App>([registered()]).when(change(everything)), Ok(expected));
}

#[test]
fn every_change_is_seen_in_the_state() {
    let changed = state([
        registered(),
        AppEvent::DetailsChanged { name: "Our ERP".into(), description: None, homepage_url: None },
        AppEvent::RedirectUrisChanged { redirect_uris: vec![uri("https://our.example/cb")] },
        AppEvent::ScopesChanged { allowed_scopes: scopes("routix:orders:read") },
        AppEvent::BranchRestrictionChanged { allowed_branches: BranchRestriction::Only(vec![id(9)]) },
        AppEvent::TokenLifetimeChanged { token_lifetime: TokenLifetime::Unlimited },
        AppEvent::RefreshAuthenticationChanged { refresh_authentication: RefreshAuthentication::Always },
    ]);
    let expected = Registration {
        name: "Our ERP".into(),
        description: None,
        homepage_url: None,
        redirect_uris: vec![uri("https://our.example/cb")],
        allowed_scopes: scopes("routix:orders:read"),
        allowed_branches: BranchRestriction::Only(vec![id(9)]),
        token_lifetime: TokenLifetime::Unlimited,
        refresh_authentication: RefreshAuthentication::Always,
        ..registration()
    };
    assert_eq!((changed.details, changed.status, changed.token_epoch), (expected, Status::Active, 0));
}

#[test]
fn a_change_with_one_fault_changes_nothing_at_all() {
    let half_good = AppChange { name: Some("Our ERP".into()), redirect_uris: Some(vec![]), ..AppChange::default() };
    assert_eq!(given::<App>([registered()]).when(change(half_good)), Err(AppError::NoRedirectUri));
}

#[test]
fn an_app_keeps_at_least_one_redirect_uri() {
    let none = AppChange { redirect_uris: Some(vec![]), ..AppChange::default() };
    assert_eq!(given::<App>([registered()]).when(change(none)), Err(AppError::NoRedirectUri));
}

#[test]
fn an_app_keeps_at_least_one_scope() {
    let none = AppChange { allowed_scopes: Some(ScopeSet::default()), ..AppChange::default() };
    assert_eq!(given::<App>([registered()]).when(change(none)), Err(AppError::NoScope));
}

#[test]
fn an_own_scheme_is_added_only_to_a_public_client() {
    let own_scheme = AppChange { redirect_uris: Some(vec![uri("com.example.app:/cb")]), ..AppChange::default() };
    let refused = given::<App>([registered()]).when(change(own_scheme.clone()));
    assert_eq!(refused, Err(AppError::OwnSchemeNeedsPublicClient));
    let added = given::<App>([public_registered()]).when(change(own_scheme));
    assert_eq!(added, Ok(vec![AppEvent::RedirectUrisChanged { redirect_uris: vec![uri("com.example.app:/cb")] }]));
}

#[test]
fn a_restriction_to_no_branch_is_not_the_same_as_no_restriction() {
    let none = BranchRestriction::Only(vec![]);
    let restricted = change(AppChange { allowed_branches: Some(none.clone()), ..AppChange::default() });
    let expected = vec![AppEvent::BranchRestrictionChanged { allowed_branches: none }];
    assert_eq!(given::<App>([registered()]).when(restricted), Ok(expected));
}

#[test]
fn revoking_is_one_event_and_leaves_issued_tokens_alone() {
    assert_eq!(given::<App>([registered()]).when(status(StatusChange::Revoke)), Ok(vec![AppEvent::Revoked {}]));
    let revoked = state([registered(), AppEvent::Revoked {}]);
    assert_eq!((revoked.status, revoked.token_epoch), (Status::Revoked, 0));
}

#[test]
fn revoking_twice_is_one_event() {
    let revoked = given::<App>([registered(), AppEvent::Revoked {}]);
    assert_eq!(revoked.when(status(StatusChange::Revoke)), Ok(vec![]));
}

#[test]
fn a_cut_off_of_an_active_app_revokes_and_begins_an_epoch() {
    let expected = vec![AppEvent::Revoked {}, AppEvent::TokensCutOff { token_epoch: 1 }];
    assert_eq!(given::<App>([registered()]).when(status(StatusChange::RevokeAndCutOff)), Ok(expected));
}

#[test]
fn a_cut_off_of_a_revoked_app_adds_only_the_cut_off() {
    let revoked = given::<App>([registered(), AppEvent::Revoked {}]);
    let expected = vec![AppEvent::TokensCutOff { token_epoch: 1 }];
    assert_eq!(revoked.when(status(StatusChange::RevokeAndCutOff)), Ok(expected));
}

#[test]
fn each_cut_off_begins_the_next_epoch() {
    let cut_off = [registered(), AppEvent::Revoked {}, AppEvent::TokensCutOff { token_epoch: 1 }];
    let expected = vec![AppEvent::TokensCutOff { token_epoch: 2 }];
    assert_eq!(given::<App>(cut_off).when(status(StatusChange::RevokeAndCutOff)), Ok(expected));
}

#[test]
fn reactivating_a_revoked_app_is_one_event() {
    let revoked = given::<App>([registered(), AppEvent::Revoked {}]);
    assert_eq!(revoked.when(status(StatusChange::Reactivate)), Ok(vec![AppEvent::Reactivated {}]));
}

#[test]
fn reactivating_an_active_app_is_no_event() {
    assert_eq!(given::<App>([registered()]).when(status(StatusChange::Reactivate)), Ok(vec![]));
    let back = given::<App>([registered(), AppEvent::Revoked {}, AppEvent::Reactivated {}]);
    assert_eq!(back.when(status(StatusChange::Reactivate)), Ok(vec![]));
}

#[test]
fn reactivating_does_not_revive_tokens_that_were_cut_off() {
    let cut_off = AppEvent::TokensCutOff { token_epoch: 1 };
    let back = state([registered(), AppEvent::Revoked {}, cut_off, AppEvent::Reactivated {}]);
    assert_eq!((back.status, back.token_epoch), (Status::Active, 1));
}

#[test]
fn a_revoked_app_keeps_its_secret() {
    let revoked = state([registered(), AppEvent::Revoked {}]);
    assert_eq!(revoked.secrets.current().map(|secret| &secret.fingerprint), Some(&fingerprint(1)));
}

#[test]
fn a_revoked_app_can_still_be_changed() {
    let revoked = given::<App>([registered(), AppEvent::Revoked {}]);
    let narrowed = AppChange { allowed_scopes: Some(scopes("routix:orders:read")), ..AppChange::default() };
    let expected = vec![AppEvent::ScopesChanged { allowed_scopes: scopes("routix:orders:read") }];
    assert_eq!(revoked.when(change(narrowed)), Ok(expected));
}
