//! Change an app: its details, what it may do, and whether it may do anything.

use routix_domain::app::{App, AppChange, AppCommand};
use uuid::Uuid;

use super::bus::Commands;
use super::origin::Origin;
use super::register_app::RegisterAppError;

impl Commands {
    /// Applies all of `change`, or none of it. Returns whether anything was different before. With `seen`, the app's sequence
    /// when somebody looked at it, nothing is done once it has changed.
    ///
    /// # Errors
    /// [`RegisterAppError`]: the same rules hold as at registration.
    pub async fn change_app(
        &self,
        (organization_id, app_id): (Uuid, Uuid),
        seen: Option<u64>,
        change: AppChange,
        origin: &Origin,
    ) -> Result<bool, RegisterAppError> {
        if let Some(restriction) = &change.allowed_branches {
            self.check_branches(organization_id, restriction).await?;
        }
        let command = AppCommand::Change(Box::new(change));
        let executed = self.execute_at::<App>((&app_id.to_string(), seen), command, origin).await?;
        Ok(!executed.events.is_empty())
    }
}
