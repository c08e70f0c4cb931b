use chrono::TimeDelta;
use routix_domain::app::{AppEvent, RefreshAuthentication, Registration, Status};
use routix_domain::log::Actor;
use routix_domain::value::{Acceptance, RedirectUri, TokenLifetime};

use super::{AppList, AppRow, by_client_id, by_id, in_organization, of_organization};
use crate::table::Json;
use crate::testing::{
    Kind, Log, at, every_app_event, fingerprint, given, id, on_both, only, registered, registration, rotated,
    rows_after, scopes,
};

on_both! {
    a_registration_is_a_row_with_everything_that_was_registered,
    only_a_user_is_named_as_the_creator,
    each_change_changes_its_fields_and_no_other,
    a_rotation_adds_a_secret_and_an_overlap_ends_when_it_is_told_to,
    apps_are_found_by_id_and_by_organization_oldest_first,
}

/// The row of app 1 after its registration and `events`.
async fn app_after(kind: Kind, events: &[AppEvent]) -> AppRow {
    let log = events.iter().fold(Log::default().app(1, &registered()), |log, event| log.app(1, event));
    let mut rows = rows_after::<AppRow>(kind, &AppList, &log).await;
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

async fn a_registration_is_a_row_with_everything_that_was_registered(kind: Kind) {
    let row = app_after(kind, &[]).await;
    let app = registration();
    assert_eq!((row.app_id, row.organization_id, row.client_id), (id(1), id(50), id(70)));
    assert_eq!((row.name, row.description, row.homepage_url), (app.name, app.description, app.homepage_url));
    assert_eq!((row.redirect_uris.0, row.allowed_scopes.0), (app.redirect_uris, app.allowed_scopes));
    assert_eq!((row.allowed_branches.0, row.token_lifetime.0), (app.allowed_branches, app.token_lifetime));
    assert_eq!((row.client_type.0, row.refresh_authentication.0), (app.client_type, app.refresh_authentication));
    assert_eq!((row.status.0, row.created_by), (Status::Active, Some(id(900))));
    assert_eq!((row.created_at, row.updated_at, row.sequence), (app.registered_at, at(1), 1));
    assert_eq!(row.secrets.0.current().unwrap().fingerprint, fingerprint(1));
}

async fn only_a_user_is_named_as_the_creator(kind: Kind) {
    for actor in [Actor::System, Actor::App(id(3)), Actor::CommandLine("deploy".into())] {
        let rows = rows_after::<AppRow>(kind, &AppList, &Log::default().app(1, &registered()).by(actor)).await;
        assert_eq!(rows[0].created_by, None);
    }
}

async fn each_change_changes_its_fields_and_no_other(kind: Kind) {
    let before = app_after(kind, &[]).await;
    let stamped = AppRow { updated_at: at(2), sequence: 2, ..before };
    let uris = vec![RedirectUri::parse("https://e.example/2", false).unwrap()];
    let homepage_url = Some("https://e.example".to_owned());
    let expected = [
        AppRow { name: "ERP".into(), description: None, homepage_url, ..stamped.clone() },
        AppRow { redirect_uris: Json(uris), ..stamped.clone() },
        AppRow { allowed_scopes: Json(scopes("routix:invoices:read")), ..stamped.clone() },
        AppRow { allowed_branches: Json(only(&[60, 61])), ..stamped.clone() },
        AppRow { token_lifetime: Json(TokenLifetime::Unlimited), ..stamped.clone() },
        AppRow { refresh_authentication: Json(RefreshAuthentication::Always), ..stamped.clone() },
    ];
    for (event, expected) in every_app_event()[1..=6].iter().zip(expected) {
        assert_eq!(app_after(kind, std::slice::from_ref(event)).await, expected, "{event:?}");
    }
    let revoked = AppRow { status: Json(Status::Revoked), ..stamped.clone() };
    assert_eq!(app_after(kind, &[AppEvent::Revoked {}]).await, revoked);
    assert_eq!(app_after(kind, &[AppEvent::TokensCutOff { token_epoch: 1 }]).await, stamped);
    let again = AppRow { updated_at: at(3), sequence: 3, ..stamped };
    assert_eq!(app_after(kind, &[AppEvent::Revoked {}, AppEvent::Reactivated {}]).await, again);
}

async fn a_rotation_adds_a_secret_and_an_overlap_ends_when_it_is_told_to(kind: Kind) {
    let end = AppEvent::SecretOverlapEnded { ended_at: at(0) + TimeDelta::seconds(20) };
    let states = |row: &AppRow| row.secrets.iter().map(|secret| secret.acceptance).collect::<Vec<_>>();
    let open = app_after(kind, &[rotated(2, 10, 60)]).await;
    assert_eq!(states(&open), [Acceptance::Until(at(0) + TimeDelta::seconds(70)), Acceptance::Current]);
    let ended = app_after(kind, &[rotated(2, 10, 60), end]).await;
    assert_eq!(states(&ended), [Acceptance::Ended(at(0) + TimeDelta::seconds(20)), Acceptance::Current]);
    let at_once = app_after(kind, &[rotated(2, 10, 0)]).await;
    assert_eq!(states(&at_once), [Acceptance::Ended(at(0) + TimeDelta::seconds(10)), Acceptance::Current]);
}

async fn apps_are_found_by_id_and_by_organization_oldest_first(kind: Kind) {
    let later = Registration { registered_at: registration().registered_at + TimeDelta::seconds(1), ..registration() };
    let log = Log::default().app(1, &AppEvent::Registered(Box::new(later.clone()))).app(2, &registered());
    let place = given(kind, &AppList, &log).await;
    assert_eq!(by_id(&place.db, id(1)).await.unwrap().unwrap().created_at, later.registered_at);
    assert_eq!(by_id(&place.db, id(9)).await.unwrap(), None);
    let own = in_organization(&place.db, id(50), id(1)).await.unwrap();
    assert_eq!(own.map(|row| row.app_id), Some(id(1)));
    assert_eq!(in_organization(&place.db, id(51), id(1)).await.unwrap(), None, "another organization's is none");
    assert!(by_client_id(&place.db, id(70)).await.unwrap().is_some());
    assert_eq!(by_client_id(&place.db, id(1)).await.unwrap(), None);
    let found: Vec<_> = of_organization(&place.db, id(50)).await.unwrap().into_iter().map(|row| row.app_id).collect();
    assert_eq!(found, [id(2), id(1)]);
    assert_eq!(of_organization(&place.db, id(51)).await.unwrap(), []);
}
