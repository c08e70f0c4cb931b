//! Vehicles and trailers, with plates of shapes that are given out in the Netherlands.

use chrono::{Days, TimeDelta};
use serde_json::json;

use crate::proxy::records::LoadRow;

use super::calendar::{at, date, day};
use super::load::{DemoBranch, id, members};
use super::pick::Pick;

pub(super) fn vehicles(branch: &DemoBranch<'_>) -> Vec<LoadRow> {
    let mut pick = Pick::new(branch.tenant.branch_id(), "vehicles");
    (0..branch.size.counts().vehicles).map(|number| vehicle(branch, &mut pick, number)).collect()
}

/// The type, make, model, payload, length and pallet places that go together.
type Model = (&'static str, &'static str, &'static str, i64, i64, i64);

const MODELS: [Model; 10] = [
    ("tractor_unit", "DAF", "XF 480", 24_000, 1360, 33),
    ("tractor_unit", "DAF", "XG+ 530", 24_000, 1360, 33),
    ("tractor_unit", "Scania", "R 450", 24_500, 1360, 33),
    ("tractor_unit", "Volvo", "FH 460", 24_000, 1360, 33),
    ("tractor_unit", "Mercedes-Benz", "Actros 1845", 24_000, 1360, 33),
    ("rigid_truck", "DAF", "XD 290", 9_500, 760, 18),
    ("rigid_truck", "MAN", "TGM 18.320", 9_000, 740, 18),
    ("box_truck", "Iveco", "Eurocargo 120E", 5_500, 620, 14),
    ("van", "Mercedes-Benz", "Sprinter 317", 1_150, 420, 5),
    ("van", "Volkswagen", "Crafter 35", 1_200, 430, 5),
];

fn vehicle(branch: &DemoBranch<'_>, pick: &mut Pick, number: usize) -> LoadRow {
    let (vehicle_type, make, model, payload, length, pallets) = MODELS[number % MODELS.len()];
    // The two digits of the number keep the plates of a branch apart.
    let apart = format!("{:02}", number % 100);
    let plate = match (vehicle_type, number % 2) {
        ("van", _) => format!("V-{}{}-{}", pick.between(1, 9), apart, pick.letters(2)),
        (_, 0) => format!("{apart}-B{}-{}", pick.letters(2), pick.between(1, 9)),
        (_, _) => format!("B{}-{}-{apart}", pick.letters(1), pick.letters(2)),
    };
    let build_year = pick.between(2016, 2025);
    let fuel = match (vehicle_type, build_year) {
        ("van", 2023..) => "electric",
        ("tractor_unit", 2024..) => pick.of(&["hvo", "lng", "diesel", "electric"]),
        (_, _) => pick.of(&["diesel", "diesel", "diesel", "hvo"]),
    };
    LoadRow {
        id: id(branch, "vehicles", number),
        created_at: at(day(1), 9, 0) + TimeDelta::minutes(i64::try_from(number).unwrap_or_default() * 4),
        members: members(json!({
            "license_plate": plate, "vehicle_type": vehicle_type, "make": make, "model": model,
            "status": if pick.chance(90) { "active" } else { pick.of(&["in_maintenance", "inactive"]) },
            "max_payload_kg": payload, "loading_length_cm": length, "pallet_places": pallets, "fuel_type": fuel,
            "emission_class": if fuel == "electric" { "Zero emission" } else { "Euro 6" }, "build_year": build_year,
            "adr_certified": pick.chance(25), "tail_lift": vehicle_type != "tractor_unit" && pick.chance(70),
            "refrigerated": vehicle_type != "tractor_unit" && pick.chance(30),
            "vin": format!("XLR{}{}", pick.letters(6), pick.digits(8)),
            "apk_expiry_date": date(day(0) + Days::new(pick.between(330, 700).unsigned_abs())),
            "tachograph_calibration_date": (vehicle_type != "van")
                .then(|| date(day(0) + Days::new(pick.between(340, 1000).unsigned_abs()))),
        })),
    }
}

pub(super) fn equipment(branch: &DemoBranch<'_>) -> Vec<LoadRow> {
    let mut pick = Pick::new(branch.tenant.branch_id(), "equipment");
    (0..branch.size.counts().equipment).map(|number| trailer(branch, &mut pick, number)).collect()
}

const TRAILERS: [(&str, &str, i64, i64, i64); 8] = [
    ("curtainsider", "Krone", 27_000, 1360, 33),
    ("curtainsider", "Schmitz Cargobull", 27_000, 1360, 33),
    ("reefer", "Schmitz Cargobull", 25_500, 1340, 33),
    ("box_trailer", "Van Eck", 26_500, 1360, 33),
    ("flatbed", "Nooteboom", 30_000, 1360, 0),
    ("container_chassis", "D-TEC", 32_000, 1360, 0),
    ("walking_floor", "Knapen", 27_500, 1360, 33),
    ("tank_trailer", "LAG", 28_000, 1200, 0),
];

fn trailer(branch: &DemoBranch<'_>, pick: &mut Pick, number: usize) -> LoadRow {
    let (equipment_type, make, payload, length, pallets) = TRAILERS[number % TRAILERS.len()];
    LoadRow {
        id: id(branch, "equipment", number),
        created_at: at(day(1), 10, 0) + TimeDelta::minutes(i64::try_from(number).unwrap_or_default() * 3),
        members: members(json!({
            "equipment_number": format!("T{:03}", number + 1), "equipment_type": equipment_type,
            "license_plate": format!("O{}-{:02}-{}", pick.letters(1), number % 100, pick.letters(2)),
            "status": if pick.chance(92) { "active" } else { pick.of(&["in_maintenance", "inactive"]) },
            "max_payload_kg": payload, "loading_length_cm": length, "pallet_places": pallets, "make": make,
            "build_year": pick.between(2012, 2025), "adr_certified": pick.chance(30), "tail_lift": pick.chance(20),
            "apk_expiry_date": date(day(0) + Days::new(pick.between(330, 700).unsigned_abs())),
        })),
    }
}
