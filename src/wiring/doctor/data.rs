//! The databases: do they answer, are they of this version. What is in them is looked at when they all are.

use std::time::Duration;

use tokio::time::timeout;

use super::files::Server;
use super::finding::{Finding, told};
use super::stores;
use crate::config::Config;
use crate::system::System;
use crate::wiring::open::OpenError;
use crate::wiring::pending::{LifeAt, lives, pending};
use crate::wiring::place::Places;

/// How long a database may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn data(config: &Config, places: &Places, (system, server): (&System, Server)) -> Vec<Finding> {
    let mut findings = Vec::new();
    for life in lives(places) {
        findings.push(database(&life).await);
    }
    if findings.iter().any(|finding| finding.remedy.is_some()) {
        let found = "were not looked at, because the databases are not ready";
        findings.push(Finding::warning("contents", found, "look again when they are"));
        return findings;
    }
    match timeout(PATIENCE, stores::contents(config, places, (system, server))).await {
        Ok(contents) => findings.extend(contents),
        Err(_elapsed) => findings.push(silent("contents")),
    }
    findings
}

async fn database(life: &LifeAt<'_>) -> Finding {
    let check = life.name();
    match timeout(PATIENCE, pending(life)).await {
        Ok(Ok(names)) if names.is_empty() => Finding::ok(check, format!("{life} answers and is up to date")),
        Ok(Ok(names)) => {
            let found = format!("{life} lacks {}", names.join(", "));
            Finding::warning(check, found, "the next start applies them, and so does: routix migrate")
        }
        Ok(Err(error)) => {
            let remedy = remedy(&error);
            Finding::problem(check, told(&error), remedy)
        }
        Err(_elapsed) => silent(check),
    }
}

fn silent(check: &'static str) -> Finding {
    let found = format!("no answer within {} seconds", PATIENCE.as_secs());
    Finding::problem(check, found, "see whether the database can be reached from here, and is at work")
}

fn remedy(error: &OpenError) -> &'static str {
    use crate::store::migrations::MigrationError::{Edited, Newer, Refused, Unavailable};

    match error {
        OpenError::Database(_, Newer(_)) | OpenError::Postgres(_, Newer(_)) => "use the newer version of routix",
        OpenError::Database(_, Edited(_)) | OpenError::Postgres(_, Edited(_)) => "use the version that made it",
        OpenError::Database(_, Unavailable(_) | Refused { .. }) => {
            "let the account that serves write it; restore it from a backup when it is damaged"
        }
        OpenError::Postgres(_, Unavailable(_) | Refused { .. }) => "start the PostgreSQL, or correct the setting",
        OpenError::DataDir(..)
        | OpenError::InUse(_)
        | OpenError::Url(..)
        | OpenError::Read(_)
        | OpenError::Records(_)
        | OpenError::PostgresRecords(..)
        | OpenError::Catalogue(_)
        | OpenError::CatalogueFile(..) => "correct the setting",
        #[cfg(feature = "eventstore")]
        OpenError::EventStoreUrl(_) => "correct the setting",
    }
}
