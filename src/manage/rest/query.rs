//! The query string of a table: filters, `select`, `order`, `limit`, `offset`.

use std::cmp::Ordering;

use routix_domain::value::Fault;
use serde_json::{Map, Value};

use super::super::ManageError;
use crate::http::{Failure, pairs};

/// Never more rows than this in one answer.
const MAX_LIMIT: usize = 1_000;

/// What the caller wants of a table.
pub(super) struct TableQuery {
    filters: Vec<Filter>,
    select: Option<Vec<String>>,
    /// Columns to order by; `true` for descending.
    order: Vec<(String, bool)>,
    pub(super) offset: usize,
    pub(super) limit: usize,
}

struct Filter {
    column: String,
    values: Vec<String>,
}

impl TableQuery {
    /// Reads the query string against the columns that the table has.
    ///
    /// # Errors
    /// A fault for every parameter that is none.
    pub(super) fn parse(query: Option<&str>, columns: &[&str]) -> Result<Self, ManageError> {
        let pairs = pairs::parse(query.unwrap_or_default().as_bytes())
            .map_err(|error| Failure::invalid_request(error.to_string()))?;
        let mut faults = Vec::new();
        let mut table = Self { filters: Vec::new(), select: None, order: Vec::new(), offset: 0, limit: MAX_LIMIT };
        for (name, value) in pairs {
            let read = match name.as_str() {
                "select" => read_select(&value, columns).map(|select| table.select = select),
                "order" => read_order(&value, columns).map(|order| table.order = order),
                "limit" => number(&value, MAX_LIMIT).map(|limit| table.limit = limit),
                "offset" => number(&value, usize::MAX).map(|offset| table.offset = offset),
                column if columns.contains(&column) => {
                    read_filter(column, &value).map(|filter| table.filters.push(filter))
                }
                _ => Err("no such column"),
            };
            if let Err(message) = read {
                faults.push(Fault::new(name, "invalid_parameter", message));
            }
        }
        if faults.is_empty() { Ok(table) } else { Err(ManageError::Invalid(faults)) }
    }

    pub(super) fn has_filter(&self) -> bool {
        !self.filters.is_empty()
    }

    pub(super) fn matches(&self, row: &Map<String, Value>) -> bool {
        self.filters.iter().all(|filter| {
            let actual = row.get(&filter.column).map(plain).unwrap_or_default();
            filter.values.contains(&actual)
        })
    }

    /// Filters, orders, cuts and selects.
    pub(super) fn apply(&self, rows: Vec<Map<String, Value>>) -> Vec<Map<String, Value>> {
        let mut rows: Vec<_> = rows.into_iter().filter(|row| self.matches(row)).collect();
        rows.sort_by(|a, b| self.compare(a, b));
        rows.into_iter().skip(self.offset).take(self.limit).map(|row| self.select(row)).collect()
    }

    pub(super) fn select(&self, row: Map<String, Value>) -> Map<String, Value> {
        match &self.select {
            None => row,
            Some(columns) => row.into_iter().filter(|(name, _)| columns.contains(name)).collect(),
        }
    }

    fn compare(&self, a: &Map<String, Value>, b: &Map<String, Value>) -> Ordering {
        let by_column = |(column, descending): &(String, bool)| {
            let ordering = compare_values(&a[column], &b[column]);
            if *descending { ordering.reverse() } else { ordering }
        };
        self.order.iter().map(by_column).find(|ordering| ordering.is_ne()).unwrap_or(Ordering::Equal)
    }
}

/// Numbers as numbers, all else as text; null comes last, as in PostgREST.
fn compare_values(a: &Value, b: &Value) -> Ordering {
    let as_values = || match (a.as_i64(), b.as_i64()) {
        (Some(a), Some(b)) => a.cmp(&b),
        (None, _) | (_, None) => plain(a).cmp(&plain(b)),
    };
    a.is_null().cmp(&b.is_null()).then_with(as_values)
}

/// A value as it is written in a query string.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

fn read_filter(column: &str, value: &str) -> Result<Filter, &'static str> {
    let (operator, operand) = value.split_once('.').ok_or("write a filter as eq.VALUE or in.(A,B)")?;
    let values = match operator {
        "eq" => vec![operand.to_owned()],
        "in" => {
            let list = operand.strip_prefix('(').and_then(|list| list.strip_suffix(')'));
            list.ok_or("write a list as in.(A,B)")?.split(',').map(|item| item.trim_matches('"').to_owned()).collect()
        }
        _ => return Err("only eq and in are offered"),
    };
    Ok(Filter { column: column.to_owned(), values })
}

fn read_select(value: &str, columns: &[&str]) -> Result<Option<Vec<String>>, &'static str> {
    if value == "*" || value.is_empty() {
        return Ok(None);
    }
    let names: Vec<&str> = value.split(',').map(str::trim).collect();
    if names.iter().all(|name| columns.contains(name)) {
        Ok(Some(names.into_iter().map(str::to_owned).collect()))
    } else {
        Err("names a column that does not exist")
    }
}

fn read_order(value: &str, columns: &[&str]) -> Result<Vec<(String, bool)>, &'static str> {
    let read = |item: &str| {
        let (column, direction) = item.split_once('.').unwrap_or((item, "asc"));
        let descending = match direction {
            "asc" => false,
            "desc" => true,
            _ => return Err("order by COLUMN, COLUMN.asc or COLUMN.desc"),
        };
        let known = columns.contains(&column).then(|| (column.to_owned(), descending));
        known.ok_or("names a column that does not exist")
    };
    value.split(',').map(read).collect()
}

fn number(value: &str, max: usize) -> Result<usize, &'static str> {
    let plain = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
    value.parse().ok().filter(|number| plain && *number <= max).ok_or("must be a whole number in range")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Map<String, Value>> {
        [("b", "active", 2), ("a", "revoked", 1), ("c", "active", 30)]
            .into_iter()
            .map(|(id, status, n)| {
                [("id".to_owned(), id.into()), ("status".to_owned(), status.into()), ("n".to_owned(), n.into())]
                    .into_iter()
                    .collect()
            })
            .collect()
    }

    fn ids(query: &str) -> Vec<String> {
        let query = TableQuery::parse(Some(query), &["id", "status", "n"]).unwrap();
        query.apply(rows()).iter().map(|row| plain(&row["id"])).collect()
    }

    #[test]
    fn rows_are_filtered_ordered_and_cut() {
        assert_eq!(ids("status=eq.active"), ["b", "c"]);
        assert_eq!(ids("id=in.(a,c)&order=id.desc"), ["c", "a"]);
        assert_eq!(ids("order=status.desc,id&limit=2&offset=1"), ["b", "c"]);
        assert_eq!(ids("n=eq.30"), ["c"]);
        assert_eq!(ids("order=n.desc"), ["c", "b", "a"]);
    }

    #[test]
    fn only_selected_columns_are_shown() {
        let query = TableQuery::parse(Some("select=id,n&order=id"), &["id", "status", "n"]).unwrap();
        assert_eq!(Value::Object(query.apply(rows()).swap_remove(0)), serde_json::json!({"id": "a", "n": 1}));
    }

    #[test]
    fn every_faulty_parameter_is_named() {
        let query = "moon=eq.1&id=a&n=like.x&select=secret&order=id.up&limit=-1&offset=x";
        let Err(ManageError::Invalid(faults)) = TableQuery::parse(Some(query), &["id", "n"]) else {
            panic!("the query was taken");
        };
        let fields: Vec<_> = faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields, ["id", "limit", "moon", "n", "offset", "order", "select"]);
    }
}
