//! Filters of `/rest/v1`.

mod print;
#[cfg(test)]
mod tests;

use routix::manage::rest::grammar::{Condition, Operator, Test, parameter};

/// As in the grammar.
const MAX_DEPTH: usize = 8;
const MAX_CONDITIONS: usize = 100;

/// A name and a value in two lines; and all of it as the value of a column and of groups. What is read says the same when it
/// is written, and has no part that was not in the text.
pub fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (name, value) = text.split_once('\n').unwrap_or(("status", text));
    for (name, value) in [(name, value), ("status", text), ("or", text), ("not.and", text)] {
        let Ok(condition) = parameter(name, value) else { continue };
        let (again, written) = print::parameter(&condition);
        assert_eq!(parameter(&again, &written).as_ref(), Ok(&condition), "{again}={written}");
        let parts = format!("{name}\n{value}").replace('\\', "");
        assert!(count(&condition, &parts, MAX_DEPTH + 1) <= MAX_CONDITIONS + MAX_DEPTH, "{name}={value}");
    }
}

/// How many conditions there are. Every name is a name, and every value stands in the text.
fn count(condition: &Condition, text: &str, depth: usize) -> usize {
    assert!(depth > 0, "groups stand in groups too deep");
    match &condition.test {
        Test::All(members) | Test::Any(members) => {
            1 + members.iter().map(|member| count(member, text, depth - 1)).sum::<usize>()
        }
        Test::Column(name, operator) => {
            assert!(!name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'), "{name}");
            for value in values(operator) {
                assert!(text.contains(&value.replace('\\', "")), "{value} comes from nowhere");
            }
            1
        }
    }
}

fn values(operator: &Operator) -> Vec<&String> {
    match operator {
        Operator::Compare(_, value) | Operator::ILike(value) => vec![value],
        Operator::In(values) => values.iter().collect(),
        Operator::Is(_) => Vec::new(),
    }
}
