//! Tables of an older version stay live until a rebuild replaces them.

use routix_domain::log::{EventFeed, Fact, RecordedEvent};
use routix_projections::branches::{BranchRow, Branches};
use routix_projections::projection::Projection;
use routix_projections::read_db::ReadError;
use routix_projections::rows::{ApplyError, RowKey, Rows};
use routix_projections::table::{Column, ColumnKind, Table, TableRow};

use super::place::{Kind, Place, now, on_both};
use routix_test_history::History;

on_both! {
    an_older_version_stays_live_until_a_rebuild_makes_the_new_one_live,
}

/// `branches` as a later version of routix might have them: with one more column.
struct WithLength;

const TABLE: Table = Table {
    columns: &[
        BranchRow::TABLE.columns[0],
        BranchRow::TABLE.columns[1],
        BranchRow::TABLE.columns[2],
        BranchRow::TABLE.columns[3],
        BranchRow::TABLE.columns[4],
        BranchRow::TABLE.columns[5],
        Column { name: "note", kind: ColumnKind::Text, nullable: true },
    ],
    ..BranchRow::TABLE
};

impl Projection for WithLength {
    fn name(&self) -> &'static str {
        Branches.name()
    }

    fn version(&self) -> u32 {
        Branches.version() + 1
    }

    fn tables(&self) -> &'static [Table] {
        &[TABLE]
    }

    fn reads(&self) -> &'static [&'static str] {
        Branches.reads()
    }

    fn keys(&self, _fact: &Fact) -> Vec<RowKey> {
        Vec::new()
    }

    fn apply(&self, _event: &RecordedEvent, _fact: &Fact, _rows: &mut Rows) -> Result<(), ApplyError> {
        Ok(())
    }
}

async fn an_older_version_stays_live_until_a_rebuild_makes_the_new_one_live(kind: Kind) {
    let place = Place::new(kind).await;
    place.append(&History::of(71, 300).appends).await;
    place.catch_up().await;
    let before = place.dump(&Branches).await;
    let prepared = place.db.prepare(&WithLength, now()).await.unwrap();
    assert_eq!((prepared.version, prepared.position), (1, place.store.head().await.unwrap()));
    assert_eq!(place.dump(&Branches).await, before);
    let verified = place.rebuilder().verify(&WithLength, &mut |_| {}).await;
    let Err(ReadError::OtherVersion { projection, live, wanted }) = verified else { panic!("{verified:?}") };
    assert_eq!((projection, live, wanted), ("branches", 1, 2));
    place.rebuilder().rebuild(&WithLength, &mut |_| {}).await.unwrap();
    assert_eq!(place.db.prepare(&WithLength, now()).await.unwrap().version, 2);
    assert_eq!(place.value::<i64>("SELECT count(note) FROM branches").await, 0);
    let tables = place.tables().await;
    let of_branches: Vec<_> = tables.iter().filter(|name| name.starts_with("branches__")).collect();
    assert_eq!(of_branches, ["branches__2"], "the tables of the old version are gone");
}
