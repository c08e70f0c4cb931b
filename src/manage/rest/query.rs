//! The query string of a table: filters, `select`, `order`, `limit`, `offset`; and the `Range` header, which says the last
//! two as well.

use std::cmp::Ordering;

use axum::http::{HeaderMap, header};
use routix_domain::value::Fault;
use serde_json::{Map, Value};

use super::super::ManageError;
use super::columns::{Column, Kind};
use super::filter::Filter;
use super::grammar;
use crate::http::pairs;

/// Never more rows than this in one answer.
const MAX_LIMIT: usize = 1_000;
/// So many parameters a query may have: each filter is tried on each row.
const MAX_PARAMETERS: usize = 50;

/// What all filters of a query may weigh together: every row that the caller may see is held against them.
const MAX_WEIGHT: usize = 400;

/// What the caller wants of a table.
pub(super) struct TableQuery {
    filters: Vec<Filter>,
    select: Option<Vec<&'static str>>,
    order: Vec<Order>,
    offset: usize,
    limit: usize,
}

struct Order {
    column: Column,
    descending: bool,
    nulls_first: bool,
}

/// Rows of a table, cut out of all that match.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) rows: Vec<Map<String, Value>>,
    pub(super) offset: usize,
    /// How many match, on whatever page.
    pub(super) total: usize,
}

impl TableQuery {
    /// Reads the query string, and the range of the headers, against the columns that the table has.
    ///
    /// # Errors
    /// `BadQuery` with a fault for every parameter that is none; `BadRange`.
    pub(super) fn parse(
        query: Option<&str>,
        headers: &HeaderMap,
        columns: &'static [Column],
    ) -> Result<Self, ManageError> {
        let unreadable = |message: String| ManageError::BadQuery(vec![Fault::new("query", "malformed", message)]);
        let pairs = pairs::parse_all(query.unwrap_or_default().as_bytes());
        let pairs = pairs.map_err(|error| unreadable(error.to_string()))?;
        if pairs.len() > MAX_PARAMETERS {
            return Err(unreadable(format!("has more than {MAX_PARAMETERS} parameters")));
        }
        let mut table = Self { filters: Vec::new(), select: None, order: Vec::new(), offset: 0, limit: MAX_LIMIT };
        let (mut faults, mut said) = (Vec::new(), Vec::new());
        for (name, value) in pairs {
            let read = match name.as_str() {
                // A filter may come twice: then both hold.
                "select" | "order" | "limit" | "offset" if said.contains(&name) => Err("is given twice".to_owned()),
                "select" => read_select(&value, columns).map(|select| table.select = select),
                "order" => read_order(&value, columns).map(|order| table.order = order),
                "limit" => number(&value, MAX_LIMIT).map(|limit| table.limit = limit),
                "offset" => number(&value, usize::MAX).map(|offset| table.offset = offset),
                _ => read_filter(&name, &value, columns).map(|filter| table.filters.push(filter)),
            };
            faults.extend(read.err().map(|message| Fault::new(name.as_str(), "invalid_parameter", message)));
            said.push(name);
        }
        if !faults.is_empty() {
            return Err(ManageError::BadQuery(faults));
        }
        if table.filters.iter().map(Filter::weight).sum::<usize>() > MAX_WEIGHT {
            return Err(unreadable(format!(
                "has filters of more than {MAX_WEIGHT} conditions, values of lists and characters of patterns"
            )));
        }
        if !said.iter().any(|name| name == "limit" || name == "offset")
            && let Some((first, last)) = range(headers)?
        {
            table.offset = first;
            let wanted = last.map_or(MAX_LIMIT, |last| (last - first).saturating_add(1));
            table.limit = wanted.min(MAX_LIMIT);
        }
        Ok(table)
    }

    pub(super) fn has_filter(&self) -> bool {
        !self.filters.is_empty()
    }

    /// The id that every matching row has, when the query says it outright.
    pub(super) fn only_id(&self) -> Option<&str> {
        self.filters.iter().find_map(|filter| filter.equal_to("id"))
    }

    pub(super) fn matches(&self, row: &Map<String, Value>) -> bool {
        self.filters.iter().all(|filter| filter.admits(row))
    }

    /// Filters, orders, cuts and selects.
    pub(super) fn apply(&self, mut rows: Vec<Map<String, Value>>) -> Page {
        rows.retain(|row| self.matches(row));
        rows.sort_by(|a, b| self.compare(a, b));
        let total = rows.len();
        let cut = rows.into_iter().skip(self.offset).take(self.limit);
        Page { rows: cut.map(|row| self.select(row)).collect(), offset: self.offset, total }
    }

    pub(super) fn select(&self, mut row: Map<String, Value>) -> Map<String, Value> {
        if let Some(columns) = &self.select {
            row.retain(|name, _| columns.contains(&name.as_str()));
        }
        row
    }

    fn compare(&self, a: &Map<String, Value>, b: &Map<String, Value>) -> Ordering {
        let by_column = |order: &Order| order.compare(&a[order.column.name], &b[order.column.name]);
        self.order.iter().map(by_column).find(|ordering| ordering.is_ne()).unwrap_or(Ordering::Equal)
    }
}

impl Order {
    fn compare(&self, a: &Value, b: &Value) -> Ordering {
        match (self.column.kind.value(a), self.column.kind.value(b)) {
            (Some(a), Some(b)) if self.descending => b.cmp(&a),
            (Some(a), Some(b)) => a.cmp(&b),
            (None, None) => Ordering::Equal,
            (None, Some(_)) if self.nulls_first => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) if self.nulls_first => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
        }
    }
}

fn read_filter(name: &str, value: &str, columns: &[Column]) -> Result<Filter, String> {
    if !grammar::is_group(name) && !columns.iter().any(|column| column.name == name) {
        return Err("no such column".to_owned());
    }
    let condition = grammar::parameter(name, value).map_err(|fault| fault.to_string())?;
    Filter::of(condition, columns)
}

fn read_select(value: &str, columns: &[Column]) -> Result<Option<Vec<&'static str>>, String> {
    let names: Vec<&str> = value.split(',').map(str::trim).collect();
    if value.is_empty() {
        return Ok(None);
    }
    let known = |name: &&str| columns.iter().find(|column| column.name == *name).map(|column| column.name);
    let found: Option<Vec<_>> = names.iter().filter(|name| **name != "*").map(known).collect();
    let found = found.ok_or_else(|| "names a column that does not exist".to_owned())?;
    Ok(Some(found).filter(|_| !names.contains(&"*")))
}

/// `COLUMN[.asc|.desc][.nullsfirst|.nullslast]`. Left out, nulls are the greatest, as in PostgreSQL.
fn read_order(value: &str, columns: &[Column]) -> Result<Vec<Order>, String> {
    let read = |item: &str| {
        let mut parts = item.split('.').peekable();
        let name = parts.next().unwrap_or_default();
        let known = columns.iter().find(|column| column.name == name);
        let column = *known.ok_or("names a column that does not exist")?;
        if column.kind == Kind::List {
            return Err("names a column that holds a list");
        }
        let descending = parts.peek() == Some(&"desc");
        parts.next_if(|part| matches!(*part, "asc" | "desc"));
        let nulls_first = match parts.next() {
            None => descending,
            Some("nullsfirst") => true,
            Some("nullslast") => false,
            Some(_) => return Err("order by COLUMN, COLUMN.asc or COLUMN.desc, and .nullsfirst or .nullslast"),
        };
        match parts.next() {
            None => Ok(Order { column, descending, nulls_first }),
            Some(_) => Err("order by COLUMN, COLUMN.asc or COLUMN.desc, and .nullsfirst or .nullslast"),
        }
    };
    let mut order: Vec<Order> = Vec::new();
    for item in value.split(',') {
        let next = read(item.trim())?;
        // A column that comes again decides nothing any more.
        if !order.iter().any(|known| known.column.name == next.column.name) {
            order.push(next);
        }
    }
    Ok(order)
}

fn number(value: &str, max: usize) -> Result<usize, String> {
    let plain = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
    let number = value.parse().ok().filter(|number| plain && *number <= max);
    number.ok_or_else(|| "must be a whole number in range".to_owned())
}

/// `Range: 0-24`, or `0-`, or either with the unit `items=`. A range of bytes, or what is none, asks for nothing here.
fn range(headers: &HeaderMap) -> Result<Option<(usize, Option<usize>)>, ManageError> {
    let text = headers.get(header::RANGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Some((first, last)) = text.strip_prefix("items=").unwrap_or(text).split_once('-') else { return Ok(None) };
    let Ok(first) = number(first, usize::MAX) else { return Ok(None) };
    match (last, number(last, usize::MAX)) {
        ("", _) => Ok(Some((first, None))),
        (_, Ok(last)) if last < first => Err(ManageError::BadRange),
        (_, Ok(last)) => Ok(Some((first, Some(last)))),
        (_, Err(_)) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const COLUMNS: [Column; 5] =
        [Column::text("id"), Column::text("status"), Column::number("n"), Column::time("at"), Column::list("scopes")];

    fn rows() -> Vec<Map<String, Value>> {
        let rows = json!([
            {"id": "b", "status": "active", "n": 2, "at": "2026-03-01T12:00:00.000000Z", "scopes": ["x"]},
            {"id": "a", "status": "revoked", "n": 1, "at": null, "scopes": []},
            {"id": "c", "status": "active", "n": 30, "at": "2026-03-02T00:00:00.000000Z", "scopes": ["y"]},
        ]);
        serde_json::from_value(rows).unwrap()
    }

    fn read(query: &str) -> Result<TableQuery, ManageError> {
        TableQuery::parse(Some(query), &HeaderMap::new(), &COLUMNS)
    }

    fn ids(query: &str) -> String {
        let page = read(query).unwrap_or_else(|error| panic!("{error:?}: {query}")).apply(rows());
        page.rows.iter().map(|row| row["id"].as_str().unwrap()).collect()
    }

    #[test]
    fn a_query_costs_no_more_than_a_person_would_ask_for() {
        let pattern = |length: usize| format!("status.ilike.*{}b", "a".repeat(length));
        for (query, is_taken) in [
            (format!("or=({},{})", pattern(190), pattern(190)), true),
            (format!("or=({},{},{})", pattern(190), pattern(190), pattern(190)), false),
            (format!("status=ilike.{0}&status=ilike.{0}&status=ilike.{0}", "a".repeat(190)), false),
        ] {
            assert_eq!(read(&query).is_ok(), is_taken, "{query}");
        }
        let order = read(&format!("order={}", ["status"; 40].join(","))).ok().unwrap().order;
        assert_eq!(order.len(), 1, "what comes again decides nothing");
    }

    #[test]
    fn rows_are_filtered_ordered_and_cut() {
        for (query, expected) in [
            ("status=eq.active", "bc"),
            ("id=in.(a,c)&order=id.desc", "ca"),
            ("order=status.desc,id&limit=2&offset=1", "bc"),
            ("n=eq.30", "c"),
            ("order=n.desc", "cba"),
            ("n=gte.2&n=lt.30", "b"),
            ("or=(n.gt.29,id.eq.a)", "ac"),
            ("not.or=(n.gt.29,id.eq.a)", "b"),
            ("and=(status.eq.active,not.and(n.eq.2,id.eq.b))", "c"),
            ("status=ilike.ACT*", "bc"),
            ("status=not.ilike.%25ct%25", "a"),
            ("id=in.()", ""),
            ("scopes=not.is.null", "bac"),
        ] {
            assert_eq!(ids(query), expected, "{query}");
        }
    }

    #[test]
    fn times_compare_as_times() {
        for (query, expected) in [
            ("at=eq.2026-03-01T13:00:00%2B01:00", "b"),
            ("at=gte.2026-03-02", "c"),
            ("at=lt.2026-03-02", "b"),
            ("at=in.(2026-03-02,2026-03-01T12:00:00Z)", "bc"),
        ] {
            assert_eq!(ids(query), expected, "{query}");
        }
    }

    #[test]
    fn null_is_neither_equal_nor_unequal() {
        for (query, expected) in [
            ("at=is.null", "a"),
            ("at=not.is.null", "bc"),
            ("at=neq.2026-03-01T12:00:00Z", "c"),
            ("at=not.eq.2026-03-01T12:00:00Z", "c"),
            ("or=(at.gt.2026-03-01,id.eq.a)", "bac"),
            ("not.and=(at.gt.2026-03-01,id.eq.a)", "bc"),
            ("order=at", "bca"),
            ("order=at.desc", "acb"),
            ("order=at.nullsfirst", "abc"),
            ("order=at.desc.nullslast", "cba"),
        ] {
            assert_eq!(ids(query), expected, "{query}");
        }
    }

    #[test]
    fn only_selected_columns_are_shown() {
        let page = read("select=id,n&order=id").unwrap().apply(rows());
        assert_eq!(Value::Object(page.rows[0].clone()), json!({"id": "a", "n": 1}));
        assert_eq!(read("select=*,id").unwrap().apply(rows()).rows[0].len(), 5);
    }

    #[test]
    fn every_faulty_parameter_is_named() {
        let query = "moon=eq.1&id=a&n=like.x&select=secret&order=id.up&limit=-1&offset=x&n=eq.x&at=gt.noon\
            &scopes=cs.%7Bx%7D&scopes=eq.x&status=is.true&n=ilike.1&or=(moon.eq.1)&order=n&limit=1&order=scopes";
        let Err(ManageError::BadQuery(faults)) = read(query) else { panic!("the query was taken") };
        let fields: Vec<_> = faults.iter().map(|fault| fault.field.as_str()).collect();
        let expected = "moon id n select order limit offset n at scopes scopes status n or order limit order";
        assert_eq!(fields.join(" "), expected);
    }

    #[test]
    fn a_range_is_an_offset_and_a_limit() {
        let cut = |query: &str, range: &str| {
            let headers = [(header::RANGE, range.parse().unwrap())].into_iter().collect();
            let page = TableQuery::parse(Some(query), &headers, &COLUMNS).ok()?.apply(rows());
            Some(page.rows.iter().map(|row| row["id"].as_str().unwrap()).collect::<String>())
        };
        for (query, range, expected) in [
            ("", "0-0", Some("b")),
            ("", "1-", Some("ac")),
            ("", "items=1-1", Some("a")),
            ("", "0-18446744073709551615", Some("bac")),
            ("", "bytes=0-0", Some("bac")),
            ("", "x", Some("bac")),
            ("", "2-1", None),
            ("limit=2", "0-0", Some("ba")),
        ] {
            assert_eq!(cut(query, range).as_deref(), expected, "{query} {range}");
        }
    }
}
