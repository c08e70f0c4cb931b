//! Statements, and the server they go to.

use std::thread;

use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

/// The URL of a superuser, without a database.
const CLUSTER: &str = "ROUTIX_TEST_POSTGRES";

pub(super) fn cluster() -> String {
    std::env::var_os(CLUSTER)
        .and_then(|url| url.into_string().ok())
        .unwrap_or_else(|| panic!("{CLUSTER} names no PostgreSQL: run tests/with-postgres cargo test"))
}

pub(super) fn run(database: &str, statements: &str) -> Vec<String> {
    try_run(database, statements).unwrap_or_else(|error| panic!("{statements}: {error}"))
}

/// On a thread of its own, because the test's may be in the middle of a runtime.
pub(super) fn try_run(database: &str, statements: &str) -> Result<Vec<String>, String> {
    let url = format!("{}/{database}", cluster());
    thread::scope(|scope| {
        let work = || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| e.to_string())?;
            runtime.block_on(async {
                let (client, connection) = tokio_postgres::connect(&url, NoTls).await.map_err(|e| describe(&e))?;
                let connection = tokio::spawn(connection);
                let rows = first_columns(&client, statements).await;
                drop(client);
                let _closed = connection.await;
                rows
            })
        };
        scope.spawn(work).join().unwrap_or_else(|_| Err("the thread panicked".to_owned()))
    })
}

async fn first_columns(client: &Client, statements: &str) -> Result<Vec<String>, String> {
    let messages = client.simple_query(statements).await.map_err(|error| describe(&error))?;
    let value = |message: SimpleQueryMessage| {
        if let SimpleQueryMessage::Row(row) = message { row.get(0).map(str::to_owned) } else { None }
    };
    Ok(messages.into_iter().filter_map(value).collect())
}

fn describe(error: &tokio_postgres::Error) -> String {
    error
        .as_db_error()
        .map_or_else(|| error.to_string(), |error| format!("{} {}", error.code().code(), error.message()))
}
