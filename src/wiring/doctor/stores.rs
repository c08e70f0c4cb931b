//! What is in the databases: read models, evidence, times, records.

use routix_domain::log::{EventFeed, FeedError, SealStore};
use routix_projections::database::Database;
use routix_projections::projection;
use routix_projections::read_db::{Generation, ReadDb, State};
use routix_projections::rebuild::Rebuilder;

use super::files::Server;
use super::finding::{Finding, told};
use crate::config::Config;
use crate::operate::lag;
use crate::proxy::records::{PostgresRecords, SqliteRecords};
use crate::store::clock::clock;
use crate::store::migrations::{READ, TMS};
use crate::system::System;
use crate::wiring::lives;
use crate::wiring::open::{OpenError, catalogue, now_micros};
use crate::wiring::place::{OwnRecords, Place, Places};

/// For how many seconds an event may wait for a projection or its seal while a server runs.
const PATIENT: i64 = 60;
/// How many seconds two clocks may be apart.
const APART: i64 = 5;

/// Whom the findings are about.
struct Look<'a> {
    system: &'a System,
    server: Server,
    feed: &'a dyn EventFeed,
    head: u64,
}

/// Looks into databases that answer and are up to date.
pub(super) async fn contents(config: &Config, places: &Places, (system, server): (&System, Server)) -> Vec<Finding> {
    let mut findings = match log_and_read_models(places, system, server).await {
        Ok(findings) => findings,
        Err(error) => vec![Finding::problem("contents", told(&error), "see what the log of the server says")],
    };
    findings.push(records(config, places).await);
    findings
}

async fn log_and_read_models(places: &Places, system: &System, server: Server) -> Result<Vec<Finding>, OpenError> {
    let store = lives::log(places, &mut Vec::new(), system).await?;
    let database = lives::database(&places.database, (READ, "read.db"), &mut Vec::new(), system).await?;
    let feed = store.feed();
    let head = feed.head().await.map_err(routix_projections::ReadError::from)?;
    let look = Look { system, server, feed: &*feed, head };
    let mut findings = vec![times(&look, &database).await, evidence(&look, &*store.seals()).await];
    let read = ReadDb::new(database);
    let rebuilder = Rebuilder::new(read.clone(), feed.clone(), now_micros);
    for status in read.status(&projection::all()).await? {
        findings.push(match status.live {
            Some(live) => read_model(&look, status.name, &live, &rebuilder).await,
            None => Finding::warning(status.name, "has no tables yet", "the next start makes them"),
        });
    }
    Ok(findings)
}

/// The newest event cannot be of tomorrow, and a database has about the time of this machine.
async fn times(look: &Look<'_>, database: &Database) -> Finding {
    const CHECK: &str = "clock";
    let now = look.system.now();
    match clock(database).await {
        Ok(Some(there)) if (there - now).num_seconds().abs() > APART => {
            let found = format!("the database is {} seconds ahead of this machine", (there - now).num_seconds());
            return Finding::problem(CHECK, found, "set both clocks by the same source (NTP)");
        }
        Ok(_) => {}
        Err(error) => return Finding::problem(CHECK, told(&error), "see whether the database is at work"),
    }
    let newest = look.feed.read_after(look.head.saturating_sub(1), 1).await;
    match newest.map(|page| page.events.last().map(|event| (event.recorded_at - now).num_seconds())) {
        Ok(Some(ahead)) if ahead > APART => {
            let found = format!("the newest event is of {ahead} seconds from now: a clock was set back");
            Finding::problem(CHECK, found, "set the clock of this machine (NTP)")
        }
        Ok(_) => Finding::ok(CHECK, "agrees with the log and the database"),
        Err(error) => unread(CHECK, &error),
    }
}

fn unread(check: &'static str, error: &FeedError) -> Finding {
    Finding::problem(check, told(error), "find out what is wrong: routix events verify")
}

async fn evidence(look: &Look<'_>, seals: &dyn SealStore) -> Finding {
    const CHECK: &str = "evidence";
    let sealed = match seals.sealed().await {
        Ok(sealed) => sealed,
        Err(error) => return unread(CHECK, &error),
    };
    let waiting = lag(look.feed, look.system, sealed.position(), look.head).await;
    let size = sealed.frontier.size();
    match (waiting.events, look.server) {
        (0, _) => Finding::ok(CHECK, format!("all {size} events are sealed")),
        (events, Server::Stands) => {
            Finding::ok(CHECK, format!("{size} events are sealed; the next start seals {events} more"))
        }
        (events, Server::Runs | Server::Unknown) if waiting.seconds.is_none_or(|seconds| seconds > PATIENT) => {
            let found = format!("{events} events wait for their seal, and should not for so long");
            Finding::warning(CHECK, found, "see what the log of the server says of sealing; routix keys list")
        }
        (events, Server::Runs | Server::Unknown) => Finding::ok(CHECK, format!("{size} sealed, {events} about to be")),
    }
}

async fn read_model(look: &Look<'_>, name: &'static str, live: &Generation, rebuilder: &Rebuilder) -> Finding {
    let (position, head) = (live.position, look.head);
    match live.state {
        State::Stopped => {
            let at = live.error_position.map(|position| format!(" at position {position}")).unwrap_or_default();
            let error = live.error.as_deref().unwrap_or("no reason is known");
            let remedy = format!("with a version that can apply it: routix projections retry {name}");
            return Finding::problem(name, format!("stands still{at}: {error}"), remedy);
        }
        State::Paused => {
            let remedy = format!("routix projections resume {name}");
            return Finding::problem(name, "is paused, and the server is not ready while it is", remedy);
        }
        State::Live | State::Building | State::Verifying => {}
    }
    if let Some(projection) = projection::named(name)
        && let Err(error) = rebuilder.check(projection, live).await
    {
        return unfit(look.server, name, &error);
    }
    let waiting = lag(look.feed, look.system, position, head).await;
    if look.server != Server::Stands && waiting.seconds.is_none_or(|seconds| seconds > PATIENT) {
        let found = format!("is {} events behind the log, and should not for so long", waiting.events);
        return Finding::warning(name, found, "see what the log of the server says; routix projections status");
    }
    Finding::ok(name, format!("version {}, at {position} of {head}", live.version))
}

/// Tables of another version, or of another log.
fn unfit(server: Server, name: &'static str, error: &routix_projections::ReadError) -> Finding {
    match (error.wants_rebuild(), server) {
        (true, Server::Stands) => Finding::warning(name, told(error), "the next start rebuilds it"),
        (true, Server::Runs | Server::Unknown) => {
            Finding::problem(name, told(error), format!("routix projections rebuild {name}"))
        }
        (false, _) => Finding::problem(name, told(error), "see what the log of the server says"),
    }
}

/// The catalogue, against the tables it speaks of.
async fn records(config: &Config, places: &Places) -> Finding {
    const CHECK: &str = "records";
    let catalogue = match catalogue(config) {
        Ok(catalogue) => catalogue,
        Err(error) => return Finding::problem(CHECK, told(&error), "correct --catalogue, or leave it out"),
    };
    let checked = match (&places.records, &places.database) {
        (Some(OwnRecords { url, schema }), _) => {
            PostgresRecords::open(url, schema, &catalogue).await.map(drop).map_err(|error| told(&error))
        }
        (None, Place::Postgres(url)) => {
            PostgresRecords::open(url, TMS.name, &catalogue).await.map(drop).map_err(|error| told(&error))
        }
        (None, Place::Folder(folder)) => {
            let opened = SqliteRecords::open(&folder.join("tms.db"));
            opened.and_then(|records| records.check(&catalogue)).map_err(|error| told(&error))
        }
    };
    match checked {
        Ok(()) => Finding::ok(CHECK, format!("the tables of {} resources are there", catalogue.resources().len())),
        Err(error) => Finding::problem(CHECK, error, "migrations/README.md says what the tables must have"),
    }
}
