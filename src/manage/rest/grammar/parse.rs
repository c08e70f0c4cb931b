//! Reading a filter.

use super::condition::{Comparison, Condition, Known, Operator, Test};

/// So deep groups may stand in groups, and so many conditions one parameter may have: more is written by no person.
const MAX_DEPTH: usize = 8;
const MAX_CONDITIONS: usize = 100;

/// Why a filter was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFilter {
    #[error("write a filter as eq.VALUE, in.(A,B) or not.eq.VALUE")]
    Shape,
    #[error("only eq, neq, gt, gte, lt, lte, in, ilike and is are offered")]
    UnknownOperator,
    #[error("is takes null, true or false")]
    Is,
    #[error("write a list as in.(A,B), and a value that holds a comma or a bracket in double quotes")]
    List,
    #[error("write a group as (COLUMN.eq.VALUE,COLUMN.is.null)")]
    Group,
    #[error("a value in double quotes must end where its quotes do")]
    Quotes,
    #[error("groups may stand in groups eight deep")]
    TooDeep,
    #[error("a group may have a hundred conditions")]
    TooMany,
}

/// Whether a parameter of this name is a group of conditions and no column.
pub fn is_group(name: &str) -> bool {
    matches!(name.strip_prefix("not.").unwrap_or(name), "and" | "or")
}

/// The condition that a query parameter states.
///
/// # Errors
/// [`InvalidFilter`] for a text outside the grammar.
pub fn parameter(name: &str, value: &str) -> Result<Condition, InvalidFilter> {
    let mut reader = Reader { rest: value, conditions: 0 };
    if is_group(name) {
        let (negated, word) = name.strip_prefix("not.").map_or((false, name), |word| (true, word));
        let members = reader.group(1)?;
        let test = if word == "and" { Test::All(members) } else { Test::Any(members) };
        return reader.ends(Condition { negated, test }, InvalidFilter::Group);
    }
    if name.is_empty() || !name.chars().all(is_of_name) {
        return Err(InvalidFilter::Shape);
    }
    let negated = reader.takes("not.");
    let test = Test::Column(name.to_owned(), reader.operator(Reader::all)?);
    // Only a list has an end of its own.
    reader.ends(Condition { negated, test }, InvalidFilter::List)
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

struct Reader<'a> {
    rest: &'a str,
    conditions: usize,
}

impl<'a> Reader<'a> {
    /// Goes past `text`, if it is next.
    fn takes(&mut self, text: &str) -> bool {
        let after = self.rest.strip_prefix(text);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    /// The text before the first character for which `ends` holds.
    fn until(&mut self, ends: impl Fn(char) -> bool) -> &'a str {
        let (text, rest) = self.rest.split_at(self.rest.find(ends).unwrap_or(self.rest.len()));
        self.rest = rest;
        text
    }

    /// `condition` when nothing is behind it.
    fn ends(&self, condition: Condition, otherwise: InvalidFilter) -> Result<Condition, InvalidFilter> {
        if self.rest.is_empty() { Ok(condition) } else { Err(otherwise) }
    }

    /// All that is left.
    fn all(&mut self) -> Result<String, InvalidFilter> {
        Ok(self.until(|_| false).to_owned())
    }

    fn group(&mut self, depth: usize) -> Result<Vec<Condition>, InvalidFilter> {
        if depth > MAX_DEPTH {
            return Err(InvalidFilter::TooDeep);
        }
        if !self.takes("(") {
            return Err(InvalidFilter::Group);
        }
        let mut members = Vec::new();
        loop {
            members.push(self.member(depth)?);
            if self.takes(")") {
                return Ok(members);
            }
            if !self.takes(",") {
                return Err(InvalidFilter::Group);
            }
        }
    }

    fn member(&mut self, depth: usize) -> Result<Condition, InvalidFilter> {
        self.conditions += 1;
        if self.conditions > MAX_CONDITIONS {
            return Err(InvalidFilter::TooMany);
        }
        let negated = self.takes("not.");
        for (word, test) in [("and", Test::All as fn(_) -> _), ("or", Test::Any)] {
            if self.rest.strip_prefix(word).is_some_and(|rest| rest.starts_with('(')) {
                self.takes(word);
                return Ok(Condition { negated, test: test(self.group(depth + 1)?) });
            }
        }
        let name = self.until(|c| !is_of_name(c));
        // What is negated is the operator of a column: `status.not.eq.active`.
        if negated || name.is_empty() || !self.takes(".") {
            return Err(InvalidFilter::Group);
        }
        let negated = self.takes("not.");
        let operator = self.operator(Self::value)?;
        Ok(Condition { negated, test: Test::Column(name.to_owned(), operator) })
    }

    /// An operator whose value, when it is one alone, `value` reads.
    fn operator(
        &mut self,
        value: impl Fn(&mut Self) -> Result<String, InvalidFilter>,
    ) -> Result<Operator, InvalidFilter> {
        let word = self.until(|c| !c.is_ascii_alphanumeric());
        if !self.takes(".") {
            return Err(InvalidFilter::Shape);
        }
        if let Some(comparison) = Comparison::ALL.into_iter().find(|comparison| comparison.word() == word) {
            return Ok(Operator::Compare(comparison, value(self)?));
        }
        match word {
            "in" => self.list().map(Operator::In),
            "ilike" => value(self).map(Operator::ILike),
            "is" => {
                let text = value(self)?.to_ascii_lowercase();
                let known = Known::ALL.into_iter().find(|known| known.word() == text);
                known.map(Operator::Is).ok_or(InvalidFilter::Is)
            }
            _ => Err(InvalidFilter::UnknownOperator),
        }
    }

    fn list(&mut self) -> Result<Vec<String>, InvalidFilter> {
        if !self.takes("(") {
            return Err(InvalidFilter::List);
        }
        let mut values = Vec::new();
        if self.takes(")") {
            return Ok(values);
        }
        loop {
            values.push(self.value()?);
            if self.takes(")") {
                return Ok(values);
            }
            if !self.takes(",") {
                return Err(InvalidFilter::List);
            }
        }
    }

    /// A value that ends at a comma or a bracket, or with its quotes.
    fn value(&mut self) -> Result<String, InvalidFilter> {
        if !self.takes("\"") {
            return Ok(self.until(|c| matches!(c, ',' | ')')).to_owned());
        }
        let mut value = String::new();
        let mut characters = self.rest.char_indices();
        while let Some((at, c)) = characters.next() {
            match c {
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    let ends = self.rest.starts_with([',', ')']);
                    return if ends { Ok(value) } else { Err(InvalidFilter::Quotes) };
                }
                '\\' => value.push(characters.next().ok_or(InvalidFilter::Quotes)?.1),
                other => value.push(other),
            }
        }
        Err(InvalidFilter::Quotes)
    }
}
