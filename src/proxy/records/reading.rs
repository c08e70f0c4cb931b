//! What is asked when records are read: one, a page, and how many there are.

use uuid::Uuid;

use crate::proxy::catalogue::{FieldType, FieldValue};

use super::dialect::Dialect;
use super::object::Columns;
use super::statement::{Param, Statement, Table};
use super::{ListQuery, Target};

/// The row version, then the columns of the object.
pub(super) fn record<'a>(statement: Statement<'a>, target: &Target, id: Uuid) -> Statement<'a> {
    let columns = |statement: Statement<'a>| Columns::of(target).name(statement.text("version, "));
    let statement = statement.and_select(Table::Records(&target.resource.table), columns);
    statement.text(" AND id = ").bind(Param::Id(id))
}

/// The place of each row, then the columns of its object; and one row more than was asked for, which tells that there are more.
pub(super) fn page<'a>(
    statement: Statement<'a>,
    dialect: &'static Dialect,
    target: &Target,
    query: &'a ListQuery,
) -> Statement<'a> {
    let columns = |statement: Statement<'a>| Columns::of(target).name(statement.text("seq, "));
    let statement = statement.and_select(Table::Records(&target.resource.table), columns);
    let mut statement = filters(statement, dialect, (target, query));
    if let Some(place) = query.after {
        statement = statement.text(" AND seq > ").bind(Param::Number(place));
    }
    let statement = order(statement, target, query).text(" LIMIT ").bind(Param::Number(i64::from(query.limit) + 1));
    match query.after {
        Some(_) => statement,
        None => statement.text(" OFFSET ").bind(Param::Number(query.offset.into())),
    }
}

/// One number. Without filters it is the counter that is kept with the rows, and there is no row before the first record.
pub(super) fn total<'a>(
    statement: Statement<'a>,
    dialect: &'static Dialect,
    target: &'a Target,
    query: &'a ListQuery,
) -> Statement<'a> {
    let table = &target.resource.table;
    if query.filters.is_empty() {
        let statement = statement.and_select(Table::Counts, |columns| columns.text("total"));
        return statement.text(" AND resource = ").bind(Param::Text(table.as_str()));
    }
    let statement = statement.and_select(Table::Records(table), |columns| columns.text("count(*)"));
    filters(statement, dialect, (target, query))
}

fn filters<'a>(
    mut statement: Statement<'a>,
    dialect: &'static Dialect,
    (target, query): (&Target, &'a ListQuery),
) -> Statement<'a> {
    let fields = target.resource.fields(target.version);
    let known = query.filters.iter().filter_map(|(place, value)| Some((fields.get(*place)?, value)));
    for (field, value) in known {
        let cast = if field.value.kind == FieldType::Integer { dialect.whole_number } else { "" };
        statement = statement.text(" AND ").text(dialect.filter.0).name(&field.name);
        statement = statement.text(" = ").bind(value.into()).text(cast).text(dialect.filter.1);
    }
    statement
}

/// What is null comes first, and last when the order is turned round.
fn order<'a>(statement: Statement<'a>, target: &Target, query: &ListQuery) -> Statement<'a> {
    let chosen = query.order.and_then(|order| Some((order, target.resource.fields(target.version).get(order.field)?)));
    match chosen {
        None => statement.text(" ORDER BY seq"),
        Some((order, field)) if order.descending => {
            statement.text(" ORDER BY ").name(&field.name).text(" DESC NULLS LAST, seq DESC")
        }
        Some((_, field)) => statement.text(" ORDER BY ").name(&field.name).text(" NULLS FIRST, seq"),
    }
}

impl<'a> From<&'a FieldValue> for Param<'a> {
    fn from(value: &'a FieldValue) -> Self {
        Self::Field(value)
    }
}
