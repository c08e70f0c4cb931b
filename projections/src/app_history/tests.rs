use routix_domain::app::AppEvent;
use routix_domain::consent::ConsentEvent;
use routix_domain::log::Actor;
use routix_domain::organization::OrganizationEvent;

use serde_json::json;

use super::{AppHistory, HistoryFilter, HistoryRow, newest, of_app};
use crate::table::ColumnValue;
use crate::testing::{
    Kind, Log, at, every_app_event, fingerprint, full_life, given, id, member_names, on_both, registered, rows_after,
    scopes,
};

on_both! {
    every_event_of_an_app_is_a_row_in_its_order,
    no_digest_and_no_request_fingerprint_is_in_any_row,
    a_row_says_who_did_it_and_how,
    other_streams_leave_no_row,
    history_is_read_in_pages,
    consents_stand_in_the_history_of_their_app_and_say_whose_they_are,
    history_is_filtered_by_type_actor_and_time,
}

fn after(after: u64) -> HistoryFilter {
    HistoryFilter { after, ..HistoryFilter::default() }
}

async fn every_event_of_an_app_is_a_row_in_its_order(kind: Kind) {
    let rows = rows_after::<HistoryRow>(kind, &AppHistory, &full_life(1)).await;
    assert_eq!(rows.len(), every_app_event().len());
    for (number, (row, event)) in (1..).zip(rows.iter().zip(every_app_event())) {
        assert_eq!((row.app_id, row.sequence, row.position), (id(1), number, number));
        assert_eq!((row.event_id, row.recorded_at), (id(number.into()), at(number)));
        let mut payload = serde_json::to_value(&event).unwrap();
        assert_eq!(payload["type"], row.event_type.as_str());
        assert_eq!(row.event_version, "1");
        payload.as_object_mut().unwrap().remove("type");
        payload.as_object_mut().unwrap().remove("request_fingerprint");
        if let Some(secret) = payload.get_mut("secret") {
            secret.as_object_mut().unwrap().remove("sha256");
        }
        assert_eq!(row.data.0, payload);
    }
}

async fn no_digest_and_no_request_fingerprint_is_in_any_row(kind: Kind) {
    let place = given(kind, &AppHistory, &full_life(1)).await;
    for row in place.rows::<HistoryRow>().await {
        let names = member_names(&row.data);
        assert!(!names.iter().any(|name| name == "sha256" || name == "request_fingerprint"), "{}", row.event_type);
    }
    let rows = place.dump(&AppHistory).await.remove("app_history").unwrap();
    let texts = rows.into_iter().flat_map(|row| row.0).filter_map(String::from_value);
    let stored = texts.collect::<Vec<_>>().concat();
    assert!(stored.contains(&format!(r#""last4":"{}""#, fingerprint(2).last4)), "which secret it was can be seen");
    for hidden in [fingerprint(1).sha256, fingerprint(2).sha256, "fe".repeat(32)] {
        assert!(!stored.contains(&hidden), "{hidden}");
    }
}

async fn a_row_says_who_did_it_and_how(kind: Kind) {
    for (actor, actor_kind, actor_id) in [
        (Actor::User(id(3)), "user", Some(id(3).to_string())),
        (Actor::App(id(4)), "app", Some(id(4).to_string())),
        (Actor::CommandLine("deploy".into()), "command_line", Some("deploy".into())),
        (Actor::System, "system", None),
    ] {
        let rows = rows_after::<HistoryRow>(kind, &AppHistory, &Log::default().app(1, &registered()).by(actor)).await;
        assert_eq!((rows[0].actor_kind.as_str(), &rows[0].actor_id), (actor_kind, &actor_id));
        assert_eq!(rows[0].authenticated_by, "password");
        assert_eq!(
            (rows[0].request_id.as_deref(), rows[0].context_commitment.as_deref()),
            (Some("r-1"), Some("c0ffee"))
        );
    }
}

async fn other_streams_leave_no_row(kind: Kind) {
    let log = Log::default().organization(50, &OrganizationEvent::Created { name: "Acme".into() });
    assert_eq!(rows_after::<HistoryRow>(kind, &AppHistory, &log).await, []);
}

async fn history_is_read_in_pages(kind: Kind) {
    let log = full_life(1).app(2, &registered()).app(2, &AppEvent::Revoked {});
    let place = given(kind, &AppHistory, &log).await;
    let page = of_app(&place.db, id(1), after(3), 4).await.unwrap();
    assert_eq!(page.iter().map(|row| row.sequence).collect::<Vec<_>>(), [4, 5, 6, 7]);
    assert_eq!(of_app(&place.db, id(2), after(0), 100).await.unwrap().len(), 2);
    assert_eq!(of_app(&place.db, id(1), after(13), 100).await.unwrap(), []);
    assert_eq!([newest(&place.db, id(1)).await.unwrap(), newest(&place.db, id(2)).await.unwrap()], [13, 15]);
    assert_eq!(newest(&place.db, id(3)).await.unwrap(), 0);
}

async fn consents_stand_in_the_history_of_their_app_and_say_whose_they_are(kind: Kind) {
    let granted = |app: u128| ConsentEvent::Granted {
        user_id: id(900),
        app_id: id(app),
        organization_id: id(50),
        scopes: scopes("routix:orders:read"),
    };
    let log = Log::default()
        .app(1, &registered())
        .push("consent", id(7).to_string(), &granted(1))
        .push("consent", id(8).to_string(), &granted(2))
        .app(1, &AppEvent::Revoked {})
        .push("consent", id(7).to_string(), &ConsentEvent::Withdrawn { withdrawals: 1 })
        .by(Actor::System);
    let place = given(kind, &AppHistory, &log).await;
    let rows = of_app(&place.db, id(1), after(0), 100).await.unwrap();
    let places: Vec<_> = rows.iter().map(|row| (row.position, row.sequence, row.event_type.as_str())).collect();
    let expected =
        [(1, 1, "app.registered"), (2, 1, "consent.granted"), (4, 2, "app.revoked"), (5, 2, "consent.withdrawn")];
    assert_eq!(places, expected);
    let mut whose =
        json!({"consent_id": id(7), "user_id": id(900), "app_id": id(1), "organization_id": id(50), "withdrawals": 1});
    assert_eq!((rows[3].actor_kind.as_str(), &rows[3].data.0), ("system", &whose));
    whose.as_object_mut().unwrap().remove("withdrawals");
    whose["scopes"] = json!(["routix:orders:read"]);
    assert_eq!(rows[1].data.0, whose);
    assert_eq!(of_app(&place.db, id(2), after(0), 100).await.unwrap().len(), 1);
}

async fn history_is_filtered_by_type_actor_and_time(kind: Kind) {
    let place = given(kind, &AppHistory, &full_life(1).app(1, &AppEvent::Revoked {}).by(Actor::System)).await;
    let found = async |filter: HistoryFilter| -> Vec<u64> {
        of_app(&place.db, id(1), filter, 100).await.unwrap().iter().map(|row| row.position).collect()
    };
    let none = HistoryFilter::default;
    assert_eq!(found(HistoryFilter { event_type: Some("app.revoked".into()), ..none() }).await, [10, 14]);
    assert_eq!(found(HistoryFilter { actor: Some("system".into()), ..none() }).await, [14]);
    assert_eq!(found(HistoryFilter { actor: Some(id(900).to_string()), after: 11, ..none() }).await, [12, 13]);
    assert_eq!(found(HistoryFilter { actor: Some("user".into()), ..none() }).await, [0_u64; 0]);
    assert_eq!(found(HistoryFilter { from: Some(at(3)), to: Some(at(5)), ..none() }).await, [3, 4, 5]);
}
