use routix_domain::authorization::{AuthorizationEvent, EndReason};
use routix_domain::consent::ConsentEvent;

use super::{ConsentRow, Consents, EndedAuthorizationRow, ever_of_app, has_ended, of_app, of_organization, of_user};
use crate::table::Json;
use crate::testing::{Kind, Log, at, given, id, on_both, rows_after, scopes};

on_both! {
    a_consent_grows_and_keeps_its_beginning,
    a_withdrawn_consent_is_listed_nowhere_and_begins_anew,
    an_ended_authorization_is_known_by_its_id,
}

fn granted(scope: &str) -> ConsentEvent {
    ConsentEvent::Granted { user_id: id(1), app_id: id(2), organization_id: id(3), scopes: scopes(scope) }
}

fn consents(events: &[ConsentEvent]) -> Log {
    events.iter().fold(Log::default(), |log, event| log.push("consent", id(9).to_string(), event))
}

fn row() -> ConsentRow {
    ConsentRow {
        consent_id: id(9),
        user_id: id(1),
        app_id: id(2),
        organization_id: id(3),
        scopes: Json(scopes("routix:orders:read")),
        granted_at: at(1),
        updated_at: at(1),
        withdrawn_at: None,
        withdrawals: 0,
    }
}

async fn a_consent_grows_and_keeps_its_beginning(kind: Kind) {
    let both = "routix:orders:read routix:orders:write";
    let log = consents(&[granted("routix:orders:read"), granted(both)]);
    let grown = ConsentRow { scopes: Json(scopes(both)), updated_at: at(2), ..row() };
    assert_eq!(rows_after::<ConsentRow>(kind, &Consents, &log).await, [grown]);
}

async fn a_withdrawn_consent_is_listed_nowhere_and_begins_anew(kind: Kind) {
    let withdrawn = ConsentEvent::Withdrawn { withdrawals: 1 };
    let place = given(kind, &Consents, &consents(&[granted("routix:orders:read"), withdrawn.clone()])).await;
    let gone = ConsentRow { withdrawn_at: Some(at(2)), withdrawals: 1, ..row() };
    assert_eq!(place.rows::<ConsentRow>().await, [gone]);
    assert_eq!(of_user(&place.db, id(1)).await.unwrap(), []);
    assert_eq!(of_app(&place.db, id(2)).await.unwrap(), []);
    assert_eq!(ever_of_app(&place.db, id(2)).await.unwrap().len(), 1, "but nothing is forgotten");
    assert_eq!(ever_of_app(&place.db, id(4)).await.unwrap(), []);
    assert_eq!(of_organization(&place.db, id(3)).await.unwrap(), []);

    let log = consents(&[granted("routix:orders:read"), withdrawn, granted("routix:orders:read")]);
    let again = ConsentRow { granted_at: at(3), updated_at: at(3), withdrawals: 1, ..row() };
    let place = given(kind, &Consents, &log).await;
    assert_eq!(of_user(&place.db, id(1)).await.unwrap(), [again]);
}

async fn an_ended_authorization_is_known_by_its_id(kind: Kind) {
    let ended = AuthorizationEvent::Ended { reason: EndReason::RefreshTokenReused };
    let other = AuthorizationEvent::Refreshed { generation: 2, refreshed_at: at(1) };
    let log = Log::default().push("authorization", id(7).to_string(), &ended).push(
        "authorization",
        id(8).to_string(),
        &other,
    );
    let place = given(kind, &Consents, &log).await;
    let row =
        EndedAuthorizationRow { authorization_id: id(7), reason: Json(EndReason::RefreshTokenReused), ended_at: at(1) };
    assert_eq!(place.rows::<EndedAuthorizationRow>().await, [row]);
    let moment = place.db.moment().await.unwrap();
    assert!(has_ended(&place.db, &moment, id(7)).await.unwrap());
    assert!(!has_ended(&place.db, &moment, id(8)).await.unwrap());
}
