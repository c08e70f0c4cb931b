//! A statement with its values, put together so that no text of a caller can get in and no table can be touched without
//! its tenant: each part of a statement is one of four forms, each of which writes the tenant's predicate, and what can be
//! added is a literal of this program, a checked name from the catalogue in quotes, or a value as a parameter.

use std::fmt::Write;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::proxy::catalogue::{Field, FieldValue, Identifier};
use crate::proxy::tenant::Tenant;

use super::dialect::Dialect;

/// The value of a parameter.
#[derive(Clone, Copy, Debug)]
pub(super) enum Param<'a> {
    Id(Uuid),
    Number(i64),
    /// With whole seconds.
    Time(DateTime<Utc>),
    Text(&'a str),
    Bytes(&'a [u8]),
    Field(&'a FieldValue),
}

/// Where rows are.
#[derive(Clone, Copy, Debug)]
pub(super) enum Table<'a> {
    Records(&'a Identifier),
    /// How many records each branch has of each resource.
    Counts,
    /// The first answers to writes with a key.
    Answers,
}

/// The name of a column.
#[derive(Clone, Copy, Debug)]
pub(super) enum Column<'a> {
    Own(&'static str),
    Field(&'a Identifier),
}

#[derive(Debug)]
pub(super) struct Statement<'a> {
    text: String,
    values: Vec<Param<'a>>,
    dialect: &'static Dialect,
    /// What every select asks besides its tenant.
    condition: &'static str,
}

impl<'a> Statement<'a> {
    /// Nothing yet. What is added has to be a select.
    pub(super) fn of(dialect: &'static Dialect, tenant: &Tenant) -> Self {
        Self::begin(dialect, tenant, "")
    }

    /// `before` is what every select in it reads only after, by naming it in `condition`.
    pub(super) fn after(mut self, before: &'static str, condition: &'static str) -> Self {
        self.condition = condition;
        self.text(before)
    }

    pub(super) fn select(
        dialect: &'static Dialect,
        tenant: &Tenant,
        table: Table<'_>,
        columns: impl FnOnce(Self) -> Self,
    ) -> Self {
        Self::of(dialect, tenant).and_select(table, columns)
    }

    /// A select, or one more inside of the statement.
    pub(super) fn and_select(self, table: Table<'_>, columns: impl FnOnce(Self) -> Self) -> Self {
        let (of_tenant, condition) = (self.dialect.of_tenant, self.condition);
        columns(self.text("SELECT ")).text(" FROM ").table(table).text(of_tenant).text(condition)
    }

    pub(super) fn update(
        dialect: &'static Dialect,
        tenant: &Tenant,
        table: Table<'_>,
        set: impl FnOnce(Self) -> Self,
    ) -> Self {
        let statement = Self::begin(dialect, tenant, "UPDATE ").table(table).text(" SET ");
        set(statement).text(dialect.of_tenant)
    }

    pub(super) fn delete(dialect: &'static Dialect, tenant: &Tenant, table: Table<'_>) -> Self {
        Self::begin(dialect, tenant, "DELETE FROM ").table(table).text(dialect.of_tenant)
    }

    /// A row of the tenant's. A record gets the place behind the last one of its branch.
    pub(super) fn insert(
        dialect: &'static Dialect,
        tenant: &Tenant,
        table: Table<'a>,
        values: &[(Column<'_>, Param<'a>)],
    ) -> Self {
        let mut statement = Self::begin(dialect, tenant, "INSERT INTO ").table(table);
        statement = statement.text(" (organization_id, branch_id");
        for (column, _) in values {
            statement = statement.text(", ").column(*column);
        }
        let numbered = if let Table::Records(name) = table { Some(name) } else { None };
        let numbered = numbered.filter(|_| !dialect.numbers_rows);
        statement = if numbered.is_some() { statement.text(", seq") } else { statement };
        statement = statement.text(") VALUES (").number(1).text(", ").number(2);
        for (_, value) in values {
            statement = statement.text(", ").bind(*value);
        }
        if let Some(resource) = numbered {
            statement = statement.text(", 1 + coalesce((SELECT last_seq FROM record_counts").text(dialect.of_tenant);
            statement = statement.text(" AND resource = ").bind(Param::Text(resource.as_str())).text("), 0)");
        }
        statement.text(")")
    }

    fn begin(dialect: &'static Dialect, tenant: &Tenant, text: &'static str) -> Self {
        let (text_so_far, values) = (String::with_capacity(640), Vec::with_capacity(8));
        let mut statement = Self { text: text_so_far, values, dialect, condition: "" };
        statement.values.extend([Param::Id(tenant.organization_id()), Param::Id(tenant.branch_id())]);
        statement.text(text)
    }

    pub(super) fn text(mut self, text: &'static str) -> Self {
        self.text.push_str(text);
        self
    }

    pub(super) fn name(mut self, name: &Identifier) -> Self {
        self.text.push('"');
        self.text.push_str(name.as_str());
        self.text.push('"');
        self
    }

    pub(super) fn names<'f>(mut self, fields: impl Iterator<Item = &'f Field>) -> Self {
        for (index, field) in fields.enumerate() {
            self = if index > 0 { self.text(", ") } else { self };
            self = self.name(&field.name);
        }
        self
    }

    pub(super) fn bind(mut self, value: Param<'a>) -> Self {
        self.values.push(value);
        let number = self.values.len();
        self.number(number)
    }

    fn number(mut self, number: usize) -> Self {
        // Writing to a String cannot fail.
        let _ = write!(self.text, "{}{number}", self.dialect.placeholder);
        self
    }

    fn table(self, table: Table<'_>) -> Self {
        match table {
            Table::Records(name) => self.name(name),
            Table::Counts => self.text("record_counts"),
            Table::Answers => self.text("idempotency_keys"),
        }
    }

    fn column(self, column: Column<'_>) -> Self {
        match column {
            Column::Own(name) => self.text(name),
            Column::Field(name) => self.name(name),
        }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn values(&self) -> &[Param<'a>] {
        &self.values
    }
}
