//! What the parts of a request cost by themselves: see the README one folder up.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot be made says so by ending")]

#[path = "../scene/app.rs"]
mod app;
#[path = "../scene/serve.rs"]
mod serve;

use std::sync::{Arc, LazyLock};

use divan::Bencher;
use routix::access::Access;
use routix::commands::Origin;
use routix::proxy::Tenant;
use routix::proxy::catalogue::ApiVersion;
use routix::proxy::records::{ListQuery, LoadRow, RecordSource, Target, load_rows};
use routix::wiring::Service;
use routix_domain::log::RecordedEvent;
use routix_projections::token_validation::ValidationRow;
use serde_json::json;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use uuid::Uuid;

/// Rows of the branch that is read.
const ROWS: u128 = 1_000;

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

static PARTS: LazyLock<Parts> = LazyLock::new(Parts::make);

struct Parts {
    runtime: Runtime,
    _folder: TempDir,
    service: Service,
    app: Arc<ValidationRow>,
    token: String,
    accounts: Target,
    registered: RecordedEvent,
}

impl Parts {
    fn make() -> Self {
        let runtime = Runtime::new().unwrap();
        let (folder, service) = runtime.block_on(serve::service());
        let stores = &service.stores;
        let (organization, branch) = (stores.system.id(), stores.system.id());
        let origin = Origin::system(stores.system.ordered_id());
        let new = app::app(stores, organization, "Parts".to_owned());
        let accounts = Target {
            resource: Arc::clone(stores.catalogue.resource("accounts").unwrap()),
            version: ApiVersion::V1,
            tenant: Tenant::for_loading(organization, branch),
        };
        let rows: Vec<LoadRow> = (0..ROWS)
            .map(|row| LoadRow {
                id: Uuid::from_u128(row),
                created_at: stores.system.now(),
                members: json!({"company_name": format!("Company {row} B.V."), "phone": "+31 30 123 45 67"})
                    .as_object()
                    .unwrap()
                    .clone(),
            })
            .collect();
        let (app, registered) = runtime.block_on(async {
            stores
                .commands
                .create_organization(organization, ("Parts".to_owned(), stores.system.id()), &origin)
                .await
                .unwrap();
            load_rows(&*stores.records, &accounts.resource, &accounts.tenant, &rows).await.unwrap();
            let app_id = stores.commands.register_app(new, &origin).await.unwrap().app_id;
            let moment = service.access.moment().await.unwrap();
            let app = service.access.app_by_id(&moment, app_id).await.unwrap().unwrap();
            let stream = stores.feed.read_stream("app", &app_id.to_string()).await.unwrap();
            (app, stream.into_iter().next().unwrap())
        });
        let token = service.access.issue_to_app(&app, &app.allowed_scopes.0, None).unwrap().access_token;
        Self { runtime, _folder: folder, service, app, token, accounts, registered }
    }

    fn access(&self) -> &Access {
        &self.service.access
    }

    fn records(&self) -> &dyn RecordSource {
        &*self.service.stores.records
    }
}

/// Claims of an app with every scope, and their signature.
#[divan::bench]
fn sign_a_token(bencher: Bencher<'_, '_>) {
    bencher.bench(|| PARTS.access().issue_to_app(&PARTS.app, &PARTS.app.allowed_scopes.0, None).unwrap());
}

/// Signature and claims, and whether the app was cut off since.
#[divan::bench]
fn verify_a_token(bencher: Bencher<'_, '_>) {
    bencher.bench(|| PARTS.runtime.block_on(PARTS.access().app_token(&PARTS.token)).unwrap());
}

/// The app of a client id, as every token request asks for it.
#[divan::bench]
fn find_an_app(bencher: Bencher<'_, '_>) {
    bencher.bench(|| {
        PARTS.runtime.block_on(async {
            let moment = PARTS.access().moment().await.unwrap();
            PARTS.access().app_by_client_id(&moment, PARTS.app.client_id).await.unwrap().unwrap()
        })
    });
}

/// From the catalogue to SQL, and from rows to JSON, with the number of all.
#[divan::bench(args = [1, 5, 100])]
fn list_records(bencher: Bencher<'_, '_>, limit: u32) {
    let query = ListQuery { limit, offset: 0, after: None, order: None, filters: Vec::new() };
    bencher.bench(|| PARTS.runtime.block_on(PARTS.records().list(&PARTS.accounts, &query)).unwrap());
}

#[divan::bench]
fn get_a_record(bencher: Bencher<'_, '_>) {
    bencher.bench(|| PARTS.runtime.block_on(PARTS.records().get(&PARTS.accounts, Uuid::from_u128(ROWS / 2))).unwrap());
}

/// From what the log holds to what a projection reads.
#[divan::bench]
fn decode_an_event(bencher: Bencher<'_, '_>) {
    bencher.bench(|| PARTS.registered.fact().unwrap());
}

fn main() {
    LazyLock::force(&PARTS);
    divan::Divan::from_args().run_benches();
}
