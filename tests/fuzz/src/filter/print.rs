//! Writing a condition as it is read: the proof that the grammar says what it seems to.

use std::fmt::{self, Display, Formatter, Write};

use routix::manage::rest::grammar::{Condition, Operator, Test};

/// The query parameter that says this, decoded: its name and its value.
pub(super) fn parameter(condition: &Condition) -> (String, String) {
    let not = if condition.negated { "not." } else { "" };
    match &condition.test {
        Test::Column(name, operator) => (name.clone(), format!("{not}{}", Alone(operator))),
        Test::All(members) => (format!("{not}and"), Group(members).to_string()),
        Test::Any(members) => (format!("{not}or"), Group(members).to_string()),
    }
}

struct Member<'a>(&'a Condition);

impl Display for Member<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let not = if self.0.negated { "not." } else { "" };
        match &self.0.test {
            Test::Column(name, operator) => write!(f, "{name}.{not}{}", Within(operator)),
            Test::All(members) => write!(f, "{not}and{}", Group(members)),
            Test::Any(members) => write!(f, "{not}or{}", Group(members)),
        }
    }
}

struct Group<'a>(&'a [Condition]);

impl Display for Group<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        list(f, self.0.iter().map(Member))
    }
}

/// Within a group, where a value has an end.
struct Within<'a>(&'a Operator);

impl Display for Within<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Operator::Compare(comparison, value) => write!(f, "{}.{}", comparison.word(), Quoted(value)),
            Operator::ILike(pattern) => write!(f, "ilike.{}", Quoted(pattern)),
            Operator::In(values) => {
                f.write_str("in.")?;
                list(f, values.iter().map(|value| Quoted(value)))
            }
            Operator::Is(known) => write!(f, "is.{}", known.word()),
        }
    }
}

/// An operator whose value goes on to the end.
struct Alone<'a>(&'a Operator);

impl Display for Alone<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Operator::Compare(comparison, value) => write!(f, "{}.{value}", comparison.word()),
            Operator::ILike(pattern) => write!(f, "ilike.{pattern}"),
            other @ (Operator::In(_) | Operator::Is(_)) => Within(other).fmt(f),
        }
    }
}

/// A value in quotes, where it could not be read back without them.
struct Quoted<'a>(&'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if !self.0.is_empty() && !self.0.contains([',', '(', ')', '"', '\\']) {
            return f.write_str(self.0);
        }
        f.write_char('"')?;
        for c in self.0.chars() {
            if matches!(c, '"' | '\\') {
                f.write_char('\\')?;
            }
            f.write_char(c)?;
        }
        f.write_char('"')
    }
}

fn list(f: &mut Formatter<'_>, items: impl Iterator<Item = impl Display>) -> fmt::Result {
    f.write_char('(')?;
    for (index, item) in items.enumerate() {
        if index > 0 {
            f.write_char(',')?;
        }
        write!(f, "{item}")?;
    }
    f.write_char(')')
}
