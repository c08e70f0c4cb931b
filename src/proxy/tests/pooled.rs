//! T3: tenants in turn on a single connection. Whatever the one before has done or left undone, nothing of it is there for
//! the next.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};

use chrono::DateTime;
use uuid::Uuid;

use crate::proxy::Tenant;
use crate::proxy::catalogue::{ApiVersion, Catalogue, FieldValue};
use crate::proxy::records::test_support::{Kind, ScratchRecords, on_both};
use crate::proxy::records::{Change, IfMatch, ListQuery, NewRecord, RecordError, RecordSource, Target};

const REQUESTS: u128 = 10_000;
const ALL: ListQuery = ListQuery { limit: 100, offset: 0, after: None, order: None, filters: Vec::new() };

/// A branch of an organization of its own.
fn target(tenant: u128) -> Target {
    let resource = Catalogue::built_in().unwrap().resource("accounts").unwrap().clone();
    let tenant = Tenant::for_loading(Uuid::from_u128(100 + tenant), Uuid::from_u128(200 + tenant));
    Target { resource, version: ApiVersion::V1, tenant }
}

fn text(text: &str) -> FieldValue {
    FieldValue::Text(text.to_owned())
}

/// The one record that a tenant has.
fn record(tenant: u128) -> NewRecord {
    let values = [(1, "Bakker"), (4, "customer"), (5, "active"), (13, "NL"), (14, "nl")];
    let values = values.map(|(place, value)| (place, text(value))).to_vec();
    NewRecord { id: Uuid::from_u128(tenant), now: DateTime::UNIX_EPOCH, values, retry: None }
}

fn change(id: u128, phone: u128) -> Change {
    let values = vec![(3, text(&phone.to_string()))];
    Change { id: Uuid::from_u128(id), now: DateTime::UNIX_EPOCH, values, if_match: None, retry: None }
}

async fn sees_its_own(records: &dyn RecordSource, tenant: u128) {
    let page = records.list(&target(tenant), &ALL).await.unwrap();
    let shown = String::from_utf8(page.objects).unwrap();
    assert!(shown.contains(&Uuid::from_u128(tenant).to_string()), "{shown}");
    assert_eq!((page.count, page.total), (1, 1), "{shown}");
    let other = records.get(&target(tenant), Uuid::from_u128(1 - tenant)).await.unwrap();
    assert_eq!(other, None);
}

/// Asks a few times whether it is ready, and does not wait for it.
async fn give_up_after(polls: u128, work: impl Future) {
    let mut work = pin!(work);
    for _ in 0..polls {
        if work.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
            return;
        }
        tokio::task::yield_now().await;
    }
}

/// Something that a tenant does, which may fail or be broken off.
async fn disturb(records: &dyn RecordSource, number: u128) {
    let (tenant, query) = (number % 2, ALL);
    let (own, foreign) = (change(tenant, number), change(1 - tenant, number));
    let target = target(tenant);
    match number % 7 {
        0 => give_up_after(number % 5, records.list(&target, &query)).await,
        1 => give_up_after(number % 3, records.update(&target, own)).await,
        2 => drop(records.update(&target, own).await.unwrap()),
        3 => {
            let refused = records.update(&target, foreign).await;
            assert!(matches!(refused, Err(RecordError::NoSuchRecord)), "{refused:?}");
        }
        4 => {
            let if_match = IfMatch::parse("\"no version\"", false);
            let refused = records.update(&target, Change { if_match, ..own }).await;
            assert!(matches!(refused, Err(RecordError::PreconditionFailed)), "{refused:?}");
        }
        // There is one with this id in the branch.
        5 => assert!(records.create(&target, record(tenant)).await.is_err()),
        _ => {
            // No account type is a number.
            let filters = vec![(4, FieldValue::Text("x".repeat(10_000)))];
            let page = records.list(&target, &ListQuery { filters, ..ALL }).await.unwrap();
            assert_eq!((page.count, page.total), (0, 0));
        }
    }
}

async fn t3_a_connection_keeps_no_tenant(kind: Kind) {
    let scratch = ScratchRecords::new(kind).await;
    let records = scratch.on_one_connection();
    for tenant in [0, 1] {
        records.load(&target(tenant), vec![record(tenant)]).await.unwrap();
    }
    for number in 0..REQUESTS / 3 {
        disturb(records.as_ref(), number).await;
        sees_its_own(records.as_ref(), (number + 1) % 2).await;
    }
    assert_eq!(scratch.sql("SELECT count(*) FROM accounts"), ["2"]);
}

on_both!(t3_a_connection_keeps_no_tenant);
