//! What is read and what is refused.

use super::condition::{Comparison, Condition, Known, Operator, Test};
use super::parse::{InvalidFilter, parameter};

fn column(name: &str, operator: Operator) -> Condition {
    Condition { negated: false, test: Test::Column(name.to_owned(), operator) }
}

fn equal(value: &str) -> Operator {
    Operator::Compare(Comparison::Equal, value.to_owned())
}

fn not(condition: Condition) -> Condition {
    Condition { negated: !condition.negated, ..condition }
}

#[test]
fn a_value_alone_goes_on_to_the_end() {
    for value in ["active", "", "a,b)", "\"quoted\"", "eq.x", "(1,2)", "10:30.5"] {
        assert_eq!(parameter("name", &format!("eq.{value}")), Ok(column("name", equal(value))), "{value}");
    }
    assert_eq!(parameter("name", "not.ilike.*a%"), Ok(not(column("name", Operator::ILike("*a%".to_owned())))));
    assert_eq!(parameter("name", "is.NULL"), Ok(column("name", Operator::Is(Known::Null))));
}

#[test]
fn a_list_has_values_with_and_without_quotes() {
    for (text, values) in [
        ("()", &[][..]),
        ("(a,b)", &["a", "b"]),
        ("(\"\")", &[""]),
        ("(a,)", &["a", ""]),
        (r#"("a,b)",c,"say \"hi\" \\")"#, &["a,b)", "c", "say \"hi\" \\"]),
    ] {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        assert_eq!(parameter("id", &format!("in.{text}")), Ok(column("id", Operator::In(values))), "{text}");
    }
}

#[test]
fn groups_stand_in_groups() {
    let (a, b, c) = (column("a", equal("1")), not(column("b", Operator::In(vec!["2".into(), "3".into()]))), {
        column("c", Operator::Is(Known::False))
    });
    let inner = not(Condition { negated: false, test: Test::All(vec![b, c]) });
    let any = Condition { negated: false, test: Test::Any(vec![a, inner]) };
    let text = "(a.eq.1,not.and(b.not.in.(2,3),c.is.false))";
    assert_eq!(parameter("or", text), Ok(any.clone()));
    assert_eq!(parameter("not.or", text), Ok(not(any.clone())));
}

#[test]
fn a_text_outside_the_grammar_is_refused_with_its_reason() {
    for (name, value, reason) in [
        ("a", "", InvalidFilter::Shape),
        ("a", "1", InvalidFilter::Shape),
        ("a", "eq", InvalidFilter::Shape),
        ("", "eq.1", InvalidFilter::Shape),
        ("a->>b", "eq.1", InvalidFilter::Shape),
        ("a", "not.not.eq.1", InvalidFilter::UnknownOperator),
        ("a", "like.x", InvalidFilter::UnknownOperator),
        ("a", "cs.{x}", InvalidFilter::UnknownOperator),
        ("a", "EQ.1", InvalidFilter::UnknownOperator),
        ("a", "is.maybe", InvalidFilter::Is),
        ("a", "in.1,2", InvalidFilter::List),
        ("a", "in.(1,2", InvalidFilter::List),
        ("a", "in.(1,2)x", InvalidFilter::List),
        ("a", "in.(\"1)", InvalidFilter::Quotes),
        ("a", "in.(\"1\"2)", InvalidFilter::Quotes),
        ("a", "in.(\"1\\", InvalidFilter::Quotes),
        ("or", "", InvalidFilter::Group),
        ("or", "()", InvalidFilter::Group),
        ("or", "(a)", InvalidFilter::Group),
        ("or", "(a.eq.1", InvalidFilter::Group),
        ("or", "(a.eq.1)x", InvalidFilter::Group),
        ("or", "(a.eq.1,)", InvalidFilter::Group),
        ("or", "(not.a.eq.1)", InvalidFilter::Group),
        ("or", "(a.eq.\"1\"2)", InvalidFilter::Quotes),
    ] {
        assert_eq!(parameter(name, value), Err(reason), "{name}={value}");
    }
}

#[test]
fn depth_and_number_have_a_limit() {
    let nested = |depth: usize| format!("{}(a.eq.1{}", "(and".repeat(depth - 1), ")".repeat(depth));
    assert!(parameter("or", &nested(8)).is_ok());
    assert_eq!(parameter("or", &nested(9)), Err(InvalidFilter::TooDeep));
    let many = |count: usize| format!("({})", vec!["a.eq.1"; count].join(","));
    assert!(parameter("and", &many(100)).is_ok());
    assert_eq!(parameter("and", &many(101)), Err(InvalidFilter::TooMany));
    assert_eq!(parameter("or", &"(and".repeat(100_000)), Err(InvalidFilter::TooDeep));
}
