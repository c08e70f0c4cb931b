//! Give an app a new secret, and end the overlap with the old one.

use routix_domain::app::{App, AppCommand, AppError};
use uuid::Uuid;

use super::bus::{CommandError, Commands};
use super::origin::Origin;
use super::secret::Secret;

impl Commands {
    /// Returns once the old secret is refused (or its overlap has begun) wherever the read models are read.
    ///
    /// # Errors
    /// [`CommandError`]; `Conflict` when the app has another sequence than the one `seen`; after `NotVisible` the rotation has happened and its secret is lost: rotate again.
    pub async fn rotate_secret(
        &self,
        (app_id, seen): (Uuid, Option<u64>),
        overlap_seconds: u32,
        origin: &Origin,
    ) -> Result<Secret, CommandError<AppError>> {
        let secret = Secret::generate(&self.system);
        let command = AppCommand::RotateSecret { secret: secret.fingerprint(), overlap_seconds, at: self.system.now() };
        self.execute_at::<App>((&app_id.to_string(), seen), command, origin).await?;
        Ok(secret)
    }

    /// Ends the overlap of the last rotation. Returns whether an old secret was still working.
    ///
    /// # Errors
    /// [`CommandError`].
    pub async fn end_overlap(
        &self,
        (app_id, seen): (Uuid, Option<u64>),
        origin: &Origin,
    ) -> Result<bool, CommandError<AppError>> {
        let command = AppCommand::EndOverlap { at: self.system.now() };
        let executed = self.execute_at::<App>((&app_id.to_string(), seen), command, origin).await?;
        Ok(!executed.events.is_empty())
    }
}
