//! What the databases do not have in common, as the words that a statement is made of.

/// The words of one database.
#[derive(Debug)]
pub(in crate::proxy) struct Dialect {
    /// Before the number of a parameter.
    pub(super) placeholder: char,
    /// The predicate of every statement: parameters 1 and 2 are the tenant's.
    pub(super) of_tenant: &'static str,
    /// Around a filter.
    pub(super) filter: (&'static str, &'static str),
    /// Behind the parameter of a whole number, so that one that the column cannot hold is unequal and no fault.
    pub(super) whole_number: &'static str,
    /// Behind the reading of a row that is going to be written.
    pub(super) for_update: &'static str,
    /// Whether the database gives a new row its place in the branch.
    pub(super) numbers_rows: bool,
}

#[cfg(test)]
impl Dialect {
    /// The same words with another predicate: what a mistake in one of them would do.
    pub(in crate::proxy) const fn asking(self, of_tenant: &'static str) -> Self {
        Self { of_tenant, ..self }
    }
}

/// The likelihood makes the planner take the filter's index, whatever it knows of the rows: walking along the key is
/// faster for a value that every row has, but a scan of the branch for a value that none has.
pub(in crate::proxy) const SQLITE: Dialect = Dialect {
    placeholder: '?',
    of_tenant: " WHERE organization_id = ?1 AND branch_id = ?2",
    filter: ("likelihood(", ", 0.001)"),
    whole_number: "",
    for_update: "",
    numbers_rows: false,
};

pub(in crate::proxy) const POSTGRES: Dialect = Dialect {
    placeholder: '$',
    of_tenant: " WHERE organization_id = $1 AND branch_id = $2",
    filter: ("", ""),
    whole_number: "::bigint",
    for_update: " FOR UPDATE",
    numbers_rows: true,
};
