//! Writing: a record made or changed, each in one transaction, the same whatever the database.
//!
//! A unique value is looked for before it is written, so that the field can be named; where another transaction may come in
//! between, the unique index stands behind it.

use uuid::Uuid;

use crate::proxy::catalogue::{ApiVersion, FieldValue, Identifier};

use super::statement::{Column, Param, Statement, Table};
use super::transaction::Transaction;
use super::{Change, NewRecord, RecordError, Stored, Target, Written};
use super::{answers, references};

pub(super) fn create(
    transaction: &mut dyn Transaction,
    target: &Target,
    record: &NewRecord,
) -> Result<Written, RecordError> {
    answers::once(transaction, target, (record.retry.as_ref(), 201, record.now), |transaction| {
        make(transaction, target, record)?;
        transaction.record(target, record.id)?.ok_or(RecordError::NoSuchRecord)
    })
}

pub(super) fn load(
    transaction: &mut dyn Transaction,
    target: &Target,
    records: &[NewRecord],
) -> Result<(), RecordError> {
    records.iter().try_for_each(|record| make(transaction, target, record))
}

fn make(transaction: &mut dyn Transaction, target: &Target, record: &NewRecord) -> Result<(), RecordError> {
    references::check(transaction, target, &record.values)?;
    check_unique(transaction, target, record.id, &record.values)?;
    insert(transaction, target, record)
}

pub(super) fn update(
    transaction: &mut dyn Transaction,
    target: &Target,
    change: &Change,
) -> Result<Written, RecordError> {
    let answer = (change.retry.as_ref(), 200, change.now);
    answers::once(transaction, target, answer, |transaction| apply(transaction, target, change))
}

fn apply(transaction: &mut dyn Transaction, target: &Target, change: &Change) -> Result<Stored, RecordError> {
    let current = transaction.record(target, change.id)?.ok_or(RecordError::NoSuchRecord)?;
    references::check(transaction, target, &change.values)?;
    if change.if_match.as_ref().is_some_and(|if_match| !if_match.holds(current.version)) {
        return Err(RecordError::PreconditionFailed);
    }
    if change.values.is_empty() {
        return Ok(current);
    }
    check_unique(transaction, target, change.id, &change.values)?;
    let fields = target.resource.fields(ApiVersion::V2);
    let table = Table::Records(&target.resource.table);
    let statement = Statement::update(transaction.dialect(), &target.tenant, table, |mut set| {
        set = set.text("version = version + 1, updated_at = ").bind(Param::Time(change.now));
        for (field, value) in change.values.iter().filter_map(|(place, value)| Some((fields.get(*place)?, value))) {
            set = set.text(", ").name(&field.name).text(" = ").bind(value.into());
        }
        set
    });
    transaction.execute(&statement.text(" AND id = ").bind(Param::Id(change.id)))?;
    transaction.record(target, change.id)?.ok_or(RecordError::NoSuchRecord)
}

/// Writes the row as the last of its branch. A field that is not named is null.
fn insert(transaction: &mut dyn Transaction, target: &Target, record: &NewRecord) -> Result<(), RecordError> {
    let mut values = vec![
        (Column::Own("id"), Param::Id(record.id)),
        (Column::Own("version"), Param::Number(1)),
        (Column::Own("created_at"), Param::Time(record.now)),
        (Column::Own("updated_at"), Param::Time(record.now)),
    ];
    let fields = target.resource.fields(ApiVersion::V2).iter().enumerate().filter(|(_, field)| !field.is_system());
    values.extend(fields.map(|(place, field)| {
        let given = record.values.iter().find(|(named, _)| *named == place);
        (Column::Field(&field.name), Param::Field(given.map_or(&FieldValue::Null, |(_, value)| value)))
    }));
    let table = Table::Records(&target.resource.table);
    transaction.execute(&Statement::insert(transaction.dialect(), &target.tenant, table, &values))
}

fn check_unique(
    transaction: &mut dyn Transaction,
    target: &Target,
    id: Uuid,
    values: &[(usize, FieldValue)],
) -> Result<(), RecordError> {
    for (place, value) in values.iter().filter(|(_, value)| *value != FieldValue::Null) {
        let fields = target.resource.fields(ApiVersion::V2);
        let Some(field) = fields.get(*place).filter(|field| field.unique) else { continue };
        if other_record(transaction, target, (&target.resource.table, &field.name, value), Some(id))? {
            return Err(RecordError::Conflict { field: field.name.as_str().to_owned() });
        }
    }
    Ok(())
}

/// Whether the branch has a record with this value in this column, not counting `except`.
pub(super) fn other_record(
    transaction: &mut dyn Transaction,
    target: &Target,
    (table, column, value): (&Identifier, &Identifier, &FieldValue),
    except: Option<Uuid>,
) -> Result<bool, RecordError> {
    let dialect = transaction.dialect();
    let statement = Statement::select(dialect, &target.tenant, Table::Records(table), |columns| columns.text("1"));
    let mut statement = statement.text(" AND ").name(column).text(" = ").bind(value.into());
    if let Some(id) = except {
        statement = statement.text(" AND id <> ").bind(Param::Id(id));
    }
    transaction.exists(&statement)
}
