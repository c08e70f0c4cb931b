//! The first answers to writes with a key: kept with the row they speak of, in its transaction, and given again.

use chrono::{DateTime, TimeDelta, Utc};

use super::statement::{Column, Param, Statement, Table};
use super::transaction::Transaction;
use super::{RecordError, Retry, Stored, Target, Written};

/// How long a key's first answer is kept.
const KEPT: TimeDelta = TimeDelta::hours(24);

/// Writes, unless a key says that it was done. A refusal keeps nothing, so that its key is free again.
///
/// The key is looked for before anything is judged: what stood in the way of doing it twice is no fault of a repetition.
pub(super) fn once(
    transaction: &mut dyn Transaction,
    target: &Target,
    (retry, status, now): (Option<&Retry>, u16, DateTime<Utc>),
    write: impl FnOnce(&mut dyn Transaction) -> Result<Stored, RecordError>,
) -> Result<Written, RecordError> {
    let Some(retry) = retry else { return Ok(Written { record: write(transaction)?, replayed: false }) };
    transaction.wait_for(target, retry)?;
    if let Some(record) = first_answer(transaction, target, retry, now)? {
        return Ok(Written { record, replayed: true });
    }
    let record = write(transaction)?;
    keep_answer(transaction, target, (retry, status, &record), now)?;
    Ok(Written { record, replayed: false })
}

/// The answer that the key's first request got, when it was the same request.
fn first_answer(
    transaction: &mut dyn Transaction,
    target: &Target,
    retry: &Retry,
    now: DateTime<Utc>,
) -> Result<Option<Stored>, RecordError> {
    let statement = Statement::select(transaction.dialect(), &target.tenant, Table::Answers, |columns| {
        columns.text("fingerprint, record_id, record_version, body")
    });
    let statement = statement.text(" AND app_id = ").bind(Param::Id(retry.app_id));
    let statement = statement.text(" AND route = ").bind(Param::Text(&retry.route));
    let statement = statement.text(" AND key = ").bind(Param::Text(&retry.key));
    let statement = statement.text(" AND created_at > ").bind(Param::Time(now - KEPT));
    match transaction.answer(&statement)? {
        None => Ok(None),
        Some(answer) if answer.fingerprint == retry.fingerprint => Ok(Some(answer.record)),
        Some(_) => Err(RecordError::KeyReused),
    }
}

fn keep_answer(
    transaction: &mut dyn Transaction,
    target: &Target,
    (retry, status, record): (&Retry, u16, &Stored),
    now: DateTime<Utc>,
) -> Result<(), RecordError> {
    let dialect = transaction.dialect();
    let old = Statement::delete(dialect, &target.tenant, Table::Answers);
    transaction.execute(&old.text(" AND created_at <= ").bind(Param::Time(now - KEPT)))?;
    let body = std::str::from_utf8(&record.object).map_err(|error| RecordError::Broken(Box::new(error)))?;
    let values = [
        (Column::Own("app_id"), Param::Id(retry.app_id)),
        (Column::Own("route"), Param::Text(&retry.route)),
        (Column::Own("key"), Param::Text(&retry.key)),
        (Column::Own("fingerprint"), Param::Bytes(&retry.fingerprint)),
        (Column::Own("status"), Param::Number(status.into())),
        (Column::Own("record_id"), Param::Id(record.id)),
        (Column::Own("record_version"), Param::Number(record.version)),
        (Column::Own("body"), Param::Text(body)),
        (Column::Own("created_at"), Param::Time(now)),
    ];
    transaction.execute(&Statement::insert(dialect, &target.tenant, Table::Answers, &values))
}
