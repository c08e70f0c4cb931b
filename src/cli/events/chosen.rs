//! Which events are meant, as options of a command.

use chrono::{DateTime, Utc};
use clap::Args;
use uuid::Uuid;

use crate::evidence::{Filter, from_time, to_time};

#[derive(Args)]
pub(super) struct Chosen {
    /// Recorded then or later: RFC 3339, or a date in UTC.
    #[arg(long, value_name = "TIME", value_parser = from_time)]
    from: Option<DateTime<Utc>>,
    /// Recorded then or earlier; a date means the whole day.
    #[arg(long, value_name = "TIME", value_parser = to_time)]
    to: Option<DateTime<Utc>>,
    /// The type, or its beginning with a dot at the end (`app.`); may be given several times.
    #[arg(long = "type", value_name = "TYPE")]
    types: Vec<String>,
    /// Who did it: an id, the account of a command line, or `user`, `app`, `command_line`, `system`.
    #[arg(long)]
    actor: Option<String>,
    /// The id of an organization. What cannot be told, as for signing keys, is of none.
    #[arg(long, value_name = "ID")]
    organization: Option<Uuid>,
    /// The id or client id of an app.
    #[arg(long, value_name = "ID")]
    app: Option<Uuid>,
    /// The request, as in its `x-request-id`.
    #[arg(long, value_name = "ID")]
    request_id: Option<String>,
    /// Only events behind this position.
    #[arg(long, value_name = "POSITION", default_value_t = 0)]
    after: u64,
}

impl Chosen {
    pub(super) fn filter(self) -> Filter {
        let Self { from, to, types, actor, organization, app, request_id, after } = self;
        Filter { from, to, types, actor, organization, app, request_id, after }
    }
}
