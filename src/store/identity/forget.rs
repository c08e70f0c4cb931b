//! Taking a person out of the file, down to the bytes.

use std::sync::{Arc, PoisonError};

use uuid::Uuid;

use super::{IdentityDb, IdentityError};

impl IdentityDb {
    /// Removes the contexts behind these commitments and returns how many there were.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer; none is removed then.
    pub async fn remove_contexts(&self, commitments: Vec<String>) -> Result<usize, IdentityError> {
        self.write(move |connection| {
            let mut remove = connection.prepare_cached("DELETE FROM request_contexts WHERE commitment = ?1")?;
            commitments.iter().try_fold(0, |removed, commitment| Ok(removed + remove.execute([commitment])?))
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
            let id = id.to_string();
            connection.execute("DELETE FROM security_log WHERE user_id = ?1 AND user_id <> ''", [&id])?;
            connection.execute("DELETE FROM sessions WHERE user_id = ?1", [&id])?;
            Ok(connection.execute("DELETE FROM users WHERE id = ?1", [&id])? == 1)
        })
        .await
    }

    /// Makes sure that nothing of what was deleted is left in the file or its write-ahead log. `false` when another program
    /// was in the middle of something for so long that the write-ahead log could not be emptied.
    ///
    /// What is deleted here is overwritten where it stood. What others deleted or changed before, an older version of routix
    /// or a tool of the operator's, may not be; so the file is written anew, without any free space.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer, or the disk has no room for the file a second time.
    pub async fn purge(&self) -> Result<bool, IdentityError> {
        let writer = Arc::clone(&self.writer);
        let purged = tokio::task::spawn_blocking(move || {
            let connection = writer.lock().unwrap_or_else(PoisonError::into_inner);
            connection.execute_batch("VACUUM")?;
            connection
                .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0))
                .map(|busy| busy == 0)
        });
        purged.await.map_err(|_panicked| IdentityError::BrokeOff)?.map_err(IdentityError::Database)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use chrono::{DateTime, TimeDelta};

    use super::super::{NewUser, RequestContext, Session};
    use super::*;

    const SALT: [u8; 16] = [7; 16];

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
        db.record_context(context(number), SALT, now).await.unwrap()
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

    #[tokio::test]
    async fn nothing_of_a_removed_user_is_left_in_the_files_whatever_the_tree_did_with_his_row() {
        let folder = tempfile::tempdir().unwrap();
        let db = IdentityDb::open(&folder.path().join("identity.db"), DateTime::UNIX_EPOCH).unwrap();
        let mut commitments = Vec::new();
        for number in 0..120 {
            commitments.push(live(&db, number).await);
        }
        let marks =
            |number: u128| [format!("mail-{number:06}"), format!("name-{number:06}"), format!("hash-{number:06}")];
        for number in 40..60 {
            assert!(!traces(folder.path(), &format!("agent-{number:06}")).is_empty());
            assert!(db.remove_user(Uuid::from_u128(number)).await.unwrap());
        }
        assert_eq!(db.remove_contexts(commitments[40..60].to_vec()).await.unwrap(), 20);
        assert!(db.purge().await.unwrap());
        for number in 40..60 {
            for mark in marks(number).into_iter().chain([format!("agent-{number:06}")]) {
                assert_eq!(traces(folder.path(), &mark), Vec::<String>::new(), "{mark}");
            }
        }
        for mark in marks(39).into_iter().chain(marks(60)) {
            assert_eq!(traces(folder.path(), &mark), ["identity.db"], "{mark}");
        }
        assert!(!db.remove_user(Uuid::from_u128(40)).await.unwrap(), "he is gone");
        assert_eq!(db.users().await.unwrap().len(), 100);
    }

    #[tokio::test]
    async fn what_others_left_in_free_space_is_gone_too() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identity.db");
        let db = IdentityDb::open(&path, DateTime::UNIX_EPOCH).unwrap();
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
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identity.db");
        let db = IdentityDb::open(&path, DateTime::UNIX_EPOCH).unwrap();
        live(&db, 1).await;
        // Nobody waits for the reader of this test.
        db.writer.lock().unwrap().busy_timeout(std::time::Duration::ZERO).unwrap();
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
