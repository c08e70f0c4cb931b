use chrono::TimeDelta;
use routix_domain::app::{AppEvent, RefreshAuthentication, Status};
use routix_domain::value::{Acceptance, RedirectUri, TokenLifetime};

use super::{TokenValidation, ValidationRow, by_client_id, is_revoked};
use crate::table::Json;
use crate::testing::{
    Kind, Log, at, every_app_event, fingerprint, given, id, on_both, only, registered, registration, rotated,
    rows_after, scopes,
};

on_both! {
    a_registration_is_a_row_with_what_the_token_endpoint_asks_for,
    each_change_changes_its_field_and_no_other,
    a_token_that_was_given_back_is_known_by_its_id,
    a_rotated_secret_works_until_its_overlap_ends,
    an_app_is_found_by_its_client_id,
}

/// The row of app 1 after its registration and `events`.
async fn app_after(kind: Kind, events: &[AppEvent]) -> ValidationRow {
    let log = events.iter().fold(Log::default().app(1, &registered()), |log, event| log.app(1, event));
    let mut rows = rows_after::<ValidationRow>(kind, &TokenValidation, &log).await;
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

async fn a_registration_is_a_row_with_what_the_token_endpoint_asks_for(kind: Kind) {
    let row = app_after(kind, &[]).await;
    let app = registration();
    assert_eq!((row.app_id, row.client_id, row.organization_id), (id(1), id(70), id(50)));
    assert_eq!((row.name, row.client_type.0, row.status.0), (app.name, app.client_type, Status::Active));
    assert_eq!((row.allowed_scopes.0, row.allowed_branches.0), (app.allowed_scopes, app.allowed_branches));
    assert_eq!((row.token_lifetime.0, row.refresh_authentication.0), (app.token_lifetime, app.refresh_authentication));
    assert_eq!(row.token_epoch, 0);
    let accepted: Vec<_> = row.secrets.accepted_at(at(9)).map(|secret| secret.fingerprint.clone()).collect();
    assert_eq!(accepted, [fingerprint(1)]);
}

async fn each_change_changes_its_field_and_no_other(kind: Kind) {
    let before = app_after(kind, &[]).await;
    let expected = [
        ValidationRow { name: "ERP".into(), ..before.clone() },
        ValidationRow {
            redirect_uris: Json(vec![RedirectUri::parse("https://e.example/2", false).unwrap()]),
            ..before.clone()
        },
        ValidationRow { allowed_scopes: Json(scopes("routix:invoices:read")), ..before.clone() },
        ValidationRow { allowed_branches: Json(only(&[60, 61])), ..before.clone() },
        ValidationRow { token_lifetime: Json(TokenLifetime::Unlimited), ..before.clone() },
        ValidationRow { refresh_authentication: Json(RefreshAuthentication::Always), ..before.clone() },
    ];
    for (event, expected) in every_app_event()[1..=6].iter().zip(expected) {
        assert_eq!(app_after(kind, std::slice::from_ref(event)).await, expected, "{event:?}");
    }
    let revoked = ValidationRow { status: Json(Status::Revoked), ..before.clone() };
    assert_eq!(app_after(kind, &[AppEvent::Revoked {}]).await, revoked);
    let cut_off = ValidationRow { token_epoch: 3, ..revoked.clone() };
    assert_eq!(app_after(kind, &[AppEvent::Revoked {}, AppEvent::TokensCutOff { token_epoch: 3 }]).await, cut_off);
    assert_eq!(app_after(kind, &[AppEvent::Revoked {}, AppEvent::Reactivated {}]).await, before);
}

async fn a_token_that_was_given_back_is_known_by_its_id(kind: Kind) {
    let log =
        Log::default().app(1, &registered()).app(1, &AppEvent::TokenRevoked { token_id: id(7), expires_at: None });
    let place = given(kind, &TokenValidation, &log).await;
    assert!(place.rows::<ValidationRow>().await[0].has_revoked_tokens.0);
    let moment = place.db.moment().await.unwrap();
    assert!(is_revoked(&place.db, &moment, id(7)).await.unwrap());
    assert!(!is_revoked(&place.db, &moment, id(8)).await.unwrap());
}

async fn a_rotated_secret_works_until_its_overlap_ends(kind: Kind) {
    let seconds = |count| at(0) + TimeDelta::seconds(count);
    let accepted = |row: &ValidationRow, count: i64| {
        row.secrets.accepted_at(seconds(count)).map(|secret| secret.generation).collect::<Vec<_>>()
    };
    let open = app_after(kind, &[rotated(2, 10, 60)]).await;
    assert_eq!((accepted(&open, 69), accepted(&open, 70)), (vec![2, 1], vec![2]));
    let ended = app_after(kind, &[rotated(2, 10, 60), AppEvent::SecretOverlapEnded { ended_at: seconds(20) }]).await;
    assert_eq!(accepted(&ended, 15), [2]);
    assert_eq!(ended.secrets.iter().next().unwrap().acceptance, Acceptance::Ended(seconds(20)));
    let at_once = app_after(kind, &[rotated(2, 10, 0)]).await;
    assert_eq!(accepted(&at_once, 0), [2], "a late clock does not keep the old secret alive");
    let twice = app_after(kind, &[rotated(2, 10, 60), rotated(3, 20, 60)]).await;
    assert_eq!(accepted(&twice, 30), [3, 2], "at most two secrets work at a time");
}

async fn an_app_is_found_by_its_client_id(kind: Kind) {
    let place = given(kind, &TokenValidation, &Log::default().app(1, &registered())).await;
    let moment = place.db.moment().await.unwrap();
    assert_eq!(by_client_id(&place.db, &moment, id(70)).await.unwrap().unwrap().app_id, id(1));
    assert_eq!(by_client_id(&place.db, &moment, id(1)).await.unwrap(), None);
}
