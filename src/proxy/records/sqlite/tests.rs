use rusqlite::Connection;
use uuid::Uuid;

use super::SqliteRecords;
use crate::proxy::Tenant;
use crate::proxy::catalogue::{ApiVersion, Catalogue, FieldType, FieldValue};
use crate::proxy::records::dialect::SQLITE;
use crate::proxy::records::statement::Statement;
use crate::proxy::records::test_support::SQLITE_MIGRATION;
use crate::proxy::records::{ListQuery, Order, Target, reading};

fn migrated() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(SQLITE_MIGRATION).unwrap();
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

fn of(target: &Target) -> Statement<'static> {
    Statement::of(&SQLITE, &target.tenant)
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
            let target = Target { resource: resource.clone(), version: ApiVersion::V1, tenant: tenant.clone() };
            let all = ListQuery { limit: 5, offset: 0, after: None, order: None, filters: vec![] };
            let index = if field.unique { format!("_{}_uq", field.name) } else { format!("_by_{}", field.name) };
            let filter = ListQuery { filters: vec![(place, FieldValue::Null)], ..all.clone() };
            let found = plan(&connection, reading::page(of(&target), &SQLITE, &target, &filter).as_str());
            assert!(found.len() == 1 && found[0].starts_with("SEARCH") && found[0].contains(&index), "{found:?}");
            for descending in [false, true] {
                let order = ListQuery { order: Some(Order { field: place, descending }), ..all.clone() };
                let found = plan(&connection, reading::page(of(&target), &SQLITE, &target, &order).as_str());
                assert!(found[0].contains(&index), "{found:?}");
            }
        }
        let target = Target { resource: resource.clone(), version: ApiVersion::V2, tenant: tenant.clone() };
        let all = ListQuery { limit: 5, offset: 0, after: None, order: None, filters: vec![] };
        let found = plan(&connection, reading::page(of(&target), &SQLITE, &target, &all).as_str());
        assert!(found.len() == 1 && found[0].contains("USING PRIMARY KEY"), "{found:?}");
    }
}

#[test]
fn a_panic_while_reading_leaves_a_reader_that_works() {
    let folder = tempfile::tempdir().unwrap();
    let records = SqliteRecords::open(&folder.path().join("tms.db")).unwrap();
    for _ in 0..40 {
        let connections = std::sync::Arc::clone(&records.connections);
        let panicked = std::thread::spawn(move || connections.read::<()>(|_connection| panic!("on purpose"))).join();
        assert!(panicked.is_err());
    }
    assert!(records.connections.read(|_connection| Ok(())).is_ok());
}
