//! Drivers, planners and the others.

use chrono::{Days, NaiveDate, TimeDelta};
use serde_json::json;

use crate::proxy::records::LoadRow;

use super::calendar::{at, date, day};
use super::load::{DemoBranch, id, members};
use super::pick::Pick;
use super::words::{FIRST_NAMES, SURNAMES};

/// How many of a branch's first members of staff drive.
fn drivers(branch: &DemoBranch<'_>) -> usize {
    branch.size.counts().staff * 3 / 4
}

pub(super) fn make(branch: &DemoBranch<'_>) -> Vec<LoadRow> {
    let mut pick = Pick::new(branch.tenant.branch_id(), "staff");
    (0..branch.size.counts().staff).map(|number| member(branch, &mut pick, number)).collect()
}

fn member(branch: &DemoBranch<'_>, pick: &mut Pick, number: usize) -> LoadRow {
    let drives = number < drivers(branch);
    let role =
        if drives { "driver" } else { pick.of(&["planner", "planner", "warehouse", "mechanic", "administration"]) };
    let first = FIRST_NAMES[(number * 7) % FIRST_NAMES.len()];
    let last = SURNAMES[(number * 11 + number / SURNAMES.len()) % SURNAMES.len()];
    let mailbox = format!("{first}.{last}").to_lowercase().replace(' ', "");
    let mut later = |least, most| date(day(0) + Days::new(pick.between(least, most).unsigned_abs()));
    let (code_95, card, adr) = (later(300, 1800), later(300, 1800), later(200, 1700));
    let since = NaiveDate::from_yo_opt(2005, 1).unwrap_or_default() + Days::new(pick.between(0, 7600).unsigned_abs());
    let heavy = pick.chance(85);
    LoadRow {
        id: id(branch, "staff", number),
        created_at: at(day(1), 11, 0) + TimeDelta::minutes(i64::try_from(number).unwrap_or_default() * 3),
        members: members(json!({
            "employee_number": format!("{}", 2001 + number), "first_name": first, "last_name": last, "role": role,
            "email": format!("{mailbox}{number}@haulier.example"),
            "phone": format!("+31 6 5550 {}", pick.digits(4)),
            "status": if pick.chance(94) { "active" } else { pick.of(&["on_leave", "left"]) },
            "license_categories": match (drives, heavy) {
                (true, true) => json!(["B", "C", "CE"]),
                (true, false) => json!(["B", "C"]),
                (false, _) => json!(["B"]),
            },
            "code_95_expiry_date": drives.then_some(code_95), "driver_card_expiry_date": drives.then_some(card),
            "adr_expiry_date": (drives && pick.chance(35)).then_some(adr), "employed_since": date(since),
            "weekly_hours": pick.of(&[40, 40, 40, 32, 24]),
        })),
    }
}
