//! Filling a build. What a batch makes of its rows is found out without keeping anybody from writing, and written in a
//! transaction of its own: so the next batch is folded while one is written, and on SQLite others write in between.

use std::sync::Arc;

use routix_domain::log::Page;
use tokio::task::spawn_blocking;

use super::advance::store;
use super::fold::{self, Prepared};
use super::generation::{self, Reached};
use super::{Outcome, ReadDb, ReadError};
use crate::database::DatabaseError;
use crate::projection::Projection;
use crate::rows::Rows;
use crate::same_log::Mark;

/// What a batch makes of the rows of a build. Written where the build is at `after`, and nowhere else: what they were before is
/// what the batch before it makes of them.
pub(crate) struct Folded {
    after: u64,
    next: u64,
    last: Option<Mark>,
    rows: Rows,
}

/// What became of a batch before it was written.
pub(crate) enum Fold {
    Ready(Arc<Folded>),
    /// Somebody else brought the build to another position; read on from there.
    Elsewhere(u64),
}

impl ReadDb {
    /// Finds out what a page that was read behind `after` makes of the rows of a build. The batch `before` it may not be
    /// written yet.
    ///
    /// # Errors
    /// [`ReadError::Poison`] for an event that cannot be applied; [`ReadError::BuildGone`].
    pub(crate) async fn fold(
        &self,
        projection: &'static dyn Projection,
        number: i64,
        (after, page): (u64, Page),
        before: Option<Arc<Folded>>,
    ) -> Result<Fold, ReadError> {
        let prepare = move || Prepared::new(projection, page);
        let Prepared { page, steps } = spawn_blocking(prepare).await.map_err(DatabaseError::ended)?;
        let mut build = self.look_at(projection, number).await?;
        let work = move || {
            if build.position != after && before.as_ref().is_none_or(|before| build.position != before.after) {
                let reached = build.position;
                build.session.end()?;
                return Ok(Fold::Elsewhere(reached));
            }
            let before = before.as_ref().map(|before| &before.rows);
            let found = fold::load(&mut *build.session, (projection, number), &steps, before)?;
            // Now, and not when all is folded: the tables may be swapped in or dropped next.
            build.session.end()?;
            let rows = fold::fold(projection, (&page.events, steps), found, before);
            let rows = rows.map_err(|poison| poison.error(projection, &page.events))?;
            let last = page.events.last().map(Mark::of);
            Ok(Fold::Ready(Arc::new(Folded { after, next: page.next, last, rows })))
        };
        spawn_blocking(work).await.map_err(DatabaseError::ended)?
    }

    /// Writes what was folded, unless the build is no longer where the batch begins.
    ///
    /// # Errors
    /// [`ReadError::BuildGone`].
    pub(crate) async fn write_build(
        &self,
        projection: &'static dyn Projection,
        number: i64,
        folded: Arc<Folded>,
        now: i64,
    ) -> Result<Outcome, ReadError> {
        let pace = Arc::clone(&self.pace);
        self.database
            .write(move |session| {
                pace.keep(session)?;
                let build = generation::hold_numbered(session, projection.name(), number)?;
                let build = build.ok_or(ReadError::BuildGone)?;
                build.must_be_of(projection)?;
                // Another rebuild may have made it the live one, and an operator have paused that.
                if let Some(standstill) = build.standstill() {
                    return Ok(standstill);
                }
                if build.position != folded.after {
                    return Ok(Outcome::Elsewhere(build.position));
                }
                let reached = Reached { position: folded.next, last: folded.last.clone(), now };
                store(session, (projection, number), &folded.rows, reached)?;
                Ok(Outcome::At(folded.next))
            })
            .await
    }
}

#[cfg(test)]
impl ReadDb {
    /// One page after the other.
    pub(super) async fn advance_build(
        &self,
        projection: &'static dyn Projection,
        number: i64,
        page: (u64, Page),
    ) -> Result<Outcome, ReadError> {
        match self.fold(projection, number, page, None).await? {
            Fold::Ready(folded) => self.write_build(projection, number, folded, 0).await,
            Fold::Elsewhere(reached) => Ok(Outcome::Elsewhere(reached)),
        }
    }
}
