//! Loading: each resource after those that it refers to.

use std::sync::Arc;

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::proxy::Tenant;
use crate::proxy::catalogue::{ApiVersion, Catalogue, CatalogueError};
use crate::proxy::records::{ListQuery, LoadError, LoadRow, RecordError, RecordSource, Target, load_rows};

use super::{accounts, fleet, invoices, orders, planning, staff};

/// A branch that is to have records.
#[derive(Clone, Debug)]
pub struct DemoBranch<'a> {
    pub tenant: Tenant,
    /// Where the branch is; a city of the Netherlands.
    pub city: &'a str,
    pub size: Size,
}

/// How much a branch has. The large one is the one of the guide, with its account as the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    Large,
    Medium,
    Small,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Counts {
    pub(super) accounts: usize,
    pub(super) orders: usize,
    pub(super) vehicles: usize,
    pub(super) staff: usize,
    pub(super) equipment: usize,
    pub(super) trips: usize,
}

impl Size {
    pub(super) fn counts(self) -> Counts {
        let (accounts, orders, vehicles, staff, equipment, trips) = match self {
            Self::Large => (220, 520, 42, 60, 50, 126),
            Self::Medium => (64, 160, 14, 20, 16, 39),
            Self::Small => (24, 64, 6, 10, 8, 16),
        };
        Counts { accounts, orders, vehicles, staff, equipment, trips }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error("the catalogue that is built in cannot be read")]
    Catalogue(#[source] CatalogueError),
    #[error("the catalogue that is built in has no '{0}'")]
    NoResource(&'static str),
    #[error("the demo's records could not be loaded")]
    Load(#[source] LoadError),
    #[error("the demo's records cannot be read")]
    Records(#[source] RecordError),
}

/// Loads what a branch does not have yet, so that a load that was interrupted can be repeated.
///
/// # Errors
/// [`DemoError`] when a row does not fit the catalogue or cannot be written; a resource is loaded whole or not at all.
pub async fn load(records: &dyn RecordSource, branches: &[DemoBranch<'_>]) -> Result<(), DemoError> {
    let catalogue = Catalogue::built_in().map_err(DemoError::Catalogue)?;
    let first = ListQuery { limit: 1, offset: 0, after: None, order: None, filters: Vec::new() };
    for branch in branches {
        for (name, rows) in rows(branch) {
            let resource = catalogue.resource(name).ok_or(DemoError::NoResource(name))?;
            let target =
                Target { resource: Arc::clone(resource), version: ApiVersion::V1, tenant: branch.tenant.clone() };
            let page = records.list(&target, &first).await.map_err(DemoError::Records)?;
            if page.count == 0 {
                load_rows(records, resource, &branch.tenant, &rows).await.map_err(DemoError::Load)?;
            }
        }
    }
    Ok(())
}

fn rows(branch: &DemoBranch<'_>) -> [(&'static str, Vec<LoadRow>); 7] {
    let customers = accounts::make(branch);
    let vehicles = fleet::vehicles(branch);
    let staff = staff::make(branch);
    let equipment = fleet::equipment(branch);
    let orders = orders::make(branch, &customers);
    let planning = planning::make(branch, &orders, &planning::Fleet::ready(&vehicles, &staff, &equipment));
    let invoices = invoices::make(branch, &orders, &customers);
    [
        ("accounts", customers.into_iter().map(|account| account.row).collect()),
        ("vehicles", vehicles),
        ("staff", staff),
        ("equipment", equipment),
        ("orders", orders.into_iter().map(|order| order.row).collect()),
        ("planning", planning),
        ("invoices", invoices),
    ]
}

/// The id of a branch's `number`-th record of a resource.
pub(super) fn id(branch: &DemoBranch<'_>, resource: &str, number: usize) -> Uuid {
    Uuid::new_v5(&branch.tenant.branch_id(), format!("{resource}/{number}").as_bytes())
}

/// The members of `json!({…})`.
pub(super) fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    }
}
