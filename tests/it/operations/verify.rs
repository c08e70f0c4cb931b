//! Verify finds what is wrong in the live tables, and says where.

use std::sync::Arc;

use routix_domain::log::EventFeed;
use routix_projections::ReadError;
use routix_projections::app_history::AppHistory;
use routix_projections::members::Members;
use routix_projections::projection::Projection;
use routix_projections::read_db::Difference;
use routix_projections::table::Value;
use routix_projections::token_validation::TokenValidation;

use super::feeds::{Held, Holed};
use super::place::{Kind, Place, on_both};
use crate::support::bounded;
use routix_test_history::History;

on_both! {
    a_changed_row_is_named_by_table_key_and_column,
    a_missing_row_is_named_by_table_and_key,
    an_extra_row_is_named_by_table_and_key,
    verify_leaves_the_live_tables_and_no_others,
    nobody_is_kept_from_the_live_tables_while_others_are_filled_beside_them,
    tables_behind_the_log_are_compared_where_they_stand,
    a_page_that_ends_before_a_hole_is_not_the_end_of_the_log,
    of_verifications_side_by_side_none_compares_what_another_one_built,
}

async fn verified(place: &Place, projection: &'static dyn Projection) -> Option<Difference> {
    place.rebuilder().verify(projection, &mut |_| {}).await.unwrap().difference
}

/// A place with a history, where `spoil` then changes the physical table of a projection's first generation.
async fn spoilt(kind: Kind, seed: u64, spoil: &str) -> Place {
    let place = Place::new(kind).await;
    place.append(&History::of(seed, 1_200).appends).await;
    place.catch_up().await;
    assert_eq!(place.change(spoil, &[]).await, 1, "{spoil}");
    place
}

async fn text(place: &Place, query: &str) -> Value {
    Value::Text(place.value(query).await)
}

async fn nobody_is_kept_from_the_live_tables_while_others_are_filled_beside_them(kind: Kind) {
    let place = Place::new(kind).await;
    place.append(&History::of(29, 1_500).appends).await;
    place.catch_up().await;
    let mut held = Vec::new();
    let verified = place.rebuilder().verify(&Members, &mut |_| held.push(place.is_held("members__1"))).await.unwrap();
    assert_eq!(verified.difference, None);
    // Looking for what comes next holds them for a moment, but behind the end of the log there is nothing to look for.
    assert!(held.contains(&false), "{held:?}");
}

async fn a_changed_row_is_named_by_table_key_and_column(kind: Kind) {
    let place = spoilt(
        kind,
        21,
        "UPDATE token_validation__1 SET token_epoch = token_epoch + 7
         WHERE app_id = (SELECT app_id FROM token_validation__1 ORDER BY app_id LIMIT 1 OFFSET 9)",
    )
    .await;
    let key = text(&place, "SELECT app_id FROM token_validation ORDER BY app_id LIMIT 1 OFFSET 9").await;
    let difference = verified(&place, &TokenValidation).await.unwrap();
    assert_eq!(
        (difference.table, difference.key, difference.column),
        ("token_validation", vec![key], Some("token_epoch"))
    );
    let (Some(Value::Integer(live)), Some(Value::Integer(rebuilt))) = (difference.live, difference.rebuilt) else {
        panic!("two numbers differ")
    };
    assert_eq!(live, rebuilt + 7);
    // The others are sound, and a rebuild mends this one.
    assert_eq!(verified(&place, &Members).await, None);
    place.rebuilder().rebuild(&TokenValidation, &mut |_| {}).await.unwrap();
    assert_eq!(verified(&place, &TokenValidation).await, None);
}

async fn a_missing_row_is_named_by_table_and_key(kind: Kind) {
    let place = Place::new(kind).await;
    place.append(&History::of(22, 1_200).appends).await;
    place.catch_up().await;
    let query = "SELECT user_id FROM members ORDER BY organization_id, user_id LIMIT 1 OFFSET 3";
    let (user, organization) =
        (text(&place, query).await, text(&place, &query.replace("SELECT user_id", "SELECT organization_id")).await);
    let delete = "DELETE FROM members__1 WHERE user_id = $1 AND organization_id = $2";
    assert_eq!(place.change(delete, &[user.clone(), organization.clone()]).await, 1);
    let difference = verified(&place, &Members).await.unwrap();
    assert_eq!((difference.table, &difference.column, &difference.live), ("members", &None, &None));
    assert_eq!(difference.key, [organization.clone(), user]);
    assert_eq!(difference.rebuilt, Some(organization));
}

async fn an_extra_row_is_named_by_table_and_key(kind: Kind) {
    for (organization, seed) in [("00000000-first", 23), ("zzzzzzzz-last", 24)] {
        let insert = format!("INSERT INTO organizations__1 VALUES ('{organization}', 'Nobody', 0)");
        let place = spoilt(kind, seed, &insert).await;
        let difference = verified(&place, &Members).await.unwrap();
        let key = Value::Text(organization.to_owned());
        let expected =
            Difference { table: "organizations", key: vec![key.clone()], column: None, live: Some(key), rebuilt: None };
        assert_eq!(difference, expected);
    }
}

async fn verify_leaves_the_live_tables_and_no_others(kind: Kind) {
    let place = spoilt(
        kind,
        25,
        "UPDATE app_history__1 SET actor_kind = 'robot' WHERE position = (SELECT max(position) FROM app_history__1)",
    )
    .await;
    let before = (place.dump_all().await, place.db.status(&[&AppHistory]).await.unwrap());
    let tables_before = place.tables().await;
    assert_eq!(verified(&place, &AppHistory).await.unwrap().column, Some("actor_kind"));
    assert_eq!((place.dump_all().await, place.db.status(&[&AppHistory]).await.unwrap()), before);
    assert_eq!(place.tables().await, tables_before);
}

async fn tables_behind_the_log_are_compared_where_they_stand(kind: Kind) {
    let place = Place::new(kind).await;
    let mut history = History::of(26, 700);
    place.append(&history.take()).await;
    place.catch_up().await;
    let stands_at = place.db.position(&AppHistory).await.unwrap();
    history.grow(2_500);
    place.append(&history.take()).await;
    let verified = place.rebuilder().verify(&AppHistory, &mut |_| {}).await.unwrap();
    assert_eq!((verified.position, verified.difference), (stands_at, None));
    assert_eq!(verified.rows, place.dump(&AppHistory).await.values().map(Vec::len).sum::<usize>() as u64);
}

async fn a_page_that_ends_before_a_hole_is_not_the_end_of_the_log(kind: Kind) {
    let place = Place::new(kind).await;
    place.append(&History::of(28, 700).appends).await;
    place.catch_up().await;
    let feed = Arc::new(Holed { feed: place.feed(), at: 100 });
    let rebuilder = place.rebuilder_from(feed);
    let verified = rebuilder.verify(&AppHistory, &mut |_| {}).await.unwrap();
    assert_eq!((verified.position, verified.difference), (place.db.position(&AppHistory).await.unwrap(), None));
    rebuilder.rebuild(&AppHistory, &mut |_| {}).await.unwrap();
    assert_eq!(place.db.position(&AppHistory).await.unwrap(), verified.position);
}

async fn of_verifications_side_by_side_none_compares_what_another_one_built(kind: Kind) {
    let place = Place::new(kind).await;
    place.append(&History::of(27, 2_500).appends).await;
    place.catch_up().await;
    let (first, third) = (Held::at(&place, 2), Held::at(&place, 3));
    let verify = |feed: Arc<dyn EventFeed>| {
        let rebuilder = place.rebuilder_from(feed);
        tokio::spawn(async move { rebuilder.verify(&AppHistory, &mut |_| {}).await })
    };
    let first_done = verify(first.clone());
    bounded("the first", first.reached.notified()).await;
    assert_eq!(verified(&place, &AppHistory).await, None);
    let third_done = verify(third.clone());
    bounded("the third", third.reached.notified()).await;
    first.go_on.notify_one();
    let first = bounded("the first", first_done).await.unwrap();
    assert!(matches!(first, Err(ReadError::BuildGone)), "{first:?}");
    third.go_on.notify_one();
    let third = bounded("the third", third_done).await.unwrap().unwrap();
    assert_eq!((third.difference, third.position), (None, place.store.head().await.unwrap()));
}
