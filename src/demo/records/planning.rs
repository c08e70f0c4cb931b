//! Trips: four orders, a vehicle, a driver and a trailer.

use chrono::{DateTime, Days, TimeDelta, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::proxy::records::LoadRow;

use super::calendar::{at, date, time, today};
use super::load::{DemoBranch, id, members};
use super::orders::{Order, Stop, TRIP};

/// What a trip can be planned with: ids of what is active.
pub(super) struct Fleet {
    tractors: Vec<Uuid>,
    drivers: Vec<Uuid>,
    trailers: Vec<Uuid>,
}

impl Fleet {
    pub(super) fn ready(vehicles: &[LoadRow], staff: &[LoadRow], equipment: &[LoadRow]) -> Self {
        let active = |rows: &[LoadRow], fits: fn(&LoadRow) -> bool| {
            rows.iter().filter(|row| row.members["status"] == "active" && fits(row)).map(|row| row.id).collect()
        };
        Self {
            tractors: active(vehicles, |row| row.members["vehicle_type"] == "tractor_unit"),
            drivers: active(staff, |row| row.members["role"] == "driver"),
            trailers: active(equipment, |row| row.members["pallet_places"] != 0),
        }
    }
}

fn turn(ids: &[Uuid], number: usize) -> Option<Uuid> {
    ids.get(number % ids.len().max(1)).copied()
}

pub(super) fn make(branch: &DemoBranch<'_>, orders: &[Order], fleet: &Fleet) -> Vec<LoadRow> {
    let trips = orders.chunks(TRIP).take(branch.size.counts().trips);
    trips.enumerate().map(|(number, loads)| trip(branch, fleet, (number, loads))).collect()
}

fn trip(branch: &DemoBranch<'_>, fleet: &Fleet, (number, loads): (usize, &[Order])) -> LoadRow {
    let day = loads.first().map(|order| order.loading.date).unwrap_or_default();
    let mut stops: Vec<(DateTime<Utc>, Value)> = Vec::new();
    for order in loads {
        stops.push(stop("loading", order.row.id, &order.loading));
        stops.push(stop("unloading", order.row.id, &order.unloading));
    }
    stops.sort_by_key(|(planned, _)| *planned);
    let departure = at(day, 5, 30);
    let arrival = stops.last().map_or(departure, |(planned, _)| *planned) + TimeDelta::hours(2);
    let status = match (arrival.date_naive() < today(), day <= today()) {
        (true, _) => "completed",
        (false, true) => "under_way",
        (false, false) => "planned",
    };
    let distance: i64 = loads.iter().map(|order| order.unloading.place.city.distance_km).sum();
    LoadRow {
        id: id(branch, "planning", number),
        created_at: at(day - Days::new(1), 14, i64::try_from(number % 60).unwrap_or_default()),
        members: members(json!({
            "trip_number": format!("RIT-2026-{:04}", number + 1), "trip_date": date(day), "status": status,
            "vehicle_id": turn(&fleet.tractors, number),
            "driver_id": turn(&fleet.drivers, number),
            "equipment_id": turn(&fleet.trailers, number),
            "departure_at": time(departure), "arrival_at": time(arrival), "distance_km": distance + 60,
            "stops": stops.into_iter().map(|(_, stop)| stop).collect::<Vec<_>>(),
            "weight_kg": loads.iter().map(|order| order.weight_kg).sum::<i64>(),
            "loading_length_cm": loads.iter().map(|order| order.loading_length_cm).sum::<i64>(),
        })),
    }
}

fn stop(kind: &str, order_id: Uuid, stop: &Stop) -> (DateTime<Utc>, Value) {
    let planned = at(stop.date, stop.hour, 20);
    let value = json!({
        "order_id": order_id, "kind": kind, "company_name": stop.company, "city": stop.place.city.name,
        "country": stop.place.city.country, "planned_at": time(planned),
    });
    (planned, value)
}
