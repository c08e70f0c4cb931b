//! What only PostgreSQL promises: claims that end with their transaction, plans, and a database that is looked at before it is
//! served.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Waker};

use chrono::DateTime;
use deadpool_postgres::ClientWrapper;
use futures_util::future::join_all;
use routix_projections::database::{PostgresDatabase, PostgresUrl};
use tokio_postgres::SimpleQueryMessage;
use uuid::Uuid;

use super::check::check;
use super::read;
use super::{OpenRecordsError, PostgresRecords};
use crate::demo::records::{DemoBranch, Size, load};
use crate::proxy::Tenant;
use crate::proxy::catalogue::{ApiVersion, Catalogue, FieldType, FieldValue, Resource};
use crate::proxy::records::dialect::POSTGRES;
use crate::proxy::records::statement::{Column, Param, Statement, Table};
use crate::proxy::records::test_support::{Kind, ScratchRecords};
use crate::proxy::records::{Change, ListQuery, NewRecord, Order, RecordError, RecordSource, Target};

const ALL: ListQuery = ListQuery { limit: 5, offset: 0, after: None, order: None, filters: Vec::new() };
const ALTERNATIONS: usize = 10_000;

fn catalogue() -> Catalogue {
    Catalogue::built_in().unwrap()
}

/// A branch of an organization of its own.
fn target(number: u128) -> Target {
    let resource = catalogue().resource("accounts").unwrap().clone();
    let tenant = Tenant::for_loading(Uuid::from_u128(100 + number), Uuid::from_u128(200 + number));
    Target { resource, version: ApiVersion::V1, tenant }
}

fn record(id: u128) -> NewRecord {
    let values = [(1, "Bakker"), (4, "customer"), (5, "active"), (13, "NL"), (14, "nl")];
    let values = values.map(|(place, text)| (place, FieldValue::Text(text.to_owned()))).to_vec();
    NewRecord { id: Uuid::from_u128(id), now: DateTime::UNIX_EPOCH, values, retry: None }
}

/// Two branches with one record each, on one connection for one at a time and one that is shared.
async fn alone() -> (ScratchRecords, PostgresRecords) {
    let scratch = ScratchRecords::new(Kind::Postgres).await;
    let records = PostgresRecords::speaking(&scratch.url(), ("tms", 1), &POSTGRES).unwrap();
    for number in [0, 1] {
        records.load(&target(number), vec![record(number)]).await.unwrap();
    }
    (scratch, records)
}

async fn sees_its_own(records: &PostgresRecords, number: u128) {
    let page = records.list(&target(number), &ALL).await.unwrap();
    let text = String::from_utf8(page.objects).unwrap();
    assert!(text.contains(&Uuid::from_u128(number).to_string()), "{text}");
    assert_eq!((page.count, page.total), (1, 1));
}

async fn assert_nothing_is_set(connection: &ClientWrapper) {
    let left = "SELECT current_setting('request.jwt.claims'), current_setting('routix.branch_id'),
        (SELECT count(*) FROM accounts), current_user::text";
    let row = connection.query_one(left, &[]).await.unwrap();
    let (claims, branch, rows, role): (String, String, i64, String) = (row.get(0), row.get(1), row.get(2), row.get(3));
    let nobody = Uuid::nil().to_string();
    assert_eq!((claims.as_str(), branch.as_str(), rows, role.as_str()), ("{}", nobody.as_str(), 0, super::ROLE));
}

/// Nothing is set on its two connections, no transaction is open, and no row can be seen.
async fn assert_nothing_is_left(scratch: &ScratchRecords, records: &PostgresRecords) {
    assert_nothing_is_set(&records.database.connection().await.unwrap()).await;
    assert_nothing_is_set(records.shared.take().await.unwrap().unwrap().connection()).await;
    let open = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'";
    assert_eq!(scratch.sql(open), ["0"]);
}

#[tokio::test]
async fn a_connection_keeps_nothing_of_the_tenants_that_it_served() {
    let (scratch, records) = alone().await;
    for number in 0..ALTERNATIONS {
        sees_its_own(&records, (number % 2) as u128).await;
    }
    assert_nothing_is_left(&scratch, &records).await;
}

#[tokio::test]
async fn a_request_that_was_dropped_in_the_middle_leaves_nothing_behind() {
    let (scratch, records) = alone().await;
    sees_its_own(&records, 0).await;
    for number in 0..300_usize {
        let target = target((number % 2) as u128);
        {
            let query = ALL;
            let mut asked = pin!(records.list(&target, &query));
            for _ in 0..number % 4 {
                let _not_waited_for = asked.as_mut().poll(&mut Context::from_waker(Waker::noop()));
                tokio::task::yield_now().await;
            }
        }
        if number % 10 == 0 {
            sees_its_own(&records, ((number + 1) % 2) as u128).await;
            assert_nothing_is_left(&scratch, &records).await;
        }
    }
}

/// More than may be under way on the shared one, so that some go to the other; some are broken off, and some fail.
#[tokio::test]
async fn who_shares_a_connection_with_others_sees_his_own() {
    let (scratch, records) = alone().await;
    let mut elsewhere = target(0);
    elsewhere.resource = catalogue().resource("orders").unwrap().clone();
    scratch.sql("DROP TABLE orders CASCADE");
    for _round in 0..50 {
        join_all((0..60_u64).map(async |number| match number % 6 {
            0 => assert!(matches!(records.list(&elsewhere, &ALL).await, Err(RecordError::Broken(_)))),
            1 => {
                let (target, query) = (target(1), ALL);
                let mut asked = pin!(records.list(&target, &query));
                let _not_waited_for = asked.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            }
            2 => {
                let id = Uuid::from_u128(u128::from(number / 6 % 2));
                assert_eq!(records.get(&target(0), id).await.unwrap().is_some(), id.is_nil());
            }
            other => sees_its_own(&records, u128::from(other % 2)).await,
        }))
        .await;
    }
    assert_nothing_is_left(&scratch, &records).await;
}

#[test]
fn others_wait_only_for_what_is_soon_done() {
    let order = Some(Order { field: 1, descending: false });
    let filters = vec![(5, FieldValue::Text("active".into()))];
    for (query, is_soon_done) in [
        (ALL, true),
        (ListQuery { limit: 100, offset: 100, ..ALL }, true),
        (ListQuery { after: Some(39_990), offset: 39_990, ..ALL }, true),
        (ListQuery { offset: 101, ..ALL }, false),
        (ListQuery { limit: 101, ..ALL }, false),
        (ListQuery { order, ..ALL }, false),
        (ListQuery { filters, ..ALL }, false),
    ] {
        assert_eq!(read::is_soon_done(&query), is_soon_done, "{query:?}");
    }
}

#[tokio::test]
async fn a_shared_connection_that_ended_is_made_again() {
    let (scratch, records) = alone().await;
    sees_its_own(&records, 0).await;
    let shared = records.shared.take().await.unwrap().unwrap();
    let ended = shared.connection().query("SELECT pg_terminate_backend(pg_backend_pid())", &[]).await;
    assert!(ended.is_err());
    drop(shared);
    sees_its_own(&records, 1).await;
    // One on which nothing is said is not taken again, and ends with the last who was on it.
    let silent = records.shared.take().await.unwrap().unwrap();
    let also = records.shared.take().await.unwrap().unwrap();
    silent.give_up();
    let next = records.shared.take().await.unwrap().unwrap();
    assert!(!std::ptr::eq(also.connection(), next.connection()) && !also.connection().is_closed());
    also.give_up();
    assert!(std::ptr::eq(records.shared.take().await.unwrap().unwrap().connection(), next.connection()));
    assert_eq!(scratch.sql("SELECT count(*) FROM accounts"), ["2"]);
}

#[tokio::test]
async fn a_statement_that_fails_leaves_its_connection_in_order() {
    let (scratch, records) = alone().await;
    scratch.sql("ALTER TABLE accounts RENAME COLUMN status TO gone");
    let filter = ListQuery { filters: vec![(5, FieldValue::Text("active".into()))], ..ALL };
    assert!(matches!(records.list(&target(0), &filter).await, Err(RecordError::Broken(_))));
    // It is known by now, and fails inside of the transaction.
    sees_its_own(&records, 1).await;
    scratch.sql("ALTER TABLE accounts RENAME COLUMN gone TO status");
    assert_eq!(records.list(&target(0), &filter).await.unwrap().total, 1);
    scratch.sql("ALTER TABLE accounts RENAME COLUMN status TO gone");
    assert!(matches!(records.list(&target(0), &filter).await, Err(RecordError::Broken(_))));
    assert!(matches!(records.create(&target(0), record(7)).await, Err(RecordError::Broken(_))));
    sees_its_own(&records, 0).await;
    assert_nothing_is_left(&scratch, &records).await;
}

#[tokio::test]
async fn who_finds_no_connection_or_no_server_is_told_to_try_again() {
    let (_scratch, records) = alone().await;
    let _taken = records.database.connection().await.unwrap();
    assert!(matches!(records.list(&target(0), &ALL).await, Err(RecordError::Unavailable(_))));
    let nowhere = PostgresUrl::parse("postgres://nobody@127.0.0.1:1/nothing").unwrap();
    let gone = PostgresRecords::speaking(&nowhere, ("tms", 1), &POSTGRES).unwrap();
    let change = Change { id: Uuid::nil(), now: DateTime::UNIX_EPOCH, values: vec![], if_match: None, retry: None };
    assert!(matches!(gone.get(&target(0), Uuid::nil()).await, Err(RecordError::Unavailable(_))));
    assert!(matches!(gone.update(&target(0), change).await, Err(RecordError::Unavailable(_))));
    let opened = PostgresRecords::open(&nowhere, "tms", &catalogue()).await;
    assert!(matches!(opened, Err(OpenRecordsError::Unavailable(_))));
}

#[tokio::test]
async fn the_shapes_of_statements_do_not_pile_up_on_a_connection() {
    let (_scratch, records) = alone().await;
    for round in 0..600_u64 {
        let places = [1_usize, 2, 4, 5, 1, 2, 4, 5, 1, 2];
        let chosen = places.iter().enumerate().filter(|(bit, _)| round >> bit & 1 == 1);
        let filters = chosen.map(|(_, place)| (*place, FieldValue::Text("active".into()))).collect();
        records.list(&target(0), &ListQuery { filters, ..ALL }).await.unwrap();
    }
    let connection = records.database.connection().await.unwrap();
    assert!(connection.statement_cache.size() <= 260, "{}", connection.statement_cache.size());
    let open: i64 = connection.query_one("SELECT count(*) FROM pg_prepared_statements", &[]).await.unwrap().get(0);
    assert!(open <= 270, "{open}");
}

/// What the database is changed to, and what is said of it then.
#[tokio::test]
async fn a_database_that_would_not_keep_branches_apart_is_not_served() {
    let row = "INSERT INTO orders (organization_id, branch_id, id, version, created_at, updated_at, order_number, status,
        adr, temperature_controlled, tail_lift_required) VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 1,
        now(), now(), '1', 'draft', false, false, false)";
    for (change, said) in [
        (String::new(), ""),
        ("ALTER TABLE orders NO FORCE ROW LEVEL SECURITY".into(), "ALTER TABLE orders ENABLE"),
        ("ALTER TABLE staff DISABLE ROW LEVEL SECURITY".into(), "ALTER TABLE staff ENABLE"),
        ("ALTER TABLE record_counts NO FORCE ROW LEVEL SECURITY".into(), "ALTER TABLE record_counts ENABLE"),
        ("ALTER TABLE vehicles OWNER TO routix_records".into(), "owns the table 'vehicles'"),
        ("REVOKE SELECT ON invoices FROM routix_records".into(), "no table 'invoices'"),
        ("ALTER TABLE planning RENAME TO trips".into(), "no table 'planning'"),
        (format!("{row}; CREATE POLICY wide ON orders USING (true)"), "without a token"),
        ("ALTER TABLE orders DROP COLUMN price_cents".into(), "does not have the columns"),
        ("ALTER TABLE orders ALTER COLUMN adr TYPE text".into(), "the column 'adr'"),
    ] {
        let scratch = ScratchRecords::new(Kind::Postgres).await;
        scratch.sql(&change);
        let error = PostgresRecords::open(&scratch.url(), "tms", &catalogue()).await.err();
        let error = error.map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains(said) && error.is_empty() == said.is_empty(), "{change}: {error}");
    }
}

#[tokio::test]
async fn a_role_that_may_pass_over_the_policies_is_refused() {
    let scratch = ScratchRecords::new(Kind::Postgres).await;
    let mighty = PostgresDatabase::new(&scratch.url(), "tms", 1).unwrap();
    let error = check(&mighty, &catalogue()).await.unwrap_err();
    assert!(matches!(error, OpenRecordsError::RoleIsTooMighty(_)), "{error}");
}

#[tokio::test]
async fn the_columns_of_the_tables_are_those_of_the_catalogue() {
    let scratch = ScratchRecords::new(Kind::Postgres).await;
    for resource in catalogue().resources() {
        let columns = format!(
            "SELECT a.attname || ' ' || format_type(a.atttypid, NULL) || ' ' || a.attnotnull
                || coalesce((SELECT ' ' || collname FROM pg_collation c WHERE c.oid = a.attcollation), '')
             FROM pg_attribute a WHERE a.attrelid = '{}'::regclass AND a.attnum > 0 AND a.attname NOT IN
                ('organization_id', 'branch_id', 'seq', 'version', 'v1_object') ORDER BY a.attname COLLATE \"C\"",
            resource.table
        );
        let mut declared: Vec<_> = resource
            .fields(ApiVersion::V2)
            .iter()
            .map(|field| {
                let kind = match field.value.kind {
                    FieldType::Integer => "bigint",
                    FieldType::Boolean => "boolean",
                    FieldType::Text => "text",
                    FieldType::Date => "date",
                    FieldType::Timestamp => "timestamp with time zone",
                    FieldType::Uuid => "uuid",
                    FieldType::List | FieldType::Object => "json",
                };
                let collation = if kind == "text" { " C" } else { "" };
                format!("{} {kind} {}{collation}", field.name, !field.is_nullable())
            })
            .collect();
        declared.sort();
        assert_eq!(scratch.sql(&columns), declared, "{}", resource.name);
    }
}

/// Many records of one branch and some of others, each with another value in every field that is not fixed.
async fn filled(scratch: &ScratchRecords, resource: &Arc<Resource>) {
    let fields = resource.fields(ApiVersion::V2).iter().filter(|field| !field.is_system());
    let columns: String = fields.clone().map(|field| format!(", {}", field.name)).collect();
    let values: String = fields
        .map(|field| match field.value.kind {
            FieldType::Integer => ", n".to_owned(),
            FieldType::Boolean => ", n % 2 = 0".to_owned(),
            FieldType::Date => ", date '2026-01-01' + n % 300".to_owned(),
            FieldType::Timestamp => ", timestamptz '2026-01-01' + n * interval '1 hour'".to_owned(),
            FieldType::Uuid => ", md5((n % 100)::text)::uuid".to_owned(),
            FieldType::List | FieldType::Object => ", '[]'".to_owned(),
            FieldType::Text if field.value.values.is_empty() => ", 'text ' || n".to_owned(),
            FieldType::Text => {
                format!(", (ARRAY['{}'])[1 + n % {}]", field.value.values.join("','"), field.value.values.len())
            }
        })
        .collect();
    scratch.sql(&format!(
        "ALTER TABLE {0} DISABLE TRIGGER USER; INSERT INTO {0} (organization_id, branch_id, seq, id, version, created_at,
            updated_at{columns}) SELECT md5('100')::uuid, md5((n / 1000)::text)::uuid, n, gen_random_uuid(), 1, now(), now(){values}
         FROM generate_series(1, 6000) n; ANALYZE {0}",
        resource.table
    ));
}

/// The lines of the plan that a connection uses for a statement, whatever its values.
async fn plan(records: &PostgresRecords, statement: &Statement<'_>) -> String {
    let connection = records.database.connection().await.unwrap();
    let values = vec!["NULL"; statement.values().len()].join(", ");
    connection.batch_execute(&format!("DEALLOCATE ALL; PREPARE planned AS {}", statement.as_str())).await.unwrap();
    let rows = connection.simple_query(&format!("EXPLAIN EXECUTE planned ({values})")).await.unwrap();
    connection.statement_cache.clear();
    let lines = rows.iter().filter_map(|message| {
        let SimpleQueryMessage::Row(row) = message else { return None };
        row.get(0).map(|line| format!("{line}\n"))
    });
    lines.collect()
}

/// What a nested loop shows first it reads first, and the other side once for each row of it.
fn assert_claims_come_first(plan: &str, resource: &Resource) {
    let first = |text: String| plan.find(&text).unwrap_or(usize::MAX);
    let claims = first("CTE Scan on claimed".into());
    assert!(claims < first(format!(" on {}", resource.table)).min(first(" on record_counts".into())), "{plan}");
    assert!(
        plan.contains("Nested Loop") && !["Hash Join", "Merge Join"].iter().any(|join| plan.contains(join)),
        "{plan}"
    );
}

#[tokio::test]
async fn every_filter_and_every_order_by_an_indexed_field_uses_its_index() {
    let scratch = ScratchRecords::new(Kind::Postgres).await;
    let records = PostgresRecords::speaking(&scratch.url(), ("tms", 1), &POSTGRES).unwrap();
    for resource in catalogue().resources() {
        filled(&scratch, resource).await;
        let target = Target { resource: Arc::clone(resource), version: ApiVersion::V1, tenant: target(0).tenant };
        let expect = async |query: &ListQuery, index: &str| {
            let found = plan(&records, &read::list(&POSTGRES, &target, query, "")).await;
            let walked = found.contains(&format!("using {index} on")) && !found.contains("Seq Scan");
            assert_claims_come_first(&found, resource);
            // What a unique field finds is one row.
            let sorts = found.contains("->  Sort") && (query.filters.is_empty() || !index.ends_with("_uq"));
            assert!(walked && !sorts && found.contains("One-Time Filter"), "{index}\n{found}");
        };
        expect(&ALL, &format!("{}_pk", resource.table)).await;
        for (place, field) in resource.fields(ApiVersion::V1).iter().enumerate().filter(|(_, field)| field.filterable) {
            let (table, name) = (&resource.table, &field.name);
            let index = if field.unique { format!("{table}_{name}_uq") } else { format!("{table}_by_{name}") };
            let filter = ListQuery { filters: vec![(place, FieldValue::Null)], ..ALL };
            expect(&filter, &index).await;
            for descending in [false, true] {
                expect(&ListQuery { order: Some(Order { field: place, descending }), ..ALL }, &index).await;
            }
            let counted = plan(&records, &read::list(&POSTGRES, &target, &filter, "")).await;
            assert_eq!(counted.matches(&format!(" {index} ")).count(), 2, "{counted}");
            let behind = ListQuery { after: Some(7), ..filter };
            let found = plan(&records, &read::list(&POSTGRES, &target, &behind, "")).await;
            // What a unique field finds is one row, whose place is looked at then.
            assert!(found.contains("(seq > $") && (field.unique || !found.contains("Filter: (seq")), "{found}");
        }
        expect(&ListQuery { after: Some(7), ..ALL }, &format!("{}_pk", resource.table)).await;
        let one = plan(&records, &read::get(&POSTGRES, &target, Uuid::nil(), "")).await;
        assert!(one.contains(&format!("using {}_id_uq on", resource.table)), "{one}");
        assert_claims_come_first(&one, resource);
    }
}

#[tokio::test]
async fn no_row_can_be_written_for_another_tenant() {
    let (scratch, records) = alone().await;
    let connection = records.database.connection().await.unwrap();
    let claims = read::Claims::of(&target(0).tenant);
    claims.begin(&connection, "BEGIN").await.unwrap();
    let foreign = target(1).tenant;
    let values = [
        (Column::Own("resource"), Param::Text("orders")),
        (Column::Own("total"), Param::Number(5)),
        (Column::Own("last_seq"), Param::Number(5)),
    ];
    let statement = Statement::insert(&POSTGRES, &foreign, Table::Counts, &values);
    let refused = connection.execute(statement.as_str(), &read::parameters(&statement)).await.unwrap_err();
    assert!(refused.as_db_error().unwrap().message().contains("row-level security"), "{refused:?}");
    connection.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(scratch.sql("SELECT count(*) FROM record_counts"), ["2"]);
}

#[tokio::test]
async fn the_claims_of_the_token_are_there_for_an_operators_own_policy() {
    let (scratch, records) = alone().await;
    scratch.sql(
        "CREATE POLICY of_country ON accounts AS RESTRICTIVE USING
            (country = current_setting('request.jwt.claims')::json ->> 'country'
             OR id = current_setting('routix.branch_id')::uuid)",
    );
    assert_eq!(records.list(&target(0), &ALL).await.unwrap().count, 0);
    scratch.sql(
        "DROP POLICY of_country ON accounts; CREATE POLICY of_organization ON accounts AS RESTRICTIVE USING
            ((current_setting('request.jwt.claims', true)::json ->> 'organization_id')::uuid = organization_id)",
    );
    sees_its_own(&records, 0).await;
}

#[tokio::test]
async fn a_demo_is_loaded_once() {
    let scratch = ScratchRecords::new(Kind::Postgres).await;
    let records = PostgresRecords::open(&scratch.url(), "tms", &catalogue()).await.unwrap();
    let branch = DemoBranch { tenant: target(0).tenant, city: "Rotterdam", size: Size::Small };
    let counted = "SELECT resource || ' ' || total FROM record_counts ORDER BY resource";
    load(&records, std::slice::from_ref(&branch)).await.unwrap();
    let first = scratch.sql(counted);
    assert_eq!((first.len(), first[0].as_str()), (7, "accounts 24"));
    load(&records, std::slice::from_ref(&branch)).await.unwrap();
    assert_eq!(scratch.sql(counted), first);
}
