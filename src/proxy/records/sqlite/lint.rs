//! The second lock, where the database has none of its own: a statement that touches a table without its tenant is not run.

use std::cell::RefCell;
use std::collections::HashSet;

use crate::proxy::records::RecordError;
use crate::proxy::records::dialect::SQLITE;
use crate::proxy::records::statement::Statement;

/// A statement would have touched rows of anybody.
#[derive(Debug, thiserror::Error)]
#[error("the statement is not limited to one branch: {0}")]
struct Unlimited(String);

/// So many texts are remembered by each thread: the shapes of a catalogue that are in use at a time.
const REMEMBERED: usize = 1_024;

thread_local! {
    /// What was looked at and let through: looking takes longer than running some of them.
    static LIMITED: RefCell<HashSet<String>> = RefCell::default();
}

/// # Errors
/// [`RecordError::Broken`] for such a statement.
pub(super) fn check(statement: &Statement<'_>) -> Result<(), RecordError> {
    let text = statement.as_str();
    if LIMITED.with_borrow(|known| known.contains(text)) {
        return Ok(());
    }
    if !is_limited(text) {
        return Err(RecordError::Broken(Box::new(Unlimited(text.to_owned()))));
    }
    LIMITED.with_borrow_mut(|known| {
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(text.to_owned());
    });
    Ok(())
}

/// Whether every table in it is followed by the tenant's predicate, and what is inserted is the tenant's.
fn is_limited(sql: &str) -> bool {
    let inserts = sql.starts_with("INSERT INTO ");
    let tables = sql.matches(" FROM ").count() + usize::from(sql.starts_with("UPDATE "));
    let own = !inserts || (sql.contains(" (organization_id, branch_id, ") && sql.contains(") VALUES (?1, ?2, "));
    let alternative = sql.contains(" OR ") || sql.contains(" UNION ");
    own && !alternative && (inserts || tables > 0) && sql.matches(SQLITE.of_tenant).count() == tables
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::proxy::Tenant;
    use crate::proxy::catalogue::Identifier;
    use crate::proxy::records::dialect::Dialect;
    use crate::proxy::records::statement::{Column, Param, Table};

    const MUTANTS: [Dialect; 4] = [
        SQLITE.asking(""),
        SQLITE.asking(" WHERE ?1 IS NOT NULL AND ?2 IS NOT NULL"),
        SQLITE.asking(" WHERE organization_id = ?1 AND ?2 IS NOT NULL"),
        SQLITE.asking(" WHERE organization_id = ?1 OR branch_id = ?2"),
    ];

    /// Every verb on every kind of table.
    fn statements(dialect: &'static Dialect) -> Vec<Statement<'static>> {
        let accounts: &'static Identifier = Box::leak(Box::new(Identifier::new("accounts").unwrap()));
        let tenant = Tenant::for_loading(Uuid::from_u128(1), Uuid::from_u128(2));
        let mut all = Vec::new();
        for table in [Table::Records(accounts), Table::Counts, Table::Answers] {
            all.push(Statement::select(dialect, &tenant, table, |columns| columns.text("count(*)")));
            all.push(Statement::update(dialect, &tenant, table, |set| set.text("version = 1")));
            all.push(Statement::delete(dialect, &tenant, table).text(" AND id = ").bind(Param::Number(1)));
        }
        all.push(Statement::insert(
            dialect,
            &tenant,
            Table::Records(accounts),
            &[(Column::Own("version"), Param::Number(1))],
        ));
        all
    }

    #[test]
    fn t2_whatever_the_verb_a_statement_that_lost_its_branch_is_refused() {
        assert!(statements(&SQLITE).iter().all(|statement| check(statement).is_ok()));
        for statement in MUTANTS.iter().flat_map(statements) {
            assert!(check(&statement).is_err(), "{}", statement.as_str());
        }
    }

    #[test]
    fn what_is_limited_to_a_branch_is_let_through() {
        for sql in [
            "SELECT a FROM t WHERE organization_id = ?1 AND branch_id = ?2 ORDER BY seq",
            "UPDATE t SET a = ?3 WHERE organization_id = ?1 AND branch_id = ?2 AND id = ?4",
            "DELETE FROM t WHERE organization_id = ?1 AND branch_id = ?2",
            "INSERT INTO t (organization_id, branch_id, a) VALUES (?1, ?2, ?3)",
        ] {
            assert!(is_limited(sql), "{sql}");
        }
    }

    #[test]
    fn what_is_not_limited_to_a_branch_is_refused() {
        for sql in [
            "SELECT a FROM t",
            "SELECT a FROM t WHERE organization_id = ?1",
            "SELECT a FROM t WHERE organization_id = ?1 AND ?2 = ?2",
            "SELECT (SELECT b FROM u) FROM t WHERE organization_id = ?1 AND branch_id = ?2",
            "SELECT a FROM t WHERE organization_id = ?1 AND branch_id = ?2 OR 1",
            "UPDATE t SET a = ?3 WHERE id = ?4",
            "DELETE FROM t",
            "INSERT INTO t (branch_id, a) VALUES (?2, ?3)",
            "INSERT INTO t (organization_id, branch_id, a) VALUES (?1, ?3, ?3)",
            "INSERT INTO t (organization_id, branch_id, a) VALUES (?1, ?2, (SELECT b FROM u))",
            "DROP TABLE t",
        ] {
            assert!(!is_limited(sql), "{sql}");
        }
    }
}
