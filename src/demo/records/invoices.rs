//! Invoices for what was delivered: the transport and the fuel surcharge.

use chrono::Days;
use serde_json::json;

use crate::proxy::records::LoadRow;

use super::accounts::{Account, id_of};
use super::calendar::{at, date, today};
use super::load::{DemoBranch, id, members};
use super::orders::Order;
use super::pick::Pick;

const VAT_PERCENT: i64 = 21;
const FUEL_SURCHARGE_PERCENT: i64 = 8;

pub(super) fn make(branch: &DemoBranch<'_>, orders: &[Order], accounts: &[Account]) -> Vec<LoadRow> {
    let mut pick = Pick::new(branch.tenant.branch_id(), "invoices");
    let delivered = orders.iter().filter(|order| order.row.members["status"] == "delivered").enumerate();
    delivered
        // One order in four is on the books elsewhere: the customer bills himself.
        .filter(|(index, _)| index % 4 != 3)
        .enumerate()
        .map(|(number, (_, order))| invoice(branch, &mut pick, number, (order, &accounts[order.account])))
        .collect()
}

fn invoice(branch: &DemoBranch<'_>, pick: &mut Pick, number: usize, (order, account): (&Order, &Account)) -> LoadRow {
    let reversed = account.place.city.country != "NL";
    let surcharge = order.price_cents * FUEL_SURCHARGE_PERCENT / 100;
    let net = order.price_cents + surcharge;
    let vat = if reversed { 0 } else { (net * VAT_PERCENT + 50) / 100 };
    let invoiced = order.unloading.date + Days::new(2);
    let due = invoiced + Days::new(account.payment_term_days.unsigned_abs());
    let paid = due - Days::new(pick.between(0, 9).unsigned_abs());
    let status = match (paid < today(), due < today()) {
        (true, _) if pick.chance(3) => "credited",
        (true, _) if pick.chance(96) => "paid",
        (_, true) => "overdue",
        (_, false) => "sent",
    };
    LoadRow {
        id: id(branch, "invoices", number),
        created_at: at(invoiced, 9, i64::try_from(number % 60).unwrap_or_default()),
        members: members(json!({
            "invoice_number": format!("F2026-{:05}", number + 1), "account_id": id_of(branch, order.account),
            "status": status, "invoice_date": date(invoiced), "due_date": date(due), "currency": "EUR",
            "net_cents": net, "vat_cents": vat, "total_cents": net + vat,
            "vat_rate_percent": if reversed { 0 } else { VAT_PERCENT }, "vat_reverse_charged": reversed,
            "reference": order.row.members["reference"],
            "lines": [
                { "description": format!("Transport {}", order.number), "order_id": order.row.id, "quantity": 1,
                  "unit_price_cents": order.price_cents },
                { "description": "Brandstoftoeslag", "order_id": order.row.id, "quantity": 1,
                  "unit_price_cents": surcharge },
            ],
            "paid_date": (status == "paid").then(|| date(paid)),
        })),
    }
}
