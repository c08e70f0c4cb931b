//! What both databases do alike, below the pipeline.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use uuid::Uuid;

use crate::demo::records::{DemoBranch, Size, load};
use crate::proxy::Tenant;
use crate::proxy::catalogue::{ApiVersion, Catalogue, FieldValue, Resource};

use super::test_support::{Kind, ScratchRecords, on_both};
use super::{Change, ListQuery, NewRecord, Order, Page, RecordError, RecordSource, Retry, Target};

const ALL: ListQuery = ListQuery { limit: 1000, offset: 0, after: None, order: None, filters: Vec::new() };

fn tenant() -> Tenant {
    Tenant::for_loading(Uuid::from_u128(1), Uuid::from_u128(2))
}

fn target(name: &str, version: ApiVersion) -> Target {
    let resource = Catalogue::built_in().unwrap().resource(name).unwrap().clone();
    Target { resource, version, tenant: tenant() }
}

async fn with_demo(kind: Kind) -> ScratchRecords {
    let scratch = ScratchRecords::new(kind).await;
    let branch = DemoBranch { tenant: tenant(), city: "Rotterdam", size: Size::Small };
    load(scratch.records.as_ref(), &[branch]).await.unwrap();
    scratch
}

async fn page(records: &dyn RecordSource, resource: &Arc<Resource>, version: ApiVersion, query: &ListQuery) -> Page {
    let target = Target { resource: Arc::clone(resource), version, tenant: tenant() };
    records.list(&target, query).await.unwrap()
}

fn text(page: Page) -> String {
    String::from_utf8(page.objects).unwrap()
}

async fn the_ready_object_is_what_the_columns_would_give(kind: Kind) {
    let scratch = with_demo(kind).await;
    let ready = Catalogue::built_in().unwrap();
    let catalogue = include_str!("../catalogue/catalogue.toml").replace("ready_v1 = \"v1_object\"", "");
    let columns = Catalogue::parse(&catalogue).unwrap();
    for (one, two) in ready.resources().iter().zip(columns.resources()) {
        let ready = page(scratch.records.as_ref(), one, ApiVersion::V1, &ALL).await;
        let made = page(scratch.records.as_ref(), two, ApiVersion::V1, &ALL).await;
        assert!(ready.count > 0);
        assert_eq!(u64::from(ready.count), ready.total);
        assert_eq!(text(ready), text(made));
    }
}

async fn the_counter_follows_inserts_and_deletes_and_a_row_never_moves(kind: Kind) {
    let scratch = with_demo(kind).await;
    let counted = "SELECT total || ' ' || last_seq FROM record_counts WHERE resource = 'orders'";
    assert_eq!(scratch.sql(counted), ["64 64"]);
    scratch.sql("DELETE FROM orders WHERE seq > 60");
    assert_eq!(scratch.sql(counted), ["60 64"]);
    for column in ["branch_id", "organization_id", "id"] {
        let moved = scratch.try_sql(&format!("UPDATE orders SET {column} = '00000000-0000-0000-0000-000000000009'"));
        assert!(moved.unwrap_err().contains("a record never moves"));
    }
}

fn retry() -> Retry {
    Retry { app_id: Uuid::nil(), route: "r".into(), key: "k".into(), fingerprint: [7; 32] }
}

async fn a_key_is_forgotten_after_a_day(kind: Kind) {
    let scratch = ScratchRecords::new(kind).await;
    let first = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let mut replayed = Vec::new();
    for hours in [0_u32, 1, 23, 24, 25] {
        let text = |text: &str| FieldValue::Text(text.into());
        let values =
            vec![(1, text("Bakker")), (4, text("customer")), (5, text("active")), (13, text("NL")), (14, text("nl"))];
        let now = first + TimeDelta::hours(hours.into());
        let record = NewRecord { id: Uuid::from_u128(hours.into()), now, values, retry: Some(retry()) };
        replayed.push(scratch.records.create(&target("accounts", ApiVersion::V1), record).await.unwrap().replayed);
    }
    assert_eq!(replayed, [false, true, true, false, true]);
}

async fn a_change_whose_answer_cannot_be_kept_is_not_made(kind: Kind) {
    let scratch = with_demo(kind).await;
    scratch.sql(match kind {
        Kind::Sqlite => {
            "CREATE TRIGGER fault BEFORE INSERT ON idempotency_keys BEGIN SELECT RAISE(ABORT, 'on purpose'); END"
        }
        Kind::Postgres => {
            "CREATE TRIGGER fault BEFORE INSERT ON idempotency_keys FOR EACH ROW EXECUTE FUNCTION refuse_move()"
        }
    });
    let id = Uuid::parse_str(&scratch.sql("SELECT id FROM accounts LIMIT 1")[0]).unwrap();
    let change = |retry| Change {
        id,
        now: DateTime::UNIX_EPOCH,
        values: vec![(3, FieldValue::Text("1".into()))],
        if_match: None,
        retry,
    };
    let target = target("accounts", ApiVersion::V1);
    assert!(matches!(scratch.records.update(&target, change(Some(retry()))).await, Err(RecordError::Broken(_))));
    assert_eq!(scratch.records.update(&target, change(None)).await.unwrap().record.version, 2);
}

async fn what_is_loaded_is_loaded_whole_or_not_at_all(kind: Kind) {
    let scratch = ScratchRecords::new(kind).await;
    let text = |text: &str| FieldValue::Text(text.into());
    let vehicle = |id: u128, plate: &str| NewRecord {
        id: Uuid::from_u128(id),
        now: DateTime::UNIX_EPOCH,
        values: [(1, text(plate)), (5, text("active"))]
            .into_iter()
            .chain([12, 13, 14].map(|place| (place, FieldValue::Boolean(false))))
            .collect(),
        retry: None,
    };
    let target = target("vehicles", ApiVersion::V1);
    let doubled = scratch.records.load(&target, vec![vehicle(1, "A"), vehicle(2, "A")]).await;
    assert!(matches!(doubled, Err(RecordError::Conflict { field }) if field == "license_plate"));
    assert_eq!(scratch.records.list(&target, &ALL).await.unwrap(), Page::default());
    scratch.records.load(&target, vec![vehicle(1, "A"), vehicle(2, "B")]).await.unwrap();
    assert_eq!(scratch.records.list(&target, &ALL).await.unwrap().total, 2);
}

on_both!(
    the_ready_object_is_what_the_columns_would_give,
    the_counter_follows_inserts_and_deletes_and_a_row_never_moves,
    a_key_is_forgotten_after_a_day,
    a_change_whose_answer_cannot_be_kept_is_not_made,
    what_is_loaded_is_loaded_whole_or_not_at_all,
);

/// A value that some row has in each field that can be filtered by, for one filter each.
async fn filters(records: &dyn RecordSource, resource: &Arc<Resource>) -> Vec<(usize, FieldValue)> {
    let rows: Vec<serde_json::Value> =
        serde_json::from_str(&format!("[{}]", text(page(records, resource, ApiVersion::V1, &ALL).await))).unwrap();
    let fields = resource.fields(ApiVersion::V1).iter().enumerate().filter(|(_, field)| field.filterable);
    let value = |name: &str| rows.iter().find_map(|row| row[name].as_str().map(str::to_owned));
    fields.filter_map(|(place, field)| Some((place, FieldValue::Text(value(field.name.as_str())?)))).collect()
}

#[tokio::test]
async fn both_databases_give_the_same_bytes_in_every_order_and_for_every_filter() {
    let (sqlite, postgres) = (with_demo(Kind::Sqlite).await, with_demo(Kind::Postgres).await);
    let both = [sqlite.records.as_ref(), postgres.records.as_ref()];
    for resource in Catalogue::built_in().unwrap().resources() {
        let mut queries = vec![ALL];
        for (place, field) in resource.fields(ApiVersion::V2).iter().enumerate() {
            if field.value.kind.is_comparable() {
                let order = |descending| Some(Order { field: place, descending });
                queries.extend([false, true].map(|descending| ListQuery { order: order(descending), ..ALL }));
            }
        }
        let filters = filters(both[0], resource).await;
        queries.extend(filters.into_iter().map(|filter| ListQuery {
            filters: vec![filter],
            limit: 7,
            offset: 1,
            ..ALL
        }));
        for query in queries {
            for version in ApiVersion::ALL {
                let known = resource.fields(version).len();
                if query.order.is_some_and(|order| order.field >= known) {
                    continue;
                }
                let [one, two] = both.map(|records| page(records, resource, version, &query));
                let (one, two) = (one.await, two.await);
                assert_eq!((one.count, one.total), (two.count, two.total), "{} {query:?}", resource.name);
                assert_eq!(text(one), text(two), "{} {query:?}", resource.name);
            }
        }
    }
}
