//! A database of each kind for the tests of this life.

use chrono::{DateTime, TimeDelta, Utc};
use routix_projections::database::{PostgresDatabase, PostgresUrl};
use routix_test_postgres::Scratch;
use tempfile::TempDir;
use uuid::Uuid;

use super::{IdentityDb, NewUser};

/// Ann, whose password has the hash `hash`.
pub(super) const USER: Uuid = Uuid::from_u128(1);

/// Where a database is, which goes away with its test.
pub(super) enum Ground {
    Folder(TempDir),
    Scratch(Scratch),
}

pub(super) struct Place {
    pub(super) db: IdentityDb,
    pub(super) ground: Ground,
}

impl Place {
    pub(super) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let db = IdentityDb::open(&folder.path().join("identity.db"), DateTime::UNIX_EPOCH).unwrap();
        Self { db, ground: Ground::Folder(folder) }
    }

    pub(super) async fn postgres() -> Self {
        let scratch = Scratch::new();
        let url = PostgresUrl::parse(&scratch.url()).unwrap();
        let database = PostgresDatabase::new(&url, "identity", 20).unwrap();
        let db = IdentityDb::open_postgres(database, DateTime::UNIX_EPOCH).await.unwrap();
        Self { db, ground: Ground::Scratch(scratch) }
    }

    pub(super) async fn add_ann(&self) {
        let (email, name) = ("ann@example.com".to_owned(), "Ann".to_owned());
        let user = NewUser { id: USER, email, name, password_hash: "hash".to_owned() };
        self.db.create_user(user, DateTime::UNIX_EPOCH).await.unwrap().unwrap();
    }
}

impl IdentityDb {
    /// From now on what asks for the table fails, until it is [back](Self::bring_back).
    pub(crate) async fn take_away(&self, table: &str) {
        self.database.execute(&format!("ALTER TABLE {table} RENAME TO taken_away"), Vec::new()).await.unwrap();
    }

    pub(crate) async fn bring_back(&self, table: &str) {
        self.database.execute(&format!("ALTER TABLE taken_away RENAME TO {table}"), Vec::new()).await.unwrap();
    }
}

/// A moment, in seconds.
pub(super) fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

/// Runs each of these tests on both databases.
macro_rules! on_both_databases {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test($crate::store::identity::testing::Place::sqlite()).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test($crate::store::identity::testing::Place::postgres().await).await;
            })+
        }
    };
}

pub(super) use on_both_databases;
