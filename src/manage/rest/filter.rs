//! A condition over the columns of a table, and which rows meet it.
//!
//! What is unknown is neither: as in SQL, a null is not equal to a value, and not unequal either.

use serde_json::{Map, Value};

use super::columns::{Column, Kind, Operand};
use super::grammar::{Comparison, Condition, Known, Operator, Test};
use super::pattern::Pattern;

#[derive(Clone, Debug)]
pub(super) struct Filter {
    negated: bool,
    rule: Rule,
}

#[derive(Clone, Debug)]
enum Rule {
    Compare(Column, Comparison, Operand),
    OneOf(Column, Vec<Operand>),
    Like(Column, Pattern),
    IsNull(Column),
    All(Vec<Filter>),
    Any(Vec<Filter>),
}

impl Filter {
    /// Finds the columns that a condition names and reads its values as theirs.
    ///
    /// # Errors
    /// A sentence about the first part that the table cannot answer.
    pub(super) fn of(condition: Condition, columns: &[Column]) -> Result<Self, String> {
        let rule = match condition.test {
            Test::Column(name, operator) => {
                let column =
                    columns.iter().find(|column| column.name == name).ok_or("names no column of this table")?;
                of_column(*column, operator).map_err(|fault| format!("{name} {fault}"))?
            }
            Test::All(members) => Rule::All(of_members(members, columns)?),
            Test::Any(members) => Rule::Any(of_members(members, columns)?),
        };
        Ok(Self { negated: condition.negated, rule })
    }

    /// The text that a column must be equal to.
    pub(super) fn equal_to(&self, name: &str) -> Option<&str> {
        match &self.rule {
            Rule::Compare(column, Comparison::Equal, Operand::Text(text)) if column.name == name && !self.negated => {
                Some(text)
            }
            Rule::Compare(..) | Rule::OneOf(..) | Rule::Like(..) | Rule::IsNull(_) | Rule::All(_) | Rule::Any(_) => {
                None
            }
        }
    }

    /// How much looking at a row costs: a condition is one, and so is each value of a list and each
    /// character of a pattern.
    pub(super) fn weight(&self) -> usize {
        match &self.rule {
            Rule::Compare(..) | Rule::IsNull(_) => 1,
            Rule::OneOf(_, operands) => operands.len(),
            Rule::Like(_, pattern) => 1 + pattern.length(),
            Rule::All(members) | Rule::Any(members) => members.iter().map(Self::weight).sum(),
        }
    }

    pub(super) fn admits(&self, row: &Map<String, Value>) -> bool {
        self.judge(row) == Some(true)
    }

    /// `None` when it is unknown.
    fn judge(&self, row: &Map<String, Value>) -> Option<bool> {
        let value = |column: &Column| column.kind.value(row.get(column.name).unwrap_or(&Value::Null));
        let judged = match &self.rule {
            Rule::Compare(column, comparison, operand) => {
                value(column).map(|value| holds(*comparison, &value, operand))
            }
            Rule::OneOf(column, operands) => value(column).map(|value| operands.contains(&value)),
            Rule::Like(column, pattern) => match value(column) {
                Some(Operand::Text(text)) => Some(pattern.matches(&text)),
                Some(Operand::Time(_) | Operand::Number(_)) | None => None,
            },
            Rule::IsNull(column) => Some(row.get(column.name).is_none_or(Value::is_null)),
            Rule::All(members) => decided(members, row, false),
            Rule::Any(members) => decided(members, row, true),
        };
        judged.map(|judged| judged != self.negated)
    }
}

/// One member with the verdict `decisive` decides; else one that is unknown leaves all unknown.
fn decided(members: &[Filter], row: &Map<String, Value>, decisive: bool) -> Option<bool> {
    let mut whole = Some(!decisive);
    for member in members {
        match member.judge(row) {
            Some(verdict) if verdict == decisive => return Some(decisive),
            Some(_) => {}
            None => whole = None,
        }
    }
    whole
}

fn holds(comparison: Comparison, value: &Operand, operand: &Operand) -> bool {
    match comparison {
        Comparison::Equal => value == operand,
        Comparison::NotEqual => value != operand,
        Comparison::Greater => value > operand,
        Comparison::GreaterOrEqual => value >= operand,
        Comparison::Less => value < operand,
        Comparison::LessOrEqual => value <= operand,
    }
}

fn of_members(members: Vec<Condition>, columns: &[Column]) -> Result<Vec<Filter>, String> {
    members.into_iter().map(|member| Filter::of(member, columns)).collect()
}

fn of_column(column: Column, operator: Operator) -> Result<Rule, &'static str> {
    match operator {
        Operator::Compare(comparison, text) => Ok(Rule::Compare(column, comparison, column.kind.operand(&text)?)),
        Operator::In(texts) if column.kind != Kind::List => {
            let operands: Result<_, _> = texts.iter().map(|text| column.kind.operand(text)).collect();
            Ok(Rule::OneOf(column, operands?))
        }
        Operator::ILike(pattern) if matches!(column.kind, Kind::Text | Kind::Id) => {
            Ok(Rule::Like(column, Pattern::parse(&pattern)?))
        }
        Operator::ILike(_) => Err("holds no text, which ilike is for"),
        Operator::Is(Known::Null) => Ok(Rule::IsNull(column)),
        Operator::Is(Known::True | Known::False) => Err("holds neither true nor false"),
        Operator::In(_) => Err("holds a list, which only is.null and not.is.null ask about"),
    }
}
