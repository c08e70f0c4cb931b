//! A condition as a tree.

/// What a row must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Condition {
    pub(in super::super) negated: bool,
    pub(in super::super) test: Test,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Test {
    Column(String, Operator),
    All(Vec<Condition>),
    Any(Vec<Condition>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Operator {
    Compare(Comparison, String),
    In(Vec<String>),
    /// Case does not count; `%` and `*` are any characters, `_` is one.
    ILike(String),
    Is(Known),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Comparison {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

impl Comparison {
    pub(super) const ALL: [Self; 6] =
        [Self::Equal, Self::NotEqual, Self::Greater, Self::GreaterOrEqual, Self::Less, Self::LessOrEqual];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Equal => "eq",
            Self::NotEqual => "neq",
            Self::Greater => "gt",
            Self::GreaterOrEqual => "gte",
            Self::Less => "lt",
            Self::LessOrEqual => "lte",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Known {
    Null,
    True,
    False,
}

impl Known {
    pub(super) const ALL: [Self; 3] = [Self::Null, Self::True, Self::False];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::True => "true",
            Self::False => "false",
        }
    }
}
