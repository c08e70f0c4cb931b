//! Orders, in groups of four that fit into one trip.

use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

use crate::proxy::records::LoadRow;

use super::accounts::{Account, Place, id_of};
use super::calendar::{at, date, time, today, working_day};
use super::load::{DemoBranch, id, members};
use super::pick::Pick;
use super::words::GOODS;

/// How many orders a trip takes.
pub(super) const TRIP: usize = 4;

/// An order and what trips and invoices need to know of it.
pub(super) struct Order {
    pub(super) row: LoadRow,
    /// Its customer's place in the list of accounts.
    pub(super) account: usize,
    pub(super) number: String,
    pub(super) loading: Stop,
    pub(super) unloading: Stop,
    pub(super) weight_kg: i64,
    pub(super) loading_length_cm: i64,
    pub(super) price_cents: i64,
}

pub(super) struct Stop {
    pub(super) company: String,
    pub(super) place: Place,
    pub(super) date: NaiveDate,
    pub(super) hour: i64,
}

pub(super) fn make(branch: &DemoBranch<'_>, accounts: &[Account]) -> Vec<Order> {
    let mut pick = Pick::new(branch.tenant.branch_id(), "orders");
    let customers: Vec<usize> = (0..accounts.len()).filter(|&place| accounts[place].is_customer).collect();
    let counts = branch.size.counts();
    let groups = counts.orders / TRIP;
    (0..counts.orders)
        .map(|number| {
            let account = customers[pick.place(customers.len())];
            let other = pick.place(accounts.len());
            let day = working_day(number / TRIP, groups);
            let loading = stop(&accounts[account], day, pick.between(6, 10));
            // Abroad takes until the next day.
            let days = u64::from(accounts[other].place.city.country != "NL");
            let unloading = stop(&accounts[other], day + Days::new(days), pick.between(11, 17));
            order(branch, &mut pick, (number, account), (loading, unloading))
        })
        .collect()
}

fn stop(account: &Account, date: NaiveDate, hour: i64) -> Stop {
    Stop { company: account.name.clone(), place: account.place.clone(), date, hour }
}

fn order(
    branch: &DemoBranch<'_>,
    pick: &mut Pick,
    (number, account): (usize, usize),
    (loading, unloading): (Stop, Stop),
) -> Order {
    let (goods, package_type) = GOODS[pick.place(GOODS.len())];
    let packages = pick.between(1, 8);
    let weight_kg = packages * pick.between(180, 520);
    let loading_length_cm = packages * 40;
    let km = loading.place.city.distance_km + unloading.place.city.distance_km;
    let price_cents = 9_500 + km * pick.between(85, 130) + packages * 650;
    let in_trip = number / TRIP < branch.size.counts().trips;
    let status = match (in_trip, unloading.date < today(), loading.date <= today()) {
        (_, true, _) if pick.chance(3) => "cancelled",
        (_, true, _) => "delivered",
        (true, false, true) => "in_transit",
        (true, false, false) => "planned",
        (false, false, _) => pick.of(&["draft", "confirmed"]),
    };
    let adr = goods.starts_with("Reinigings") && pick.chance(60);
    let cooled = goods.contains("gekoeld") || goods.starts_with("Verse");
    let order_number = format!("ORD-2026-{:05}", number + 1);
    let reference = format!("PO{}", pick.digits(6));
    let row = LoadRow {
        id: id(branch, "orders", number),
        created_at: at(loading.date - Days::new(3), 7 + i64::try_from(number % TRIP).unwrap_or_default() * 2, 15),
        members: members(json!({
            "order_number": order_number, "account_id": id_of(branch, account), "reference": reference,
            "status": status, "loading_date": date(loading.date), "delivery_date": date(unloading.date),
            "stops": [place("loading", &loading, &reference), place("unloading", &unloading, &reference)],
            "goods_description": goods, "package_count": packages, "package_type": package_type,
            "weight_kg": weight_kg, "loading_length_cm": loading_length_cm, "price_cents": price_cents, "adr": adr,
            "un_number": adr.then_some("UN1760"), "temperature_controlled": cooled,
            "temperature_celsius": cooled.then_some(4), "tail_lift_required": pick.chance(15),
            "remarks": pick.chance(10).then_some("Chauffeur belt een uur voor aankomst."),
        })),
    };
    Order { row, account, number: order_number, loading, unloading, weight_kg, loading_length_cm, price_cents }
}

fn place(kind: &str, stop: &Stop, reference: &str) -> Value {
    json!({
        "kind": kind, "company_name": stop.company, "street": stop.place.street, "postal_code": stop.place.postal_code,
        "city": stop.place.city.name, "country": stop.place.city.country,
        "window_start": time(at(stop.date, stop.hour, 0)), "window_end": time(at(stop.date, stop.hour + 2, 0)),
        "reference": reference,
    })
}
