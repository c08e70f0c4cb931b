//! Where a command came from.

use routix_domain::log::Actor;
use uuid::Uuid;

use crate::store::identity::RequestContext;

/// Who asks, how they proved it, and in which request.
#[derive(Clone, Debug)]
pub struct Origin {
    pub actor: Actor,
    /// `password`, `client_secret`, `command_line` or `none`.
    pub authenticated_by: &'static str,
    pub request_id: Option<String>,
    /// Joins every event that follows from one request.
    pub correlation_id: Uuid,
    pub context: RequestContext,
}

impl Origin {
    /// Somebody at the server's command line, by the name of his account there.
    pub fn command_line(account: String, correlation_id: Uuid) -> Self {
        Self {
            actor: Actor::CommandLine(account),
            authenticated_by: "command_line",
            request_id: None,
            correlation_id,
            context: RequestContext::default(),
        }
    }

    /// routix itself.
    pub fn system(correlation_id: Uuid) -> Self {
        Self { actor: Actor::System, authenticated_by: "none", ..Self::command_line(String::new(), correlation_id) }
    }
}
