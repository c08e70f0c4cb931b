//! Conditions of all shapes, where bytes made up would seldom be one.

use proptest::prelude::*;
use routix::manage::rest::grammar::{Comparison, Condition, Known, Operator, Test, parameter};

use super::print;

fn operators() -> impl Strategy<Value = Operator> {
    let values = || prop_oneof!["[a-z,()\"\\\\.*%]{0,6}", any::<String>()];
    prop_oneof![
        (prop::sample::select(&Comparison::ALL[..]), values())
            .prop_map(|(comparison, value)| Operator::Compare(comparison, value)),
        prop::collection::vec(values(), 0..4).prop_map(Operator::In),
        values().prop_map(Operator::ILike),
        prop::sample::select(&Known::ALL[..]).prop_map(Operator::Is),
    ]
}

fn conditions() -> impl Strategy<Value = Condition> {
    let names =
        prop_oneof!["[b-m_]{1,8}", Just("and".to_owned()), Just("or_else".to_owned()), Just("nothing".to_owned())];
    let one = (names, operators()).prop_map(|(name, operator)| Test::Column(name, operator));
    let negated = |test| (any::<bool>(), test).prop_map(|(negated, test)| Condition { negated, test });
    let leaf = negated(one.boxed());
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let members = prop::collection::vec(inner, 1..4);
        let groups = prop_oneof![members.clone().prop_map(Test::All), members.prop_map(Test::Any)];
        negated(groups.boxed())
    })
    // Alone these names are the two groups, not columns.
    .prop_filter("a group is no column", |condition| !matches!(&condition.test, Test::Column(name, _) if name == "and"))
}

/// Texts that are nearly filters find more than any texts do.
fn fragments() -> impl Strategy<Value = String> {
    const WORDS: [&str; 16] =
        ["eq.", "in.", "is.", "not.", "and(", "or(", "(", ")", ",", "\"", "\\", "a", "null", ".", "ilike.", "é"];
    prop::collection::vec(prop::sample::select(&WORDS[..]), 0..12).prop_map(|words| words.concat())
}

proptest! {
    #[test]
    fn what_is_written_is_read_back_as_it_was(condition in conditions()) {
        let (name, value) = print::parameter(&condition);
        prop_assert_eq!(parameter(&name, &value), Ok(condition));
    }

    #[test]
    fn what_is_read_is_written_in_a_form_that_reads_the_same(value in fragments()) {
        super::check(value.as_bytes());
    }
}
