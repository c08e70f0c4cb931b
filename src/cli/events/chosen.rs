//! Which events are meant, as options of a command.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use clap::Args;
use uuid::Uuid;

use crate::evidence::Filter;

#[derive(Args)]
pub(super) struct Chosen {
    /// Recorded then or later: RFC 3339, or a date in UTC.
    #[arg(long, value_name = "TIME", value_parser = from)]
    from: Option<DateTime<Utc>>,
    /// Recorded then or earlier; a date means the whole day.
    #[arg(long, value_name = "TIME", value_parser = to)]
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

fn from(text: &str) -> Result<DateTime<Utc>, String> {
    time(text, false)
}

fn to(text: &str) -> Result<DateTime<Utc>, String> {
    time(text, true)
}

fn time(text: &str, end_of_day: bool) -> Result<DateTime<Utc>, String> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Ok(time.to_utc());
    }
    let wrong = || "a time is 2026-11-22 or 2026-11-22T08:00:00Z".to_owned();
    let day: NaiveDate = text.parse().map_err(|_| wrong())?;
    let begin = |day: NaiveDate| day.and_hms_opt(0, 0, 0).map(|time| time.and_utc()).ok_or_else(wrong);
    if end_of_day {
        Ok(begin(day.checked_add_days(Days::new(1)).ok_or_else(wrong)?)? - TimeDelta::microseconds(1))
    } else {
        begin(day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_its_first_moment_or_its_last() {
        assert_eq!(from("2026-11-30").unwrap().to_rfc3339(), "2026-11-30T00:00:00+00:00");
        assert_eq!(to("2026-11-30").unwrap().to_rfc3339(), "2026-11-30T23:59:59.999999+00:00");
        assert_eq!(to("2026-11-30T12:00:00+02:00").unwrap().to_rfc3339(), "2026-11-30T10:00:00+00:00");
        assert!(from("yesterday").is_err() && to("2026-02-30").is_err());
    }
}
