//! Taking a person out of the database, down to the bytes of its files.

use std::time::Duration;

use routix_projections::database::Database;
use routix_projections::values;
use uuid::Uuid;

use super::{IdentityDb, IdentityError, security_log, users};

/// Where PostgreSQL keeps what tells who somebody is.
const TABLES: [&str; 4] = ["users", "sessions", "request_contexts", "security_log"];
/// How long others may go on looking at what was there before.
const WAIT: Duration = Duration::from_secs(30);

impl IdentityDb {
    /// Removes the contexts behind these commitments and returns how many there were.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer; none is removed then.
    pub async fn remove_contexts(&self, mut commitments: Vec<String>) -> Result<usize, IdentityError> {
        // Two that remove the same ones must not wait for each other.
        commitments.sort_unstable();
        self.write(move |connection| {
            commitments.into_iter().try_fold(0, |removed, commitment| {
                let sql = "DELETE FROM request_contexts WHERE commitment = $1";
                Ok(removed + usize::from(connection.execute(sql, &values![commitment])? == 1))
            })
        })
        .await
    }

    /// Removes a user, his sessions and what the security log says of him. `false` when there is no such user; what else
    /// there is of him goes all the same.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer; nothing is removed then.
    pub async fn remove_user(&self, id: Uuid) -> Result<bool, IdentityError> {
        self.write(move |connection| {
            security_log::lock(connection)?;
            users::lock(connection, id)?;
            connection.execute("DELETE FROM security_log WHERE user_id = $1 AND user_id <> ''", &values![id])?;
            connection.execute("DELETE FROM sessions WHERE user_id = $1", &values![id])?;
            Ok(connection.execute("DELETE FROM users WHERE id = $1", &values![id])? == 1)
        })
        .await
    }

    /// Makes sure that nothing of what was deleted is left in the files of the database. `false` when another program was in
    /// the middle of something for so long that this is not sure; doing it again is then all there is to do.
    ///
    /// SQLite overwrites what is deleted here where it stood. What others deleted or changed before, an older version of
    /// routix or a tool of the operator's, may not be; so the file is written anew, without any free space, and its
    /// write-ahead log is emptied.
    ///
    /// PostgreSQL writes the tables anew. Its own write-ahead log, the logs that a server may keep of its statements,
    /// replicas and backups have what was deleted until the operator's own rules remove them: none of that is in reach here.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer, or the disk has no room for the data a second time.
    pub async fn purge(&self) -> Result<bool, IdentityError> {
        let purged = match &self.database {
            Database::Sqlite(database) => {
                let emptied = database.with_writer(|connection| {
                    connection.execute_batch("VACUUM")?;
                    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0))
                });
                emptied.await? == 0
            }
            Database::Postgres(database) => database.rewrite(&TABLES, WAIT).await?,
        };
        Ok(purged)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use chrono::{DateTime, TimeDelta};

    use super::super::testing::{Ground, Place, on_both_databases};
    use super::super::{NewUser, RequestContext, Session};
    use super::*;

    const SALT: [u8; 16] = [7; 16];

    on_both_databases! { nothing_of_a_removed_user_is_left_in_the_files_whatever_the_database_did_with_his_row }

    fn context(number: u128) -> RequestContext {
        RequestContext {
            address: Some(format!("203.0.113.{number}")),
            user_agent: Some(format!("Agent-{number:06} {}", "x".repeat(80))),
        }
    }

    /// A user with a session and a request of his own.
    async fn live(db: &IdentityDb, number: u128) -> String {
        let now = DateTime::UNIX_EPOCH;
        let id = Uuid::from_u128(number);
        let (email, name) = (format!("Mail-{number:06}@example.com"), format!("Name-{number:06}"));
        let user = NewUser { id, email, name, password_hash: format!("Hash-{number:06}") };
        db.create_user(user, now).await.unwrap().unwrap();
        let expires_at = now + TimeDelta::hours(1);
        let session = Session { id, user_id: id, generation: 1, rotated_at: now, expires_at, ended_at: None };
        assert!(db.begin_session(session, format!("Hash-{number:06}"), context(number)).await.unwrap());
        let new = db.new_context(context(number), SALT, now);
        new.store().await.unwrap();
        new.commitment().to_owned()
    }

    /// What the files hold of a text, whatever its case.
    fn traces(folder: &Path, text: &str) -> Vec<String> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let bytes = std::fs::read(&path).unwrap().to_ascii_lowercase();
            if bytes.windows(text.len()).any(|window| window == text.to_ascii_lowercase().as_bytes()) {
                found.push(path.file_name().unwrap().to_string_lossy().into_owned());
            }
        }
        found
    }

    impl Place {
        /// The files that hold something of a text, whatever its case.
        fn files_with(&self, text: &str) -> Vec<String> {
            match &self.ground {
                Ground::Folder(folder) => traces(folder.path(), text),
                Ground::Scratch(scratch) => scratch.files_with(text),
            }
        }
    }

    async fn nothing_of_a_removed_user_is_left_in_the_files_whatever_the_database_did_with_his_row(place: Place) {
        let db = &place.db;
        let mut commitments = Vec::new();
        for number in 0..120 {
            commitments.push(live(db, number).await);
        }
        if let Ground::Scratch(scratch) = &place.ground {
            // As the server does it by itself: what it notes of the values in a column are the values.
            scratch.sql("ANALYZE");
        }
        // 40 to 49, and the fourth address, which begins like theirs.
        let marks = ["mail-00004", "name-00004", "hash-00004", "agent-00004", "203.0.113.4"];
        for mark in marks {
            assert!(!place.files_with(mark).is_empty(), "{mark}");
        }
        for number in (40..50).chain([4]) {
            assert!(db.remove_user(Uuid::from_u128(number)).await.unwrap());
        }
        let mut theirs = commitments[40..50].to_vec();
        theirs.push(commitments[4].clone());
        assert_eq!(db.remove_contexts(theirs).await.unwrap(), 11);
        assert!(db.purge().await.unwrap());
        for mark in marks {
            assert_eq!(place.files_with(mark), Vec::<String>::new(), "{mark}");
        }
        for mark in ["mail-000039", "name-000039", "hash-000050", "agent-000050", "203.0.113.39"] {
            assert!(!place.files_with(mark).is_empty(), "{mark}");
        }
        if let Ground::Scratch(scratch) = &place.ground {
            let dump = scratch.dump().to_lowercase();
            assert!(marks.iter().all(|mark| !dump.contains(mark)) && dump.contains("mail-000039"));
        }
        assert!(!db.remove_user(Uuid::from_u128(40)).await.unwrap(), "he is gone");
        assert_eq!(db.users().await.unwrap().len(), 109);
    }

    #[test]
    fn what_is_deleted_from_a_file_is_overwritten_where_it_stood() {
        let place = Place::sqlite();
        let Database::Sqlite(database) = &place.db.database else { panic!("SQLite is in a folder") };
        let setting = database.write_blocking(|connection| connection.query_one("PRAGMA secure_delete", &[]));
        assert_eq!(setting.map(|row| row.map(|row| row.get::<bool>(0).unwrap())).unwrap(), Some(true));
    }

    #[tokio::test]
    async fn what_others_left_in_free_space_is_gone_too() {
        let Place { db, ground: Ground::Folder(folder) } = Place::sqlite() else { panic!("SQLite is in a folder") };
        let path = folder.path().join("identity.db");
        for number in 0..60 {
            live(&db, number).await;
        }
        let other = rusqlite::Connection::open(&path).unwrap();
        other.execute("DELETE FROM users WHERE email_key < 'mail-000050'", []).unwrap();
        assert!(db.purge().await.unwrap());
        for number in 0..50 {
            for mark in [format!("mail-{number:06}"), format!("hash-{number:06}")] {
                assert_eq!(traces(folder.path(), &mark), Vec::<String>::new(), "{mark}");
            }
        }
    }

    #[tokio::test]
    async fn a_reader_that_does_not_end_is_told_and_loses_nothing() {
        let Place { db, ground: Ground::Folder(folder) } = Place::sqlite() else { panic!("SQLite is in a folder") };
        let path = folder.path().join("identity.db");
        live(&db, 1).await;
        // Nobody waits for the reader of this test.
        let Database::Sqlite(writer) = &db.database else { panic!("SQLite is in a folder") };
        writer.with_writer(|connection| connection.busy_timeout(Duration::ZERO)).await.unwrap();
        let reader = rusqlite::Connection::open(&path).unwrap();
        let reading = reader.unchecked_transaction().unwrap();
        let seen = || reading.query_row("SELECT count(*) FROM users", [], |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(seen(), 1);
        db.remove_user(Uuid::from_u128(1)).await.unwrap();
        assert!(!db.purge().await.unwrap());
        assert_eq!(seen(), 1);
        drop(reading);
        assert!(db.purge().await.unwrap());
        assert_eq!(traces(folder.path(), "mail-000001"), Vec::<String>::new());
    }
}
