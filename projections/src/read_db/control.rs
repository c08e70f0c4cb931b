//! What an operator asks of a projection: go on, stand still, try again.

use super::{ReadDb, ReadError, generation};
use crate::projection::Projection;
use crate::values;

impl ReadDb {
    /// Lets a stopped projection try its event again, because what could not apply it was replaced. Its follower sees it
    /// by itself. `false` when it was not stopped.
    ///
    /// # Errors
    /// [`ReadError`] when the database does not answer.
    pub async fn retry(&self, projection: &'static dyn Projection) -> Result<bool, ReadError> {
        let retry = "UPDATE projections SET state = 'live', error = NULL, error_position = NULL
             WHERE name = $1 AND state = 'stopped'";
        let name = projection.name().to_owned();
        self.database.write(move |session| Ok(session.execute(retry, &values![name])? > 0)).await
    }

    /// As [`Self::retry`], for a projection that stands at the event at `position`. `false` when it does not.
    ///
    /// # Errors
    /// As [`Self::retry`].
    pub async fn retry_at(&self, projection: &'static dyn Projection, position: u64) -> Result<bool, ReadError> {
        let retry = "UPDATE projections SET state = 'live', error = NULL, error_position = NULL
             WHERE name = $1 AND state = 'stopped' AND error_position = $2";
        let values = values![projection.name().to_owned(), position];
        self.database.write(move |session| Ok(session.execute(retry, &values)? > 0)).await
    }

    /// Lets a projection stand still until [`Self::resume`], across restarts and rebuilds. `false` when it did already.
    ///
    /// # Errors
    /// As [`Self::retry`].
    pub async fn pause(&self, projection: &'static dyn Projection) -> Result<bool, ReadError> {
        self.set_paused(projection, true).await
    }

    /// Ends a pause. `false` when there was none.
    ///
    /// # Errors
    /// As [`Self::retry`].
    pub async fn resume(&self, projection: &'static dyn Projection) -> Result<bool, ReadError> {
        self.set_paused(projection, false).await
    }

    /// Whether an operator lets it stand still, whatever else keeps it.
    ///
    /// # Errors
    /// As [`Self::retry`].
    pub async fn is_paused(&self, projection: &'static dyn Projection) -> Result<bool, ReadError> {
        let paused = "SELECT 1 FROM projection_controls WHERE name = $1 AND paused = 1";
        Ok(self.database.select_one(paused, &values![projection.name().to_owned()]).await?.is_some())
    }

    async fn set_paused(&self, projection: &'static dyn Projection, paused: bool) -> Result<bool, ReadError> {
        let pause = "UPDATE projection_controls SET paused = $2 WHERE name = $1 AND paused <> $2";
        self.database
            .write(move |session| {
                // Nothing is applied any more once this has ended, and not even a batch that had begun before it.
                generation::hold_projection(session, projection.name())?;
                generation::hold_live(session, projection.name())?;
                Ok(session.execute(pause, &values![projection.name().to_owned(), paused])? > 0)
            })
            .await
    }
}
