//! How large the tables of a projection are, and how much room there is for new ones beside them.

use std::fmt;

use super::generation;
use super::schema::physical;
use super::{ReadDb, ReadError};
use crate::database::{DatabaseError, Session};
use crate::projection::Projection;

/// The tables that readers see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    pub rows: u64,
    /// With their indexes.
    pub bytes: u64,
}

/// A number of bytes, shown in the unit that people read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bytes(pub u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 4] = ["bytes", "kB", "MB", "GB"];
        let (mut tenths, mut unit) = (self.0.saturating_mul(10), 0);
        while tenths >= 10_000 && unit + 1 < UNITS.len() {
            (tenths, unit) = (tenths / 1_000, unit + 1);
        }
        let fraction = if unit == 0 { String::new() } else { format!(".{}", tenths % 10) };
        write!(f, "{}{fraction} {}", tenths / 10, UNITS[unit])
    }
}

impl ReadDb {
    /// The size of the live tables of a projection. It looks at every page of them.
    ///
    /// # Errors
    /// [`ReadError`] when the database does not answer.
    pub async fn size(&self, projection: &'static dyn Projection) -> Result<Size, ReadError> {
        let Some(live) = self.live(projection).await? else { return Ok(Size::default()) };
        let mut session = self.database.snapshot().await?;
        let look = move || size(&mut *session, projection, live.number);
        Ok(tokio::task::spawn_blocking(look).await.map_err(DatabaseError::ended)??)
    }

    /// How many bytes the database may still grow by, on its disk and in pages of its file that nobody uses; `None` where
    /// the disk is that of another machine.
    ///
    /// # Errors
    /// [`ReadError`] when nobody can tell.
    pub async fn free_bytes(&self) -> Result<Option<u64>, ReadError> {
        Ok(self.database.free_bytes()?)
    }

    /// How far the build of an interrupted rebuild is, which the next one goes on with.
    pub(crate) async fn begun(&self, projection: &dyn Projection) -> Result<u64, ReadError> {
        let is_begun = |(name, build): &(String, generation::Generation)| {
            let is_own = name == projection.name() && build.version == projection.version();
            is_own && build.state == generation::State::Building
        };
        Ok(self.builds().await?.iter().find(|build| is_begun(build)).map_or(0, |(_, build)| build.position))
    }
}

/// Of tables of another version, those are missing that this version does not have.
fn size(session: &mut dyn Session, projection: &dyn Projection, number: i64) -> Result<Size, DatabaseError> {
    let there = session.table_names()?;
    let mut size = Size::default();
    for table in projection.tables().iter().map(|table| physical(table, number)).filter(|table| there.contains(table)) {
        let count = session.query_one(&format!("SELECT count(*) FROM {table}"), &[])?;
        size.rows += count.map_or(Ok(0), |row| row.get::<u64>(0))?;
        size.bytes += session.table_bytes(&table)?;
    }
    Ok(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_told_in_a_unit_that_people_read() {
        let told = [0, 999, 1_000, 24_576, 999_999, 4_096_000, 7_000_000_000_000].map(|count| Bytes(count).to_string());
        assert_eq!(told, ["0 bytes", "999 bytes", "1.0 kB", "24.5 kB", "999.9 kB", "4.0 MB", "7000.0 GB"]);
    }
}
