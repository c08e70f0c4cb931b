//! Customers, carriers and vendors of a branch.

use chrono::TimeDelta;
use serde_json::json;
use uuid::{Uuid, uuid};

use crate::proxy::records::LoadRow;

use super::calendar::{at, day};
use super::load::{DemoBranch, Size, id, members};
use super::pick::Pick;
use super::words::{CITIES, City, STREETS, SURNAMES, TRADES};

/// The account of the guide's first call.
const ACME: Uuid = uuid!("550e8400-e29b-41d4-a716-446655440000");

/// An account and what orders and invoices need to know of it.
pub(super) struct Account {
    pub(super) row: LoadRow,
    pub(super) is_customer: bool,
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) payment_term_days: i64,
}

#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) city: City,
    pub(super) street: String,
    pub(super) postal_code: String,
}

/// The id of a branch's `number`-th account.
pub(super) fn id_of(branch: &DemoBranch<'_>, number: usize) -> Uuid {
    if number == 0 && branch.size == Size::Large { ACME } else { id(branch, "accounts", number) }
}

pub(super) fn make(branch: &DemoBranch<'_>) -> Vec<Account> {
    let mut pick = Pick::new(branch.tenant.branch_id(), "accounts");
    let mut accounts = Vec::new();
    for number in 0..branch.size.counts().accounts {
        let account =
            if number == 0 && branch.size == Size::Large { acme() } else { account(branch, &mut pick, number) };
        accounts.push(account);
    }
    accounts
}

fn acme() -> Account {
    let place = Place { city: CITIES[1], street: "Transformatorweg 28".into(), postal_code: "1014 AK".into() };
    let row = LoadRow {
        id: ACME,
        created_at: at(day(1), 8, 0),
        members: members(json!({
            "company_name": "Acme Transport B.V.", "email": "info@acmetransport.nl", "phone": "+31 20 123 4567",
            "account_type": "customer", "status": "active", "account_number": "10001", "contact_name": "Jan de Vries",
            "vat_number": "NL800000001B01", "kvk_number": "80000001", "street": place.street,
            "postal_code": place.postal_code, "city": place.city.name, "country": "NL", "language": "nl",
            "payment_term_days": 30,
        })),
    };
    Account { row, is_customer: true, name: "Acme Transport B.V.".into(), place, payment_term_days: 30 }
}

fn account(branch: &DemoBranch<'_>, pick: &mut Pick, number: usize) -> Account {
    // Each surname meets each trade once before a pair comes again.
    let surname = SURNAMES[number % SURNAMES.len()];
    let (trade, account_type) = TRADES[(number / SURNAMES.len() + number) % TRADES.len()];
    let place = place(branch, pick);
    let country = place.city.country;
    let form = match country {
        "BE" => "BV",
        "DE" => "GmbH",
        "FR" => "SARL",
        _ => "B.V.",
    };
    let name = format!("{surname} {trade} {form}");
    let domain: String =
        format!("{surname}-{trade}").to_lowercase().replace(' ', "-").chars().filter(char::is_ascii).collect();
    let status = if pick.chance(92) { "active" } else { pick.of(&["inactive", "blocked"]) };
    let payment_term_days = pick.of(&[14, 30, 30, 45, 60]);
    let vat_number = match country {
        "BE" => format!("BE0{}", pick.digits(9)),
        "DE" => format!("DE{}", pick.digits(9)),
        "FR" => format!("FR{}", pick.digits(11)),
        _ => format!("NL8{}B01", pick.digits(8)),
    };
    let row = LoadRow {
        id: id_of(branch, number),
        created_at: at(day(1), 8, 0) + TimeDelta::minutes(i64::try_from(number).unwrap_or_default() * 7),
        members: members(json!({
            "company_name": name, "email": format!("planning@{domain}.example"),
            "phone": format!("{} 555 {}", place.city.telephone, pick.digits(4)), "account_type": account_type,
            "status": status, "account_number": (10_001 + number).to_string(),
            "contact_name": format!("{} {}", pick.of(&super::words::FIRST_NAMES), pick.of(&SURNAMES)),
            "vat_number": vat_number, "kvk_number": (country == "NL").then(|| format!("8{}", pick.digits(7))),
            "street": place.street, "postal_code": place.postal_code, "city": place.city.name, "country": country,
            "language": if country == "DE" { "de" } else if country == "FR" { "fr" } else { "nl" },
            "payment_term_days": payment_term_days,
            "remarks": pick.chance(12).then_some("Melden bij de portier.\nVeiligheidsschoenen en hesje verplicht."),
        })),
    };
    Account { row, is_customer: account_type == "customer", name, place, payment_term_days }
}

/// A company's address: one in three is in the branch's own city.
fn place(branch: &DemoBranch<'_>, pick: &mut Pick) -> Place {
    let anywhere = pick.of(&CITIES);
    let own = CITIES.into_iter().find(|city| city.name == branch.city).filter(|_| pick.chance(33));
    let city = own.unwrap_or(anywhere);
    let digits = pick.between(city.codes.0, city.codes.1);
    let postal_code = if city.country == "NL" { format!("{digits} {}", pick.letters(2)) } else { digits.to_string() };
    // These two letters are never given out in the Netherlands.
    let postal_code = postal_code.replace(" SS", " ST").replace(" SD", " SN");
    Place { city, street: format!("{} {}", pick.of(&STREETS), pick.between(1, 240)), postal_code }
}
