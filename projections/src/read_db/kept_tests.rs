//! That nothing which was kept is told once it is true no more, whoever has changed it.

use std::sync::Arc;

use routix_domain::app::AppEvent;
use routix_domain::organization::OrganizationEvent;

use super::{Advance, Outcome, ReadDb, State};
use crate::branches::{Branches, open_of};
use crate::testing::{Kind, Log, bounded, given, id, on_both, registered};
use crate::token_validation::{TokenValidation, ValidationRow, by_client_id};

on_both! {
    what_is_kept_is_one_value_until_its_projection_changes,
    what_another_process_has_changed_is_seen_at_once,
    other_tables_take_the_place_of_what_was_kept,
    what_a_node_of_the_version_before_has_changed_is_seen_too,
    of_many_who_ask_at_once_each_sees_what_was_written_before,
}

async fn app(db: &ReadDb) -> Arc<ValidationRow> {
    let moment = db.moment().await.unwrap();
    by_client_id(db, &moment, id(70)).await.unwrap().unwrap()
}

fn renamed(name: &str) -> AppEvent {
    AppEvent::DetailsChanged { name: name.into(), description: None, homepage_url: None }
}

async fn what_is_kept_is_one_value_until_its_projection_changes(kind: Kind) {
    let log = Log::default().app(1, &registered());
    let place = given(kind, &TokenValidation, &log).await;
    place.db.prepare(&Branches, 0).await.unwrap();
    let first = app(&place.db).await;
    assert!(Arc::ptr_eq(&first, &app(&place.db).await));
    let opened = OrganizationEvent::BranchOpened {
        branch_id: id(60),
        public_id: "RS2RDH3B".parse().unwrap(),
        name: "Utrecht".into(),
    };
    let longer = log.clone().organization(50, &opened);
    place.advance(&Branches, 0, &longer).await;
    let passed = place.db.advance(&TokenValidation, Advance::Live, (1, longer.after(1, 10)), 0).await.unwrap();
    assert_eq!(passed, Outcome::At(2));
    assert!(Arc::ptr_eq(&first, &app(&place.db).await), "no row of this projection became another");
    let moment = place.db.moment().await.unwrap();
    assert_eq!(open_of(&place.db, &moment, id(50)).await.unwrap().ids, [id(60)]);
    let longer = longer.app(1, &renamed("Other"));
    place.db.advance(&TokenValidation, Advance::Live, (2, longer.after(2, 10)), 0).await.unwrap();
    assert_eq!(app(&place.db).await.name, "Other");
}

async fn what_another_process_has_changed_is_seen_at_once(kind: Kind) {
    let mut log = Log::default().app(1, &registered());
    let place = given(kind, &TokenValidation, &log).await;
    let other = place.second();
    for round in 0..20 {
        let name = format!("Name {round}");
        log = log.app(1, &renamed(&name));
        let (one, two) = if round % 2 == 0 { (&place.db, &other) } else { (&other, &place.db) };
        let after = log.head() - 1;
        one.advance(&TokenValidation, Advance::Live, (after, log.after(after, 10)), 0).await.unwrap();
        assert_eq!(app(two).await.name, name);
        assert_eq!(app(one).await.name, name);
    }
}

async fn other_tables_take_the_place_of_what_was_kept(kind: Kind) {
    let place = given(kind, &TokenValidation, &Log::default().app(1, &registered())).await;
    assert_ne!(app(&place.db).await.name, "Other");
    let (other, log) = (place.second(), Log::default().app(1, &registered()).app(1, &renamed("Other")));
    let build = other.begin_build(&TokenValidation, State::Building, 0).await.unwrap().number;
    other.advance_build(&TokenValidation, build, (0, log.page())).await.unwrap();
    assert_ne!(app(&place.db).await.name, "Other", "nobody reads a build");
    assert!(other.swap(&TokenValidation, build, u64::MAX).await.unwrap());
    assert_eq!(app(&place.db).await.name, "Other");
}

async fn what_a_node_of_the_version_before_has_changed_is_seen_too(kind: Kind) {
    let place = given(kind, &TokenValidation, &Log::default().app(1, &registered())).await;
    let live = place.live(&TokenValidation).await.number;
    for (position, name) in [(2, "Second"), (3, "Third")] {
        app(&place.db).await;
        place
            .run(format!(
                "UPDATE token_validation__{live} SET name = '{name}';
                 UPDATE projections SET position = {position} WHERE name = 'token_validation'"
            ))
            .await;
        assert_eq!(app(&place.db).await.name, name);
    }
    // A node of this version goes on with an event that changes no row of it.
    place.run(format!("UPDATE token_validation__{live} SET name = 'Fourth'")).await;
    let mut log = Log::default();
    for _ in 0..4 {
        log = log.organization(50, &OrganizationEvent::Created { name: "Acme".into() });
    }
    place.db.advance(&TokenValidation, Advance::Live, (3, log.after(3, 10)), 0).await.unwrap();
    assert_eq!(app(&place.db).await.name, "Fourth");
}

async fn of_many_who_ask_at_once_each_sees_what_was_written_before(kind: Kind) {
    let mut log = Log::default().app(1, &registered());
    let place = given(kind, &TokenValidation, &log).await;
    let reader = place.second();
    for round in 0..10 {
        let name = format!("Name {round}");
        log = log.app(1, &renamed(&name));
        let after = log.head() - 1;
        // Some ask before, so that a question is under way when it is written.
        let before: Vec<_> = (0..16).map(|_| tokio::spawn(ask(reader.clone()))).collect();
        place.db.advance(&TokenValidation, Advance::Live, (after, log.after(after, 10)), 0).await.unwrap();
        let behind: Vec<_> = (0..16).map(|_| tokio::spawn(ask(reader.clone()))).collect();
        for asked in before {
            bounded(asked).await.unwrap();
        }
        for asked in behind {
            assert_eq!(bounded(asked).await.unwrap(), name);
        }
    }
}

async fn ask(db: ReadDb) -> String {
    app(&db).await.name.clone()
}
