use serde_json::Value;
use uuid::Uuid;

use super::*;
use crate::proxy::Tenant;
use crate::proxy::catalogue::{ApiVersion, Catalogue};
use crate::proxy::records::test_support::{Kind, ScratchRecords};
use crate::proxy::records::{ListQuery, Target};

const CITIES: [(&str, Size); 3] = [("Rotterdam", Size::Large), ("Venlo", Size::Medium), ("Zwolle", Size::Small)];

fn tenant(number: usize) -> Tenant {
    Tenant::for_loading(Uuid::from_u128(1), Uuid::from_u128(2 + number as u128))
}

async fn loaded() -> ScratchRecords {
    let scratch = ScratchRecords::new(Kind::Sqlite).await;
    let branches: Vec<_> = CITIES
        .iter()
        .enumerate()
        .map(|(number, &(city, size))| DemoBranch { tenant: tenant(number), city, size })
        .collect();
    load(scratch.records.as_ref(), &branches).await.unwrap();
    scratch
}

async fn all(scratch: &ScratchRecords, name: &str, number: usize) -> Vec<Value> {
    let resource = Catalogue::built_in().unwrap().resource(name).unwrap().clone();
    let target = Target { resource, version: ApiVersion::V2, tenant: tenant(number) };
    let query = ListQuery { limit: 10_000, offset: 0, after: None, order: None, filters: vec![] };
    let page = scratch.records.list(&target, &query).await.unwrap();
    let text = [b"[".as_slice(), &page.objects, b"]"].concat();
    serde_json::from_slice(&text).unwrap()
}

#[tokio::test]
async fn the_main_branch_is_rich_and_its_first_account_is_the_guides() {
    let records = loaded().await;
    assert!(all(&records, "orders", 9).await.is_empty());
    for (name, least) in [
        ("accounts", 200),
        ("orders", 500),
        ("vehicles", 40),
        ("staff", 60),
        ("equipment", 50),
        ("planning", 120),
        ("invoices", 300),
    ] {
        assert!(all(&records, name, 0).await.len() >= least, "{name}");
        assert!(!all(&records, name, 2).await.is_empty(), "{name}");
    }
    let accounts = all(&records, "accounts", 0).await;
    assert_eq!(accounts[0]["id"], "550e8400-e29b-41d4-a716-446655440000");
    assert_eq!(accounts[0]["company_name"], "Acme Transport B.V.");
    assert_eq!(accounts[0]["email"], "info@acmetransport.nl");
}

#[tokio::test]
async fn what_is_done_and_what_is_planned_agree_with_the_day() {
    let records = loaded().await;
    let statuses = |rows: Vec<Value>| {
        let mut found: Vec<_> = rows.iter().map(|row| row["status"].as_str().unwrap().to_owned()).collect();
        found.sort();
        found.dedup();
        found
    };
    let orders = statuses(all(&records, "orders", 0).await);
    assert!(["delivered", "planned"].iter().all(|status| orders.contains(&(*status).to_owned())), "{orders:?}");
    let trips = statuses(all(&records, "planning", 0).await);
    assert!(["completed", "planned"].iter().all(|status| trips.contains(&(*status).to_owned())), "{trips:?}");
    for invoice in all(&records, "invoices", 0).await {
        let cents = |name: &str| invoice[name].as_i64().unwrap();
        assert_eq!(cents("net_cents") + cents("vat_cents"), cents("total_cents"));
    }
}

#[tokio::test]
async fn the_same_branch_gets_the_same_rows() {
    let (first, second) = (loaded().await, loaded().await);
    for name in ["accounts", "orders", "planning", "invoices"] {
        assert_eq!(all(&first, name, 1).await, all(&second, name, 1).await, "{name}");
        assert_ne!(all(&first, name, 1).await[0]["id"], all(&first, name, 2).await[0]["id"], "{name}");
    }
}
