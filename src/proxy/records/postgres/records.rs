//! The PostgreSQL record source as the pipeline sees it.

use async_trait::async_trait;
use deadpool_postgres::Object;
use routix_projections::database::{PostgresDatabase, PostgresUrl};
use tokio::runtime::Handle;
use uuid::Uuid;

use crate::proxy::catalogue::Catalogue;
use crate::proxy::records::dialect::{Dialect, POSTGRES};
use crate::proxy::records::object::Columns;
use crate::proxy::records::{
    Change, ListQuery, NewRecord, Page, RecordError, RecordSource, Stored, Target, Written, writing,
};
use crate::proxy::tenant::Tenant;

use super::ROLE;
use super::check::{OpenRecordsError, check};
use super::error::broken_or_unavailable;
use super::read::{self, Connection, is_soon_done};
use super::shared::SharedConnections;
use super::transaction::{PostgresTransaction, stored};

/// For one request at a time. Most reads are soon done and share others, and writes are few: more than these only wait for
/// the same processors.
const CONNECTIONS: usize = 8;

/// Records in one schema that the migrations have made ready.
#[derive(Clone, Debug)]
pub struct PostgresRecords {
    pub(super) database: PostgresDatabase,
    pub(super) shared: SharedConnections,
    dialect: &'static Dialect,
}

impl PostgresRecords {
    /// # Errors
    /// [`OpenRecordsError`] when the database cannot be asked, or would not keep branches apart by itself, or does not have
    /// what the catalogue declares.
    pub async fn open(url: &PostgresUrl, schema: &str, catalogue: &Catalogue) -> Result<Self, OpenRecordsError> {
        let records = Self::speaking(url, (schema, CONNECTIONS), &POSTGRES)?;
        check(&records.database, catalogue).await?;
        Ok(records)
    }

    /// With so many connections and the words of a dialect; a test leaves some out. Nothing is checked.
    pub(in crate::proxy) fn speaking(
        url: &PostgresUrl,
        (schema, connections): (&str, usize),
        dialect: &'static Dialect,
    ) -> Result<Self, OpenRecordsError> {
        // A statement that takes longer is stopped by the server before its caller gives the connection up.
        // The claims of nobody: a statement is planned before its claims are set, and a policy of the operator's own, which the
        // planner looks at, may take them for JSON and for an id as they stand.
        let nobody = Uuid::nil().to_string();
        let settings = [
            ("role", ROLE),
            ("statement_timeout", "8s"),
            ("request.jwt.claims", "{}"),
            ("routix.branch_id", &nobody),
            // A plan is made once, perhaps while the table is empty, where reading all of it looks cheapest; each of our
            // statements has an index.
            ("enable_seqscan", "off"),
        ];
        let database = PostgresDatabase::with_settings(url, schema, connections, &settings);
        let database = database.map_err(OpenRecordsError::Unavailable)?;
        Ok(Self { shared: SharedConnections::new(database.clone(), connections), database, dialect })
    }

    async fn connection(&self) -> Result<Object, RecordError> {
        self.database.connection().await.map_err(|error| RecordError::Unavailable(Box::new(error)))
    }

    /// For one statement; `is_soon_done` where others may wait for it.
    async fn connection_to_read(&self, is_soon_done: bool) -> Result<Connection, RecordError> {
        if is_soon_done {
            let shared = self.shared.take().await.map_err(|error| RecordError::Unavailable(Box::new(error)))?;
            if let Some(shared) = shared {
                return Ok(Connection::Shared(shared));
            }
        }
        Ok(Connection::Own(self.connection().await?))
    }

    /// Runs a write to its end on the blocking pool, whether or not the caller still waits.
    async fn write<T: Send + 'static>(
        &self,
        tenant: &Tenant,
        work: impl FnOnce(&mut PostgresTransaction) -> Result<T, RecordError> + Send + 'static,
    ) -> Result<T, RecordError> {
        let connection = self.connection().await?;
        let (handle, dialect, tenant) = (Handle::current(), self.dialect, tenant.clone());
        let task = tokio::task::spawn_blocking(move || {
            let mut transaction = PostgresTransaction::begin(connection, handle, dialect, &tenant)?;
            let done = work(&mut transaction)?;
            transaction.commit()?;
            Ok(done)
        });
        task.await.map_err(|error| RecordError::Broken(Box::new(error)))?
    }
}

#[async_trait]
impl RecordSource for PostgresRecords {
    async fn list(&self, target: &Target, query: &ListQuery) -> Result<Page, RecordError> {
        let claims = target.tenant.claims();
        let connection = self.connection_to_read(is_soon_done(query)).await?;
        let found = connection.rows(&read::list(self.dialect, target, query, &claims)).await?;
        let columns = Columns::of(target);
        let mut page = Page { objects: Vec::with_capacity(2048), ..Page::default() };
        for row in &found {
            let total: Option<i64> = row.try_get(0).map_err(broken_or_unavailable)?;
            page.total = total.and_then(|total| u64::try_from(total).ok()).unwrap_or(0);
            // The one row of a page without rows has no place.
            let Some(place) = row.try_get(1).map_err(broken_or_unavailable)? else { continue };
            if page.count == query.limit {
                page.more = true;
                break;
            }
            if page.count > 0 {
                page.objects.push(b',');
            }
            columns.push(&mut page.objects, row, 2)?;
            (page.last, page.count) = (Some(place), page.count + 1);
        }
        Ok(page)
    }

    async fn get(&self, target: &Target, id: Uuid) -> Result<Option<Stored>, RecordError> {
        let claims = target.tenant.claims();
        let connection = self.connection_to_read(true).await?;
        let found = connection.rows(&read::get(self.dialect, target, id, &claims)).await?;
        found.first().map(|row| stored(target, id, row)).transpose()
    }

    async fn create(&self, target: &Target, record: NewRecord) -> Result<Written, RecordError> {
        let own = target.clone();
        self.write(&target.tenant, move |transaction| writing::create(transaction, &own, &record)).await
    }

    async fn update(&self, target: &Target, change: Change) -> Result<Written, RecordError> {
        let own = target.clone();
        self.write(&target.tenant, move |transaction| writing::update(transaction, &own, &change)).await
    }

    async fn load(&self, target: &Target, records: Vec<NewRecord>) -> Result<(), RecordError> {
        let own = target.clone();
        self.write(&target.tenant, move |transaction| writing::load(transaction, &own, &records)).await
    }
}
