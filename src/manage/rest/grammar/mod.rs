//! The filters of PostgREST's query strings, as far as they are offered: a text in, a tree out, and back.
//!
//! ```text
//! parameter = column "=" ["not."] operator                         one condition; a value is all that follows
//!           | ["not."] ("and" | "or") "=" group
//! group     = "(" member *("," member) ")"
//! member    = ["not."] ("and" | "or") group | column "." ["not."] operator
//! operator  = ("eq" | "neq" | "gt" | "gte" | "lt" | "lte" | "ilike") "." value
//!           | "in" "." "(" [value *("," value)] ")" | "is" "." ("null" | "true" | "false")
//! value     = text without "," and ")" | quoted, with \" and \\ for those two
//! ```
//!
//! Deliberately absent: what a column holds (that is the table's matter), the other operators, JSON paths and casts.

mod condition;
mod parse;
#[cfg(test)]
mod tests;

pub use self::condition::{Comparison, Condition, Known, Operator, Test};
pub use self::parse::{InvalidFilter, is_group, parameter};
