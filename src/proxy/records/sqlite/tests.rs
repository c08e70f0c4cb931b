use chrono::{DateTime, TimeDelta};
use rusqlite::Connection;
use uuid::Uuid;

use super::MIGRATION;
use crate::demo::records::{DemoBranch, Size, load};
use crate::proxy::Tenant;
use crate::proxy::catalogue::{ApiVersion, Catalogue, FieldType, FieldValue};
use crate::proxy::records::test_support::scratch;
use crate::proxy::records::{Change, ListQuery, NewRecord, Order, RecordError, Retry, Target};

use super::{read, write};

fn migrated() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(MIGRATION).unwrap();
    connection
}

fn strings(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(sql).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

#[test]
fn the_tables_are_those_of_the_catalogue() {
    let connection = migrated();
    for resource in Catalogue::built_in().unwrap().resources() {
        let columns = format!(
            "SELECT name || ' ' || type || ' ' || \"notnull\" FROM pragma_table_xinfo('{}') WHERE hidden = 0 AND
             name NOT IN ('organization_id', 'branch_id', 'seq', 'version', 'v1_object') ORDER BY name",
            resource.table
        );
        let mut declared: Vec<_> = resource
            .fields(ApiVersion::V2)
            .iter()
            .map(|field| {
                let kind = match field.value.kind {
                    FieldType::Integer | FieldType::Boolean => "INTEGER",
                    FieldType::Text
                    | FieldType::Date
                    | FieldType::Timestamp
                    | FieldType::Uuid
                    | FieldType::List
                    | FieldType::Object => "TEXT",
                };
                format!("{} {kind} {}", field.name, u8::from(!field.is_nullable()))
            })
            .collect();
        declared.sort();
        assert_eq!(strings(&connection, &columns), declared, "{}", resource.name);
    }
}

#[test]
fn every_filter_and_every_unique_field_has_its_index() {
    let connection = migrated();
    for resource in Catalogue::built_in().unwrap().resources() {
        for field in resource.fields(ApiVersion::V2) {
            let (table, name) = (&resource.table, &field.name);
            let find =
                |index: String| strings(&connection, &format!("SELECT sql FROM sqlite_master WHERE name = '{index}'"));
            if field.unique {
                let sql =
                    format!("CREATE UNIQUE INDEX {table}_{name}_uq ON {table} (organization_id, branch_id, {name})");
                assert_eq!(find(format!("{table}_{name}_uq")), [sql]);
            } else if field.filterable {
                let sql =
                    format!("CREATE INDEX {table}_by_{name} ON {table} (organization_id, branch_id, {name}, seq)");
                assert_eq!(find(format!("{table}_by_{name}")), [sql]);
            }
        }
    }
}

#[test]
fn the_ready_object_is_what_the_columns_would_give() {
    let (_directory, records) = scratch();
    let tenant = Tenant::for_loading(Uuid::from_u128(1), Uuid::from_u128(2));
    load(&records, &[DemoBranch { tenant, city: "Rotterdam", size: Size::Small }]).unwrap();
    let ready = Catalogue::built_in().unwrap();
    let text = include_str!("../../catalogue/catalogue.toml").replace("ready_v1 = \"v1_object\"", "");
    let columns = Catalogue::parse(&text).unwrap();
    for (one, two) in ready.resources().iter().zip(columns.resources()) {
        let page = |resource| {
            let target = Target { resource, version: ApiVersion::V1, tenant };
            let query = ListQuery { limit: 1000, offset: 0, order: None, filters: vec![] };
            records.connections.read(|connection| read::list(connection, &target, &query)).unwrap()
        };
        let (ready, made) = (page(one.clone()), page(two.clone()));
        assert!(ready.count > 0);
        assert_eq!(u64::from(ready.count), ready.total);
        assert_eq!(String::from_utf8(ready.objects).unwrap(), String::from_utf8(made.objects).unwrap());
    }
}

fn plan(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    statement.raw_query().mapped(|row| row.get(3)).map(Result::unwrap).collect()
}

#[test]
fn every_filter_and_every_order_by_an_indexed_field_uses_its_index() {
    let connection = migrated();
    let tenant = Tenant::for_loading(Uuid::from_u128(1), Uuid::from_u128(2));
    for resource in Catalogue::built_in().unwrap().resources() {
        for (place, field) in resource.fields(ApiVersion::V1).iter().enumerate().filter(|(_, field)| field.filterable) {
            let target = Target { resource: resource.clone(), version: ApiVersion::V1, tenant };
            let all = ListQuery { limit: 5, offset: 0, order: None, filters: vec![] };
            let index = if field.unique { format!("_{}_uq", field.name) } else { format!("_by_{}", field.name) };
            let filter = ListQuery { filters: vec![(place, FieldValue::Null)], ..all.clone() };
            let found = plan(&connection, read::list_sql(&target, &filter).as_str());
            assert!(found.len() == 1 && found[0].starts_with("SEARCH") && found[0].contains(&index), "{found:?}");
            for descending in [false, true] {
                let order = ListQuery { order: Some(Order { field: place, descending }), ..all.clone() };
                let found = plan(&connection, read::list_sql(&target, &order).as_str());
                assert!(found[0].contains(&index), "{found:?}");
            }
        }
        let target = Target { resource: resource.clone(), version: ApiVersion::V2, tenant };
        let all = ListQuery { limit: 5, offset: 0, order: None, filters: vec![] };
        let found = plan(&connection, read::list_sql(&target, &all).as_str());
        assert!(found.len() == 1 && found[0].contains("USING PRIMARY KEY"), "{found:?}");
    }
}

#[test]
fn the_counter_follows_inserts_and_deletes_and_a_row_never_moves() {
    let (directory, records) = scratch();
    let tenant = Tenant::for_loading(Uuid::from_u128(1), Uuid::from_u128(2));
    load(&records, &[DemoBranch { tenant, city: "Rotterdam", size: Size::Small }]).unwrap();
    let connection = Connection::open(directory.path().join("tms.db")).unwrap();
    let counted = "SELECT total || ' ' || last_seq FROM record_counts WHERE resource = 'orders'";
    assert_eq!(strings(&connection, counted), ["64 64"]);
    connection.execute("DELETE FROM orders WHERE seq > 60", []).unwrap();
    assert_eq!(strings(&connection, counted), ["60 64"]);
    assert!(connection.execute("UPDATE orders SET branch_id = 'x'", []).is_err());
}

#[test]
fn a_key_is_forgotten_after_a_day() {
    let (_directory, records) = scratch();
    let resource = Catalogue::built_in().unwrap().resource("accounts").unwrap().clone();
    let tenant = Tenant::for_loading(Uuid::from_u128(1), Uuid::from_u128(2));
    let target = Target { resource, version: ApiVersion::V1, tenant };
    let first = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let mut create = |hours: i64| {
        let retry = Retry { app_id: Uuid::nil(), route: "r".into(), key: "k".into(), fingerprint: [7; 32] };
        let text = |text: &str| FieldValue::Text(text.into());
        let values =
            vec![(1, text("Bakker")), (4, text("customer")), (5, text("active")), (13, text("NL")), (14, text("nl"))];
        let now = first + TimeDelta::hours(hours);
        let record = NewRecord { id: Uuid::from_u128(hours.unsigned_abs().into()), now, values, retry: Some(retry) };
        records.connections.write(|connection| write::create(connection, &target, &record)).unwrap().replayed
    };
    assert_eq!([0, 1, 23, 24, 25].map(&mut create), [false, true, true, false, true]);
}

#[test]
fn a_change_whose_answer_cannot_be_kept_is_not_made() {
    let (directory, records) = scratch();
    let tenant = Tenant::for_loading(Uuid::from_u128(1), Uuid::from_u128(2));
    load(&records, &[DemoBranch { tenant, city: "Rotterdam", size: Size::Small }]).unwrap();
    let connection = Connection::open(directory.path().join("tms.db")).unwrap();
    let full = "CREATE TRIGGER full BEFORE INSERT ON idempotency_keys BEGIN SELECT RAISE(ABORT, 'on purpose'); END";
    connection.execute_batch(full).unwrap();
    let id = Uuid::parse_str(&strings(&connection, "SELECT id FROM accounts LIMIT 1")[0]).unwrap();
    let resource = Catalogue::built_in().unwrap().resource("accounts").unwrap().clone();
    let target = Target { resource, version: ApiVersion::V1, tenant };
    let retry = Retry { app_id: Uuid::nil(), route: "r".into(), key: "k".into(), fingerprint: [7; 32] };
    let mut change = Change {
        id,
        now: DateTime::UNIX_EPOCH,
        values: vec![(3, FieldValue::Text("1".into()))],
        if_match: None,
        retry: Some(retry),
    };
    let version = |change: &Change| {
        let written = records.connections.write(|connection| write::update(connection, &target, change));
        written.map(|written| written.record.version)
    };
    assert!(matches!(version(&change), Err(RecordError::Broken(_))));
    change.retry = None;
    assert_eq!(version(&change).unwrap(), 2);
}

#[test]
fn a_panic_while_reading_leaves_a_reader_that_works() {
    let (_directory, records) = scratch();
    for _ in 0..40 {
        let connections = std::sync::Arc::clone(&records.connections);
        let panicked = std::thread::spawn(move || connections.read::<()>(|_connection| panic!("on purpose"))).join();
        assert!(panicked.is_err());
    }
    let resource = Catalogue::built_in().unwrap().resource("orders").unwrap().clone();
    assert!(records.is_empty(&resource, Tenant::for_loading(Uuid::nil(), Uuid::nil())).unwrap());
}
