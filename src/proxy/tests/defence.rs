//! The second line: a statement that has lost the predicate of its tenant finds nothing of anybody else.

use std::sync::Arc;

use axum::body::Body;
use axum::http::Method;
use chrono::{DateTime, TimeDelta};
use uuid::Uuid;

use crate::proxy::Tenant;
use crate::proxy::catalogue::{ApiVersion, Catalogue, FieldValue, Resource};
use crate::proxy::records::dialect::{Dialect, POSTGRES, SQLITE};
use crate::proxy::records::test_support::{Kind, ScratchRecords};
use crate::proxy::records::{Change, ListQuery, NewRecord, RecordError, RecordSource, Retry, Target};

use super::world::{ACCOUNTS, World, ask, send};

/// Statements that ask for the organization alone, and for nobody.
const POSTGRES_MUTANTS: [Dialect; 2] = [
    POSTGRES.asking(" WHERE organization_id = $1 AND $2::uuid IS NOT NULL"),
    POSTGRES.asking(" WHERE $1::uuid IS NOT NULL AND $2::uuid IS NOT NULL"),
];
const SQLITE_MUTANTS: [Dialect; 2] = [
    SQLITE.asking(" WHERE organization_id = ?1 AND ?2 IS NOT NULL"),
    SQLITE.asking(" WHERE ?1 IS NOT NULL AND ?2 IS NOT NULL"),
];

const ROWS_OF_EACH: u32 = 3;
const ALL: ListQuery = ListQuery { limit: 100, offset: 0, after: None, order: None, filters: Vec::new() };

/// Two branches of one organization, and one of another.
fn targets() -> [Target; 3] {
    let resource = resource("accounts");
    [(1, 1), (1, 2), (2, 3)].map(|(organization, branch)| Target {
        resource: Arc::clone(&resource),
        version: ApiVersion::V1,
        tenant: Tenant::for_loading(Uuid::from_u128(organization), Uuid::from_u128(branch)),
    })
}

fn resource(name: &str) -> Arc<Resource> {
    Arc::clone(Catalogue::built_in().unwrap().resource(name).unwrap())
}

fn text(text: &str) -> FieldValue {
    FieldValue::Text(text.to_owned())
}

fn record(id: u128) -> NewRecord {
    let values = [(1, "Bakker"), (4, "customer"), (5, "active"), (13, "NL"), (14, "nl")];
    let values = values.map(|(place, value)| (place, text(value))).to_vec();
    NewRecord { id: Uuid::from_u128(id), now: DateTime::UNIX_EPOCH, values, retry: None }
}

/// One with a number that every branch may use once.
fn invoice(id: u128, account: Option<Uuid>) -> NewRecord {
    let values = [(1, text("F1")), (3, text("draft")), (6, text("EUR")), (11, FieldValue::Boolean(false))];
    let account = account.map(|account| (2, text(&account.to_string())));
    let values = values.into_iter().chain(account).collect();
    NewRecord { id: Uuid::from_u128(id), now: DateTime::UNIX_EPOCH, values, retry: None }
}

fn change(id: u128) -> Change {
    let values = vec![(3, text("1"))];
    Change { id: Uuid::from_u128(id), now: DateTime::UNIX_EPOCH, values, if_match: None, retry: None }
}

/// The rows of the branch at a place begin at a hundred times it.
async fn filled(kind: Kind) -> ScratchRecords {
    let scratch = ScratchRecords::new(kind).await;
    for (place, target) in targets().iter().enumerate() {
        let first = place as u128 * 100;
        let records = (0..u128::from(ROWS_OF_EACH)).map(|number| record(first + number)).collect();
        scratch.records.load(target, records).await.unwrap();
    }
    scratch
}

/// How many rows a branch sees: on its page, by its counter, and when they are counted.
async fn seen(records: &dyn RecordSource, target: &Target) -> [u64; 3] {
    let page = records.list(target, &ALL).await.unwrap();
    let counted = records.list(target, &ListQuery { filters: vec![(5, text("active"))], ..ALL }).await.unwrap();
    [page.count.into(), page.total, counted.total]
}

#[tokio::test]
async fn postgresql_shows_nothing_of_another_branch_to_a_statement_that_forgot_its_own() {
    let scratch = filled(Kind::Postgres).await;
    for mutant in &POSTGRES_MUTANTS {
        let records = scratch.speaking(mutant);
        for (place, target) in targets().iter().enumerate() {
            assert_eq!(seen(records.as_ref(), target).await, [u64::from(ROWS_OF_EACH); 3], "{mutant:?}");
            for other in (0..3).filter(|other| *other != place).map(|other| other as u128 * 100) {
                assert_eq!(records.get(target, Uuid::from_u128(other)).await.unwrap(), None, "{mutant:?}");
                let changed = records.update(target, change(other)).await;
                assert!(matches!(changed, Err(RecordError::NoSuchRecord)), "{mutant:?} {changed:?}");
            }
        }
    }
    assert_eq!(scratch.sql("SELECT DISTINCT version FROM accounts"), ["1"]);
}

/// A write with a key, by one app whoever it works for.
fn retry(key: &str) -> Option<Retry> {
    let route = "POST /accounts".to_owned();
    Some(Retry { app_id: Uuid::from_u128(77), route, key: key.to_owned(), fingerprint: [7; 32] })
}

/// What stands in other branches: neither a number that is taken there, nor a record, nor an answer to a key.
#[tokio::test]
async fn postgresql_lets_such_a_statement_write_and_remove_what_is_its_own_only() {
    let scratch = filled(Kind::Postgres).await;
    let [own, neighbour, foreign] = targets();
    for (number, mutant) in POSTGRES_MUTANTS.iter().enumerate() {
        let records = scratch.speaking(mutant);
        let kept = |id: u128| NewRecord { retry: retry("k"), ..record(1_000 * number as u128 + id) };
        let first = scratch.records.create(&foreign, kept(500)).await.unwrap();
        for (place, target) in [(0, &own), (1, &neighbour)] {
            let made = records.create(target, kept(501 + place)).await.unwrap();
            assert!(!made.replayed && made.record.id != first.record.id, "{mutant:?}: another branch's answer");
            assert!(records.create(target, kept(501 + place)).await.unwrap().replayed, "{mutant:?}");
        }
        // The keys of yesterday go away with the next write, and those of others stay.
        let later = NewRecord { now: DateTime::UNIX_EPOCH + TimeDelta::hours(25), ..kept(510) };
        records.create(&own, later).await.unwrap();
        let left = "SELECT branch_id::text FROM idempotency_keys WHERE created_at < '1970-01-02' ORDER BY branch_id";
        let others = [&neighbour, &foreign].map(|target| target.tenant.branch_id().to_string());
        assert_eq!(scratch.sql(left), others, "{mutant:?}");
        scratch.sql("TRUNCATE idempotency_keys");
        let invoice = |target: &Target| Target { resource: resource("invoices"), ..target.clone() };
        scratch.records.create(&invoice(&foreign), self::invoice(600 + number as u128, None)).await.unwrap();
        // Neither is its number taken here, nor is its account known.
        let named = self::invoice(700 + number as u128, Some(Uuid::from_u128(200)));
        let refused = records.create(&invoice(&own), named).await;
        assert!(matches!(refused, Err(RecordError::UnknownReference { .. })), "{mutant:?} {refused:?}");
        records.create(&invoice(&own), self::invoice(700 + number as u128, None)).await.unwrap();
        scratch.sql("DELETE FROM invoices");
    }
}

#[tokio::test]
async fn without_row_level_security_such_a_statement_shows_everything() {
    let scratch = filled(Kind::Postgres).await;
    for table in ["accounts", "record_counts"] {
        scratch.sql(&format!("ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"));
    }
    let target = &targets()[0];
    let [branch, nobody] = POSTGRES_MUTANTS.each_ref().map(|mutant| scratch.speaking(mutant));
    assert_eq!(seen(branch.as_ref(), target).await[0], u64::from(2 * ROWS_OF_EACH));
    assert_eq!(seen(nobody.as_ref(), target).await[0], u64::from(3 * ROWS_OF_EACH));
    assert!(branch.get(target, Uuid::from_u128(100)).await.unwrap().is_some());
    assert!(nobody.get(target, Uuid::from_u128(200)).await.unwrap().is_some());
    assert_eq!(seen(scratch.records.as_ref(), target).await, [u64::from(ROWS_OF_EACH); 3]);
}

#[tokio::test]
async fn sqlite_is_not_asked_a_statement_that_forgot_its_branch() {
    let scratch = filled(Kind::Sqlite).await;
    let target = &targets()[0];
    let refused = |error: RecordError| {
        let RecordError::Broken(cause) = error else { panic!("{error}") };
        assert!(cause.to_string().contains("not limited to one branch"), "{cause}");
    };
    for mutant in &SQLITE_MUTANTS {
        let records = scratch.speaking(mutant);
        refused(records.list(target, &ALL).await.unwrap_err());
        refused(records.get(target, Uuid::from_u128(0)).await.unwrap_err());
        refused(records.update(target, change(0)).await.unwrap_err());
        refused(records.create(target, record(9)).await.unwrap_err());
        refused(records.create(target, NewRecord { retry: retry("k"), ..record(9) }).await.unwrap_err());
        refused(records.load(target, vec![record(9)]).await.unwrap_err());
    }
    assert_eq!(seen(scratch.records.as_ref(), target).await, [u64::from(ROWS_OF_EACH); 3]);
    assert_eq!(scratch.sql("SELECT count(*) FROM accounts"), [(3 * ROWS_OF_EACH).to_string()]);
}

#[tokio::test]
async fn a_policy_of_the_operators_own_judges_by_the_claims_of_the_token() {
    let world = World::new(Kind::Postgres).await;
    world.account("Bakker B.V.").await;
    world.scratch.sql(
        "CREATE POLICY of_one_client ON accounts AS RESTRICTIVE USING
            (current_setting('request.jwt.claims', true)::json ->> 'oauth_client_id' = '00000000-0000-0000-0000-000000000002')",
    );
    for (token, rows) in [("Bearer one", 1), ("Bearer one-other-app", 0)] {
        let mut request = ask(Method::GET, ACCOUNTS).body(Body::empty()).unwrap();
        request.headers_mut().insert("authorization", token.parse().unwrap());
        let page = send(&world.router, request).await;
        assert_eq!(page.body["data"].as_array().unwrap().len(), rows, "{token}");
    }
}
